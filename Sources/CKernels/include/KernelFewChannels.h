#ifndef KERNEL_FEW_CHANNELS_H
#define KERNEL_FEW_CHANNELS_H

#include <stddef.h>
#include <stdint.h>

#include "KernelLoops.h"

// Convolutions between pictures of a few channels and images of many, as products by the pixels of the latter.
//
// A direct convolution has a vector of channels on either side and leaves most of it empty on one. Here a pixel of many
// channels times the weight, one row for every channel, is what it adds to each of a window's pixels in the picture:
// the picture is the sum where windows meet. The gradient of the weight multiplies the same two the other way round.

/// A batch of images, or their gradients.
typedef struct {
  void *pixels;
  /// Floats or bfloat16, which are multiplied as floats.
  pf_element element;
  int64_t batch, channels;
  /// Rows, columns.
  int64_t size[2];
  /// Batch, row, column, channel; in elements.
  int64_t strides[4];
} pf_few_channels_image;

/// The picture from the image and w, or w as the gradient between both.
typedef struct {
  pf_isa isa;
  int32_t threads, is_weight_gradient;
  /// Many channels, side by side, a multiple of 32; and few.
  pf_few_channels_image image, picture;
  /// Rows, columns: of a window, between windows of neighbouring pixels of the image, and how far the first pixel's
  /// window reaches over the picture's border, which may be less than nothing.
  int64_t kernel[2], stride[2], padding[2];
  float *w;
  /// Between channels of the image, rows and columns of a window, and channels of the picture; in elements. A flipped
  /// window has negative ones, and starts at its last weight.
  int64_t w_strides[4];
  char *scratch;
} pf_few_channels;

/// Whether this machine can compute it.
int32_t pf_few_channels_is_available(pf_isa isa);
/// Bytes of scratch memory, aligned to 64.
size_t pf_few_channels_scratch_bytes(const pf_few_channels *convolution);
void pf_few_channels_run(const pf_few_channels *convolution);

#endif
