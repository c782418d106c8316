/* Constants and minimax-like polynomials of elementary functions, by Chebyshev nodes.

   exp:  exp(r) - 1 - r = r^2 exp_terms(r),                      |r| <= log(2) / 2;
   log:  2 artanh(z) - 2 z = z^3 log_terms(z^2),                 0 <= z <= 1 / 3;
   tail: (1 - Phi(a)) exp(a^2 / 2) (a + TAIL_AT) = tail_terms(t), t = (a - TAIL_AT) /
         (a + TAIL_AT), Phi the normal distribution, 0 <= a <= TAIL_MOST;
   near: Phi(x) - 1 / 2 = x near_terms(x^2),                     |x| <= 0.6;
   sine: sin(pi v) = v sine_terms(v^2), |v| <= 1 / 2, for noise only.
   Relative errors of the other results are below a quarter of a rounding. log(2) is
   split as in Cephes (float) and fdlibm (double): multiples of its head are exact.
   ROUND is 1.5 times the number whose last place is 1: adding it rounds. */
#ifndef SKMNN_ACTIVATIONS_POLYNOMIALS_H
#define SKMNN_ACTIVATIONS_POLYNOMIALS_H

#include "_simd.h"

static const double LOG2_E_f64 = 1.4426950408889634074, ROUND_f64 = 6755399441055744.0;
static const double LN_2_HEAD_f64 = 6.93147180369123816490e-01;
static const double LN_2_TAIL_f64 = 1.90821492927058770002e-10;
static const double EXP_LEAST_f64 = -708.8, EXP_MOST_f64 = 710;
static const double TANH_MOST_f64 = 20, TAIL_AT_f64 = 4.5, TAIL_MOST_f64 = 40;
static const uint64_t BIAS_f64 = 1023, FIRST_HALF_f64 = ~UINT64_C(0x7ffffff);

static const float LOG2_E_f32 = 1.44269504f, ROUND_f32 = 12582912.0f;
static const float LN_2_HEAD_f32 = 0.693359375f, LN_2_TAIL_f32 = -2.12194440e-4f;
static const float EXP_LEAST_f32 = -88, EXP_MOST_f32 = 89;
static const float TANH_MOST_f32 = 10, TAIL_AT_f32 = 4, TAIL_MOST_f32 = 14;
static const uint32_t BIAS_f32 = 127, FIRST_HALF_f32 = ~UINT32_C(0xfff);

SKMNN_INLINE double exp_terms_f64(double r)
{
    return 0.5 + r * (0.166666666666666714 + r * (4.16666666666666701e-2
        + r * (8.3333333333255447e-3 + r * (1.38888888888833267e-3
        + r * (1.98412698768643549e-4 + r * (2.48015873270071867e-5
        + r * (2.75572528335169097e-6 + r * (2.75572718102197996e-7
        + r * (2.51062747335732947e-8 + r * 2.09154422977801152e-9)))))))));
}

SKMNN_INLINE double log_terms_f64(double s)
{
    return 0.666666666666666586 + s * (0.400000000000145827
        + s * (0.285714285671087572 + s * (0.22222222717427863
        + s * (0.181817894361328582 + s * (0.153855700649586231
        + s * (0.133141442096549362 + s * (0.120010728095907125
        + s * (8.80073848614467388e-2 + s * 0.161640456119435322))))))));
}

SKMNN_INLINE double tail_terms_f64(double t)
{
    return 0.763230528970203133 + t * (-0.640257760252617307
        + t * (0.446452517055678237 + t * (-0.253141799950945001
        + t * (0.111382596570209122 + t * (-3.38713261778740205e-2
        + t * (4.22361338059513708e-3 + t * (1.74883057784852487e-3
        + t * (-9.17746508984969584e-4 + t * (6.38107588724098e-6
        + t * (1.12042749240797599e-4 + t * (-1.59327444050469696e-5
        + t * (-1.42360468241536236e-5 + t * (3.18925518887708461e-6
        + t * (2.14294796343936884e-6 + t * (-4.98617529221697701e-7
        + t * (-3.78740666671692269e-7 + t * (6.02345797597800879e-8
        + t * (6.90541187594891236e-8 + t * (-2.43119698351775611e-9
        + t * (-9.74098790841616237e-9 + t * (-7.7543696021670597e-10
        + t * 5.02954948140244307e-10)))))))))))))))))))));
}

SKMNN_INLINE double near_terms_f64(double s)
{
    return 0.39894228040143266 + s * (-0.0664903800668989653
        + s * (0.00997355700965748703 + s * (-0.00118732820706140239
        + s * (1.15434595527008378e-4 + s * (-9.4441084363556065e-6
        + s * (6.6415867470537973e-7 + s * -3.80878537300282056e-8))))));
}

SKMNN_INLINE double sine_terms_f64(double s)
{
    return 3.14159265359 + s * (-5.167712779988 + s * (2.550164035907
        + s * (-0.5992644339357 + s * (0.08214479467065
        + s * (-0.007364005472116 + s * 0.0004474920849077)))));
}

SKMNN_INLINE float exp_terms_f32(float r)
{
    return 0.5000000014f + r * (0.1666666668f + r * (4.166645681e-2f
        + r * (8.333310024e-3f + r * (1.393454193e-3f + r * 1.989198131e-4f))));
}

SKMNN_INLINE float log_terms_f32(float s)
{
    return 0.6666666732f + s * (0.3999970633f + s * (0.2859235799f + s * (0.217065758f
        + s * 0.2322432922f)));
}

SKMNN_INLINE float tail_terms_f32(float t)
{
    return 0.7552851383f + t * (-0.6078966183f + t * (0.3871366841f
        + t * (-0.1865226849f + t * (6.040668873e-2f + t * (-7.529250703e-3f
        + t * (-3.5261837e-3f + t * (1.572317879e-3f + t * (2.012617303e-4f
        + t * -1.201844011e-4f))))))));
}

SKMNN_INLINE float near_terms_f32(float s)
{
    return 0.3989422803f + s * (-0.06649036552f + s * (0.009973232795f
        + s * (-0.001184791556f + s * 0.0001072748594f)));
}

SKMNN_INLINE float sine_terms_f32(float s)
{
    return 3.141592653536f + s * (-5.167712764593f + s * (2.550163317938f
        + s * (-0.5992521865316f + s * (0.08205035020147f
        + s * -0.007028303855203f))));
}

#endif
