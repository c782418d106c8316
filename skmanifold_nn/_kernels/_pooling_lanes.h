/* Included by _pooling.h once for each of double and float. Inner loops are over the
   channels of a place. */

/* The first of the largest of `lanes` channels' values in a window; x is its first
   place, `from` elements behind the start of the sample. */
SKMNN_INLINE void SKMNN_NAME(pooling_largest)(
    const int lanes, int64_t height, int64_t width, ptrdiff_t line, ptrdiff_t c,
    ptrdiff_t from, const SKMNN_REAL *x, SKMNN_REAL *y, SKMNN_INDEX *where)
{
    SKMNN_REAL most[2 * WINDOW_SLACK];
    SKMNN_INDEX places[2 * WINDOW_SLACK];
#pragma omp simd
    for (int k = 0; k < lanes; k++) {
        most[k] = x[k];
        places[k] = (SKMNN_INDEX)from + k;
    }
    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < width; j++) {
            const ptrdiff_t at = i * line + j * c;
            const SKMNN_INDEX place = (SKMNN_INDEX)(from + at);
#pragma omp simd
            for (int k = 0; k < lanes; k++) {
                const int larger = x[at + k] > most[k];
                places[k] = larger ? place + k : places[k];
                most[k] = larger ? x[at + k] : most[k];
            }
        }
#pragma omp simd
    for (int k = 0; k < lanes; k++) {
        y[k] = most[k];
        where[k] = places[k];
    }
}

/* All channels of a window; `left` elements of y are still to be written. */
SKMNN_INLINE void SKMNN_NAME(pooling_window)(
    int64_t height, int64_t width, ptrdiff_t line, ptrdiff_t c, ptrdiff_t from,
    ptrdiff_t left, const SKMNN_REAL *x, SKMNN_REAL *y, SKMNN_INDEX *where)
{
    enum { lanes = WINDOW_SLACK };
    ptrdiff_t k = 0;
    for (; k + 2 * lanes <= c; k += 2 * lanes)
        SKMNN_NAME(pooling_largest)(
            2 * lanes, height, width, line, c, from + k, x + k, y + k, where + k);
    for (; k < c && k + lanes <= left; k += lanes)
        SKMNN_NAME(pooling_largest)(
            lanes, height, width, line, c, from + k, x + k, y + k, where + k);
    for (; k < c; k++)
        SKMNN_NAME(pooling_largest)(
            1, height, width, line, c, from + k, x + k, y + k, where + k);
}

/* Maxima of windows, and where they are: elements from the start of their sample.
   Written from the front to the back by whole lanes, but for the last positions. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(pooling_max)(
    const window_geometry *g, int64_t n_rows, const SKMNN_REAL *x, SKMNN_REAL *y,
    SKMNN_INDEX *where)
{
    const ptrdiff_t c = g->channels, line = g->width * c;
    ptrdiff_t left = n_rows * g->out_height * g->out_width * c;
    for (int64_t l = 0; l < n_rows * g->out_height; l++) {
        const window_taps rows = window_rows(g, l % g->out_height);
        const ptrdiff_t above = (rows.start + rows.first) * line;
        const SKMNN_REAL *sample = x + l / g->out_height * g->height * line;
        for (int64_t p = 0; p < g->out_width; p++, y += c, where += c, left -= c) {
            window_taps cols = {p * g->stride_width - g->pad_left, 0, g->kernel_width};
            if (cols.start < 0 || cols.start + cols.stop > g->width)
                cols = window_columns(g, p);
            const ptrdiff_t from = above + (cols.start + cols.first) * c;
            const int64_t height = rows.stop - rows.first;
            const int64_t width = cols.stop - cols.first;
            if (height == 2 && width == 2) /* unrolled */
                SKMNN_NAME(pooling_window)(
                    2, 2, line, c, from, left, sample + from, y, where);
            else
                SKMNN_NAME(pooling_window)(
                    height, width, line, c, from, left, sample + from, y, where);
        }
    }
}

/* dx += dy where the maxima were. */
SKMNN_UNUSED static void SKMNN_NAME(pooling_give)(
    const window_geometry *g, int64_t n_rows, const SKMNN_REAL *dy,
    const SKMNN_INDEX *where, SKMNN_REAL *dx)
{
    const ptrdiff_t n_in = g->height * g->width * g->channels;
    const ptrdiff_t n_out = g->out_height * g->out_width * g->channels;
    for (int64_t row = 0; row < n_rows; row++, dx += n_in, dy += n_out, where += n_out)
        for (ptrdiff_t k = 0; k < n_out; k++)
            dx[where[k]] += dy[k];
}

/* Means (sums, if not `mean`) of the places of windows that lie in the input. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(pooling_sum)(
    const window_geometry *g, int64_t n_rows, int mean, int add, const SKMNN_REAL *x,
    SKMNN_REAL *y)
{
    const ptrdiff_t c = g->channels;
    const int64_t n_positions = n_rows * g->out_height * g->out_width;
    window_place at = window_at(g, 0);
    for (int64_t p = 0; p < n_positions; p++, window_next(g, &at), y += c) {
        const window_taps rows = window_rows(g, at.line);
        const window_taps cols = window_columns(g, at.column);
        const int64_t n = (rows.stop - rows.first) * (cols.stop - cols.first);
        const SKMNN_REAL scale = mean ? 1 / (SKMNN_REAL)n : 1;
        const SKMNN_REAL *sample = x + at.sample * g->height * g->width * c;
        if (!add)
            SKMNN_NAME(window_clear)(c, y);
        for (int64_t i = rows.first; i < rows.stop; i++)
            for (int64_t j = cols.first; j < cols.stop; j++) {
                const SKMNN_REAL *place =
                    sample + ((rows.start + i) * g->width + cols.start + j) * c;
#pragma omp simd
                for (ptrdiff_t k = 0; k < c; k++)
                    y[k] += scale * place[k];
            }
    }
}

/* The adjoint: x += y, or its share of a mean, at all places of a window. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(pooling_spread)(
    const window_geometry *g, int64_t n_rows, int mean, const SKMNN_REAL *y,
    SKMNN_REAL *x)
{
    const ptrdiff_t c = g->channels;
    const int64_t n_positions = n_rows * g->out_height * g->out_width;
    window_place at = window_at(g, 0);
    for (int64_t p = 0; p < n_positions; p++, window_next(g, &at), y += c) {
        const window_taps rows = window_rows(g, at.line);
        const window_taps cols = window_columns(g, at.column);
        const int64_t n = (rows.stop - rows.first) * (cols.stop - cols.first);
        const SKMNN_REAL scale = mean ? 1 / (SKMNN_REAL)n : 1;
        SKMNN_REAL *sample = x + at.sample * g->height * g->width * c;
        for (int64_t i = rows.first; i < rows.stop; i++)
            for (int64_t j = cols.first; j < cols.stop; j++) {
                SKMNN_REAL *place =
                    sample + ((rows.start + i) * g->width + cols.start + j) * c;
#pragma omp simd
                for (ptrdiff_t k = 0; k < c; k++)
                    place[k] += scale * y[k];
            }
    }
}

/* y = b + sum over taps of w x, channel by channel; with dx, instead dx += w y; with
   dw, dw += x y. Exactly one of the three is done. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(depthwise)(
    const window_geometry *g, int64_t n_rows, const SKMNN_REAL *w, const SKMNN_REAL *b,
    const SKMNN_REAL *x, SKMNN_REAL *y, SKMNN_REAL *dx, SKMNN_REAL *dw)
{
    const ptrdiff_t c = g->channels;
    const int64_t n_positions = n_rows * g->out_height * g->out_width;
    window_place at = window_at(g, 0);
    for (int64_t p = 0; p < n_positions; p++, window_next(g, &at), y += c) {
        const window_taps rows = window_rows(g, at.line);
        const window_taps cols = window_columns(g, at.column);
        if (!dx && !dw)
            for (ptrdiff_t k = 0; k < c; k++)
                y[k] = b ? b[k] : 0;
        for (int64_t i = rows.first; i < rows.stop; i++)
            for (int64_t j = cols.first; j < cols.stop; j++) {
                const int64_t line = at.sample * g->height + rows.start
                                     + i * g->dilation_height;
                const int64_t column = cols.start + j * g->dilation_width;
                const ptrdiff_t from = (line * g->width + column) * c;
                const ptrdiff_t tap = (i * g->kernel_width + j) * c;
                if (dx)
#pragma omp simd
                    for (ptrdiff_t k = 0; k < c; k++)
                        dx[from + k] += w[tap + k] * y[k];
                else if (dw)
#pragma omp simd
                    for (ptrdiff_t k = 0; k < c; k++)
                        dw[tap + k] += x[from + k] * y[k];
                else
#pragma omp simd
                    for (ptrdiff_t k = 0; k < c; k++)
                        y[k] += w[tap + k] * x[from + k];
            }
    }
}
