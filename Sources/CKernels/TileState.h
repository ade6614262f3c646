#ifndef TILE_STATE_H
#define TILE_STATE_H

#include "KernelTile.h"

/// A run of rows that differ in the last outer axis only.
typedef struct {
  int64_t index[pf_max_axes];
  int64_t first_row;
  int64_t rows;
} Segment;

/// Where a float accumulator row belongs, and how much it holds.
typedef struct {
  int64_t slot;
  int64_t length;
  int64_t rows;
} Pending;

/// What one thread works with; lives in the tile's scratch memory.
typedef struct {
  /// The tile that the memory is laid out for; null at first.
  const pf_tile *tile;
  float **values;
  float *buffers;
  /// Per load: the offset that its buffer holds in all of `cached_rows` rows, or -1.
  int64_t *cached;
  int64_t *cached_rows;
  Segment *segments;
  int64_t segment_count;
  /// Per reduction: a row of floats that is drained into doubles now and then.
  float *accumulators;
  Pending *pending;
} Worker;

/// Offsets of the parts of a worker's memory, and of the slots behind all workers.
typedef struct {
  int64_t values, buffers, cached, cached_rows, segments, accumulators, pending, size;
} WorkerLayout;

WorkerLayout pf_worker_layout(const pf_tile *tile);

/// The slots of a reduction; they lie behind the workers in scratch memory.
double *pf_tile_slots(const pf_tile *tile, int32_t reduction);

void pf_tile_begin_reductions(const pf_tile *tile, Worker *worker, int64_t chunk);
void pf_tile_reduce(
    const pf_tile *tile, Worker *worker, int64_t split, int64_t inner);
void pf_tile_end_reductions(const pf_tile *tile, Worker *worker);
void pf_tile_combine(const pf_tile *tile);

#endif
