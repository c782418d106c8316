/* Included by _convolution.h once for each of double and float. */

/* y = x by whole lanes: up to WINDOW_SLACK elements behind are written too. */
SKMNN_INLINE void SKMNN_NAME(window_copy)(
    ptrdiff_t n, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    for (ptrdiff_t i = 0; i < n; i += WINDOW_SLACK)
        memcpy(y + i, x + i, WINDOW_SLACK * sizeof(SKMNN_REAL));
}

SKMNN_INLINE void SKMNN_NAME(window_clear)(ptrdiff_t n, SKMNN_REAL *y)
{
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = 0;
}

/* The row of taps of a window inside of the input: `height` lines from x on, `width` runs
   of n elements each. */
SKMNN_INLINE void SKMNN_NAME(window_rows_of)(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t n, ptrdiff_t line, ptrdiff_t column,
    const SKMNN_REAL *x, SKMNN_REAL *columns)
{
    if (width == 1 && n <= WINDOW_SLACK)
        for (ptrdiff_t i = 0; i < height; i++, columns += n)
            memcpy(columns, x + i * line, WINDOW_SLACK * sizeof(SKMNN_REAL));
    else
        for (ptrdiff_t i = 0; i < height; i++)
            for (ptrdiff_t j = 0; j < width; j++, columns += n)
                SKMNN_NAME(window_copy)(n, x + i * line + j * column, columns);
}

/* The same where some taps are padding. */
SKMNN_INLINE void SKMNN_NAME(window_row_at_edge)(
    const window_geometry *g, window_taps rows, window_taps cols, ptrdiff_t n,
    const SKMNN_REAL *x, SKMNN_REAL *columns)
{
    const ptrdiff_t tap = n * g->kernel_width;
    SKMNN_NAME(window_clear)(rows.first * tap, columns);
    columns += rows.first * tap;
    for (int64_t i = rows.first; i < rows.stop; i++, columns += tap) {
        const SKMNN_REAL *from =
            x + ((rows.start + i * g->dilation_height) * g->width + cols.start)
            * g->channels;
        SKMNN_NAME(window_clear)(cols.first * n, columns);
        for (int64_t j = cols.first; j < cols.stop; j++)
            SKMNN_NAME(window_copy)(
                n, from + j * g->dilation_width * g->channels, columns + j * n);
        SKMNN_NAME(window_clear)(tap - cols.stop * n, columns + cols.stop * n);
    }
    SKMNN_NAME(window_clear)((g->kernel_height - rows.stop) * tap, columns);
}

/* Rows of taps of `n` channels from x on, for `n_positions` positions. Written from the
   front to the back, as copies overlap what follows them. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(window_gather)(
    const window_geometry *g, int64_t first, int64_t n_positions, ptrdiff_t n,
    const SKMNN_REAL *x, SKMNN_REAL *columns)
{
    const int whole = g->dilation_width == 1 && n == g->channels;
    const ptrdiff_t size = g->kernel_height * g->kernel_width * n;
    const ptrdiff_t line = g->dilation_height * g->width * g->channels;
    const ptrdiff_t width = whole ? 1 : g->kernel_width;
    const ptrdiff_t run = whole ? g->kernel_width * n : n;
    const int64_t extent = (g->kernel_width - 1) * g->dilation_width + 1;
    window_place at = window_at(g, first);
    while (n_positions > 0) {
        const window_taps rows = window_rows(g, at.line);
        const int inside = rows.first == 0 && rows.stop == g->kernel_height;
        const SKMNN_REAL *sample = x + at.sample * g->height * g->width * g->channels;
        const SKMNN_REAL *from = sample + rows.start * g->width * g->channels;
        const int64_t left = g->out_width - at.column;
        const int64_t stop = at.column + (left < n_positions ? left : n_positions);
        n_positions -= stop - at.column;
        for (; at.column < stop; at.column++, columns += size) {
            const int64_t start = at.column * g->stride_width - g->pad_left;
            if (inside && start >= 0 && start + extent <= g->width)
                SKMNN_NAME(window_rows_of)(
                    g->kernel_height, width, run, line,
                    g->dilation_width * g->channels, from + start * g->channels,
                    columns);
            else
                SKMNN_NAME(window_row_at_edge)(
                    g, rows, window_columns(g, at.column), n, sample, columns);
        }
        at.column--;
        window_next(g, &at);
    }
}

SKMNN_INLINE void SKMNN_NAME(window_add)(
    ptrdiff_t n, const SKMNN_REAL *x, SKMNN_REAL *y)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] += x[i];
}

/* The adjoint, window by window: rows of taps are added to x. */
SKMNN_INLINE void SKMNN_NAME(window_spread)(
    const window_geometry *g, int64_t first, int64_t n_positions, ptrdiff_t n,
    const SKMNN_REAL *columns, SKMNN_REAL *x)
{
    const ptrdiff_t apart = g->width * g->channels, tap = n * g->kernel_width;
    const int whole = g->dilation_width == 1 && n == g->channels;
    window_place at = window_at(g, first);
    for (; n_positions > 0; n_positions--, window_next(g, &at)) {
        const window_taps rows = window_rows(g, at.line);
        const window_taps cols = window_columns(g, at.column);
        for (int64_t i = rows.first; i < rows.stop; i++) {
            const SKMNN_REAL *from = columns + i * tap;
            SKMNN_REAL *to =
                x + (at.sample * g->height + rows.start + i * g->dilation_height) * apart
                + cols.start * g->channels;
            if (whole)
                SKMNN_NAME(window_add)((cols.stop - cols.first) * n,
                                       from + cols.first * n, to + cols.first * n);
            else
                for (int64_t j = cols.first; j < cols.stop; j++)
                    SKMNN_NAME(window_add)(
                        n, from + j * n, to + j * g->dilation_width * g->channels);
        }
        columns += g->kernel_height * tap;
    }
}

/* `own` of the lanes of places start .. stop - 1 of a line get what the windows at
   `begin` .. `end` - 1 have for them. A place is read before the lanes of the one before
   are written, so that no load waits for a store. */
SKMNN_INLINE void SKMNN_NAME(window_line)(
    ptrdiff_t own, const window_geometry *g, int64_t start, int64_t stop, int64_t begin,
    int64_t end, ptrdiff_t n, ptrdiff_t size, const SKMNN_REAL *columns, SKMNN_REAL *x)
{
    const ptrdiff_t c = g->channels;
    SKMNN_REAL before[WINDOW_SLACK], sum[WINDOW_SLACK];
    memcpy(before, x + start * c, sizeof(before));
    for (int64_t q = start; q < stop; q++) {
        const int64_t at = q + g->pad_left; /* tap j is that of the window at - j */
        const int64_t low = at - end + 1 > 0 ? at - end + 1 : 0;
        const int64_t high =
            at - begin < g->kernel_width ? at - begin + 1 : g->kernel_width;
        const SKMNN_REAL *tap = columns + (at - low - begin) * size + low * n;
        SKMNN_REAL total[WINDOW_SLACK] = {0};
        for (int64_t j = low; j < high; j++, tap += n - size)
#pragma omp simd
            for (int l = 0; l < WINDOW_SLACK; l++)
                total[l] += tap[l];
#pragma omp simd
        for (int l = 0; l < WINDOW_SLACK; l++)
            sum[l] = before[l] + (l < own ? total[l] : 0);
        if (q + 1 < stop)
            memcpy(before, x + (q + 1) * c, sizeof(before));
        memcpy(x + q * c, sum, sizeof(sum));
    }
}

/* The same where windows are next to each other, and channels few: what a place gets
   from a line of windows is summed before it is added. */
SKMNN_INLINE void SKMNN_NAME(window_collect)(
    const window_geometry *g, int64_t first, int64_t n_positions, ptrdiff_t n,
    const SKMNN_REAL *columns, SKMNN_REAL *x)
{
    const ptrdiff_t size = g->kernel_height * g->kernel_width * n;
    window_place at = window_at(g, first);
    while (n_positions > 0) {
        const int64_t left = g->out_width - at.column;
        const int64_t end = at.column + (left < n_positions ? left : n_positions);
        const int64_t start = at.column > g->pad_left ? at.column - g->pad_left : 0;
        const int64_t last = end - 1 - g->pad_left + g->kernel_width;
        const int64_t stop = last < g->width ? last : g->width;
        const window_taps rows = window_rows(g, at.line);
        for (int64_t i = rows.first; i < rows.stop; i++) {
            const int64_t line =
                at.sample * g->height + rows.start + i * g->dilation_height;
            const SKMNN_REAL *taps = columns + i * g->kernel_width * n;
            SKMNN_REAL *to = x + line * g->width * g->channels;
            for (ptrdiff_t k = 0; k < n; k += WINDOW_SLACK)
                SKMNN_NAME(window_line)(n - k, g, start, stop, at.column, end, n, size,
                                        taps + k, to + k);
        }
        columns += (end - at.column) * size;
        n_positions -= end - at.column;
        at.column = end - 1;
        window_next(g, &at);
    }
}

/* The adjoint: rows of taps are added to x. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(window_scatter)(
    const window_geometry *g, int64_t first, int64_t n_positions, ptrdiff_t n,
    const SKMNN_REAL *columns, SKMNN_REAL *x)
{
    if (g->stride_width == 1 && g->dilation_width == 1 && 2 * n >= WINDOW_SLACK &&
        n < 2 * WINDOW_SLACK)
        SKMNN_NAME(window_collect)(g, first, n_positions, n, columns, x);
    else
        SKMNN_NAME(window_spread)(g, first, n_positions, n, columns, x);
}
