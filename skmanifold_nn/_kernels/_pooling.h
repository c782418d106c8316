/* Pooling of windows, and convolutions channel by channel. */
#ifndef SKMNN_POOLING_H
#define SKMNN_POOLING_H

#include "_convolution.h"

#define SKMNN_REAL double
#define SKMNN_INDEX int64_t
#define SKMNN_NAME(name) name##_f64
#include "_pooling_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_INDEX
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_INDEX int32_t
#define SKMNN_NAME(name) name##_f32
#include "_pooling_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_INDEX
#undef SKMNN_NAME

#endif
