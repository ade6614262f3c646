#define _GNU_SOURCE
#include "KernelMemory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <link.h>
#include <malloc.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_int is_frugal;

void pf_allocate_frugally(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 10);
  atomic_store(&is_frugal, 1);
}

/// Whether the loader writes into an object's code, which is then no longer what stands in the file.
static int has_patched_code(const struct dl_phdr_info *object) {
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[i];
    if (header->p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + header->p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == DT_TEXTREL) return 1;
      if (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL) return 1;
    }
  }
  return 0;
}

/// Forgets the pages of an object's segments that nobody writes: code and constants.
static int forget_code(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  (void)context;
  if (has_patched_code(object)) return 0;
  uintptr_t page = (uintptr_t)getpagesize();
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
    uintptr_t start = object->dlpi_addr + header->p_vaddr;
    uintptr_t end = (start + header->p_filesz) & ~(page - 1);
    start = (start + page - 1) & ~(page - 1);
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void pf_return_code(void) { dl_iterate_phdr(forget_code, NULL); }

void pf_return_free_memory(void) {
  malloc_trim(0);
  if (atomic_load(&is_frugal)) pf_return_code();
}

#else

void pf_allocate_frugally(void) {}

void pf_return_code(void) {}

void pf_return_free_memory(void) {}

#endif
