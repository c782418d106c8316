/* Barycentric weights of BARYCENTER_LANES points at a time, one point a lane.

   Matrices are stored as [row][column][lane]; every loop's innermost index is the lane,
   so that a point's arithmetic is the same whatever points share its vector. */
#ifndef SKMNN_BARYCENTER_LANES_H
#define SKMNN_BARYCENTER_LANES_H

#include <math.h>

#include "_simd.h"

#if defined(__GNUC__) || defined(__clang__)
#define BARYCENTER_PREFETCH(address) __builtin_prefetch(address)
#else
#define BARYCENTER_PREFETCH(address) ((void)0)
#endif

#define BARYCENTER_LANES 8
/* Rows and columns of the Gram matrix that are summed in registers: k is padded to a
   multiple. */
#define BARYCENTER_TILE 4
/* Features whose differences are kept at a time. */
#define BARYCENTER_FEATURES 32

/* gram[i][j] += sum_f z[i][f] z[j][f] for j <= i. z has `stride` (k padded) rows of
   BARYCENTER_FEATURES features, gram as many rows and columns. */
SKMNN_CLONED SKMNN_UNUSED static void barycenter_gram(
    ptrdiff_t stride, ptrdiff_t n_features, const double *z, double *gram)
{
    const ptrdiff_t lanes = BARYCENTER_LANES, row = BARYCENTER_FEATURES * lanes;
    for (ptrdiff_t i = 0; i < stride; i += BARYCENTER_TILE)
        for (ptrdiff_t j = 0; j <= i; j += BARYCENTER_TILE) {
            const double *a = z + i * row, *b = z + j * row;
            double *out = gram + (i * stride + j) * lanes;
            double sum[BARYCENTER_TILE * BARYCENTER_TILE][BARYCENTER_LANES];
            for (int t = 0; t < BARYCENTER_TILE * BARYCENTER_TILE; t++)
                for (int l = 0; l < BARYCENTER_LANES; l++)
                    sum[t][l] = 0;
            for (ptrdiff_t f = 0; f < n_features * lanes; f += lanes)
#ifdef __GNUC__
#pragma GCC unroll 16
#endif
                for (int t = 0; t < BARYCENTER_TILE * BARYCENTER_TILE; t++)
#pragma omp simd
                    for (int l = 0; l < BARYCENTER_LANES; l++)
                        sum[t][l] += a[t / BARYCENTER_TILE * row + f + l] *
                                     b[t % BARYCENTER_TILE * row + f + l];
            for (int t = 0; t < BARYCENTER_TILE * BARYCENTER_TILE; t++)
                for (int l = 0; l < BARYCENTER_LANES; l++)
                    out[(t / BARYCENTER_TILE * stride + t % BARYCENTER_TILE) * lanes +
                        l] += sum[t][l];
        }
}

/* Asks for the features after those of one tile. */
SKMNN_INLINE void barycenter_fetch(const void *next, ptrdiff_t n_bytes)
{
    for (ptrdiff_t byte = 0; byte < n_bytes; byte += 64)
        BARYCENTER_PREFETCH((const char *)next + byte);
}

/* Adds reg * trace to the diagonal; least[] is the smallest pivot that is not rounding,
   1 where the trace is 0. */
SKMNN_INLINE void barycenter_regularize(
    ptrdiff_t k, ptrdiff_t stride, double reg, double *gram, double *least)
{
    const ptrdiff_t step = (stride + 1) * BARYCENTER_LANES;
    double trace[BARYCENTER_LANES] = {0};
    for (ptrdiff_t i = 0; i < k; i++)
        for (int l = 0; l < BARYCENTER_LANES; l++)
            trace[l] += gram[i * step + l];
    for (int l = 0; l < BARYCENTER_LANES; l++)
        least[l] = trace[l] > 0 ? trace[l] * 2.3e-16 : 1;
    for (ptrdiff_t i = 0; i < k; i++)
        for (int l = 0; l < BARYCENTER_LANES; l++)
            gram[i * step + l] += reg * trace[l];
}

/* sum[lane] -= sum_p a[p] b[p] over `length` entries. */
SKMNN_INLINE void barycenter_subtract(
    ptrdiff_t length, const double *a, ptrdiff_t a_step, const double *b,
    ptrdiff_t b_step, double *sum)
{
    double s[BARYCENTER_LANES];
    for (int l = 0; l < BARYCENTER_LANES; l++)
        s[l] = sum[l];
    for (ptrdiff_t p = 0; p < length; p++)
#pragma omp simd
        for (int l = 0; l < BARYCENTER_LANES; l++)
            s[l] -= a[p * a_step + l] * b[p * b_step + l];
    for (int l = 0; l < BARYCENTER_LANES; l++)
        sum[l] = s[l];
}

/* Solves (G + reg trace(G) I) w = 1 by Cholesky, G = L L' with 1 / L_ii kept on the
   diagonal, and divides w by its sum. Only the lower triangle of gram is read. */
SKMNN_CLONED SKMNN_UNUSED static void barycenter_solve(
    ptrdiff_t k, ptrdiff_t stride, double reg, double *gram, double *w)
{
    const ptrdiff_t lanes = BARYCENTER_LANES, row = stride * lanes;
    double least[BARYCENTER_LANES], total[BARYCENTER_LANES] = {0};
    barycenter_regularize(k, stride, reg, gram, least);
    for (ptrdiff_t i = 0; i < k; i++) {
        double *a = gram + i * row, *y = w + i * lanes;
        for (ptrdiff_t j = 0; j < i; j++) {
            const double *b = gram + j * row;
            barycenter_subtract(j, a, lanes, b, lanes, a + j * lanes);
            for (int l = 0; l < BARYCENTER_LANES; l++)
                a[j * lanes + l] *= b[j * lanes + l];
        }
        barycenter_subtract(i, a, lanes, a, lanes, a + i * lanes);
        for (int l = 0; l < BARYCENTER_LANES; l++) {
            const double pivot = a[i * lanes + l];
            a[i * lanes + l] = 1 / sqrt(pivot > least[l] ? pivot : least[l]);
            y[l] = 1;
        }
        barycenter_subtract(i, a, lanes, w, lanes, y); /* L y = 1 */
        for (int l = 0; l < BARYCENTER_LANES; l++)
            y[l] *= a[i * lanes + l];
    }
    for (ptrdiff_t i = k - 1; i >= 0; i--) { /* L' w = y */
        double *x = w + i * lanes;
        barycenter_subtract(k - 1 - i, gram + (i + 1) * row + i * lanes, row,
                            x + lanes, lanes, x);
        for (int l = 0; l < BARYCENTER_LANES; l++) {
            x[l] *= gram[i * row + i * lanes + l];
            total[l] += x[l];
        }
    }
    for (ptrdiff_t i = 0; i < k; i++)
        for (int l = 0; l < BARYCENTER_LANES; l++)
            w[i * lanes + l] /= total[l];
}

#endif
