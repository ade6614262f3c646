/// y = activation(conv(x, w) + b).
template <class Form>
struct Forward : Geometry<Form> {
  using Base = Geometry<Form>;
  template <class Element>
  using Values = typename Base::template Values<Element>;
  using Base::call, Base::mostSlots, Base::places, Base::products, Base::results, Base::taps,
      Base::tiles, Base::transformed;

  int64_t blocks = quotient(call.y.channels, panelWidth);
  bool isBlockwise = Base::isBlockwise(call.y.channels, blocks);
  /// Of how many channels of y there are weights at a time, and of how many of x a thread transforms something.
  int64_t slab = isBlockwise ? panelWidth : Base::slab(call.y.channels, call.x.channels);
  int64_t step = Base::step(call.x.channels, isBlockwise ? slab : Base::fewestRows);
  int64_t rows = isBlockwise ? tiles : Base::filledRows(this->fittingRows(mostSlots * step + slab), 1);
  // The tiles, or the weights, are there for all threads; everything else is a thread's own.
  Matrices<Factor> image{rows, mostSlots *(isBlockwise ? call.x.channels : step)};
  FactorPanels weight{mostSlots *(isBlockwise ? step : call.x.channels), slab};
  Matrices<float> result{rows, slab};

  /// Tiles that are measured as a block, and such blocks among the tiles that are computed at a time.
  static constexpr int64_t measuredTiles = 16;
  int64_t measuredBlocks = quotient(rows, measuredTiles);
  pf_measurement measurement;

  explicit Forward(const pf_winograd &call) : Base(call) {
    isBlockwise ? layOut(call.scratch, products, image) : layOut(call.scratch, products, weight);
    int64_t last = (tiles - 1) / rows;
    int64_t blocks = last * measuredBlocks + quotient(tiles - last * rows, measuredTiles);
    measurement = {
        call.moments, call.threads, blocks, call.y.channels, call.scratch + productBytes()};
  }

  size_t sharedBytes() const {
    return isBlockwise ? totalBytes(products, image) : totalBytes(products, weight);
  }
  size_t ownBytes() const { return totalBytes(products, image, weight, result) - sharedBytes(); }
  size_t productBytes() const { return sharedBytes() + call.threads * ownBytes(); }
  size_t byteCount() const {
    return productBytes() + (call.moments.mean ? pf_measurement_bytes(&measurement) : 0);
  }

  /// With memory of a thread's own.
  Forward of(int32_t worker) const {
    Forward own = *this;
    char *start = call.scratch + sharedBytes() + worker * ownBytes();
    isBlockwise ? layOut(start, products, own.weight, own.result)
                : layOut(start, products, own.image, own.result);
    return own;
  }

  void run() const {
    Span span = {0, tiles, 0, call.y.channels, {0, call.x.channels}};
    if (isBlockwise) {
      inParallel<&Forward::transformImage>(*this, span, tiles, true);
      inParallel<&Forward::computeBlock>(*this, span, blocks);
    } else {
      computeSlabs(span);
    }
    if (call.moments.mean) pf_measurement_finish(&measurement);
  }

  void computeSlabs(Span span) const {
    for (; span.first < call.y.channels; span.first += slab) {
      span.channels = least(slab, call.y.channels - span.first);
      inParallel<&Forward::transformWeight>(*this, span, quotient(span.channels, lanes));
      inParallel<&Forward::computeTiles>(*this, span, quotient(tiles, rows));
    }
  }

  void computeBlock(const Span &all, int64_t index) const {
    Span span = all;
    span.first = index * slab;
    span.channels = least(slab, call.y.channels - span.first);
    for (int64_t i = 0; i < steps(); i++) {
      span.others = channels(i);
      for (int64_t vector = 0; vector < quotient(span.channels, lanes); vector++)
        transformWeight(span, vector);
      multiply(span, following(span, i + 1));
    }
    writeResults(span);
  }

  /// What a thread is likely to transform after some steps of a block.
  Ahead<taps> following(const Span &span, int64_t steps) const {
    bool isWithin = steps < this->steps();
    int64_t first = isWithin ? span.first : span.first + call.threads * slab;
    return this->ahead({first, first + slab}, channels(isWithin ? steps : 0));
  }

  void computeTiles(const Span &all, int64_t index) const {
    Span span = all;
    span.start = index * rows;
    span.tiles = least(rows, tiles - span.start);
    for (int64_t i = 0; i < steps(); i++) {
      span.others = channels(i);
      for (int64_t row = 0; row < span.tiles; row++) transformImage(span, row);
      multiply(span, {});
    }
    writeResults(span);
  }

  // Steps lie one behind the other where all are held, and within each slots.

  int64_t steps() const { return quotient(call.x.channels, step); }

  /// Channels of x in a step.
  Range channels(int64_t index) const {
    return {index * step, least(call.x.channels, (index + 1) * step)};
  }

  /// Where a channel lies behind the start of `held`.
  int64_t position(const Range &held, int64_t channel, int64_t slot) const {
    Range own = channels(channel / step);
    return (own.start - held.start) * mostSlots + slot * (own.end - own.start) + channel - own.start;
  }

  /// What the pass holds of the image, or of the weights, while it computes some channels of x.
  Range heldOfImage(const Span &span) const {
    return isBlockwise ? Range{0, call.x.channels} : span.others;
  }
  Range heldOfWeight(const Span &span) const {
    return isBlockwise ? span.others : Range{0, call.x.channels};
  }

  void transformImage(const Span &span, int64_t row) const {
    auto window = this->imageWindow(span.start + row);
    for (int64_t channel = span.others.start; channel < span.others.end; channel += lanes) {
      Values<Factor> values(image.extent, [&](int64_t slot) {
        return image.at(0, row) + position(heldOfImage(span), channel, slot);
      });
      transform<typename Form::Input>(
          [&](int i, int j) { return window.read(i, j, channel); },
          [&](int i, int j, Vector value) { storeAlong(values.at(i, j), value); });
    }
  }

  /// For a vector of channels of y, which lie across the rows of the panels.
  void transformWeight(const Span &span, int64_t vector) const {
    int64_t first = vector * lanes;
    for (int64_t in = span.others.start; in < span.others.end; in += lanes) {
      Vector weights[taps][taps][lanes];
      this->readAcross(span.first + first, in, weights);
      Values<Factor> values(weight.extent, [&](int64_t slot) {
        return weight.at(0, position(heldOfWeight(span), in, slot), first);
      });
      for (int64_t lane = 0; lane < lanes; lane += group)
        transformGroup<typename Form::Weight>(
            [&](int64_t k, int i, int j) { return weights[i][j][lane + k]; },
            [&](int i, int j) { return values.at(i, j) + lane * panelWidth; });
    }
  }

  void multiply(const Span &span, const Ahead<taps> &ahead) const {
    int64_t column = position(heldOfImage(span), span.others.start, 0);
    int64_t row = position(heldOfWeight(span), span.others.start, 0);
    for (int64_t product = 0; product < products; product++) {
      ahead.fetch(product, products);
      for (int64_t panel = 0; panel < span.channels; panel += panelWidth) {
        multiplyPanel<false>(
            span.tiles, this->slots(product) * span.otherCount() / group,
            image.left(product, column), weight.right(product, row, panel),
            result.at(product, 0) + panel, result.stride, span.others.start > 0);
      }
    }
  }

  void writeResults(const Span &span) const {
    if (call.moments.mean)
      for (int64_t i = 0; i < quotient(span.tiles, measuredTiles); i++) measureResults(span, i);
    else
      for (int64_t row = 0; row < span.tiles; row++)
        writeResult(span, row, this->resultWindow(span.start + row), Unmeasured());
  }

  /// Writes a block of tiles and leaves their sums.
  void measureResults(const Span &span, int64_t index) const {
    int64_t block = span.start / rows * measuredBlocks + index, places = 0;
    int64_t start = index * measuredTiles, end = least(span.tiles, start + measuredTiles);
    Measured measured = {pf_measured_block_at(&measurement, block)};
    for (int64_t row = start; row < end; row++) {
      auto window = this->resultWindow(span.start + row);
      measured.isFirst = row == start;
      measured.places = window.count();
      writeResult(span, row, window, measured);
      places += measured.places;
    }
    // Other channels' results have as many places.
    if (span.first == 0) *measured.block.places = places;
  }

  template <class Epilogue>
  void writeResult(
      const Span &span, int64_t row, const Window<results> &window, const Epilogue &epilogue) const {
    for (int64_t channel = 0; channel < span.channels; channel += lanes) {
      const float *values = result.at(0, row) + channel;
      int64_t extent = result.extent;
      Vector tile[results][results];
      transform<typename Form::Output>(
          [&](int i, int j) { return load(values + (i * places + j) * extent); },
          [&](int i, int j, Vector value) { tile[i][j] = value; });
      int64_t target = span.first + channel;
      Vector bias = call.bias ? load(call.bias + target) : Vector{};
      for (int i = 0; i < results; i++)
        for (int j = 0; j < results; j++) {
          tile[i][j] = activated(tile[i][j] + bias, call.slope);
          if (char *pixel = window.pixel(i, j)) window.write(pixel, target, tile[i][j]);
        }
      epilogue.add(window, tile, target);
    }
  }
};
