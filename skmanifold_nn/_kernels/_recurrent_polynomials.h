/* Constants and polynomials for the activations of gates, by weighted least squares.

   gate_exp(r) = exp(r), |r| <= log(2) / 2; gate_expm1(s) = exp(2 s) - 1, |s| <= log(2)
   / 4, exact to first order. Products of two denominators up to 1 + exp(GATE_MOST) do
   not overflow. */
#ifndef SKMNN_RECURRENT_POLYNOMIALS_H
#define SKMNN_RECURRENT_POLYNOMIALS_H

#include "_activations_functions.h"

static const volatile double GATE_MOST_f64 = 350, GATE_TANH_MOST_f64 = 20;
static const double GATE_LN_2_f64 = 6.93147180559945309417e-01;
static const volatile float GATE_MOST_f32 = 43, GATE_TANH_MOST_f32 = 10;
static const float GATE_LN_2_f32 = 6.93147182e-01f;

SKMNN_INLINE double gate_exp_f64(double r)
{
    return 1 + (r + r * r * exp_terms_f64(r));
}

SKMNN_INLINE double gate_expm1_f64(double s)
{
    const double r = 2 * s;
    return r + r * r * exp_terms_f64(r);
}

SKMNN_INLINE float gate_exp_f32(float r)
{
    return 1 + r * (1 + r * (0.4999999106f + r * (0.166664198f + r * (0.04166822508f
        + r * (8.374815807e-3f + r * 1.383684576e-3f)))));
}

SKMNN_INLINE float gate_expm1_f32(float s)
{
    return s * (2 + s * (1.999999881f + s * (1.333320498f + s * (0.6666741967f
        + s * (0.2678101957f + s * 0.08888878673f)))));
}

#endif
