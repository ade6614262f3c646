#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

// Memory of the whole process; nothing happens where the system knows no such thing.

/// Makes freed memory go back to the system: one heap for all threads, and large blocks mapped by themselves.
///
/// For processes that load something once and then only run it.
void pf_allocate_frugally(void);

/// Gives back the pages of code and constants; those that are needed again are read from their files.
void pf_return_code(void);

/// Gives back what is free, and code in a process that allocates frugally.
void pf_return_free_memory(void);

#endif
