/* What one neighbourhood adds to the alignment matrix, from its principal axes. */
#ifndef SKMNN_LOCAL_BLOCKS_H
#define SKMNN_LOCAL_BLOCKS_H

#include "_local_lanes.h"

/* block = diagonal * I + sign * rows'rows for the k neighbours, exactly symmetric. */
SKMNN_INLINE void local_outer(
    ptrdiff_t n, ptrdiff_t k, ptrdiff_t width, double diagonal, double sign,
    const double *rows, double *line, ptrdiff_t stride, double *block)
{
    for (ptrdiff_t i = 0; i < k; i++) {
        local_zero(width, line);
        for (ptrdiff_t r = 0; r < n; r++)
            local_add(width, sign * rows[r * width + i], rows + r * width, line);
        line[i] += diagonal;
        for (ptrdiff_t j = i; j < k; j++)
            block[i * stride + j] = line[j];
        for (ptrdiff_t j = 0; j < i; j++)
            block[i * stride + j] = block[j * stride + i];
    }
}

/* B = I - [1/sqrt(k), V] [1/sqrt(k), V]'; scratch holds d + 2 rows. */
SKMNN_CLONED SKMNN_UNUSED static void local_tangent_block(
    ptrdiff_t d, ptrdiff_t k, ptrdiff_t width, const double *axes, double *scratch,
    double *block)
{
    local_zero(width, scratch);
    for (ptrdiff_t j = 0; j < k; j++)
        scratch[j] = 1 / sqrt((double)k);
    memcpy(scratch + width, axes, d * width * sizeof(double));
    local_outer(d + 1, k, width, 1, -1, scratch, scratch + (d + 1) * width, k, block);
}

/* Unit vector along what is left of a unit vector outside of [1, axes, rows], or zero
   where less than `tol` is left; what was left. */
SKMNN_INLINE double local_remainder(
    ptrdiff_t d, ptrdiff_t n, ptrdiff_t k, ptrdiff_t width, const double *axes,
    const double *rows, double tol, double *a)
{
    double left = 1;
    for (int time = 0; time < 2; time++) { /* twice is enough */
        local_center(k, width, a);
        local_reject(d, width, axes, a);
        local_reject(n, width, rows, a);
        const double length = sqrt(local_dot(width, a, a));
        left *= length;
        if (!(left > tol) || !(length > 0)) {
            local_zero(width, a);
            return 0;
        }
        local_scale(width, 1 / length, a);
    }
    return left;
}

/* B = H'H, H the part of the products v_a v_b, a <= b, outside of [1, V]. The product
   of which most is left comes next, so that a rank is revealed. Scratch holds
   d (d + 1) / 2 + 1 rows. */
SKMNN_CLONED SKMNN_UNUSED static void local_hessian_block(
    ptrdiff_t d, ptrdiff_t k, ptrdiff_t width, const double *axes, double tol,
    double *scratch, double *block)
{
    const ptrdiff_t n = d * (d + 1) / 2;
    double *row = scratch, *line = scratch + n * width;
    for (ptrdiff_t a = 0; a < d; a++)
        for (ptrdiff_t b = a; b < d; b++, row += width) {
            for (ptrdiff_t j = 0; j < width; j++)
                row[j] = axes[a * width + j] * axes[b * width + j];
            const double length = sqrt(local_dot(width, row, row));
            local_scale(width, length > 0 ? 1 / length : 0, row);
            local_center(k, width, row);
            local_reject(d, width, axes, row);
        }
    ptrdiff_t rank = 0;
    for (; rank < n; rank++) {
        row = scratch + rank * width;
        ptrdiff_t next = rank;
        double most = -1;
        for (ptrdiff_t r = rank; r < n; r++) {
            const double left = local_dot(width, scratch + r * width,
                                          scratch + r * width);
            if (left > most)
                most = left, next = r;
        }
        memcpy(line, scratch + next * width, width * sizeof(double));
        memcpy(scratch + next * width, row, width * sizeof(double));
        memcpy(row, line, width * sizeof(double));
        if (!(local_remainder(d, rank, k, width, axes, scratch, tol, row) > 0))
            break;
        for (ptrdiff_t r = rank + 1; r < n; r++)
            local_add(width, -local_dot(width, row, scratch + r * width), row,
                      scratch + r * width);
    }
    local_outer(rank, k, width, 0, 1, scratch, line, k, block);
}

/* w = (G + ridge I)^-1 1 over its sum, G = sum_a values[a] axes[a] axes[a]': the part
   of 1 outside of the axes counts 1 / ridge, that along one 1 / (value + ridge). */
SKMNN_INLINE void local_weights(
    ptrdiff_t n, ptrdiff_t k, ptrdiff_t width, const double *values,
    const double *axes, double ridge, double *w)
{
    local_zero(width, w);
    for (ptrdiff_t j = 0; j < k; j++)
        w[j] = 1;
    if (ridge > 0) {
        local_reject(n, width, axes, w);
        local_reject(n, width, axes, w);
        if (local_dot(width, w, w) <= k * (k * LOCAL_EPSILON) * (k * LOCAL_EPSILON))
            local_zero(width, w);
        for (ptrdiff_t a = 0; a < n; a++) {
            const double share = ridge / (values[a] + ridge);
            const double *axis = axes + a * width;
            local_add(width, share * local_sum(width, axis), axis, w);
        }
    }
    local_scale(width, 1 / local_sum(width, w), w);
}

/* Unit vector along the part of 1 outside of n orthonormal rows; where less than `tol`
   is left, along that of the coordinate of which most is left. */
SKMNN_INLINE void local_ones_outside(
    ptrdiff_t n, ptrdiff_t k, ptrdiff_t width, const double *rows, double tol,
    double *a)
{
    ptrdiff_t widest = 0;
    double most = -1;
    local_zero(width, a);
    for (ptrdiff_t j = 0; j < k; j++)
        a[j] = 1;
    local_reject(n, width, rows, a);
    if (!(sqrt(local_dot(width, a, a)) > tol)) {
        for (ptrdiff_t j = 0; j < k; j++) {
            double left = 1;
            for (ptrdiff_t r = 0; r < n; r++)
                left -= rows[r * width + j] * rows[r * width + j];
            if (left > most)
                most = left, widest = j;
        }
        local_zero(width, a);
        a[widest] = 1;
    }
    for (int time = 0; time < 2; time++) { /* twice is enough */
        local_reject(n, width, rows, a);
        local_scale(width, 1 / sqrt(local_dot(width, a, a)), a);
    }
}

/* With P = I - V V' for the `rank` largest axes, p = P 1 / |P 1|, s = k - rank and
   alpha = p'1 / sqrt(s), the s weight vectors W = P H + (1 - alpha) w 1' of Zhang and
   Wang and the point's own -1' have the product

       [W; -1'] [W; -1']' = [P - p p', 0; 0, 0] + z z',
       z = [p + (1 - alpha) sqrt(s) w; -sqrt(s)],

   whatever basis of P's range the reflection H is written in. The point comes first.
   Scratch holds rank + 3 rows. */
SKMNN_CLONED SKMNN_UNUSED static void local_modified_block(
    ptrdiff_t n_axes, ptrdiff_t rank, ptrdiff_t k, ptrdiff_t width,
    const double *values, const double *axes, double ridge, double tol,
    double *scratch, double *block)
{
    double *p = scratch + rank * width, *z = p + width, *line = z + width;
    const double root = sqrt((double)(k - rank));
    memcpy(scratch, axes, rank * width * sizeof(double));
    local_ones_outside(rank, k, width, scratch, tol, p);
    local_outer(rank + 1, k, width, 1, -1, scratch, line, k + 1, block + k + 2);
    local_weights(n_axes, k, width, values, axes, ridge, z);
    local_scale(width, root - local_sum(width, p), z); /* (1 - alpha) sqrt(s) w */
    local_add(width, 1, p, z);
    for (ptrdiff_t i = 0; i < k; i++)
        for (ptrdiff_t j = 0; j < k; j++)
            block[(i + 1) * (k + 1) + j + 1] += z[i] * z[j];
    for (ptrdiff_t j = 0; j < k; j++)
        block[j + 1] = block[(j + 1) * (k + 1)] = -root * z[j];
    block[0] = (double)(k - rank);
}

#endif
