/* Elementwise parts of the steps of gated recurrent units, for both dtypes. */
#ifndef SKMNN_GRU_H
#define SKMNN_GRU_H

#include "_recurrent_polynomials.h"

#define SKMNN_REAL double
#define SKMNN_BITS uint64_t
#define SKMNN_MANTISSA 52
#define SKMNN_NAME(name) name##_f64
#include "_recurrent_lanes.h"
#include "_recurrent_gates.h"
#include "_gru_lanes.h"
#include "_gru_slopes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_MANTISSA
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_BITS uint32_t
#define SKMNN_MANTISSA 23
#define SKMNN_NAME(name) name##_f32
#include "_recurrent_lanes.h"
#include "_recurrent_gates.h"
#include "_gru_lanes.h"
#include "_gru_slopes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_MANTISSA
#undef SKMNN_NAME

#endif
