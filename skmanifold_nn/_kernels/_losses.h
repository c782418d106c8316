/* Losses of a network's outputs, their gradients, and what predictions are made of. */
#ifndef SKMNN_LOSSES_H
#define SKMNN_LOSSES_H

#include <math.h>

#include "_activations.h"

#define SKMNN_REAL double
#define SKMNN_BITS uint64_t
#define SKMNN_NAME(name) name##_f64
#include "_losses_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_BITS uint32_t
#define SKMNN_NAME(name) name##_f32
#include "_losses_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_NAME

#endif
