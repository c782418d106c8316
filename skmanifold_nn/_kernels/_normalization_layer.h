/* Included by _normalization.h once for each of double and float: normalisation of rows
   block by block, of narrow rows by blocks turned around, row beside row. */

enum { SKMNN_NAME(NARROW) = NORMALIZATION_NARROW_BYTES / sizeof(SKMNN_REAL) };

/* turned[k][r] = x[r][k], and back. */
SKMNN_INLINE void SKMNN_NAME(turn)(
    ptrdiff_t n_rows, ptrdiff_t n, const SKMNN_REAL *x, SKMNN_REAL *turned)
{
    for (ptrdiff_t k = 0; k < n; k++)
        for (ptrdiff_t r = 0; r < n_rows; r++)
            turned[k * NORMALIZATION_BLOCK + r] = x[r * n + k];
}

SKMNN_INLINE void SKMNN_NAME(turn_back)(
    const int add, ptrdiff_t n_rows, ptrdiff_t n, const SKMNN_REAL *turned,
    SKMNN_REAL *x)
{
    for (ptrdiff_t k = 0; k < n; k++)
        for (ptrdiff_t r = 0; r < n_rows; r++) {
            const SKMNN_REAL v = turned[k * NORMALIZATION_BLOCK + r];
            x[r * n + k] = add ? x[r * n + k] + v : v;
        }
}

SKMNN_INLINE void SKMNN_NAME(narrow_forward)(
    struct SKMNN_NAME(block) *b, double epsilon, const SKMNN_REAL *parameters,
    const SKMNN_REAL *x, SKMNN_REAL *y)
{
    SKMNN_REAL turned[SKMNN_NAME(NARROW) * NORMALIZATION_BLOCK], *t;
    SKMNN_REAL s[NORMALIZATION_BLOCK] = {0}, q[NORMALIZATION_BLOCK] = {0};
    SKMNN_REAL *means = b->kept, *inverses = means + b->n_kept;
    const SKMNN_REAL *rests = inverses + b->n_kept;
    const SKMNN_REAL share = 1 / (SKMNN_REAL)b->n;
    const ptrdiff_t n_rows = b->n_rows, n = b->n;
    SKMNN_NAME(turn)(n_rows, n, x, turned);
    t = turned;
    for (ptrdiff_t k = 0; k < n; k++, t += NORMALIZATION_BLOCK)
#pragma omp simd
        for (ptrdiff_t r = 0; r < n_rows; r++)
            s[r] += t[r];
#pragma omp simd
    for (ptrdiff_t r = 0; r < n_rows; r++) {
        means[r] = s[r] * share;
        s[r] = 0;
    }
    t = turned;
    for (ptrdiff_t k = 0; k < n; k++, t += NORMALIZATION_BLOCK)
#pragma omp simd
        for (ptrdiff_t r = 0; r < n_rows; r++) {
            t[r] -= means[r];
            s[r] += t[r];
            q[r] += t[r] * t[r];
        }
    for (ptrdiff_t r = 0; r < n_rows; r++) {
        b->sums[r] = (double)s[r];
        b->others[r] = (double)q[r];
    }
    SKMNN_NAME(keep_statistics)(b, epsilon);
    t = turned;
    for (ptrdiff_t k = 0; k < n; k++, t += NORMALIZATION_BLOCK) {
        const SKMNN_REAL scale = parameters ? parameters[k] : 1;
        const SKMNN_REAL offset = parameters ? parameters[n + k] : 0;
#pragma omp simd
        for (ptrdiff_t r = 0; r < n_rows; r++)
            t[r] = (t[r] * inverses[r] - rests[r]) * scale + offset;
    }
    SKMNN_NAME(turn_back)(0, n_rows, n, turned, y);
}

/* Both gradients; either may be NULL. */
SKMNN_INLINE void SKMNN_NAME(narrow_backward)(
    struct SKMNN_NAME(block) *b, const SKMNN_REAL *parameters, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, double *sums, double *products, int add, SKMNN_REAL *dx)
{
    enum { block = NORMALIZATION_BLOCK };
    SKMNN_REAL turned[SKMNN_NAME(NARROW) * block], *t = turned;
    SKMNN_REAL d_turned[SKMNN_NAME(NARROW) * block], *d = d_turned;
    SKMNN_REAL s[NORMALIZATION_BLOCK] = {0}, q[NORMALIZATION_BLOCK] = {0};
    const SKMNN_REAL *means = b->kept, *inverses = means + b->n_kept;
    const SKMNN_REAL *rests = inverses + b->n_kept;
    const SKMNN_REAL share = 1 / (SKMNN_REAL)b->n;
    const ptrdiff_t n_rows = b->n_rows, n = b->n;
    SKMNN_NAME(turn)(n_rows, n, x, turned);
    SKMNN_NAME(turn)(n_rows, n, dy, d_turned);
    for (ptrdiff_t k = 0; k < n; k++, t += block, d += block) {
        const SKMNN_REAL scale = parameters ? parameters[k] : 1;
        SKMNN_REAL sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
        for (ptrdiff_t r = 0; r < n_rows; r++) {
            t[r] = (t[r] - means[r]) * inverses[r] - rests[r];
            sum += d[r];
            product += d[r] * t[r];
            d[r] *= scale;
            s[r] += d[r];
            q[r] += d[r] * t[r];
        }
        sums[k] += (double)sum;
        products[k] += (double)product;
    }
    t = turned;
    d = d_turned;
    for (ptrdiff_t k = 0; k < n; k++, t += block, d += block)
#pragma omp simd
        for (ptrdiff_t r = 0; r < n_rows; r++)
            d[r] = (d[r] - s[r] * share - t[r] * (q[r] * share)) * inverses[r];
    if (dx && add)
        SKMNN_NAME(turn_back)(1, n_rows, n, d_turned, dx);
    else if (dx)
        SKMNN_NAME(turn_back)(0, n_rows, n, d_turned, dx);
}

/* How many rows of n elements make a block. */
SKMNN_INLINE ptrdiff_t SKMNN_NAME(block_rows)(ptrdiff_t n)
{
    const ptrdiff_t rows = 1 + NORMALIZATION_AT_ONCE / n;
    return n <= SKMNN_NAME(NARROW) || rows > NORMALIZATION_BLOCK ? NORMALIZATION_BLOCK
                                                                   : rows;
}

/* `parameters` are scale and offset, or NULL; `kept` of 3 n_rows is for backward. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(layer_norm_forward)(
    ptrdiff_t n_rows, ptrdiff_t channels, double epsilon, const SKMNN_REAL *parameters,
    SKMNN_REAL *kept, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const ptrdiff_t size = SKMNN_NAME(block_rows)(channels);
    struct SKMNN_NAME(block) b;
    b.n = channels;
    b.n_kept = n_rows;
    for (ptrdiff_t first = 0; first < n_rows; first += size) {
        const ptrdiff_t at = first * channels;
        b.n_rows = n_rows - first < size ? n_rows - first : size;
        b.kept = kept + first;
        if (channels <= SKMNN_NAME(NARROW))
            SKMNN_NAME(narrow_forward)(&b, epsilon, parameters, x + at, y + at);
        else if (parameters)
            SKMNN_NAME(layer_forward)(1, &b, epsilon, parameters, x + at, y + at);
        else
            SKMNN_NAME(layer_forward)(0, &b, epsilon, NULL, x + at, y + at);
    }
}

SKMNN_INLINE void SKMNN_NAME(layer_norm_narrow)(
    struct SKMNN_NAME(block) *b, const SKMNN_REAL *parameters, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, SKMNN_REAL *d_parameters, int add, SKMNN_REAL *dx)
{
    double sums[SKMNN_NAME(NARROW)] = {0}, products[SKMNN_NAME(NARROW)] = {0};
    SKMNN_REAL *kept = b->kept;
    for (ptrdiff_t first = 0; first < b->n_kept; first += NORMALIZATION_BLOCK) {
        const ptrdiff_t at = first * b->n, left = b->n_kept - first;
        b->n_rows = left < NORMALIZATION_BLOCK ? left : NORMALIZATION_BLOCK;
        b->kept = kept + first;
        SKMNN_NAME(narrow_backward)(
            b, parameters, x + at, dy + at, sums, products, add, dx ? dx + at : NULL);
    }
    for (ptrdiff_t k = 0; d_parameters && k < b->n; k++) {
        d_parameters[k] += (SKMNN_REAL)products[k];
        d_parameters[b->n + k] += (SKMNN_REAL)sums[k];
    }
}

/* `d_parameters` and `dx` may be NULL. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(layer_norm_backward)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *parameters,
    SKMNN_REAL *kept, const SKMNN_REAL *x, const SKMNN_REAL *dy,
    SKMNN_REAL *d_parameters, int add, SKMNN_REAL *dx)
{
    const ptrdiff_t size = SKMNN_NAME(block_rows)(channels);
    const SKMNN_REAL *p = parameters;
    struct SKMNN_NAME(block) b;
    b.n = channels;
    b.n_kept = n_rows;
    b.kept = kept;
    if (channels <= SKMNN_NAME(NARROW)) {
        SKMNN_NAME(layer_norm_narrow)(&b, p, x, dy, d_parameters, add, dx);
        return;
    }
    if (d_parameters)
        SKMNN_NAME(layer_parameters)(n_rows, channels, kept, x, dy, d_parameters);
    for (ptrdiff_t first = 0; dx && first < n_rows; first += size) {
        const ptrdiff_t at = first * channels;
        b.n_rows = n_rows - first < size ? n_rows - first : size;
        b.kept = kept + first;
        if (p && add)
            SKMNN_NAME(layer_backward)(1, 1, &b, p, x + at, dy + at, dx + at);
        else if (p)
            SKMNN_NAME(layer_backward)(1, 0, &b, p, x + at, dy + at, dx + at);
        else if (add)
            SKMNN_NAME(layer_backward)(0, 1, &b, NULL, x + at, dy + at, dx + at);
        else
            SKMNN_NAME(layer_backward)(0, 0, &b, NULL, x + at, dy + at, dx + at);
    }
}
