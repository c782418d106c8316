/* Sums over rows of states times a gate's gradients, for both dtypes. */
#ifndef SKMNN_PEEPHOLES_H
#define SKMNN_PEEPHOLES_H

#include "_simd.h"

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_peepholes_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_peepholes_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
