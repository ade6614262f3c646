#include "KernelMemory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void pf_allocate_frugally(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 10);
#endif
}

void pf_return_free_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
