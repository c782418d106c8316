/* Included by _scaled_rows.h once for each of double and float. */

/* y = scale x */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(scale_reals)(
    ptrdiff_t n, const SKMNN_REAL *x, SKMNN_REAL scale, SKMNN_REAL *y)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = scale * x[i];
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(scale_bytes)(
    ptrdiff_t n, const uint8_t *x, SKMNN_REAL scale, SKMNN_REAL *y)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = scale * (SKMNN_REAL)(int32_t)x[i];
}
