/// Σ M[row][k]·values[k·stride], without the terms that are 0.
template <class Matrix>
static inline __attribute__((always_inline)) Vector combination(
    int row, const Vector *values, int stride) {
  Vector sum{};
  bool isEmpty = true;
#pragma clang loop unroll(full)
  for (int k = 0; k < Matrix::columns; k++) {
    float factor = Matrix::at[row][k];
    if (factor == 0) continue;
    Vector value = values[k * stride];
    Vector term = factor == 1 ? value : factor == -1 ? -value : factor * value;
    sum = isEmpty ? term : sum + term;
    isEmpty = false;
  }
  return sum;
}

/// result[r][s] = Σ M[r][c]·M[s][d]·tile[c][d], vectors of channels.
template <class Matrix>
static inline void transform(
    const Vector (&tile)[Matrix::columns][Matrix::columns],
    Vector (&result)[Matrix::rows][Matrix::rows]) {
  // Large tiles lie in memory anyway, and are not worth as much code.
  constexpr int side = Matrix::rows < Matrix::columns ? Matrix::columns : Matrix::rows;
  constexpr int unrolled = side > 7 ? 1 : side;
  Vector half[Matrix::rows][Matrix::columns];
#pragma clang loop unroll(full)
  for (int row = 0; row < Matrix::rows; row++)
#pragma clang loop unroll_count(unrolled)
    for (int column = 0; column < Matrix::columns; column++)
      half[row][column] = combination<Matrix>(row, &tile[0][column], Matrix::columns);
#pragma clang loop unroll_count(unrolled)
  for (int row = 0; row < Matrix::rows; row++)
#pragma clang loop unroll(full)
    for (int column = 0; column < Matrix::rows; column++)
      result[row][column] = combination<Matrix>(column, half[row], 1);
}

/// Transposes in steps: each swaps what lies `distance` off the diagonal, in every pair of rows at that distance.
template <int distance, int... lane>
static inline void swapOffDiagonal(Vector (&rows)[lanes], std::integer_sequence<int, lane...>) {
  for (int row = 0; row < lanes; row++) {
    if (row & distance) continue;
    Vector upper = rows[row], lower = rows[row + distance];
    rows[row] = __builtin_shufflevector(
        upper, lower, (lane & distance ? lanes + (lane ^ distance) : lane)...);
    rows[row + distance] = __builtin_shufflevector(
        upper, lower, (lane & distance ? lanes + lane : lane | distance)...);
  }
}

template <int distance = 1>
static inline void transpose(Vector (&rows)[lanes]) {
  swapOffDiagonal<distance>(rows, std::make_integer_sequence<int, lanes>());
  if constexpr (2 * distance < lanes) transpose<2 * distance>(rows);
}

/// Value [i][j] of every member of a group.
template <int edge>
static inline void storeAcross(
    Factor *to, const Vector (&values)[group][edge][edge], int i, int j) {
  Vector members[group];
  for (int64_t k = 0; k < group; k++) members[k] = values[k][i][j];
  storeAcross(to, members);
}

static inline Vector activated(Vector value, float slope) {
  return slope == 1 ? value : value > 0 ? value : slope * value;
}
