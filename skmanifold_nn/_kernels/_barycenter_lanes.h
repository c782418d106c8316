/* Barycentric weights of BARYCENTER_LANES points at a time, one point a lane.

   Matrices are stored as [row][column][lane]; every loop's innermost index is the lane,
   so that a point's arithmetic is the same whatever points share its vector. */
#ifndef SKMNN_BARYCENTER_LANES_H
#define SKMNN_BARYCENTER_LANES_H

#include <math.h>

#include "_simd.h"

#define BARYCENTER_LANES 8
/* Columns of the Gram matrix that are computed at a time: k is padded to a multiple. */
#define BARYCENTER_COLUMNS 4
/* Features whose differences are kept at a time. */
#define BARYCENTER_FEATURES 32

/* gram[i][j] += sum_f z[i][f] z[j][f] for j <= i. z has k padded rows of
   BARYCENTER_FEATURES features, gram rows of `stride` columns. */
SKMNN_CLONED SKMNN_UNUSED static void barycenter_gram(
    ptrdiff_t k, ptrdiff_t stride, ptrdiff_t n_features, const double *z, double *gram)
{
    const ptrdiff_t row = BARYCENTER_FEATURES * BARYCENTER_LANES;
    for (ptrdiff_t i = 0; i < k; i++)
        for (ptrdiff_t j = 0; j <= i; j += BARYCENTER_COLUMNS) {
            const double *a = z + i * row, *b = z + j * row;
            double *out = gram + (i * stride + j) * BARYCENTER_LANES;
            double sum[BARYCENTER_COLUMNS][BARYCENTER_LANES];
            for (int c = 0; c < BARYCENTER_COLUMNS; c++)
                for (int l = 0; l < BARYCENTER_LANES; l++)
                    sum[c][l] = out[c * BARYCENTER_LANES + l];
            for (ptrdiff_t f = 0; f < n_features; f++)
#ifdef __GNUC__
#pragma GCC unroll 4
#endif
                for (int c = 0; c < BARYCENTER_COLUMNS; c++)
#pragma omp simd
                    for (int l = 0; l < BARYCENTER_LANES; l++)
                        sum[c][l] += a[f * BARYCENTER_LANES + l] *
                                     b[c * row + f * BARYCENTER_LANES + l];
            for (int c = 0; c < BARYCENTER_COLUMNS; c++)
                for (int l = 0; l < BARYCENTER_LANES; l++)
                    out[c * BARYCENTER_LANES + l] = sum[c][l];
        }
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
