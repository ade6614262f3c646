#include "COneDNN.h"

#ifdef PLANFORM_ONEDNN

#include <cstdlib>

#include "Operation.h"

#if defined(__x86_64__)

#include <cpuid.h>

/// Whether the processor says that it has tile registers (AMX), but not their shapes.
///
/// Some hypervisors pass the first on and hide the second, CPUID's leaf 1DH. oneDNN takes the highest palette of shapes
/// that is reported, and with none its first tile instruction ends the process.
static bool hidesPalettes() {
  const unsigned tiles = 1u << 24, palettesLeaf = 0x1d;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & tiles)) return false;
  return !__get_cpuid_count(palettesLeaf, 0, &a, &b, &c, &d) || a == 0;
}

#else

static bool hidesPalettes() { return false; }

#endif

void avoidMissingTiles() {
  auto isChosen = getenv("ONEDNN_MAX_CPU_ISA") || getenv("DNNL_MAX_CPU_ISA");
  if (!isChosen && hidesPalettes()) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core_bf16);
}

#endif
