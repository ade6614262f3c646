#ifndef KERNEL_COLUMNS_H
#define KERNEL_COLUMNS_H

#include <stdint.h>

/// The windows of a convolution as a matrix: the row of a place of the result holds, tap by tap, the channels of the
/// pixel that the tap meets there, or zeros where it meets none.
typedef struct {
  int32_t threads;
  float *image, *columns;
  int64_t batch, channels;
  /// Rows and columns of the image, of the result, and of the kernel.
  int64_t size[2], places[2], kernel[2];
  int64_t stride[2], dilation[2];
  /// Top, left.
  int64_t padding[2];
  /// Elements between the image's samples, rows and columns; channels lie side by side.
  int64_t strides[3];
} pf_columns;

/// Fills the matrix from the image.
void pf_columns_gather(const pf_columns *columns);
/// The adjoint: every pixel becomes the sum of what the matrix holds for it.
void pf_columns_scatter(const pf_columns *columns);

#endif
