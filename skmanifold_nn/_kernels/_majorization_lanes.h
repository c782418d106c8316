/* Included by _majorization.h once for each of double and float.

   places holds d rows of n coordinates. A span is the `width` columns from `first`. */

/* s_j = |x_i - x_j|^2, for a d that the compiler knows where it is small. */
SKMNN_INLINE void SKMNN_NAME(majorization_sum_squares)(
    const int d, ptrdiff_t n, const SKMNN_REAL *place, const SKMNN_REAL *others,
    ptrdiff_t width, SKMNN_REAL *squares)
{
    const SKMNN_REAL x0 = place[0], x1 = d > 1 ? place[n] : 0;
    const SKMNN_REAL x2 = d > 2 ? place[2 * n] : 0;
#pragma omp simd
    for (ptrdiff_t j = 0; j < width; j++) {
        SKMNN_REAL step = others[j] - x0, s = step * step;
        if (d > 1) {
            step = others[n + j] - x1;
            s += step * step;
        }
        if (d > 2) {
            step = others[2 * n + j] - x2;
            s += step * step;
        }
        squares[j] = s;
    }
}

SKMNN_INLINE void SKMNN_NAME(majorization_squares)(
    ptrdiff_t d, ptrdiff_t n, const SKMNN_REAL *places, ptrdiff_t i, ptrdiff_t first,
    ptrdiff_t width, SKMNN_REAL *squares)
{
    const SKMNN_REAL *place = places + i, *others = places + first;
    if (d == 1)
        SKMNN_NAME(majorization_sum_squares)(1, n, place, others, width, squares);
    else if (d == 2)
        SKMNN_NAME(majorization_sum_squares)(2, n, place, others, width, squares);
    else
        SKMNN_NAME(majorization_sum_squares)(3, n, place, others, width, squares);
    for (ptrdiff_t k = 3; k < d; k++) {
        const SKMNN_REAL x = place[k * n];
        const SKMNN_REAL *xs = others + k * n;
#pragma omp simd
        for (ptrdiff_t j = 0; j < width; j++)
            squares[j] += (xs[j] - x) * (xs[j] - x);
    }
}

/* From s_j to w_j delta_j / e_j in place, 0 where e_j or w_j is; adds
   w (delta - e)^2 and w e^2 to the sums. */
SKMNN_INLINE void SKMNN_NAME(majorization_factors)(
    const int weighted, ptrdiff_t width, const SKMNN_REAL *disparities,
    const SKMNN_REAL *weights, SKMNN_REAL *squares, double *sums)
{
    SKMNN_REAL stress = 0, total = 0;
#pragma omp simd reduction(+ : stress, total)
    for (ptrdiff_t j = 0; j < width; j++) {
        const SKMNN_REAL w = weighted ? weights[j] : 1;
        const SKMNN_REAL delta = w > 0 ? disparities[j] : 0;
        const SKMNN_REAL s = squares[j];
        const SKMNN_REAL root = SKMNN_NAME(reciprocal_root)(s);
        const SKMNN_REAL residual = delta - s * root;
        stress += w * residual * residual;
        total += w * s;
        squares[j] = w * delta * root;
    }
    sums[0] += (double)stress;
    sums[1] += (double)total;
}

/* For the rows i.. and coordinate after coordinate, f_ij (x_i - x_j) is added to row i
   and taken from row j. */
SKMNN_INLINE void SKMNN_NAME(majorization_moves)(
    ptrdiff_t n, ptrdiff_t i, ptrdiff_t first, ptrdiff_t width,
    const SKMNN_REAL *factors, const SKMNN_REAL *places, double *moved)
{
    const SKMNN_REAL *f0 = factors, *f1 = f0 + MAJORIZATION_COLUMNS;
    const SKMNN_REAL *f2 = f1 + MAJORIZATION_COLUMNS, *f3 = f2 + MAJORIZATION_COLUMNS;
    const SKMNN_REAL *xs = places + first;
    /* past the last row the factors are zero */
    const ptrdiff_t last = n - 1, i1 = i + 1 < n ? i + 1 : last;
    const ptrdiff_t i2 = i + 2 < n ? i + 2 : last, i3 = i + 3 < n ? i + 3 : last;
    const SKMNN_REAL x0 = places[i], x1 = places[i1], x2 = places[i2], x3 = places[i3];
    SKMNN_REAL m0 = 0, m1 = 0, m2 = 0, m3 = 0;
    double *moves = moved + first;
#pragma omp simd reduction(+ : m0, m1, m2, m3)
    for (ptrdiff_t j = 0; j < width; j++) {
        const SKMNN_REAL x = xs[j];
        const SKMNN_REAL p0 = f0[j] * (x0 - x), p1 = f1[j] * (x1 - x);
        const SKMNN_REAL p2 = f2[j] * (x2 - x), p3 = f3[j] * (x3 - x);
        m0 += p0;
        m1 += p1;
        m2 += p2;
        m3 += p3;
        moves[j] -= (double)((p0 + p1) + (p2 + p3));
    }
    moved[i] += (double)m0;
    moved[i1] += (double)m1;
    moved[i2] += (double)m2;
    moved[i3] += (double)m3;
}

/* Asks for the span that is read a group of rows later. */
SKMNN_INLINE void SKMNN_NAME(majorization_ask)(ptrdiff_t width, const SKMNN_REAL *row)
{
    const ptrdiff_t line = 64 / sizeof(SKMNN_REAL);
    for (ptrdiff_t j = 0; j < width; j += line)
        MAJORIZATION_PREFETCH(row + j);
}

/* Adds what the rows i0 <= i < i1 and all columns j > i contribute. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(majorization_tile)(
    ptrdiff_t d, ptrdiff_t n, ptrdiff_t i0, ptrdiff_t i1, const SKMNN_REAL *disparities,
    const SKMNN_REAL *weights, const SKMNN_REAL *places, double *moved, double *sums)
{
    SKMNN_REAL factors[MAJORIZATION_ROWS * MAJORIZATION_COLUMNS];
    for (ptrdiff_t first = i0; first < n; first += MAJORIZATION_COLUMNS) {
        const ptrdiff_t width = majorization_width(n - first);
        for (ptrdiff_t i = i0; i < i1; i += MAJORIZATION_ROWS) {
            for (ptrdiff_t r = 0; r < MAJORIZATION_ROWS; r++) {
                SKMNN_REAL *f = factors + r * MAJORIZATION_COLUMNS;
                ptrdiff_t skip = i + r + 1 - first;
                skip = i + r >= i1 || skip > width ? width : skip < 0 ? 0 : skip;
                const ptrdiff_t row = (i + r) * n + first, start = row + skip;
                for (ptrdiff_t j = 0; j < skip; j++)
                    f[j] = 0;
                if (skip == width)
                    continue;
                if (n >= MAJORIZATION_MANY && i + r + MAJORIZATION_ROWS < i1) {
                    const ptrdiff_t later = row + MAJORIZATION_ROWS * n;
                    SKMNN_NAME(majorization_ask)(width, disparities + later);
                    if (weights)
                        SKMNN_NAME(majorization_ask)(width, weights + later);
                }
                SKMNN_NAME(majorization_squares)(
                    d, n, places, i + r, first + skip, width - skip, f + skip);
                if (weights)
                    SKMNN_NAME(majorization_factors)(
                        1, width - skip, disparities + start, weights + start, f + skip,
                        sums);
                else if (sizeof(SKMNN_REAL) == sizeof(double) && MAJORIZATION_HAS_TABLE)
                    majorization_by_table(
                        width - skip, (const double *)(disparities + start),
                        (double *)(f + skip), sums);
                else
                    SKMNN_NAME(majorization_factors)(
                        0, width - skip, disparities + start, NULL, f + skip, sums);
            }
            for (ptrdiff_t k = 0; k < d; k++)
                SKMNN_NAME(majorization_moves)(
                    n, i, first, width, factors, places + k * n, moved + k * n);
        }
    }
}

/* Adds w (delta - e)^2 of the pairs (i, j > i) to point i and to point j. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(majorization_stresses)(
    ptrdiff_t d, ptrdiff_t n, ptrdiff_t i, const SKMNN_REAL *disparities,
    const SKMNN_REAL *weights, const SKMNN_REAL *places, double *stresses)
{
    SKMNN_REAL squares[MAJORIZATION_COLUMNS];
    for (ptrdiff_t first = i + 1; first < n; first += MAJORIZATION_COLUMNS) {
        const ptrdiff_t width = majorization_width(n - first);
        const SKMNN_REAL *row = disparities + i * n + first;
        const SKMNN_REAL *row_weights = weights ? weights + i * n + first : NULL;
        double *others = stresses + first, stress = 0;
        SKMNN_NAME(majorization_squares)(d, n, places, i, first, width, squares);
#pragma omp simd reduction(+ : stress)
        for (ptrdiff_t j = 0; j < width; j++) {
            const double w = row_weights ? (double)row_weights[j] : 1;
            const double delta = w > 0 ? (double)row[j] : 0;
            const SKMNN_REAL s = squares[j];
            const SKMNN_REAL e = s * SKMNN_NAME(reciprocal_root)(s);
            const double residual = delta - (double)e;
            const double term = w * residual * residual;
            others[j] += term;
            stress += term;
        }
        stresses[i] += stress;
    }
}

/* distances[j] = |x_i - x_j| for all j > i. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(majorization_distances)(
    ptrdiff_t d, ptrdiff_t n, ptrdiff_t i, const SKMNN_REAL *places,
    SKMNN_REAL *distances)
{
    SKMNN_REAL squares[MAJORIZATION_COLUMNS];
    for (ptrdiff_t first = i + 1; first < n; first += MAJORIZATION_COLUMNS) {
        const ptrdiff_t width = majorization_width(n - first);
        SKMNN_NAME(majorization_squares)(d, n, places, i, first, width, squares);
#pragma omp simd
        for (ptrdiff_t j = 0; j < width; j++)
            distances[first + j] = squares[j] * SKMNN_NAME(reciprocal_root)(squares[j]);
    }
}
