#ifndef KERNEL_RANDOM_H
#define KERNEL_RANDOM_H

#include "KernelTile.h"

// Random numbers as a pure function of seed, node, step and place (Philox 4×32-10).
//
// Element e, in row-major order of the logical shape, is lane e mod 4 of block e div 4. The key is seed XOR node key,
// low word first; the counter is (block low, block high, step low, step high).
//
// - uniform u = (word >> 8)·2⁻²⁴; low + (high - low)·u.
// - normal: lanes 2k and 2k+1 share r = √(-2 ln u₁) and θ = 2π·u₂ with u₁ = ((word₂ₖ >> 8) + 1)·2⁻²⁴ and
//   u₂ = (word₂ₖ₊₁ >> 8)·2⁻²⁴; the even lane is r·cos θ, the odd one r·sin θ; mean + std·z.
// - truncated normal: as long as |z| > 2, attempt a = 1, 2, … takes the same lane of the block whose step high is
//   XORed with a << 16.
// - bernoulli: u < probability. integers: low + ⌊u·(high - low)⌋.
//
// Everything is what libm computes in double, rounded once, so the numbers are the same with every instruction set.

typedef struct {
  int32_t threads;
  const pf_loops *loops;
  pf_random_kind kind;
  /// Mean and std, low and high, or the probability.
  double first, second;
  uint64_t key;
  /// The target holds int64.
  int32_t whole;
  void *target;
  int32_t axes;
  int64_t extents[pf_max_axes], strides[pf_max_axes];
} pf_random;

void pf_random_run(const pf_random *random, uint64_t seed, uint64_t step);

/// One block of Philox 4×32-10.
void pf_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]);

#endif
