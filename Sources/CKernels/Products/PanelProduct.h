// Matrix products of blocks in vector registers.
//
// Whoever includes this says that `rowBlock` rows of two vectors fit them.

#include "Operands.h"

/// What has to be set up before a thread multiplies.
struct ProductRegisters {};

/// Whether A may lie transposed.
constexpr bool takesTransposed = true;

/// What is fetched while a block is multiplied: from `panel` on, and so much farther with every row of a panel; and as many
/// rows of A as a block has.
struct Fetch {
  const Factor *panel;
  int64_t stride;
  const Factor *rows;
};

/// Groups of factors in a cache line.
constexpr int64_t lineGroups = 64 / sizeof(Factor) / group;

/// So many groups of a block of rows.
template <bool isTransposed>
static inline void fetchRows(const Factor *rows, int64_t stride) {
  constexpr int64_t lines = isTransposed ? lineGroups : rowBlock;
  for (int64_t line = 0; line < lines; line++) __builtin_prefetch(rows + line * stride);
}

/// Heights of blocks are multiples of it.
constexpr int rowStep = rowBlock / 6;

/// A block of C that fits the registers; the depth counts groups.
template <bool isTransposed, int rowCount>
static inline void multiplyBlock(
    int64_t depth, Left left, Right right, Fetch fetch, float *c, int64_t cStride,
    bool accumulates) {
  Vector sums[rowCount][2];
#pragma clang loop unroll(full)
  for (int row = 0; row < rowCount; row++) {
    sums[row][0] = accumulates ? load(c + row * cStride) : Vector{};
    sums[row][1] = accumulates ? load(c + row * cStride + lanes) : Vector{};
  }
  const Factor *a = left.a, *panel = right.panel, *panelAhead = fetch.panel;
  int64_t stride = left.stride;
  for (int64_t start = 0; start < depth; start += lineGroups) {
    fetchRows<isTransposed>(fetch.rows + start * (isTransposed ? stride : group), stride);
    int64_t end = start + lineGroups < depth ? start + lineGroups : depth;
    for (int64_t k = start; k < end; k++) {
      Factors first = loadFactors(panel), second = loadFactors(panel + lanes * group);
      __builtin_prefetch(panelAhead);
      __builtin_prefetch(panelAhead + lanes * group);
#pragma clang loop unroll(full)
      for (int row = 0; row < rowCount; row++) {
        // Three rows share a base, so that the addresses take few registers.
        const Factor *at =
            isTransposed ? a + row * group : a + row / 3 * 3 * stride + row % 3 * stride;
        Factors factors = spread(at);
        sums[row][0] = multiplyAdd(sums[row][0], factors, first);
        sums[row][1] = multiplyAdd(sums[row][1], factors, second);
      }
      a += isTransposed ? stride : group;
      panel += right.stride;
      panelAhead += fetch.stride;
    }
  }
#pragma clang loop unroll(full)
  for (int row = 0; row < rowCount; row++) {
    store(c + row * cStride, sums[row][0]);
    store(c + row * cStride + lanes, sums[row][1]);
  }
}

/// Some rows, in the lowest block that has as many.
template <bool isTransposed, int rowCount = rowBlock>
static inline void multiplyRows(
    int64_t rows, int64_t depth, Left left, Right right, Fetch fetch, float *c, int64_t cStride,
    bool accumulates) {
  constexpr int lower = rowCount - rowStep;
  if constexpr (lower > 0)
    if (rows <= lower)
      return multiplyRows<isTransposed, lower>(
          rows, depth, left, right, fetch, c, cStride, accumulates);
  multiplyBlock<isTransposed, rowCount>(depth, left, right, fetch, c, cStride, accumulates);
}

/// C of `rows` × one panel; A and C must extend to a multiple of `rowBlock` rows.
template <bool isTransposed>
static inline void multiplyPanel(
    int64_t rows, int64_t depth, Left left, Right right, float *c, int64_t cStride,
    bool accumulates) {
  // Every block of rows fetches its share of the next panel: the last alone would wait for it.
  int64_t blocks = quotient(rows, rowBlock);
  Fetch fetch = {right.next, right.stride / blocks};
  for (; blocks > 0; blocks--) {
    // About as many in each: a block of few rows waits for its panel.
    int64_t taken = least(rows, roundedUp(quotient(rows, blocks), rowStep));
    const Factor *following = left.a + taken * (isTransposed ? group : left.stride);
    fetch.rows = blocks > 1 ? following : left.next;
    multiplyRows<isTransposed>(taken, depth, left, right, fetch, c, cStride, accumulates);
    fetch.panel += depth * fetch.stride;
    left.a = following;
    c += taken * cStride;
    rows -= taken;
  }
}
