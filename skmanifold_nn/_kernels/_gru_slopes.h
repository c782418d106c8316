/* Included by _gru.h once for each of double and float: a step's gradients. */

typedef struct {
    const SKMNN_REAL *before, *m, *gates[3], *dh;
    SKMNN_REAL *d_gates[3], *dm, *to;
} SKMNN_NAME(gru_slopes);

SKMNN_INLINE void SKMNN_NAME(gru_slope_block)(const SKMNN_NAME(gru_slopes) *s)
{
    const SKMNN_REAL *gr = s->gates[0], *gz = s->gates[1], *gn = s->gates[2];
    const SKMNN_REAL *before = s->before, *m = s->m, *dh = s->dh;
    SKMNN_REAL *dr = s->d_gates[0], *dz = s->d_gates[1], *dn = s->d_gates[2];
    SKMNN_REAL *dm = s->dm, *to = s->to;
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++) {
        const SKMNN_REAL r = gr[l], z = gz[l], n = gn[l], d = dh[l];
        const SKMNN_REAL inner = d * (1 - z) * ((1 - n) * (1 + n));
        dr[l] = inner * m[l] * (r * (1 - r));
        dz[l] = d * (before[l] - n) * (z * (1 - z));
        dn[l] = inner;
        dm[l] = inner * r;
        to[l] += d * z;
    }
}

SKMNN_INLINE void SKMNN_NAME(gru_slope_rest)(
    ptrdiff_t cols, const SKMNN_NAME(gru_slopes) *s)
{
    SKMNN_REAL lanes[11][SKMNN_NAME(LINE)];
    SKMNN_NAME(gru_slopes) on = {.before = lanes[0], .m = lanes[1], .dh = lanes[2],
                                 .dm = lanes[3], .to = lanes[4]};
    SKMNN_NAME(lanes_in)(cols, s->before, lanes[0]);
    SKMNN_NAME(lanes_in)(cols, s->m, lanes[1]);
    SKMNN_NAME(lanes_in)(cols, s->dh, lanes[2]);
    SKMNN_NAME(lanes_in)(cols, s->to, lanes[4]);
    for (int q = 0; q < 3; q++) {
        on.gates[q] = lanes[5 + q];
        on.d_gates[q] = lanes[8 + q];
        SKMNN_NAME(lanes_in)(cols, s->gates[q], lanes[5 + q]);
    }
    SKMNN_NAME(gru_slope_block)(&on);
    for (int q = 0; q < 3; q++)
        SKMNN_NAME(lanes_out)(cols, on.d_gates[q], s->d_gates[q]);
    SKMNN_NAME(lanes_out)(cols, on.dm, s->dm);
    SKMNN_NAME(lanes_out)(cols, on.to, s->to);
}

/* n rows of a step, as forward left them. What goes to the state before without the
   product is added to the first n_before rows of `to`, if that is not NULL. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gru_backward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *before,
    const SKMNN_REAL *m, const SKMNN_REAL *gates, const SKMNN_REAL *dh, SKMNN_REAL *dz,
    SKMNN_REAL *dm, SKMNN_REAL *to)
{
    SKMNN_REAL nowhere[SKMNN_NAME(LINE)] = {0};
    for (ptrdiff_t r = 0; r < n; r++, gates += 3 * H, dz += 3 * H) {
        const ptrdiff_t at = r * H;
        for (ptrdiff_t k = 0; k < H; k += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(gru_slopes) s = {
                .before = r < n_before ? before + at + k : SKMNN_NAME(no_state),
                .m = m + at + k, .gates = {gates + k, gates + H + k, gates + 2 * H + k},
                .dh = dh + at + k, .d_gates = {dz + k, dz + H + k, dz + 2 * H + k},
                .dm = dm + at + k,
                .to = to && r < n_before ? to + at + k : nowhere};
            if (H - k < SKMNN_NAME(LINE))
                SKMNN_NAME(gru_slope_rest)(H - k, &s);
            else
                SKMNN_NAME(gru_slope_block)(&s);
        }
    }
}
