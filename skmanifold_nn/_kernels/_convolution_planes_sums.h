/* Included by _convolution_planes.h after _convolution_planes_lanes.h: gradients of the
   weights. */

/* Sums over the places of a strip of products of taps and gradients, lane by lane. */
SKMNN_INLINE void SKMNN_NAME(planes_products)(
    const int taps, const int block, int64_t strip, const SKMNN_REAL *const *from,
    const SKMNN_REAL *dy, SKMNN_REAL *sums)
{
    enum { line = SKMNN_NAME(PLANES_LINE) };
    SKMNN_REAL acc[PLANES_TAPS][PLANES_BLOCK][line];
    PLANES_UNROLL
    for (int t = 0; t < taps; t++)
        PLANES_UNROLL
        for (int f = 0; f < block; f++)
#pragma omp simd
            for (int l = 0; l < line; l++)
                acc[t][f][l] = sums[(t * PLANES_BLOCK + f) * line + l];
    for (int64_t p = 0; p < strip; p += line) {
        const SKMNN_REAL *g = dy + p / (2 * line) * (2 * line) * PLANES_BLOCK
                              + p % (2 * line);
        PLANES_UNROLL
        for (int t = 0; t < taps; t++)
            PLANES_UNROLL
            for (int f = 0; f < block; f++)
#pragma omp simd
                for (int l = 0; l < line; l++)
                    acc[t][f][l] += from[t][p + l] * g[f * 2 * line + l];
    }
    PLANES_UNROLL
    for (int t = 0; t < taps; t++)
        PLANES_UNROLL
        for (int f = 0; f < block; f++)
#pragma omp simd
            for (int l = 0; l < line; l++)
                sums[(t * PLANES_BLOCK + f) * line + l] = acc[t][f][l];
}

/* All taps of a strip, some at a time; those behind the last mean nothing. */
SKMNN_INLINE void SKMNN_NAME(planes_taps)(
    const int taps, const int block, const window_geometry *g, const planes_sizes *s,
    int64_t strip, const SKMNN_REAL *planes, const SKMNN_REAL *dy, SKMNN_REAL *sums)
{
    const ptrdiff_t size = PLANES_BLOCK * SKMNN_NAME(PLANES_LINE);
    for (int64_t t = 0; t < s->terms; t += taps) {
        const SKMNN_REAL *from[PLANES_TAPS];
        for (int u = 0; u < taps; u++) {
            const int64_t k = t + u < s->terms ? t + u : 0;
            const int64_t place = k / g->channels;
            from[u] = planes + k % g->channels * s->plane
                      + place / g->kernel_width * g->dilation_height * s->width
                      + place % g->kernel_width * g->dilation_width;
        }
        SKMNN_NAME(planes_products)(taps, block, strip, from, dy, sums + t * size);
    }
}

SKMNN_INLINE void SKMNN_NAME(planes_weights)(
    const int taps, const int block, const window_geometry *g, int64_t n_rows,
    int64_t filters, const SKMNN_REAL *x, const SKMNN_REAL *dy, SKMNN_REAL *planes,
    SKMNN_REAL *dw)
{
    enum { line = SKMNN_NAME(PLANES_LINE), wide = 2 * line };
    const planes_sizes s = planes_of(g);
    const int64_t n_in = g->height * g->width * g->channels;
    const int64_t n_out = g->out_height * g->out_width * filters;
    SKMNN_REAL rows[PLANES_BLOCK * wide];
    SKMNN_REAL *turned = planes + g->channels * s.plane;
    SKMNN_REAL *sums = turned + PLANES_BLOCK * s.strip;
    memset(sums, 0, (s.terms + PLANES_TAPS) * PLANES_BLOCK * line * sizeof(SKMNN_REAL));
    for (int64_t row = 0; row < n_rows; row++, x += n_in, dy += n_out)
        for (int64_t first = 0; first < s.places; first += s.strip) {
            const int64_t left = s.places - first;
            const int64_t n_places = left < s.strip ? left : s.strip;
            int64_t p = 0;
            SKMNN_NAME(planes_fill)(g, &s, first, s.plane, x, planes);
            for (; p < n_places; p += wide) {
                SKMNN_REAL *to = turned + p * PLANES_BLOCK;
                SKMNN_NAME(planes_rows)(1, g, &s, first + p, filters, rows, dy, NULL);
                SKMNN_NAME(planes_turn_back)(rows, to);
            }
            SKMNN_NAME(planes_taps)(taps, block, g, &s, p, planes, turned, sums);
        }
    for (int64_t t = 0; t < s.terms; t++)
        for (int64_t f = 0; f < filters; f++) {
            SKMNN_REAL total = 0;
            for (int l = 0; l < line; l++)
                total += sums[(t * PLANES_BLOCK + f) * line + l];
            dw[t * filters + f] += total;
        }
}

/* dw += gradients of all weights. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(planes_collect)(
    const window_geometry *g, int64_t n_rows, int64_t filters, const SKMNN_REAL *x,
    const SKMNN_REAL *dy, SKMNN_REAL *scratch, SKMNN_REAL *dw)
{
    if (!PLANES_MANY)
        SKMNN_NAME(planes_weights)(1, 8, g, n_rows, filters, x, dy, scratch, dw);
    else if (filters > 6)
        SKMNN_NAME(planes_weights)(3, 8, g, n_rows, filters, x, dy, scratch, dw);
    else
        SKMNN_NAME(planes_weights)(4, 6, g, n_rows, filters, x, dy, scratch, dw);
}
