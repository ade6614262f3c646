#include "KernelParallel.h"
#include "KernelSpatial.h"

#include <math.h>

enum { channel_block = 64 };

/// The two source places between which a target place lies, and the weight of the second.
typedef struct {
  int64_t low, high;
  float weight;
} Blend;

static Blend blend(pf_bilinear_mode mode, int64_t place, int64_t extent, int64_t out) {
  double source;
  switch (mode) {
    case pf_bilinear_align_corners:
      source = out > 1 ? (double)place * (double)(extent - 1) / (double)(out - 1) : 0;
      break;
    case pf_bilinear_legacy:
      source = (double)place * (double)extent / (double)out;
      break;
    default:
      source = ((double)place + 0.5) * (double)extent / (double)out - 0.5;
      break;
  }
  if (source < 0) source = 0;
  Blend b;
  b.low = (int64_t)source;
  if (b.low > extent - 1) b.low = extent - 1;
  b.high = b.low + 1 < extent ? b.low + 1 : b.low;
  b.weight = (float)(source - (double)b.low);
  return b;
}

static int64_t at(const pf_plane *plane, int64_t n, int64_t h, int64_t w) {
  return n * plane->batch + h * plane->row + w * plane->column;
}

static void resize_row(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_bilinear *b = context;
  int64_t n = chunk / b->out_height, oh = chunk % b->out_height;
  Blend v = blend(b->mode, oh, b->height, b->out_height);
  for (int64_t ow = 0; ow < b->out_width; ow++) {
    Blend u = blend(b->mode, ow, b->width, b->out_width);
    const float *x00 = b->source + at(&b->source_plane, n, v.low, u.low);
    const float *x01 = b->source + at(&b->source_plane, n, v.low, u.high);
    const float *x10 = b->source + at(&b->source_plane, n, v.high, u.low);
    const float *x11 = b->source + at(&b->source_plane, n, v.high, u.high);
    float *restrict y = b->target + at(&b->target_plane, n, oh, ow);
    for (int64_t c = 0; c < b->channels; c++) {
      float top = (1 - u.weight) * x00[c] + u.weight * x01[c];
      float bottom = (1 - u.weight) * x10[c] + u.weight * x11[c];
      y[c] = (1 - v.weight) * top + v.weight * bottom;
    }
  }
}

void pf_bilinear_run(const pf_bilinear *bilinear) {
  pf_parallel_for(
      bilinear->batch * bilinear->out_height, bilinear->threads, resize_row, (void *)bilinear);
}

static void add_scaled(
    float *restrict to, const float *restrict from, float scale, int64_t channels) {
  for (int64_t c = 0; c < channels; c++) to[c] += scale * from[c];
}

/// A block of channels of one image: threads never meet, and every place is added to in a fixed order.
static void gradient_block(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_bilinear *b = context;
  int64_t blocks = (b->channels + channel_block - 1) / channel_block;
  int64_t n = chunk / blocks, first = chunk % blocks * channel_block;
  int64_t channels = b->channels - first < channel_block ? b->channels - first : channel_block;
  float *dx = b->target + first;
  for (int64_t h = 0; h < b->height; h++) {
    for (int64_t w = 0; w < b->width; w++) {
      float *place = dx + at(&b->target_plane, n, h, w);
      for (int64_t c = 0; c < channels; c++) place[c] = 0;
    }
  }
  for (int64_t oh = 0; oh < b->out_height; oh++) {
    Blend v = blend(b->mode, oh, b->height, b->out_height);
    for (int64_t ow = 0; ow < b->out_width; ow++) {
      Blend u = blend(b->mode, ow, b->width, b->out_width);
      const float *dy = b->source + first + at(&b->source_plane, n, oh, ow);
      const pf_plane *plane = &b->target_plane;
      float up = 1 - v.weight, left = 1 - u.weight;
      add_scaled(dx + at(plane, n, v.low, u.low), dy, up * left, channels);
      add_scaled(dx + at(plane, n, v.low, u.high), dy, up * u.weight, channels);
      add_scaled(dx + at(plane, n, v.high, u.low), dy, v.weight * left, channels);
      add_scaled(dx + at(plane, n, v.high, u.high), dy, v.weight * u.weight, channels);
    }
  }
}

void pf_bilinear_gradient_run(const pf_bilinear *bilinear) {
  int64_t blocks = (bilinear->channels + channel_block - 1) / channel_block;
  pf_parallel_for(
      bilinear->batch * blocks, bilinear->threads, gradient_block, (void *)bilinear);
}
