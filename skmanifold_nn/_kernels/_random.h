/* Random numbers from counters: a hash of (seed, step, stream, position).

   The first three and the position's upper half are mixed into two keys by the
   finaliser of SplitMix64 (Steele, Lea and Flood, 2014); the lower half of the position
   is mixed with the keys by multiplications and shifts of 32 bits, which every clone
   vectorises, with C. Wellons' low-bias constants (triple32, 2018). Equal for both
   dtypes and wherever rows are cut. */
#ifndef SKMNN_RANDOM_H
#define SKMNN_RANDOM_H

#include "_activations_functions.h"
#include "_majorization_root.h"

SKMNN_INLINE uint64_t random_mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The two keys of 2^32 positions. */
SKMNN_INLINE uint64_t random_keys(
    uint64_t seed, uint64_t step, uint64_t stream, uint64_t upper)
{
    uint64_t z = random_mix(seed);
    z = random_mix(z ^ step);
    z = random_mix(z ^ stream);
    return random_mix(z ^ upper);
}

SKMNN_INLINE uint32_t random_bits(uint64_t keys, uint32_t lower)
{
    uint32_t x = lower + (uint32_t)keys;
    x ^= x >> 17;
    x *= UINT32_C(0xed5ad4bb);
    x ^= x >> 11;
    x *= UINT32_C(0xac4c1b51);
    x += (uint32_t)(keys >> 32);
    x ^= x >> 15;
    x *= UINT32_C(0x31848bab);
    return x ^ (x >> 14);
}

/* How many of the next n positions share their upper half. */
SKMNN_INLINE ptrdiff_t random_stretch(uint64_t position, ptrdiff_t n)
{
    const uint64_t left = (UINT64_C(1) << 32) - (position & UINT32_MAX);
    return left < (uint64_t)n ? (ptrdiff_t)left : n;
}

SKMNN_CLONED SKMNN_UNUSED static void random_fill(
    uint64_t seed, uint64_t step, uint64_t stream, uint64_t position, ptrdiff_t n,
    uint32_t *out)
{
    for (ptrdiff_t width; n > 0; n -= width, position += (uint64_t)width) {
        const uint64_t keys = random_keys(seed, step, stream, position >> 32);
        const uint32_t lower = (uint32_t)position;
        width = random_stretch(position, n);
#pragma omp simd
        for (ptrdiff_t i = 0; i < width; i++)
            out[i] = random_bits(keys, lower + (uint32_t)i);
        out += width;
    }
}

/* The second number of a position, where one is not enough. */
#define RANDOM_SECOND (UINT64_C(1) << 63)

#define SKMNN_REAL double
#define SKMNN_BITS uint64_t
#define SKMNN_MANTISSA 52
#define SKMNN_NAME(name) name##_f64
#include "_random_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_MANTISSA
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_BITS uint32_t
#define SKMNN_MANTISSA 23
#define SKMNN_NAME(name) name##_f32
#include "_random_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_MANTISSA
#undef SKMNN_NAME

#endif
