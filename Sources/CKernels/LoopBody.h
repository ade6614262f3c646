// The loops of one instruction set; included by Loops.c with PF_NAME set. No include guard: that is the point.

#include "VectorMath.h"

#include "RandomBody.h"

// An instruction may write over one of its operands, which the vectoriser must be told is harmless: every element
// depends on elements of the same index only.
#define PF_EACH(expression)                                                   \
  _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < n; i++) { \
    r[i] = expression;                                                        \
  }

// NaN wins, as in PyTorch: it must not vanish in a clamp before the trainer sees it.
#define PF_LARGER(x, y) ((((y) > (x)) | ((y) != (y))) ? (y) : (x))
#define PF_SMALLER(x, y) ((((y) < (x)) | ((y) != (y))) ? (y) : (x))
#define PF_SUM(x, y) ((x) + (y))

#define PF_ELEMENTWISE(name, expression)                                      \
  static void PF_NAME(name)(                                                  \
      float *r, const float *a, const float *b, const float *c, size_t n) {   \
    (void)b, (void)c;                                                         \
    PF_EACH(expression)                                                       \
  }

PF_ELEMENTWISE(negate, -a[i])
PF_ELEMENTWISE(abs, PF_NAME(absolute)(a[i]))
PF_ELEMENTWISE(sign, a[i] != a[i] ? a[i] : (a[i] > 0 ? 1.0f : 0.0f) - (a[i] < 0 ? 1.0f : 0.0f))
PF_ELEMENTWISE(floor, PF_NAME(floor1)(a[i]))
PF_ELEMENTWISE(ceil, -PF_NAME(floor1)(-a[i]))
PF_ELEMENTWISE(exp, PF_NAME(exp1)(a[i]))
PF_ELEMENTWISE(log, PF_NAME(log1)(a[i]))
PF_ELEMENTWISE(sqrt, __builtin_elementwise_sqrt(a[i]))
PF_ELEMENTWISE(rsqrt, 1.0f / __builtin_elementwise_sqrt(a[i]))
PF_ELEMENTWISE(reciprocal, 1.0f / a[i])
PF_ELEMENTWISE(tanh, PF_NAME(tanh1)(a[i]))
PF_ELEMENTWISE(sigmoid, PF_NAME(sigmoid1)(a[i]))
PF_ELEMENTWISE(softplus, PF_NAME(softplus1)(a[i]))
PF_ELEMENTWISE(erf, PF_NAME(erf1)(a[i]))
PF_ELEMENTWISE(add, a[i] + b[i])
PF_ELEMENTWISE(subtract, a[i] - b[i])
PF_ELEMENTWISE(multiply, a[i] * b[i])
PF_ELEMENTWISE(divide, a[i] / b[i])
PF_ELEMENTWISE(maximum, PF_LARGER(b[i], a[i]))
PF_ELEMENTWISE(minimum, PF_SMALLER(b[i], a[i]))
PF_ELEMENTWISE(power, PF_NAME(power1)(a[i], b[i]))
PF_ELEMENTWISE(less, a[i] < b[i] ? 1.0f : 0.0f)
PF_ELEMENTWISE(less_equal, a[i] <= b[i] ? 1.0f : 0.0f)
PF_ELEMENTWISE(equal, a[i] == b[i] ? 1.0f : 0.0f)
PF_ELEMENTWISE(fma, a[i] * b[i] + c[i])

static void PF_NAME(select)(
    float *r, const float *a, const float *b, const float *c, size_t n) {
  // Both sides are read before the choice, or the loop would branch.
  _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < n; i++) {
    float yes = b[i], no = c[i];
    r[i] = a[i] != 0 ? yes : no;
  }
}

// The vectorised range reduction holds up to a million; beyond, libm does its exact one.
#define PF_PERIODIC(name, quarter)                                            \
  static void PF_NAME(name)(                                                  \
      float *r, const float *a, const float *b, const float *c, size_t n) {   \
    (void)b, (void)c;                                                         \
    int far = 0;                                                              \
    for (size_t i = 0; i < n; i++) far |= PF_NAME(absolute)(a[i]) > 1e6f;     \
    if (far) {                                                                \
      for (size_t i = 0; i < n; i++) r[i] = name##f(a[i]);                    \
      return;                                                                 \
    }                                                                         \
    PF_EACH(PF_NAME(sine1)(a[i], quarter))                                    \
  }

PF_PERIODIC(sin, 0)
PF_PERIODIC(cos, 1)

typedef float PF_NAME(lanes) __attribute__((vector_size(64), aligned(4)));

#define PF_REDUCTION(name, combine)                                           \
  static void PF_NAME(name##_rows)(                                           \
      float *restrict accumulator, const float *restrict x, size_t rows, size_t n, size_t stride) { \
    for (size_t row = 0; row < rows; row++, x += stride) {                    \
      for (size_t i = 0; i < n; i++) {                                        \
        accumulator[i] = combine(accumulator[i], x[i]);                       \
      }                                                                       \
    }                                                                         \
  }                                                                           \
  static void PF_NAME(name##_fold)(                                           \
      double *restrict total, const float *restrict x, size_t n) {            \
    for (size_t i = 0; i < n; i++) total[i] = combine(total[i], (double)x[i]); \
  }                                                                           \
  static double PF_NAME(name##_all)(const float *x, size_t n) {               \
    float lane[64];                                                           \
    size_t first = n < 64 ? n : 64;                                           \
    for (size_t l = 0; l < first; l++) lane[l] = x[l];                        \
    size_t i = 64;                                                            \
    for (; i + 64 <= n; i += 64) {                                            \
      for (size_t l = 0; l < 64; l++) lane[l] = combine(lane[l], x[i + l]);   \
    }                                                                         \
    for (; i < n; i++) lane[i & 63] = combine(lane[i & 63], x[i]);            \
    double total = lane[0];                                                   \
    for (size_t l = 1; l < first; l++) total = combine(total, (double)lane[l]); \
    return total;                                                             \
  }

PF_REDUCTION(sum, PF_SUM)
PF_REDUCTION(max, PF_LARGER)
PF_REDUCTION(min, PF_SMALLER)

static void PF_NAME(column_moments)(
    float *restrict sum, float *restrict square, const float *restrict shift,
    const float *restrict x, size_t rows, size_t n, size_t stride) {
  for (size_t row = 0; row < rows; row++, x += stride) {
    for (size_t i = 0; i < n; i++) {
      float d = x[i] - shift[i];
      sum[i] += d;
      square[i] += d * d;
    }
  }
}

static void PF_NAME(merge_moments)(
    double *restrict mean, double *restrict squares, const float *restrict shift,
    const float *restrict sum, const float *restrict square, size_t n, double before,
    double rows) {
  double weight = rows / (before + rows), spread = before * weight, inverse = 1 / rows;
  for (size_t i = 0; i < n; i++) {
    double s = sum[i];
    double distance = shift[i] + s * inverse - mean[i];
    mean[i] += distance * weight;
    squares[i] += square[i] - s * s * inverse + distance * distance * spread;
  }
}

static void PF_NAME(row_moments)(double *result, const float *x, size_t n, float shift) {
  PF_NAME(lanes) sum = {0}, square = {0};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    PF_NAME(lanes) d;
    memcpy(&d, x + i, sizeof d);
    d -= shift;
    sum += d;
    square += d * d;
  }
  double total = 0, totalSquare = 0;
  for (size_t l = 0; l < 16; l++) total += sum[l], totalSquare += square[l];
  for (; i < n; i++) {
    double d = (double)x[i] - shift;
    total += d, totalSquare += d * d;
  }
  result[0] += total;
  result[1] += totalSquare;
}

static void PF_NAME(widen)(float *restrict to, const uint16_t *restrict from, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = (uint32_t)from[i] << 16;
    memcpy(to + i, &bits, 4);
  }
}

// In whole numbers: the processor's own conversion flushes numbers below the normal range to zero.
static void PF_NAME(narrow)(uint16_t *restrict to, const float *restrict from, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, from + i, 4);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    uint32_t quiet = bits >> 16 | 0x40;
    to[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
  }
}

static const pf_loops PF_NAME(loops) = {
    .op = {
        [pf_op_negate] = PF_NAME(negate), [pf_op_abs] = PF_NAME(abs),
        [pf_op_sign] = PF_NAME(sign), [pf_op_floor] = PF_NAME(floor),
        [pf_op_ceil] = PF_NAME(ceil), [pf_op_exp] = PF_NAME(exp),
        [pf_op_log] = PF_NAME(log), [pf_op_sqrt] = PF_NAME(sqrt),
        [pf_op_rsqrt] = PF_NAME(rsqrt), [pf_op_reciprocal] = PF_NAME(reciprocal),
        [pf_op_tanh] = PF_NAME(tanh), [pf_op_sigmoid] = PF_NAME(sigmoid),
        [pf_op_softplus] = PF_NAME(softplus), [pf_op_erf] = PF_NAME(erf),
        [pf_op_sin] = PF_NAME(sin), [pf_op_cos] = PF_NAME(cos),
        [pf_op_add] = PF_NAME(add), [pf_op_subtract] = PF_NAME(subtract),
        [pf_op_multiply] = PF_NAME(multiply), [pf_op_divide] = PF_NAME(divide),
        [pf_op_maximum] = PF_NAME(maximum), [pf_op_minimum] = PF_NAME(minimum),
        [pf_op_power] = PF_NAME(power), [pf_op_less] = PF_NAME(less),
        [pf_op_less_equal] = PF_NAME(less_equal), [pf_op_equal] = PF_NAME(equal),
        [pf_op_select] = PF_NAME(select), [pf_op_fma] = PF_NAME(fma),
    },
    .reduce_rows = {PF_NAME(sum_rows), PF_NAME(max_rows), PF_NAME(min_rows)},
    .fold = {PF_NAME(sum_fold), PF_NAME(max_fold), PF_NAME(min_fold)},
    .reduce = {PF_NAME(sum_all), PF_NAME(max_all), PF_NAME(min_all)},
    .column_moments = PF_NAME(column_moments),
    .merge_moments = PF_NAME(merge_moments),
    .row_moments = PF_NAME(row_moments),
    .widen = PF_NAME(widen),
    .narrow = PF_NAME(narrow),
    .draw = PF_NAME(draw),
};

#undef PF_EACH
#undef PF_ELEMENTWISE
#undef PF_PERIODIC
#undef PF_LARGER
#undef PF_SMALLER
#undef PF_SUM
#undef PF_REDUCTION
