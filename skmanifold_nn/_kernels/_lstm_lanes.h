/* Included by _lstm.h once for each of double and float.

   i, f, o = logistic(z + p c_before, the last with c), g = tanh(z), c = f c_before +
   i g, h = o tanh(c). Gates lie i, f, g, o beside each other in a row, H units each,
   peepholes p in rows i, f, o. */

/* Where a block of units lies in everything that a step reads and writes. */
typedef struct {
    const SKMNN_REAL *before, *p[3];
    SKMNN_REAL *gates[4], *c, *tanh_c, *h;
} SKMNN_NAME(lstm_state);

typedef struct {
    const SKMNN_REAL *before, *p[3], *gates[4], *tanh_c, *dh;
    SKMNN_REAL *d_gates[4], *dc; /* dc: of c, then of c_before */
} SKMNN_NAME(lstm_slopes);

SKMNN_INLINE void SKMNN_NAME(lstm_block)(
    const int peepholes, SKMNN_NAME(gate_limits) most, const SKMNN_NAME(lstm_state) *s)
{
    SKMNN_REAL *zi = s->gates[0], *zf = s->gates[1], *zg = s->gates[2];
    SKMNN_REAL *zo = s->gates[3], *c = s->c, *tanh_c = s->tanh_c, *h = s->h;
    const SKMNN_REAL *before = s->before;
    const SKMNN_REAL *pi = s->p[0], *pf = s->p[1], *po = s->p[2];
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++) {
        const SKMNN_REAL past = before[l];
        const SKMNN_REAL below_i =
            SKMNN_NAME(logistic_below)(most, zi[l] + (peepholes ? pi[l] * past : 0));
        const SKMNN_REAL below_f =
            SKMNN_NAME(logistic_below)(most, zf[l] + (peepholes ? pf[l] * past : 0));
        const SKMNN_REAL w = SKMNN_NAME(tanh_above)(most, zg[l]);
        const SKMNN_REAL both = 1 / (below_i * below_f);
        const SKMNN_REAL i = both * below_f, f = both * below_i;
        const SKMNN_REAL g = w / (w + 2);
        const SKMNN_REAL state = f * past + i * g;
        const SKMNN_REAL below_o =
            SKMNN_NAME(logistic_below)(most, zo[l] + (peepholes ? po[l] * state : 0));
        const SKMNN_REAL v = SKMNN_NAME(tanh_above)(most, state);
        const SKMNN_REAL last = 1 / (below_o * (v + 2));
        const SKMNN_REAL o = last * (v + 2), t = last * below_o * v;
        zi[l] = i;
        zf[l] = f;
        zg[l] = g;
        zo[l] = o;
        c[l] = state;
        tanh_c[l] = t;
        h[l] = o * t;
    }
}

SKMNN_INLINE void SKMNN_NAME(lstm_rest)(
    const int peepholes, SKMNN_NAME(gate_limits) most, ptrdiff_t cols,
    const SKMNN_NAME(lstm_state) *s)
{
    SKMNN_REAL lanes[11][SKMNN_NAME(LINE)];
    SKMNN_NAME(lstm_state) on = {.before = lanes[0], .c = lanes[1],
                                 .tanh_c = lanes[2], .h = lanes[3]};
    SKMNN_NAME(lanes_in)(cols, s->before, lanes[0]);
    for (int q = 0; q < 4; q++) {
        on.gates[q] = lanes[4 + q];
        SKMNN_NAME(lanes_in)(cols, s->gates[q], on.gates[q]);
    }
    for (int q = 0; peepholes && q < 3; q++) {
        on.p[q] = lanes[8 + q];
        SKMNN_NAME(lanes_in)(cols, s->p[q], lanes[8 + q]);
    }
    SKMNN_NAME(lstm_block)(peepholes, most, &on);
    for (int q = 0; q < 4; q++)
        SKMNN_NAME(lanes_out)(cols, on.gates[q], s->gates[q]);
    SKMNN_NAME(lanes_out)(cols, on.c, s->c);
    SKMNN_NAME(lanes_out)(cols, on.tanh_c, s->tanh_c);
    SKMNN_NAME(lanes_out)(cols, on.h, s->h);
}

SKMNN_INLINE void SKMNN_NAME(lstm_row)(
    const int peepholes, SKMNN_NAME(gate_limits) most, ptrdiff_t H, const SKMNN_REAL *p,
    const SKMNN_REAL *before, SKMNN_REAL *z, SKMNN_REAL *c, SKMNN_REAL *tanh_c, SKMNN_REAL *h)
{
    for (ptrdiff_t k = 0; k < H; k += SKMNN_NAME(LINE)) {
        SKMNN_NAME(lstm_state) s = {
            .before = before ? before + k : SKMNN_NAME(no_state),
            .gates = {z + k, z + H + k, z + 2 * H + k, z + 3 * H + k},
            .c = c + k, .tanh_c = tanh_c + k, .h = h + k};
        for (int q = 0; peepholes && q < 3; q++)
            s.p[q] = p + q * H + k;
        if (H - k < SKMNN_NAME(LINE))
            SKMNN_NAME(lstm_rest)(peepholes, most, H - k, &s);
        else
            SKMNN_NAME(lstm_block)(peepholes, most, &s);
    }
}

/* n rows of a step; `before` of the first n_before of them, and of the others `first`,
   or zero if that is NULL. `p` is NULL without peepholes. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(lstm_forward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *p,
    const SKMNN_REAL *before, const SKMNN_REAL *first, SKMNN_REAL *z, SKMNN_REAL *c,
    SKMNN_REAL *tanh_c, SKMNN_REAL *h)
{
    const SKMNN_NAME(gate_limits) most = SKMNN_NAME(limits_of_gates)();
    for (ptrdiff_t r = 0; r < n; r++, z += 4 * H) {
        const ptrdiff_t at = r * H;
        const SKMNN_REAL *past = r < n_before ? before + at : first ? first + at : NULL;
        if (p)
            SKMNN_NAME(lstm_row)(
                1, most, H, p, past, z, c + at, tanh_c + at, h + at);
        else
            SKMNN_NAME(lstm_row)(
                0, most, H, NULL, past, z, c + at, tanh_c + at, h + at);
    }
}
