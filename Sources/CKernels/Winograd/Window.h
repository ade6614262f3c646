/// The pixels of a tile; null where it reaches over the border.
template <int edge>
struct Window {
  bool isNarrow;
  /// The first channel of each, a float or a bfloat16 number.
  char *pixels[edge][edge];

  Window(const pf_winograd_image &image, int64_t sample, int64_t top, int64_t left)
      : isNarrow(image.element == pf_bfloat16) {
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++) {
        int64_t row = top + i, column = left + j;
        bool isInside = row >= 0 && row < image.size[0] && column >= 0 && column < image.size[1];
        int64_t offset = sample * image.strides[0] + row * image.strides[1] + column * image.strides[2];
        pixels[i][j] = isInside ? (char *)image.pixels + offset * (isNarrow ? 2 : 4) : nullptr;
      }
  }

  /// How many pixels lie within the border.
  int64_t count() const {
    int64_t count = 0;
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++) count += pixels[i][j] != nullptr;
    return count;
  }

  void read(int64_t channel, Vector (&tile)[edge][edge]) const {
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++)
        tile[i][j] = pixels[i][j] ? read(pixels[i][j], channel) : Vector{};
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
