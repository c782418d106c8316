/* Included by _normalization.h once for each of double and float: normalisation of
   columns by the statistics of a batch [Ioffe and Szegedy, 2015]. */

/* What is needed of a span of columns, repeated for the columns of folded rows. */
struct SKMNN_NAME(span) {
    ptrdiff_t first, width, fold;
    SKMNN_REAL from[NORMALIZATION_SPAN], slope[NORMALIZATION_SPAN];
    SKMNN_REAL base[NORMALIZATION_SPAN], factor[NORMALIZATION_SPAN];
};

SKMNN_INLINE void SKMNN_NAME(repeat)(const struct SKMNN_NAME(span) *s, SKMNN_REAL *v)
{
    for (ptrdiff_t k = s->width; k < s->width * s->fold; k++)
        v[k] = v[k - s->width];
}

/* y = (x - from) slope + base of rows `row` elements apart. */
SKMNN_INLINE void SKMNN_NAME(scale_rows)(
    ptrdiff_t n_rows, ptrdiff_t row, ptrdiff_t width, const struct SKMNN_NAME(span) *s,
    const SKMNN_REAL *x, SKMNN_REAL *y)
{
    for (ptrdiff_t r = 0; r < n_rows; r++, x += row, y += row)
#pragma omp simd
        for (ptrdiff_t k = 0; k < width; k++)
            y[k] = (x[k] - s->from[k]) * s->slope[k] + s->base[k];
}

/* dx = (dy - base) slope - (x - from) factor, or dx plus that. */
SKMNN_INLINE void SKMNN_NAME(scale_rows_back)(
    const int add, ptrdiff_t n_rows, ptrdiff_t row, ptrdiff_t width,
    const struct SKMNN_NAME(span) *s, const SKMNN_REAL *x, const SKMNN_REAL *dy,
    SKMNN_REAL *dx)
{
    for (ptrdiff_t r = 0; r < n_rows; r++, x += row, dy += row, dx += row)
#pragma omp simd
        for (ptrdiff_t k = 0; k < width; k++) {
            const SKMNN_REAL d = (dy[k] - s->base[k]) * s->slope[k]
                - (x[k] - s->from[k]) * s->factor[k];
            dx[k] = add ? dx[k] + d : d;
        }
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(scale_span)(
    ptrdiff_t n_rows, ptrdiff_t channels, const struct SKMNN_NAME(span) *s,
    const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const ptrdiff_t rest = n_rows % s->fold, done = (n_rows - rest) * channels;
    x += s->first;
    y += s->first;
    SKMNN_NAME(scale_rows)(
        n_rows / s->fold, channels * s->fold, s->width * s->fold, s, x, y);
    SKMNN_NAME(scale_rows)(rest, channels, s->width, s, x + done, y + done);
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(scale_span_back)(
    ptrdiff_t n_rows, ptrdiff_t channels, const struct SKMNN_NAME(span) *s,
    const SKMNN_REAL *x, const SKMNN_REAL *dy, int add, SKMNN_REAL *dx)
{
    const ptrdiff_t rest = n_rows % s->fold, done = (n_rows - rest) * channels;
    const ptrdiff_t n = n_rows / s->fold, row = channels * s->fold;
    x += s->first;
    dy += s->first;
    dx += s->first;
    if (add) {
        SKMNN_NAME(scale_rows_back)(1, n, row, s->width * s->fold, s, x, dy, dx);
        SKMNN_NAME(scale_rows_back)(
            1, rest, channels, s->width, s, x + done, dy + done, dx + done);
    } else {
        SKMNN_NAME(scale_rows_back)(0, n, row, s->width * s->fold, s, x, dy, dx);
        SKMNN_NAME(scale_rows_back)(
            0, rest, channels, s->width, s, x + done, dy + done, dx + done);
    }
}

/* Adds up a span's columns of a part: `sums` are the means and behind them the summed
   squared deviations, of channels each. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(batch_part_forward)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *x, double *sums)
{
    double means[NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES)];
    double spreads[NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES)];
    const ptrdiff_t fold = normalization_fold(n_rows, channels);
    ptrdiff_t first;
    for (ptrdiff_t i = 0; (first = normalization_span(i, channels)) < channels; i++) {
        const ptrdiff_t width = normalization_span(i + 1, channels) - first;
        const struct SKMNN_NAME(columns) columns
            = {n_rows, channels, width, x + first, NULL, NULL};
        SKMNN_NAME(column_statistics)(fold, &columns, means, spreads);
        memcpy(sums + first, means, (size_t)width * sizeof *sums);
        memcpy(sums + channels + first, spreads, (size_t)width * sizeof *sums);
    }
}

/* What normalises, (from, inverse, rest), from the united statistics of n_rows rows;
   the running ones are moved on. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(batch_statistics)(
    ptrdiff_t n_rows, ptrdiff_t channels, double epsilon, double momentum,
    const double *sums, SKMNN_REAL *running, SKMNN_REAL *kept)
{
    const double n = (double)n_rows, freedom = n_rows > 1 ? n - 1 : 1;
#pragma omp simd
    for (ptrdiff_t k = 0; k < channels; k++) {
        const double mean = sums[k], sum = sums[channels + k];
        const double spread = sum < 0 ? 0 : sum; /* NaN stays */
        const double inverse = 1 / sqrt(spread / n + epsilon);
        kept[k] = (SKMNN_REAL)mean;
        kept[channels + k] = (SKMNN_REAL)inverse;
        kept[2 * channels + k] = (SKMNN_REAL)((mean - (double)kept[k]) * inverse);
        running[k] = (SKMNN_REAL)((1 - momentum) * (double)running[k] + momentum * mean);
        running[channels + k] = (SKMNN_REAL)(
            (1 - momentum) * (double)running[channels + k]
            + momentum * (spread / freedom));
    }
}

/* The same from the running statistics alone. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(batch_running)(
    ptrdiff_t channels, double epsilon, const SKMNN_REAL *running, SKMNN_REAL *kept)
{
#pragma omp simd
    for (ptrdiff_t k = 0; k < channels; k++) {
        kept[k] = running[k];
        kept[channels + k]
            = (SKMNN_REAL)(1 / sqrt((double)running[channels + k] + epsilon));
        kept[2 * channels + k] = 0;
    }
}

/* y = scale ((x - from) inverse - rest) + offset; `parameters` are scale and offset, or
   NULL. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(batch_norm_forward)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *parameters,
    const SKMNN_REAL *kept, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    struct SKMNN_NAME(span) s;
    s.fold = normalization_fold(n_rows, channels);
    for (ptrdiff_t i = 0; (s.first = normalization_span(i, channels)) < channels; i++) {
        s.width = normalization_span(i + 1, channels) - s.first;
#pragma omp simd
        for (ptrdiff_t k = 0; k < s.width; k++) {
            const ptrdiff_t at = s.first + k;
            const SKMNN_REAL scale = parameters ? parameters[at] : 1;
            const SKMNN_REAL offset = parameters ? parameters[channels + at] : 0;
            s.from[k] = kept[at];
            s.slope[k] = scale * kept[channels + at];
            s.base[k] = offset - scale * kept[2 * channels + at];
        }
        SKMNN_NAME(repeat)(&s, s.from);
        SKMNN_NAME(repeat)(&s, s.slope);
        SKMNN_NAME(repeat)(&s, s.base);
        SKMNN_NAME(scale_span)(n_rows, channels, &s, x, y);
    }
}

/* Sums of dy and of dy z, with z the normalised values: of a part, `totals` of channels
   each. They are added to the gradients of offset and scale. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(batch_part_backward)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *kept, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, SKMNN_REAL *d_parameters, double *totals)
{
    double sums[NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES)];
    double products[NORMALIZATION_SPAN + SKMNN_NAME(COLUMN_LANES)];
    struct SKMNN_NAME(span) s;
    s.fold = normalization_fold(n_rows, channels);
    for (ptrdiff_t i = 0; (s.first = normalization_span(i, channels)) < channels; i++) {
        s.width = normalization_span(i + 1, channels) - s.first;
        const struct SKMNN_NAME(columns) columns
            = {n_rows, channels, s.width, x + s.first, dy + s.first, s.from};
        memcpy(s.from, kept + s.first, (size_t)s.width * sizeof *s.from);
        SKMNN_NAME(repeat)(&s, s.from);
        SKMNN_NAME(column_products)(s.fold, &columns, sums, products);
        for (ptrdiff_t k = 0; k < s.width; k++) {
            const ptrdiff_t at = s.first + k;
            const double inverse = kept[channels + at], rest = kept[2 * channels + at];
            totals[at] = sums[k];
            totals[channels + at] = products[k] * inverse - sums[k] * rest;
            if (d_parameters) {
                d_parameters[at] += (SKMNN_REAL)totals[channels + at];
                d_parameters[channels + at] += (SKMNN_REAL)sums[k];
            }
        }
    }
}

/* With <> means over the minibatch, dx = scale inverse (dy - <dy> - z <dy z>) where the
   statistics are the minibatch's; `totals` are NULL where they are constants. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(batch_norm_backward)(
    ptrdiff_t n_rows, ptrdiff_t channels, const SKMNN_REAL *parameters,
    const SKMNN_REAL *kept, const double *totals, double share, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, int add, SKMNN_REAL *dx)
{
    struct SKMNN_NAME(span) s;
    s.fold = normalization_fold(n_rows, channels);
    for (ptrdiff_t i = 0; (s.first = normalization_span(i, channels)) < channels; i++) {
        s.width = normalization_span(i + 1, channels) - s.first;
#pragma omp simd
        for (ptrdiff_t k = 0; k < s.width; k++) {
            const ptrdiff_t at = s.first + k;
            const double inverse = kept[channels + at], rest = kept[2 * channels + at];
            const double slope = (parameters ? parameters[at] : 1) * inverse;
            const double sum = totals ? totals[at] * share : 0;
            const double product = totals ? totals[channels + at] * share : 0;
            s.from[k] = kept[at];
            s.slope[k] = (SKMNN_REAL)slope;
            s.factor[k] = (SKMNN_REAL)(slope * inverse * product);
            s.base[k] = (SKMNN_REAL)(sum - rest * product);
        }
        SKMNN_NAME(repeat)(&s, s.from);
        SKMNN_NAME(repeat)(&s, s.slope);
        SKMNN_NAME(repeat)(&s, s.factor);
        SKMNN_NAME(repeat)(&s, s.base);
        SKMNN_NAME(scale_span_back)(n_rows, channels, &s, x, dy, add, dx);
    }
}
