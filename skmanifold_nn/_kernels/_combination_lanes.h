/* Included by _combination.h once for each of double and float. */

/* y = scale (a + b); all three may be one array. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(combination_add)(
    ptrdiff_t n, SKMNN_REAL scale, const SKMNN_REAL *a, const SKMNN_REAL *b,
    SKMNN_REAL *y)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = scale * (a[i] + b[i]);
}

/* Rows of `width` elements that lie `x_row` and `y_row` apart: y = scale x, or added. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(combination_rows)(
    ptrdiff_t n_rows, ptrdiff_t width, SKMNN_REAL scale, const SKMNN_REAL *x,
    ptrdiff_t x_row, int add, SKMNN_REAL *y, ptrdiff_t y_row)
{
    for (ptrdiff_t row = 0; row < n_rows; row++, x += x_row, y += y_row)
        if (add)
#pragma omp simd
            for (ptrdiff_t k = 0; k < width; k++)
                y[k] += scale * x[k];
        else
#pragma omp simd
            for (ptrdiff_t k = 0; k < width; k++)
                y[k] = scale * x[k];
}
