/* Included once for each of double and float: blocks of the units of a row.

   A cell's function works on whole vectors. What is left of the rows' units is gathered
   from so many rows that it makes whole vectors, and scattered afterwards. */

enum { SKMNN_NAME(LINE) = 64 / sizeof(SKMNN_REAL) };
/* Rows that are gathered at a time, and their elements at most. */
enum { SKMNN_NAME(REST) = SKMNN_NAME(LINE) * SKMNN_NAME(LINE) };

static const SKMNN_REAL SKMNN_NAME(no_state)[SKMNN_NAME(LINE)] = {0};

/* Gradients that vanish over many steps become zero, or else they sink into subnormal
   numbers, which stay for ever and make every step some times slower. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(or_zero)(SKMNN_REAL x)
{
    const SKMNN_REAL tiny = (SKMNN_REAL)(sizeof(SKMNN_REAL) == 8 ? 1e-300 : 1e-36);
    return x < tiny && x > -tiny ? 0 : x;
}

/* cols < LINE values, by powers of 2. */
SKMNN_INLINE void SKMNN_NAME(copy_rest)(
    ptrdiff_t cols, const SKMNN_REAL *from, SKMNN_REAL *to)
{
    ptrdiff_t l = 0;
    if (cols & 8) {
        memcpy(to, from, 8 * sizeof *to);
        l = 8;
    }
    if (cols & 4) {
        memcpy(to + l, from + l, 4 * sizeof *to);
        l += 4;
    }
    if (cols & 2) {
        memcpy(to + l, from + l, 2 * sizeof *to);
        l += 2;
    }
    if (cols & 1)
        to[l] = from[l];
}

/* Elements of the gathered rows, rounded up to whole vectors. */
SKMNN_INLINE ptrdiff_t SKMNN_NAME(rest_size)(ptrdiff_t rows, ptrdiff_t cols)
{
    return (rows * cols + SKMNN_NAME(LINE) - 1) / SKMNN_NAME(LINE) * SKMNN_NAME(LINE);
}

/* The last vector of each of n gathered arrays, before it is filled. */
SKMNN_INLINE void SKMNN_NAME(clear_rest)(
    int n, ptrdiff_t size, SKMNN_REAL (*lanes)[SKMNN_NAME(REST)])
{
    for (int i = 0; i < n; i++)
#pragma omp simd
        for (int l = 0; l < SKMNN_NAME(LINE); l++)
            lanes[i][size - SKMNN_NAME(LINE) + l] = 0;
}

/* The state before row r: of the first n_before rows, else `first` or zero. */
SKMNN_INLINE const SKMNN_REAL *SKMNN_NAME(state_before)(
    ptrdiff_t r, ptrdiff_t n_before, ptrdiff_t H, const SKMNN_REAL *before,
    const SKMNN_REAL *first)
{
    return r < n_before ? before + r * H : first ? first + r * H : NULL;
}
