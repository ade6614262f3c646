// Matrix products of blocks in vector registers.
//
// Whoever includes this says that `rowBlock` rows of two vectors fit them.

#include "Operands.h"

/// What has to be set up before a thread multiplies.
struct ProductRegisters {};

/// Whether A may lie transposed.
constexpr bool takesTransposed = true;

/// A block of C that fits the registers; the depth counts groups. As many rows from `ahead` on are fetched meanwhile.
template <bool isTransposed, int rowCount>
static inline void multiplyBlock(
    int64_t depth, Left left, Right right, const Factor *ahead, float *c, int64_t cStride,
    bool accumulates) {
  Vector sums[rowCount][2];
#pragma clang loop unroll(full)
  for (int row = 0; row < rowCount; row++) {
    sums[row][0] = accumulates ? load(c + row * cStride) : Vector{};
    sums[row][1] = accumulates ? load(c + row * cStride + lanes) : Vector{};
  }
  const Factor *a = left.a, *panel = right.panel;
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
    ahead += right.stride;
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
    int64_t rows, int64_t depth, Left left, Right right, const Factor *ahead, float *c,
    int64_t cStride, bool accumulates) {
  constexpr int lower = rowCount - rowBlock / 6;
  if constexpr (lower > 0)
    if (rows <= lower)
      return multiplyRest<isTransposed, lower>(
          rows, depth, left, right, ahead, c, cStride, accumulates);
  multiplyBlock<isTransposed, rowCount>(depth, left, right, ahead, c, cStride, accumulates);
}

/// C of `rows` × one panel; A and C must extend to a multiple of `rowBlock` rows.
template <bool isTransposed>
static inline void multiplyPanel(
    int64_t rows, int64_t depth, Left left, Right right, float *c, int64_t cStride,
    bool accumulates) {
  for (; rows > 0; rows -= rowBlock) {
    // The next panel is fetched once, while the last rows meet this one.
    const Factor *ahead = rows > rowBlock ? right.panel : right.next;
    multiplyRest<isTransposed, rowBlock>(rows, depth, left, right, ahead, c, cStride, accumulates);
    left.a += rowBlock * (isTransposed ? group : left.stride);
    c += rowBlock * cStride;
  }
}
