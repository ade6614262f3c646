#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

/// Returns what the allocator holds on to but nobody uses to the system, where the C library can.
void pf_return_free_memory(void);

/// Lets all threads take memory from one heap, and from the system what is larger than a few pages, so that what is freed
/// can be returned; for programs that allocate little while they work.
void pf_allocate_frugally(void);

#endif
