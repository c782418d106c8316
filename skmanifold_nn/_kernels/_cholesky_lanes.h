/* Dense steps of the sparse factorisation L S L', S = diag(+-1).

   Row p of a block holds column p of L. Blocks of 8 rows are eliminated at a time, in
   registers for 16 columns. Factors that are broadcast are packed first: 8 values a
   pivot p, L[i, p] s_p for 8 rows i of L. Columns come in multiples of 8; what stands
   beyond a block's own columns is zero. */
#ifndef SKMNN_CHOLESKY_LANES_H
#define SKMNN_CHOLESKY_LANES_H

#include <math.h>

#include "_simd.h"

#ifdef __GNUC__
#define SKMNN_UNROLL _Pragma("GCC unroll 8")
#else
#define SKMNN_UNROLL
#endif

enum {
    CHOLESKY_ROWS = 8,
    CHOLESKY_LANES = 16,
    CHOLESKY_DEPTH = 256, /* pivots that are packed at a time */
    CHOLESKY_PACK = 32,   /* rows that share a packed tile of columns */
};

/* acc = C - sum over p of a[p, i] b[p, l], then solved with L where `diagonal` (8 x 8,
   packed, the inverse pivot times its sign on the diagonal) is given. */
SKMNN_INLINE void cholesky_tile(
    const int lanes, ptrdiff_t depth, const double *a, const double *b, ptrdiff_t ldb,
    const double *diagonal, double *const *c)
{
    double acc[CHOLESKY_ROWS][CHOLESKY_LANES];
    SKMNN_UNROLL
    for (int i = 0; i < CHOLESKY_ROWS; i++) {
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            acc[i][l] = c[i][l];
    }
    for (ptrdiff_t p = 0; p < depth; p++) {
        SKMNN_UNROLL
        for (int i = 0; i < CHOLESKY_ROWS; i++) {
            const double w = a[p * CHOLESKY_ROWS + i];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                acc[i][l] -= w * b[p * ldb + l];
        }
    }
    if (diagonal) {
        SKMNN_UNROLL
        for (int p = 0; p < CHOLESKY_ROWS; p++) {
            const double *w = diagonal + p * CHOLESKY_ROWS;
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                acc[p][l] *= w[p];
            SKMNN_UNROLL
            for (int i = 0; i < CHOLESKY_ROWS; i++) {
                if (i <= p)
                    continue;
#pragma omp simd
                for (int l = 0; l < lanes; l++)
                    acc[i][l] -= w[i] * acc[p][l];
            }
        }
    }
    SKMNN_UNROLL
    for (int i = 0; i < CHOLESKY_ROWS; i++) {
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            c[i][l] = acc[i][l];
    }
}

/* 8 rows of C; those that do not exist are `nothing`. */
SKMNN_INLINE void cholesky_rows(
    ptrdiff_t rows, double *c, ptrdiff_t ldc, double *nothing, double **row)
{
    for (int i = 0; i < CHOLESKY_ROWS; i++)
        row[i] = i < rows ? c + i * ldc : nothing;
}

/* packed[p, i] = a[p, i] s_p, 8 rows i. */
SKMNN_INLINE void cholesky_pack(
    ptrdiff_t depth, const double *a, ptrdiff_t lda, const double *signs,
    double *packed)
{
    for (ptrdiff_t p = 0; p < depth; p++) {
#pragma omp simd
        for (int i = 0; i < CHOLESKY_ROWS; i++)
            packed[p * CHOLESKY_ROWS + i] = a[p * lda + i] * signs[p];
    }
}

/* Columns begin..n of one block of 8 rows. */
SKMNN_INLINE void cholesky_strip(
    ptrdiff_t begin, ptrdiff_t n, ptrdiff_t depth, const double *a,
    const double *b, ptrdiff_t ldb, const double *diagonal, ptrdiff_t rows,
    double *c, ptrdiff_t ldc)
{
    double nothing[CHOLESKY_LANES] = {0}, *row[CHOLESKY_ROWS];
    ptrdiff_t j = begin;
    for (; j + CHOLESKY_LANES <= n; j += CHOLESKY_LANES) {
        cholesky_rows(rows, c + j, ldc, nothing, row);
        cholesky_tile(CHOLESKY_LANES, depth, a, b + j, ldb, diagonal, row);
    }
    for (; j < n; j += CHOLESKY_ROWS) {
        cholesky_rows(rows, c + j, ldc, nothing, row);
        cholesky_tile(CHOLESKY_ROWS, depth, a, b + j, ldb, diagonal, row);
    }
}

/* C[i, j] -= sum over p of a[p, i] s_p b[p, j], i < m, j < n; rows from j + reach on
   may be left alone. work: (m rounded up to 8 + 16) x CHOLESKY_DEPTH values. */
SKMNN_CLONED SKMNN_UNUSED static void cholesky_multiply(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, const double *a, ptrdiff_t lda,
    const double *signs, const double *b, ptrdiff_t ldb, double *c, ptrdiff_t ldc,
    ptrdiff_t reach, double *work)
{
    const ptrdiff_t full = (m + CHOLESKY_ROWS - 1) / CHOLESKY_ROWS * CHOLESKY_ROWS;
    for (ptrdiff_t p = 0; p < depth; p += CHOLESKY_DEPTH) {
        const ptrdiff_t d = depth - p < CHOLESKY_DEPTH ? depth - p : CHOLESKY_DEPTH;
        double *tile = work + full * CHOLESKY_DEPTH;
        for (ptrdiff_t i = 0; i < m; i += CHOLESKY_ROWS)
            cholesky_pack(d, a + p * lda + i, lda, signs + p, work + i * d);
        for (ptrdiff_t j = 0; j < n; j += CHOLESKY_LANES) {
            const ptrdiff_t lanes = n - j < CHOLESKY_LANES ? n - j : CHOLESKY_LANES;
            const double *strip = b + p * ldb + j;
            ptrdiff_t last = m, ld = ldb;
            if (j + lanes + reach < m)
                last = j + lanes + reach;
            if (last >= CHOLESKY_PACK && lanes == CHOLESKY_LANES) {
                for (ptrdiff_t q = 0; q < d; q++) {
#pragma omp simd
                    for (int l = 0; l < CHOLESKY_LANES; l++)
                        tile[q * CHOLESKY_LANES + l] = strip[q * ldb + l];
                }
                strip = tile;
                ld = CHOLESKY_LANES;
            }
            for (ptrdiff_t i = 0; i < last; i += CHOLESKY_ROWS)
                cholesky_strip(0, lanes, d, work + i * d, strip, ld, NULL, m - i,
                               c + i * ldc + j, ldc);
        }
    }
}

/* One pivot after the other of an 8 x 8 block; returns nothing, but `tiny` marks the
   pivots that were replaced. Packed as cholesky_tile wants it. */
SKMNN_INLINE void cholesky_pivot_block(
    ptrdiff_t rows, double *const *e, double threshold, double *signs,
    uint8_t *tiny, double *packed)
{
    for (ptrdiff_t p = 0; p < CHOLESKY_ROWS * CHOLESKY_ROWS; p++)
        packed[p] = 0;
    for (ptrdiff_t p = 0; p < rows; p++) {
        double d = e[p][p], *w = packed + p * CHOLESKY_ROWS;
        signs[p] = d < 0 ? -1 : 1;
        tiny[p] = !(fabs(d) >= threshold);
        d = 1 / sqrt(tiny[p] ? threshold : fabs(d));
        for (ptrdiff_t l = p + 1; l < CHOLESKY_ROWS; l++) {
            e[p][l] *= d * signs[p];
            w[l] = e[p][l] * signs[p];
        }
        e[p][p] = d;
        w[p] = d * signs[p];
        for (ptrdiff_t i = p + 1; i < rows; i++)
            for (ptrdiff_t l = i; l < CHOLESKY_ROWS; l++)
                e[i][l] -= w[i] * e[p][l];
    }
}

/* Factor the `rows` pivots of a block `e` of n columns that is up to date
   with all pivots before. packed: rows rounded up to 8, (rows + 8) / 2 values each. */
SKMNN_CLONED SKMNN_UNUSED static void cholesky_pivots(
    ptrdiff_t rows, ptrdiff_t n, double *e, ptrdiff_t ld, double threshold,
    double *signs, uint8_t *tiny, double *packed)
{
    double nothing[CHOLESKY_LANES] = {0}, *row[CHOLESKY_ROWS];
    for (ptrdiff_t b = 0; b < rows; b += CHOLESKY_ROWS) {
        const ptrdiff_t here = rows - b < CHOLESKY_ROWS ? rows - b : CHOLESKY_ROWS;
        double *diagonal = packed + b * CHOLESKY_ROWS;
        cholesky_rows(here, e + b * ld + b, ld, nothing, row);
        cholesky_pack(b, e + b, ld, signs, packed);
        cholesky_tile(CHOLESKY_ROWS, b, packed, e + b, ld, NULL, row);
        cholesky_pivot_block(here, row, threshold, signs + b, tiny + b, diagonal);
        cholesky_strip(b + CHOLESKY_ROWS, n, b, packed, e, ld, diagonal, here,
                       e + b * ld, ld);
        packed = diagonal + CHOLESKY_ROWS * CHOLESKY_ROWS;
    }
}

/* C <- (L S)^-1 C with the pivots that cholesky_pivots packed; C has n columns. */
SKMNN_CLONED SKMNN_UNUSED static void cholesky_columns(
    ptrdiff_t rows, ptrdiff_t n, const double *packed, double *c, ptrdiff_t ldc)
{
    for (ptrdiff_t j = 0; j < n; j += CHOLESKY_LANES) {
        const ptrdiff_t lanes = n - j < CHOLESKY_LANES ? n - j : CHOLESKY_LANES;
        const double *a = packed;
        for (ptrdiff_t b = 0; b < rows; b += CHOLESKY_ROWS) {
            const double *diagonal = a + b * CHOLESKY_ROWS;
            cholesky_strip(0, lanes, b, a, c + j, ldc, diagonal, rows - b,
                           c + b * ldc + j, ldc);
            a = diagonal + CHOLESKY_ROWS * CHOLESKY_ROWS;
        }
    }
}

#endif
