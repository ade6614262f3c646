static inline int64_t quotient(int64_t count, int64_t step) { return (count + step - 1) / step; }
static inline int64_t roundedUp(int64_t count, int64_t step) { return quotient(count, step) * step; }
static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
