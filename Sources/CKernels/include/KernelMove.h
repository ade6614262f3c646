#ifndef KERNEL_MOVE_H
#define KERNEL_MOVE_H

#include "KernelTile.h"

/// target[Σ i·target_strides] = source[Σ i·source_strides] for every i in the extents.
///
/// The last axis is the one along which the target's elements are closest, the one before it the source's, if that is
/// another: the two make up a plane that is copied block by block.
typedef struct {
  const pf_loops *loops;
  int32_t threads;
  pf_element element;
  const void *source;
  void *target;
  /// At least 2; extents of 1 fill up.
  int32_t axes;
  int64_t extents[pf_max_axes], source_strides[pf_max_axes], target_strides[pf_max_axes];
  /// Elements from here on that are set to the value first; a count of 0 for none.
  void *fill_target;
  int64_t fill_count;
  double fill_value;
} pf_copy;

void pf_copy_run(const pf_copy *copy);

#endif
