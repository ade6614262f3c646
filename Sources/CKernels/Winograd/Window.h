/// The pixels of a tile that lie within the image: not those over the border, nor behind the last sample.
template <int edge>
struct Window {
  bool isNarrow;
  /// Where the image's rows start, null for those outside, and how many bytes behind that the pixels lie, negative for
  /// those outside.
  char *rows[edge];
  int64_t columns[edge];

  Window() = default;

  Window(const pf_winograd_image &image, int64_t sample, int64_t top, int64_t left)
      : isNarrow(image.element == pf_bfloat16) {
    int64_t bytes = isNarrow ? 2 : 4;
    char *start = (char *)image.pixels + sample * image.strides[0] * bytes;
    for (int i = 0; i < edge; i++) {
      int64_t row = top + i, column = left + i;
      bool isRow = sample < image.batch && row >= 0 && row < image.size[0];
      rows[i] = isRow ? start + row * image.strides[1] * bytes : nullptr;
      columns[i] = column >= 0 && column < image.size[1] ? column * image.strides[2] * bytes : -1;
    }
  }

  /// The first channel of a pixel, a float or a bfloat16 number; null outside.
  char *pixel(int row, int column) const {
    return rows[row] && columns[column] >= 0 ? rows[row] + columns[column] : nullptr;
  }

  /// How many pixels there are.
  int64_t count() const {
    int64_t down = 0, across = 0;
    for (int i = 0; i < edge; i++) {
      down += rows[i] != nullptr;
      across += columns[i] >= 0;
    }
    return down * across;
  }

  /// A vector of channels of a pixel; zeros outside.
  Vector read(int row, int column, int64_t channel) const {
    const char *pixel = this->pixel(row, column);
    return pixel ? read(pixel, channel) : Vector{};
  }

  Vector read(const char *pixel, int64_t channel) const {
    return isNarrow ? widened((const uint16_t *)pixel + channel) : load((const float *)pixel + channel);
  }

  void write(char *pixel, int64_t channel, Vector value) const {
    if (isNarrow)
      storeNarrow((uint16_t *)pixel + channel, value);
    else
      store((float *)pixel + channel, value);
  }
};
