#include "KernelParallel.h"
#include "TileState.h"

#include <string.h>

static int64_t aligned(int64_t bytes) { return (bytes + 63) & ~(int64_t)63; }

/// Buffers of a whole number of pages would all compete for the same places of the L1 cache.
static int64_t buffer_bytes(const pf_tile *tile) {
  return aligned(tile->tile_rows * tile->inner * 4) + 192;
}

WorkerLayout pf_worker_layout(const pf_tile *tile) {
  int64_t buffer = buffer_bytes(tile);
  WorkerLayout at;
  at.values = aligned(sizeof(Worker));
  at.buffers = at.values + aligned(tile->values * (int64_t)sizeof(float *));
  at.cached = at.buffers + tile->buffer_count * buffer;
  at.cached_rows = at.cached + aligned(tile->load_count * 8);
  at.segments = at.cached_rows + aligned(tile->load_count * 8);
  at.accumulators = at.segments + aligned(tile->tile_rows * (int64_t)sizeof(Segment));
  at.pending = at.accumulators + tile->reduction_count * aligned(tile->inner * 4);
  at.size = at.pending + aligned(tile->reduction_count * (int64_t)sizeof(Pending));
  return at;
}

double *pf_tile_slots(const pf_tile *tile, int32_t reduction) {
  char *slots = tile->scratch + tile->threads * pf_worker_layout(tile).size;
  for (int32_t r = 0; r < reduction; r++) {
    slots += aligned(tile->groups * tile->splits * tile->reductions[r].slot_size * 8);
  }
  return (double *)slots;
}

int64_t pf_tile_scratch_bytes(const pf_tile *tile) {
  int64_t bytes = tile->threads * pf_worker_layout(tile).size;
  for (int32_t r = 0; r < tile->reduction_count; r++) {
    bytes += aligned(tile->groups * tile->splits * tile->reductions[r].slot_size * 8);
  }
  return bytes;
}

// MARK: Loads

static int64_t offset_at(const pf_tile_load *load, const int64_t *index, int32_t axes) {
  int64_t offset = 0;
  for (int32_t axis = 0; axis < axes; axis++) {
    int64_t i = load->divisors[axis] == 1 ? index[axis] : index[axis] / load->divisors[axis];
    offset += i * load->strides[axis];
  }
  return offset;
}

static float widened(uint16_t number) {
  uint32_t bits = (uint32_t)number << 16;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

static void copy_narrow_row(
    const pf_loops *loops, float *restrict to, const pf_tile_load *load, int64_t offset,
    int64_t n) {
  int64_t stride = load->inner_stride, divisor = load->inner_divisor;
  const uint16_t *from = (const uint16_t *)load->base + offset;
  if (stride == 1 && divisor == 1) {
    loops->widen(to, from, (size_t)n);
  } else {
    for (int64_t i = 0; i < n; i += divisor, from += stride) {
      float value = widened(*from);
      for (int64_t j = i; j < n && j < i + divisor; j++) to[j] = value;
    }
  }
}

static void copy_row(
    const pf_loops *loops, float *restrict to, const pf_tile_load *load, int64_t offset,
    int64_t n) {
  int64_t stride = load->inner_stride, divisor = load->inner_divisor;
  if (load->element == pf_bfloat16) {
    copy_narrow_row(loops, to, load, offset, n);
    return;
  }
  if (load->element == pf_int64) {
    const int64_t *from = (const int64_t *)load->base + offset;
    for (int64_t i = 0; i < n; i++) to[i] = (float)from[i / divisor * stride];
    return;
  }
  const float *from = (const float *)load->base + offset;
  if (stride == 0) {
    float value = *from;
    for (int64_t i = 0; i < n; i++) to[i] = value;
  } else if (divisor != 1) {
    for (int64_t i = 0; i < n; i += divisor, from += stride) {
      float value = *from;
      for (int64_t j = i; j < n && j < i + divisor; j++) to[j] = value;
    }
  } else if (stride == 1) {
    memcpy(to, from, (size_t)n * 4);
  } else {
    for (int64_t i = 0; i < n; i++) to[i] = from[i * stride];
  }
}

static void load_rows(
    const pf_tile *tile, Worker *worker, int32_t index, int64_t rows, int64_t inner) {
  const pf_tile_load *load = &tile->loads[index];
  float *to = worker->values[load->value];
  int32_t last = tile->axes - 1;
  int64_t stride = load->strides[last], divisor = load->divisors[last];

  // A tile that repeats one row, as the one before it did, is there already.
  int64_t constant = -1;
  if (worker->segment_count == 1 && stride == 0) {
    constant = offset_at(load, worker->segments[0].index, last);
    if (constant == worker->cached[index] && rows * inner <= worker->cached_rows[index]) return;
  }
  worker->cached[index] = constant;
  worker->cached_rows[index] = rows * inner;

  for (int64_t s = 0; s < worker->segment_count; s++) {
    const Segment *segment = &worker->segments[s];
    int64_t offset = offset_at(load, segment->index, last);
    int64_t first = segment->index[last];
    for (int64_t row = 0; row < segment->rows; row++, to += inner) {
      int64_t i = first + row;
      copy_row(
          tile->loops, to, load, offset + (divisor == 1 ? i : i / divisor) * stride, inner);
    }
  }
}

// MARK: Stores

static int64_t store_offset(const pf_tile_store *store, const int64_t *index, int32_t axes) {
  int64_t offset = 0;
  for (int32_t axis = 0; axis < axes; axis++) offset += index[axis] * store->strides[axis];
  return offset;
}

static void store_row(
    const pf_loops *loops, const pf_tile_store *store, int64_t offset, const float *from,
    int64_t n) {
  int64_t stride = store->inner_stride;
  if (store->element == pf_bfloat16) {
    uint16_t *to = (uint16_t *)store->base + offset;
    if (stride == 1) {
      loops->narrow(to, from, (size_t)n);
    } else {
      for (int64_t i = 0; i < n; i++) loops->narrow(to + i * stride, from + i, 1);
    }
    return;
  }
  float *to = (float *)store->base + offset;
  if (stride == 1) {
    memcpy(to, from, (size_t)n * 4);
  } else {
    for (int64_t i = 0; i < n; i++) to[i * stride] = from[i];
  }
}

static void store_rows(
    const pf_tile *tile, const Worker *worker, const pf_tile_store *store, int64_t inner) {
  const float *from = worker->values[store->value];
  for (int64_t s = 0; s < worker->segment_count; s++) {
    const Segment *segment = &worker->segments[s];
    int64_t offset = store_offset(store, segment->index, tile->axes);
    for (int64_t row = 0; row < segment->rows; row++, from += inner) {
      store_row(tile->loops, store, offset, from, inner);
      offset += store->strides[tile->axes - 1];
    }
  }
}

/// Stores a tile that is contiguous in its target.
static void store_block(
    const pf_tile *tile, const Worker *worker, const pf_tile_store *store, size_t count) {
  const float *from = worker->values[store->value];
  int64_t offset = store_offset(store, worker->segments[0].index, tile->axes);
  if (store->element == pf_bfloat16) {
    tile->loops->narrow((uint16_t *)store->base + offset, from, count);
    return;
  }
  float *to = (float *)store->base + offset;
  // A load that is stored back where it came from needs no copy.
  if (to != from) memcpy(to, from, count * 4);
}

// MARK: One tile

/// Lists the segments of `rows` rows from `index` on, and moves `index` behind them.
static void take_segments(const pf_tile *tile, Worker *worker, int64_t *index, int64_t rows) {
  int32_t last = tile->axes - 1;
  int64_t taken = 0;
  worker->segment_count = 0;
  while (taken < rows) {
    Segment *segment = &worker->segments[worker->segment_count++];
    memcpy(segment->index, index, sizeof segment->index);
    int64_t left = tile->extents[last] - index[last];
    segment->first_row = taken;
    segment->rows = left < rows - taken ? left : rows - taken;
    taken += segment->rows;
    index[last] += segment->rows;
    for (int32_t axis = last; axis > 0 && index[axis] == tile->extents[axis]; axis--) {
      index[axis] = 0;
      index[axis - 1]++;
    }
  }
}

static void run_tile(const pf_tile *tile, Worker *worker, int64_t rows, int64_t split) {
  const int64_t *start = worker->segments[0].index;
  int64_t inner = tile->inner;
  if (tile->piece_axis >= 0
      && start[tile->piece_axis] == tile->extents[tile->piece_axis] - 1) {
    inner = tile->last_inner;
  }
  for (int32_t l = 0; l < tile->load_count; l++) {
    const pf_tile_load *load = &tile->loads[l];
    if (load->kind == pf_load_direct) {
      // Nothing writes through a load: only values with memory of their own are results.
      worker->values[load->value] =
          (float *)load->base + offset_at(load, start, tile->axes);
    } else if (load->kind == pf_load_block) {
      const uint16_t *from = (const uint16_t *)load->base + offset_at(load, start, tile->axes);
      tile->loops->widen(worker->values[load->value], from, (size_t)(rows * inner));
    } else if (load->kind == pf_load_rows) {
      load_rows(tile, worker, l, rows, inner);
    }
  }
  for (int32_t s = 0; s < tile->store_count; s++) {
    const pf_tile_store *store = &tile->stores[s];
    if (store->kind == pf_store_result) {
      worker->values[store->value] =
          (float *)store->base + store_offset(store, start, tile->axes);
    }
  }
  size_t count = (size_t)(rows * inner);
  float **values = worker->values;
  for (int32_t i = 0; i < tile->instruction_count; i++) {
    const pf_tile_instruction *step = &tile->instructions[i];
    tile->loops->op[step->opcode](
        values[step->result], values[step->operands[0]], values[step->operands[1]],
        values[step->operands[2]], count);
  }
  // Reductions come first: a store may overwrite what a load that they read lies in.
  if (tile->reduction_count > 0) pf_tile_reduce(tile, worker, split, inner);
  for (int32_t s = 0; s < tile->store_count; s++) {
    const pf_tile_store *store = &tile->stores[s];
    if (store->kind == pf_store_block) {
      store_block(tile, worker, store, count);
    } else if (store->kind == pf_store_rows) {
      store_rows(tile, worker, store, inner);
    }
  }
}

// MARK: Chunks

static Worker *worker_at(const pf_tile *tile, int32_t number) {
  return (Worker *)(tile->scratch + number * pf_worker_layout(tile).size);
}

/// Lays out a thread's memory and fills what no tile changes.
static void prepare(const pf_tile *tile, Worker *worker) {
  WorkerLayout at = pf_worker_layout(tile);
  char *memory = (char *)worker;
  worker->values = (float **)(memory + at.values);
  worker->buffers = (float *)(memory + at.buffers);
  worker->cached = (int64_t *)(memory + at.cached);
  worker->cached_rows = (int64_t *)(memory + at.cached_rows);
  worker->segments = (Segment *)(memory + at.segments);
  worker->accumulators = (float *)(memory + at.accumulators);
  worker->pending = (Pending *)(memory + at.pending);
  int64_t capacity = tile->tile_rows * tile->inner;
  for (int32_t value = 0; value < tile->values; value++) {
    int32_t buffer = tile->buffers[value];
    worker->values[value] =
        buffer < 0 ? NULL : worker->buffers + buffer * (buffer_bytes(tile) / 4);
  }
  for (int32_t c = 0; c < tile->constant_count; c++) {
    float *to = worker->values[tile->constants[c].value];
    for (int64_t i = 0; i < capacity; i++) to[i] = tile->constants[c].immediate;
  }
  for (int32_t l = 0; l < tile->load_count; l++) {
    const pf_tile_load *load = &tile->loads[l];
    worker->cached[l] = -1;
    if (load->kind != pf_load_fixed) continue;
    float *to = worker->values[load->value];
    copy_row(tile->loops, to, load, 0, tile->inner);
    for (int64_t row = 1; row < tile->tile_rows; row++) {
      memcpy(to + row * tile->inner, to, (size_t)tile->inner * 4);
    }
  }
  worker->tile = tile;
}

static void run_chunk(const pf_tile *tile, Worker *worker, int64_t chunk) {
  if (worker->tile != tile) prepare(tile, worker);

  int64_t group = chunk / tile->splits * tile->chunk_groups, split = chunk % tile->splits;
  int64_t row = group * tile->group_rows, end = row + tile->chunk_groups * tile->group_rows;
  if (tile->splits > 1) {
    row += split * tile->split_rows;
    end = row + tile->split_rows < end ? row + tile->split_rows : end;
  }
  if (end > tile->rows) end = tile->rows;

  int64_t index[pf_max_axes] = {0};
  for (int64_t rest = row, axis = tile->axes - 1; axis >= 0; axis--) {
    index[axis] = rest % tile->extents[axis];
    rest /= tile->extents[axis];
  }
  pf_tile_begin_reductions(tile, worker, chunk);
  while (row < end) {
    int64_t rows = end - row < tile->tile_rows ? end - row : tile->tile_rows;
    take_segments(tile, worker, index, rows);
    run_tile(tile, worker, rows, split);
    row += rows;
  }
  pf_tile_end_reductions(tile, worker);
}

static void run_chunk_of_tile(void *context, int64_t chunk, int32_t number) {
  const pf_tile *tile = context;
  run_chunk(tile, worker_at(tile, number), chunk);
}

void pf_tile_run(const pf_tile *tile) {
  for (int32_t number = 0; number < tile->threads; number++) worker_at(tile, number)->tile = NULL;
  pf_parallel_for(tile->chunks, tile->threads, run_chunk_of_tile, (void *)tile);
  if (tile->reduction_count > 0) pf_tile_combine(tile);
}

// MARK: Lists

int64_t pf_tile_list_worker_bytes(const pf_tile_list *list) {
  int64_t most = 0;
  for (int32_t i = 0; i < list->count; i++) {
    int64_t bytes = pf_worker_layout(&list->tiles[i]).size;
    if (bytes > most) most = bytes;
  }
  return most;
}

static Worker *list_worker(const pf_tile_list *list, int32_t number) {
  return (Worker *)(list->scratch + number * list->worker_bytes);
}

static void run_chunk_of_list(void *context, int64_t chunk, int32_t number) {
  const pf_tile_list *list = context;
  // The last tile whose chunks begin no later.
  int32_t first = 0, count = list->count;
  while (count > 1) {
    int32_t half = count / 2;
    if (list->first_chunks[first + half] <= chunk) {
      first += half;
      count -= half;
    } else {
      count = half;
    }
  }
  run_chunk(
      &list->tiles[first], list_worker(list, number), chunk - list->first_chunks[first]);
}

void pf_tile_list_run(const pf_tile_list *list) {
  for (int32_t number = 0; number < list->threads; number++) list_worker(list, number)->tile = NULL;
  pf_parallel_for(
      list->first_chunks[list->count], list->threads, run_chunk_of_list, (void *)list);
}
