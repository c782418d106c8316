/* Sums over the training points in the majorisation of one new point's stress. */
#ifndef SKMNN_PLACEMENT_LANES_H
#define SKMNN_PLACEMENT_LANES_H

#include "_majorization_root.h"

#define PLACEMENT_COLUMNS 512

/* All sums in one pass, for a d up to three that the compiler knows. */
SKMNN_INLINE void placement_few(
    const int d, ptrdiff_t n, const double *delta, const double *weights,
    const double *places, const double *y, double *moves, double *sums)
{
    const double y0 = y[0], y1 = d > 1 ? y[1] : 0, y2 = d > 2 ? y[2] : 0;
    const double *x0 = places, *x1 = d > 1 ? x0 + n : x0, *x2 = d > 2 ? x1 + n : x0;
    double m0 = 0, m1 = 0, m2 = 0, stress = 0, total = 0;
#pragma omp simd reduction(+ : m0, m1, m2, stress, total)
    for (ptrdiff_t j = 0; j < n; j++) {
        const double step0 = y0 - x0[j];
        const double step1 = d > 1 ? y1 - x1[j] : 0, step2 = d > 2 ? y2 - x2[j] : 0;
        const double s = step0 * step0 + step1 * step1 + step2 * step2;
        const double root = reciprocal_root_f64(s);
        const double residual = delta[j] - s * root;
        const double f = weights[j] * delta[j] * root;
        stress += weights[j] * residual * residual;
        total += weights[j] * s;
        m0 += f * step0;
        m1 += f * step1;
        m2 += f * step2;
    }
    moves[0] = m0;
    if (d > 1)
        moves[1] = m1;
    if (d > 2)
        moves[2] = m2;
    sums[0] = stress;
    sums[1] = total;
}

/* The same for any d, span after span, coordinate after coordinate. */
SKMNN_INLINE void placement_many(
    ptrdiff_t d, ptrdiff_t n, const double *delta, const double *weights,
    const double *places, const double *y, double *moves, double *sums)
{
    double factors[PLACEMENT_COLUMNS], stress = 0, total = 0;
    for (ptrdiff_t k = 0; k < d; k++)
        moves[k] = 0;
    for (ptrdiff_t first = 0; first < n; first += PLACEMENT_COLUMNS) {
        const ptrdiff_t left = n - first;
        const ptrdiff_t width = left < PLACEMENT_COLUMNS ? left : PLACEMENT_COLUMNS;
        const double *w = weights + first, *target = delta + first;
        for (ptrdiff_t j = 0; j < width; j++)
            factors[j] = 0;
        for (ptrdiff_t k = 0; k < d; k++) {
            const double *x = places + k * n + first, yk = y[k];
#pragma omp simd
            for (ptrdiff_t j = 0; j < width; j++)
                factors[j] += (yk - x[j]) * (yk - x[j]);
        }
#pragma omp simd reduction(+ : stress, total)
        for (ptrdiff_t j = 0; j < width; j++) {
            const double s = factors[j];
            const double root = reciprocal_root_f64(s);
            const double residual = target[j] - s * root;
            stress += w[j] * residual * residual;
            total += w[j] * s;
            factors[j] = w[j] * target[j] * root;
        }
        for (ptrdiff_t k = 0; k < d; k++) {
            const double *x = places + k * n + first, yk = y[k];
            double move = 0;
#pragma omp simd reduction(+ : move)
            for (ptrdiff_t j = 0; j < width; j++)
                move += factors[j] * (yk - x[j]);
            moves[k] += move;
        }
    }
    sums[0] = stress;
    sums[1] = total;
}

/* moves = sum_j w_j (delta_j / e_j) (y - x_j) and
   sums = [sum_j w_j (delta_j - e_j)^2, sum_j w_j e_j^2]; places has d rows of n. */
SKMNN_CLONED SKMNN_UNUSED static void placement_pass(
    ptrdiff_t d, ptrdiff_t n, const double *delta, const double *weights,
    const double *places, const double *y, double *moves, double *sums)
{
    if (d == 1)
        placement_few(1, n, delta, weights, places, y, moves, sums);
    else if (d == 2)
        placement_few(2, n, delta, weights, places, y, moves, sums);
    else if (d == 3)
        placement_few(3, n, delta, weights, places, y, moves, sums);
    else
        placement_many(d, n, delta, weights, places, y, moves, sums);
}

#endif
