struct Range {
  int64_t start, end;
};

/// A picture of a few channels, an image of many, and the windows of the picture that the image's pixels meet.
struct Geometry {
  const pf_few_channels &call;
  /// Numbers that a row of a window has, and a whole one.
  int64_t rowTaps = call.kernel[1] * call.picture.channels, taps = call.kernel[0] * rowTaps;

  explicit Geometry(const pf_few_channels &call) : call(call) {}

  /// Floats that a row of the image takes if it has to be widened.
  int64_t widenedLength() const {
    bool isNarrow = call.image.element == pf_bfloat16;
    return isNarrow ? roundedUp(call.image.size[1] * call.image.channels, panelWidth) : 0;
  }

  /// A row of the image as floats, pixel by pixel: where it lies, or in `values`.
  Left imageRow(int64_t sample, int64_t row, float *values) const {
    const pf_few_channels_image &image = call.image;
    int64_t offset = sample * image.strides[0] + row * image.strides[1];
    if (image.element == pf_float32) {
      const float *pixels = (const float *)image.pixels + offset;
      return {pixels, image.strides[2], pixels + image.strides[1]};
    }
    for (int64_t i = 0; i < image.size[1]; i++)
      for (int64_t channel = 0; channel < image.channels; channel += lanes)
        store(values + i * image.channels + channel,
              widened((const uint16_t *)image.pixels + offset + i * image.strides[2] + channel));
    return {values, image.channels};
  }

  /// Of a number of the picture, in elements.
  int64_t offset(int64_t sample, int64_t row, int64_t column, int64_t channel) const {
    const int64_t *strides = call.picture.strides;
    return sample * strides[0] + row * strides[1] + column * strides[2] + channel * strides[3];
  }

  /// The weight between a channel of the image and a number of the window.
  float *weight(int64_t channel, int64_t tap) const {
    int64_t row = tap / rowTaps, column = tap % rowTaps / call.picture.channels;
    return call.w + channel * call.w_strides[0] + row * call.w_strides[1]
           + column * call.w_strides[2] + tap % call.picture.channels * call.w_strides[3];
  }

  /// Of the image's pixels along an axis: those of which the tap meets pixels of the picture from `start` to `end`.
  Range meeting(int axis, int64_t tap, int64_t start, int64_t end) const {
    int64_t offset = call.padding[axis] - tap, stride = call.stride[axis];
    int64_t last = end - 1 + offset;
    return {quotient(most(0, start + offset), stride),
            last < 0 ? 0 : least(call.image.size[axis], last / stride + 1)};
  }
};
