/* Included by _normalization.h once for each of double and float: normalisation of each
   row by its own statistics [Ba, Kiros and Hinton, 2016]. */

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

/* Sums of p and p z: of deviations, p = z = x - from; else p = dy scale and z is the
   normalised value. `of_row` holds mean, inverse deviation and rest. */
SKMNN_INLINE void SKMNN_NAME(row_sums)(
    const int kind, const int scaled, ptrdiff_t n, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, const SKMNN_REAL *scale, const SKMNN_REAL *of_row,
    double *sum, double *other)
{
    const SKMNN_REAL mean = of_row[0];
    const SKMNN_REAL inverse = kind == OF_DEVIATIONS ? 1 : of_row[1];
    const SKMNN_REAL rest = kind == OF_DEVIATIONS ? 0 : of_row[2];
    *sum = *other = 0;
    for (ptrdiff_t first = 0; first < n; first += NORMALIZATION_STRETCH) {
        const ptrdiff_t left = n - first;
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
        *sum += (double)s;
        *other += (double)t;
    }
}

SKMNN_INLINE void SKMNN_NAME(layer_forward)(
    const int scaled, ptrdiff_t n_rows, ptrdiff_t n, double epsilon,
    const SKMNN_REAL *parameters, SKMNN_REAL *kept, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const SKMNN_REAL *offset = scaled ? parameters + n : NULL;
    const double share = 1 / (double)n;
    for (ptrdiff_t row = 0; row < n_rows; row++, x += n, y += n, kept += 3) {
        double sum, squares;
        kept[0] = (SKMNN_REAL)(SKMNN_NAME(row_sum)(n, x) * share);
        SKMNN_NAME(row_sums)(
            OF_DEVIATIONS, 0, n, x, NULL, NULL, kept, &sum, &squares);
        const double shift = sum * share, variance = (squares - sum * shift) * share;
        const double inverse = 1 / sqrt((variance > 0 ? variance : 0) + epsilon);
        const SKMNN_REAL mean = kept[0];
        const SKMNN_REAL slope = kept[1] = (SKMNN_REAL)inverse;
        const SKMNN_REAL rest = kept[2] = (SKMNN_REAL)(shift * inverse);
#pragma omp simd
        for (ptrdiff_t k = 0; k < n; k++) {
            const SKMNN_REAL z = (x[k] - mean) * slope - rest;
            y[k] = scaled ? z * parameters[k] + offset[k] : z;
        }
    }
}

/* With p = dy scale, z the normalised values and <> means over the row,
   dx = inverse (p - <p> - z <p z>). */
SKMNN_INLINE void SKMNN_NAME(layer_backward)(
    const int scaled, const int add, ptrdiff_t n_rows, ptrdiff_t n,
    const SKMNN_REAL *scale, const SKMNN_REAL *kept, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, SKMNN_REAL *dx)
{
    const double share = 1 / (double)n;
    for (ptrdiff_t row = 0; row < n_rows; row++, kept += 3) {
        double sum, product;
        SKMNN_NAME(row_sums)(
            OF_PRODUCTS, scaled, n, x, dy, scale, kept, &sum, &product);
        const double weight = (double)kept[1] * product * share;
        const SKMNN_REAL mean = kept[0], inverse = kept[1];
        const SKMNN_REAL factor = (SKMNN_REAL)((double)inverse * weight);
        const SKMNN_REAL base = (SKMNN_REAL)(
            (double)inverse * (sum * share - (double)kept[2] * product * share));
#pragma omp simd
        for (ptrdiff_t k = 0; k < n; k++) {
            const SKMNN_REAL p = scaled ? dy[k] * scale[k] : dy[k];
            const SKMNN_REAL d = p * inverse - (x[k] - mean) * factor - base;
            dx[k] = add ? dx[k] + d : d;
        }
        x += n;
        dy += n;
        dx += n;
    }
}

/* `parameters` are scale and offset, or NULL; `kept` of 3 n_rows is for backward. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(layer_norm_forward)(
    ptrdiff_t n_rows, ptrdiff_t channels, double epsilon, const SKMNN_REAL *parameters,
    SKMNN_REAL *kept, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    if (parameters)
        SKMNN_NAME(layer_forward)(1, n_rows, channels, epsilon, parameters, kept, x, y);
    else
        SKMNN_NAME(layer_forward)(0, n_rows, channels, epsilon, NULL, kept, x, y);
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(layer_norm_backward)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *parameters,
    const SKMNN_REAL *kept, const SKMNN_REAL *x, const SKMNN_REAL *dy, int add,
    SKMNN_REAL *dx)
{
    const SKMNN_REAL *p = parameters;
    if (p && add)
        SKMNN_NAME(layer_backward)(1, 1, n_rows, channels, p, kept, x, dy, dx);
    else if (p)
        SKMNN_NAME(layer_backward)(1, 0, n_rows, channels, p, kept, x, dy, dx);
    else if (add)
        SKMNN_NAME(layer_backward)(0, 1, n_rows, channels, p, kept, x, dy, dx);
    else
        SKMNN_NAME(layer_backward)(0, 0, n_rows, channels, p, kept, x, dy, dx);
}

/* Adds the sums of dy z and dy to the gradients of scale and offset. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(layer_norm_parameters)(
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
