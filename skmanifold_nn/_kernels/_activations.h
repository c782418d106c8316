/* Activations and their derivatives on contiguous arrays. */
#ifndef SKMNN_ACTIVATIONS_H
#define SKMNN_ACTIVATIONS_H

#include "_activations_functions.h"

/* In the order of KINDS in _activations.pyx. */
enum activation {
    ACTIVATION_IDENTITY,
    ACTIVATION_LOGISTIC,
    ACTIVATION_TANH,
    ACTIVATION_RELU,
    ACTIVATION_LEAKY_RELU,
    ACTIVATION_ELU,
    ACTIVATION_SELU,
    ACTIVATION_SOFTPLUS,
    ACTIVATION_SOFTSIGN,
    ACTIVATION_HARD_SIGMOID,
    ACTIVATION_HARD_TANH,
    ACTIVATION_SOFTMAX,
    ACTIVATION_GELU, /* from here on the derivative wants the input */
    ACTIVATION_SILU,
    ACTIVATION_MISH,
    ACTIVATION_EXP /* a link of losses */
};

/* Beyond, an activation is at its limit; infinite times zero must not arise. */
#define ACTIVATION_FAR 1e4
#define ACTIVATION_HUGE 1e30

/* Elements of the rows whose softmax shares a pass. */
#define SOFTMAX_BLOCK 4096

#define SKMNN_REAL double
#define SKMNN_BITS uint64_t
#define SKMNN_NAME(name) name##_f64
#include "_activations_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_BITS uint32_t
#define SKMNN_NAME(name) name##_f32
#include "_activations_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_BITS
#undef SKMNN_NAME

#endif
