/* Vectors over the neighbours of one point, padded with zeros to whole lanes. */
#ifndef SKMNN_LOCAL_LANES_H
#define SKMNN_LOCAL_LANES_H

#include "_simd.h"

#include <math.h>

#define LOCAL_LANES 8
#define LOCAL_EPSILON 2.220446049250313e-16

SKMNN_INLINE double local_lane_sum(const double *sums)
{
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) +
           ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/* Every `width` below is a multiple of LOCAL_LANES. */
SKMNN_INLINE double local_dot(ptrdiff_t width, const double *a, const double *b)
{
    double sums[LOCAL_LANES] = {0};
    for (ptrdiff_t j = 0; j < width; j += LOCAL_LANES)
#pragma omp simd
        for (int l = 0; l < LOCAL_LANES; l++)
            sums[l] += a[j + l] * b[j + l];
    return local_lane_sum(sums);
}

SKMNN_INLINE double local_sum(ptrdiff_t width, const double *a)
{
    double sums[LOCAL_LANES] = {0};
    for (ptrdiff_t j = 0; j < width; j += LOCAL_LANES)
#pragma omp simd
        for (int l = 0; l < LOCAL_LANES; l++)
            sums[l] += a[j + l];
    return local_lane_sum(sums);
}

/* b += factor * a */
SKMNN_INLINE void local_add(ptrdiff_t width, double factor, const double *a, double *b)
{
    for (ptrdiff_t j = 0; j < width; j += LOCAL_LANES)
#pragma omp simd
        for (int l = 0; l < LOCAL_LANES; l++)
            b[j + l] += factor * a[j + l];
}

/* a *= factor */
SKMNN_INLINE void local_scale(ptrdiff_t width, double factor, double *a)
{
    for (ptrdiff_t j = 0; j < width; j += LOCAL_LANES)
#pragma omp simd
        for (int l = 0; l < LOCAL_LANES; l++)
            a[j + l] *= factor;
}

SKMNN_INLINE void local_zero(ptrdiff_t width, double *a)
{
    for (ptrdiff_t j = 0; j < width; j++)
        a[j] = 0;
}

/* a less its mean over the k neighbours. */
SKMNN_INLINE void local_center(ptrdiff_t k, ptrdiff_t width, double *a)
{
    const double mean = local_sum(width, a) / k;
    for (ptrdiff_t j = 0; j < k; j++)
        a[j] -= mean;
}

/* a less its parts along n orthonormal rows, one after the other. */
SKMNN_INLINE void local_reject(
    ptrdiff_t n, ptrdiff_t width, const double *rows, double *a)
{
    for (ptrdiff_t r = 0; r < n; r++)
        local_add(width, -local_dot(width, rows + r * width, a), rows + r * width, a);
}

#endif
