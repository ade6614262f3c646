// Matrix products of bfloat16 numbers, added up as floats.

typedef uint16_t Factor;
/// How many factors of a sum lie side by side, and are multiplied and added up at once.
constexpr int64_t group = 2;
/// A group for every lane.
typedef __m512bh Factors;

static inline Factors loadFactors(const Factor *from) { return (__m512bh)_mm512_loadu_si512(from); }
/// The same group for every lane.
static inline Factors spread(const Factor *from) {
  int32_t pair;
  __builtin_memcpy(&pair, from, sizeof pair);
  return (__m512bh)_mm512_set1_epi32(pair);
}
static inline Vector multiplyAdd(Vector sum, Factors a, Factors b) {
  return _mm512_dpbf16_ps(sum, a, b);
}

static inline __m256i rounded(Vector values) { return (__m256i)_mm512_cvtneps_pbh(values); }

/// Factors of one sum, one behind the other.
static inline void storeAlong(Factor *to, Vector values) {
  _mm256_storeu_si256((__m256i *)to, rounded(values));
}
/// Groups of different sums.
static inline void storeAcross(Factor *to, const Vector (&values)[group]) {
  __m512i first = _mm512_cvtepu16_epi32(rounded(values[0]));
  __m512i second = _mm512_cvtepu16_epi32(rounded(values[1]));
  _mm512_storeu_si512(to, _mm512_or_si512(first, _mm512_slli_epi32(second, 16)));
}
