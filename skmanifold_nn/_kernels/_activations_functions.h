/* Elementary functions for double (_f64) and float (_f32). */
#ifndef SKMNN_ACTIVATIONS_FUNCTIONS_H
#define SKMNN_ACTIVATIONS_FUNCTIONS_H

#include "_activations_polynomials.h"

/* Self-normalising networks (Klambauer et al., 2017). */
#define SELU_SCALE 1.0507009873554804934193349852946
#define SELU_ALPHA 1.6732632423543772848170429916717
#define ONE_OVER_SQRT_2PI 0.39894228040143267794

/* All bits or none: a choice between computed values would become a jump around. */
#define SKMNN_MASK(condition) ((condition) ? ~(SKMNN_BITS)0 : (SKMNN_BITS)0)

#define SKMNN_REAL double
#define SKMNN_BITS uint64_t
#define SKMNN_MANTISSA 52
#define SKMNN_NAME(name) name##_f64
#include "_activations_math.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_MANTISSA
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_BITS uint32_t
#define SKMNN_MANTISSA 23
#define SKMNN_NAME(name) name##_f32
#include "_activations_math.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_MANTISSA
#undef SKMNN_NAME

#endif
