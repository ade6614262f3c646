// Matrix products of blocks in vector registers.
//
// Whoever includes this says that `rowBlock` rows of two vectors fit them.

#include "Operands.h"

/// What has to be set up before a thread multiplies.
struct ProductRegisters {};

/// Whether A may lie transposed.
constexpr bool takesTransposed = true;

/// What is fetched while a block is multiplied: from `next` on, and so much farther with every row of a panel.
struct Fetch {
  const Factor *next;
  int64_t stride;
};

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
  const Factor *a = left.a, *panel = right.panel, *ahead = fetch.next;
  int64_t stride = left.stride;
  for (int64_t k = 0; k < depth; k++) {
    Factors first = loadFactors(panel), second = loadFactors(panel + lanes * group);
    __builtin_prefetch(ahead);
    __builtin_prefetch(ahead + lanes * group);
#pragma clang loop unroll(full)
    for (int row = 0; row < rowCount; row++) {
      // Three rows share a base, so that the addresses take few registers.
      const Factor *at = isTransposed ? a + row * group : a + row / 3 * 3 * stride + row % 3 * stride;
      Factors factors = spread(at);
      sums[row][0] = multiplyAdd(sums[row][0], factors, first);
      sums[row][1] = multiplyAdd(sums[row][1], factors, second);
    }
    a += isTransposed ? stride : group;
    panel += right.stride;
    ahead += fetch.stride;
  }
#pragma clang loop unroll(full)
  for (int row = 0; row < rowCount; row++) {
    store(c + row * cStride, sums[row][0]);
    store(c + row * cStride + lanes, sums[row][1]);
  }
}

/// The last rows, in the lowest block that has as many.
template <bool isTransposed, int rowCount>
static inline void multiplyRest(
    int64_t rows, int64_t depth, Left left, Right right, Fetch fetch, float *c, int64_t cStride,
    bool accumulates) {
  constexpr int lower = rowCount - rowBlock / 6;
  if constexpr (lower > 0)
    if (rows <= lower)
      return multiplyRest<isTransposed, lower>(
          rows, depth, left, right, fetch, c, cStride, accumulates);
  multiplyBlock<isTransposed, rowCount>(depth, left, right, fetch, c, cStride, accumulates);
}

/// C of `rows` × one panel; A and C must extend to a multiple of `rowBlock` rows.
template <bool isTransposed>
static inline void multiplyPanel(
    int64_t rows, int64_t depth, Left left, Right right, float *c, int64_t cStride,
    bool accumulates) {
  // Every block of rows fetches its share of the next panel: the last alone would wait for it.
  Fetch fetch = {right.next, right.stride / quotient(rows, rowBlock)};
  for (; rows > 0; rows -= rowBlock) {
    multiplyRest<isTransposed, rowBlock>(rows, depth, left, right, fetch, c, cStride, accumulates);
    fetch.next += depth * fetch.stride;
    left.a += rowBlock * (isTransposed ? group : left.stride);
    c += rowBlock * cStride;
  }
}
