#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

// Memory of the whole process; nothing happens where the system knows no such thing.

/// Makes freed memory go back to the system: one heap for all threads, and large blocks mapped by themselves.
///
/// For processes that load something once and then only run it; from then on `pf_return_free_memory` returns code, too.
void pf_allocate_frugally(void);

/// Gives back what is free, and code that has run and can be read from its file again.
void pf_return_free_memory(void);

#endif
