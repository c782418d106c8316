/* Sums of arrays, and arrays as the columns of wider ones. */
#ifndef SKMNN_COMBINATION_H
#define SKMNN_COMBINATION_H

#include "_simd.h"

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_combination_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_combination_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
