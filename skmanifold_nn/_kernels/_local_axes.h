/* Principal axes of one patch: the eigenvectors of the Gram matrix of its differences.

   With rows B such that B'B is that Gram matrix, plane rotations make the rows of B
   orthogonal (Hestenes): they are then the eigenvectors, as long as the roots of the
   eigenvalues. Few features are such rows themselves, so that small eigenvalues are
   accurate; for many, B' is the pivoted Cholesky factor of the Gram matrix, for which
   the rotations converge fast (Veselic and Hari, "A note on a one-sided Jacobi
   algorithm", Numer. Math. 56 (1989)). */
#ifndef SKMNN_LOCAL_AXES_H
#define SKMNN_LOCAL_AXES_H

#include "_local_lanes.h"

#define LOCAL_STRIPE 256 /* features at a time, so that a patch stays in the cache */
#define LOCAL_TILE 4
#define LOCAL_TILE_LANES 4
#define LOCAL_SWEEPS 40

/* y[f] = scale * (x[f] - origin[f]) in float64, zero up to a multiple of the lanes. */
SKMNN_INLINE void local_difference(
    const char *x, const char *origin, int itemsize, double scale, ptrdiff_t first,
    ptrdiff_t last, double *y)
{
    if (itemsize == 4) {
        const float *a = (const float *)x + first, *b = (const float *)origin + first;
#pragma omp simd
        for (ptrdiff_t f = 0; f < last - first; f++)
            y[f] = (double)a[f] * scale - (double)b[f] * scale;
    } else {
        const double *a = (const double *)x + first;
        const double *b = (const double *)origin + first;
#pragma omp simd
        for (ptrdiff_t f = 0; f < last - first; f++)
            y[f] = a[f] * scale - b[f] * scale;
    }
    for (ptrdiff_t f = last - first; f % LOCAL_TILE_LANES; f++)
        y[f] = 0;
}

/* gram += the inner products of two groups of LOCAL_TILE rows of differences. */
SKMNN_INLINE void local_gram_tile(
    ptrdiff_t n_features, const double *a, const double *b, ptrdiff_t width,
    double *gram)
{
    double sums[LOCAL_TILE][LOCAL_TILE][LOCAL_TILE_LANES] = {{{0}}};
    for (ptrdiff_t f = 0; f < n_features; f += LOCAL_TILE_LANES)
#ifdef __GNUC__
#pragma GCC unroll 4
#endif
        for (int p = 0; p < LOCAL_TILE; p++)
#ifdef __GNUC__
#pragma GCC unroll 4
#endif
            for (int q = 0; q < LOCAL_TILE; q++)
#pragma omp simd
                for (int l = 0; l < LOCAL_TILE_LANES; l++)
                    sums[p][q][l] +=
                        a[p * LOCAL_STRIPE + f + l] * b[q * LOCAL_STRIPE + f + l];
    for (int p = 0; p < LOCAL_TILE; p++)
        for (int q = 0; q < LOCAL_TILE; q++)
            gram[p * width + q] += (sums[p][q][0] + sums[p][q][2]) +
                                   (sums[p][q][1] + sums[p][q][3]);
}

/* The Gram matrix of the differences, (width, width); `stripe` is scratch of
   (width, LOCAL_STRIPE). */
SKMNN_INLINE void local_gram(
    const char *X, int itemsize, ptrdiff_t D, ptrdiff_t k, const int32_t *neighbors,
    const char *origin, double scale, ptrdiff_t width, double *stripe, double *gram)
{
    local_zero(width * width, gram);
    local_zero((width - k) * LOCAL_STRIPE, stripe + k * LOCAL_STRIPE);
    for (ptrdiff_t first = 0; first < D; first += LOCAL_STRIPE) {
        const ptrdiff_t last = first + LOCAL_STRIPE < D ? first + LOCAL_STRIPE : D;
        for (ptrdiff_t j = 0; j < k; j++)
            local_difference(X + neighbors[j] * D * itemsize, origin, itemsize, scale,
                             first, last, stripe + j * LOCAL_STRIPE);
        for (ptrdiff_t p = 0; p < k; p += LOCAL_TILE)
            for (ptrdiff_t q = p; q < k; q += LOCAL_TILE)
                local_gram_tile(last - first, stripe + p * LOCAL_STRIPE,
                                stripe + q * LOCAL_STRIPE, width,
                                gram + p * width + q);
    }
    for (ptrdiff_t p = 0; p < k; p++)
        for (ptrdiff_t q = 0; q < p; q++)
            gram[p * width + q] = gram[q * width + p];
}

/* gram = J gram J with J = I - 1 1'/k */
SKMNN_INLINE void local_center_gram(ptrdiff_t k, ptrdiff_t width, double *gram)
{
    for (ptrdiff_t p = 0; p < k; p++)
        local_center(k, width, gram + p * width);
    for (ptrdiff_t q = 0; q < k; q++) {
        double mean = 0;
        for (ptrdiff_t p = 0; p < k; p++)
            mean += gram[p * width + q];
        mean /= k;
        for (ptrdiff_t p = 0; p < k; p++)
            gram[p * width + q] -= mean;
    }
}

/* rows'rows = gram by a Cholesky factorisation with diagonal pivots; their number. */
SKMNN_INLINE ptrdiff_t local_cholesky(
    ptrdiff_t k, ptrdiff_t width, const double *gram, double *diagonal, double *rows)
{
    double limit = 0;
    for (ptrdiff_t j = 0; j < k; j++) {
        diagonal[j] = gram[j * width + j];
        limit = diagonal[j] > limit ? diagonal[j] : limit;
    }
    limit *= k * LOCAL_EPSILON;
    ptrdiff_t rank = 0;
    for (; rank < k; rank++) {
        double *row = rows + rank * width;
        ptrdiff_t pivot = 0;
        for (ptrdiff_t j = 1; j < k; j++)
            pivot = diagonal[j] > diagonal[pivot] ? j : pivot;
        if (!(diagonal[pivot] > limit))
            break;
        memcpy(row, gram + pivot * width, width * sizeof(double));
        for (ptrdiff_t r = 0; r < rank; r++)
            local_add(width, -rows[r * width + pivot], rows + r * width, row);
        local_scale(width, 1 / sqrt(diagonal[pivot]), row);
        for (ptrdiff_t j = 0; j < k; j++)
            diagonal[j] -= row[j] * row[j];
        diagonal[pivot] = 0;
    }
    return rank;
}

/* Rotates rows p and q until they are orthogonal, the longer one first; whether they
   were not. */
SKMNN_INLINE int local_rotate(ptrdiff_t width, double *p, double *q)
{
    double a[LOCAL_LANES] = {0}, b[LOCAL_LANES] = {0}, c[LOCAL_LANES] = {0};
    for (ptrdiff_t j = 0; j < width; j += LOCAL_LANES)
#pragma omp simd
        for (int l = 0; l < LOCAL_LANES; l++) {
            a[l] += p[j + l] * p[j + l];
            b[l] += q[j + l] * q[j + l];
            c[l] += p[j + l] * q[j + l];
        }
    const double pp = local_lane_sum(a), qq = local_lane_sum(b);
    const double pq = local_lane_sum(c);
    if (pp >= qq && !(fabs(pq) > 2 * LOCAL_EPSILON * LOCAL_LANES * sqrt(pp) * sqrt(qq)))
        return 0;
    /* tangent of the smaller angle, and a quarter turn where q is the longer row */
    const double cotangent = fabs(pp - qq) / (2 * fabs(pq));
    const double tangent =
        pq != 0 ? 1 / (cotangent + sqrt(1 + cotangent * cotangent)) : 0;
    const double big = 1 / sqrt(1 + tangent * tangent), small = tangent * big;
    const double cosine = pp >= qq ? big : small;
    const double sine = copysign(pp >= qq ? small : big, pq);
    for (ptrdiff_t j = 0; j < width; j += LOCAL_LANES)
#pragma omp simd
        for (int l = 0; l < LOCAL_LANES; l++) {
            const double x = p[j + l], y = q[j + l];
            p[j + l] = cosine * x + sine * y;
            q[j + l] = cosine * y - sine * x;
        }
    return fabs(pq) > 0;
}

SKMNN_INLINE void local_orthogonalize(ptrdiff_t n, ptrdiff_t width, double *rows)
{
    for (int sweep = 0, rotated = 1; rotated && sweep < LOCAL_SWEEPS; sweep++) {
        rotated = 0;
        for (ptrdiff_t p = 0; p < n; p++)
            for (ptrdiff_t q = p + 1; q < n; q++)
                rotated |= local_rotate(width, rows + p * width, rows + q * width);
    }
}

/* The n_axes longest of n orthogonal rows as unit vectors, zero where there are none;
   their squared lengths. Zero sums and orthogonality are restored where a row is short
   enough to have lost them. */
SKMNN_INLINE void local_unit_axes(
    ptrdiff_t n, ptrdiff_t k, ptrdiff_t width, int centered, ptrdiff_t n_axes,
    double *rows, double *values, double *axes)
{
    double longest = 0;
    for (ptrdiff_t a = 0; a < n_axes; a++) {
        double *axis = axes + a * width, *row = rows;
        double square = -1;
        for (ptrdiff_t r = 0; r < n; r++) {
            const double other = local_dot(width, rows + r * width, rows + r * width);
            if (other > square)
                square = other, row = rows + r * width;
        }
        longest = a ? longest : square;
        values[a] = 0;
        local_zero(width, axis);
        if (!(square > 0) || sqrt(square) <= k * LOCAL_EPSILON * sqrt(longest))
            continue;
        local_add(width, 1 / sqrt(square), row, axis);
        local_zero(width, row);
        if (centered)
            local_center(k, width, axis);
        local_reject(a, width, axes, axis);
        const double left = sqrt(local_dot(width, axis, axis));
        values[a] = left > 0.5 ? square : 0;
        local_scale(width, left > 0.5 ? 1 / left : 0, axis);
    }
}

/* Differences of k neighbours from their mean or, if `center` >= 0, from that row. */
SKMNN_CLONED SKMNN_UNUSED static void local_axes(
    const char *X, int itemsize, ptrdiff_t D, ptrdiff_t k, const int32_t *neighbors,
    int32_t center, double scale, ptrdiff_t n_axes, double *scratch, double *values,
    double *axes)
{
    const ptrdiff_t width = (k + LOCAL_LANES - 1) / LOCAL_LANES * LOCAL_LANES;
    const char *origin = X + (center >= 0 ? center : neighbors[0]) * D * itemsize;
    double *rows = scratch, *gram = rows + width * width;
    double *diagonal = gram + width * width, *stripe = diagonal + width;
    ptrdiff_t n = D;
    if (D <= k) {
        local_zero(D * width, rows);
        for (ptrdiff_t j = 0; j < k; j++) {
            local_difference(X + neighbors[j] * D * itemsize, origin, itemsize, scale,
                             0, D, diagonal);
            for (ptrdiff_t f = 0; f < D; f++)
                rows[f * width + j] = diagonal[f];
        }
        for (ptrdiff_t f = 0; center < 0 && f < D; f++)
            local_center(k, width, rows + f * width);
    } else {
        local_gram(X, itemsize, D, k, neighbors, origin, scale, width, stripe, gram);
        if (center < 0)
            local_center_gram(k, width, gram);
        n = local_cholesky(k, width, gram, diagonal, rows);
    }
    local_orthogonalize(n, width, rows);
    local_unit_axes(n, k, width, center < 0, n_axes, rows, values, axes);
}

#endif
