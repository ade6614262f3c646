/// Weights that are read or written next, fetched while others are multiplied.
///
/// They lie in short rows, too far apart for the machine to foresee, and whoever touches them first waits for memory.
template <int taps>
struct Ahead {
  const float *weights = nullptr;
  /// Between channels of y, and between taps down and across.
  const int64_t *strides = nullptr;
  /// Of y, for each of which there is a row a tap, and of x, which are a row.
  int64_t channels = 0, length = 0;

  /// One of so many equal shares.
  template <bool isWritten = false>
  void fetch(int64_t share, int64_t shares) const {
    int64_t rows = channels * taps * taps;
    for (int64_t row = rows * share / shares; row < rows * (share + 1) / shares; row++) {
      const float *start = weights + row / (taps * taps) * strides[0]
                           + row / taps % taps * strides[1] + row % taps * strides[2];
      for (int64_t i = 0; i < length; i += line) __builtin_prefetch(start + i, isWritten, 2);
    }
  }
  static constexpr int64_t line = 64 / sizeof(float);
};
