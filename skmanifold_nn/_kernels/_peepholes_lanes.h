/* Included by _peepholes.h once for each of double and float: dp += c dz of n rows, one
   gate of four. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(peepholes_add)(
    ptrdiff_t n, ptrdiff_t H, const SKMNN_REAL *c, const SKMNN_REAL *dz, SKMNN_REAL *dp)
{
    for (ptrdiff_t r = 0; r < n; r++, c += H, dz += 4 * H)
#pragma omp simd
        for (ptrdiff_t k = 0; k < H; k++)
            dp[k] += c[k] * dz[k];
}
