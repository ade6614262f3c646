#ifndef KERNEL_MOMENTS_H
#define KERNEL_MOMENTS_H

#include "KernelLoops.h"
#include "KernelTile.h"

// Mean and biased variance in one pass over memory.
//
// The source is seen as groups × runs × length × columns: groups and columns are kept, runs and length are reduced,
// columns lie side by side. With one column, the length does. A unit is a few rows of a run; its sums are taken about
// the mean of its first rows, which bounds what cancellation can cost, and units are merged by Chan's formula in double.

typedef struct {
  const pf_loops *loops;
  int32_t threads;
  /// Floats or bfloat16.
  const void *source;
  pf_element element;
  float *mean, *variance;

  int32_t group_axes;
  int64_t group_extents[pf_max_axes], group_strides[pf_max_axes], group_targets[pf_max_axes];
  int32_t run_axes;
  int64_t run_extents[pf_max_axes], run_strides[pf_max_axes];
  int64_t groups, runs, length, length_stride, columns, column_target;

  /// Columns that a chunk covers, and rows of a unit.
  int64_t block_columns, unit_rows;
  /// Parts into which a group's units are split; `chunk_groups` is 1 when there are several.
  int64_t parts, chunk_groups;

  char *scratch;
} pf_moments;

int64_t pf_moments_scratch_bytes(const pf_moments *moments);
void pf_moments_run(const pf_moments *moments);

#endif
