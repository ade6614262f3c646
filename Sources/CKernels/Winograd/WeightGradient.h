/// dw from x and dy.
template <class Form>
struct WeightGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::call, Base::edge, Base::places, Base::taps, Base::transformed;

  /// Channels of x come in blocks of a panel's width, with a panel for every slot; a part is some blocks.
  int64_t blocks = quotient(call.x.channels, panelWidth), parts = least(call.threads, blocks);
  int64_t partBlocks = quotient(blocks, parts);
  int64_t depth = Base::mostSlots * blocks * panelWidth, chunk = Base::chunk(depth);
  /// Channels of y that a thread computes at a time with a block of those of x, if there are few tiles.
  static constexpr int64_t strip = 4 * rowBlock;
  int64_t strips = quotient(call.y.channels, strip);
  bool isBlockwise = Base::isBlockwise(strips * blocks, chunk);
  /// Of how many channels of y there are gradients, and products, at a time.
  int64_t gradients = isBlockwise ? call.y.channels : Base::slab(call.y.channels, call.x.channels);
  int64_t slab = isBlockwise ? strip : gradients;
  int64_t columns = isBlockwise ? Base::mostSlots * panelWidth : depth;
  Matrices<Factor> gradient{quotient(chunk, group), roundedUp(gradients, rowBlock) * group};
  Panels image{chunk, depth};
  Matrices<float> result{slab, columns};

  explicit WeightGradient(const pf_winograd &call) : Base(call) {
    layOut(call.scratch, Base::products, gradient, image, result);
  }

  size_t byteCount() const {
    return totalBytes(Base::products, gradient, image) + (isBlockwise ? call.threads : 1) * ownBytes();
  }
  size_t ownBytes() const { return totalBytes(Base::products, result); }

  /// With results of a thread's own.
  WeightGradient of(int32_t worker) const {
    WeightGradient own = *this;
    layOut((char *)result.base + worker * ownBytes(), Base::products, own.result);
    return own;
  }

  void run() const {
    for (int64_t first = 0; first < call.y.channels; first += gradients)
      for (int64_t start = 0; start < this->tiles; start += chunk) {
        Span span = {start, least(chunk, this->tiles - start), first,
                     least(gradients, call.y.channels - first), {0, call.x.channels}};
        if (first == 0 || chunk < this->tiles)
          inParallel<&WeightGradient::transformImage>(
              *this, span, parts * quotient(span.tiles, group), true);
        inParallel<&WeightGradient::transformGradient>(
            *this, span, quotient(span.tiles, group), true);
        if (isBlockwise)
          blockwise(*this, strips * blocks);
        else
          computeSlab(span);
      }
  }

  void computeSlab(const Span &span) const {
    inParallel<&WeightGradient::multiplyPart>(
        *this, span, parts * Base::products * partBlocks * Base::mostSlots);
    if (span.start + chunk >= this->tiles)
      inParallel<&WeightGradient::writePart>(*this, span, parts * span.channels, true);
  }

  /// Strips that follow each other share a block of x.
  void computeBlock(int64_t index) const {
    int64_t first = index % strips * strip, block = index / strips;
    Span span = {0, this->tiles, first, least(strip, call.y.channels - first),
                 {block * panelWidth, least(call.x.channels, (block + 1) * panelWidth)}};
    for (int64_t product = 0; product < Base::products; product++)
      for (int64_t slot = 0; slot < this->slots(product); slot++)
        multiply(span, product, block * Base::mostSlots + slot);
    for (int64_t out = 0; out < span.channels; out++) writeResult(span, out, span.others);
  }

  /// Channels of x in a part.
  Range channels(int64_t part) const {
    int64_t step = partBlocks * panelWidth;
    return {least(call.x.channels, part * step), least(call.x.channels, (part + 1) * step)};
  }

  int64_t column(int64_t channel, int64_t slot) const {
    return (channel / panelWidth * Base::mostSlots + slot) * panelWidth + channel % panelWidth;
  }

  /// A group of tiles, in a part of the channels; there are zeros behind the last.
  void transformImage(const Span &span, int64_t item) const {
    int64_t groups = quotient(span.tiles, group), row = item % groups * group;
    Range range = channels(item / groups);
    for (int64_t channel = range.start; channel < range.end; channel += lanes) {
      Vector values[group][transformed][transformed] = {};
      for (int64_t k = 0; k < least(group, span.tiles - row); k++) {
        Vector tile[edge][edge];
        this->imageWindow(span.start + row + k).read(channel, tile);
        transform<typename Form::Input>(tile, values[k]);
      }
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          storeAcross(
              image.at(this->product(i, j), row, column(channel, this->slot(i, j))), values, i, j);
    }
  }

  /// A group of tiles; there are zeros behind the last.
  void transformGradient(const Span &span, int64_t index) const {
    int64_t row = index * group;
    for (int64_t channel = 0; channel < span.channels; channel += lanes) {
      Vector values[group][places][places] = {};
      for (int64_t k = 0; k < least(group, span.tiles - row); k++)
        this->readGradient(span.start + row + k, span.first + channel, values[k]);
      for (int i = 0; i < places; i++)
        for (int j = 0; j < places; j++)
          storeAcross(gradient.at(i * places + j, index) + channel * group, values, i, j);
    }
  }

  void multiplyPart(const Span &span, int64_t unit) const {
    // Panels of one product follow each other, so that what they have in common stays in the cache.
    int64_t panels = partBlocks * Base::mostSlots, part = unit / panels / Base::products;
    int64_t product = unit / panels % Base::products, panel = part * panels + unit % panels;
    if (panel / Base::mostSlots >= blocks || panel % Base::mostSlots >= this->slots(product)) return;
    multiply(span, product, panel);
  }

  /// One panel of one product, added to those of earlier tiles.
  void multiply(const Span &span, int64_t product, int64_t panel) const {
    int64_t column = panel * panelWidth;
    Left left = gradient.left(product, 0);
    left.a += span.first % gradients * group;
    multiplyPanel<true>(
        span.channels, quotient(span.tiles, group), left, image.at(product, 0, column),
        result.at(product, 0) + column % columns, result.stride, span.start > 0);
  }

  void writePart(const Span &span, int64_t item) const {
    writeResult(span, item % span.channels, channels(item / span.channels));
  }

  void writeResult(const Span &span, int64_t out, Range range) const {
    float *target = call.w + (span.first + out) * call.w_strides[0];
    for (int64_t in = range.start; in < range.end; in += lanes) {
      Vector values[transformed][transformed], tile[taps][taps];
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++) {
          const float *value =
              result.at(this->product(i, j), out) + column(in, this->slot(i, j)) % columns;
          // So many matrices are too much for the machine to follow.
          __builtin_prefetch(value + 2 * lanes);
          values[i][j] = load(value);
        }
      transform<Adjoint<typename Form::Weight>>(values, tile);
      for (int i = 0; i < taps; i++)
        for (int j = 0; j < taps; j++)
          store(target + i * call.w_strides[1] + j * call.w_strides[2] + in, tile[i][j]);
    }
  }
};
