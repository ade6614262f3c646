#include "KernelParallel.h"
#include "KernelRandom.h"

#include <math.h>

enum { blocks_per_chunk = 1024, most_attempts = 1024 };

void pf_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]) {
  uint32_t k0 = key[0], k1 = key[1];
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

typedef struct {
  const pf_random *random;
  uint64_t key, step;
  int64_t count;
} Draw;

static double unit(uint32_t word) { return (double)(word >> 8) * 0x1p-24; }

static void block_words(const Draw *draw, uint64_t block, uint32_t attempt, uint32_t words[4]) {
  uint32_t key[2] = {(uint32_t)draw->key, (uint32_t)(draw->key >> 32)};
  uint32_t counter[4] = {
      (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)draw->step,
      (uint32_t)(draw->step >> 32) ^ (attempt << 16)};
  pf_philox(key, counter, words);
}

static void block_normals(const uint32_t words[4], double z[4]) {
  for (int pair = 0; pair < 4; pair += 2) {
    double radius = sqrt(-2 * log(((double)(words[pair] >> 8) + 1) * 0x1p-24));
    double angle = 2 * 3.14159265358979323846 * unit(words[pair + 1]);
    z[pair] = radius * cos(angle);
    z[pair + 1] = radius * sin(angle);
  }
}

static void truncate_normals(const Draw *draw, uint64_t block, double z[4]) {
  for (uint32_t attempt = 1; attempt < most_attempts; attempt++) {
    int done = 1;
    for (int lane = 0; lane < 4; lane++) done &= fabs(z[lane]) <= 2;
    if (done) return;
    uint32_t words[4];
    double again[4];
    block_words(draw, block, attempt, words);
    block_normals(words, again);
    for (int lane = 0; lane < 4; lane++) {
      if (fabs(z[lane]) > 2) z[lane] = again[lane];
    }
  }
}

static void draw_block(const Draw *draw, uint64_t block, double value[4]) {
  const pf_random *r = draw->random;
  uint32_t words[4];
  block_words(draw, block, 0, words);
  if (r->kind == pf_random_normal || r->kind == pf_random_truncated_normal) {
    block_normals(words, value);
    if (r->kind == pf_random_truncated_normal) truncate_normals(draw, block, value);
    for (int lane = 0; lane < 4; lane++) value[lane] = r->first + r->second * value[lane];
    return;
  }
  for (int lane = 0; lane < 4; lane++) {
    double u = unit(words[lane]);
    switch (r->kind) {
      case pf_random_bernoulli: value[lane] = u < r->first ? 1 : 0; break;
      case pf_random_integers: value[lane] = r->first + floor(u * (r->second - r->first)); break;
      default: value[lane] = r->first + (r->second - r->first) * u; break;
    }
  }
}

static void draw_chunk(void *context, int64_t chunk, int32_t worker) {
  (void)worker;
  const Draw *draw = context;
  const pf_random *r = draw->random;
  int64_t first = chunk * blocks_per_chunk * 4, end = first + blocks_per_chunk * 4;
  if (end > draw->count) end = draw->count;
  int64_t index[pf_max_axes], offset = 0;
  for (int64_t axis = r->axes - 1, rest = first; axis >= 0; axis--) {
    index[axis] = rest % r->extents[axis];
    rest /= r->extents[axis];
    offset += index[axis] * r->strides[axis];
  }
  double value[4];
  for (int64_t element = first; element < end; element++) {
    if ((element & 3) == 0) draw_block(draw, (uint64_t)element / 4, value);
    if (r->whole) {
      ((int64_t *)r->target)[offset] = (int64_t)value[element & 3];
    } else {
      ((float *)r->target)[offset] = (float)value[element & 3];
    }
    for (int32_t axis = r->axes - 1; axis >= 0; axis--) {
      offset += r->strides[axis];
      if (++index[axis] < r->extents[axis]) break;
      offset -= index[axis] * r->strides[axis];
      index[axis] = 0;
    }
  }
}

void pf_random_run(const pf_random *random, uint64_t seed, uint64_t step) {
  Draw draw = {.random = random, .key = seed ^ random->key, .step = step, .count = 1};
  for (int32_t axis = 0; axis < random->axes; axis++) draw.count *= random->extents[axis];
  int64_t chunks = (draw.count + blocks_per_chunk * 4 - 1) / (blocks_per_chunk * 4);
  pf_parallel_for(chunks, random->threads, draw_chunk, &draw);
}
