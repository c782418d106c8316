/* Sums over a row of given distances and of those of an embedding. */
#ifndef SKMNN_DISTANCE_SUMS_H
#define SKMNN_DISTANCE_SUMS_H

#include <math.h>
#include "_simd.h"

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_distance_sums_row.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_distance_sums_row.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
