// Compiled once for every instruction set, in a namespace of its own.

#include "Forms.h"
#include "Transform.h"
#include "Window.h"
#include "Ahead.h"
#include "Geometry.h"

/// Bytes of a matrix for every product, for each of the parts.
template <class... Parts>
static size_t totalBytes(int64_t products, const Parts &...parts) {
  return products * ((parts.extent * sizeof(*parts.base)) + ...);
}

/// Puts the parts one behind the other.
template <class... Parts>
static void layOut(char *scratch, int64_t products, Parts &...parts) {
  ((parts.base = (decltype(parts.base))scratch,
    scratch += products * parts.extent * sizeof(*parts.base)), ...);
}

template <class Pass>
struct Items {
  const Pass &pass;
  const Span &span;
  int64_t count, grain;
};

template <auto body, class Pass>
static void computeItems(void *context, int64_t index, int32_t worker) {
  auto &items = *(const Items<Pass> *)context;
  Pass own = items.pass.of(worker);
  [[maybe_unused]] ProductRegisters registers;
  int64_t end = least(items.count, (index + 1) * items.grain);
  for (int64_t item = index * items.grain; item < end; item++) (own.*body)(items.span, item);
}

/// Computes `body` for every item below `count`; small ones some at a time.
template <auto body, class Pass>
static void inParallel(const Pass &pass, const Span &span, int64_t count, bool areSmall = false) {
  int64_t grain = areSmall ? most(1, least(8, count / (4 * pass.call.threads))) : 1;
  Items<Pass> items = {pass, span, count, grain};
  pf_parallel_for(quotient(count, grain), pass.call.threads, computeItems<body, Pass>, &items);
}

#include "Measured.h"
#include "Forward.h"
#include "InputGradient.h"
#include "WeightGradient.h"

/// Runs a pass, or says how much scratch memory it wants.
template <class Pass>
static size_t perform(const pf_winograd &call, bool runs) {
  Pass pass(call);
  if (runs) pass.run();
  return pass.byteCount();
}

template <class Form>
static size_t performPass(const pf_winograd &call, bool runs) {
  switch (call.pass) {
    case pf_winograd_forward: return perform<Forward<Form>>(call, runs);
    case pf_winograd_input_gradient: return perform<InputGradient<Form>>(call, runs);
    case pf_winograd_weight_gradient: return perform<WeightGradient<Form>>(call, runs);
  }
  return 0;
}

static size_t perform(const pf_winograd &call, bool runs) {
  switch (call.form) {
    case pf_winograd_3x3_tile_2: return performPass<ThreeInTwos>(call, runs);
    case pf_winograd_3x3_tile_4: return performPass<ThreeInFours>(call, runs);
    case pf_winograd_3x3_stride_2_tile_2: return performPass<Strided<TwoInTwos, 3>>(call, runs);
    case pf_winograd_3x3_stride_2_tile_4: return performPass<Strided<TwoInFours, 3>>(call, runs);
    case pf_winograd_4x4_stride_2_tile_2: return performPass<Strided<TwoInTwos, 4>>(call, runs);
    case pf_winograd_4x4_stride_2_tile_4: return performPass<Strided<TwoInFours, 4>>(call, runs);
    case pf_winograd_5x5_stride_2_tile_2: return performPass<Strided<ThreeInTwos, 5>>(call, runs);
    case pf_winograd_5x5_stride_2_tile_4: return performPass<Strided<ThreeInFours, 5>>(call, runs);
  }
  return 0;
}
