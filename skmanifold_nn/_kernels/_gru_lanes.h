/* Included by _gru.h once for each of double and float.

   r, z = logistic(...), n = tanh(z_n + r m), h = (1 - z) n + z h_before. The gates r,
   z, n lie beside each other in a row, H units each. */

/* Where a block of units lies in everything that a step reads and writes. */
typedef struct {
    const SKMNN_REAL *before, *m;
    SKMNN_REAL *gates[3], *h;
} SKMNN_NAME(gru_state);

/* All rows of a step; `before` of the first n_before of them, and of the others
   `first`, or zero if that is NULL. */
typedef struct {
    ptrdiff_t n, n_before, H;
    const SKMNN_REAL *before, *first, *m;
    SKMNN_REAL *z, *h;
} SKMNN_NAME(gru_step);

SKMNN_INLINE void SKMNN_NAME(gru_block)(
    SKMNN_NAME(gate_limits) most, const SKMNN_NAME(gru_state) *s)
{
    SKMNN_REAL *zr = s->gates[0], *zz = s->gates[1], *zn = s->gates[2], *h = s->h;
    const SKMNN_REAL *before = s->before, *m = s->m;
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++) {
        const SKMNN_REAL below_r = SKMNN_NAME(logistic_below)(most, zr[l]);
        const SKMNN_REAL below_z = SKMNN_NAME(logistic_below)(most, zz[l]);
        const SKMNN_REAL both = 1 / (below_r * below_z);
        const SKMNN_REAL r = both * below_z, z = both * below_r;
        const SKMNN_REAL w = SKMNN_NAME(tanh_above)(most, zn[l] + r * m[l]);
        const SKMNN_REAL n = w / (w + 2);
        zr[l] = r;
        zz[l] = z;
        zn[l] = n;
        h[l] = (1 - z) * n + z * before[l];
    }
}

/* The last `cols` units of all rows. */
SKMNN_INLINE void SKMNN_NAME(gru_rest)(
    SKMNN_NAME(gate_limits) most, ptrdiff_t cols, const SKMNN_NAME(gru_step) *on)
{
    const ptrdiff_t H = on->H, k = H - cols;
    SKMNN_REAL lanes[6][SKMNN_NAME(REST)];
    for (ptrdiff_t top = 0; top < on->n; top += SKMNN_NAME(LINE)) {
        const ptrdiff_t left = on->n - top;
        const ptrdiff_t rows = left < SKMNN_NAME(LINE) ? left : SKMNN_NAME(LINE);
        const ptrdiff_t size = SKMNN_NAME(rest_size)(rows, cols);
        SKMNN_NAME(clear_rest)(5, size, lanes);
        for (ptrdiff_t r = 0; r < rows; r++) {
            const SKMNN_REAL *past = SKMNN_NAME(state_before)(
                top + r, on->n_before, H, on->before, on->first);
            SKMNN_NAME(copy_rest)(
                cols, past ? past + k : SKMNN_NAME(no_state), lanes[0] + r * cols);
            SKMNN_NAME(copy_rest)(
                cols, on->m + (top + r) * H + k, lanes[1] + r * cols);
            for (int q = 0; q < 3; q++)
                SKMNN_NAME(copy_rest)(
                    cols, on->z + (3 * (top + r) + q) * H + k, lanes[2 + q] + r * cols);
        }
        for (ptrdiff_t l = 0; l < size; l += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(gru_state) s = {
                lanes[0] + l, lanes[1] + l,
                {lanes[2] + l, lanes[3] + l, lanes[4] + l}, lanes[5] + l};
            SKMNN_NAME(gru_block)(most, &s);
        }
        for (ptrdiff_t r = 0; r < rows; r++) {
            for (int q = 0; q < 3; q++)
                SKMNN_NAME(copy_rest)(
                    cols, lanes[2 + q] + r * cols, on->z + (3 * (top + r) + q) * H + k);
            SKMNN_NAME(copy_rest)(
                cols, lanes[5] + r * cols, on->h + (top + r) * H + k);
        }
    }
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(gru_forward)(
    ptrdiff_t n, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *before,
    const SKMNN_REAL *first, const SKMNN_REAL *m, SKMNN_REAL *z, SKMNN_REAL *h)
{
    const SKMNN_NAME(gru_step) on = {n, n_before, H, before, first, m, z, h};
    const SKMNN_NAME(gate_limits) most = SKMNN_NAME(limits_of_gates)();
    const ptrdiff_t rest = H % SKMNN_NAME(LINE);
    for (ptrdiff_t r = 0; r < n; r++, z += 3 * H) {
        const SKMNN_REAL *past
            = SKMNN_NAME(state_before)(r, n_before, H, before, first);
        for (ptrdiff_t k = 0; k < H - rest; k += SKMNN_NAME(LINE)) {
            const SKMNN_NAME(gru_state) s = {
                past ? past + k : SKMNN_NAME(no_state), m + r * H + k,
                {z + k, z + H + k, z + 2 * H + k}, h + r * H + k};
            SKMNN_NAME(gru_block)(most, &s);
        }
    }
    if (rest)
        SKMNN_NAME(gru_rest)(most, rest, &on);
}
