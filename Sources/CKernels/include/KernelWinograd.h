#ifndef KERNEL_WINOGRAD_H
#define KERNEL_WINOGRAD_H

#include <stddef.h>
#include <stdint.h>

#include "KernelLoops.h"
#include "KernelMeasurement.h"

// Convolutions with fewer multiplications: tiles of the image and the weight are transformed, multiplied place by place
// as matrices over the channels, and the products transformed back. Both gradients are the adjoints of that.
//
// Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2016. For stride 2 the algorithm is applied to each of the image's phases.

/// Which tiles, and how many products a result takes relative to the direct convolution.
typedef enum {
  /// 3×3, stride 1, tiles of 2×2 results: 4/9.
  pf_winograd_3x3_tile_2,
  /// 3×3, stride 1, tiles of 4×4 results: 1/4.
  pf_winograd_3x3_tile_4,
  /// Tiles of 2×2 results: 25/36; of 4×4: 9/16.
  pf_winograd_3x3_stride_2_tile_2,
  pf_winograd_3x3_stride_2_tile_4,
  /// Tiles of 2×2 results: 9/16; of 4×4: 25/64.
  pf_winograd_4x4_stride_2_tile_2,
  pf_winograd_4x4_stride_2_tile_4,
  /// Tiles of 2×2 results: 49/100; of 4×4: 121/400.
  pf_winograd_5x5_stride_2_tile_2,
  pf_winograd_5x5_stride_2_tile_4,
} pf_winograd_form;

/// Which of x, w and y is computed from the other two, or the other two's gradients.
typedef enum {
  pf_winograd_forward,
  pf_winograd_input_gradient,
  pf_winograd_weight_gradient,
} pf_winograd_pass;

/// A batch of images, or their gradients. Their channels lie side by side; there is a multiple of 16 of them.
typedef struct {
  void *pixels;
  /// Floats or bfloat16.
  pf_element element;
  int64_t batch, channels;
  /// Rows, columns.
  int64_t size[2];
  /// Batch, row, column; in elements.
  int64_t strides[3];
} pf_winograd_image;

/// y = activation(conv(x, w) + b), dx from dy and w, or dw from x and dy.
typedef struct {
  pf_isa isa;
  int32_t threads;
  /// What is multiplied, and added up as floats: floats, or transformed values rounded to bfloat16.
  pf_element factor;
  pf_winograd_form form;
  pf_winograd_pass pass;
  pf_winograd_image x, y;
  /// The channels of x lie side by side.
  float *w;
  /// Channel of y, row, column; in elements.
  int64_t w_strides[3];
  /// Forward only; null for none.
  const float *bias;
  /// Forward only: what a negative result is multiplied by; 1 for no activation.
  float slope;
  /// Forward only: mean and variance of y by channel, over all images.
  pf_moments_target moments;
  /// Top, left.
  int64_t padding[2];
  char *scratch;
} pf_winograd;

/// Whether this machine can compute it.
int32_t pf_winograd_is_available(pf_isa isa, pf_element factor);
/// Bytes of scratch memory, aligned to 64.
size_t pf_winograd_scratch_bytes(const pf_winograd *convolution);
void pf_winograd_run(const pf_winograd *convolution);

#endif
