#ifndef CONEDNN_H
#define CONEDNN_H

// A plain C face of oneDNN, the same over its 2.x and 3.x interfaces.
//
// An operation is created once, asked how much scratch memory it needs, bound to memory and run any number of times. Those
// of equal descriptions share what oneDNN creates for them.
// Weights that oneDNN wants in a blocked layout or in bfloat16 are reordered into scratch memory before (or from it, after) each run.
// Functions return 0, or -1 and leave a text for `pfd_last_error`. Without PLANFORM_ONEDNN nothing is defined.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pfd_operation pfd_operation;

typedef enum {
  pfd_forward,
  /// Reads dy as the source, writes dx.
  pfd_input_gradient,
  /// Reads x as the source and dy as the weight, writes dw.
  pfd_weight_gradient,
} pfd_pass;

typedef enum {
  pfd_identity,
  pfd_relu,
  pfd_tanh,
  pfd_sigmoid,
} pfd_activation;

/// How the elements of an operand are stored.
///
/// With any operand in bfloat16 a product computes with bfloat16 factors and sums in float; what is stored otherwise is
/// converted in scratch memory. Weights, their gradients and biases are always floats.
typedef enum { pfd_float32, pfd_bfloat16 } pfd_element;

/// A convolution y = x ∗ w. Strides are elements between neighbours along the logical axes: N, C, H, W for images and
/// O, I/groups, H, W for weights.
typedef struct {
  pfd_pass pass;
  int64_t batch, in_channels, out_channels, groups;
  int64_t in_size[2], out_size[2], kernel[2], stride[2], dilation[2];
  /// Top, left and bottom, right.
  int64_t padding_before[2], padding_after[2];
  int64_t x_strides[4], w_strides[4], y_strides[4];
  pfd_element x_element, y_element;
  /// Forward only.
  int32_t has_bias;
  pfd_activation activation;
  /// The slope of a ReLU below 0.
  float slope;
} pfd_convolution;

/// C[b, m, n] = Σ A[b, m, k]·B[b, k, n] + bias[n]; a batch of 0 means rank 2.
typedef struct {
  int64_t batch, m, n, k;
  /// Batch, row, column.
  int64_t a_strides[3], b_strides[3], c_strides[3];
  pfd_element a_element, b_element, c_element;
  int32_t has_bias;
  pfd_activation activation;
  float slope;
} pfd_matmul;

/// Both give null on failure.
pfd_operation *pfd_create_convolution(const pfd_convolution *convolution);
pfd_operation *pfd_create_matmul(const pfd_matmul *matmul);
void pfd_destroy(pfd_operation *operation);

/// Bytes of scratch memory for reordered weights and for the primitive; alignment 64.
size_t pfd_scratch_bytes(const pfd_operation *operation);
/// The implementation that oneDNN chose, such as `brgconv:avx512_core`.
const char *pfd_implementation(const pfd_operation *operation);

/// Fixes the memory of all operands; `bias` may be null where the operation has none.
void pfd_bind(
    pfd_operation *operation, void *source, void *weight, void *bias, void *target, void *scratch);
int pfd_run(pfd_operation *operation);

/// Whether two operations are of equal descriptions, so that they share one primitive.
int pfd_shares_primitive(const pfd_operation *one, const pfd_operation *other);

/// What went wrong last on this thread.
const char *pfd_last_error(void);
/// oneDNN's version, such as `2.6.3`.
const char *pfd_version(void);

#ifdef __cplusplus
}
#endif

#endif
