/// A matrix for every product, one after the other.
template <class Element>
struct Matrices {
  Element *base = nullptr;
  /// Between rows, and between matrices.
  int64_t stride = 0, extent = 0;

  Matrices(int64_t rows, int64_t columns)
      : stride(spread(columns)), extent(spread(roundedUp(rows, rowBlock) * stride)) {}

  Element *at(int64_t product, int64_t row) const { return base + product * extent + row * stride; }
  /// Of a product, from a value on; behind it comes the next product.
  Left left(int64_t product, int64_t value) const {
    const Element *start = base + product * extent + value;
    return {start, stride, start + extent};
  }

  /// At least so much, and an odd number of cache lines: rows must not all meet in the same few sets of the cache.
  static int64_t spread(int64_t count) { return (quotient(count, line) | 1) * line; }
  static constexpr int64_t line = 64 / sizeof(Element);
};

/// A matrix for every product, cut into panels of columns; so many rows of a column lie side by side.
template <class Element, int64_t group>
struct Panels {
  Element *base = nullptr;
  /// Between panels, and between matrices.
  int64_t panel = 0, extent = 0;

  Panels(int64_t rows, int64_t columns)
      : panel(Matrices<Element>::spread(roundedUp(rows, rowBlock) * panelWidth)),
        extent(quotient(columns, panelWidth) * panel) {}

  /// Of rows that are multiples of `group`.
  Element *at(int64_t product, int64_t row, int64_t column) const {
    return base + product * extent + column / panelWidth * panel + row * panelWidth
           + column % panelWidth * group;
  }
  Right right(int64_t product, int64_t row, int64_t column) const {
    return {at(product, row, column), at(product, row, column + panelWidth)};
  }
};

typedef Panels<Factor, group> FactorPanels;

/// Some of a number of things that lie side by side.
struct Range {
  int64_t start, end;
};

/// What is worked on at a time: tiles from `start` on, channels of the side that a pass writes from `first` on, and some
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
  /// Where channels of x are columns, they come in blocks of so many, with columns for every slot.
  int64_t block, columns;

  explicit Geometry(const pf_winograd &call) : call(call) {
    block = evenBlock();
    columns = mostSlots * block;
    down = quotient(call.y.size[0], Form::resultStep);
    across = quotient(call.y.size[1], Form::resultStep);
    tiles = call.y.batch * down * across;
  }

  // What all threads need is transformed first. Then each goes through all other steps for a share of the work, in memory
  // of its own, and multiplies what it has made while that lies in its cache: what another has written may be slow to
  // reach. Of few tiles, the transformed weights are the most there is, and a share is a block of channels. Of many, the
  // tiles are, and a share is some tiles.

  /// Whether a pass takes blocks of the channels that it writes: for few tiles, if all threads get about as many.
  bool isBlockwise(int64_t channels, int64_t blocks) const {
    return tiles < channels && (blocks >= 2 * call.threads || blocks % call.threads == 0);
  }

  /// So wide that a row of weights has some cache lines in a block, but that all slots do not make too many columns; half
  /// of that where blocks would stay empty, or threads without any.
  int64_t evenBlock() const {
    constexpr int64_t widest = mostSlots > 1 ? panelWidth : 2 * panelWidth;
    int64_t taken = roundedUp(quotient(call.x.channels, widest), call.threads) * widest;
    return 8 * taken <= 9 * call.x.channels ? widest : widest / 2;
  }

  /// Of how many channels that a pass writes there are weights at a time, if there are `others` on the other side.
  int64_t slab(int64_t channels, int64_t others) const {
    constexpr int64_t bytes = 16 << 20, fewest = 96;
    int64_t fitting = most(fewest, bytes / (products * mostSlots * others * int64_t(sizeof(Factor))));
    return roundedUp(quotient(channels, quotient(channels, fitting)), panelWidth);
  }

  /// How many of the channels that a pass reads a thread transforms at a time, if it does so for so many others or tiles:
  /// what has been transformed must stay in its cache, and more than `deepest` factors of a sum gain nothing.
  static int64_t step(int64_t channels, int64_t count) {
    constexpr int64_t bytes = 512 << 10, deepest = 128;
    int64_t fitting = bytes / (products * mostSlots * count * int64_t(sizeof(Factor)));
    fitting = most(1, least(fitting, deepest * group / mostSlots));
    return roundedUp(quotient(channels, quotient(channels, fitting)), lanes * group);
  }

  /// The fewest tiles that a thread takes at a time: enough to pay for reading the weights.
  static constexpr int64_t fewestRows = 2 * rowBlock;

  /// How many tiles a thread can take at a time, if it holds so many values of each for every product.
  int64_t fittingRows(int64_t values) const {
    constexpr int64_t bytes = 640 << 10;
    return least(tiles, most(fewestRows, bytes / (products * values * int64_t(sizeof(float)))));
  }

  /// How many tiles it takes, in multiples of a unit: of those that fit, or are the fewest, as many as leave the least of
  /// their blocks of rows empty.
  int64_t filledRows(int64_t fitting, int64_t unit) const {
    int64_t highest = most(fitting, roundedUp(least(tiles, fewestRows), unit)), best = unit;
    for (int64_t rows = unit; rows <= highest; rows += unit)
      if (roundedUp(rows, rowBlock) * best <= roundedUp(best, rowBlock) * rows) best = rows;
    return best;
  }

  /// The column of a channel, counted from the first that is held.
  int64_t column(int64_t channel, int64_t slot) const {
    return channel / block * columns + slot * block + channel % block;
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

  /// The transformed values of a vector of channels, from those of the first product on.
  template <class Element>
  struct Values {
    Element *slots[mostSlots];
    /// Between products.
    int64_t extent;

    /// Of slots that lie at start(slot).
    template <class Start>
    Values(int64_t extent, const Start &start) : extent(extent) {
      for (int64_t slot = 0; slot < mostSlots; slot++) slots[slot] = start(slot);
    }

    Element *at(int row, int column) const {
      return slots[slot(row, column)] + product(row, column) * extent;
    }
  };

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

  /// The weights between channels of y, from one on, and a vector of those of x.
  struct Weights {
    const float *start;
    int64_t out, row, column;
    /// How far off those lie that are read next: too far for the machine to guess.
    int64_t next = lanes;

    Vector read(int64_t channel, int i, int j) const {
      const float *weight = start + channel * out + i * row + j * column;
      __builtin_prefetch(weight + next);
      return load(weight);
    }
  };

  Weights weights(int64_t out, int64_t in) const {
    const int64_t *strides = call.w_strides;
    return {call.w + out * strides[0] + in, strides[0], strides[1], strides[2]};
  }

  /// Weights between those of some channels of y and of x that there are.
  Ahead<taps> ahead(Range out, Range in) const {
    int64_t channels = most(0, least(call.y.channels, out.end) - out.start);
    int64_t length = most(0, least(call.x.channels, in.end) - in.start);
    return {call.w + out.start * call.w_strides[0] + in.start, call.w_strides, channels, length};
  }

  /// Between a vector of channels of y and, one behind the other, as many of x.
  void readAcross(int64_t out, int64_t in, Vector (&values)[taps][taps][lanes]) const {
    Weights weights = this->weights(out, in);
    for (int i = 0; i < taps; i++)
      for (int j = 0; j < taps; j++) {
        for (int lane = 0; lane < lanes; lane++) values[i][j][lane] = weights.read(lane, i, j);
        transpose(values[i][j]);
      }
  }
};
