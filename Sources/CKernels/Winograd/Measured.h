/// Sums about the mean of the first tile's results, by channel, of tiles as they are written.
struct Measured {
  pf_measured_block block;
  /// Of the tile that comes next: whether it is the first, and how many of its results lie within the border.
  bool isFirst = true;
  int64_t places = 0;

  /// The results of a tile for a vector of channels.
  template <int edge>
  inline __attribute__((always_inline)) void add(
      const Window<edge> &window, Vector (&tile)[edge][edge], int64_t channel) const {
    if (window.isNarrow) round(window, tile, channel);
    if (places == edge * edge)
      add<edge, true>(window, tile, channel);
    else
      add<edge, false>(window, tile, channel);
  }

 private:
  /// Results as their pixels hold them.
  template <int edge>
  static void round(const Window<edge> &window, Vector (&tile)[edge][edge], int64_t channel) {
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++)
        if (const char *pixel = window.pixel(i, j)) tile[i][j] = window.read(pixel, channel);
  }

  template <int edge, bool isWhole>
  inline __attribute__((always_inline)) void add(
      const Window<edge> &window, const Vector (&tile)[edge][edge], int64_t channel) const {
    Vector shift = isFirst ? mean<edge, isWhole>(window, tile) : load(block.shift + channel);
    // Columns by themselves, lest every addition wait for the one before.
    Vector sums[edge] = {}, squares[edge] = {};
#pragma clang loop unroll(full)
    for (int i = 0; i < edge; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < edge; j++)
        if (isWhole || window.pixel(i, j)) {
          Vector distance = tile[i][j] - shift;
          sums[j] += distance;
          squares[j] += distance * distance;
        }
    if (isFirst) store(block.shift + channel, shift);
    store(block.sum + channel, total(sums, block.sum + channel));
    store(block.square + channel, total(squares, block.square + channel));
  }

  template <int edge, bool isWhole>
  Vector mean(const Window<edge> &window, const Vector (&tile)[edge][edge]) const {
    Vector sum{};
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++)
        if (isWhole || window.pixel(i, j)) sum += tile[i][j];
    return sum / float(places);
  }

  /// What the tiles before have left, and the columns of this one.
  template <int edge>
  Vector total(const Vector (&columns)[edge], const float *before) const {
    Vector sum = isFirst ? Vector{} : load(before);
    for (int j = 0; j < edge; j++) sum += columns[j];
    return sum;
  }
};

/// Where nobody asks for moments.
struct Unmeasured {
  template <int edge>
  void add(const Window<edge> &, const Vector (&)[edge][edge], int64_t) const {}
};
