/* Scans of inner products for near pairs, and exact squared distances. */
#ifndef SKMNN_NEAREST_LANES_H
#define SKMNN_NEAREST_LANES_H

#include "_simd.h"

#define NEAREST_LANES 64
#define NEAREST_FEW 16

/* The first j >= start with n_j - 2 s[j] < b_j, or n: all of a group in one test, then
   smaller groups, then one by one. */
#define SKMNN_NEXT(name, parameters, n_j, b_j)                                        \
    SKMNN_CLONED SKMNN_UNUSED static ptrdiff_t name parameters                        \
    {                                                                                 \
        ptrdiff_t j = start;                                                          \
        for (ptrdiff_t group = NEAREST_LANES; group > 0;                              \
             group = group > NEAREST_FEW ? NEAREST_FEW : 0)                           \
            for (; j + group <= n; j += group) {                                      \
                int found = 0;                                                        \
                if (group == NEAREST_LANES)                                           \
                    for (int l = 0; l < NEAREST_LANES; l++)                           \
                        found |= (n_j) - 2 * s[j + l] < (b_j);                        \
                else                                                                  \
                    for (int l = 0; l < NEAREST_FEW; l++)                             \
                        found |= (n_j) - 2 * s[j + l] < (b_j);                        \
                if (found)                                                            \
                    break;                                                            \
            }                                                                         \
        for (const int l = 0; j < n && !((n_j) - 2 * s[j] < (b_j)); j++)              \
            ;                                                                         \
        return j;                                                                     \
    }

SKMNN_NEXT(next_in_row,
           (ptrdiff_t start, ptrdiff_t n, const float *s, const float *norms,
            float bound),
           norms[j + l], bound)
SKMNN_NEXT(next_in_column,
           (ptrdiff_t start, ptrdiff_t n, const float *s, float norm,
            const float *bounds),
           norm, bounds[j + l])

#define NEAREST_SUMS 16

/* Sum of (a_f - b_f)^2 in float64, the same bits for (a, b) and (b, a). */
#define SKMNN_SQUARED_DISTANCE(name, real)                                            \
    SKMNN_CLONED SKMNN_UNUSED static double name(                                     \
        ptrdiff_t d, const real *a, const real *b)                                    \
    {                                                                                 \
        double sums[NEAREST_SUMS] = {0}, total = 0;                                   \
        ptrdiff_t f = 0;                                                              \
        for (; f + NEAREST_SUMS <= d; f += NEAREST_SUMS)                              \
            for (int l = 0; l < NEAREST_SUMS; l++) {                                  \
                const double x = (double)a[f + l] - (double)b[f + l];                 \
                sums[l] += x * x;                                                     \
            }                                                                         \
        for (; f < d; f++) {                                                          \
            const double x = (double)a[f] - (double)b[f];                             \
            total += x * x;                                                           \
        }                                                                             \
        for (int l = 0; l < NEAREST_SUMS; l++)                                        \
            total += sums[l];                                                         \
        return total;                                                                 \
    }

SKMNN_SQUARED_DISTANCE(squared_distance_f64, double)
SKMNN_SQUARED_DISTANCE(squared_distance_f32, float)

#endif
