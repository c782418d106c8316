/* Included by _normalization.h once for each of double and float: sums of columns. */

enum { SKMNN_NAME(COLUMN_LANES) = SKMNN_LANE_BYTES / sizeof(SKMNN_REAL) };

/* A matrix whose columns are summed; `from` is one value a column, or of all rows the
   means, the inverse deviations and the rests. */
struct SKMNN_NAME(columns) {
    ptrdiff_t n_rows, row, width; /* rows lie `row` elements apart */
    const SKMNN_REAL *x, *dy, *from;
};

/* Adds a chunk's sums to the columns' means and summed squared deviations of `n_before`
   rows, from which the chunk's deviations were taken [Chan, Golub, LeVeque, 1983]. */
SKMNN_INLINE void SKMNN_NAME(merge_chunk)(
    const ptrdiff_t lanes, ptrdiff_t n_before, ptrdiff_t n, const SKMNN_REAL *from,
    const SKMNN_REAL *sums, const SKMNN_REAL *squares, double *means, double *spreads)
{
    const double inverse = 1 / (double)n, share = (double)n / (double)(n_before + n);
    const double weight = share * (double)n_before;
#pragma omp simd
    for (ptrdiff_t k = 0; k < lanes; k++) {
        const double shift = (double)sums[k] * inverse;
        const double step = (double)from[k] - means[k] + shift;
        means[k] += step * share;
        spreads[k] += (double)squares[k] - (double)sums[k] * shift
            + weight * step * step;
    }
}

/* One chunk of rows of `lanes` columns, the first at `column`. */
SKMNN_INLINE void SKMNN_NAME(sum_chunk)(
    const int kind, const ptrdiff_t lanes, const struct SKMNN_NAME(columns) *c,
    ptrdiff_t column, ptrdiff_t first, ptrdiff_t last, double *sums, double *others)
{
    SKMNN_REAL s[SKMNN_NAME(COLUMN_LANES)], t[SKMNN_NAME(COLUMN_LANES)];
    SKMNN_REAL from[SKMNN_NAME(COLUMN_LANES)];
#pragma omp simd
    for (ptrdiff_t k = 0; k < lanes; k++) {
        from[k] = kind == OF_DEVIATIONS ? (SKMNN_REAL)sums[k]
            : kind == OF_PRODUCTS       ? c->from[column + k]
                                        : 0;
        s[k] = t[k] = 0;
    }
    for (ptrdiff_t row = first; row < last; row++) {
        const SKMNN_REAL *x = c->x + row * c->row + column;
        const SKMNN_REAL *dy = kind == OF_DEVIATIONS ? x : c->dy + (x - c->x);
        SKMNN_REAL mean = 0, inverse = 0, rest = 0;
        if (kind == OF_ROW_PRODUCTS) {
            mean = c->from[row];
            inverse = c->from[c->n_rows + row];
            rest = c->from[2 * c->n_rows + row];
        }
#pragma omp simd
        for (ptrdiff_t k = 0; k < lanes; k++) {
            const SKMNN_REAL z = kind == OF_ROW_PRODUCTS
                ? (x[k] - mean) * inverse - rest : x[k] - from[k];
            const SKMNN_REAL p = kind == OF_DEVIATIONS ? z : dy[k];
            s[k] += p;
            t[k] += p * z;
        }
    }
    if (kind == OF_DEVIATIONS)
        SKMNN_NAME(merge_chunk)(lanes, first, last - first, from, s, t, sums, others);
    else
#pragma omp simd
        for (ptrdiff_t k = 0; k < lanes; k++) {
            sums[k] += (double)s[k];
            others[k] += (double)t[k];
        }
}

/* Sums and others of at most NORMALIZATION_SPAN columns; of deviations, their means and
   summed squared deviations. The last lanes may overlap those before, and have sums of
   their own until the end. */
SKMNN_INLINE void SKMNN_NAME(sum_columns)(
    const int kind, const struct SKMNN_NAME(columns) *c, double *sums, double *others)
{
    enum { lanes = SKMNN_NAME(COLUMN_LANES), chunk = NORMALIZATION_CHUNK };
    const ptrdiff_t width = c->width, slots = (width + lanes - 1) / lanes * lanes;
    const ptrdiff_t start = kind == OF_DEVIATIONS; /* means start with the first row */
    for (ptrdiff_t k = 0; k < slots; k++) {
        const ptrdiff_t column = k < slots - lanes || width < lanes
            ? k : width - slots + k;
        sums[k] = start && column < width ? (double)c->x[column] : 0;
        others[k] = 0;
    }
    for (ptrdiff_t first = start; first < c->n_rows; first += chunk) {
        const ptrdiff_t last = first + chunk < c->n_rows ? first + chunk : c->n_rows;
        if (width < lanes)
            SKMNN_NAME(sum_chunk)(kind, width, c, 0, first, last, sums, others);
        else
            for (ptrdiff_t k = 0; k < slots; k += lanes)
                SKMNN_NAME(sum_chunk)(
                    kind, lanes, c, k + lanes < width ? k : width - lanes, first, last,
                    sums + k, others + k);
    }
    if (width >= lanes) {
        memmove(sums + width - lanes, sums + slots - lanes, lanes * sizeof *sums);
        memmove(others + width - lanes, others + slots - lanes, lanes * sizeof *others);
    }
}

/* The means and summed squared deviations of `fold` groups of columns, of n rows each,
   united in the first group. */
SKMNN_INLINE void SKMNN_NAME(unite_groups)(
    ptrdiff_t fold, ptrdiff_t width, ptrdiff_t n, double *means, double *spreads)
{
    for (ptrdiff_t k = 0; k < width; k++) {
        double shift = 0, spread = spreads[k];
        for (ptrdiff_t g = 1; g < fold; g++)
            shift += means[g * width + k] - means[k];
        shift /= (double)fold;
        for (ptrdiff_t g = 1; g < fold; g++) {
            const double step = means[g * width + k] - means[k] - shift;
            spread += spreads[g * width + k] + (double)n * step * step;
        }
        spreads[k] = spread + (double)n * shift * shift;
        means[k] += shift;
    }
}

/* Means and summed squared deviations of a span of channels; narrow rows are folded
   into wide ones, and the rest of the rows is added. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(column_statistics)(
    ptrdiff_t fold, const struct SKMNN_NAME(columns) *span, double *means,
    double *spreads)
{
    enum { size = NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES) };
    double more_means[size], more_spreads[size];
    struct SKMNN_NAME(columns) c = *span;
    const ptrdiff_t folded = c.n_rows / fold * fold, rest = c.n_rows - folded;
    c.n_rows /= fold;
    c.row *= fold;
    c.width *= fold;
    SKMNN_NAME(sum_columns)(OF_DEVIATIONS, &c, means, spreads);
    SKMNN_NAME(unite_groups)(fold, span->width, c.n_rows, means, spreads);
    if (!rest)
        return;
    c = *span;
    c.n_rows = rest;
    c.x += folded * c.row;
    SKMNN_NAME(sum_columns)(OF_DEVIATIONS, &c, more_means, more_spreads);
    const double share = (double)rest / (double)span->n_rows;
    for (ptrdiff_t k = 0; k < c.width; k++) {
        const double step = more_means[k] - means[k];
        means[k] += step * share;
        spreads[k] += more_spreads[k] + step * step * share * (double)folded;
    }
}

/* Sums of dy and of dy (x - from); `from` is repeated `fold` times. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(column_products)(
    ptrdiff_t fold, const struct SKMNN_NAME(columns) *span, double *sums,
    double *products)
{
    enum { size = NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES) };
    double more_sums[size], more_products[size];
    struct SKMNN_NAME(columns) c = *span;
    const ptrdiff_t folded = c.n_rows / fold * fold;
    c.n_rows /= fold;
    c.row *= fold;
    c.width *= fold;
    SKMNN_NAME(sum_columns)(OF_PRODUCTS, &c, sums, products);
    for (ptrdiff_t k = span->width; k < c.width; k++) {
        sums[k % span->width] += sums[k];
        products[k % span->width] += products[k];
    }
    c = *span;
    c.n_rows -= folded;
    c.x += folded * c.row;
    c.dy += folded * c.row;
    SKMNN_NAME(sum_columns)(OF_PRODUCTS, &c, more_sums, more_products);
    for (ptrdiff_t k = 0; k < c.width; k++) {
        sums[k] += more_sums[k];
        products[k] += more_products[k];
    }
}
