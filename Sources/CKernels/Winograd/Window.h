/// The pixels of a tile; null where it reaches over the border.
template <int edge>
struct Window {
  float *pixels[edge][edge];

  Window(
      float *image, const int64_t (&strides)[3], const int64_t (&size)[2], int64_t sample,
      int64_t top, int64_t left) {
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++) {
        int64_t row = top + i, column = left + j;
        bool isInside = row >= 0 && row < size[0] && column >= 0 && column < size[1];
        pixels[i][j] =
            isInside ? image + sample * strides[0] + row * strides[1] + column * strides[2] : nullptr;
      }
  }

  void read(int64_t channel, Vector (&tile)[edge][edge]) const {
    for (int i = 0; i < edge; i++)
      for (int j = 0; j < edge; j++)
        tile[i][j] = pixels[i][j] ? load(pixels[i][j] + channel) : Vector{};
  }
};
