/* Products of CSR rows with dense matrices on one thread: _inputs_lanes.h for both
   dtypes. */
#ifndef SKMNN_INPUTS_H
#define SKMNN_INPUTS_H

#include "_simd.h"

#ifdef __GNUC__
#define INPUTS_PREFETCH(address) __builtin_prefetch((address), 0, 3)
#define INPUTS_UNROLL _Pragma("GCC unroll 8")
#else
#define INPUTS_PREFETCH(address) ((void)0)
#define INPUTS_UNROLL
#endif

enum {
    INPUTS_LINE_BYTES = 64,
    INPUTS_LINES = 8,           /* of a block of columns, held in registers */
    INPUTS_AHEAD = 8,           /* entries whose rows are asked for in advance */
    INPUTS_NEAR_BYTES = 1 << 19 /* smaller matrices stay in the caches by themselves */
};

/* body(lanes, n_lines, ...) for n columns, 0 < n <= INPUTS_LINES * line, with numbers
   that the compiler knows; the last of several lines ends at n, over its neighbour. */
#define INPUTS_BY_WIDTH(body, line, n, ...)                                           \
    do {                                                                              \
        const int half = (line) / 2, quarter = (line) / 4;                            \
        if ((n) > 7 * (line))                                                         \
            body(line, 8, n, __VA_ARGS__);                                            \
        else if ((n) > 6 * (line))                                                    \
            body(line, 7, n, __VA_ARGS__);                                            \
        else if ((n) > 5 * (line))                                                    \
            body(line, 6, n, __VA_ARGS__);                                            \
        else if ((n) > 4 * (line))                                                    \
            body(line, 5, n, __VA_ARGS__);                                            \
        else if ((n) > 3 * (line))                                                    \
            body(line, 4, n, __VA_ARGS__);                                            \
        else if ((n) > 2 * (line))                                                    \
            body(line, 3, n, __VA_ARGS__);                                            \
        else if ((n) > (line))                                                        \
            body(line, 2, n, __VA_ARGS__);                                            \
        else if ((n) == (line))                                                       \
            body(line, 1, n, __VA_ARGS__);                                            \
        else if ((n) > half)                                                          \
            body(half, 2, n, __VA_ARGS__);                                            \
        else if ((n) == half)                                                         \
            body(half, 1, n, __VA_ARGS__);                                            \
        else if ((n) > quarter)                                                       \
            body(quarter, 2, n, __VA_ARGS__);                                         \
        else if ((n) == quarter)                                                      \
            body(quarter, 1, n, __VA_ARGS__);                                         \
        else if ((n) == 3)                                                            \
            body(1, 3, n, __VA_ARGS__);                                               \
        else if ((n) == 2)                                                            \
            body(1, 2, n, __VA_ARGS__);                                               \
        else                                                                          \
            body(1, 1, n, __VA_ARGS__);                                               \
    } while (0)

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_inputs_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_inputs_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
