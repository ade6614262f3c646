// Matrix products of floats.

typedef float Factor;
/// How many factors of a sum lie side by side, and are multiplied and added up at once.
constexpr int64_t group = 1;
/// A group for every lane.
typedef Vector Factors;

static inline Factors loadFactors(const Factor *from) { return load(from); }
/// The same group for every lane.
static inline Factors spread(const Factor *from) { return *from - Vector{}; }
static inline Vector multiplyAdd(Vector sum, Factors a, Factors b) { return sum + a * b; }

/// Factors of one sum, one behind the other.
static inline void storeAlong(Factor *to, Vector values) { store(to, values); }
/// Groups of different sums.
static inline void storeAcross(Factor *to, const Vector (&values)[group]) { store(to, values[0]); }
