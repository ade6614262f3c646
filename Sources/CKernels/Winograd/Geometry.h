/// A matrix for every product, one after the other.
template <class Element>
struct Matrices {
  Element *base = nullptr;
  /// Between rows, and between matrices.
  int64_t stride = 0, extent = 0;

  Matrices(int64_t rows, int64_t columns)
      : stride(spread(columns)), extent(spread(roundedUp(rows, rowBlock) * stride)) {}

  Element *at(int64_t product, int64_t row) const { return base + product * extent + row * stride; }
  Left left(int64_t product, int64_t row) const { return {at(product, row), stride}; }

  /// At least so much, and an odd number of cache lines: rows must not all meet in the same few sets of the cache.
  static int64_t spread(int64_t count) { return (quotient(count, line) | 1) * line; }
  static constexpr int64_t line = 64 / sizeof(Element);
};

/// A matrix of factors for every product, cut into panels of columns.
struct Panels {
  Factor *base = nullptr;
  /// Between panels, and between matrices.
  int64_t panel = 0, extent = 0;

  Panels(int64_t rows, int64_t columns)
      : panel(Matrices<Factor>::spread(roundedUp(rows, group) * panelWidth)),
        extent(quotient(columns, panelWidth) * panel) {}

  /// Of rows that are multiples of `group`.
  Factor *at(int64_t product, int64_t row, int64_t column) const {
    return base + product * extent + column / panelWidth * panel + row * panelWidth
           + column % panelWidth * group;
  }
};

/// Some of a number of things that lie side by side.
struct Range {
  int64_t start, end;
};

/// What a pass works on at a time: tiles from `start` on, channels of the side that it writes from `first` on, and some
/// channels of the other side.
struct Span {
  int64_t start, tiles, first, channels;
  Range others;

  int64_t otherCount() const { return others.end - others.start; }
};

/// The tiles of a convolution in one form.
template <class Form>
struct Geometry {
  static constexpr int edge = Form::Input::columns, places = Form::Output::columns;
  static constexpr int taps = Form::Weight::columns, results = Form::Output::rows;
  static constexpr int transformed = Form::Input::rows;
  static constexpr int overlap = edge - Form::tileStep;
  /// Matrix products, one for every place, and the most transformed values of a channel that one of them adds up.
  static constexpr int64_t products = places * places, mostSlots = Form::slots(0) * Form::slots(0);

  const pf_winograd &call;
  /// Of tiles: down, across, and in the whole batch.
  int64_t down, across, tiles;

  explicit Geometry(const pf_winograd &call) : call(call) {
    down = quotient(call.y.size[0], Form::resultStep);
    across = quotient(call.y.size[1], Form::resultStep);
    tiles = call.y.batch * down * across;
  }

  /// How many tiles to compute at a time: enough to pay for reading the weights, few enough for the caches.
  int64_t chunk(int64_t channels) const {
    constexpr int64_t bytes = 4 << 20, fewest = 240;
    int64_t fitting = most(fewest, bytes / (products * channels * int64_t(sizeof(Factor))));
    return quotient(tiles, most(1, tiles / fitting));
  }

  /// Of how many channels weights are held transformed at a time, if there are `others` on the other side: all of them
  /// rather than transforming them again for other tiles.
  int64_t slab(int64_t channels, int64_t others) const {
    constexpr int64_t bytes = 16 << 20, fewest = 96;
    int64_t fitting = most(fewest, bytes / (products * mostSlots * others * int64_t(sizeof(Factor))));
    return roundedUp(quotient(channels, quotient(channels, fitting)), panelWidth);
  }

  // Of few tiles the transformed weights are the most there is. Then a thread goes through all steps for a block of
  // channels, and multiplies what it has transformed while that lies in its own cache.

  /// Whether it is so, if there are so many blocks and so many tiles are computed at a time.
  bool isBlockwise(int64_t blocks, int64_t chunk) const {
    return chunk == tiles && blocks >= 2 * call.threads;
  }

  /// Of how many channels a thread holds the weights to a block of others transformed at a time.
  static int64_t step(int64_t channels) {
    constexpr int64_t bytes = 512 << 10;
    int64_t fitting = bytes / (products * mostSlots * panelWidth * int64_t(sizeof(Factor)));
    return roundedUp(quotient(channels, quotient(channels, fitting)), lanes);
  }

  // Threads may be far apart, and what one has written slow to reach for another. So the items of neighbouring steps come
  // in the same order, part by part: a thread goes on with what it has made.

  /// Into how many parts to cut the tiles that are multiplied: none of them low.
  int64_t parts(const Span &span) const {
    return most(1, least(call.threads, span.tiles / (4 * rowBlock)));
  }

  /// Rows of a part; blocks of rows are whole.
  Range rows(const Span &span, int64_t part) const {
    int64_t step = roundedUp(quotient(span.tiles, parts(span)), rowBlock);
    return {least(span.tiles, part * step), least(span.tiles, (part + 1) * step)};
  }


  /// Which product a transformed value belongs to, and which of those that it adds up.
  static constexpr int64_t product(int row, int column) {
    return Form::place(row) * places + Form::place(column);
  }
  static constexpr int64_t slot(int row, int column) {
    return Form::slot(row) * Form::slots(Form::place(column)) + Form::slot(column);
  }
  /// How many transformed values of a channel a product adds up.
  static constexpr int64_t slots(int64_t product) {
    return Form::slots(product / places) * Form::slots(product % places);
  }

  struct Place {
    int64_t sample, row, column;
  };
  Place place(int64_t tile) const {
    int64_t within = tile % (down * across);
    return {tile / (down * across), within / across, within % across};
  }

  Window<edge> imageWindow(int64_t tile) const {
    Place at = place(tile);
    return {call.x, at.sample, at.row * Form::tileStep - call.padding[0],
            at.column * Form::tileStep - call.padding[1]};
  }

  Window<results> resultWindow(int64_t tile) const {
    Place at = place(tile);
    return {call.y, at.sample, at.row * Form::resultStep, at.column * Form::resultStep};
  }

  /// The weights between a channel of y and a vector of those of x, from `out` and `in` on.
  Vector readWeight(int64_t out, int64_t in, int row, int column) const {
    const float *weight = call.w + out * call.w_strides[0] + row * call.w_strides[1]
                          + column * call.w_strides[2] + in;
    // The next channels' line is too far off for the machine to guess.
    __builtin_prefetch(weight + lanes);
    return load(weight);
  }

  /// The same, transformed.
  void readWeight(int64_t out, int64_t in, Vector (&values)[transformed][transformed]) const {
    Vector tile[taps][taps];
    for (int i = 0; i < taps; i++)
      for (int j = 0; j < taps; j++) tile[i][j] = readWeight(out, in, i, j);
    transform<typename Form::Weight>(tile, values);
  }

  /// Between a vector of channels of y and, one behind the other, as many of x.
  void readAcross(int64_t out, int64_t in, Vector (&values)[taps][taps][lanes]) const {
    for (int i = 0; i < taps; i++)
      for (int j = 0; j < taps; j++) {
        for (int lane = 0; lane < lanes; lane++)
          values[i][j][lane] = readWeight(out + lane, in, i, j);
        transpose(values[i][j]);
      }
  }

  /// dy of a tile, transformed.
  void readGradient(int64_t tile, int64_t channel, Vector (&values)[places][places]) const {
    Vector pixels[results][results];
    resultWindow(tile).read(channel, pixels);
    transform<Adjoint<typename Form::Output>>(pixels, values);
  }
};
