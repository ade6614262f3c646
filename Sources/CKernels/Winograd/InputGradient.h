/// dx from dy and w.
template <class Form>
struct InputGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  template <class Element>
  using Values = typename Base::template Values<Element>;
  using Base::across, Base::block, Base::call, Base::columns, Base::down, Base::edge, Base::places,
      Base::products, Base::taps, Base::tiles, Base::transformed;

  int64_t blocks = quotient(call.x.channels, block);
  bool isBlockwise = Base::isBlockwise(call.x.channels, blocks);
  /// Of how many channels of x and of y there are weights at a time.
  int64_t slab = isBlockwise ? block : Base::slab(call.x.channels, call.y.channels);
  int64_t step = isBlockwise ? Base::step(call.y.channels, block) : call.y.channels;
  /// Rows of tiles that a thread takes at a time: a band.
  int64_t bandRows = isBlockwise ? call.y.batch * down : bandHeight(), rows = bandRows * across;
  // The tiles, or the weights, are there for all threads; everything else is a thread's own.
  Matrices<Factor> gradient{rows, call.y.channels};
  FactorPanels weight{step, quotient(slab, block) * columns};
  Matrices<float> result{rows, columns};

  explicit InputGradient(const pf_winograd &call) : Base(call) {
    isBlockwise ? layOut(call.scratch, products, gradient) : layOut(call.scratch, products, weight);
  }

  int64_t bandHeight() const {
    return Base::filledRows(this->fittingRows(call.y.channels + columns), across) / across;
  }

  size_t sharedBytes() const {
    return isBlockwise ? totalBytes(products, gradient) : totalBytes(products, weight);
  }
  size_t ownBytes() const { return totalBytes(products, gradient, weight, result) - sharedBytes(); }
  size_t byteCount() const { return sharedBytes() + call.threads * ownBytes(); }

  /// With memory of a thread's own.
  InputGradient of(int32_t worker) const {
    InputGradient own = *this;
    char *start = call.scratch + sharedBytes() + worker * ownBytes();
    isBlockwise ? layOut(start, products, own.weight, own.result)
                : layOut(start, products, own.gradient, own.result);
    return own;
  }

  void run() const {
    Span span = {0, tiles, 0, call.x.channels, {0, call.y.channels}};
    if (isBlockwise) {
      inParallel<&InputGradient::transformGradient>(*this, span, tiles, true);
      inParallel<&InputGradient::computeBlock>(*this, span, blocks);
      return;
    }
    int64_t bands = quotient(call.y.batch * down, bandRows);
    for (; span.first < call.x.channels; span.first += slab) {
      span.channels = least(slab, call.x.channels - span.first);
      inParallel<&InputGradient::transformWeight>(*this, span, call.y.channels / group, true);
      // Neighbouring bands overlap, and must not be written at the same time.
      inParallel<&InputGradient::computeEvenBand>(*this, span, quotient(bands, 2));
      inParallel<&InputGradient::computeOddBand>(*this, span, bands / 2);
    }
  }

  void computeBlock(const Span &all, int64_t index) const {
    Span span = all;
    span.first = index * block;
    span.channels = least(block, call.x.channels - span.first);
    for (int64_t out = 0; out < call.y.channels; out += step) {
      span.others = {out, least(call.y.channels, out + step)};
      for (int64_t i = 0; i < span.otherCount() / group; i++) transformWeight(span, i);
      multiply(span, 0, following(span, span.others.end));
    }
    addResult(span);
  }

  /// What a thread is likely to transform after the channels of y before one in a block.
  Ahead<taps> following(const Span &span, int64_t out) const {
    bool isWithin = out < call.y.channels;
    int64_t first = isWithin ? span.first : span.first + call.threads * block;
    int64_t start = isWithin ? out : 0;
    return this->ahead({start, start + step}, {first, first + block});
  }

  void computeEvenBand(const Span &all, int64_t index) const { computeBand(all, 2 * index); }
  void computeOddBand(const Span &all, int64_t index) const { computeBand(all, 2 * index + 1); }

  void computeBand(const Span &all, int64_t band) const {
    Span span = all;
    span.start = band * rows;
    span.tiles = least(rows, tiles - span.start);
    for (int64_t row = 0; row < span.tiles; row++) transformGradient(span, row);
    for (int64_t first = 0; first < all.channels; first += block) {
      span.first = all.first + first;
      span.channels = least(block, all.channels - first);
      multiply(span, this->column(first, 0), {});
      addResult(span);
    }
  }

  void transformGradient(const Span &span, int64_t row) const {
    auto window = this->resultWindow(span.start + row);
    Factor *values = gradient.at(0, row);
    int64_t extent = gradient.extent;
    for (int64_t channel = 0, end = call.y.channels; channel < end; channel += lanes)
      transform<Adjoint<typename Form::Output>>(
          [&](int i, int j) { return window.read(i, j, channel); },
          [&](int i, int j, Vector value) {
            storeAlong(values + (i * places + j) * extent + channel, value);
          });
  }

  /// For a group of channels of y.
  void transformWeight(const Span &span, int64_t index) const {
    int64_t row = index * group, out = span.others.start + row;
    for (int64_t in = 0; in < span.channels; in += lanes) {
      Values<Factor> values(weight.extent, [&](int64_t slot) {
        return weight.at(0, row, this->column(in, slot));
      });
      auto weights = this->weights(out, span.first + in);
      // Of the next channels of y, once those of x are through.
      if (in + lanes >= span.channels) weights.next = group * weights.out - in;
      transformGroup<typename Form::Weight>(
          [&](int64_t k, int i, int j) { return weights.read(k, i, j); },
          [&](int i, int j) { return values.at(i, j); });
    }
  }

  /// A block of channels of x, whose weights have columns from `start` on.
  void multiply(const Span &span, int64_t start, const Ahead<taps> &ahead) const {
    for (int64_t product = 0; product < products; product++) {
      ahead.fetch(product, products);
      for (int64_t column = 0; column < this->slots(product) * block; column += panelWidth) {
        multiplyPanel<false>(
            span.tiles, span.otherCount() / group, gradient.left(product, span.others.start), weight.right(product, 0, start + column),
            result.at(product, 0) + column, result.stride, span.others.start > 0);
      }
    }
  }

  /// The first tile that reaches a pixel sets it.
  void addResult(const Span &span) const {
    for (int64_t row = 0; row < span.tiles; row++) {
      Neighbours added = neighbours(span.start + row);
      auto window = this->imageWindow(span.start + row);
      for (int64_t channel = 0; channel < span.channels; channel += lanes) {
        Values<const float> values(result.extent, [&](int64_t slot) {
          return result.at(0, row) + this->column(channel, slot);
        });
        int64_t target = span.first + channel;
        transform<Adjoint<typename Form::Input>>(
            [&](int i, int j) { return load(values.at(i, j)); },
            [&](int i, int j, Vector value) {
              char *pixel = window.pixel(i, j);
              if (!pixel) return;
              Vector sum = added.reach(i, j) ? value + window.read(pixel, target) : value;
              window.write(pixel, target, sum);
            });
      }
    }
  }

  /// Which neighbours of a tile have been added to dx before it.
  struct Neighbours {
    bool above, left, below;

    /// Whether the pixel has been set by one of them.
    bool reach(int row, int column) const {
      return (row < Base::overlap && above) || (column < Base::overlap && left)
             || (row >= Form::tileStep && below);
    }
  };
  Neighbours neighbours(int64_t tile) const {
    auto at = this->place(tile);
    int64_t row = tile / across;
    bool isOdd = row / bandRows % 2 == 1, isFirst = row % bandRows == 0;
    bool isLast = (row + 1) % bandRows == 0;
    return {at.row > 0 && (!isFirst || isOdd), at.column > 0, at.row + 1 < down && isLast && isOdd};
  }
};
