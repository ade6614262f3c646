#ifndef PHILOX_H
#define PHILOX_H

#include "KernelRandom.h"

/// One block of Philox 4×32-10. Inlined everywhere, so that loops over blocks vectorise.
__attribute__((always_inline)) static inline void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]) {
  uint32_t k0 = key[0], k1 = key[1];
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
#pragma clang loop unroll(full)
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

/// The words of a stream's block; later attempts are for normal numbers that were too large.
__attribute__((always_inline)) static inline void block_words(
    const pf_stream *stream, uint64_t block, uint32_t attempt, uint32_t words[4]) {
  uint32_t key[2] = {(uint32_t)stream->key, (uint32_t)(stream->key >> 32)};
  uint32_t counter[4] = {
      (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream->step,
      (uint32_t)(stream->step >> 32) ^ (attempt << 16)};
  philox(key, counter, words);
}

/// The four numbers of a block as libm gives them, not rounded to float yet.
void pf_draw_block(const pf_stream *stream, uint64_t block, double value[4]);

#endif
