/* One tile of the product of the squared distances with a block of LANES vectors. */
#ifndef SKMNN_CENTERED_LANES_H
#define SKMNN_CENTERED_LANES_H

#include "_simd.h"

#define CENTERED_LANES 8
#define CENTERED_TILE 256
#define CENTERED_ROWS 8

#ifdef __GNUC__
#define CENTERED_PREFETCH(address) __builtin_prefetch((address), 0, 2)
#else
#define CENTERED_PREFETCH(address) ((void)0)
#endif

/* squares[j] = row[j]^2 in float64; asks for the row that is read a group later. */
SKMNN_INLINE void centered_squares(
    const char *row, int itemsize, ptrdiff_t width, const char *later, double *squares)
{
    if (later)
        for (ptrdiff_t byte = 0; byte < width * itemsize; byte += 64)
            CENTERED_PREFETCH(later + byte);
    if (itemsize == 4) {
        const float *d = (const float *)row;
#pragma omp simd
        for (ptrdiff_t j = 0; j < width; j++)
            squares[j] = (double)d[j] * (double)d[j];
    } else {
        const double *d = (const double *)row;
#pragma omp simd
        for (ptrdiff_t j = 0; j < width; j++)
            squares[j] = d[j] * d[j];
    }
}

/* y_rows += S v_columns and y_columns += S' v_rows: each square is used twice, and each
   row of y_columns is loaded and stored once for CENTERED_ROWS rows of S. */
SKMNN_INLINE void centered_rows(
    ptrdiff_t width, const double *squares,
    const double *v_columns, double *y_columns, const double *v_rows, double *y_rows)
{
    double v_row[CENTERED_ROWS][CENTERED_LANES];
    double y_row[CENTERED_ROWS][CENTERED_LANES];
    for (int r = 0; r < CENTERED_ROWS; r++)
        for (int l = 0; l < CENTERED_LANES; l++) {
            v_row[r][l] = v_rows[r * CENTERED_LANES + l];
            y_row[r][l] = 0;
        }
    for (ptrdiff_t j = 0; j < width; j++) {
        double v[CENTERED_LANES], y[CENTERED_LANES];
#pragma omp simd
        for (int l = 0; l < CENTERED_LANES; l++) {
            v[l] = v_columns[j * CENTERED_LANES + l];
            y[l] = y_columns[j * CENTERED_LANES + l];
        }
#ifdef __GNUC__
#pragma GCC unroll 8
#endif
        for (int r = 0; r < CENTERED_ROWS; r++) {
            const double s = squares[r * CENTERED_TILE + j];
#pragma omp simd
            for (int l = 0; l < CENTERED_LANES; l++) {
                y_row[r][l] += s * v[l];
                y[l] += s * v_row[r][l];
            }
        }
#pragma omp simd
        for (int l = 0; l < CENTERED_LANES; l++)
            y_columns[j * CENTERED_LANES + l] = y[l];
    }
    for (int r = 0; r < CENTERED_ROWS; r++)
        for (int l = 0; l < CENTERED_LANES; l++)
            y_rows[r * CENTERED_LANES + l] += y_row[r][l];
}

/* Adds to y what the tile of rows i0.. and columns j0.. (j0 >= i0, both multiples of
   CENTERED_TILE) contributes, and its mirror image; on the diagonal the part above it,
   whose own entries count half on either side. v and y have n rounded up to
   CENTERED_ROWS rows. */
SKMNN_CLONED SKMNN_UNUSED static void centered_tile(
    const char *distances, int itemsize, ptrdiff_t n, ptrdiff_t i0, ptrdiff_t j0,
    const double *v, double *y)
{
    const ptrdiff_t i1 = i0 + CENTERED_TILE < n ? i0 + CENTERED_TILE : n;
    const ptrdiff_t width = j0 + CENTERED_TILE < n ? CENTERED_TILE : n - j0;
    const ptrdiff_t stride = n * itemsize;
    double squares[CENTERED_ROWS * CENTERED_TILE];
    for (ptrdiff_t i = i0; i < i1; i += CENTERED_ROWS) {
        for (int r = 0; r < CENTERED_ROWS; r++) {
            double *square = squares + r * CENTERED_TILE;
            const char *row = distances + (i + r) * stride + j0 * itemsize;
            if (i + r >= i1) {
                for (ptrdiff_t j = 0; j < width; j++)
                    square[j] = 0;
                continue;
            }
            const char *later = i + r + CENTERED_ROWS < i1 ? row + CENTERED_ROWS * stride
                                                           : NULL;
            centered_squares(row, itemsize, width, later, square);
            if (i0 == j0) {
                for (ptrdiff_t j = 0; j < i + r - j0; j++)
                    square[j] = 0;
                square[i + r - j0] *= 0.5;
            }
        }
        centered_rows(width, squares, v + j0 * CENTERED_LANES, y + j0 * CENTERED_LANES,
                      v + i * CENTERED_LANES, y + i * CENTERED_LANES);
    }
}

/* Sum over j >= first of (-d_j^2 / 2 - mean_j - shift)^2. */
SKMNN_CLONED SKMNN_UNUSED static double centered_row_norm(
    const char *row, int itemsize, ptrdiff_t first, ptrdiff_t n,
    const double *means, double shift)
{
    double total = 0;
    if (itemsize == 4) {
        const float *d = (const float *)row;
#pragma omp simd reduction(+ : total)
        for (ptrdiff_t j = first; j < n; j++) {
            const double k = -0.5 * ((double)d[j] * (double)d[j]) - means[j] - shift;
            total += k * k;
        }
    } else {
        const double *d = (const double *)row;
#pragma omp simd reduction(+ : total)
        for (ptrdiff_t j = first; j < n; j++) {
            const double k = -0.5 * (d[j] * d[j]) - means[j] - shift;
            total += k * k;
        }
    }
    return total;
}

#endif
