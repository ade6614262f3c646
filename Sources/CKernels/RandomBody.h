// Random numbers of many blocks at once; included by LoopBody.h.
//
// Vectorised logarithms, sines and cosines differ from libm's in their last bits, which rounding to float nearly always
// hides. Where it might not, once in about 2¹⁸ numbers, libm decides: so the numbers are the same everywhere.

typedef struct {
  uint32_t words[4][pf_blocks_at_once];
  float values[4][pf_blocks_at_once];
  /// Whether a block is libm's.
  uint32_t unsure[pf_blocks_at_once];
} PF_NAME(draws);

/// √(-2 ln u) for u = n·2⁻²⁴ and n from 1 to 2²⁴; wrong by less than 2⁻⁵⁰ of it.
static inline double PF_NAME(radius)(uint32_t n) {
  const uint64_t half_root = 0x3fe6a09e667f3bcd;  // the bits of √½
  PF_NAME(word64) w = {.value = (double)(int32_t)n};
  uint64_t shifted = w.bits - half_root;
  double e = (double)(int32_t)(shifted >> 52) - 24;
  w.bits = (shifted & 0xfffffffffffff) + half_root;
  double f = w.value - 1;
  double s = f / (2 + f), z = s * s;  // ln(1 + f) = 2 artanh(s), |s| < 0.172
  double tail = 1 / 19.0 + z * (1 / 21.0);
  tail = 1 / 17.0 + z * tail;
  tail = 1 / 15.0 + z * tail;
  tail = 1 / 13.0 + z * tail;
  tail = 1 / 11.0 + z * tail;
  tail = 1 / 9.0 + z * tail;
  tail = 1 / 7.0 + z * tail;
  tail = 1 / 5.0 + z * tail;
  tail = 1 / 3.0 + z * tail;
  double log = e * 0.69314718055994531 + (2 * s + 2 * s * z * tail);
  return __builtin_elementwise_sqrt(-2 * log);
}

/// Cosine and sine of 2π·n·2⁻²⁴ for n below 2²⁴; each wrong by less than 2⁻⁵⁰.
static inline void PF_NAME(turn)(uint32_t n, double *cosine, double *sine) {
  uint32_t quarter = (n + (1 << 21)) >> 22;
  double x = (double)((int32_t)n - (int32_t)(quarter << 22)) * (6.283185307179586 / 16777216), z = x * x;
  double s = 1 / 6227020800.0 - z * (1 / 1307674368000.0);
  s = -1 / 39916800.0 + z * s;
  s = 1 / 362880.0 + z * s;
  s = -1 / 5040.0 + z * s;
  s = 1 / 120.0 + z * s;
  s = -1 / 6.0 + z * s;
  s = x + x * z * s;
  double c = -1 / 87178291200.0 + z * (1 / 20922789888000.0);
  c = 1 / 479001600.0 + z * c;
  c = -1 / 3628800.0 + z * c;
  c = 1 / 40320.0 + z * c;
  c = -1 / 720.0 + z * c;
  c = 1 / 24.0 + z * c;
  c = -0.5 + z * c;
  c = 1 + z * c;
  double across = quarter & 1 ? s : c, up = quarter & 1 ? c : s;
  *cosine = (quarter + 1) & 2 ? -across : across;
  *sine = quarter & 2 ? -up : up;
}

/// Rounds mean + std·z for a z that is wrong by less than 2⁻⁴⁹ of `radius`; tells whether that may change the result.
static inline uint32_t PF_NAME(round_normal)(
    const pf_stream *stream, double z, double radius, double limit, float *result) {
  double mean = stream->first, std = stream->second, value = mean + std * z;
  double error = 0x1p-46 * __builtin_elementwise_abs(std) * radius
                 + 0x1p-50 * __builtin_elementwise_abs(mean);
  *result = (float)value;
  return (uint32_t)((float)(value - error) != (float)(value + error))
         | (uint32_t)!(__builtin_elementwise_abs(z) < limit);
}

static void PF_NAME(draw_normals)(PF_NAME(draws) *draws, const pf_stream *stream) {
  // Truncated numbers are drawn again from 2 on; libm says which, if it is close.
  double limit = stream->kind == pf_random_truncated_normal ? 2 - 0x1p-40 : INFINITY;
  for (size_t i = 0; i < pf_blocks_at_once; i++) draws->unsure[i] = 0;
  for (int pair = 0; pair < 4; pair += 2) {
    for (size_t i = 0; i < pf_blocks_at_once; i++) {
      double radius = PF_NAME(radius)((draws->words[pair][i] >> 8) + 1), cosine, sine;
      PF_NAME(turn)(draws->words[pair + 1][i] >> 8, &cosine, &sine);
      float even, odd;
      draws->unsure[i] |=
          PF_NAME(round_normal)(stream, radius * cosine, radius, limit, &even)
          | PF_NAME(round_normal)(stream, radius * sine, radius, limit, &odd);
      draws->values[pair][i] = even;
      draws->values[pair + 1][i] = odd;
    }
  }
}

static void PF_NAME(draw_uniforms)(PF_NAME(draws) *draws, const pf_stream *stream) {
  // Two roundings, as everywhere.
#pragma clang fp contract(off)
  double low = stream->first, range = stream->second - stream->first;
  for (int lane = 0; lane < 4; lane++) {
    for (size_t i = 0; i < pf_blocks_at_once; i++) {
      double u = (double)(int32_t)(draws->words[lane][i] >> 8) * 0x1p-24;
      draws->values[lane][i] = (float)(low + range * u);
    }
  }
  for (size_t i = 0; i < pf_blocks_at_once; i++) draws->unsure[i] = 0;
}

static void PF_NAME(draw)(float *to, const pf_stream *stream, uint64_t first) {
  PF_NAME(draws) draws;
  for (size_t i = 0; i < pf_blocks_at_once; i++) {
    uint32_t words[4];
    block_words(stream, first + i, 0, words);
    for (int lane = 0; lane < 4; lane++) draws.words[lane][i] = words[lane];
  }
  if (stream->kind == pf_random_uniform) {
    PF_NAME(draw_uniforms)(&draws, stream);
  } else {
    PF_NAME(draw_normals)(&draws, stream);
  }
  for (size_t i = 0; i < pf_blocks_at_once; i++) {
    for (int lane = 0; lane < 4; lane++) to[4 * i + lane] = draws.values[lane][i];
  }
  for (size_t i = 0; i < pf_blocks_at_once; i++) {
    if (!draws.unsure[i]) continue;
    double exact[4];
    pf_draw_block(stream, first + i, exact);
    for (int lane = 0; lane < 4; lane++) to[4 * i + lane] = (float)exact[lane];
  }
}
