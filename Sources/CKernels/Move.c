#include "KernelMove.h"
#include "KernelParallel.h"

#include <string.h>

enum { fill_chunk = 65536, copy_chunk = 32768, block = 16 };

static void fill(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_copy *copy = context;
  int64_t first = chunk * fill_chunk, end = first + fill_chunk;
  if (end > copy->fill_count) end = copy->fill_count;
  if (copy->element == pf_float32) {
    float value = (float)copy->fill_value;
    for (int64_t i = first; i < end; i++) ((float *)copy->fill_target)[i] = value;
  } else if (copy->element == pf_bfloat16) {
    float value = (float)copy->fill_value;
    uint16_t rounded;
    copy->loops->narrow(&rounded, &value, 1);
    for (int64_t i = first; i < end; i++) ((uint16_t *)copy->fill_target)[i] = rounded;
  } else {
    int64_t value = (int64_t)copy->fill_value;
    for (int64_t i = first; i < end; i++) ((int64_t *)copy->fill_target)[i] = value;
  }
}

// A plane of `rows` × `columns` elements; blocks of it stay in the L1 cache while they are turned.
#define COPY_PLANE(name, type)                                                              \
  static void name(                                                                         \
      type *to, const type *from, int64_t rows, int64_t columns, int64_t to_row,            \
      int64_t to_column, int64_t from_row, int64_t from_column) {                           \
    if (to_column == 1 && from_column == 1) {                                               \
      for (int64_t r = 0; r < rows; r++) {                                                  \
        memcpy(to + r * to_row, from + r * from_row, (size_t)columns * sizeof(type));       \
      }                                                                                     \
      return;                                                                               \
    }                                                                                       \
    for (int64_t c0 = 0; c0 < columns; c0 += block) {                                       \
      int64_t c1 = c0 + block < columns ? c0 + block : columns;                             \
      for (int64_t r0 = 0; r0 < rows; r0 += block) {                                        \
        int64_t r1 = r0 + block < rows ? r0 + block : rows;                                 \
        for (int64_t r = r0; r < r1; r++) {                                                 \
          for (int64_t c = c0; c < c1; c++) {                                               \
            to[r * to_row + c * to_column] = from[r * from_row + c * from_column];          \
          }                                                                                 \
        }                                                                                   \
      }                                                                                     \
    }                                                                                       \
  }

COPY_PLANE(copy_plane2, uint16_t)
COPY_PLANE(copy_plane4, uint32_t)
COPY_PLANE(copy_plane8, uint64_t)

static int64_t rows_per_chunk(const pf_copy *copy) {
  int64_t columns = copy->extents[copy->axes - 1];
  int64_t rows = copy_chunk / (columns > 0 ? columns : 1);
  return rows < block ? block : rows;
}

static void copy_chunk_of(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_copy *copy = context;
  int32_t row_axis = copy->axes - 2, column_axis = copy->axes - 1;
  int64_t step = rows_per_chunk(copy), pieces = (copy->extents[row_axis] + step - 1) / step;
  int64_t first = chunk % pieces * step, rows = copy->extents[row_axis] - first;
  if (rows > step) rows = step;
  int64_t from = first * copy->source_strides[row_axis];
  int64_t to = first * copy->target_strides[row_axis];
  int64_t rest = chunk / pieces;
  for (int32_t axis = row_axis - 1; axis >= 0; axis--) {
    int64_t index = rest % copy->extents[axis];
    rest /= copy->extents[axis];
    from += index * copy->source_strides[axis];
    to += index * copy->target_strides[axis];
  }
  int64_t columns = copy->extents[column_axis];
  int64_t to_row = copy->target_strides[row_axis], to_column = copy->target_strides[column_axis];
  int64_t from_row = copy->source_strides[row_axis];
  int64_t from_column = copy->source_strides[column_axis];
  if (copy->element == pf_bfloat16) {
    copy_plane2(
        (uint16_t *)copy->target + to, (const uint16_t *)copy->source + from, rows, columns, to_row,
        to_column, from_row, from_column);
  } else if (copy->element == pf_float32) {
    copy_plane4(
        (uint32_t *)copy->target + to, (const uint32_t *)copy->source + from, rows, columns, to_row,
        to_column, from_row, from_column);
  } else {
    copy_plane8(
        (uint64_t *)copy->target + to, (const uint64_t *)copy->source + from, rows, columns, to_row,
        to_column, from_row, from_column);
  }
}

void pf_copy_run(const pf_copy *copy) {
  if (copy->fill_count > 0) {
    int64_t chunks = (copy->fill_count + fill_chunk - 1) / fill_chunk;
    pf_parallel_for(chunks, copy->threads, fill, (void *)copy);
  }
  int64_t step = rows_per_chunk(copy);
  int64_t chunks = (copy->extents[copy->axes - 2] + step - 1) / step;
  for (int32_t axis = 0; axis < copy->axes - 2; axis++) chunks *= copy->extents[axis];
  pf_parallel_for(chunks, copy->threads, copy_chunk_of, (void *)copy);
}
