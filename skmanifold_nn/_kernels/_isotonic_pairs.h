/* Distances of listed pairs of points. */
#ifndef SKMNN_ISOTONIC_PAIRS_H
#define SKMNN_ISOTONIC_PAIRS_H

#include <math.h>

#include "_simd.h"

SKMNN_INLINE double isotonic_square(double step)
{
    return step * step;
}

/* distances[k] = |x_i - x_j| in float64, i = rows[k], j = columns[k]; places is (d, n).
   Up to three coordinates at once, further ones added to the squares. */
#define SKMNN_LISTED_DISTANCES(name, real)                                            \
    SKMNN_CLONED SKMNN_UNUSED static void name(                                       \
        ptrdiff_t d, ptrdiff_t n, ptrdiff_t n_pairs, const int32_t *rows,             \
        const int32_t *columns, const real *places, double *distances)                \
    {                                                                                 \
        const real *x = places, *y = places + n;                                      \
        if (d == 1) {                                                                 \
            for (ptrdiff_t k = 0; k < n_pairs; k++)                                   \
                distances[k] = fabs((double)x[rows[k]] - (double)x[columns[k]]);      \
            return;                                                                   \
        }                                                                             \
        for (ptrdiff_t k = 0; k < n_pairs; k++)                                       \
            distances[k] =                                                            \
                isotonic_square((double)x[rows[k]] - (double)x[columns[k]]) +         \
                isotonic_square((double)y[rows[k]] - (double)y[columns[k]]);          \
        for (ptrdiff_t l = 2; l < d; l++) {                                           \
            const real *z = places + l * n;                                           \
            for (ptrdiff_t k = 0; k < n_pairs; k++)                                   \
                distances[k] +=                                                       \
                    isotonic_square((double)z[rows[k]] - (double)z[columns[k]]);      \
        }                                                                             \
        for (ptrdiff_t k = 0; k < n_pairs; k++)                                       \
            distances[k] = sqrt(distances[k]);                                        \
    }

SKMNN_LISTED_DISTANCES(listed_distances_f64, double)
SKMNN_LISTED_DISTANCES(listed_distances_f32, float)

#endif
