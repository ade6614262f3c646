/// The gradient of w: the sum over all pixels of the image of what its window of the picture is, times the pixel.
struct WeightGradient : Geometry {
  /// Of the image; each has a sum of its own.
  int64_t rows = call.image.batch * call.image.size[0], parts = least(call.threads, rows);
  /// A row of the picture with what windows reach over the border, as zeros.
  int64_t rowLength = roundedUp(
      ((call.image.size[1] - 1) * call.stride[1] + call.kernel[1]) * call.picture.channels + rowBlock,
      panelWidth);
  /// Sums by number of a row of a window and channel of the image, for every row of a window.
  int64_t sumRows = roundedUp(rowTaps, rowBlock), sumLength = sumRows * call.image.channels;
  int64_t partLength = call.kernel[0] * (rowLength + sumLength) + widenedLength();

  explicit WeightGradient(const pf_few_channels &call) : Geometry(call) {}

  size_t byteCount() const { return parts * partLength * sizeof(float); }

  void run() const {
    inParallel<&WeightGradient::computePart>(*this, parts);
    inParallel<&WeightGradient::writeTap>(*this, taps);
  }

  float *sumsOf(int64_t part) const { return (float *)call.scratch + part * partLength; }

  void computePart(int64_t part, int32_t) const {
    float *sums = sumsOf(part), *windows = sums + call.kernel[0] * sumLength;
    float *widened = windows + call.kernel[0] * rowLength;
    int64_t start = rows * part / parts, end = rows * (part + 1) / parts;
    for (int64_t row = start; row < end; row++) {
      int64_t sample = row / call.image.size[0], i = row % call.image.size[0];
      Left pixels = imageRow(sample, i, widened);
      for (int64_t k = 0; k < call.kernel[0]; k++) {
        readRow(sample, i * call.stride[0] - call.padding[0] + k, windows + k * rowLength);
        addRow(windows + k * rowLength, pixels, sums + k * sumLength, row > start);
      }
    }
  }

  /// Of the picture, zeros outside.
  void readRow(int64_t sample, int64_t row, float *values) const {
    int64_t channels = call.picture.channels, width = call.picture.size[1];
    memset(values, 0, rowLength * sizeof(float));
    if (row < 0 || row >= call.picture.size[0]) return;
    int64_t reached = (call.image.size[1] - 1) * call.stride[1] + call.kernel[1] - call.padding[1];
    for (int64_t i = most(0, -call.padding[1]); i < least(width, reached); i++)
      for (int64_t channel = 0; channel < channels; channel++)
        values[(i + call.padding[1]) * channels + channel] = number(offset(sample, row, i, channel));
  }

  float number(int64_t offset) const {
    if (call.picture.element == pf_float32) return ((const float *)call.picture.pixels)[offset];
    uint32_t bits = uint32_t(((const uint16_t *)call.picture.pixels)[offset]) << 16;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
  }

  void addRow(const float *window, Left pixels, float *sums, bool accumulates) const {
    Left left = {window, call.stride[1] * call.picture.channels};
    for (int64_t channel = 0; channel < call.image.channels; channel += panelWidth)
      multiplyPanel<true>(
          rowTaps, call.image.size[1], left,
          {pixels.a + channel, pixels.a + channel + panelWidth, pixels.stride}, sums + channel,
          call.image.channels, accumulates);
  }

  /// The sum of all parts, in their order.
  void writeTap(int64_t tap, int32_t) const {
    int64_t row = tap / rowTaps * sumRows + tap % rowTaps;
    for (int64_t channel = 0; channel < call.image.channels; channel++) {
      float sum = 0;
      for (int64_t part = 0; part < parts; part++)
        sum += sumsOf(part)[row * call.image.channels + channel];
      *weight(channel, tap) = sum;
    }
  }
};
