// Elementary functions without branches, so that loops over them vectorise; included by LoopBody.h.
//
// Errors are below 4 units in the last place over the whole range of float, infinities and NaN included. Polynomials are
// Taylor's where the reduced argument is small enough for them, and least-squares fits of our own otherwise.

typedef union { float value; uint32_t bits; } PF_NAME(word);
typedef union { double value; uint64_t bits; } PF_NAME(word64);

static inline float PF_NAME(absolute)(float x) {
  PF_NAME(word) w = {.value = x};
  w.bits &= 0x7fffffff;
  return w.value;
}

/// 2ⁿ for -126 <= n <= 127.
static inline float PF_NAME(power_of_two)(int32_t n) {
  PF_NAME(word) w = {.bits = (uint32_t)(n + 127) << 23};
  return w.value;
}

static inline float PF_NAME(floor1)(float x) {
  // Above 2²³ every float is whole; below, a conversion to int is exact.
  int small = PF_NAME(absolute)(x) < 8388608.0f;
  float inside = small ? x : 0.0f;
  float whole = (float)(int32_t)inside;
  whole -= whole > inside ? 1.0f : 0.0f;
  return small ? whole : x;
}

/// x = n·ln 2 + r with |r| <= ln 2 / 2; gives n and e^r - 1. Expects |x| < 150 or NaN.
static inline float PF_NAME(exp_parts)(float x, int32_t *n) {
  const float magic = 12582912.0f;  // 1.5·2²³: adding it leaves the nearest whole number in the low bits
  PF_NAME(word) rounded = {.value = x * 1.44269504f + magic};
  float whole = rounded.value - magic;
  *n = (int32_t)(rounded.bits - 0x4b400000u);
  float r = x - whole * 0.693359375f;
  r = r + whole * 2.12194440e-4f;
  float tail = 1 / 720.0f + r * (1 / 5040.0f);
  tail = 1 / 120.0f + r * tail;
  tail = 1 / 24.0f + r * tail;
  tail = 1 / 6.0f + r * tail;
  tail = 0.5f + r * tail;
  return r + r * r * tail;
}

static inline float PF_NAME(exp1)(float x) {
  float inside = x > 89.0f ? 89.0f : x;
  inside = inside < -104.5f ? -104.5f : inside;
  int32_t n;
  float m1 = PF_NAME(exp_parts)(inside, &n);
  // Two factors: 2ⁿ itself leaves float's exponents at both ends.
  n = n < -160 ? -160 : n > 128 ? 128 : n;
  int32_t half = n >> 1;
  return (1.0f + m1) * PF_NAME(power_of_two)(half) * PF_NAME(power_of_two)(n - half);
}

/// x = m·2ᵉ with √½ <= m < √2; gives m and e. Expects x > 0 and finite.
static inline float PF_NAME(mantissa)(float x, float *exponent) {
  int subnormal = x < 1.17549435e-38f;
  PF_NAME(word) w = {.value = subnormal ? x * 33554432.0f : x};
  uint32_t shifted = w.bits - 0x3f3504f3u;  // the bits of √½
  int32_t e = (int32_t)shifted >> 23;
  w.bits = (shifted & 0x007fffff) + 0x3f3504f3u;
  *exponent = (float)e - (subnormal ? 25.0f : 0.0f);
  return w.value;
}

static inline float PF_NAME(log1)(float x) {
  float e;
  float f = PF_NAME(mantissa)(x, &e) - 1.0f;
  float s = f / (2.0f + f);  // log(1 + f) = 2 artanh(s)
  float z = s * s;
  float tail = 1 / 9.0f + z * (1 / 11.0f);
  tail = 1 / 7.0f + z * tail;
  tail = 1 / 5.0f + z * tail;
  tail = 1 / 3.0f + z * tail;
  // 2s = f - s·f keeps the leading term exact.
  float log = e * -2.12194440e-4f - s * (f - 2.0f * z * tail);
  log = (log + f) + e * 0.693359375f;
  log = x == 0 ? -INFINITY : log;
  log = x < 0 ? NAN : log;
  return ((x == INFINITY) | (x != x)) ? x : log;
}

/// log(1 + u) for 0 <= u <= 1, exact for small u.
static inline float PF_NAME(log1p_unit)(float u) {
  float s = u / (2.0f + u);
  float z = s * s;
  float tail = 1 / 15.0f + z * (1 / 17.0f);
  tail = 1 / 13.0f + z * tail;
  tail = 1 / 11.0f + z * tail;
  tail = 1 / 9.0f + z * tail;
  tail = 1 / 7.0f + z * tail;
  tail = 1 / 5.0f + z * tail;
  tail = 1 / 3.0f + z * tail;
  return 2.0f * s + 2.0f * s * z * tail;
}

static inline float PF_NAME(softplus1)(float x) {
  float positive = x < 0 ? 0.0f : x;
  return positive + PF_NAME(log1p_unit)(PF_NAME(exp1)(-PF_NAME(absolute)(x)));
}

static inline float PF_NAME(sigmoid1)(float x) { return 1.0f / (1.0f + PF_NAME(exp1)(-x)); }

static inline float PF_NAME(tanh1)(float x) {
  float twice = -2.0f * PF_NAME(absolute)(x);
  twice = twice < -30.0f ? -30.0f : twice;
  int32_t n;
  float m1 = PF_NAME(exp_parts)(twice, &n);
  n = n < -60 ? -60 : n > 0 ? 0 : n;
  float scale = PF_NAME(power_of_two)(n);
  float t = m1 * scale + (scale - 1.0f);  // e^(-2|x|) - 1, without cancellation near 0
  PF_NAME(word) result = {.value = -t / (2.0f + t)}, sign = {.value = x};
  result.bits = (result.bits & 0x7fffffff) | (sign.bits & 0x80000000);
  return result.value;
}

static inline float PF_NAME(erf1)(float x) {
  float a = PF_NAME(absolute)(x);
  float z = a * a;
  // Below 1: Taylor's series, x·Σ (-z)ⁿ / (n!·(2n + 1)) · 2/√π.
  float series = 1 / 3628800.0f / 21.0f;
  series = -1 / 362880.0f / 19.0f + z * series;
  series = 1 / 40320.0f / 17.0f + z * series;
  series = -1 / 5040.0f / 15.0f + z * series;
  series = 1 / 720.0f / 13.0f + z * series;
  series = -1 / 120.0f / 11.0f + z * series;
  series = 1 / 24.0f / 9.0f + z * series;
  series = -1 / 6.0f / 7.0f + z * series;
  series = 1 / 10.0f + z * series;
  series = -1 / 3.0f + z * series;
  float inner = a * (1.12837917f + 1.12837917f * z * series);
  // Above: 1 - e^(-z)·p(u), p fitted to e^z·erfc on [0.9, 4.2] with u = (a - 2) / (a + 2).
  float far = a > 4.2f ? 4.2f : a;
  float u = (far - 2.0f) / (far + 2.0f);
  float q = PF_NAME(exp1)(-far * far);
  float p = -9.286992601559874e-4f;
  p = -8.357617035058921e-4f + u * p;
  p = 6.991722551427235e-3f + u * p;
  p = 3.7320539936673397e-3f + u * p;
  p = -7.897834299033345e-2f + u * p;
  p = 2.4165821245256522e-1f + u * p;
  p = -4.271858501627273e-1f + u * p;
  p = 2.5539567625745047e-1f + u * p;
  float magnitude = a < 1.0f ? inner : 1.0f - q * p;
  magnitude = a != a ? a : magnitude;
  PF_NAME(word) result = {.value = magnitude}, sign = {.value = x};
  result.bits = (result.bits & 0x7fffffff) | (sign.bits & 0x80000000);
  return result.value;
}

/// sin(x + quarter·π/2) for |x| <= 10⁶, in double because x may lie close to a multiple of π.
static inline float PF_NAME(sine1)(float x, uint64_t quarter) {
  const double magic = 6755399441055744.0;  // 1.5·2⁵²
  PF_NAME(word64) rounded = {.value = (double)x * 0.63661977236758134 + magic};
  double whole = rounded.value - magic;
  uint64_t quadrant = rounded.bits + quarter;
  double r = (double)x - whole * 1.57079632673412561417;  // 33 bits of π/2: the product is exact
  r = r - whole * 6.0771005065061922e-11;
  double z = r * r;
  double sine = 1 / 362880.0 - z * (1 / 39916800.0);
  sine = -1 / 5040.0 + z * sine;
  sine = 1 / 120.0 + z * sine;
  sine = -1 / 6.0 + z * sine;
  sine = r + r * z * sine;
  double cosine = -1 / 3628800.0 + z * (1 / 479001600.0);
  cosine = 1 / 40320.0 + z * cosine;
  cosine = -1 / 720.0 + z * cosine;
  cosine = 1 / 24.0 + z * cosine;
  cosine = 1.0 - z * (0.5 - z * cosine);
  double value = (quadrant & 1) ? cosine : sine;
  return (float)((quadrant & 2) ? -value : value);
}

/// x to the power y, through double-precision log₂ and 2ᶻ, so that large exponents keep their digits.
static inline float PF_NAME(power1)(float x, float y) {
  float a = PF_NAME(absolute)(x), e;
  double m = PF_NAME(mantissa)(a, &e);
  double s = (m - 1.0) / (m + 1.0), z = s * s;
  double tail = 1 / 15.0 + z * (1 / 17.0);
  tail = 1 / 13.0 + z * tail;
  tail = 1 / 11.0 + z * tail;
  tail = 1 / 9.0 + z * tail;
  tail = 1 / 7.0 + z * tail;
  tail = 1 / 5.0 + z * tail;
  tail = 1 / 3.0 + z * tail;
  double log2 = (double)e + 2.8853900817779268 * (s + s * z * tail);
  log2 = a == 0 ? -INFINITY : log2;
  log2 = ((a == INFINITY) | (a != a)) ? (double)a : log2;

  double product = (double)y * log2;
  product = product > 200.0 ? 200.0 : product;
  product = product < -200.0 ? -200.0 : product;
  const double magic = 6755399441055744.0;
  PF_NAME(word64) rounded = {.value = product + magic};
  double f = (product - (rounded.value - magic)) * 0.69314718055994531;
  double exp = 1 / 362880.0 + f * (1 / 3628800.0);
  exp = 1 / 40320.0 + f * exp;
  exp = 1 / 5040.0 + f * exp;
  exp = 1 / 720.0 + f * exp;
  exp = 1 / 120.0 + f * exp;
  exp = 1 / 24.0 + f * exp;
  exp = 1 / 6.0 + f * exp;
  exp = 0.5 + f * exp;
  exp = 1.0 + f * (1.0 + f * exp);
  PF_NAME(word64) scale = {.bits = (rounded.bits + 1023) << 52};
  float magnitude = (float)(exp * scale.value);
  magnitude = product != product ? NAN : magnitude;
  magnitude = ((a == 1.0f) & (y == y)) ? 1.0f : magnitude;

  // Whole exponents carry the sign of a negative base; from 2²⁴ on every float is even.
  double limited = y > 16777216.0f ? 16777216.0 : y < -16777216.0f ? -16777216.0 : (double)y;
  PF_NAME(word64) nearest = {.value = limited + magic};
  int whole = nearest.value - magic == limited;
  int odd = whole & (int)(nearest.bits & 1);
  PF_NAME(word) sign = {.value = x};
  int negative = (int)(sign.bits >> 31);
  float result = negative & odd ? -magnitude : magnitude;
  result = (negative & !whole & (x != 0) & (a != INFINITY)) ? NAN : result;
  return ((x == 1.0f) | (y == 0)) ? 1.0f : result;
}
