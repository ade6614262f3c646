/// dx from dy and w.
template <class Form>
struct InputGradient : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::call, Base::edge, Base::places, Base::transformed;

  int64_t chunk = Base::chunk(Base::mostSlots * call.in_channels);
  int64_t slab = Base::slab(call.in_channels, call.out_channels, chunk);
  Matrices gradient{chunk, call.out_channels};
  Panels weight{call.out_channels, Base::mostSlots *slab};
  Matrices result{chunk, Base::mostSlots *slab};

  explicit InputGradient(const pf_winograd &call) : Base(call) {
    layOut(call.scratch, Base::products, gradient, weight, result);
  }

  size_t byteCount() const { return totalBytes(Base::products, gradient, weight, result); }

  void run() const {
    for (int64_t start = 0; start < this->tiles; start += chunk)
      for (int64_t first = 0; first < call.in_channels; first += slab) {
        Span span = this->span(start, chunk, first, slab, call.in_channels);
        if (first == 0)
          inParallel<&InputGradient::transformGradient>(*this, span, span.tiles, this->grain);
        if (start == 0 || slab < call.in_channels)
          inParallel<&InputGradient::transformWeight>(*this, span, call.out_channels, this->grain);
        inParallel<&InputGradient::multiply>(
            *this, span, Base::products * quotient(Base::mostSlots * slab, panelWidth));
        // Neighbouring tiles overlap: a thread has its channels for itself instead.
        inParallel<&InputGradient::addResult>(*this, span, span.channels / lanes);
      }
  }

  void transformGradient(const Span &span, int64_t row) const {
    for (int64_t channel = 0; channel < call.out_channels; channel += lanes) {
      Vector values[places][places];
      this->readGradient(span.start + row, channel, values);
      for (int i = 0; i < places; i++)
        for (int j = 0; j < places; j++)
          store(gradient.at(i * places + j, row) + channel, values[i][j]);
    }
  }

  void transformWeight(const Span &span, int64_t out) const {
    for (int64_t in = 0; in < span.channels; in += lanes) {
      Vector values[transformed][transformed];
      this->readWeight(out, span.first + in, values);
      for (int i = 0; i < transformed; i++)
        for (int j = 0; j < transformed; j++)
          store(weight.at(this->product(i, j), out, this->slot(i, j) * slab + in), values[i][j]);
    }
  }

  void multiply(const Span &span, int64_t unit) const {
    // Panels of one product follow each other, so that what they have in common stays in the cache.
    int64_t panels = quotient(Base::mostSlots * slab, panelWidth);
    int64_t product = unit / panels, column = unit % panels * panelWidth;
    if (column >= this->slots(product) * slab) return;
    multiplyPanel<false>(
        span.tiles, call.out_channels, gradient.left(product), weight.at(product, 0, column),
        result.at(product, 0) + column, result.stride, false);
  }

  /// Adds 16 channels of all tiles to dx, tile by tile.
  void addResult(const Span &span, int64_t group) const {
    int64_t channel = group * lanes;
    for (int64_t row = 0; row < span.tiles; row++) {
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
        float *pixel = window.pixels[i][j];
        if (!pixel) continue;
        bool isReached =
            (i < Base::overlap && at.row > 0) || (j < Base::overlap && at.column > 0);
        store(pixel + channel, isReached ? tile[i][j] + load(pixel + channel) : tile[i][j]);
      }
  }
};
