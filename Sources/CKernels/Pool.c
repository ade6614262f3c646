#include "KernelParallel.h"
#include "KernelSpatial.h"

#include <math.h>
#include <string.h>

static int64_t at(const pf_plane *plane, int64_t n, int64_t h, int64_t w) {
  return n * plane->batch + h * plane->row + w * plane->column;
}

/// The part of a window that lies inside the plane: first and end along one axis.
static void clip(
    int64_t out, int64_t stride, int64_t pad, int64_t kernel, int64_t extent, int64_t *first,
    int64_t *end) {
  *first = out * stride - pad;
  *end = *first + kernel;
  if (*first < 0) *first = 0;
  if (*end > extent) *end = extent;
}

static void max_point(const pf_pool *p, int64_t n, int64_t oh, int64_t ow) {
  int64_t h0, h1, w0, w1;
  clip(oh, p->stride[0], p->top, p->kernel[0], p->height, &h0, &h1);
  clip(ow, p->stride[1], p->left, p->kernel[1], p->width, &w0, &w1);
  float *restrict best = (float *)p->small + at(&p->small_plane, n, oh, ow);
  int64_t *restrict index = p->indices ? p->indices + at(&p->index_plane, n, oh, ow) : 0;
  for (int64_t c = 0; c < p->channels; c++) best[c] = -INFINITY;
  if (index) {
    for (int64_t c = 0; c < p->channels; c++) index[c] = h0 * p->width + w0;
  }
  for (int64_t h = h0; h < h1; h++) {
    for (int64_t w = w0; w < w1; w++) {
      const float *x = (const float *)p->large + at(&p->large_plane, n, h, w);
      int64_t place = h * p->width + w;
      if (index) {
        for (int64_t c = 0; c < p->channels; c++) {
          int better = (x[c] > best[c]) | (x[c] != x[c]);
          best[c] = better ? x[c] : best[c];
          index[c] = better ? place : index[c];
        }
      } else {
        for (int64_t c = 0; c < p->channels; c++) {
          int better = (x[c] > best[c]) | (x[c] != x[c]);
          best[c] = better ? x[c] : best[c];
        }
      }
    }
  }
}

static float read_element(const uint16_t *x) {
  uint32_t bits = (uint32_t)*x << 16;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

// to[c] = scale · Σ from[c] over the places first ..< end of a plane; sums are floats however the numbers are stored.

static void sum_floats(
    const pf_pool *p, float *to, const float *from, const pf_plane *plane, const int64_t *first,
    const int64_t *end, float scale) {
  size_t n = (size_t)p->channels, columns = end[1] > first[1] ? (size_t)(end[1] - first[1]) : 0;
  memset(to, 0, n * 4);
  for (int64_t h = first[0]; h < end[0]; h++) {
    const float *x = from + h * plane->row + first[1] * plane->column;
    p->loops->reduce_rows[pf_reduce_sum](to, x, columns, n, (size_t)plane->column);
  }
  if (scale == 1) return;
  for (size_t c = 0; c < n; c++) to[c] *= scale;
}

/// Channels of bfloat16 that are summed up at a time.
enum { channel_block = 64 };

static void sum_narrow(
    const pf_pool *p, uint16_t *to, const uint16_t *from, const pf_plane *plane,
    const int64_t *first, const int64_t *end, float scale) {
  for (int64_t c0 = 0; c0 < p->channels; c0 += channel_block) {
    int64_t n = p->channels - c0 < channel_block ? p->channels - c0 : channel_block;
    float sum[channel_block] = {0};
    for (int64_t h = first[0]; h < end[0]; h++) {
      for (int64_t w = first[1]; w < end[1]; w++) {
        const uint16_t *x = from + h * plane->row + w * plane->column + c0;
        for (int64_t c = 0; c < n; c++) sum[c] += read_element(x + c);
      }
    }
    for (int64_t c = 0; c < n; c++) sum[c] *= scale;
    p->loops->narrow(to + c0, sum, (size_t)n);
  }
}

/// target[to] = scale · Σ source[from + place] over the places first ..< end of the source's plane.
static void sum_places(
    const pf_pool *p, void *target, int64_t to, const void *source, int64_t from,
    const pf_plane *plane, const int64_t *first, const int64_t *end, float scale) {
  if (p->element == pf_bfloat16) {
    sum_narrow(
        p, (uint16_t *)target + to, (const uint16_t *)source + from, plane, first, end, scale);
  } else {
    sum_floats(p, (float *)target + to, (const float *)source + from, plane, first, end, scale);
  }
}

static void sum_point(const pf_pool *p, int64_t n, int64_t oh, int64_t ow, float scale) {
  int64_t first[2], end[2];
  clip(oh, p->stride[0], p->top, p->kernel[0], p->height, &first[0], &end[0]);
  clip(ow, p->stride[1], p->left, p->kernel[1], p->width, &first[1], &end[1]);
  sum_places(
      p, p->small, at(&p->small_plane, n, oh, ow), p->large, n * p->large_plane.batch,
      &p->large_plane, first, end, scale);
}

static float scale_of(const pf_pool *p) {
  return p->kind == pf_pool_average ? 1.0f / (float)(p->kernel[0] * p->kernel[1]) : 1.0f;
}

static void pool_row(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_pool *p = context;
  int64_t n = chunk / p->out_height, oh = chunk % p->out_height;
  for (int64_t ow = 0; ow < p->out_width; ow++) {
    if (p->kind == pf_pool_max) {
      max_point(p, n, oh, ow);
    } else {
      sum_point(p, n, oh, ow, scale_of(p));
    }
  }
}

// Rows are measured as soon as they are written, while they lie in the nearest cache: some of them as one block, about
// the mean of the first places of their first row.

enum { measured_places = 64, sample_places = 8 };

static int64_t measured_rows(const pf_pool *p) {
  return p->out_width < measured_places ? measured_places / p->out_width : 1;
}

static pf_measurement measurement_of(const pf_pool *p) {
  int64_t step = measured_rows(p);
  return (pf_measurement){
      .target = p->moments,
      .threads = p->threads,
      .blocks = (p->batch * p->out_height + step - 1) / step,
      .channels = p->channels,
      .scratch = p->scratch,
  };
}

size_t pf_pool_scratch_bytes(const pf_pool *pool) {
  if (!pool->moments.mean) return 0;
  pf_measurement measurement = measurement_of(pool);
  return pf_measurement_bytes(&measurement);
}

static void begin_block(const pf_pool *p, const pf_measured_block *block, const float *x) {
  size_t n = (size_t)p->channels, stride = (size_t)p->small_plane.column;
  int64_t sample = p->out_width < sample_places ? p->out_width : sample_places;
  memset(block->shift, 0, n * 4);
  memset(block->sum, 0, n * 4);
  memset(block->square, 0, n * 4);
  p->moments.loops->reduce_rows[pf_reduce_sum](block->shift, x, (size_t)sample, n, stride);
  for (size_t c = 0; c < n; c++) block->shift[c] *= 1.0f / (float)sample;
}

static void pool_block(void *context, int64_t chunk, int32_t worker) {
  const pf_pool *p = context;
  pf_measurement measurement = measurement_of(p);
  pf_measured_block block = pf_measured_block_at(&measurement, chunk);
  int64_t first = chunk * measured_rows(p), end = first + measured_rows(p);
  if (end > p->batch * p->out_height) end = p->batch * p->out_height;
  for (int64_t row = first; row < end; row++) {
    pool_row(context, row, worker);
    const float *x = (const float *)p->small
        + at(&p->small_plane, row / p->out_height, row % p->out_height, 0);
    if (row == first) begin_block(p, &block, x);
    p->moments.loops->column_moments(
        block.sum, block.square, block.shift, x, (size_t)p->out_width, (size_t)p->channels,
        (size_t)p->small_plane.column);
  }
  *block.places = (end - first) * p->out_width;
}

void pf_pool_run(const pf_pool *pool) {
  if (!pool->moments.mean) {
    pf_parallel_for(pool->batch * pool->out_height, pool->threads, pool_row, (void *)pool);
    return;
  }
  pf_measurement measurement = measurement_of(pool);
  pf_parallel_for(measurement.blocks, pool->threads, pool_block, (void *)pool);
  pf_measurement_finish(&measurement);
}

/// The windows that cover a place: first and end along one axis.
static void covering(
    int64_t place, int64_t stride, int64_t pad, int64_t kernel, int64_t extent, int64_t *first,
    int64_t *end) {
  int64_t low = place + pad - kernel + 1;
  *first = low <= 0 ? 0 : (low + stride - 1) / stride;
  *end = (place + pad) / stride + 1;
  if (*end > extent) *end = extent;
}

static void gradient_row(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_pool *p = context;
  int64_t n = chunk / p->height, h = chunk % p->height, first[2], end[2];
  float scale = scale_of(p);
  covering(h, p->stride[0], p->top, p->kernel[0], p->out_height, &first[0], &end[0]);
  for (int64_t w = 0; w < p->width; w++) {
    covering(w, p->stride[1], p->left, p->kernel[1], p->out_width, &first[1], &end[1]);
    sum_places(
        p, p->large, at(&p->large_plane, n, h, w), p->small, n * p->small_plane.batch,
        &p->small_plane, first, end, scale);
  }
}

void pf_pool_gradient_run(const pf_pool *pool) {
  pf_parallel_for(pool->batch * pool->height, pool->threads, gradient_row, (void *)pool);
}

/// One image: windows overlap, so its places are added to in a fixed order by one thread.
static void scatter_image(void *context, int64_t n, int32_t worker) {
  (void)worker;
  const pf_pool *p = context;
  float *large = p->large;
  for (int64_t h = 0; h < p->height; h++) {
    for (int64_t w = 0; w < p->width; w++) {
      float *dx = large + at(&p->large_plane, n, h, w);
      for (int64_t c = 0; c < p->channels; c++) dx[c] = 0;
    }
  }
  for (int64_t oh = 0; oh < p->out_height; oh++) {
    for (int64_t ow = 0; ow < p->out_width; ow++) {
      const float *dy = (const float *)p->small + at(&p->small_plane, n, oh, ow);
      const int64_t *index = p->indices + at(&p->index_plane, n, oh, ow);
      for (int64_t c = 0; c < p->channels; c++) {
        if (index[c] < 0 || index[c] >= p->height * p->width) continue;
        large[at(&p->large_plane, n, index[c] / p->width, index[c] % p->width) + c] += dy[c];
      }
    }
  }
}

void pf_pool_scatter_run(const pf_pool *pool) {
  pf_parallel_for(pool->batch, pool->threads, scatter_image, (void *)pool);
}

static void gather_image(void *context, int64_t n, int32_t worker) {
  (void)worker;
  const pf_pool *p = context;
  const float *large = p->large;
  for (int64_t oh = 0; oh < p->out_height; oh++) {
    for (int64_t ow = 0; ow < p->out_width; ow++) {
      float *y = (float *)p->small + at(&p->small_plane, n, oh, ow);
      const int64_t *index = p->indices + at(&p->index_plane, n, oh, ow);
      for (int64_t c = 0; c < p->channels; c++) {
        int inside = index[c] >= 0 && index[c] < p->height * p->width;
        y[c] = inside
            ? large[at(&p->large_plane, n, index[c] / p->width, index[c] % p->width) + c]
            : NAN;
      }
    }
  }
}

void pf_pool_gather_run(const pf_pool *pool) {
  pf_parallel_for(pool->batch, pool->threads, gather_image, (void *)pool);
}
