#ifndef KERNEL_MEASUREMENT_H
#define KERNEL_MEASUREMENT_H

#include "KernelLoops.h"

// Mean and biased variance of what a kernel computes, taken while it writes that: images whose channels lie side by
// side, measured by channel.
//
// The places of the images are cut into blocks when the kernel is bound. A block has sums about a number near its mean,
// so that cancellation costs little; blocks are merged in their order by Chan's formula in double. Which thread measures
// which block is therefore of no consequence.

/// Where the moments go; `mean` is null where nobody asks for them.
typedef struct {
  const pf_loops *loops;
  float *mean, *variance;
} pf_moments_target;

/// The blocks of a kernel that measures.
typedef struct {
  pf_moments_target target;
  int32_t threads;
  int64_t blocks, channels;
  char *scratch;
} pf_measurement;

/// Σ d and Σ d² of d = x - shift by channel, and of how many places.
typedef struct {
  float *shift, *sum, *square;
  int64_t *places;
} pf_measured_block;

/// Bytes of scratch memory, aligned to 64.
size_t pf_measurement_bytes(const pf_measurement *measurement);
/// Where a block's sums belong.
pf_measured_block pf_measured_block_at(const pf_measurement *measurement, int64_t block);
/// Merges all blocks, of which every one has places, and writes the moments.
void pf_measurement_finish(const pf_measurement *measurement);

#endif
