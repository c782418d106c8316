/* The one door to SIMD: plain loops that compilers vectorise, cloned per processor.

   SKMNN_CLONES is the list of targets that setup.py found to work; it is empty where
   the compiler, the C library or the processor has no function multi-versioning. */
#ifndef SKMNN_SIMD_H
#define SKMNN_SIMD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef SKMNN_CLONES
#define SKMNN_CLONED __attribute__((target_clones(SKMNN_CLONES)))
#else
#define SKMNN_CLONED
#endif

#if defined(__GNUC__) || defined(__clang__)
#define SKMNN_INLINE static inline __attribute__((always_inline))
#define SKMNN_UNUSED __attribute__((unused))
#else
#define SKMNN_INLINE static inline
#define SKMNN_UNUSED
#endif

/* Copies past the caches, where the processor has such stores. */
#if defined(__SSE2__)
#include <emmintrin.h>
SKMNN_INLINE void skmnn_stream(void *to, const void *from, size_t n_bytes)
{
    char *t = (char *)to;
    const char *f = (const char *)from;
    size_t head = (size_t)(-(uintptr_t)t & 15);
    if (head > n_bytes)
        head = n_bytes;
    memcpy(t, f, head);
    for (; head + 16 <= n_bytes; head += 16)
        _mm_stream_si128((__m128i *)(t + head),
                         _mm_loadu_si128((const __m128i *)(f + head)));
    memcpy(t + head, f + head, n_bytes - head);
}
#define skmnn_stream_end _mm_sfence
#else
#define skmnn_stream memcpy
#define skmnn_stream_end() ((void)0)
#endif

/* Every vector of lanes is 128 bytes: two AVX-512 registers. */
#define SKMNN_LANE_BYTES 128

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_minplus_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_minplus_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
