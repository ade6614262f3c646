/// y = activation(conv(x, w) + b).
template <class Form>
struct Forward : Geometry<Form> {
  using Base = Geometry<Form>;
  using Base::call, Base::places, Base::results, Base::taps, Base::transformed;

  int64_t depth = Base::mostSlots * call.x.channels;
  int64_t chunk = Base::chunk(depth), slab = Base::slab(call.y.channels, call.x.channels, chunk);
  Matrices<Factor> image{chunk, depth};
  Panels weight{depth, slab};
  Matrices<float> result{chunk, slab};

  explicit Forward(const pf_winograd &call) : Base(call) {
    layOut(call.scratch, Base::products, image, weight, result);
  }

  size_t byteCount() const { return totalBytes(Base::products, image, weight, result); }

  void run() const {
    for (int64_t start = 0; start < this->tiles; start += chunk)
      for (int64_t first = 0; first < call.y.channels; first += slab) {
        Span span = this->span(start, chunk, first, slab, call.y.channels);
        if (first == 0) inParallel<&Forward::transformImage>(*this, span, span.tiles, this->grain);
        if (start == 0 || slab < call.y.channels)
          inParallel<&Forward::transformWeight>(*this, span, quotient(span.channels, lanes));
        inParallel<&Forward::multiply>(
            *this, span,
            this->parts(span) * this->products * quotient(span.channels, panelWidth));
        inParallel<&Forward::writeResult>(*this, span, span.tiles, this->grain);
      }
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
              image.at(this->product(i, j), row) + this->slot(i, j) * call.x.channels + channel,
              values[i][j]);
    }
  }

  /// For a vector of channels of y, which lie across the rows of the panels.
  void transformWeight(const Span &span, int64_t vector) const {
    int64_t first = vector * lanes;
    for (int64_t in = 0; in < call.x.channels; in += lanes) {
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
            int64_t row = this->slot(i, j) * call.x.channels + in + lane;
            storeAcross(weight.at(this->product(i, j), row, first), values, i, j);
          }
      }
    }
  }

  void multiply(const Span &span, int64_t unit) const {
    // Panels of one product follow each other, so that what they have in common stays in the cache.
    int64_t panels = quotient(span.channels, panelWidth), column = unit % panels * panelWidth;
    int64_t product = unit / panels % this->products;
    Range rows = this->rows(span, unit / panels / this->products);
    int64_t depth = this->slots(product) * call.x.channels / group;
    multiplyPanel<false>(
        rows.end - rows.start, depth, image.left(product, rows.start),
        weight.at(product, 0, column), result.at(product, rows.start) + column, result.stride,
        false);
  }

  void writeResult(const Span &span, int64_t row) const {
    auto window = this->resultWindow(span.start + row);
    for (int64_t channel = 0; channel < span.channels; channel += lanes) {
      Vector values[places][places], tile[results][results];
      for (int i = 0; i < places; i++)
        for (int j = 0; j < places; j++)
          values[i][j] = load(result.at(i * places + j, row) + channel);
      transform<typename Form::Output>(values, tile);
      int64_t target = span.first + channel;
      Vector bias = call.bias ? load(call.bias + target) : Vector{};
      for (int i = 0; i < results; i++)
        for (int j = 0; j < results; j++)
          if (char *pixel = window.pixels[i][j])
            window.write(pixel, target, activated(tile[i][j] + bias, call.slope));
    }
  }
};
