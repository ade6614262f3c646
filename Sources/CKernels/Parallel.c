#define _GNU_SOURCE
#include "KernelParallel.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

// libgomp's entry points. clang would bring a second pool with -fopenmp, so the region is opened by hand.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

/// Chunks that one thread begins with, in a cache line of their own.
typedef struct {
  _Alignas(64) _Atomic int64_t next;
  int64_t end;
} Share;

typedef struct {
  Share *shares;
  int32_t count;
  pf_chunk_body body;
  void *context;
} Job;

static void work(void *data) {
  Job *job = data;
  int32_t worker = omp_get_thread_num();
  // Its own share, then what the others have not got round to.
  for (int32_t turn = 0; turn < job->count; turn++) {
    Share *share = &job->shares[(worker + turn) % job->count];
    for (;;) {
      int64_t chunk = atomic_fetch_add_explicit(&share->next, 1, memory_order_relaxed);
      if (chunk >= share->end) break;
      job->body(job->context, chunk, worker);
    }
  }
}

void pf_parallel_for(int64_t chunks, int32_t threads, pf_chunk_body body, void *context) {
  if (chunks <= 1 || threads <= 1) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) body(context, chunk, 0);
    return;
  }
  int32_t count = chunks < threads ? (int32_t)chunks : threads;
  Share shares[count];
  for (int32_t i = 0; i < count; i++) {
    atomic_init(&shares[i].next, chunks * i / count);
    shares[i].end = chunks * (i + 1) / count;
  }
  Job job = {.shares = shares, .count = count, .body = body, .context = context};
  GOMP_parallel(work, &job, (unsigned)count, 0);
}

int32_t pf_processor_count(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int32_t)online : 1;
}

void pf_use_threads(int32_t threads) {
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
}
