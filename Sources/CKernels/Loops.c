#include "KernelLoops.h"
#include "Philox.h"

#include <math.h>
#include <string.h>

// One body, compiled once for every instruction set. Only the attribute differs; the loops vectorise by themselves.

#define PF_NAME(name) portable_##name
#include "LoopBody.h"
#undef PF_NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define PF_NAME(name) avx2_##name
#include "LoopBody.h"
#undef PF_NAME
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), \
    apply_to = function)
#define PF_NAME(name) avx512_##name
#include "LoopBody.h"
#undef PF_NAME
#pragma clang attribute pop
#endif

const pf_loops *pf_loops_for(pf_isa isa) {
  switch (isa) {
    case pf_isa_portable:
      return &portable_loops;
#if defined(__x86_64__)
    case pf_isa_avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &avx2_loops : NULL;
    case pf_isa_avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
                     && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
                 ? &avx512_loops
                 : NULL;
    case pf_isa_amx:
      return pf_has_bfloat16_products(isa) ? pf_loops_for(pf_isa_avx512) : NULL;
#endif
    default:
      return NULL;
  }
}

int32_t pf_has_bfloat16_products(pf_isa isa) {
#if defined(__x86_64__)
  return isa >= pf_isa_avx512 && __builtin_cpu_supports("avx512bf16")
         && (isa < pf_isa_amx || pf_has_tile_registers());
#else
  return 0;
#endif
}
