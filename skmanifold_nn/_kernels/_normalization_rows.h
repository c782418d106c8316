/* Included by _normalization.h once for each of double and float: normalisation of each
   row by its own statistics [Ba, Kiros and Hinton, 2016]. `kept` holds the means of all
   rows, then their inverse deviations, then the rests. */

/* A block of rows goes from step to step, that they do not wait for each other's. */
struct SKMNN_NAME(block) {
    ptrdiff_t n_rows, n_kept, n; /* rows of the block, of all, and elements of a row */
    SKMNN_REAL *kept; /* of the block's first row */
    double sums[NORMALIZATION_BLOCK], others[NORMALIZATION_BLOCK];
};

/* Inverse deviations and rests from the means and the sums of deviations. */
SKMNN_INLINE void SKMNN_NAME(keep_statistics)(
    const struct SKMNN_NAME(block) *b, double epsilon)
{
    const double share = 1 / (double)b->n;
    SKMNN_REAL *inverses = b->kept + b->n_kept, *rests = inverses + b->n_kept;
#pragma omp simd
    for (ptrdiff_t r = 0; r < b->n_rows; r++) {
        const double shift = b->sums[r] * share;
        const double variance = (b->others[r] - b->sums[r] * shift) * share;
        const double inverse = 1 / sqrt((variance < 0 ? 0 : variance) + epsilon);
        inverses[r] = (SKMNN_REAL)inverse;
        rests[r] = (SKMNN_REAL)(shift * inverse);
    }
}

SKMNN_INLINE double SKMNN_NAME(row_sum)(ptrdiff_t n, const SKMNN_REAL *x)
{
    double total = 0;
    for (ptrdiff_t first = 0; first < n; first += NORMALIZATION_STRETCH) {
        const ptrdiff_t left = n - first;
        const ptrdiff_t width
            = left < NORMALIZATION_STRETCH ? left : NORMALIZATION_STRETCH;
        SKMNN_REAL sum = 0;
#pragma omp simd reduction(+ : sum)
        for (ptrdiff_t k = 0; k < width; k++)
            sum += x[first + k];
        total += (double)sum;
    }
    return total;
}

/* The block's sums of p and others of p z: of deviations, p = z = x - mean; else p = dy
   scale and z is the normalised value. */
SKMNN_INLINE void SKMNN_NAME(row_sums)(
    const int kind, const int scaled, struct SKMNN_NAME(block) *b, ptrdiff_t r,
    const SKMNN_REAL *x, const SKMNN_REAL *dy, const SKMNN_REAL *scale)
{
    const SKMNN_REAL mean = b->kept[r];
    const SKMNN_REAL inverse = kind == OF_DEVIATIONS ? 1 : b->kept[b->n_kept + r];
    const SKMNN_REAL rest = kind == OF_DEVIATIONS ? 0 : b->kept[2 * b->n_kept + r];
    b->sums[r] = b->others[r] = 0;
    for (ptrdiff_t first = 0; first < b->n; first += NORMALIZATION_STRETCH) {
        const ptrdiff_t left = b->n - first;
        const ptrdiff_t last
            = first + (left < NORMALIZATION_STRETCH ? left : NORMALIZATION_STRETCH);
        SKMNN_REAL s = 0, t = 0;
#pragma omp simd reduction(+ : s, t)
        for (ptrdiff_t k = first; k < last; k++) {
            const SKMNN_REAL z = kind == OF_DEVIATIONS ? x[k] - mean
                                                       : (x[k] - mean) * inverse - rest;
            const SKMNN_REAL p = kind == OF_DEVIATIONS ? z
                : scaled                               ? dy[k] * scale[k]
                                                       : dy[k];
            s += p;
            t += p * z;
        }
        b->sums[r] += (double)s;
        b->others[r] += (double)t;
    }
}

SKMNN_INLINE void SKMNN_NAME(layer_forward)(
    const int scaled, struct SKMNN_NAME(block) *b, double epsilon,
    const SKMNN_REAL *parameters, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const ptrdiff_t n = b->n;
    const double share = 1 / (double)n;
    for (ptrdiff_t r = 0; r < b->n_rows; r++)
        b->kept[r] = (SKMNN_REAL)(SKMNN_NAME(row_sum)(n, x + r * n) * share);
    for (ptrdiff_t r = 0; r < b->n_rows; r++)
        SKMNN_NAME(row_sums)(OF_DEVIATIONS, 0, b, r, x + r * n, NULL, NULL);
    SKMNN_NAME(keep_statistics)(b, epsilon);
    for (ptrdiff_t r = 0; r < b->n_rows; r++, x += n, y += n) {
        const SKMNN_REAL mean = b->kept[r], inverse = b->kept[b->n_kept + r];
        const SKMNN_REAL rest = b->kept[2 * b->n_kept + r];
#pragma omp simd
        for (ptrdiff_t k = 0; k < n; k++) {
            const SKMNN_REAL z = (x[k] - mean) * inverse - rest;
            y[k] = scaled ? z * parameters[k] + parameters[n + k] : z;
        }
    }
}

/* With p = dy scale, z the normalised values and <> means over the row,
   dx = inverse (p - <p> - z <p z>). */
SKMNN_INLINE void SKMNN_NAME(layer_backward)(
    const int scaled, const int add, struct SKMNN_NAME(block) *b,
    const SKMNN_REAL *scale, const SKMNN_REAL *x, const SKMNN_REAL *dy, SKMNN_REAL *dx)
{
    const ptrdiff_t n = b->n;
    const double share = 1 / (double)n;
    for (ptrdiff_t r = 0; r < b->n_rows; r++)
        SKMNN_NAME(row_sums)(
            OF_PRODUCTS, scaled, b, r, x + r * n, dy + r * n, scale);
    for (ptrdiff_t r = 0; r < b->n_rows; r++, x += n, dy += n, dx += n) {
        const SKMNN_REAL mean = b->kept[r], inverse = b->kept[b->n_kept + r];
        const double rest = b->kept[2 * b->n_kept + r], product = b->others[r] * share;
        const SKMNN_REAL factor = (SKMNN_REAL)((double)inverse * product);
        const SKMNN_REAL base = (SKMNN_REAL)(b->sums[r] * share - rest * product);
#pragma omp simd
        for (ptrdiff_t k = 0; k < n; k++) {
            const SKMNN_REAL p = scaled ? dy[k] * scale[k] : dy[k];
            const SKMNN_REAL d = (p - base - (x[k] - mean) * factor) * inverse;
            dx[k] = add ? dx[k] + d : d;
        }
    }
}

/* Adds the sums of dy z and dy to the gradients of scale and offset. */
SKMNN_INLINE void SKMNN_NAME(layer_parameters)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *kept, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, SKMNN_REAL *d_parameters)
{
    double sums[NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES)];
    double products[NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES)];
    ptrdiff_t first;
    for (ptrdiff_t i = 0; (first = normalization_span(i, channels)) < channels; i++) {
        const ptrdiff_t width = normalization_span(i + 1, channels) - first;
        const struct SKMNN_NAME(columns) columns
            = {n_rows, channels, width, x + first, dy + first, kept};
        SKMNN_NAME(sum_columns)(OF_ROW_PRODUCTS, &columns, sums, products);
        for (ptrdiff_t k = 0; k < width; k++) {
            d_parameters[first + k] += (SKMNN_REAL)products[k];
            d_parameters[channels + first + k] += (SKMNN_REAL)sums[k];
        }
    }
}
