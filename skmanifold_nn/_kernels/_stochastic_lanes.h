/* Stochastic descent on pairs, a chunk of points at a time. */
#ifndef SKMNN_STOCHASTIC_LANES_H
#define SKMNN_STOCHASTIC_LANES_H

#include <math.h>
#include "_simd.h"

/* Points of a chunk: neighbours in memory that are moved side by side. */
#define STOCHASTIC_LANES 16

#define SKMNN_REAL double
#define SKMNN_SQRT sqrt
#define SKMNN_NAME(name) name##_f64
#include "_stochastic_tile.h"
#undef SKMNN_REAL
#undef SKMNN_SQRT
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_SQRT sqrtf
#define SKMNN_NAME(name) name##_f32
#include "_stochastic_tile.h"
#undef SKMNN_REAL
#undef SKMNN_SQRT
#undef SKMNN_NAME

#endif
