/* Included by _gru.h once for each of double and float.

   r, z = logistic(...), n = tanh(z_n + r m), h = (1 - z) n + z h_before. Gates lie r, z,
   n beside each other in a row, H units each. */

/* Where a block of units lies in everything that a step reads and writes. */
typedef struct {
    const SKMNN_REAL *before, *m;
    SKMNN_REAL *gates[3], *h;
} SKMNN_NAME(gru_state);

SKMNN_INLINE void SKMNN_NAME(gru_block)(const SKMNN_NAME(gru_state) *s)
{
    SKMNN_REAL *zr = s->gates[0], *zz = s->gates[1], *zn = s->gates[2], *h = s->h;
    const SKMNN_REAL *before = s->before, *m = s->m;
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++) {
        const SKMNN_REAL r = SKMNN_NAME(logistic)(zr[l]);
        const SKMNN_REAL z = SKMNN_NAME(logistic)(zz[l]);
        const SKMNN_REAL n = SKMNN_NAME(hyperbolic_tangent)(zn[l] + r * m[l]);
        zr[l] = r;
        zz[l] = z;
        zn[l] = n;
        h[l] = (1 - z) * n + z * before[l];
    }
}

SKMNN_INLINE void SKMNN_NAME(gru_rest)(
    ptrdiff_t cols, const SKMNN_NAME(gru_state) *s)
{
    SKMNN_REAL lanes[6][SKMNN_NAME(LINE)];
    SKMNN_NAME(gru_state) on = {.before = lanes[0], .m = lanes[1], .h = lanes[2]};
    SKMNN_NAME(lanes_in)(cols, s->before, lanes[0]);
    SKMNN_NAME(lanes_in)(cols, s->m, lanes[1]);
    for (int q = 0; q < 3; q++) {
        on.gates[q] = lanes[3 + q];
        SKMNN_NAME(lanes_in)(cols, s->gates[q], on.gates[q]);
    }
    SKMNN_NAME(gru_block)(&on);
    for (int q = 0; q < 3; q++)
        SKMNN_NAME(lanes_out)(cols, on.gates[q], s->gates[q]);
    SKMNN_NAME(lanes_out)(cols, on.h, s->h);
}

/* n rows of a step; `before` of the first n_before of them, and of the others `first`,
   or zero if that is NULL. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gru_forward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *before,
    const SKMNN_REAL *first, const SKMNN_REAL *m, SKMNN_REAL *z, SKMNN_REAL *h)
{
    for (ptrdiff_t r = 0; r < n; r++, m += H, z += 3 * H, h += H) {
        const SKMNN_REAL *past
            = r < n_before ? before + r * H : first ? first + r * H : NULL;
        for (ptrdiff_t k = 0; k < H; k += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(gru_state) s = {
                .before = past ? past + k : SKMNN_NAME(no_state), .m = m + k,
                .gates = {z + k, z + H + k, z + 2 * H + k}, .h = h + k};
            if (H - k < SKMNN_NAME(LINE))
                SKMNN_NAME(gru_rest)(H - k, &s);
            else
                SKMNN_NAME(gru_block)(&s);
        }
    }
}
