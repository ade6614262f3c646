// Vectors of floats, and of the bfloat16 numbers that they are rounded to.
//
// Whoever includes this says how many `lanes` a vector has.

typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));
typedef float UnalignedVector __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));
typedef uint32_t Bits __attribute__((vector_size(lanes * sizeof(uint32_t))));
typedef uint16_t Narrow __attribute__((vector_size(lanes * sizeof(uint16_t))));
typedef uint16_t UnalignedNarrow __attribute__((vector_size(lanes * sizeof(uint16_t)), aligned(2)));

static inline Vector load(const float *from) { return *(const UnalignedVector *)from; }
static inline void store(float *to, Vector value) { *(UnalignedVector *)to = value; }

static inline Vector widened(const uint16_t *from) {
  return (Vector)(__builtin_convertvector(*(const UnalignedNarrow *)from, Bits) << 16);
}

/// Rounds to the nearest, to even in the middle. NaN stays NaN.
static inline void storeNarrow(uint16_t *to, Vector value) {
  Bits bits = (Bits)value;
  Bits rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  Bits quiet = bits >> 16 | 0x40;
  *(UnalignedNarrow *)to = __builtin_convertvector(value == value ? rounded : quiet, Narrow);
}
