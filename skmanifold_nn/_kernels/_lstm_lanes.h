/* Included by _lstm.h once for each of double and float.

   i, f, o = logistic(z + p c_before, the last with c), g = tanh(z), c = f c_before +
   i g, h = o tanh(c). Gates lie i, f, g, o beside each other in a row, H units each,
   peepholes p in rows i, f, o. */

/* Where a block of units lies in everything that a step reads and writes. */
typedef struct {
    const SKMNN_REAL *before, *p[3];
    SKMNN_REAL *gates[4], *c, *tanh_c, *h;
} SKMNN_NAME(lstm_state);

/* All rows of a step; `before` of the first n_before of them, and of the others
   `first`, or zero if that is NULL. */
typedef struct {
    ptrdiff_t n, n_before, H;
    const SKMNN_REAL *p, *before, *first;
    SKMNN_REAL *z, *c, *tanh_c, *h;
} SKMNN_NAME(lstm_step);

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

/* The last `cols` units of all rows. */
SKMNN_INLINE void SKMNN_NAME(lstm_rest)(
    const int peepholes, SKMNN_NAME(gate_limits) most, ptrdiff_t cols,
    const SKMNN_NAME(lstm_step) *on)
{
    const ptrdiff_t H = on->H, k = H - cols;
    SKMNN_REAL lanes[11][SKMNN_NAME(REST)];
    for (ptrdiff_t top = 0; top < on->n; top += SKMNN_NAME(LINE)) {
        const ptrdiff_t left = on->n - top;
        const ptrdiff_t rows = left < SKMNN_NAME(LINE) ? left : SKMNN_NAME(LINE);
        const ptrdiff_t size = SKMNN_NAME(rest_size)(rows, cols);
        SKMNN_NAME(clear_rest)(11, size, lanes);
        for (ptrdiff_t r = 0; r < rows; r++) {
            const SKMNN_REAL *past = SKMNN_NAME(state_before)(
                top + r, on->n_before, H, on->before, on->first);
            SKMNN_NAME(copy_rest)(
                cols, past ? past + k : SKMNN_NAME(no_state), lanes[0] + r * cols);
            for (int q = 0; peepholes && q < 3; q++)
                SKMNN_NAME(copy_rest)(cols, on->p + q * H + k, lanes[1 + q] + r * cols);
            for (int q = 0; q < 4; q++)
                SKMNN_NAME(copy_rest)(
                    cols, on->z + (4 * (top + r) + q) * H + k, lanes[4 + q] + r * cols);
        }
        for (ptrdiff_t l = 0; l < size; l += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(lstm_state) s = {
                lanes[0] + l, {lanes[1] + l, lanes[2] + l, lanes[3] + l},
                {lanes[4] + l, lanes[5] + l, lanes[6] + l, lanes[7] + l},
                lanes[8] + l, lanes[9] + l, lanes[10] + l};
            SKMNN_NAME(lstm_block)(peepholes, most, &s);
        }
        for (ptrdiff_t r = 0; r < rows; r++) {
            const ptrdiff_t at = (top + r) * H + k, l = r * cols;
            for (int q = 0; q < 4; q++)
                SKMNN_NAME(copy_rest)(
                    cols, lanes[4 + q] + l, on->z + (4 * (top + r) + q) * H + k);
            SKMNN_NAME(copy_rest)(cols, lanes[8] + l, on->c + at);
            SKMNN_NAME(copy_rest)(cols, lanes[9] + l, on->tanh_c + at);
            SKMNN_NAME(copy_rest)(cols, lanes[10] + l, on->h + at);
        }
    }
}

SKMNN_INLINE void SKMNN_NAME(lstm_rows)(
    const int peepholes, const SKMNN_NAME(lstm_step) *on)
{
    const SKMNN_NAME(gate_limits) most = SKMNN_NAME(limits_of_gates)();
    const ptrdiff_t H = on->H, rest = H % SKMNN_NAME(LINE);
    for (ptrdiff_t r = 0; r < on->n; r++) {
        const SKMNN_REAL *past = SKMNN_NAME(state_before)(
            r, on->n_before, H, on->before, on->first);
        SKMNN_REAL *z = on->z + r * 4 * H;
        for (ptrdiff_t k = 0; k < H - rest; k += SKMNN_NAME(LINE)) {
            const ptrdiff_t at = r * H + k;
            SKMNN_NAME(lstm_state) s = {
                .before = past ? past + k : SKMNN_NAME(no_state),
                .gates = {z + k, z + H + k, z + 2 * H + k, z + 3 * H + k},
                .c = on->c + at, .tanh_c = on->tanh_c + at, .h = on->h + at};
            for (int q = 0; peepholes && q < 3; q++)
                s.p[q] = on->p + q * H + k;
            SKMNN_NAME(lstm_block)(peepholes, most, &s);
        }
    }
    if (rest)
        SKMNN_NAME(lstm_rest)(peepholes, most, rest, on);
}

/* `p` is NULL without peepholes. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(lstm_forward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *p,
    const SKMNN_REAL *before, const SKMNN_REAL *first, SKMNN_REAL *z, SKMNN_REAL *c,
    SKMNN_REAL *tanh_c, SKMNN_REAL *h)
{
    const SKMNN_NAME(lstm_step) on = {
        n, n_before, H, p, before, first, z, c, tanh_c, h};
    if (p)
        SKMNN_NAME(lstm_rows)(1, &on);
    else
        SKMNN_NAME(lstm_rows)(0, &on);
}
