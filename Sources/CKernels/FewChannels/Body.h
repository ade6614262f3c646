// Compiled once for every instruction set, in a namespace of its own.

#include "../Products/Vector.h"
#include "../Products/SingleFactors.h"
#include "../Products/PanelProduct.h"

template <auto body, class Pass>
static void computeShare(void *pass, int64_t share, int32_t worker) {
  (((const Pass *)pass)->*body)(share, worker);
}

/// Computes `body` for every share below `count`.
template <auto body, class Pass>
static void inParallel(const Pass &pass, int64_t count) {
  pf_parallel_for(count, pass.call.threads, computeShare<body, Pass>, (void *)&pass);
}

#include "Geometry.h"
#include "Picture.h"
#include "WeightGradient.h"

template <class Pass>
static size_t performPass(const pf_few_channels &call, bool runs) {
  Pass pass(call);
  if (runs) pass.run();
  return pass.byteCount();
}

static size_t perform(const pf_few_channels &call, bool runs) {
  return call.is_weight_gradient ? performPass<WeightGradient>(call, runs)
                                 : performPass<Picture>(call, runs);
}
