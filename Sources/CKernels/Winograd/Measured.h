/// Sums about the mean of the first tile's results, by channel, of tiles as they are written.
struct Measured {
  pf_measured_block block;
  bool isEmpty = true;

  /// The results of a tile for a vector of channels.
  template <int edge>
  void add(const Window<edge> &window, const Vector (&tile)[edge][edge], int64_t channel) const {
    Vector shift{}, sum{}, square{};
    if (isEmpty) {
      for (int i = 0; i < edge; i++)
        for (int j = 0; j < edge; j++)
          if (const char *pixel = window.pixels[i][j])
            shift += stored(window, pixel, channel, tile[i][j]);
      shift = shift / float(window.count());
      store(block.shift + channel, shift);
    } else {
      shift = load(block.shift + channel);
      sum = load(block.sum + channel);
      square = load(block.square + channel);
    }
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++)
        if (const char *pixel = window.pixels[i][j]) {
          Vector distance = stored(window, pixel, channel, tile[i][j]) - shift;
          sum += distance;
          square += distance * distance;
        }
    store(block.sum + channel, sum);
    store(block.square + channel, square);
  }

  /// A result as its pixel holds it, which may have rounded it.
  template <int edge>
  static Vector stored(
      const Window<edge> &window, const char *pixel, int64_t channel, Vector value) {
    return window.isNarrow ? window.read(pixel, channel) : value;
  }
};

/// Where nobody asks for moments.
struct Unmeasured {
  template <int edge>
  void add(const Window<edge> &, const Vector (&)[edge][edge], int64_t) const {}
};
