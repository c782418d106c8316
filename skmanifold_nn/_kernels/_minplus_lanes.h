/* The (min, +) product of which every dense step of the geodesics is made; included
   by _simd.h once for each of double and float.

   C[c(i), l] = min(C[c(i), l], min over p of A[i, p] + B[b(p), l]),  l < LANES

   Rows of B and C are `ldb` and `ldc` apart; b and c gather rows where an index is
   given and are the identity where it is NULL. A[i, p] is a[i * a_row + p * a_col], so
   that a transposed A costs nothing. B and C may be the same rows when A is closed
   (A (x) A = A), because then every intermediate value is the length of a path. */

#define LANES (SKMNN_LANE_BYTES / (int)sizeof(SKMNN_REAL))

/* Up to four rows of C in registers: eight chains of add and min hide their latency. */
SKMNN_INLINE void SKMNN_NAME(minplus_tile)(
    const int rows, ptrdiff_t depth,
    const SKMNN_REAL *a, ptrdiff_t a_row, ptrdiff_t a_col,
    const SKMNN_REAL *b, ptrdiff_t ldb, const int32_t *b_index,
    SKMNN_REAL *const *c)
{
    SKMNN_REAL acc[4][LANES];
#ifdef __GNUC__
#pragma GCC unroll 4
#endif
    for (int i = 0; i < rows; i++) {
#pragma omp simd
        for (int l = 0; l < LANES; l++)
            acc[i][l] = c[i][l];
    }
    for (ptrdiff_t p = 0; p < depth; p++) {
        const SKMNN_REAL *row = b + (b_index ? b_index[p] : p) * ldb;
#ifdef __GNUC__
#pragma GCC unroll 4
#endif
        for (int i = 0; i < rows; i++) {
            const SKMNN_REAL w = a[i * a_row + p * a_col];
#pragma omp simd
            for (int l = 0; l < LANES; l++) {
                const SKMNN_REAL x = w + row[l];
                acc[i][l] = x < acc[i][l] ? x : acc[i][l];
            }
        }
    }
#ifdef __GNUC__
#pragma GCC unroll 4
#endif
    for (int i = 0; i < rows; i++) {
#pragma omp simd
        for (int l = 0; l < LANES; l++)
            c[i][l] = acc[i][l];
    }
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(minplus_lanes)(
    ptrdiff_t rows, ptrdiff_t depth,
    const SKMNN_REAL *a, ptrdiff_t a_row, ptrdiff_t a_col,
    const SKMNN_REAL *b, ptrdiff_t ldb, const int32_t *b_index,
    SKMNN_REAL *c, ptrdiff_t ldc, const int32_t *c_index)
{
    for (ptrdiff_t i = 0; i < rows; i += 4) {
        const ptrdiff_t left = rows - i;
        SKMNN_REAL *row[4];
        /* rows past the end repeat the last one and are not computed, but for a single
           row, which GCC vectorises only as a pair */
        for (int r = 0; r < 4; r++) {
            const ptrdiff_t j = r < left ? i + r : rows - 1;
            row[r] = c + (c_index ? c_index[j] : j) * ldc;
        }
        const SKMNN_REAL *ai = a + i * a_row;
        if (left >= 4)
            SKMNN_NAME(minplus_tile)(4, depth, ai, a_row, a_col, b, ldb, b_index, row);
        else if (left == 3)
            SKMNN_NAME(minplus_tile)(3, depth, ai, a_row, a_col, b, ldb, b_index, row);
        else
            SKMNN_NAME(minplus_tile)(2, depth, ai, left == 2 ? a_row : 0, a_col,
                                     b, ldb, b_index, row);
    }
}

/* out[i][j] = panel[position[j], i]: up to LANES rows of n distances. Stretches of 2 kB
   are transposed in a buffer that the first-level cache holds, then streamed to memory,
   which is read by nobody soon. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(write_rows)(
    ptrdiff_t n, const SKMNN_REAL *panel, const int32_t *position,
    ptrdiff_t rows, SKMNN_REAL *const *out)
{
    enum { STRETCH = 2048 / sizeof(SKMNN_REAL) };
    SKMNN_REAL tile[LANES][STRETCH];
    for (ptrdiff_t j = 0; j < n; j += STRETCH) {
        const ptrdiff_t width = n - j < STRETCH ? n - j : STRETCH;
        for (ptrdiff_t q = 0; q < width; q++) {
            const SKMNN_REAL *source = panel + (ptrdiff_t)position[j + q] * LANES;
            for (int i = 0; i < LANES; i++)
                tile[i][q] = source[i];
        }
        for (ptrdiff_t i = 0; i < rows; i++)
            skmnn_stream(out[i] + j, tile[i], width * sizeof(SKMNN_REAL));
    }
    skmnn_stream_end();
}

/* Floyd-Warshall on a k x k matrix: a[i, :] = min(a[i, :], a[i, p] + a[p, :]). */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(close_dense)(
    ptrdiff_t k, SKMNN_REAL *a)
{
    for (ptrdiff_t p = 0; p < k; p++) {
        const SKMNN_REAL *row = a + p * k;
        for (ptrdiff_t i = 0; i < k; i++) {
            if (i == p)
                continue;
            SKMNN_REAL *target = a + i * k;
            const SKMNN_REAL w = target[p];
#pragma omp simd
            for (ptrdiff_t j = 0; j < k; j++) {
                const SKMNN_REAL x = w + row[j];
                target[j] = x < target[j] ? x : target[j];
            }
        }
    }
}

#undef LANES
