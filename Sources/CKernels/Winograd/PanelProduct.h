// Matrix products of blocks: C (+)= A·B, with B in panels of two vectors a row, row after row.
//
// Whoever includes this says how many `lanes` a vector has, and that `rowBlock` rows of two vectors fit the registers.

typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));
typedef float UnalignedVector __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));

constexpr int64_t panelWidth = 2 * lanes;

static inline Vector load(const float *from) { return *(const UnalignedVector *)from; }
static inline void store(float *to, Vector value) { *(UnalignedVector *)to = value; }

/// A[m, k] = a[m·stride + k] or, transposed, a[k·stride + m].
struct Left {
  const float *a;
  int64_t stride;
};

/// A block of C that fits the registers.
template <bool isTransposed>
static inline void multiplyBlock(
    int64_t depth, Left left, const float *panel, float *c, int64_t cStride, bool accumulates) {
  Vector sums[rowBlock][2];
#pragma clang loop unroll(full)
  for (int row = 0; row < rowBlock; row++) {
    sums[row][0] = accumulates ? load(c + row * cStride) : Vector{};
    sums[row][1] = accumulates ? load(c + row * cStride + lanes) : Vector{};
  }
  const float *a = left.a;
  int64_t stride = left.stride;
  for (int64_t k = 0; k < depth; k++) {
    Vector first = load(panel), second = load(panel + lanes);
#pragma clang loop unroll(full)
    for (int row = 0; row < rowBlock; row++) {
      // Three rows share a base, so that the addresses take few registers.
      float value = isTransposed ? a[row] : (a + row / 3 * 3 * stride)[row % 3 * stride];
      Vector spread = value - Vector{};
      sums[row][0] += spread * first;
      sums[row][1] += spread * second;
    }
    a += isTransposed ? stride : 1;
    panel += panelWidth;
  }
#pragma clang loop unroll(full)
  for (int row = 0; row < rowBlock; row++) {
    store(c + row * cStride, sums[row][0]);
    store(c + row * cStride + lanes, sums[row][1]);
  }
}

/// C of `rows` × one panel; A and C must extend to a multiple of `rowBlock` rows.
template <bool isTransposed>
static inline void multiplyPanel(
    int64_t rows, int64_t depth, Left left, const float *panel, float *c, int64_t cStride,
    bool accumulates) {
  for (int64_t row = 0; row < rows; row += rowBlock) {
    Left block = {left.a + (isTransposed ? row : row * left.stride), left.stride};
    multiplyBlock<isTransposed>(depth, block, panel, c + row * cStride, cStride, accumulates);
  }
}
