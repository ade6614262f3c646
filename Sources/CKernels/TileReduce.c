#include "KernelParallel.h"
#include "TileState.h"

#include <math.h>

// Rows are first added up in float, then drained into double: after this many, rounding is still small.
enum { drain_after = 32 };

static double identity(pf_reduce kind) {
  return kind == pf_reduce_sum ? 0 : kind == pf_reduce_max ? -INFINITY : INFINITY;
}

static double combined(pf_reduce kind, double a, double b) {
  if (kind == pf_reduce_sum) return a + b;
  if (b != b) return b;
  return kind == pf_reduce_max ? (b > a ? b : a) : (b < a ? b : a);
}

static float *accumulator(const pf_tile *tile, const Worker *worker, int32_t reduction) {
  return worker->accumulators + reduction * ((tile->inner + 15) & ~(int64_t)15);
}

static void reset(const pf_tile *tile, Worker *worker, int32_t reduction) {
  float *row = accumulator(tile, worker, reduction);
  float value = (float)identity(tile->reductions[reduction].kind);
  for (int64_t i = 0; i < tile->inner; i++) row[i] = value;
  worker->pending[reduction].rows = 0;
}

static void drain(const pf_tile *tile, Worker *worker, int32_t reduction) {
  Pending *pending = &worker->pending[reduction];
  if (pending->rows == 0) return;
  tile->loops->fold[tile->reductions[reduction].kind](
      pf_tile_slots(tile, reduction) + pending->slot, accumulator(tile, worker, reduction),
      (size_t)pending->length);
  reset(tile, worker, reduction);
}

void pf_tile_begin_reductions(const pf_tile *tile, Worker *worker, int64_t chunk) {
  for (int32_t r = 0; r < tile->reduction_count; r++) {
    const pf_tile_reduction *reduction = &tile->reductions[r];
    // The slots of a chunk are neighbours: one for a part of a group, else one per group.
    int64_t first = tile->splits > 1 ? chunk : chunk * tile->chunk_groups;
    int64_t count = tile->splits > 1 ? 1 : tile->chunk_groups;
    int64_t end = tile->groups * tile->splits;
    if (first + count > end) count = end - first;
    double *slots = pf_tile_slots(tile, r) + first * reduction->slot_size;
    for (int64_t i = 0; i < count * reduction->slot_size; i++) slots[i] = identity(reduction->kind);
    reset(tile, worker, r);
  }
}

void pf_tile_end_reductions(const pf_tile *tile, Worker *worker) {
  for (int32_t r = 0; r < tile->reduction_count; r++) drain(tile, worker, r);
}

/// Adds rows that share a slot to the float accumulator.
static void accumulate(
    const pf_tile *tile, Worker *worker, int32_t r, int64_t slot, const float *x, int64_t rows,
    int64_t inner) {
  Pending *pending = &worker->pending[r];
  if (pending->slot != slot || pending->length != inner) drain(tile, worker, r);
  pending->slot = slot;
  pending->length = inner;
  while (rows > 0) {
    int64_t room = drain_after - pending->rows, count = rows < room ? rows : room;
    tile->loops->reduce_rows[tile->reductions[r].kind](
        accumulator(tile, worker, r), x, (size_t)count, (size_t)inner, (size_t)inner);
    pending->rows += count;
    x += count * inner;
    rows -= count;
    if (pending->rows == drain_after) drain(tile, worker, r);
  }
}

static void reduce_segment(
    const pf_tile *tile, Worker *worker, int32_t r, const Segment *segment, int64_t split,
    int64_t inner) {
  const pf_tile_reduction *reduction = &tile->reductions[r];
  const pf_loops *loops = tile->loops;
  const float *x = worker->values[reduction->value] + segment->first_row * inner;
  int64_t step = reduction->slot_strides[tile->axes - 1];
  int64_t slot = split * reduction->slot_size;
  for (int32_t axis = 0; axis < tile->axes; axis++) {
    slot += segment->index[axis] * reduction->slot_strides[axis];
  }
  double *slots = pf_tile_slots(tile, r);
  if (reduction->keeps_inner) {
    if (step == 0) {
      accumulate(tile, worker, r, slot, x, segment->rows, inner);
      return;
    }
    for (int64_t row = 0; row < segment->rows; row++, x += inner, slot += step) {
      loops->fold[reduction->kind](slots + slot, x, (size_t)inner);
    }
  } else if (step == 0) {
    double value = loops->reduce[reduction->kind](x, (size_t)(segment->rows * inner));
    slots[slot] = combined(reduction->kind, slots[slot], value);
  } else {
    for (int64_t row = 0; row < segment->rows; row++, x += inner, slot += step) {
      double value = loops->reduce[reduction->kind](x, (size_t)inner);
      slots[slot] = combined(reduction->kind, slots[slot], value);
    }
  }
}

void pf_tile_reduce(const pf_tile *tile, Worker *worker, int64_t split, int64_t inner) {
  for (int32_t r = 0; r < tile->reduction_count; r++) {
    for (int64_t s = 0; s < worker->segment_count; s++) {
      reduce_segment(tile, worker, r, &worker->segments[s], split, inner);
    }
  }
}

// MARK: Combining the slots

typedef struct {
  const pf_tile *tile;
  int32_t reduction;
} Combination;

enum { outputs_per_chunk = 2048 };

/// The target element of the output with this number, or -1 past the end of a split inner axis.
static int64_t target_offset(const pf_tile *tile, const pf_tile_reduction *reduction, int64_t number) {
  int64_t offset = 0, inner_index = 0;
  for (int32_t axis = reduction->kept_axes - 1; axis >= 0; axis--) {
    int64_t extent = reduction->kept_extents[axis], index = number % extent;
    number /= extent;
    if (axis == reduction->kept_axes - 1) inner_index = index;
    if (axis == reduction->ragged_axis && index == extent - 1 && inner_index >= tile->last_inner) {
      return -1;
    }
    offset += index * reduction->target_strides[axis];
  }
  return offset;
}

static void combine_chunk(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const Combination *combination = context;
  const pf_tile *tile = combination->tile;
  const pf_tile_reduction *reduction = &tile->reductions[combination->reduction];
  const double *slots = pf_tile_slots(tile, combination->reduction);
  int64_t size = reduction->slot_size, count = tile->groups * size;
  int64_t end = (chunk + 1) * outputs_per_chunk;
  if (end > count) end = count;
  for (int64_t output = chunk * outputs_per_chunk; output < end; output++) {
    int64_t offset = target_offset(tile, reduction, output);
    if (offset < 0) continue;
    const double *part = slots + output / size * tile->splits * size + output % size;
    double total = part[0];
    for (int64_t split = 1; split < tile->splits; split++) {
      total = combined(reduction->kind, total, part[split * size]);
    }
    reduction->target[offset] = (float)total;
  }
}

void pf_tile_combine(const pf_tile *tile) {
  for (int32_t r = 0; r < tile->reduction_count; r++) {
    Combination combination = {tile, r};
    int64_t outputs = tile->groups * tile->reductions[r].slot_size;
    pf_parallel_for(
        (outputs + outputs_per_chunk - 1) / outputs_per_chunk, tile->threads, combine_chunk,
        &combination);
  }
}
