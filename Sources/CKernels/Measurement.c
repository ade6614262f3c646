#include "KernelMeasurement.h"
#include "KernelParallel.h"

/// Channels that are merged at a time.
enum { channel_block = 32 };

static size_t place_bytes(const pf_measurement *m) {
  return ((size_t)m->blocks * sizeof(int64_t) + 63) & ~(size_t)63;
}

size_t pf_measurement_bytes(const pf_measurement *m) {
  return place_bytes(m) + (size_t)(m->blocks * 3 * m->channels) * sizeof(float);
}

pf_measured_block pf_measured_block_at(const pf_measurement *m, int64_t block) {
  float *rows = (float *)(m->scratch + place_bytes(m)) + block * 3 * m->channels;
  return (pf_measured_block){
      .shift = rows,
      .sum = rows + m->channels,
      .square = rows + 2 * m->channels,
      .places = (int64_t *)m->scratch + block,
  };
}

static void merge_channels(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_measurement *m = context;
  int64_t first = chunk * channel_block, n = m->channels - first;
  if (n > channel_block) n = channel_block;
  double mean[channel_block] = {0}, squares[channel_block] = {0}, count = 0;
  for (int64_t block = 0; block < m->blocks; block++) {
    pf_measured_block from = pf_measured_block_at(m, block);
    double places = (double)*from.places;
    m->target.loops->merge_moments(
        mean, squares, from.shift + first, from.sum + first, from.square + first, (size_t)n, count,
        places);
    count += places;
  }
  for (int64_t i = 0; i < n; i++) {
    m->target.mean[first + i] = (float)mean[i];
    // Rounding may leave a constant's sum of squares just below zero.
    m->target.variance[first + i] = (float)(squares[i] < 0 ? 0 : squares[i] / count);
  }
}

void pf_measurement_finish(const pf_measurement *m) {
  int64_t chunks = (m->channels + channel_block - 1) / channel_block;
  pf_parallel_for(chunks, m->threads, merge_channels, (void *)m);
}
