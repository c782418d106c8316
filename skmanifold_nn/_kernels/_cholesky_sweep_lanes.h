/* Sweeps of right-hand sides over a panel of the factor L S L'.

   A panel is E (row p holds column p of L within the pivots, the inverse pivot on the
   diagonal; 64 rows at a time, from the first one's diagonal on) and P (k x rp, the
   same below them). Rows of X, `ld` apart, hold a multiple of 8 right-hand sides.
   Pivots are taken 8, 4, 2 or 1 at a time. */
#ifndef SKMNN_CHOLESKY_SWEEP_LANES_H
#define SKMNN_CHOLESKY_SWEEP_LANES_H

#include "_cholesky_lanes.h"

enum { SWEEP_WIDTH = 8, SWEEP_LANES = 16, SWEEP_BLOCK = 64 };

/* Calls `call` with the constant w = 8, 4, 2 or 1 for the widths of a panel's steps. */
#define SKMNN_BY_WIDTH(width, call)                                                   \
    do {                                                                              \
        if ((width) == 8) {                                                           \
            enum { w = 8 };                                                           \
            call;                                                                     \
        } else if ((width) == 4) {                                                    \
            enum { w = 4 };                                                           \
            call;                                                                     \
        } else if ((width) == 2) {                                                    \
            enum { w = 2 };                                                           \
            call;                                                                     \
        } else {                                                                      \
            enum { w = 1 };                                                           \
            call;                                                                     \
        }                                                                             \
    } while (0)

/* Step that starts with pivot p, and the one that ends before it. */
SKMNN_INLINE ptrdiff_t sweep_width(ptrdiff_t left)
{
    return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}
SKMNN_INLINE ptrdiff_t sweep_width_back(ptrdiff_t p)
{
    return p & 1 ? 1 : p & 2 ? 2 : p & 4 ? 4 : 8;
}

/* Y[i] -= sum over q < w of a[q, i] x[q]; Y's rows are gathered by `index` if given. */
SKMNN_INLINE void sweep_push(
    const int w, const int lanes, ptrdiff_t n, const double *a, ptrdiff_t lda,
    const double *x, ptrdiff_t ldx, const int32_t *index, double *y, ptrdiff_t ldy)
{
    double pivots[SWEEP_WIDTH][SWEEP_LANES];
    SKMNN_UNROLL
    for (int q = 0; q < w; q++) {
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            pivots[q][l] = x[q * ldx + l];
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        double *target = y + (index ? index[i] : i) * ldy, t[SWEEP_LANES];
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            t[l] = target[l];
        SKMNN_UNROLL
        for (int q = 0; q < w; q++) {
            const double f = a[q * lda + i];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                t[l] -= f * pivots[q][l];
        }
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            target[l] = t[l];
    }
}

/* x[q] -= sum over i of a[q, i] Y[i] */
SKMNN_INLINE void sweep_pull(
    const int w, const int lanes, ptrdiff_t n, const double *a, ptrdiff_t lda,
    double *x, ptrdiff_t ldx, const int32_t *index, const double *y, ptrdiff_t ldy)
{
    double pivots[SWEEP_WIDTH][SWEEP_LANES];
    SKMNN_UNROLL
    for (int q = 0; q < w; q++) {
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            pivots[q][l] = x[q * ldx + l];
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const double *source = y + (index ? index[i] : i) * ldy;
        SKMNN_UNROLL
        for (int q = 0; q < w; q++) {
            const double f = a[q * lda + i];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                pivots[q][l] -= f * source[l];
        }
    }
    SKMNN_UNROLL
    for (int q = 0; q < w; q++) {
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            x[q * ldx + l] = pivots[q][l];
    }
}

/* x <- L^-1 x (or L'^-1 x) with the w x w triangle that starts at e. */
SKMNN_INLINE void sweep_triangle(
    const int w, const int lanes, const int transposed, const double *e, ptrdiff_t kp,
    double *x, ptrdiff_t ldx)
{
    for (int step = 0; step < w; step++) {
        const int p = transposed ? w - 1 - step : step;
        const double inverse = e[p * kp + p];
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            x[p * ldx + l] *= inverse;
        for (int q = transposed ? 0 : p + 1; q < (transposed ? p : w); q++) {
            const double f = transposed ? e[q * kp + p] : e[p * kp + q];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                x[q * ldx + l] -= f * x[p * ldx + l];
        }
    }
}

/* k pivots of one block, and what they share with n - k that follow. */
SKMNN_INLINE void sweep_block(
    const int lanes, int transposed, ptrdiff_t k, ptrdiff_t n, ptrdiff_t kp,
    const double *e, double *x, ptrdiff_t ld)
{
    if (transposed)
        for (ptrdiff_t p = k; p > 0;) {
            const ptrdiff_t width = sweep_width_back(p), b = p - width;
            const double *d = e + b * kp;
            double *y = x + b * ld;
            SKMNN_BY_WIDTH(width, {
                sweep_pull(w, lanes, n - p, d + p, kp, y, ld, NULL, x + p * ld, ld);
                sweep_triangle(w, lanes, 1, d + b, kp, y, ld);
            });
            p = b;
        }
    else
        for (ptrdiff_t p = 0; p < k;) {
            const ptrdiff_t width = sweep_width(k - p), end = p + width;
            const double *d = e + p * kp;
            double *y = x + p * ld;
            SKMNN_BY_WIDTH(width, {
                sweep_triangle(w, lanes, 0, d + p, kp, y, ld);
                sweep_push(w, lanes, n - end, d + end, kp, y, ld, NULL, x + end * ld,
                           ld);
            });
            p = end;
        }
}

/* Solve with the triangle of a panel's pivots: L x = x, or L' x = x. */
SKMNN_CLONED SKMNN_UNUSED static void cholesky_sweep_pivots(
    int transposed, ptrdiff_t k, ptrdiff_t kp, const double *e, double *x,
    ptrdiff_t ld)
{
    const ptrdiff_t blocks = (k + SWEEP_BLOCK - 1) / SWEEP_BLOCK;
    for (ptrdiff_t q = 0; q < blocks; q++) {
        const ptrdiff_t b = SWEEP_BLOCK * (transposed ? blocks - 1 - q : q);
        const ptrdiff_t rows = k - b < SWEEP_BLOCK ? k - b : SWEEP_BLOCK;
        const double *d = e + b * kp - b * (b - SWEEP_BLOCK) / 2;
        double *y = x + b * ld;
        ptrdiff_t l = 0;
        for (; l + SWEEP_LANES <= ld; l += SWEEP_LANES)
            sweep_block(SWEEP_LANES, transposed, rows, k - b, kp - b, d, y + l, ld);
        if (l < ld)
            sweep_block(SWEEP_WIDTH, transposed, rows, k - b, kp - b, d, y + l, ld);
    }
}

SKMNN_INLINE void sweep_below(
    const int lanes, int transposed, ptrdiff_t k, ptrdiff_t n, const double *a,
    ptrdiff_t rp, double *x, const int32_t *index, double *y, ptrdiff_t ld)
{
    for (ptrdiff_t p = 0; p < k;) {
        const ptrdiff_t width = sweep_width(k - p);
        const double *d = a + p * rp;
        double *z = x + p * ld;
        if (transposed)
            SKMNN_BY_WIDTH(width, sweep_pull(w, lanes, n, d, rp, z, ld, index, y, ld));
        else
            SKMNN_BY_WIDTH(width, sweep_push(w, lanes, n, d, rp, z, ld, index, y, ld));
        p += width;
    }
}

/* Y[index] -= P' x, or x -= P Y[index], for n of the rows below k of the pivots. */
SKMNN_CLONED SKMNN_UNUSED static void cholesky_sweep_rows(
    int transposed, ptrdiff_t k, ptrdiff_t n, const double *a, ptrdiff_t rp,
    double *x, const int32_t *index, double *y, ptrdiff_t ld)
{
    ptrdiff_t l = 0;
    for (; l + SWEEP_LANES <= ld; l += SWEEP_LANES)
        sweep_below(SWEEP_LANES, transposed, k, n, a, rp, x + l, index, y + l, ld);
    if (l < ld)
        sweep_below(SWEEP_WIDTH, transposed, k, n, a, rp, x + l, index, y + l, ld);
}

#endif
