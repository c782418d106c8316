/* Included by _augmentation.h once for each of double and float. */

/* Between which places of an image with its border a place lies, and where between. */
typedef struct {
    int32_t at[AUGMENT_LANES]; /* the place above and left */
    SKMNN_REAL down[AUGMENT_LANES], right[AUGMENT_LANES];
} SKMNN_NAME(augment_places);

/* Of AUGMENT_LANES columns from (y, x) on. Those that are outside move to the border,
   which is zero, or to the edge. */
SKMNN_INLINE void SKMNN_NAME(augment_locate)(
    const augment_geometry *g, SKMNN_REAL y, SKMNN_REAL y_column, SKMNN_REAL x,
    SKMNN_REAL x_column, SKMNN_NAME(augment_places) *p)
{
    const SKMNN_REAL least = g->nearest ? 1 : 0;
    const SKMNN_REAL bottom = (SKMNN_REAL)(g->nearest ? g->height : g->height + 1);
    const SKMNN_REAL end = (SKMNN_REAL)(g->nearest ? g->width : g->width + 1);
    const int32_t stride = (int32_t)(g->width + AUGMENT_BORDER);
#pragma omp simd
    for (int l = 0; l < AUGMENT_LANES; l++) {
        SKMNN_REAL v = y + (SKMNN_REAL)l * y_column + 1;
        SKMNN_REAL h = x + (SKMNN_REAL)l * x_column + 1;
        v = v > least ? v : least;
        v = v < bottom ? v : bottom;
        h = h > least ? h : least;
        h = h < end ? h : end;
        const int32_t line = (int32_t)v, column = (int32_t)h;
        p->at[l] = line * stride + column;
        p->down[l] = v - (SKMNN_REAL)line;
        p->right[l] = h - (SKMNN_REAL)column;
    }
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(augment_between)(
    SKMNN_REAL a, SKMNN_REAL b, SKMNN_REAL share)
{
    return a + share * (b - a);
}

/* Values of a place from those around it: `line` and `n` elements on. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(augment_blend)(
    const SKMNN_REAL *x, ptrdiff_t n, ptrdiff_t line, SKMNN_REAL down,
    SKMNN_REAL right)
{
    return SKMNN_NAME(augment_between)(
        SKMNN_NAME(augment_between)(x[0], x[n], right),
        SKMNN_NAME(augment_between)(x[line], x[line + n], right), down);
}

SKMNN_INLINE void SKMNN_NAME(augment_lines)(
    const augment_geometry *g, const augment_map *map, const ptrdiff_t n,
    const SKMNN_REAL *x, SKMNN_REAL *out)
{
    const ptrdiff_t line = (g->width + AUGMENT_BORDER) * n;
    SKMNN_NAME(augment_places) p;
    SKMNN_REAL values[AUGMENT_LANES];
    for (int64_t i = 0; i < g->height; i++)
        for (int64_t j = 0; j < g->width; j += AUGMENT_LANES) {
            const double di = (double)i, dj = (double)j;
            const ptrdiff_t left = g->width - j;
            const ptrdiff_t count = left < AUGMENT_LANES ? left : AUGMENT_LANES;
            SKMNN_NAME(augment_locate)(
                g, (SKMNN_REAL)(map->y + di * map->y_line + dj * map->y_column),
                (SKMNN_REAL)map->y_column,
                (SKMNN_REAL)(map->x + di * map->x_line + dj * map->x_column),
                (SKMNN_REAL)map->x_column, &p);
            if (n == 1) {
#pragma omp simd
                for (int l = 0; l < AUGMENT_LANES; l++)
                    values[l] = SKMNN_NAME(augment_blend)(
                        x + p.at[l], 1, line, p.down[l], p.right[l]);
                memcpy(out, values, (size_t)count * sizeof(SKMNN_REAL));
            } else
                for (ptrdiff_t l = 0; l < count; l++)
#pragma omp simd
                    for (ptrdiff_t c = 0; c < n; c++)
                        out[l * n + c] = SKMNN_NAME(augment_blend)(
                            x + p.at[l] * n + c, n, line, p.down[l], p.right[l]);
            out += count * n;
        }
}

/* The image `x`, which has its border, seen through a map. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(augment_image)(
    const augment_geometry *g, const augment_map *map, const SKMNN_REAL *x,
    SKMNN_REAL *out)
{
    if (g->channels == 1)
        SKMNN_NAME(augment_lines)(g, map, 1, x, out);
    else if (g->channels == 3)
        SKMNN_NAME(augment_lines)(g, map, 3, x, out);
    else
        SKMNN_NAME(augment_lines)(g, map, g->channels, x, out);
}
