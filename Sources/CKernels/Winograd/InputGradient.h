/// dx from dy and w.
template <class Form>
struct InputGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::call, Base::edge, Base::places, Base::transformed;

  int64_t chunk = Base::chunk(Base::mostSlots * call.x.channels);
  int64_t slab = Base::slab(call.x.channels, call.y.channels, chunk);
  Matrices<Factor> gradient{chunk, call.y.channels};
  Panels weight{call.y.channels, Base::mostSlots *slab};
  Matrices<float> result{chunk, Base::mostSlots *slab};

  explicit InputGradient(const pf_winograd &call) : Base(call) {
    layOut(call.scratch, Base::products, gradient, weight, result);
  }

  size_t byteCount() const { return totalBytes(Base::products, gradient, weight, result); }

  void run() const {
    for (int64_t start = 0; start < this->tiles; start += chunk)
      for (int64_t first = 0; first < call.x.channels; first += slab) {
        Span span = this->span(start, chunk, first, slab, call.x.channels);
        if (first == 0)
          inParallel<&InputGradient::transformGradient>(*this, span, span.tiles, this->grain);
        if (start == 0 || slab < call.x.channels)
          inParallel<&InputGradient::transformWeight>(
              *this, span, call.y.channels / group, this->grain);
        inParallel<&InputGradient::multiply>(
            *this, span,
            this->parts(span) * Base::products * quotient(Base::mostSlots * slab, panelWidth));
        inParallel<&InputGradient::addResult>(
            *this, span, sampleParts(span) * (span.channels / lanes));
      }
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
    int64_t out = index * group;
    for (int64_t in = 0; in < span.channels; in += lanes) {
      Vector values[group][transformed][transformed];
      for (int64_t k = 0; k < group; k++) this->readWeight(out + k, span.first + in, values[k]);
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          storeAcross(
              weight.at(this->product(i, j), out, this->slot(i, j) * slab + in), values, i, j);
    }
  }

  void multiply(const Span &span, int64_t unit) const {
    // Panels of one product follow each other, so that what they have in common stays in the cache.
    int64_t panels = quotient(Base::mostSlots * slab, panelWidth);
    int64_t product = unit / panels % Base::products, column = unit % panels * panelWidth;
    if (column >= this->slots(product) * slab) return;
    Range rows = this->rows(span, unit / panels / Base::products);
    multiplyPanel<false>(
        rows.end - rows.start, call.y.channels / group, gradient.left(product, rows.start),
        weight.at(product, 0, column), result.at(product, rows.start) + column, result.stride,
        false);
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

  /// Adds a vector of channels of some samples to dx, tile by tile.
  void addResult(const Span &span, int64_t item) const {
    int64_t vectors = span.channels / lanes, channel = item % vectors * lanes;
    Range rows = sampleRows(span, item / vectors);
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
