/// dw from x and dy.
template <class Form>
struct WeightGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  template <class Element>
  using Values = typename Base::template Values<Element>;
  using Base::block, Base::call, Base::columns, Base::edge, Base::places, Base::products, Base::taps,
      Base::tiles, Base::transformed;

  int64_t blocks = quotient(call.x.channels, block);
  /// Of few tiles, a share is a block of the channels of x; it takes so many of y at a time.
  static constexpr int64_t fewTiles = 256;
  bool isBlockwise = tiles <= fewTiles && blocks >= 2 * call.threads;
  int64_t strip = fittingStrip();
  /// Of many, it is a slab of some blocks, and a part of the tiles. So many slabs are computed at a time.
  int64_t slabs = isBlockwise ? 1 : fewestSlabs();
  int64_t parts = isBlockwise ? 1 : least(mostParts(), quotient(call.threads, slabs));
  int64_t slab = isBlockwise ? 1 : blocksAtATime(quotient(blocks, slabs));
  int64_t rows = isBlockwise ? tiles : roundedUp(Base::fittingRows(call.y.channels + slab * columns), group);
  /// Groups of tiles that are transformed at once: as many as a vector holds, if channels are to be rows.
  static constexpr int64_t bundle = takesTransposed ? 1 : lanes;
  int64_t bundles = quotient(rows, bundle * group);
  // The gradients, or the results, are there for all threads; everything else is a thread's own.
  Matrices<Factor> gradient =
      takesTransposed
          ? Matrices<Factor>(bundles, roundedUp(call.y.channels, rowBlock) * group)
          : Matrices<Factor>(call.y.channels, bundles * bundle * group);
  FactorPanels image{rows, slab * columns};
  /// More than a cache holds: blocks of a panel lie in the order in which they are added to.
  Panels<float, 1> result{isBlockwise ? strip : call.y.channels, slab * columns};

  explicit WeightGradient(const pf_winograd &call) : Base(call) {
    isBlockwise ? layOut(call.scratch, products, gradient) : layOut(call.scratch, products, result);
  }

  int64_t blockBytes() const { return products * call.y.channels * columns * int64_t(sizeof(float)); }

  /// Channels of y whose results stay in a cache while a block is multiplied.
  int64_t fittingStrip() const {
    constexpr int64_t bytes = 512 << 10;
    int64_t fitting = bytes / (products * columns * int64_t(sizeof(float)));
    return most(1, least(8, fitting / rowBlock)) * rowBlock;
  }

  int64_t mostParts() const { return most(1, tiles / Base::fewestRows); }

  /// As few as the parts' results leave room for, because each transforms all gradients.
  int64_t fewestSlabs() const {
    constexpr int64_t bytes = 4 << 20;
    int64_t highest = least(call.threads, blocks);
    int64_t count = least(highest, quotient(call.threads, mostParts()));
    while (count < highest && quotient(call.threads, count) * blocks * blockBytes() > bytes) count++;
    return count;
  }

  /// As even parts of so many as fit.
  int64_t blocksAtATime(int64_t count) const {
    constexpr int64_t bytes = 8 << 20;
    int64_t fitting = most(1, bytes / blockBytes());
    return quotient(count, quotient(count, fitting));
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
      inParallel<&WeightGradient::transformGradient>(*this, span, bundles, true);
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
      Range out = {span.first, span.first + span.channels};
      multiply(span, result, false, this->ahead(out, span.others));
      for (int64_t out = 0; out < span.channels; out++) writeResult(span, out, result);
    }
  }

  /// One part of the tiles after the other has a result of its own.
  void computeShare(const Span &all, int64_t share) const {
    Span span = all;
    span.others = channels(all, share / parts);
    if (span.otherCount() == 0) return;
    int64_t start = startOf(share % parts), end = startOf(share % parts + 1);
    for (span.start = start; span.start < end; span.start += rows) {
      span.tiles = least(rows, end - span.start);
      for (int64_t row = 0; row < span.tiles; row += group) transformImage(span, row);
      for (int64_t i = 0; i < quotient(span.tiles, bundle * group); i++) transformGradient(span, i);
      multiply(span, resultOf(share), span.start > start, {});
    }
  }

  /// The first tile of a part: the start of a group.
  int64_t startOf(int64_t part) const {
    return least(tiles, roundedUp(tiles * part / parts, group));
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
    Window<edge> windows[group];
    for (int64_t k = 0; k < group; k++) windows[k] = this->imageWindow(span.start + row + k);
    for (int64_t channel = span.others.start; channel < span.others.end; channel += lanes) {
      Values<Factor> values(image.extent, [&](int64_t slot) {
        return image.at(0, row, this->column(channel - span.others.start, slot));
      });
      transformGroup<typename Form::Input>(
          [&](int64_t k, int i, int j) { return windows[k].read(i, j, channel); },
          [&](int i, int j) { return values.at(i, j); });
    }
  }

  typedef Window<Base::results> Windows[bundle][group];

  /// A bundle of tiles; there are zeros behind the last.
  void transformGradient(const Span &span, int64_t index) const {
    Windows windows;
    int64_t tile = span.start + index * bundle * group;
    for (int64_t i = 0; i < bundle; i++)
      for (int64_t k = 0; k < group; k++) windows[i][k] = this->resultWindow(tile + i * group + k);
    for (int64_t channel = 0; channel < call.y.channels; channel += lanes)
      if constexpr (takesTransposed)
        transformVector(
            windows[0], channel, gradient.at(0, index) + channel * group, gradient.extent);
      else
        transformAlong(windows, channel, index);
  }

  /// A vector of channels side by side, with so much between products.
  void transformVector(
      const Window<Base::results> (&windows)[group], int64_t channel, Factor *values,
      int64_t extent) const {
    transformGroup<Adjoint<typename Form::Output>>(
        [&](int64_t k, int i, int j) { return windows[k].read(i, j, channel); },
        [&](int i, int j) { return values + (i * places + j) * extent; });
  }

  /// A vector of channels as rows.
  void transformAlong(const Windows &windows, int64_t channel, int64_t index) const {
    alignas(64) Factor groups[bundle][products][lanes * group];
    for (int64_t i = 0; i < bundle; i++)
      transformVector(windows[i], channel, groups[i][0], lanes * group);
    for (int64_t product = 0; product < products; product++) {
      // A group has as many bits as a float.
      Vector rows[lanes];
      for (int64_t i = 0; i < bundle; i++) rows[i] = load((const float *)groups[i][product]);
      transpose(rows);
      Factor *start = gradient.at(product, channel) + index * bundle * group;
      for (int64_t lane = 0; lane < lanes; lane++)
        store((float *)(start + lane * gradient.stride), rows[lane]);
    }
  }

  /// From a channel of y on.
  Left gradients(int64_t product, int64_t channel) const {
    return gradient.left(product, channel * (takesTransposed ? group : gradient.stride));
  }

  void multiply(
      const Span &span, const Panels<float, 1> &result, bool accumulates,
      const Ahead<taps> &ahead) const {
    int64_t end = quotient(span.otherCount(), block) * columns;
    for (int64_t product = 0; product < products; product++) {
      ahead.template fetch<true>(product, products);
      for (int64_t column = 0; column < end; column += panelWidth) {
        if (column % columns >= this->slots(product) * block) continue;
        multiplyPanel<takesTransposed>(
            span.channels, quotient(span.tiles, group), gradients(product, span.first),
            image.right(product, 0, column), result.at(product, 0, column), panelWidth, accumulates);
      }
    }
  }

  /// The sum of all parts' results, from the first one's on.
  void writeResult(const Span &span, int64_t out, const Panels<float, 1> &result) const {
    const int64_t between = products * result.extent, count = parts;
    const int64_t down = call.w_strides[1], across = call.w_strides[2];
    for (int64_t in = span.others.start; in < span.others.end; in += lanes) {
      Values<const float> values(result.extent, [&](int64_t slot) {
        return result.at(0, out, this->column(in - span.others.start, slot));
      });
      float *target = call.w + (span.first + out) * call.w_strides[0] + in;
      auto read = [&](int i, int j) {
        const float *value = values.at(i, j);
        // So many matrices are too much for the machine to follow.
        __builtin_prefetch(value + panelWidth);
        Vector sum = load(value);
        for (int64_t part = 1; part < count; part++) sum += load(value + part * between);
        return sum;
      };
      transform<Adjoint<typename Form::Weight>>(read, [&](int i, int j, Vector value) {
        store(target + i * down + j * across, value);
      });
    }
  }
};
