#ifndef KERNEL_SPATIAL_H
#define KERNEL_SPATIAL_H

#include "KernelLoops.h"
#include "KernelMeasurement.h"

/// A channels-last image tensor: elements between neighbours along N, H and W; channels lie side by side.
typedef struct {
  int64_t batch, row, column;
} pf_plane;

typedef enum { pf_pool_max, pf_pool_average, pf_pool_sum } pf_pool_kind;

/// A pooling window over planes of `height` × `width`, giving planes of `out_height` × `out_width`.
///
/// `large` is the unpooled side (x, dx), `small` the pooled one (y, dy); which of them is read depends on the call.
/// `indices` are laid out like `small` with strides of their own: h·width + w in the unpadded plane.
typedef struct {
  const pf_loops *loops;
  int32_t threads;
  pf_pool_kind kind;
  int64_t batch, channels, height, width, out_height, out_width;
  int64_t kernel[2], stride[2], top, left;
  /// Of both sides; bfloat16 for sums and averages only.
  pf_element element;
  void *large, *small;
  int64_t *indices;
  pf_plane large_plane, small_plane, index_plane;
  /// Of `pf_pool_run` only: mean and variance of small by channel, over all images; small is floats then.
  pf_moments_target moments;
  char *scratch;
} pf_pool;

/// Bytes of scratch memory that `pf_pool_run` wants; the others want none.
size_t pf_pool_scratch_bytes(const pf_pool *pool);
/// small = pool(large); a max writes `indices`, when there are any.
void pf_pool_run(const pf_pool *pool);
/// large = adjoint of an average or sum pool of small.
void pf_pool_gradient_run(const pf_pool *pool);
/// large[index] += small, everything else 0.
void pf_pool_scatter_run(const pf_pool *pool);
/// small = large[index].
void pf_pool_gather_run(const pf_pool *pool);

typedef enum { pf_bilinear_half_pixel, pf_bilinear_align_corners, pf_bilinear_legacy } pf_bilinear_mode;

/// Bilinear resizing of planes of height × width to out_height × out_width.
typedef struct {
  int32_t threads;
  pf_bilinear_mode mode;
  int64_t batch, channels, height, width, out_height, out_width;
  const float *source;
  float *target;
  pf_plane source_plane, target_plane;
} pf_bilinear;

void pf_bilinear_run(const pf_bilinear *bilinear);
/// `source` holds dy with the plane out_height × out_width, `target` gets dx.
void pf_bilinear_gradient_run(const pf_bilinear *bilinear);

#endif
