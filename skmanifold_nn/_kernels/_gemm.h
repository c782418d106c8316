/* Products of matrices on one thread: _gemm_tile.h and _gemm_sums.h for both dtypes.

   Every entry of a product is one sum in the order of its terms, whatever tile it falls
   into, so that a row has the same bits alone and among others. */
#ifndef SKMNN_GEMM_H
#define SKMNN_GEMM_H

#include "_simd.h"

#ifdef __GNUC__
#define GEMM_UNROLL _Pragma("GCC unroll 8")
#define GEMM_ALIGNED __attribute__((aligned(64)))
#else
#define GEMM_UNROLL
#define GEMM_ALIGNED
#endif

/* Tiles of 8 rows need 32 registers of 64 bytes. */
#ifdef SKMNN_CLONES
#define GEMM_WIDE __builtin_cpu_supports("avx512f")
#else
#define GEMM_WIDE 0
#endif

enum {
    GEMM_LINE_BYTES = 64,
    GEMM_DEPTH = 128,       /* terms of a sum that are added at a time */
    GEMM_HEIGHT = 256,      /* rows that share a packed strip of columns */
    GEMM_FEW = 4,           /* fewer rows are taken one by one, by wide tiles */
    GEMM_PACK = 32,         /* rows that pay for packing a strip */
    GEMM_NEAR_BYTES = 1024, /* rows of B that are further apart are packed */
};

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_gemm_tile.h"
#include "_gemm_sums.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_gemm_tile.h"
#include "_gemm_sums.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
