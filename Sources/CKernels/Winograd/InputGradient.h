/// dx from dy and w.
template <class Form>
struct InputGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::call, Base::edge, Base::places, Base::transformed;

  int64_t blocks = quotient(call.x.channels, panelWidth);
  int64_t chunk = Base::chunk(Base::mostSlots * call.x.channels);
  bool isBlockwise = Base::isBlockwise(blocks, chunk);
  /// Of how many channels of x and of y there are weights at a time.
  int64_t slab = isBlockwise ? panelWidth : Base::slab(call.x.channels, call.y.channels);
  int64_t step = isBlockwise ? Base::step(call.y.channels) : call.y.channels;
  Matrices<Factor> gradient{chunk, call.y.channels};
  Panels weight{step, Base::mostSlots *slab};
  Matrices<float> result{chunk, Base::mostSlots *slab};

  explicit InputGradient(const pf_winograd &call) : Base(call) {
    layOut(call.scratch, Base::products, gradient, weight, result);
  }

  size_t byteCount() const {
    return totalBytes(Base::products, gradient) + (isBlockwise ? call.threads : 1) * ownBytes();
  }
  size_t ownBytes() const { return totalBytes(Base::products, weight, result); }

  /// With weights and results of a thread's own.
  InputGradient of(int32_t worker) const {
    InputGradient own = *this;
    layOut((char *)weight.base + worker * ownBytes(), Base::products, own.weight, own.result);
    return own;
  }

  void run() const {
    for (int64_t start = 0; start < this->tiles; start += chunk) {
      Span span = {start, least(chunk, this->tiles - start), 0, call.x.channels, {0, call.y.channels}};
      inParallel<&InputGradient::transformGradient>(*this, span, span.tiles, true);
      if (isBlockwise)
        blockwise(*this, blocks);
      else
        computeSlabs(span);
    }
  }

  void computeSlabs(Span span) const {
    for (; span.first < call.x.channels; span.first += slab) {
      span.channels = least(slab, call.x.channels - span.first);
      if (span.start == 0 || slab < call.x.channels)
        inParallel<&InputGradient::transformWeight>(*this, span, call.y.channels / group, true);
      inParallel<&InputGradient::multiply>(*this, span, units(span));
      inParallel<&InputGradient::addSamples>(*this, span, sampleParts(span) * (span.channels / lanes));
    }
  }

  void computeBlock(int64_t block) const {
    int64_t first = block * slab;
    Span span = {0, this->tiles, first, least(slab, call.x.channels - first), {}};
    for (int64_t out = 0; out < call.y.channels; out += step) {
      span.others = {out, least(call.y.channels, out + step)};
      for (int64_t i = 0; i < span.otherCount() / group; i++) transformWeight(span, i);
      for (int64_t i = 0; i < units(span); i++) multiply(span, i);
    }
    for (int64_t channel = 0; channel < span.channels; channel += lanes)
      addResult(span, {0, span.tiles}, channel);
  }

  void transformGradient(const Span &span, int64_t row) const {
    for (int64_t channel = 0; channel < call.y.channels; channel += lanes) {
      Vector values[places][places];
      this->readGradient(span.start + row, channel, values);
      for (int i = 0; i < places; i++)
        for (int j = 0; j < places; j++)
          storeAlong(gradient.at(i * places + j, row) + channel, values[i][j]);
    }
  }

  /// For a group of channels of y.
  void transformWeight(const Span &span, int64_t index) const {
    int64_t row = index * group, out = span.others.start + row;
    for (int64_t in = 0; in < span.channels; in += lanes) {
      Vector values[group][transformed][transformed];
      for (int64_t k = 0; k < group; k++) this->readWeight(out + k, span.first + in, values[k]);
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          storeAcross(
              weight.at(this->product(i, j), row, this->slot(i, j) * slab + in), values, i, j);
    }
  }

  /// A panel of a product, for a part of the tiles.
  int64_t units(const Span &span) const { return this->parts(span) * Base::products * panels(); }
  int64_t panels() const { return quotient(Base::mostSlots * slab, panelWidth); }

  void multiply(const Span &span, int64_t unit) const {
    // Panels of one product follow each other, so that what they have in common stays in the cache.
    int64_t product = unit / panels() % Base::products, column = unit % panels() * panelWidth;
    if (column >= this->slots(product) * slab) return;
    Range rows = this->rows(span, unit / panels() / Base::products);
    Left left = gradient.left(product, rows.start);
    left.a += span.others.start;
    multiplyPanel<false>(
        rows.end - rows.start, span.otherCount() / group, left, weight.at(product, 0, column),
        result.at(product, rows.start) + column, result.stride, span.others.start > 0);
  }

  /// Neighbouring tiles of a sample overlap, and are added up by one thread.
  int64_t sampleParts(const Span &span) const { return least(call.threads, samples(span)); }

  int64_t samples(const Span &span) const {
    return this->place(span.start + span.tiles - 1).sample - this->place(span.start).sample + 1;
  }

  /// Rows of some samples.
  Range sampleRows(const Span &span, int64_t part) const {
    int64_t perSample = this->down * this->across, first = this->place(span.start).sample;
    auto row = [&](int64_t part) {
      int64_t tile = (first + samples(span) * part / sampleParts(span)) * perSample;
      return most(0, least(span.tiles, tile - span.start));
    };
    return {row(part), row(part + 1)};
  }

  /// Adds a vector of channels of some samples to dx.
  void addSamples(const Span &span, int64_t item) const {
    int64_t vectors = span.channels / lanes;
    addResult(span, sampleRows(span, item / vectors), item % vectors * lanes);
  }

  void addResult(const Span &span, Range rows, int64_t channel) const {
    for (int64_t row = rows.start; row < rows.end; row++) {
      Vector values[transformed][transformed], tile[edge][edge];
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          values[i][j] = load(
              result.at(this->product(i, j), row) + this->slot(i, j) * slab + channel);
      transform<Adjoint<typename Form::Input>>(values, tile);
      add(tile, span.start + row, span.first + channel);
    }
  }

  /// The first tile that reaches a pixel sets it.
  void add(const Vector (&tile)[edge][edge], int64_t index, int64_t channel) const {
    auto window = this->imageWindow(index);
    auto at = this->place(index);
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++) {
        char *pixel = window.pixels[i][j];
        if (!pixel) continue;
        bool isReached =
            (i < Base::overlap && at.row > 0) || (j < Base::overlap && at.column > 0);
        Vector sum = isReached ? tile[i][j] + window.read(pixel, channel) : tile[i][j];
        window.write(pixel, channel, sum);
      }
  }
};
