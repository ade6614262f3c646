extern "C" {
#include "KernelFewChannels.h"
#include "KernelParallel.h"
}

// One body, compiled once for every instruction set; only the attribute and the size of the register blocks differ.

#if defined(__x86_64__)
#include <string.h>

namespace few_channels {

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
constexpr int lanes = 8, rowBlock = 6;
#include "Body.h"
}  // namespace avx2
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
namespace avx512 {
constexpr int lanes = 16, rowBlock = 12;
#include "Body.h"
}  // namespace avx512
#pragma clang attribute pop

/// Runs a convolution, or says how much scratch memory it wants.
static size_t perform(const pf_few_channels &call, bool runs) {
  return call.isa == pf_isa_avx512 ? avx512::perform(call, runs) : avx2::perform(call, runs);
}

}  // namespace few_channels
#endif

int32_t pf_few_channels_is_available(pf_isa isa) {
#if defined(__x86_64__)
  return isa != pf_isa_portable && pf_loops_for(isa) != nullptr;
#else
  return 0;
#endif
}

size_t pf_few_channels_scratch_bytes(const pf_few_channels *call) {
#if defined(__x86_64__)
  return few_channels::perform(*call, false);
#else
  return 0;
#endif
}

void pf_few_channels_run(const pf_few_channels *call) {
#if defined(__x86_64__)
  few_channels::perform(*call, true);
#endif
}
