/* Included by _inputs.h once for each of double and float. */

enum { SKMNN_NAME(INPUTS_LINE) = INPUTS_LINE_BYTES / sizeof(SKMNN_REAL) };

/* Some rows of a CSR matrix. */
typedef struct {
    const SKMNN_REAL *values;
    const int32_t *columns;
    const int64_t *starts;
    const int64_t *rows; /* their numbers */
    ptrdiff_t n_rows;
    int64_t first, stop; /* only these columns are scattered */
} SKMNN_NAME(csr_rows);

/* Asks for the row of `matrix` that is used INPUTS_AHEAD entries after this one, be it
   of this row's entries or of the next row's. */
SKMNN_INLINE void SKMNN_NAME(inputs_ask)(
    const int lanes, const int n_lines, ptrdiff_t n, const int32_t *columns,
    ptrdiff_t entry, ptrdiff_t end, ptrdiff_t next, ptrdiff_t next_end,
    const SKMNN_REAL *matrix, ptrdiff_t ld)
{
    const SKMNN_REAL *row;
    entry += INPUTS_AHEAD;
    if (entry >= end) {
        entry += next - end;
        if (entry >= next_end)
            return;
    }
    row = matrix + columns[entry] * ld;
    INPUTS_UNROLL
    for (int i = 0; i < n_lines; i++)
        if (i == 0 || lanes == SKMNN_NAME(INPUTS_LINE))
            INPUTS_PREFETCH(row + i * lanes);
    INPUTS_PREFETCH(row + n - 1);
}

/* sums[i] += value * row, line by line. */
SKMNN_INLINE void SKMNN_NAME(inputs_add)(
    const int lanes, const int n_lines, ptrdiff_t last, SKMNN_REAL value,
    const SKMNN_REAL *row, SKMNN_REAL (*sums)[SKMNN_NAME(INPUTS_LINE)])
{
    INPUTS_UNROLL
    for (int i = 0; i < n_lines; i++)
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            sums[i][l] += value * row[(i < n_lines - 1 ? i * lanes : last) + l];
}

/* Y = X W + b for n columns of W and Y, which stay in registers: `chains` sums of every
   column, as one would wait for itself where there are few columns. */
SKMNN_INLINE void SKMNN_NAME(inputs_product)(
    const int lanes, const int n_lines, ptrdiff_t n,
    const SKMNN_NAME(csr_rows) *x, int ask, const SKMNN_REAL *w, const SKMNN_REAL *b,
    SKMNN_REAL *y, ptrdiff_t ld)
{
    const int chains = n_lines <= 2 ? 4 : n_lines <= 4 ? 2 : 1;
    const ptrdiff_t last = n - lanes;
    for (ptrdiff_t r = 0; r < x->n_rows; r++, y += ld) {
        const int64_t *start = x->starts + x->rows[r];
        const int64_t *next = r + 1 < x->n_rows ? x->starts + x->rows[r + 1] : start;
        SKMNN_REAL sums[INPUTS_LINES][SKMNN_NAME(INPUTS_LINE)] = {{0}};
        int64_t e = start[0];
        for (; e + chains <= start[1]; e += chains) {
            INPUTS_UNROLL
            for (int k = 0; k < chains; k++) {
                if (ask)
                    SKMNN_NAME(inputs_ask)(lanes, n_lines, n, x->columns, e + k,
                                           start[1], next[0], next[1], w, ld);
                SKMNN_NAME(inputs_add)(lanes, n_lines, last, x->values[e + k],
                                       w + x->columns[e + k] * ld,
                                       sums + k * n_lines);
            }
        }
        for (; e < start[1]; e++)
            SKMNN_NAME(inputs_add)(lanes, n_lines, last, x->values[e],
                                   w + x->columns[e] * ld, sums);
        INPUTS_UNROLL
        for (int i = 0; i < n_lines; i++) {
            const ptrdiff_t at = i < n_lines - 1 ? i * lanes : last;
            INPUTS_UNROLL
            for (int k = 1; k < chains; k++)
#pragma omp simd
                for (int l = 0; l < lanes; l++)
                    sums[i][l] += sums[k * n_lines + i][l];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                y[at + l] = sums[i][l] + (b ? b[at + l] : 0);
        }
    }
}

/* dW += X^T dY for n columns of dW and dY. The last line is read before and written
   after its neighbour, which shares columns with it. */
SKMNN_INLINE void SKMNN_NAME(inputs_scatter)(
    const int lanes, const int n_lines, ptrdiff_t n,
    const SKMNN_NAME(csr_rows) *x, int ask, const SKMNN_REAL *dy, SKMNN_REAL *dw,
    ptrdiff_t ld)
{
    const ptrdiff_t last = n - lanes;
    for (ptrdiff_t r = 0; r < x->n_rows; r++, dy += ld) {
        const int64_t *start = x->starts + x->rows[r];
        const int64_t *next = r + 1 < x->n_rows ? x->starts + x->rows[r + 1] : start;
        SKMNN_REAL slopes[INPUTS_LINES][SKMNN_NAME(INPUTS_LINE)];
        INPUTS_UNROLL
        for (int i = 0; i < n_lines; i++)
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                slopes[i][l] = dy[(i < n_lines - 1 ? i * lanes : last) + l];
        for (ptrdiff_t e = start[0]; e < start[1]; e++) {
            SKMNN_REAL *row = dw + x->columns[e] * ld;
            const SKMNN_REAL value = x->values[e];
            if (x->columns[e] < x->first || x->columns[e] >= x->stop)
                continue;
            SKMNN_REAL tail[SKMNN_NAME(INPUTS_LINE)];
            if (ask)
                SKMNN_NAME(inputs_ask)(lanes, n_lines, n, x->columns, e, start[1],
                                       next[0], next[1], dw, ld);
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                tail[l] = row[last + l] + value * slopes[n_lines - 1][l];
            INPUTS_UNROLL
            for (int i = 0; i < n_lines - 1; i++)
#pragma omp simd
                for (int l = 0; l < lanes; l++)
                    row[i * lanes + l] += value * slopes[i][l];
#pragma omp simd
            for (int l = 0; l < lanes; l++)
                row[last + l] = tail[l];
        }
    }
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(csr_product)(
    const SKMNN_NAME(csr_rows) *x, int ask, ptrdiff_t n, const SKMNN_REAL *w,
    const SKMNN_REAL *b, SKMNN_REAL *y, ptrdiff_t ld)
{
    INPUTS_BY_WIDTH(SKMNN_NAME(inputs_product), SKMNN_NAME(INPUTS_LINE), n, x, ask, w,
                    b, y, ld);
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(csr_scatter)(
    const SKMNN_NAME(csr_rows) *x, int ask, ptrdiff_t n, const SKMNN_REAL *dy,
    SKMNN_REAL *dw, ptrdiff_t ld)
{
    INPUTS_BY_WIDTH(SKMNN_NAME(inputs_scatter), SKMNN_NAME(INPUTS_LINE), n, x, ask, dy,
                    dw, ld);
}
