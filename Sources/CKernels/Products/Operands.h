// The factors of a matrix product of blocks, C (+)= A·B, with B in panels of two vectors a row.
//
// Whoever includes this says what a `Factor` is. Groups of factors that belong to one sum lie side by side, in A and in B.

#include "Counts.h"

constexpr int64_t panelWidth = 2 * lanes;

/// Group k of row m at a[m·stride + k·group] or, transposed, at a[k·stride + m·group]; and the rows that are multiplied next.
struct Left {
  const Factor *a;
  int64_t stride;
  const Factor *next = a;
};

/// A panel of B, the one that is multiplied next, and how far apart their rows lie.
struct Right {
  const Factor *panel, *next;
  int64_t stride = panelWidth * group;
};
