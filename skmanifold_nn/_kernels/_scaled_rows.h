/* Rows of samples in a network's dtype: _scaled_rows_lanes.h for both dtypes. */
#ifndef SKMNN_SCALED_ROWS_H
#define SKMNN_SCALED_ROWS_H

#include "_simd.h"

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_scaled_rows_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_scaled_rows_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
