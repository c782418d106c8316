/* Included by _gru.h once for each of double and float: a step's gradients. */

/* Where a block of units lies. */
typedef struct {
    const SKMNN_REAL *before, *m, *gates[3], *dh;
    SKMNN_REAL *d_gates[3], *dm, *to;
} SKMNN_NAME(gru_slopes);

/* All rows of a step, as forward left them. */
typedef struct {
    ptrdiff_t n, n_before, H;
    const SKMNN_REAL *before, *m, *gates, *dh;
    SKMNN_REAL *dz, *dm, *to;
} SKMNN_NAME(gru_slope_step);

SKMNN_INLINE void SKMNN_NAME(gru_slope_block)(const SKMNN_NAME(gru_slopes) *s)
{
    const SKMNN_REAL *gr = s->gates[0], *gz = s->gates[1], *gn = s->gates[2];
    const SKMNN_REAL *before = s->before, *m = s->m, *dh = s->dh;
    SKMNN_REAL *dr = s->d_gates[0], *dz = s->d_gates[1], *dn = s->d_gates[2];
    SKMNN_REAL *dm = s->dm, *to = s->to;
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++) {
        const SKMNN_REAL r = gr[l], z = gz[l], n = gn[l];
        const SKMNN_REAL d = SKMNN_NAME(or_zero)(dh[l]);
        const SKMNN_REAL inner = d * (1 - z) * ((1 - n) * (1 + n));
        dr[l] = inner * m[l] * (r * (1 - r));
        dz[l] = d * (before[l] - n) * (z * (1 - z));
        dn[l] = inner;
        dm[l] = inner * r;
        to[l] += d * z;
    }
}

/* The last `cols` units of all rows. */
SKMNN_INLINE void SKMNN_NAME(gru_slope_rest)(
    ptrdiff_t cols, const SKMNN_NAME(gru_slope_step) *on)
{
    const ptrdiff_t H = on->H, k = H - cols;
    SKMNN_REAL lanes[11][SKMNN_NAME(REST)];
    for (ptrdiff_t top = 0; top < on->n; top += SKMNN_NAME(LINE)) {
        const ptrdiff_t left = on->n - top;
        const ptrdiff_t rows = left < SKMNN_NAME(LINE) ? left : SKMNN_NAME(LINE);
        const ptrdiff_t size = SKMNN_NAME(rest_size)(rows, cols);
        SKMNN_NAME(clear_rest)(7, size, lanes);
        for (ptrdiff_t r = 0; r < rows; r++) {
            const ptrdiff_t at = (top + r) * H + k, l = r * cols;
            const int has = top + r < on->n_before;
            SKMNN_NAME(copy_rest)(
                cols, has ? on->before + at : SKMNN_NAME(no_state), lanes[0] + l);
            SKMNN_NAME(copy_rest)(cols, on->m + at, lanes[1] + l);
            SKMNN_NAME(copy_rest)(cols, on->dh + at, lanes[2] + l);
            SKMNN_NAME(copy_rest)(
                cols, on->to && has ? on->to + at : SKMNN_NAME(no_state), lanes[3] + l);
            for (int q = 0; q < 3; q++)
                SKMNN_NAME(copy_rest)(
                    cols, on->gates + (3 * (top + r) + q) * H + k, lanes[4 + q] + l);
        }
        for (ptrdiff_t l = 0; l < size; l += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(gru_slopes) s = {
                lanes[0] + l, lanes[1] + l,
                {lanes[4] + l, lanes[5] + l, lanes[6] + l}, lanes[2] + l,
                {lanes[7] + l, lanes[8] + l, lanes[9] + l}, lanes[10] + l,
                lanes[3] + l};
            SKMNN_NAME(gru_slope_block)(&s);
        }
        for (ptrdiff_t r = 0; r < rows; r++) {
            const ptrdiff_t at = (top + r) * H + k, l = r * cols;
            for (int q = 0; q < 3; q++)
                SKMNN_NAME(copy_rest)(
                    cols, lanes[7 + q] + l, on->dz + (3 * (top + r) + q) * H + k);
            SKMNN_NAME(copy_rest)(cols, lanes[10] + l, on->dm + at);
            if (on->to && top + r < on->n_before)
                SKMNN_NAME(copy_rest)(cols, lanes[3] + l, on->to + at);
        }
    }
}

/* What goes to the state before without the product is added to the first n_before rows
   of `to`, if that is not NULL. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gru_backward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *before,
    const SKMNN_REAL *m, const SKMNN_REAL *gates, const SKMNN_REAL *dh, SKMNN_REAL *dz,
    SKMNN_REAL *dm, SKMNN_REAL *to)
{
    const SKMNN_NAME(gru_slope_step) on = {
        n, n_before, H, before, m, gates, dh, dz, dm, to};
    const ptrdiff_t rest = H % SKMNN_NAME(LINE);
    SKMNN_REAL nowhere[SKMNN_NAME(LINE)] = {0};
    for (ptrdiff_t r = 0; r < n; r++, gates += 3 * H, dz += 3 * H) {
        for (ptrdiff_t k = 0; k < H - rest; k += SKMNN_NAME(LINE)) {
            const ptrdiff_t at = r * H + k;
            const SKMNN_NAME(gru_slopes) s = {
                .before = r < n_before ? before + at : SKMNN_NAME(no_state),
                .m = m + at, .gates = {gates + k, gates + H + k, gates + 2 * H + k},
                .dh = dh + at, .d_gates = {dz + k, dz + H + k, dz + 2 * H + k},
                .dm = dm + at, .to = to && r < n_before ? to + at : nowhere};
            SKMNN_NAME(gru_slope_block)(&s);
        }
    }
    if (rest)
        SKMNN_NAME(gru_slope_rest)(rest, &on);
}
