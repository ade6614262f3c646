#include <type_traits>
#include <utility>

extern "C" {
#include "KernelParallel.h"
#include "KernelWinograd.h"
}

// One body, compiled once for every instruction set; only the attribute, the size of the register blocks, what is
// multiplied, and in which registers differ.

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
constexpr int lanes = 8, rowBlock = 6;
#include "../Products/Vector.h"
#include "../Products/SingleFactors.h"
#include "../Products/PanelProduct.h"
#include "Body.h"
}  // namespace avx2
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
namespace avx512 {
constexpr int lanes = 16, rowBlock = 12;
#include "../Products/Vector.h"
#include "../Products/SingleFactors.h"
#include "../Products/PanelProduct.h"
#include "Body.h"
}  // namespace avx512
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl,avx512bf16"))), \
    apply_to = function)
namespace avx512_bf16 {
constexpr int lanes = 16, rowBlock = 12;
#include "../Products/Vector.h"
#include "../Products/Bfloat16Factors.h"
#include "../Products/PanelProduct.h"
#include "Body.h"
}  // namespace avx512_bf16
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target( \
        "avx2,fma,avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16"))), \
    apply_to = function)
namespace amx_bf16 {
constexpr int lanes = 16, rowBlock = 16;
#include "../Products/Vector.h"
#include "../Products/Bfloat16Factors.h"
#include "../Products/TileProduct.h"
#include "Body.h"
}  // namespace amx_bf16
#pragma clang attribute pop

/// Runs a convolution, or says how much scratch memory it wants.
static size_t perform(const pf_winograd &call, bool runs) {
  if (call.factor == pf_bfloat16)
    return call.isa == pf_isa_amx ? amx_bf16::perform(call, runs) : avx512_bf16::perform(call, runs);
  return call.isa == pf_isa_avx512 ? avx512::perform(call, runs) : avx2::perform(call, runs);
}
#endif

int32_t pf_winograd_is_available(pf_isa isa, pf_element factor) {
#if defined(__x86_64__)
  if (factor == pf_bfloat16) return pf_has_bfloat16_products(isa);
  return isa != pf_isa_portable && pf_loops_for(isa) != nullptr;
#else
  return 0;
#endif
}

size_t pf_winograd_scratch_bytes(const pf_winograd *call) {
#if defined(__x86_64__)
  return perform(*call, false);
#else
  return 0;
#endif
}

void pf_winograd_run(const pf_winograd *call) {
#if defined(__x86_64__)
  perform(*call, true);
#endif
}
