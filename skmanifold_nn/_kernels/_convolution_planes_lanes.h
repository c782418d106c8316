/* Included by _convolution_planes.h once for each of double and float. */

enum {
    SKMNN_NAME(PLANES_WIDE) = PLANES_BYTES / sizeof(SKMNN_REAL),
    SKMNN_NAME(PLANES_LINE) = PLANES_BYTES / sizeof(SKMNN_REAL) / 2,
};

/* Places first .. first + n - 1 of the padded planes of a sample. */
SKMNN_INLINE void SKMNN_NAME(planes_fill)(
    const window_geometry *g, const planes_sizes *s, int64_t first, int64_t n,
    const SKMNN_REAL *x, SKMNN_REAL *planes)
{
    const int64_t c = g->channels;
    for (int64_t p = 0; p < n;) {
        const int64_t line = (first + p) / s->width - g->pad_top;
        const int64_t from = (first + p) % s->width - g->pad_left;
        const int64_t left = s->width - g->pad_left - from;
        const int64_t end = from + (left < n - p ? left : n - p);
        const int inside = line >= 0 && line < g->height;
        for (int64_t k = 0; k < c; k++) {
            const SKMNN_REAL *row = x + line * g->width * c + k;
            SKMNN_REAL *to = planes + k * s->plane + p;
            int64_t at = from;
            for (; at < end && (!inside || at < 0); at++)
                *to++ = 0;
            if (c == 1 && at < end && at < g->width) {
                const int64_t size = (end < g->width ? end : g->width) - at;
                memcpy(to, row + at, size * sizeof(SKMNN_REAL));
                to += size;
                at += size;
            }
            for (; at < end && at < g->width; at++)
                *to++ = row[at * c];
            for (; at < end; at++)
                *to++ = 0;
        }
        p += end - from;
    }
}

/* Filters and lanes of a block change places, as often halves as a filter has bits. */
SKMNN_INLINE void SKMNN_NAME(planes_turn)(SKMNN_REAL *x, SKMNN_REAL *y)
{
    enum { half = PLANES_BLOCK * SKMNN_NAME(PLANES_WIDE) / 2 };
    PLANES_UNROLL
    for (int bit = 1; bit < PLANES_BLOCK; bit *= 2) {
        SKMNN_REAL *other = x;
#pragma omp simd
        for (int t = 0; t < half; t++) {
            y[2 * t] = x[t];
            y[2 * t + 1] = x[t + half];
        }
        x = y;
        y = other;
    }
}

/* The other way round. */
SKMNN_INLINE void SKMNN_NAME(planes_turn_back)(SKMNN_REAL *x, SKMNN_REAL *y)
{
    enum { half = PLANES_BLOCK * SKMNN_NAME(PLANES_WIDE) / 2 };
    PLANES_UNROLL
    for (int bit = 1; bit < PLANES_BLOCK; bit *= 2) {
        SKMNN_REAL *other = x;
#pragma omp simd
        for (int t = 0; t < half; t++) {
            y[t] = x[2 * t];
            y[t + half] = x[2 * t + 1];
        }
        x = y;
        y = other;
    }
}

/* Sums over taps for `filters` and all lanes from `planes` on; filters are apart as
   lanes are. */
SKMNN_INLINE void SKMNN_NAME(planes_tile)(
    const int filters, const int lanes, const window_geometry *g,
    const planes_sizes *s, const SKMNN_REAL *w, const SKMNN_REAL *b,
    const SKMNN_REAL *planes, SKMNN_REAL *y)
{
    SKMNN_REAL acc[PLANES_BLOCK][SKMNN_NAME(PLANES_WIDE)];
    PLANES_UNROLL
    for (int f = 0; f < filters; f++)
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            acc[f][l] = b[f];
    for (int64_t i = 0; i < g->kernel_height; i++)
        for (int64_t j = 0; j < g->kernel_width; j++) {
            const SKMNN_REAL *x =
                planes + i * g->dilation_height * s->width + j * g->dilation_width;
            for (int64_t k = 0; k < g->channels; k++, w += PLANES_BLOCK) {
                PLANES_UNROLL
                for (int f = 0; f < filters; f++)
#pragma omp simd
                    for (int l = 0; l < lanes; l++)
                        acc[f][l] += w[f] * x[l];
                x += s->plane;
            }
        }
    PLANES_UNROLL
    for (int f = 0; f < filters; f++)
#pragma omp simd
        for (int l = 0; l < lanes; l++)
            y[f * SKMNN_NAME(PLANES_WIDE) + l] = acc[f][l];
}

/* The filters of n_places places next to each other; whole rows of a block are written,
   front to back, but for the last of the `left` places of the map. */
SKMNN_INLINE void SKMNN_NAME(planes_put)(
    int64_t n_places, int64_t left, int64_t filters, const SKMNN_REAL *rows,
    SKMNN_REAL *y)
{
    int64_t r = 0;
    for (; r < n_places && r < left - PLANES_BLOCK; r++)
        memcpy(y + r * filters, rows + r * PLANES_BLOCK,
               PLANES_BLOCK * sizeof(SKMNN_REAL));
    for (; r < n_places; r++)
        for (int64_t f = 0; f < filters; f++)
            y[r * filters + f] = rows[r * PLANES_BLOCK + f];
}

/* Lanes of places, from `first` on, between a block of filters, lane by lane, and the
   rows of a map: to the map, or from it with zeros between the lines. */
SKMNN_INLINE void SKMNN_NAME(planes_rows)(
    const int back, const window_geometry *g, const planes_sizes *s, int64_t first,
    int64_t filters, SKMNN_REAL *rows, const SKMNN_REAL *map, SKMNN_REAL *y)
{
    const int64_t line = first / s->width;
    int64_t column = first % s->width, left = SKMNN_NAME(PLANES_WIDE);
    int64_t place = line * g->out_width + column;
    const int64_t last = g->out_height * g->out_width;
    if (column > g->out_width)
        place = (line + 1) * g->out_width;
    while (left > 0) {
        int64_t run = g->out_width - column;
        run = run < 0 || place >= last ? 0 : run < left ? run : left;
        if (back)
            for (int64_t r = 0; r < run; r++)
                memcpy(rows + r * PLANES_BLOCK, map + (place + r) * filters,
                       PLANES_BLOCK * sizeof(SKMNN_REAL));
        else
            SKMNN_NAME(planes_put)(run, last - place, filters, rows,
                                   y + place * filters);
        rows += run * PLANES_BLOCK;
        left -= run;
        place += run;
        column += run;
        run = place >= last || s->width - column > left ? left : s->width - column;
        if (back)
            memset(rows, 0, run * PLANES_BLOCK * sizeof(SKMNN_REAL));
        rows += run * PLANES_BLOCK;
        left -= run;
        column = 0;
    }
}

/* Weights or intercepts, padded with zeros to a whole block of filters. */
SKMNN_INLINE void SKMNN_NAME(planes_pad)(
    int64_t terms, int64_t filters, const SKMNN_REAL *w, SKMNN_REAL *padded)
{
    for (int64_t t = 0; t < terms; t++)
        for (int64_t f = 0; f < PLANES_BLOCK; f++)
            padded[t * PLANES_BLOCK + f] = w && f < filters ? w[t * filters + f] : 0;
}

SKMNN_INLINE void SKMNN_NAME(planes_values)(
    const int block, const int lanes, const window_geometry *g, int64_t n_rows,
    int64_t filters, const SKMNN_REAL *w, const SKMNN_REAL *b, const SKMNN_REAL *x,
    SKMNN_REAL *y, SKMNN_REAL *planes)
{
    enum { wide = SKMNN_NAME(PLANES_WIDE) };
    const planes_sizes s = planes_of(g);
    const int64_t n_in = g->height * g->width * g->channels;
    SKMNN_REAL tile[PLANES_BLOCK * wide] = {0}, other[PLANES_BLOCK * wide];
    SKMNN_REAL *weights = planes + g->channels * s.plane, bias[PLANES_BLOCK];
    SKMNN_NAME(planes_pad)(s.terms, filters, w, weights);
    SKMNN_NAME(planes_pad)(1, filters, b, bias);
    for (int64_t row = 0; row < n_rows; row++, x += n_in)
        for (int64_t p = 0; p < s.places; p += wide) {
            const SKMNN_REAL *at = planes + p % s.strip;
            if (p % s.strip == 0)
                SKMNN_NAME(planes_fill)(g, &s, p, s.plane, x, planes);
            for (int l = 0; l < wide; l += lanes)
                SKMNN_NAME(planes_tile)(block, lanes, g, &s, weights, bias, at + l,
                                        tile + l);
            SKMNN_NAME(planes_turn)(tile, other);
            SKMNN_NAME(planes_rows)(0, g, &s, p, filters, other, NULL,
                                    y + row * g->out_height * g->out_width * filters);
        }
}

/* y = b + sums over windows; b may be NULL. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(planes_forward)(
    const window_geometry *g, int64_t n_rows, int64_t filters, const SKMNN_REAL *w,
    const SKMNN_REAL *b, const SKMNN_REAL *x, SKMNN_REAL *y, SKMNN_REAL *scratch)
{
    enum { wide = SKMNN_NAME(PLANES_WIDE) };
    if (!PLANES_MANY)
        SKMNN_NAME(planes_values)(8, wide / 2, g, n_rows, filters, w, b, x, y, scratch);
    else if (filters > 6)
        SKMNN_NAME(planes_values)(8, wide, g, n_rows, filters, w, b, x, y, scratch);
    else
        SKMNN_NAME(planes_values)(6, wide, g, n_rows, filters, w, b, x, y, scratch);
}
