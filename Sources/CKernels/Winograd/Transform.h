/// Σ M[row][k]·values[k], without the terms that are 0.
template <class Matrix>
static inline __attribute__((always_inline)) Vector combination(
    int row, const Vector (&values)[Matrix::columns]) {
  Vector sum{};
  bool isEmpty = true;
#pragma clang loop unroll(full)
  for (int k = 0; k < Matrix::columns; k++) {
    float factor = Matrix::at[row][k];
    if (factor == 0) continue;
    if (isEmpty)
      sum = factor == 1 ? values[k] : factor == -1 ? -values[k] : factor * values[k];
    else if (factor == 1)
      sum = sum + values[k];
    else if (factor == -1)
      sum = sum - values[k];
    else
      sum = sum + factor * values[k];
    isEmpty = false;
  }
  return sum;
}

/// result = M·values.
template <class Matrix>
static inline __attribute__((always_inline)) void multiply(
    const Vector (&values)[Matrix::columns], Vector (&result)[Matrix::rows]) {
  if constexpr (isProduct<Matrix>) {
    Vector between[Matrix::First::rows];
    multiply<typename Matrix::First>(values, between);
    multiply<typename Matrix::Second>(between, result);
  } else {
#pragma clang loop unroll(full)
    for (int row = 0; row < Matrix::rows; row++) result[row] = combination<Matrix>(row, values);
  }
}

/// Calls write(r, s, value) with Σ M[r][c]·M[s][d]·read(c, d), vectors of channels, once for every value.
template <class Matrix, class Read, class Write>
static inline __attribute__((always_inline)) void transform(const Read &read, const Write &write) {
  // Large tiles fit no registers anyway, and are not worth as much code.
  constexpr int side = Matrix::rows < Matrix::columns ? Matrix::columns : Matrix::rows;
  constexpr int unrolled = side > 7 ? 1 : side;
  Vector half[Matrix::rows][Matrix::columns];
#pragma clang loop unroll_count(unrolled)
  for (int column = 0; column < Matrix::columns; column++) {
    Vector values[Matrix::columns], result[Matrix::rows];
#pragma clang loop unroll(full)
    for (int row = 0; row < Matrix::columns; row++) values[row] = read(row, column);
    multiply<Matrix>(values, result);
#pragma clang loop unroll(full)
    for (int row = 0; row < Matrix::rows; row++) half[row][column] = result[row];
  }
#pragma clang loop unroll_count(unrolled)
  for (int row = 0; row < Matrix::rows; row++) {
    Vector result[Matrix::rows];
    multiply<Matrix>(half[row], result);
#pragma clang loop unroll(full)
    for (int column = 0; column < Matrix::rows; column++) write(row, column, result[column]);
  }
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

/// The same for every member k of a group, from read(k, c, d); member by member, a value goes to target(r, s).
template <class Matrix, class Read, class Target>
static inline __attribute__((always_inline)) void transformGroup(
    const Read &read, const Target &target) {
  Vector values[group][Matrix::rows][Matrix::rows];
  for (int64_t k = 0; k < group - 1; k++)
    transform<Matrix>(
        [&](int row, int column) { return read(k, row, column); },
        [&](int row, int column, Vector value) { values[k][row][column] = value; });
  transform<Matrix>(
      [&](int row, int column) { return read(group - 1, row, column); },
      [&](int row, int column, Vector value) {
        Vector members[group];
        for (int64_t k = 0; k < group - 1; k++) members[k] = values[k][row][column];
        members[group - 1] = value;
        storeAcross(target(row, column), members);
      });
}

static inline Vector activated(Vector value, float slope) {
  return slope == 1 ? value : value > 0 ? value : slope * value;
}
