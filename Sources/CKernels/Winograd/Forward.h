/// y = activation(conv(x, w) + b).
template <class Form>
struct Forward : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::call, Base::places, Base::results, Base::taps, Base::transformed;

  int64_t blocks = quotient(call.y.channels, panelWidth);
  int64_t depth = Base::mostSlots * call.x.channels, chunk = Base::chunk(depth);
  bool isBlockwise = Base::isBlockwise(blocks, chunk);
  /// Of how many channels of y and of x there are weights at a time.
  int64_t slab = isBlockwise ? panelWidth : Base::slab(call.y.channels, call.x.channels);
  int64_t step = isBlockwise ? Base::step(call.x.channels) : call.x.channels;
  Matrices<Factor> image{chunk, depth};
  Panels weight{Base::mostSlots * step, slab};
  Matrices<float> result{chunk, slab};

  /// Tiles of a block that is measured as a whole, and blocks of a chunk of tiles.
  static constexpr int64_t measuredTiles = 16;
  int64_t measuredBlocks = quotient(chunk, measuredTiles);
  pf_measurement measurement;

  explicit Forward(const pf_winograd &call) : Base(call) {
    layOut(call.scratch, Base::products, image, weight, result);
    int64_t last = (this->tiles - 1) / chunk;
    int64_t blocks = last * measuredBlocks + quotient(this->tiles - last * chunk, measuredTiles);
    measurement = {
        call.moments, call.threads, blocks, call.y.channels, call.scratch + productBytes()};
  }

  size_t byteCount() const {
    return productBytes() + (call.moments.mean ? pf_measurement_bytes(&measurement) : 0);
  }
  size_t productBytes() const {
    return totalBytes(Base::products, image) + (isBlockwise ? call.threads : 1) * ownBytes();
  }
  size_t ownBytes() const { return totalBytes(Base::products, weight, result); }

  /// With weights and results of a thread's own.
  Forward of(int32_t worker) const {
    Forward own = *this;
    layOut((char *)weight.base + worker * ownBytes(), Base::products, own.weight, own.result);
    return own;
  }

  void run() const {
    for (int64_t start = 0; start < this->tiles; start += chunk) {
      Span span = {start, least(chunk, this->tiles - start), 0, call.y.channels, {0, call.x.channels}};
      inParallel<&Forward::transformImage>(*this, span, span.tiles, true);
      if (isBlockwise)
        blockwise(*this, blocks);
      else
        computeSlabs(span);
    }
    if (call.moments.mean) pf_measurement_finish(&measurement);
  }

  void computeSlabs(Span span) const {
    for (; span.first < call.y.channels; span.first += slab) {
      span.channels = least(slab, call.y.channels - span.first);
      if (span.start == 0 || slab < call.y.channels)
        inParallel<&Forward::transformWeight>(*this, span, quotient(span.channels, lanes));
      inParallel<&Forward::multiply>(*this, span, units(span));
      if (call.moments.mean)
        inParallel<&Forward::measureResults>(*this, span, quotient(span.tiles, measuredTiles));
      else
        inParallel<&Forward::writeResult>(*this, span, span.tiles, true);
    }
  }

  void computeBlock(int64_t block) const {
    int64_t first = block * slab;
    Span span = {0, this->tiles, first, least(slab, call.y.channels - first), {}};
    for (int64_t in = 0; in < call.x.channels; in += step) {
      span.others = {in, least(call.x.channels, in + step)};
      for (int64_t i = 0; i < quotient(span.channels, lanes); i++) transformWeight(span, i);
      for (int64_t i = 0; i < units(span); i++) multiply(span, i);
    }
    if (call.moments.mean)
      for (int64_t i = 0; i < quotient(span.tiles, measuredTiles); i++) measureResults(span, i);
    else
      for (int64_t row = 0; row < span.tiles; row++) writeResult(span, row);
  }

  void transformImage(const Span &span, int64_t row) const {
    auto window = this->imageWindow(span.start + row);
    for (int64_t channel = 0; channel < call.x.channels; channel += lanes) {
      Vector tile[Base::edge][Base::edge], values[transformed][transformed];
      window.read(channel, tile);
      transform<typename Form::Input>(tile, values);
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          storeAlong(
              image.at(this->product(i, j), row) + column(channel, this->slot(i, j)), values[i][j]);
    }
  }

  /// Steps lie one behind the other, and within each slots.
  int64_t column(int64_t channel, int64_t slot) const {
    int64_t in = channel / step * step, width = least(step, call.x.channels - in);
    return in * Base::mostSlots + slot * width + channel - in;
  }

  /// For a vector of channels of y, which lie across the rows of the panels.
  void transformWeight(const Span &span, int64_t vector) const {
    int64_t first = vector * lanes;
    for (int64_t in = span.others.start; in < span.others.end; in += lanes) {
      Vector weights[taps][taps][lanes];
      this->readAcross(span.first + first, in, weights);
      for (int64_t lane = 0; lane < lanes; lane += group) {
        Vector values[group][transformed][transformed];
        for (int64_t k = 0; k < group; k++) {
          Vector tile[taps][taps];
          for (int i = 0; i < taps; i++)
            for (int j = 0; j < taps; j++) tile[i][j] = weights[i][j][lane + k];
          transform<typename Form::Weight>(tile, values[k]);
        }
        for (int i = 0; i < transformed; i++)
          for (int j = 0; j < transformed; j++) {
            int64_t row = this->slot(i, j) * span.otherCount() + in - span.others.start + lane;
            storeAcross(weight.at(this->product(i, j), row, first), values, i, j);
          }
      }
    }
  }

  /// A panel of a product, for a part of the tiles.
  int64_t units(const Span &span) const {
    return this->parts(span) * this->products * quotient(span.channels, panelWidth);
  }

  void multiply(const Span &span, int64_t unit) const {
    // Panels of one product follow each other, so that what they have in common stays in the cache.
    int64_t panels = quotient(span.channels, panelWidth), panel = unit % panels * panelWidth;
    int64_t product = unit / panels % this->products;
    Range rows = this->rows(span, unit / panels / this->products);
    Left left = image.left(product, rows.start);
    left.a += column(span.others.start, 0);
    multiplyPanel<false>(
        rows.end - rows.start, this->slots(product) * span.otherCount() / group, left,
        weight.at(product, 0, panel), result.at(product, rows.start) + panel, result.stride,
        span.others.start > 0);
  }

  void writeResult(const Span &span, int64_t row) const {
    writeTile(span, row, this->resultWindow(span.start + row), Unmeasured());
  }

  /// Writes a block of tiles and leaves their sums.
  void measureResults(const Span &span, int64_t index) const {
    int64_t block = span.start / chunk * measuredBlocks + index, places = 0;
    int64_t start = index * measuredTiles, end = least(span.tiles, start + measuredTiles);
    Measured measured = {pf_measured_block_at(&measurement, block)};
    for (int64_t row = start; row < end; row++) {
      auto window = this->resultWindow(span.start + row);
      measured.isFirst = row == start;
      measured.places = window.count();
      writeTile(span, row, window, measured);
      places += measured.places;
    }
    // Other channels' results have as many places.
    if (span.first == 0) *measured.block.places = places;
  }

  template <class Epilogue>
  void writeTile(
      const Span &span, int64_t row, const Window<results> &window, const Epilogue &epilogue) const {
    for (int64_t channel = 0; channel < span.channels; channel += lanes) {
      Vector values[places][places], tile[results][results];
      for (int i = 0; i < places; i++)
        for (int j = 0; j < places; j++)
          values[i][j] = load(result.at(i * places + j, row) + channel);
      transform<typename Form::Output>(values, tile);
      int64_t target = span.first + channel;
      Vector bias = call.bias ? load(call.bias + target) : Vector{};
      for (int i = 0; i < results; i++)
        for (int j = 0; j < results; j++) {
          tile[i][j] = activated(tile[i][j] + bias, call.slope);
          if (char *pixel = window.pixels[i][j]) window.write(pixel, target, tile[i][j]);
        }
      epilogue.add(window, tile, target);
    }
  }
};
