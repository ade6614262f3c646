#include "KernelColumns.h"
#include "KernelParallel.h"

#include <string.h>

static void gather_row(void *context, int64_t row, int32_t worker) {
  (void)worker;
  const pf_columns *c = context;
  int64_t j = row % c->places[1], i = row / c->places[1] % c->places[0];
  const float *sample = c->image + row / (c->places[0] * c->places[1]) * c->strides[0];
  size_t bytes = (size_t)c->channels * sizeof(float);
  float *target = c->columns + row * c->kernel[0] * c->kernel[1] * c->channels;
  for (int64_t k = 0; k < c->kernel[0]; k++) {
    int64_t y = i * c->stride[0] - c->padding[0] + k * c->dilation[0];
    for (int64_t l = 0; l < c->kernel[1]; l++, target += c->channels) {
      int64_t x = j * c->stride[1] - c->padding[1] + l * c->dilation[1];
      if (y < 0 || y >= c->size[0] || x < 0 || x >= c->size[1]) {
        memset(target, 0, bytes);
      } else {
        memcpy(target, sample + y * c->strides[1] + x * c->strides[2], bytes);
      }
    }
  }
}

void pf_columns_gather(const pf_columns *columns) {
  int64_t rows = columns->batch * columns->places[0] * columns->places[1];
  pf_parallel_for(rows, columns->threads, gather_row, (void *)columns);
}

/// The place along an axis whose window meets a pixel with a tap; -1 if there is none.
static int64_t place(const pf_columns *c, int axis, int64_t pixel, int64_t tap) {
  int64_t start = pixel + c->padding[axis] - tap * c->dilation[axis];
  if (start < 0 || start % c->stride[axis] != 0) return -1;
  start /= c->stride[axis];
  return start < c->places[axis] ? start : -1;
}

static void scatter_row(void *context, int64_t row, int32_t worker) {
  (void)worker;
  const pf_columns *c = context;
  int64_t sample = row / c->size[0], y = row % c->size[0];
  int64_t taps = c->kernel[0] * c->kernel[1];
  for (int64_t x = 0; x < c->size[1]; x++) {
    float *pixel = c->image + sample * c->strides[0] + y * c->strides[1] + x * c->strides[2];
    memset(pixel, 0, (size_t)c->channels * sizeof(float));
    for (int64_t k = 0; k < c->kernel[0]; k++) {
      int64_t i = place(c, 0, y, k);
      for (int64_t l = 0; i >= 0 && l < c->kernel[1]; l++) {
        int64_t j = place(c, 1, x, l);
        if (j < 0) continue;
        int64_t window = (sample * c->places[0] + i) * c->places[1] + j;
        const float *source =
            c->columns + (window * taps + k * c->kernel[1] + l) * c->channels;
        for (int64_t n = 0; n < c->channels; n++) pixel[n] += source[n];
      }
    }
  }
}

void pf_columns_scatter(const pf_columns *columns) {
  int64_t rows = columns->batch * columns->size[0];
  pf_parallel_for(rows, columns->threads, scatter_row, (void *)columns);
}
