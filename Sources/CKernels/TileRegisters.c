#include "KernelLoops.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static int32_t isPermitted;

/// Linux gives a process the room that the registers take in every thread's state only if it asks for it.
static void ask(void) {
  const unsigned bfloat16 = 1u << 22, tiles = 1u << 24;
  const long requestPermission = 0x1023, tileData = 18;
  unsigned a, b, c, d;
  isPermitted = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bfloat16) && (d & tiles)
                && syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}

int32_t pf_has_tile_registers(void) {
  static pthread_once_t asked = PTHREAD_ONCE_INIT;
  pthread_once(&asked, ask);
  return isPermitted;
}
#else
int32_t pf_has_tile_registers(void) { return 0; }
#endif
