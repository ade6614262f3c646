#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

/// Returns what the allocator holds on to but nobody uses to the system, where the C library can.
void pf_return_free_memory(void);

#endif
