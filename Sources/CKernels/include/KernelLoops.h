#ifndef KERNEL_LOOPS_H
#define KERNEL_LOOPS_H

#include <stddef.h>
#include <stdint.h>

/// The instruction sets for which the loops are compiled.
/// Each has what those before it have. AMX multiplies bfloat16 numbers; its loops are AVX-512's.
typedef enum { pf_isa_portable = 0, pf_isa_avx2 = 1, pf_isa_avx512 = 2, pf_isa_amx = 3 } pf_isa;

/// How the elements of a tensor are stored. Kernels compute in float: they widen bfloat16 where they read, and round it
/// to nearest, ties to even, where they write.
typedef enum { pf_float32, pf_int64, pf_bfloat16 } pf_element;

/// What one instruction of a tile program does to every element.
typedef enum {
  pf_op_negate, pf_op_abs, pf_op_sign, pf_op_floor, pf_op_ceil, pf_op_exp, pf_op_log, pf_op_sqrt,
  pf_op_rsqrt, pf_op_reciprocal, pf_op_tanh, pf_op_sigmoid, pf_op_softplus, pf_op_erf, pf_op_sin,
  pf_op_cos, pf_op_add, pf_op_subtract, pf_op_multiply, pf_op_divide, pf_op_maximum,
  pf_op_minimum, pf_op_power, pf_op_less, pf_op_less_equal, pf_op_equal, pf_op_select, pf_op_fma,
  pf_op_count
} pf_opcode;

typedef enum { pf_reduce_sum, pf_reduce_max, pf_reduce_min, pf_reduce_count } pf_reduce;

/// r[i] = op(a[i], b[i], c[i]) for i < n. Operands that the operation lacks are not read. The result may be one of
/// the operands' own memory, but may not overlap it otherwise.
typedef void (*pf_elementwise)(
    float *r, const float *a, const float *b, const float *c, size_t n);

typedef enum {
  pf_random_uniform,
  pf_random_normal,
  pf_random_truncated_normal,
  pf_random_bernoulli,
  pf_random_integers,
} pf_random_kind;

/// The numbers of one draw, of which each block of four is a function of its own; KernelRandom.h says which.
typedef struct {
  pf_random_kind kind;
  /// Mean and std, low and high, or the probability.
  double first, second;
  uint64_t key, step;
} pf_stream;

/// How many blocks of random numbers a loop draws at once.
enum { pf_blocks_at_once = 64 };

/// One instruction set's loops.
typedef struct {
  pf_elementwise op[pf_op_count];
  /// accumulator[i] = reduce(accumulator[i], x[row · stride + i]) over all rows.
  void (*reduce_rows[pf_reduce_count])(
      float *accumulator, const float *x, size_t rows, size_t n, size_t stride);
  /// total[i] = reduce(total[i], x[i]).
  void (*fold[pf_reduce_count])(double *total, const float *x, size_t n);
  /// Reduces n contiguous values (n > 0, at most a few thousand: sums are kept in float lanes).
  double (*reduce[pf_reduce_count])(const float *x, size_t n);
  /// sum[i] += d and square[i] += d² with d = x[row · stride + i] - shift[i], over all rows.
  void (*column_moments)(
      float *sum, float *square, const float *shift, const float *x, size_t rows, size_t n,
      size_t stride);
  /// Merges `rows` rows with these sums about `shift` into the mean and the squared deviations of `before` rows.
  void (*merge_moments)(
      double *mean, double *squares, const float *shift, const float *sum, const float *square,
      size_t n, double before, double rows);
  /// Adds Σ d and Σ d² with d = x[i] - shift over n contiguous values to result[0] and result[1].
  void (*row_moments)(double *result, const float *x, size_t n, float shift);
  /// Converts n contiguous bfloat16 numbers, exactly.
  void (*widen)(float *to, const uint16_t *from, size_t n);
  /// Rounds n contiguous numbers to bfloat16; NaN stays NaN. The same bits on every instruction set.
  void (*narrow)(uint16_t *to, const float *from, size_t n);
  /// Draws the uniform, normal or truncated normal numbers of the blocks from `first` on, rounded to float.
  void (*draw)(float to[pf_blocks_at_once * 4], const pf_stream *stream, uint64_t first);
} pf_loops;

/// Whether this processor multiplies bfloat16 numbers and adds up in float, with these instructions.
int32_t pf_has_bfloat16_products(pf_isa isa);

/// Whether there are AMX's tile registers for bfloat16 numbers, and the system lets this process use them.
int32_t pf_has_tile_registers(void);

/// The loops for an instruction set, or null where this machine or build lacks it.
const pf_loops *pf_loops_for(pf_isa isa);

#endif
