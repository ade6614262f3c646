template <auto body, class Pass>
static void inParallel(const Pass &pass, int64_t count);

struct Range {
  int64_t start, end;
};

struct Geometry {
  const pf_few_channels &call;
  /// Numbers that a row of a window has, and a whole one.
  int64_t rowTaps = call.kernel[1] * call.picture.channels, taps = call.kernel[0] * rowTaps;

  explicit Geometry(const pf_few_channels &call) : call(call) {}

  const float *imageRow(int64_t sample, int64_t row) const {
    return call.image.pixels + sample * call.image.strides[0] + row * call.image.strides[1];
  }

  float *pictureRow(int64_t sample, int64_t row) const {
    return call.picture.pixels + sample * call.picture.strides[0] + row * call.picture.strides[1];
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
