#ifndef KERNEL_PARALLEL_H
#define KERNEL_PARALLEL_H

#include <stdint.h>

/// Computes one chunk; `worker` is below the number of threads asked for and distinct for each running thread.
typedef void (*pf_chunk_body)(void *context, int64_t chunk, int32_t worker);

/// Hands out the chunks 0 ..< chunks to at most `threads` threads of libgomp's pool, which oneDNN uses as well.
///
/// Neighbouring chunks go to one thread, and the same ones whenever there are as many: what a kernel has written lies in
/// the cache of the thread that reads it in the next. A thread that is done early takes over chunks of others, so that
/// which thread computes a chunk is left to chance. Whoever calls this must derive the chunks from the size of the
/// problem alone and combine their results in the order of the chunks.
void pf_parallel_for(int64_t chunks, int32_t threads, pf_chunk_body body, void *context);

/// The number of processors on which this process may run.
int32_t pf_processor_count(void);

/// Makes parallel regions that this host thread opens (oneDNN's) use this many threads.
void pf_use_threads(int32_t threads);

#endif
