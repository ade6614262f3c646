/// The picture from the image and w.
struct Picture : Geometry {
  /// Four channels of a pixel, of which the picture has as many or fewer.
  typedef float Pixel __attribute__((vector_size(16)));
  typedef float UnalignedPixel __attribute__((vector_size(16), aligned(4)));
  static constexpr int64_t pixelWidth = 4;

  /// What a pixel of the image adds to its window takes so many columns; the last pixel of a window is read as a whole.
  int64_t columns = roundedUp(taps - call.picture.channels + pixelWidth, panelWidth);
  int64_t rowLength = call.image.size[1] * columns;
  /// Rows of the picture that a thread computes at a time, and those of the image whose windows reach one of them.
  int64_t bandRows = bandHeight(), imageRows = imageHeight(bandRows);
  int64_t bands = quotient(call.picture.size[0], bandRows);
  // The panels of w are there for all threads; everything else is a thread's own.
  int64_t weightLength = columns * call.image.channels;
  int64_t addedLength = roundedUp(imageRows * rowLength, panelWidth);
  // The last pixel is read as a vector.
  int64_t sumLength = roundedUp(call.picture.size[1] * pixelWidth + lanes, panelWidth);
  int64_t ownLength = addedLength + sumLength + widenedLength();
  float *weights = (float *)call.scratch, *own = weights + weightLength;

  explicit Picture(const pf_few_channels &call) : Geometry(call) {}

  int64_t imageHeight(int64_t pictureRows) const {
    return least(call.image.size[0], quotient(pictureRows + call.kernel[0] - 1, call.stride[0]));
  }

  /// As many rows as a cache holds, and as leave every thread some shares.
  int64_t bandHeight() const {
    constexpr int64_t values = (512 << 10) / sizeof(float), sharesEach = 4;
    int64_t rows = call.picture.size[0];
    int64_t fitting = values / rowLength * call.stride[0] - call.kernel[0] + 1;
    int64_t fair = quotient(call.picture.batch * rows, sharesEach * call.threads);
    return least(rows, most(call.kernel[0], least(fitting, fair)));
  }

  size_t byteCount() const {
    return (weightLength + call.threads * ownLength) * sizeof(float);
  }

  void run() const {
    packWeights();
    inParallel<&Picture::computeBand>(*this, call.picture.batch * bands);
  }

  void packWeights() const {
    for (int64_t column = 0; column < columns; column++)
      for (int64_t channel = 0; channel < call.image.channels; channel++) {
        float *panel = weights + column / panelWidth * panelWidth * call.image.channels;
        panel[channel * panelWidth + column % panelWidth] =
            column < taps ? *weight(channel, column) : 0;
      }
  }

  void computeBand(int64_t share, int32_t worker) const {
    int64_t sample = share / bands, start = share % bands * bandRows;
    int64_t end = least(start + bandRows, call.picture.size[0]);
    float *added = own + worker * ownLength, *sums = added + addedLength;
    float *widened = sums + sumLength;
    // The last row of a window reaches up the farthest, the first one down.
    Range rows = {meeting(0, call.kernel[0] - 1, start, end).start, meeting(0, 0, start, end).end};
    for (int64_t row = rows.start; row < rows.end; row++)
      multiplyRow(imageRow(sample, row, widened), added + (row - rows.start) * rowLength);
    for (int64_t row = start; row < end; row++) {
      addWindows(row, rows.start, added, sums);
      writeRow(sums, sample, row);
    }
  }

  /// What the pixels of a row of the image add to their windows.
  void multiplyRow(Left pixels, float *added) const {
    int64_t width = call.image.size[1], depth = call.image.channels;
    // Blocks of rows are even; one more pixel might not be there.
    int64_t even = width / 2 * 2;
    Left last = {pixels.a + even * pixels.stride, pixels.stride};
    for (int64_t column = 0; column < columns; column += panelWidth) {
      Right panel = {weights + column * depth, weights + (column + panelWidth) * depth};
      multiplyPanel<false>(even, depth, pixels, panel, added + column, columns, false);
      if (even < width)
        multiplyBlock<false, 1>(
            depth, last, panel, {panel.next, panel.stride, last.next}, added + even * columns + column,
            columns, false);
    }
  }

  /// The sum of all windows at a row of the picture.
  void addWindows(int64_t row, int64_t firstRow, const float *added, float *sums) const {
    int64_t channels = call.picture.channels;
    for (int64_t i = 0; i < sumLength; i += lanes) store(sums + i, Vector{});
    for (int64_t k = 0; k < call.kernel[0]; k++) {
      Range rows = meeting(0, k, row, row + 1);
      if (rows.start >= rows.end) continue;
      for (int64_t l = 0; l < call.kernel[1]; l++) {
        Range pixels = meeting(1, l, 0, call.picture.size[1]);
        const float *source = added + (rows.start - firstRow) * rowLength + pixels.start * columns
                              + k * rowTaps + l * channels;
        float *sum = sums + (pixels.start * call.stride[1] - call.padding[1] + l) * pixelWidth;
        int64_t step = call.stride[1] * pixelWidth;
        for (int64_t i = pixels.start; i < pixels.end; i++, source += columns, sum += step)
          *(UnalignedPixel *)sum += *(const UnalignedPixel *)source;
      }
    }
  }

  void writeRow(const float *sums, int64_t sample, int64_t row) const {
    const int64_t channels = call.picture.channels, step = call.picture.strides[3];
    const bool isNarrow = call.picture.element == pf_bfloat16;
    for (int64_t i = 0, width = call.picture.size[1]; i < width; i++, sums += pixelWidth) {
      int64_t start = offset(sample, row, i, 0);
      uint16_t narrow[lanes];
      if (isNarrow) storeNarrow(narrow, load(sums));
      for (int64_t channel = 0; channel < channels; channel++)
        if (isNarrow)
          ((uint16_t *)call.picture.pixels)[start + channel * step] = narrow[channel];
        else
          ((float *)call.picture.pixels)[start + channel * step] = sums[channel];
    }
  }
};
