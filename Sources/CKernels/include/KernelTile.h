#ifndef KERNEL_TILE_H
#define KERNEL_TILE_H

#include "KernelLoops.h"

// A tile program: a fused group of elementwise operations over rows of an iteration space.
//
// The space has `axes` outer axes, numbered row by row, and one inner axis of `inner` elements. A tile is `tile_rows`
// consecutive rows; it is loaded, computed instruction by instruction, and stored while it is in the L1 cache. Chunks of
// rows are handed out to threads.
//
// Rows fall into groups of `group_rows`: the leading axes that every reduction keeps number the groups. A chunk is
// either one of `splits` parts of a group, or (splits = 1) a run of `chunk_groups` whole groups. Each part of a group
// reduces into a slot of its own, in double, and the slots are combined in order at the end.

enum { pf_max_axes = 8 };

typedef enum {
  /// Read where it lies: every tile of it is contiguous, and of floats.
  pf_load_direct,
  /// Converted as one contiguous block.
  pf_load_block,
  /// The same for every row: expanded once per thread.
  pf_load_fixed,
  /// Copied row by row.
  pf_load_rows,
} pf_load_kind;

/// Reads base[Σ (index / divisor)·stride].
typedef struct {
  const void *base;
  int64_t strides[pf_max_axes];
  int32_t divisors[pf_max_axes];
  int64_t inner_stride;
  int32_t inner_divisor;
  /// What the tensor holds, to be converted.
  pf_element element;
  pf_load_kind kind;
  int32_t value;
} pf_tile_load;

typedef enum {
  /// The value is computed right in the target's memory, which holds floats.
  pf_store_result,
  /// The value is copied to the target as one contiguous block.
  pf_store_block,
  /// The value is copied row by row.
  pf_store_rows,
} pf_store_kind;

typedef struct {
  void *base;
  int64_t strides[pf_max_axes];
  int64_t inner_stride;
  /// Floats, or bfloat16 to which values are rounded.
  pf_element element;
  pf_store_kind kind;
  int32_t value;
} pf_tile_store;

typedef struct {
  pf_opcode opcode;
  int32_t result;
  /// Values; absent operands repeat the first.
  int32_t operands[3];
} pf_tile_instruction;

typedef struct {
  int32_t value;
  float immediate;
} pf_tile_constant;

typedef struct {
  pf_reduce kind;
  int32_t value;
  float *target;
  /// Where a row's result goes in the slots, in doubles; 0 along reduced axes.
  int64_t slot_strides[pf_max_axes];
  int32_t keeps_inner;
  /// Doubles in a slot.
  int64_t slot_size;
  /// The kept axes in the slots' order, the inner one last when it is kept.
  int32_t kept_axes;
  int64_t kept_extents[pf_max_axes + 1];
  int64_t target_strides[pf_max_axes + 1];
  /// The kept axis that counts the pieces of a split inner axis, when the last piece is shorter; else -1.
  int32_t ragged_axis;
} pf_tile_reduction;

typedef struct {
  const pf_loops *loops;
  int32_t threads;

  int32_t axes;
  int64_t extents[pf_max_axes];
  int64_t rows;
  int64_t inner;
  /// The axis that counts the pieces of a split inner axis, or -1; the last piece has `last_inner` elements.
  int32_t piece_axis;
  int64_t last_inner;
  int64_t tile_rows;

  int64_t group_rows;
  int64_t groups;
  int64_t splits;
  int64_t split_rows;
  int64_t chunk_groups;
  int64_t chunks;

  /// Values are the loads, then the instructions' results; `buffers[value]` is the buffer of a thread in which a value
  /// lives, or -1 for memory of its own.
  int32_t values;
  int32_t buffer_count;
  const int32_t *buffers;

  int32_t load_count, constant_count, instruction_count, store_count, reduction_count;
  const pf_tile_load *loads;
  const pf_tile_constant *constants;
  const pf_tile_instruction *instructions;
  const pf_tile_store *stores;
  const pf_tile_reduction *reductions;

  char *scratch;
} pf_tile;

/// Bytes of scratch memory that a run needs; alignment 64.
int64_t pf_tile_scratch_bytes(const pf_tile *tile);

void pf_tile_run(const pf_tile *tile);

/// Tiles without reductions that are independent of each other; threads share the chunks of all of them.
typedef struct {
  const pf_tile *tiles;
  int32_t count;
  int32_t threads;
  /// Chunks of the tiles before each, then of all: `count` + 1 numbers.
  const int64_t *first_chunks;
  /// What `pf_tile_list_worker_bytes` gives.
  int64_t worker_bytes;
  char *scratch;
} pf_tile_list;

/// Bytes that each thread needs, of `threads` times as many of scratch memory.
int64_t pf_tile_list_worker_bytes(const pf_tile_list *list);

void pf_tile_list_run(const pf_tile_list *list);

#endif
