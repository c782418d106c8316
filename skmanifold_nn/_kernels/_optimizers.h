/* Steps of optimisers over a piece of the flat vector of parameters. */
#ifndef SKMNN_OPTIMIZERS_H
#define SKMNN_OPTIMIZERS_H

#include <math.h>
#include "_simd.h"
#include "_optimizers_step.h"

/* States below TINY become zero: else those of parameters whose gradients vanish sink
   into subnormal numbers, which stay for ever and make every step many times slower. */
#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#define SKMNN_SQRT sqrt
#define SKMNN_TINY 1e-300
#include "_optimizers_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME
#undef SKMNN_SQRT
#undef SKMNN_TINY

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#define SKMNN_SQRT sqrtf
#define SKMNN_TINY 1e-36f
#include "_optimizers_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME
#undef SKMNN_SQRT
#undef SKMNN_TINY

#endif
