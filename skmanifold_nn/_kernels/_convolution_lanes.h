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

/* Rows of taps of `n` channels from x on, for `n_positions` positions. Written from the
   front to the back, as copies overlap what follows them. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(window_gather)(
    const window_geometry *g, int64_t first, int64_t n_positions, ptrdiff_t n,
    const SKMNN_REAL *x, SKMNN_REAL *columns)
{
    const ptrdiff_t apart = g->width * g->channels, tap = n * g->kernel_width;
    const int whole = g->dilation_width == 1 && n == g->channels;
    window_place at = window_at(g, first);
    for (; n_positions > 0; n_positions--, window_next(g, &at)) {
        const window_taps rows = window_rows(g, at.line);
        const window_taps cols = window_columns(g, at.column);
        SKMNN_NAME(window_clear)(rows.first * tap, columns);
        columns += rows.first * tap;
        for (int64_t i = rows.first; i < rows.stop; i++) {
            const SKMNN_REAL *from =
                x + (at.sample * g->height + rows.start + i * g->dilation_height) * apart
                + cols.start * g->channels;
            SKMNN_NAME(window_clear)(cols.first * n, columns);
            if (whole)
                SKMNN_NAME(window_copy)((cols.stop - cols.first) * n,
                                        from + cols.first * n, columns + cols.first * n);
            else
                for (int64_t j = cols.first; j < cols.stop; j++)
                    SKMNN_NAME(window_copy)(
                        n, from + j * g->dilation_width * g->channels, columns + j * n);
            SKMNN_NAME(window_clear)(tap - cols.stop * n, columns + cols.stop * n);
            columns += tap;
        }
        SKMNN_NAME(window_clear)((g->kernel_height - rows.stop) * tap, columns);
        columns += (g->kernel_height - rows.stop) * tap;
    }
}

SKMNN_INLINE void SKMNN_NAME(window_add)(
    ptrdiff_t n, const SKMNN_REAL *x, SKMNN_REAL *y)
{
#pragma omp simd
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] += x[i];
}

/* The adjoint: rows of taps are added to x. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(window_scatter)(
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
