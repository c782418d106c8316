/* Included by _lstm.h once for each of double and float: a step's gradients. */

SKMNN_INLINE void SKMNN_NAME(lstm_slope_block)(
    const int peepholes, const SKMNN_NAME(lstm_slopes) *s)
{
    const SKMNN_REAL *gi = s->gates[0], *gf = s->gates[1], *gg = s->gates[2];
    const SKMNN_REAL *go = s->gates[3], *tanh_c = s->tanh_c, *before = s->before;
    const SKMNN_REAL *pi = s->p[0], *pf = s->p[1], *po = s->p[2], *dh = s->dh;
    SKMNN_REAL *di = s->d_gates[0], *df = s->d_gates[1], *dg = s->d_gates[2];
    SKMNN_REAL *d_o = s->d_gates[3], *dc = s->dc;
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++) {
        const SKMNN_REAL i = gi[l], f = gf[l], g = gg[l], o = go[l], t = tanh_c[l];
        const SKMNN_REAL last = dh[l] * t * (o * (1 - o));
        const SKMNN_REAL d = dc[l] + dh[l] * o * ((1 - t) * (1 + t))
            + (peepholes ? po[l] * last : 0);
        const SKMNN_REAL input = d * g * (i * (1 - i));
        const SKMNN_REAL forget = d * before[l] * (f * (1 - f));
        di[l] = input;
        df[l] = forget;
        dg[l] = d * i * ((1 - g) * (1 + g));
        d_o[l] = last;
        dc[l] = d * f + (peepholes ? pi[l] * input + pf[l] * forget : 0);
    }
}

SKMNN_INLINE void SKMNN_NAME(lstm_slope_rest)(
    const int peepholes, ptrdiff_t cols, const SKMNN_NAME(lstm_slopes) *s)
{
    SKMNN_REAL lanes[15][SKMNN_NAME(LINE)];
    SKMNN_NAME(lstm_slopes) on = {.before = lanes[0], .tanh_c = lanes[1],
                                  .dh = lanes[2], .dc = lanes[3]};
    SKMNN_NAME(lanes_in)(cols, s->before, lanes[0]);
    SKMNN_NAME(lanes_in)(cols, s->tanh_c, lanes[1]);
    SKMNN_NAME(lanes_in)(cols, s->dh, lanes[2]);
    SKMNN_NAME(lanes_in)(cols, s->dc, lanes[3]);
    for (int q = 0; q < 4; q++) {
        on.gates[q] = lanes[4 + q];
        on.d_gates[q] = lanes[8 + q];
        SKMNN_NAME(lanes_in)(cols, s->gates[q], lanes[4 + q]);
    }
    for (int q = 0; peepholes && q < 3; q++) {
        on.p[q] = lanes[12 + q];
        SKMNN_NAME(lanes_in)(cols, s->p[q], lanes[12 + q]);
    }
    SKMNN_NAME(lstm_slope_block)(peepholes, &on);
    for (int q = 0; q < 4; q++)
        SKMNN_NAME(lanes_out)(cols, on.d_gates[q], s->d_gates[q]);
    SKMNN_NAME(lanes_out)(cols, on.dc, s->dc);
}

SKMNN_INLINE void SKMNN_NAME(lstm_slope_row)(
    const int peepholes, ptrdiff_t H, const SKMNN_REAL *p, const SKMNN_REAL *before,
    const SKMNN_REAL *gates, const SKMNN_REAL *tanh_c, const SKMNN_REAL *dh,
    SKMNN_REAL *dc, SKMNN_REAL *dz)
{
    for (ptrdiff_t k = 0; k < H; k += SKMNN_NAME(LINE)) {
        SKMNN_NAME(lstm_slopes) s = {
            .before = before ? before + k : SKMNN_NAME(no_state),
            .tanh_c = tanh_c + k, .dh = dh + k, .dc = dc + k};
        for (int q = 0; q < 4; q++) {
            s.gates[q] = gates + q * H + k;
            s.d_gates[q] = dz + q * H + k;
        }
        for (int q = 0; peepholes && q < 3; q++)
            s.p[q] = p + q * H + k;
        if (H - k < SKMNN_NAME(LINE))
            SKMNN_NAME(lstm_slope_rest)(peepholes, H - k, &s);
        else
            SKMNN_NAME(lstm_slope_block)(peepholes, &s);
    }
}

/* n rows of a step, as forward left them; dc goes from this step to the one before. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(lstm_backward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *p,
    const SKMNN_REAL *before, const SKMNN_REAL *gates, const SKMNN_REAL *tanh_c,
    const SKMNN_REAL *dh, SKMNN_REAL *dc, SKMNN_REAL *dz)
{
    for (ptrdiff_t r = 0; r < n; r++, gates += 4 * H, dz += 4 * H) {
        const ptrdiff_t at = r * H;
        const SKMNN_REAL *past = r < n_before ? before + at : NULL;
        if (p)
            SKMNN_NAME(lstm_slope_row)(
                1, H, p, past, gates, tanh_c + at, dh + at, dc + at, dz);
        else
            SKMNN_NAME(lstm_slope_row)(
                0, H, NULL, past, gates, tanh_c + at, dh + at, dc + at, dz);
    }
}
