// Matrix products of blocks of bfloat16 numbers in AMX's tile registers, which hold 16 rows of 64 bytes each.

#include "Operands.h"

/// Rows of a tile, and floats or groups of factors in one.
constexpr int tileSize = 16;
static_assert(rowBlock == tileSize && lanes == tileSize && group == 2);

/// How many rows of how many bytes each register has: 0 to 3 hold C, 4 and 5 A, 6 and 7 B.
struct alignas(64) TileShapes {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};

  /// For sums of so many groups.
  explicit constexpr TileShapes(int64_t groups) {
    rowBytes[4] = rowBytes[5] = uint16_t(groups * group * sizeof(Factor));
    rows[6] = rows[7] = uint8_t(groups);
  }
};

/// What has to be set up before a thread multiplies.
struct ProductRegisters {
  ProductRegisters() { _tile_loadconfig(&whole); }
  ~ProductRegisters() { _tile_release(); }
  ProductRegisters(const ProductRegisters &) = delete;

  // Known to the compiler: nothing here may run before it is known that there are such registers.
  static constexpr TileShapes whole{tileSize};
};

/// Whether A may lie transposed: tiles of A have its rows as theirs.
constexpr bool takesTransposed = false;

/// One or two tiles of rows by two of columns; a whole number of tiles deep, or as deep as the registers are set up for.
template <bool hasSecond>
static inline void multiplyBlock(
    int64_t depth, Left left, Right right, float *c, int64_t cStride, bool accumulates) {
  const Factor *a = left.a, *aSecond = a + tileSize * left.stride, *panel = right.panel;
  float *cSecond = c + tileSize * cStride;
  int64_t aBytes = left.stride * sizeof(Factor), bBytes = right.stride * sizeof(Factor);
  int64_t cBytes = cStride * sizeof(float);
  if (accumulates) {
    _tile_loadd(0, c, cBytes);
    _tile_loadd(1, c + lanes, cBytes);
    if (hasSecond) _tile_loadd(2, cSecond, cBytes);
    if (hasSecond) _tile_loadd(3, cSecond + lanes, cBytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int64_t k = 0; k < depth; k += tileSize) {
    _tile_loadd(4, a + k * group, aBytes);
    _tile_loadd(6, panel + k * right.stride, bBytes);
    _tile_loadd(7, panel + k * right.stride + lanes * group, bBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if (hasSecond) {
      _tile_loadd(5, aSecond + k * group, aBytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, c, cBytes);
  _tile_stored(1, c + lanes, cBytes);
  if (hasSecond) _tile_stored(2, cSecond, cBytes);
  if (hasSecond) _tile_stored(3, cSecond + lanes, cBytes);
}

static inline void multiplyRows(
    int64_t rows, int64_t depth, Left left, Right right, float *c, int64_t cStride,
    bool accumulates) {
  for (; rows > 0; rows -= 2 * tileSize) {
    if (rows > tileSize)
      multiplyBlock<true>(depth, left, right, c, cStride, accumulates);
    else
      multiplyBlock<false>(depth, left, right, c, cStride, accumulates);
    left.a += 2 * tileSize * left.stride;
    c += 2 * tileSize * cStride;
  }
}

/// C of `rows` × one panel; A and C must extend to a multiple of `rowBlock` rows.
template <bool isTransposed>
static inline void multiplyPanel(
    int64_t rows, int64_t depth, Left left, Right right, float *c, int64_t cStride,
    bool accumulates) {
  static_assert(!isTransposed);
  int64_t rest = depth % tileSize, whole = depth - rest;
  if (whole > 0) multiplyRows(rows, whole, left, right, c, cStride, accumulates);
  if (rest == 0) return;
  TileShapes shapes(rest);
  _tile_loadconfig(&shapes);
  left.a += whole * group;
  right.panel += whole * right.stride;
  multiplyRows(rows, rest, left, right, c, cStride, accumulates || whole > 0);
  _tile_loadconfig(&ProductRegisters::whole);
}
