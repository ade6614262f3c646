#include "KernelParallel.h"
#include "Philox.h"

#include <math.h>

// Numbers are the same with every instruction set, those with fused products included.
#pragma STDC FP_CONTRACT OFF

enum { groups_per_chunk = 16, group_numbers = pf_blocks_at_once * 4, most_attempts = 1024 };

/// The numbers of some neighbouring blocks.
typedef union {
  float real[group_numbers];
  int64_t whole[group_numbers];
} Group;

/// A run of a kernel, with axes joined that lie one behind the other.
typedef struct {
  const pf_random *random;
  pf_stream stream;
  int32_t axes;
  int64_t count, extents[pf_max_axes], strides[pf_max_axes];
} Draw;

/// A place in the target.
typedef struct {
  int64_t index[pf_max_axes], offset;
} Place;

void pf_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]) {
  philox(key, counter, words);
}

static double unit(uint32_t word) { return (double)(word >> 8) * 0x1p-24; }

static void block_normals(const uint32_t words[4], double z[4]) {
  for (int pair = 0; pair < 4; pair += 2) {
    double radius = sqrt(-2 * log(((double)(words[pair] >> 8) + 1) * 0x1p-24));
    double angle = 2 * 3.14159265358979323846 * unit(words[pair + 1]);
    z[pair] = radius * cos(angle);
    z[pair + 1] = radius * sin(angle);
  }
}

static void truncate_normals(const pf_stream *stream, uint64_t block, double z[4]) {
  for (uint32_t attempt = 1; attempt < most_attempts; attempt++) {
    int done = 1;
    for (int lane = 0; lane < 4; lane++) done &= fabs(z[lane]) <= 2;
    if (done) return;
    uint32_t words[4];
    double again[4];
    block_words(stream, block, attempt, words);
    block_normals(words, again);
    for (int lane = 0; lane < 4; lane++) {
      if (fabs(z[lane]) > 2) z[lane] = again[lane];
    }
  }
}

void pf_draw_block(const pf_stream *stream, uint64_t block, double value[4]) {
  double first = stream->first, second = stream->second;
  uint32_t words[4];
  block_words(stream, block, 0, words);
  if (stream->kind == pf_random_normal || stream->kind == pf_random_truncated_normal) {
    block_normals(words, value);
    if (stream->kind == pf_random_truncated_normal) truncate_normals(stream, block, value);
    for (int lane = 0; lane < 4; lane++) value[lane] = first + second * value[lane];
    return;
  }
  for (int lane = 0; lane < 4; lane++) {
    double u = unit(words[lane]);
    switch (stream->kind) {
      case pf_random_bernoulli: value[lane] = u < first ? 1 : 0; break;
      case pf_random_integers: value[lane] = first + floor(u * (second - first)); break;
      default: value[lane] = first + (second - first) * u; break;
    }
  }
}

static void draw_group(const Draw *draw, uint64_t block, Group *group) {
  const pf_random *r = draw->random;
  if (!r->whole && r->kind != pf_random_bernoulli && r->kind != pf_random_integers) {
    r->loops->draw(group->real, &draw->stream, block);
    return;
  }
  for (int64_t i = 0; i < pf_blocks_at_once; i++) {
    double value[4];
    pf_draw_block(&draw->stream, block + (uint64_t)i, value);
    for (int lane = 0; lane < 4; lane++) {
      if (r->whole) {
        group->whole[4 * i + lane] = (int64_t)value[lane];
      } else {
        group->real[4 * i + lane] = (float)value[lane];
      }
    }
  }
}

static Place place_of(const Draw *draw, int64_t element) {
  Place place = {.offset = 0};
  for (int32_t axis = draw->axes - 1; axis >= 0; axis--) {
    place.index[axis] = element % draw->extents[axis];
    element /= draw->extents[axis];
    place.offset += place.index[axis] * draw->strides[axis];
  }
  return place;
}

/// Goes on by a run along the last axis that may reach its end.
static void advance(const Draw *draw, Place *place, int64_t run) {
  int32_t axis = draw->axes - 1;
  place->index[axis] += run;
  place->offset += run * draw->strides[axis];
  while (axis > 0 && place->index[axis] == draw->extents[axis]) {
    place->offset -= place->index[axis] * draw->strides[axis];
    place->index[axis] = 0;
    axis -= 1;
    place->index[axis] += 1;
    place->offset += draw->strides[axis];
  }
}

/// Writes the first `count` numbers of a group along the logical order.
static void store_group(const Draw *draw, const Group *group, int64_t count, Place *place) {
  int32_t last = draw->axes - 1;
  int64_t stride = draw->strides[last];
  for (int64_t done = 0, run; done < count; done += run) {
    run = draw->extents[last] - place->index[last];
    if (run > count - done) run = count - done;
    if (draw->random->whole) {
      int64_t *to = (int64_t *)draw->random->target + place->offset;
      for (int64_t i = 0; i < run; i++) to[i * stride] = group->whole[done + i];
    } else {
      float *to = (float *)draw->random->target + place->offset;
      for (int64_t i = 0; i < run; i++) to[i * stride] = group->real[done + i];
    }
    advance(draw, place, run);
  }
}

static void draw_chunk(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const Draw *draw = context;
  int64_t first = chunk * groups_per_chunk * group_numbers;
  int64_t end = first + groups_per_chunk * group_numbers;
  if (end > draw->count) end = draw->count;
  Place place = place_of(draw, first);
  for (; first < end; first += group_numbers) {
    Group group;
    draw_group(draw, (uint64_t)first / 4, &group);
    store_group(draw, &group, end - first < group_numbers ? end - first : group_numbers, &place);
  }
}

/// Joins axes that lie one behind the other, so that runs are long.
static void join_axes(Draw *draw) {
  const pf_random *r = draw->random;
  draw->count = 1;
  for (int32_t axis = 0; axis < r->axes; axis++) {
    int32_t last = draw->axes - 1;
    draw->count *= r->extents[axis];
    if (r->extents[axis] == 1) continue;
    if (last >= 0 && draw->strides[last] == r->strides[axis] * r->extents[axis]) {
      draw->extents[last] *= r->extents[axis];
      draw->strides[last] = r->strides[axis];
    } else {
      draw->extents[draw->axes] = r->extents[axis];
      draw->strides[draw->axes++] = r->strides[axis];
    }
  }
  if (draw->axes == 0) draw->extents[0] = draw->strides[0] = draw->axes = 1;
}

void pf_random_run(const pf_random *random, uint64_t seed, uint64_t step) {
  Draw draw = {
      .random = random,
      .stream = {random->kind, random->first, random->second, seed ^ random->key, step}};
  join_axes(&draw);
  int64_t chunk_numbers = groups_per_chunk * group_numbers;
  int64_t chunks = (draw.count + chunk_numbers - 1) / chunk_numbers;
  pf_parallel_for(chunks, random->threads, draw_chunk, &draw);
}
