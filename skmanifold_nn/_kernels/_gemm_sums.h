/* What stands beside the product, for one dtype: B or its transpose by panels, products
   with one column, and sums of columns. */

enum { SKMNN_NAME(GEMM_LINE) = GEMM_LINE_BYTES / sizeof(SKMNN_REAL) };

/* A line x line block transposed: the halves interleaved as often as a row index has
   bits rotate its bits into the place of the column's. Returns one of the two. */
SKMNN_INLINE const SKMNN_REAL *SKMNN_NAME(gemm_turn)(
    SKMNN_REAL *x, SKMNN_REAL *y)
{
    const int half = SKMNN_NAME(GEMM_LINE) * SKMNN_NAME(GEMM_LINE) / 2;
    GEMM_UNROLL
    for (int bit = 1; bit < SKMNN_NAME(GEMM_LINE); bit *= 2) {
        SKMNN_REAL *other = x;
#pragma omp simd
        for (int t = 0; t < half; t++) {
            y[2 * t] = x[t];
            y[2 * t + 1] = x[t + half];
        }
        x = y;
        y = other;
    }
    return x;
}

/* Rows and columns of B that exist in a block, padded with zeros. */
SKMNN_INLINE void SKMNN_NAME(gemm_take)(
    ptrdiff_t rows, ptrdiff_t cols, const SKMNN_REAL *b, ptrdiff_t ldb, SKMNN_REAL *x)
{
    const int line = SKMNN_NAME(GEMM_LINE);
    for (int i = 0; i < line; i++, x += line) {
        if (i < rows && cols >= line)
#pragma omp simd
            for (int l = 0; l < line; l++)
                x[l] = b[i * ldb + l];
        else
            for (int l = 0; l < line; l++)
                x[l] = i < rows && l < cols ? b[i * ldb + l] : 0;
    }
}

/* packed = B, by panels of 2 lines of columns, of k rows. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gemm_panels)(
    ptrdiff_t k, ptrdiff_t n, const SKMNN_REAL *b, ptrdiff_t ldb, SKMNN_REAL *packed)
{
    enum { lanes = 2 * SKMNN_NAME(GEMM_LINE) };
    for (ptrdiff_t j = 0; j < n; j += lanes)
        SKMNN_NAME(gemm_pack)(lanes, n - j < lanes ? (int)(n - j) : lanes, k, b + j,
                              ldb, packed + j * k);
}

/* packed = B^T, B of k x n, by panels of 2 lines of columns (rows of B), of n rows. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gemm_transpose)(
    ptrdiff_t k, ptrdiff_t n, const SKMNN_REAL *b, ptrdiff_t ldb, SKMNN_REAL *packed)
{
    enum { line = SKMNN_NAME(GEMM_LINE) };
    SKMNN_REAL x[line * line] GEMM_ALIGNED, y[line * line] GEMM_ALIGNED;
    for (ptrdiff_t j = 0; j < (k + 2 * line - 1) / (2 * line) * (2 * line); j += line)
        for (ptrdiff_t q = 0; q < n; q += line) {
            const ptrdiff_t rows = n - q < line ? n - q : line;
            SKMNN_REAL *to = packed + j / (2 * line) * (2 * line) * n + j % (2 * line);
            const SKMNN_REAL *from;
            SKMNN_NAME(gemm_take)(k - j, rows, b + j * ldb + q, ldb, x);
            from = SKMNN_NAME(gemm_turn)(x, y);
            for (ptrdiff_t r = 0; r < rows; r++)
#pragma omp simd
                for (int l = 0; l < line; l++)
                    to[(q + r) * 2 * line + l] = from[r * line + l];
        }
}

/* Products with one column add lane by lane, which depends on the depth alone. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gemm_dots)(
    ptrdiff_t m, ptrdiff_t depth, const SKMNN_REAL *a, ptrdiff_t lda,
    const SKMNN_REAL *b, const SKMNN_REAL *start, ptrdiff_t start_row, SKMNN_REAL *c,
    ptrdiff_t ldc)
{
    enum { lanes = 4 * SKMNN_NAME(GEMM_LINE) };
    for (ptrdiff_t i = 0; i < m; i++, a += lda) {
        SKMNN_REAL sums[lanes] = {0};
        ptrdiff_t p = 0;
        for (; p + lanes <= depth; p += lanes)
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                sums[l] += a[p + l] * b[p + l];
#pragma omp simd
        for (ptrdiff_t q = p; q < depth; q++)
            sums[q - p] += a[q] * b[q];
        GEMM_UNROLL
        for (int half = lanes / 2; half > 0; half /= 2)
#pragma omp simd
            for (int l = 0; l < half; l++)
                sums[l] += sums[l + half];
        c[i * ldc] = sums[0] + (start ? start[i * start_row] : 0);
    }
}

/* sums[j] += sum over rows of a[i, j] */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gemm_column_sums)(
    ptrdiff_t m, ptrdiff_t n, const SKMNN_REAL *a, ptrdiff_t lda, SKMNN_REAL *sums)
{
    for (ptrdiff_t i = 0; i < m; i++)
#pragma omp simd
        for (ptrdiff_t j = 0; j < n; j++)
            sums[j] += a[i * lda + j];
}
