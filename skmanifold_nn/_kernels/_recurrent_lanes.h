/* Included once for each of double and float: blocks of the units of a row.

   A cell's function works on whole blocks of one vector; the last one of a row, where
   it is not whole, is copied to lanes of its own and back. */

enum { SKMNN_NAME(LINE) = 64 / sizeof(SKMNN_REAL) };

static const SKMNN_REAL SKMNN_NAME(no_state)[SKMNN_NAME(LINE)] = {0};

SKMNN_INLINE void SKMNN_NAME(lanes_in)(
    ptrdiff_t cols, const SKMNN_REAL *from, SKMNN_REAL *lanes)
{
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++)
        lanes[l] = l < cols ? from[l] : 0;
}

SKMNN_INLINE void SKMNN_NAME(lanes_out)(
    ptrdiff_t cols, const SKMNN_REAL *lanes, SKMNN_REAL *to)
{
#pragma omp simd
    for (int l = 0; l < SKMNN_NAME(LINE); l++)
        if (l < cols)
            to[l] = lanes[l];
}
