#ifndef KERNEL_INDEX_H
#define KERNEL_INDEX_H

#include <stdint.h>

/// Rows picked from a table, or added back to it, by index.
///
/// An index outside 0 ..< table_rows reads NaN (0 for whole numbers) and adds nothing: bad labels must not reach memory,
/// and a NaN stops the training with a message.
typedef struct {
  int32_t threads;
  int32_t element_size;
  const void *source;
  const int64_t *index;
  void *target;
  int64_t count, table_rows, row;
  /// Elements between neighbours: picks in the gathered tensor, rows of the table, and from one pick to the next in
  /// a batched table (0 otherwise).
  int64_t pick_stride, table_stride, batch_stride;
  /// Elements of the whole table, which scatterAdd clears first.
  int64_t table_count;
} pf_gather;

void pf_gather_run(const pf_gather *gather);
/// Adds rows in the order of the picks; float32 only.
void pf_scatter_add_run(const pf_gather *gather);

/// target[n, index[n]] = 1, all else 0.
void pf_one_hot_run(const int64_t *index, float *target, int64_t count, int64_t classes);

#endif
