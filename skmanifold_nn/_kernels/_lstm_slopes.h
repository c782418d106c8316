/* Included by _lstm.h once for each of double and float: a step's gradients. */

/* Where a block of units lies; dc is the gradient of c, then of c_before. */
typedef struct {
    const SKMNN_REAL *before, *p[3], *gates[4], *tanh_c, *dh;
    SKMNN_REAL *d_gates[4], *dc;
} SKMNN_NAME(lstm_slopes);

/* All rows of a step, as forward left them. */
typedef struct {
    ptrdiff_t n, n_before, H;
    const SKMNN_REAL *p, *before, *gates, *tanh_c, *dh;
    SKMNN_REAL *dc, *dz;
} SKMNN_NAME(lstm_slope_step);

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
        const SKMNN_REAL dh_l = SKMNN_NAME(or_zero)(dh[l]);
        const SKMNN_REAL last = dh_l * t * (o * (1 - o));
        const SKMNN_REAL d = SKMNN_NAME(or_zero)(
            dc[l] + dh_l * o * ((1 - t) * (1 + t)) + (peepholes ? po[l] * last : 0));
        const SKMNN_REAL input = d * g * (i * (1 - i));
        const SKMNN_REAL forget = d * before[l] * (f * (1 - f));
        di[l] = input;
        df[l] = forget;
        dg[l] = d * i * ((1 - g) * (1 + g));
        d_o[l] = last;
        dc[l] = d * f + (peepholes ? pi[l] * input + pf[l] * forget : 0);
    }
}

/* The last `cols` units of all rows. */
SKMNN_INLINE void SKMNN_NAME(lstm_slope_rest)(
    const int peepholes, ptrdiff_t cols, const SKMNN_NAME(lstm_slope_step) *on)
{
    const ptrdiff_t H = on->H, k = H - cols;
    SKMNN_REAL lanes[15][SKMNN_NAME(REST)];
    for (ptrdiff_t top = 0; top < on->n; top += SKMNN_NAME(LINE)) {
        const ptrdiff_t left = on->n - top;
        const ptrdiff_t rows = left < SKMNN_NAME(LINE) ? left : SKMNN_NAME(LINE);
        const ptrdiff_t size = SKMNN_NAME(rest_size)(rows, cols);
        SKMNN_NAME(clear_rest)(11, size, lanes);
        for (ptrdiff_t r = 0; r < rows; r++) {
            const ptrdiff_t at = (top + r) * H + k, l = r * cols;
            const SKMNN_REAL *past = SKMNN_NAME(state_before)(
                top + r, on->n_before, H, on->before, NULL);
            SKMNN_NAME(copy_rest)(
                cols, past ? past + k : SKMNN_NAME(no_state), lanes[0] + l);
            SKMNN_NAME(copy_rest)(cols, on->tanh_c + at, lanes[1] + l);
            SKMNN_NAME(copy_rest)(cols, on->dh + at, lanes[2] + l);
            SKMNN_NAME(copy_rest)(cols, on->dc + at, lanes[3] + l);
            for (int q = 0; peepholes && q < 3; q++)
                SKMNN_NAME(copy_rest)(cols, on->p + q * H + k, lanes[4 + q] + l);
            for (int q = 0; q < 4; q++)
                SKMNN_NAME(copy_rest)(
                    cols, on->gates + (4 * (top + r) + q) * H + k, lanes[7 + q] + l);
        }
        for (ptrdiff_t l = 0; l < size; l += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(lstm_slopes) s = {
                lanes[0] + l, {lanes[4] + l, lanes[5] + l, lanes[6] + l},
                {lanes[7] + l, lanes[8] + l, lanes[9] + l, lanes[10] + l},
                lanes[1] + l, lanes[2] + l,
                {lanes[11] + l, lanes[12] + l, lanes[13] + l, lanes[14] + l},
                lanes[3] + l};
            SKMNN_NAME(lstm_slope_block)(peepholes, &s);
        }
        for (ptrdiff_t r = 0; r < rows; r++) {
            for (int q = 0; q < 4; q++)
                SKMNN_NAME(copy_rest)(cols, lanes[11 + q] + r * cols,
                                      on->dz + (4 * (top + r) + q) * H + k);
            SKMNN_NAME(copy_rest)(
                cols, lanes[3] + r * cols, on->dc + (top + r) * H + k);
        }
    }
}

SKMNN_INLINE void SKMNN_NAME(lstm_slope_rows)(
    const int peepholes, const SKMNN_NAME(lstm_slope_step) *on)
{
    const ptrdiff_t H = on->H, rest = H % SKMNN_NAME(LINE);
    for (ptrdiff_t r = 0; r < on->n; r++) {
        const SKMNN_REAL *past = SKMNN_NAME(state_before)(
            r, on->n_before, H, on->before, NULL);
        for (ptrdiff_t k = 0; k < H - rest; k += SKMNN_NAME(LINE)) {
            const ptrdiff_t at = r * H + k;
            SKMNN_NAME(lstm_slopes) s = {
                .before = past ? past + k : SKMNN_NAME(no_state),
                .tanh_c = on->tanh_c + at, .dh = on->dh + at, .dc = on->dc + at};
            for (int q = 0; q < 4; q++) {
                s.gates[q] = on->gates + (4 * r + q) * H + k;
                s.d_gates[q] = on->dz + (4 * r + q) * H + k;
            }
            for (int q = 0; peepholes && q < 3; q++)
                s.p[q] = on->p + q * H + k;
            SKMNN_NAME(lstm_slope_block)(peepholes, &s);
        }
    }
    if (rest)
        SKMNN_NAME(lstm_slope_rest)(peepholes, rest, on);
}

/* dc goes from this step to the one before; `p` is NULL without peepholes. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(lstm_backward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *p,
    const SKMNN_REAL *before, const SKMNN_REAL *gates, const SKMNN_REAL *tanh_c,
    const SKMNN_REAL *dh, SKMNN_REAL *dc, SKMNN_REAL *dz)
{
    const SKMNN_NAME(lstm_slope_step) on = {
        n, n_before, H, p, before, gates, tanh_c, dh, dc, dz};
    if (p)
        SKMNN_NAME(lstm_slope_rows)(1, &on);
    else
        SKMNN_NAME(lstm_slope_rows)(0, &on);
}
