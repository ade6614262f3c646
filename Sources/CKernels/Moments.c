#include "KernelMoments.h"
#include "KernelParallel.h"

#include <string.h>

// A unit's sums are taken about the mean of this many of its rows (or elements): at least an eighth of a unit's rows
// and a sixteenth of its elements, so that the sum of squares is at most that much larger than the squared deviations.
enum { sample_rows = 8, sample_elements = 64 };

static int64_t ceiling(int64_t a, int64_t b) { return (a + b - 1) / b; }

static int64_t offset_of(int64_t number, int32_t axes, const int64_t *extents, const int64_t *strides) {
  int64_t offset = 0;
  for (int32_t axis = axes - 1; axis >= 0; axis--) {
    offset += number % extents[axis] * strides[axis];
    number /= extents[axis];
  }
  return offset;
}

/// Bytes in front of all slots for each worker: three float rows, and behind them a widened unit.
static int64_t worker_bytes(const pf_moments *m) {
  int64_t unit = m->element == pf_bfloat16 ? m->unit_rows : 0;
  return ((3 + unit) * m->block_columns * 4 + 63) & ~63LL;
}

int64_t pf_moments_scratch_bytes(const pf_moments *m) {
  return m->threads * worker_bytes(m) + m->groups * m->parts * m->columns * 2 * 8;
}

/// The means of a part of a group, and behind them the sums of squared deviations.
static double *slot_of(const pf_moments *m, int64_t group, int64_t part) {
  double *slots = (double *)(m->scratch + m->threads * worker_bytes(m));
  return slots + (group * m->parts + part) * m->columns * 2;
}

static void reduce_columns(
    const pf_moments *m, float *row, const float *x, size_t stride, int64_t rows, int64_t columns,
    int64_t before, double *mean, double *squares) {
  float *shift = row, *sum = row + m->block_columns, *square = row + 2 * m->block_columns;
  size_t n = (size_t)columns;
  int64_t sample = rows < sample_rows ? rows : sample_rows;
  memset(shift, 0, n * 4);
  m->loops->reduce_rows[pf_reduce_sum](shift, x, (size_t)sample, n, stride);
  float scale = 1.0f / (float)sample;
  for (size_t i = 0; i < n; i++) shift[i] *= scale;
  memset(sum, 0, n * 4);
  memset(square, 0, n * 4);
  m->loops->column_moments(sum, square, shift, x, (size_t)rows, n, stride);
  m->loops->merge_moments(mean, squares, shift, sum, square, n, (double)before, (double)rows);
}

static void reduce_row(
    const pf_moments *m, const float *x, int64_t count, int64_t before, double *mean,
    double *squares) {
  int64_t sample = count < sample_elements ? count : sample_elements;
  float shift = (float)(m->loops->reduce[pf_reduce_sum](x, (size_t)sample) / (double)sample);
  double sums[2] = {0, 0};
  m->loops->row_moments(sums, x, (size_t)count, shift);
  double n = (double)count, old = (double)before;
  double distance = shift + sums[0] / n - *mean;
  *mean += distance * n / (old + n);
  *squares += sums[1] - sums[0] * sums[0] / n + distance * distance * old * n / (old + n);
}

/// A unit of bfloat16 as floats, its rows side by side.
static const float *widened(
    const pf_moments *m, float *unit, int64_t offset, int64_t rows, int64_t columns) {
  const uint16_t *from = (const uint16_t *)m->source + offset;
  if (columns == 1 && m->length_stride == 1) {
    m->loops->widen(unit, from, (size_t)rows);
    return unit;
  }
  for (int64_t row = 0; row < rows; row++, from += m->length_stride) {
    m->loops->widen(unit + row * columns, from, (size_t)columns);
  }
  return unit;
}

static void reduce_part(
    const pf_moments *m, float *row, int64_t group, int64_t part, int64_t column, int64_t columns) {
  double *mean = slot_of(m, group, part) + column, *squares = mean + m->columns;
  memset(mean, 0, (size_t)columns * 8);
  memset(squares, 0, (size_t)columns * 8);
  int64_t source = column + offset_of(group, m->group_axes, m->group_extents, m->group_strides);
  int64_t pieces = ceiling(m->length, m->unit_rows), units = m->runs * pieces;
  int64_t per_part = ceiling(units, m->parts), end = (part + 1) * per_part, before = 0;
  if (end > units) end = units;
  for (int64_t unit = part * per_part; unit < end; unit++) {
    int64_t first = unit % pieces * m->unit_rows, rows = m->length - first;
    if (rows > m->unit_rows) rows = m->unit_rows;
    int64_t offset = source + first * m->length_stride
        + offset_of(unit / pieces, m->run_axes, m->run_extents, m->run_strides);
    const float *x = (const float *)m->source + offset;
    int64_t stride = m->length_stride;
    if (m->element == pf_bfloat16) {
      x = widened(m, row + 3 * m->block_columns, offset, rows, columns);
      stride = columns;
    }
    if (m->columns == 1 && m->length_stride == 1) {
      reduce_row(m, x, rows, before, mean, squares);
    } else {
      reduce_columns(m, row, x, (size_t)stride, rows, columns, before, mean, squares);
    }
    before += rows;
  }
}

/// Elements that a part of a group reduces per column.
static int64_t part_count(const pf_moments *m, int64_t part) {
  int64_t pieces = ceiling(m->length, m->unit_rows), units = m->runs * pieces;
  int64_t per_part = ceiling(units, m->parts), first = part * per_part, end = first + per_part;
  if (end > units) end = units;
  if (first >= end) return 0;
  // Every unit is full but the last piece of each run.
  int64_t missing = pieces * m->unit_rows - m->length;
  return (end - first) * m->unit_rows - (end / pieces - first / pieces) * missing;
}

static void run_chunk(void *context, int64_t chunk, int32_t worker) {
  const pf_moments *m = context;
  float *row = (float *)(m->scratch + worker * worker_bytes(m));
  int64_t blocks = ceiling(m->columns, m->block_columns);
  int64_t part = chunk % m->parts, block = chunk / m->parts % blocks;
  int64_t group = chunk / m->parts / blocks * m->chunk_groups, end = group + m->chunk_groups;
  int64_t column = block * m->block_columns, columns = m->columns - column;
  if (columns > m->block_columns) columns = m->block_columns;
  if (end > m->groups) end = m->groups;
  for (; group < end; group++) reduce_part(m, row, group, part, column, columns);
}

static void combine_chunk(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_moments *m = context;
  int64_t end = (chunk + 1) * m->chunk_groups;
  for (int64_t group = chunk * m->chunk_groups; group < end && group < m->groups; group++) {
    int64_t target = offset_of(group, m->group_axes, m->group_extents, m->group_targets);
    for (int64_t column = 0; column < m->columns; column++) {
      double count = 0, mean = 0, squares = 0;
      for (int64_t part = 0; part < m->parts; part++) {
        const double *slot = slot_of(m, group, part) + column;
        double n = (double)part_count(m, part), distance = slot[0] - mean;
        if (n == 0) continue;
        mean += distance * n / (count + n);
        squares += slot[m->columns] + distance * distance * count * n / (count + n);
        count += n;
      }
      int64_t at = target + column * m->column_target;
      m->mean[at] = (float)mean;
      // Rounding may leave a constant's sum of squares just below zero.
      m->variance[at] = (float)(squares < 0 ? 0 : squares / count);
    }
  }
}

void pf_moments_run(const pf_moments *m) {
  int64_t blocks = ceiling(m->columns, m->block_columns);
  int64_t chunks = ceiling(m->groups, m->chunk_groups);
  pf_parallel_for(chunks * blocks * m->parts, m->threads, run_chunk, (void *)m);
  pf_parallel_for(chunks, m->threads, combine_chunk, (void *)m);
}
