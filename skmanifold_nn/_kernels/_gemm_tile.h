/* C = start + A B for one dtype, by tiles of C in registers. A has any two strides,
   rows of B and C are contiguous. `start` is C itself, a row for all rows, or NULL. */

typedef struct {
    const SKMNN_REAL *a;
    ptrdiff_t a_row, a_col;
    const SKMNN_REAL *b;
    ptrdiff_t ldb;
    const SKMNN_REAL *start;
    ptrdiff_t start_row;
    SKMNN_REAL *c;
    ptrdiff_t ldc;
} SKMNN_NAME(gemm_operands);

/* One tile; `cols` of its lanes exist in `start` and C, all of them in B. With b_step,
   its rows are pieces of one row of C, b_step columns apart in B. */
SKMNN_INLINE void SKMNN_NAME(gemm_tile)(
    const int rows, const int lanes, const int b_step, const int cols, ptrdiff_t depth,
    const SKMNN_NAME(gemm_operands) *on)
{
    SKMNN_REAL acc[8][2 * GEMM_LINE_BYTES / sizeof(SKMNN_REAL)];
    const SKMNN_REAL *a = on->a, *b = on->b;
    const ptrdiff_t a_row = on->a_row, a_col = on->a_col, ldb = on->ldb;
    GEMM_UNROLL
    for (int i = 0; i < rows; i++) {
        const SKMNN_REAL *start = on->start ? on->start + i * on->start_row : NULL;
        if (!start) {
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                acc[i][l] = 0;
        } else if (cols == lanes) {
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                acc[i][l] = start[l];
        } else {
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                acc[i][l] = l < cols ? start[l] : 0;
        }
    }
    for (ptrdiff_t p = 0; p < depth; p++) {
        GEMM_UNROLL
        for (int i = 0; i < rows; i++) {
            const SKMNN_REAL w = a[b_step ? 0 : i * a_row];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                acc[i][l] += w * b[i * b_step + l];
        }
        a += a_col;
        b += ldb;
    }
    GEMM_UNROLL
    for (int i = 0; i < rows; i++) {
        SKMNN_REAL *c = on->c + i * on->ldc;
        if (cols == lanes) {
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                c[l] = acc[i][l];
        } else {
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                if (l < cols)
                    c[l] = acc[i][l];
        }
    }
}

SKMNN_INLINE void SKMNN_NAME(gemm_down)(
    ptrdiff_t rows, SKMNN_NAME(gemm_operands) *on)
{
    on->a += rows * on->a_row;
    if (on->start)
        on->start += rows * on->start_row;
    on->c += rows * on->ldc;
}

/* All rows of a strip of `lanes` columns. */
SKMNN_INLINE void SKMNN_NAME(gemm_strip)(
    const int rows, const int lanes, ptrdiff_t m, int cols, ptrdiff_t depth,
    SKMNN_NAME(gemm_operands) on)
{
    for (; m >= rows; m -= rows) {
        SKMNN_NAME(gemm_tile)(rows, lanes, 0, cols, depth, &on);
        SKMNN_NAME(gemm_down)(rows, &on);
    }
    switch (m) { /* the other rows at once: short tiles wait for their sums */
    case 7:
        SKMNN_NAME(gemm_tile)(7, lanes, 0, cols, depth, &on);
        break;
    case 6:
        SKMNN_NAME(gemm_tile)(6, lanes, 0, cols, depth, &on);
        break;
    case 5:
        SKMNN_NAME(gemm_tile)(5, lanes, 0, cols, depth, &on);
        break;
    case 4:
        SKMNN_NAME(gemm_tile)(4, lanes, 0, cols, depth, &on);
        break;
    case 3:
        SKMNN_NAME(gemm_tile)(3, lanes, 0, cols, depth, &on);
        break;
    case 2:
        SKMNN_NAME(gemm_tile)(2, lanes, 0, cols, depth, &on);
        break;
    case 1:
        SKMNN_NAME(gemm_tile)(1, lanes, 0, cols, depth, &on);
    }
}

/* A strip of B, padded with zeros to whole lanes. */
SKMNN_INLINE void SKMNN_NAME(gemm_pack)(
    const int lanes, int cols, ptrdiff_t depth, const SKMNN_REAL *b, ptrdiff_t ldb,
    SKMNN_REAL *packed)
{
    if (cols == lanes)
        for (ptrdiff_t p = 0; p < depth; p++)
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                packed[p * lanes + l] = b[p * ldb + l];
    else
        for (ptrdiff_t p = 0; p < depth; p++)
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                packed[p * lanes + l] = l < cols ? b[p * ldb + l] : 0;
}

/* All columns from j on of a block of rows and of terms. `panel` > 0: B consists of
   panels of so many contiguous columns, with `terms` rows each, padded with zeros. */
SKMNN_INLINE void SKMNN_NAME(gemm_block)(
    const int rows, const int lanes, ptrdiff_t m, ptrdiff_t j, ptrdiff_t n,
    ptrdiff_t depth, ptrdiff_t panel, ptrdiff_t terms,
    const SKMNN_NAME(gemm_operands) *of, SKMNN_REAL *work)
{
    const int few = m < GEMM_PACK ||
                    of->ldb * (ptrdiff_t)sizeof(SKMNN_REAL) < GEMM_NEAR_BYTES;
    for (; j < n; j += lanes) {
        SKMNN_NAME(gemm_operands) on = *of;
        const int cols = (int)(n - j < lanes ? n - j : lanes);
        const int half = cols <= lanes / 2;
        on.b += panel ? j / panel * panel * terms + j % panel : j;
        on.c += j;
        if (on.start)
            on.start += j;
        if (!panel && (cols < lanes || !few)) {
            if (half)
                SKMNN_NAME(gemm_pack)(lanes / 2, cols, depth, on.b, on.ldb, work);
            else
                SKMNN_NAME(gemm_pack)(lanes, cols, depth, on.b, on.ldb, work);
            on.b = work;
            on.ldb = half ? lanes / 2 : lanes;
        }
        if (half)
            SKMNN_NAME(gemm_strip)(rows, lanes / 2, m, cols, depth, on);
        else
            SKMNN_NAME(gemm_strip)(rows, lanes, m, cols, depth, on);
    }
}

/* Row by row, 8 vectors of columns at a time; the columns done. */
SKMNN_INLINE ptrdiff_t SKMNN_NAME(gemm_rows)(
    const int lanes, ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth,
    const SKMNN_NAME(gemm_operands) *of)
{
    for (ptrdiff_t j = 0; j + 8 * lanes <= n; j += 8 * lanes) {
        SKMNN_NAME(gemm_operands) on = *of;
        on.b += j;
        on.c += j;
        if (on.start)
            on.start += j;
        on.start_row = on.ldc = lanes;
        for (ptrdiff_t i = 0; i < m; i++) {
            SKMNN_NAME(gemm_tile)(8, lanes, lanes, lanes, depth, &on);
            on.a += of->a_row;
            on.c += of->ldc;
            if (on.start)
                on.start += of->start_row;
        }
    }
    return n / (8 * lanes) * (8 * lanes);
}

SKMNN_INLINE void SKMNN_NAME(gemm_blocks)(
    const int rows, const int lanes, ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth,
    ptrdiff_t panel, const SKMNN_NAME(gemm_operands) *of)
{
    SKMNN_REAL GEMM_ALIGNED work[GEMM_DEPTH * 2 * GEMM_LINE_BYTES / sizeof(SKMNN_REAL)];
    const ptrdiff_t n_blocks = (depth + GEMM_DEPTH - 1) / GEMM_DEPTH;
    const ptrdiff_t step = n_blocks > 1 ? (depth + n_blocks - 1) / n_blocks : depth;
    ptrdiff_t q = 0;
    do {
        const ptrdiff_t terms = depth - q < step ? depth - q : step;
        for (ptrdiff_t i = 0; i < m; i += GEMM_HEIGHT) {
            const ptrdiff_t height = m - i < GEMM_HEIGHT ? m - i : GEMM_HEIGHT;
            SKMNN_NAME(gemm_operands) on = *of;
            ptrdiff_t j = 0;
            if (q) { /* go on with the sums so far */
                on.start = on.c;
                on.start_row = on.ldc;
            }
            SKMNN_NAME(gemm_down)(i, &on);
            on.a += q * on.a_col;
            on.b += q * on.ldb;
            if ((height < GEMM_FEW || depth <= 2) && !panel)
                j = SKMNN_NAME(gemm_rows)(lanes / 2, height, n, terms, &on);
            SKMNN_NAME(gemm_block)(
                rows, lanes, height, j, n, terms, panel, depth, &on, work);
        }
        q += terms;
    } while (q < depth);
}

enum { SKMNN_NAME(GEMM_LANES) = 2 * GEMM_LINE_BYTES / sizeof(SKMNN_REAL) };

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gemm_wide)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, ptrdiff_t panel,
    const SKMNN_NAME(gemm_operands) *of)
{
    SKMNN_NAME(gemm_blocks)(8, SKMNN_NAME(GEMM_LANES), m, n, depth, panel, of);
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gemm_narrow)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, ptrdiff_t panel,
    const SKMNN_NAME(gemm_operands) *of)
{
    SKMNN_NAME(gemm_blocks)(4, SKMNN_NAME(GEMM_LANES) / 2, m, n, depth, panel, of);
}

SKMNN_INLINE void SKMNN_NAME(gemm_multiply)(
    ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, const SKMNN_REAL *a, ptrdiff_t a_row,
    ptrdiff_t a_col, const SKMNN_REAL *b, ptrdiff_t ldb, ptrdiff_t panel,
    const SKMNN_REAL *start, ptrdiff_t start_row, SKMNN_REAL *c, ptrdiff_t ldc)
{
    const SKMNN_NAME(gemm_operands) of = {a,     a_row,     a_col, b,  ldb,
                                          start, start_row, c,     ldc};
    if (GEMM_WIDE)
        SKMNN_NAME(gemm_wide)(m, n, depth, panel, &of);
    else
        SKMNN_NAME(gemm_narrow)(m, n, depth, panel, &of);
}
