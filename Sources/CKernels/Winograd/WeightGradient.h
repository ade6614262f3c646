/// dw from x and dy.
template <class Form>
struct WeightGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::block, Base::call, Base::columns, Base::edge, Base::places, Base::products, Base::taps,
      Base::tiles, Base::transformed;

  int64_t blocks = quotient(call.x.channels, block);
  /// Of few tiles, a share is a block of the channels of x; it takes so many of y at a time.
  static constexpr int64_t fewTiles = 256, strip = 8 * rowBlock;
  bool isBlockwise = tiles <= fewTiles && blocks >= 2 * call.threads;
  /// Of many, it is a slab of some blocks, and a part of the tiles. So many slabs are computed at a time.
  int64_t slabs = isBlockwise ? 1 : fewestSlabs();
  int64_t parts = isBlockwise ? 1 : least(mostParts(), quotient(call.threads, slabs));
  int64_t slab = isBlockwise ? 1 : least(quotient(blocks, slabs), fittingBlocks());
  int64_t rows = isBlockwise ? tiles : Base::rows(call.y.channels + slab * columns);
  // The gradients, or the results, are there for all threads; everything else is a thread's own.
  Matrices<Factor> gradient{quotient(rows, group), roundedUp(call.y.channels, rowBlock) * group};
  FactorPanels image{rows, slab * columns};
  /// More than a cache holds: blocks of a panel lie in the order in which they are added to.
  Panels<float, 1> result{isBlockwise ? strip : call.y.channels, slab * columns};

  explicit WeightGradient(const pf_winograd &call) : Base(call) {
    isBlockwise ? layOut(call.scratch, products, gradient) : layOut(call.scratch, products, result);
  }

  int64_t blockBytes() const { return products * call.y.channels * columns * int64_t(sizeof(float)); }

  int64_t mostParts() const { return most(1, tiles / Base::fewestRows); }

  /// As few as the parts' results leave room for, because each transforms all gradients.
  int64_t fewestSlabs() const {
    constexpr int64_t bytes = 4 << 20;
    int64_t highest = least(call.threads, blocks);
    int64_t count = least(highest, quotient(call.threads, mostParts()));
    while (count < highest && quotient(call.threads, count) * blocks * blockBytes() > bytes) count++;
    return count;
  }

  int64_t fittingBlocks() const {
    constexpr int64_t bytes = 8 << 20;
    return most(1, bytes / blockBytes());
  }

  size_t resultBytes() const { return totalBytes(products, result); }
  size_t sharedBytes() const {
    return isBlockwise ? totalBytes(products, gradient) : slabs * parts * resultBytes();
  }
  size_t ownBytes() const {
    return totalBytes(products, image) + (isBlockwise ? resultBytes() : totalBytes(products, gradient));
  }
  size_t byteCount() const { return sharedBytes() + call.threads * ownBytes(); }

  /// With memory of a thread's own.
  WeightGradient of(int32_t worker) const {
    WeightGradient own = *this;
    char *start = call.scratch + sharedBytes() + worker * ownBytes();
    isBlockwise ? layOut(start, products, own.image, own.result)
                : layOut(start, products, own.image, own.gradient);
    return own;
  }

  void run() const {
    Span span = {0, tiles, 0, call.y.channels, {0, call.x.channels}};
    if (isBlockwise) {
      inParallel<&WeightGradient::transformGradient>(*this, span, quotient(tiles, group), true);
      inParallel<&WeightGradient::computeBlock>(*this, span, blocks);
      return;
    }
    int64_t step = slabs * slab * block;
    for (int64_t in = 0; in < call.x.channels; in += step) {
      span.others = {in, least(call.x.channels, in + step)};
      inParallel<&WeightGradient::computeShare>(*this, span, slabs * parts);
      inParallel<&WeightGradient::writeShare>(*this, span, slabs * call.y.channels, true);
    }
  }

  void computeBlock(const Span &all, int64_t index) const {
    Span span = all;
    span.others = channels(all, index);
    for (int64_t row = 0; row < span.tiles; row += group) transformImage(span, row);
    for (; span.first < call.y.channels; span.first += strip) {
      span.channels = least(strip, call.y.channels - span.first);
      multiply(span, result, false);
      for (int64_t out = 0; out < span.channels; out++) writeResult(span, out, result);
    }
  }

  /// One part of the tiles after the other has a result of its own.
  void computeShare(const Span &all, int64_t share) const {
    Span span = all;
    span.others = channels(all, share / parts);
    if (span.otherCount() == 0) return;
    int64_t part = share % parts, start = tiles * part / parts, end = tiles * (part + 1) / parts;
    for (span.start = start; span.start < end; span.start += rows) {
      span.tiles = least(rows, end - span.start);
      for (int64_t row = 0; row < span.tiles; row += group) transformImage(span, row);
      for (int64_t i = 0; i < quotient(span.tiles, group); i++) transformGradient(span, i);
      multiply(span, resultOf(share), span.start > start);
    }
  }

  void writeShare(const Span &all, int64_t item) const {
    int64_t index = item / call.y.channels;
    Span span = all;
    span.others = channels(all, index);
    writeResult(span, item % call.y.channels, resultOf(index * parts));
  }

  /// Channels of x in a slab.
  Range channels(const Span &all, int64_t index) const {
    int64_t start = all.others.start + index * slab * block;
    return {least(all.others.end, start), least(all.others.end, start + slab * block)};
  }

  Panels<float, 1> resultOf(int64_t share) const {
    Panels<float, 1> own = result;
    layOut(call.scratch + share * resultBytes(), products, own);
    return own;
  }

  /// A group of tiles; there are zeros behind the last.
  void transformImage(const Span &span, int64_t row) const {
    for (int64_t channel = span.others.start; channel < span.others.end; channel += lanes) {
      Vector values[group][transformed][transformed] = {};
      for (int64_t k = 0; k < least(group, span.tiles - row); k++) {
        Vector tile[edge][edge];
        this->imageWindow(span.start + row + k).read(channel, tile);
        transform<typename Form::Input>(tile, values[k]);
      }
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          storeAcross(
              image.at(
                  this->product(i, j), row,
                  this->column(channel - span.others.start, this->slot(i, j))),
              values, i, j);
    }
  }

  /// A group of tiles; there are zeros behind the last.
  void transformGradient(const Span &span, int64_t index) const {
    int64_t row = index * group;
    for (int64_t channel = 0; channel < call.y.channels; channel += lanes) {
      Vector values[group][places][places] = {};
      for (int64_t k = 0; k < least(group, span.tiles - row); k++)
        this->readGradient(span.start + row + k, channel, values[k]);
      for (int i = 0; i < places; i++)
        for (int j = 0; j < places; j++)
          storeAcross(gradient.at(i * places + j, index) + channel * group, values, i, j);
    }
  }

  void multiply(const Span &span, const Panels<float, 1> &result, bool accumulates) const {
    int64_t end = quotient(span.otherCount(), block) * columns;
    for (int64_t product = 0; product < products; product++)
      for (int64_t column = 0; column < end; column += panelWidth) {
        if (column % columns >= this->slots(product) * block) continue;
        Left left = gradient.left(product, 0);
        left.a += span.first * group;
        multiplyPanel<true>(
            span.channels, quotient(span.tiles, group), left, image.at(product, 0, column),
            result.at(product, 0, column), panelWidth, accumulates);
      }
  }

  /// The sum of all parts' results, from the first one's on.
  void writeResult(const Span &span, int64_t out, const Panels<float, 1> &result) const {
    float *target = call.w + (span.first + out) * call.w_strides[0];
    for (int64_t in = span.others.start; in < span.others.end; in += lanes) {
      Vector values[transformed][transformed], tile[taps][taps];
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++) {
          const float *value =
              result.at(this->product(i, j), out, this->column(in - span.others.start, this->slot(i, j)));
          // So many matrices are too much for the machine to follow.
          __builtin_prefetch(value + panelWidth);
          values[i][j] = load(value);
          for (int64_t part = 1; part < parts; part++)
            values[i][j] += load(value + part * products * result.extent);
        }
      transform<Adjoint<typename Form::Weight>>(values, tile);
      for (int i = 0; i < taps; i++)
        for (int j = 0; j < taps; j++)
          store(target + i * call.w_strides[1] + j * call.w_strides[2] + in, tile[i][j]);
    }
  }
};
