#include "KernelIndex.h"

#include <math.h>
#include <string.h>

#include "KernelParallel.h"

enum { column_block = 256 };

static void gather_row(void *context, int64_t n, int32_t worker) {
  (void)worker;
  const pf_gather *g = context;
  int64_t index = g->index[n], size = g->element_size;
  char *to = (char *)g->target + n * g->pick_stride * size;
  if (index < 0 || index >= g->table_rows) {
    if (size == 4) {
      for (int64_t i = 0; i < g->row; i++) ((float *)to)[i] = NAN;
    } else {
      memset(to, 0, (size_t)(g->row * size));
    }
    return;
  }
  int64_t from = n * g->batch_stride + index * g->table_stride;
  memcpy(to, (const char *)g->source + from * size, (size_t)(g->row * size));
}

void pf_gather_run(const pf_gather *gather) {
  // Short rows are not worth the threads.
  int32_t threads = gather->row * gather->count < 65536 ? 1 : gather->threads;
  pf_parallel_for(gather->count, threads, gather_row, (void *)gather);
}

/// One block of columns of all rows: threads never meet, and each column adds in the order of the picks.
static void scatter_columns(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const pf_gather *g = context;
  int64_t first = chunk * column_block, columns = g->row - first;
  if (columns > column_block) columns = column_block;
  for (int64_t n = 0; n < g->count; n++) {
    int64_t index = g->index[n];
    if (index < 0 || index >= g->table_rows) continue;
    const float *from = (const float *)g->source + n * g->pick_stride + first;
    float *to = (float *)g->target + n * g->batch_stride + index * g->table_stride + first;
    for (int64_t i = 0; i < columns; i++) to[i] += from[i];
  }
}

void pf_scatter_add_run(const pf_gather *gather) {
  memset(gather->target, 0, (size_t)gather->table_count * 4);
  int32_t threads = gather->row * gather->count < 65536 ? 1 : gather->threads;
  pf_parallel_for(
      (gather->row + column_block - 1) / column_block, threads, scatter_columns, (void *)gather);
}

void pf_one_hot_run(const int64_t *index, float *target, int64_t count, int64_t classes) {
  memset(target, 0, (size_t)(count * classes) * 4);
  for (int64_t n = 0; n < count; n++) {
    if (index[n] >= 0 && index[n] < classes) target[n * classes + index[n]] = 1;
  }
}
