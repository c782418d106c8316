/* Included once for each of double and float: activations of gates.

   logistic(x) = 1 / (1 + exp(-x)) and tanh(x) = w / (w + 2), w = exp(2 x) - 1, as
   numerators and denominators: of several gates, these are multiplied and divided by at
   once. Without the cases that _activations_math.h keeps apart; results are right to
   two or three roundings, where they are not below exp(-GATE_MOST). NaN stays NaN. */

/* Limits of x, which compilers must not know: they would jump around what follows. */
typedef struct {
    SKMNN_REAL logistic, tanh;
} SKMNN_NAME(gate_limits);

SKMNN_INLINE SKMNN_NAME(gate_limits) SKMNN_NAME(limits_of_gates)(void)
{
    const SKMNN_NAME(gate_limits) limits = {
        SKMNN_NAME(GATE_MOST), SKMNN_NAME(GATE_TANH_MOST)};
    return limits;
}

/* Rounds to a whole number n, whose low bits are the exponent of 2^n. */
#define GATE_ROUND (SKMNN_NAME(ROUND) + (SKMNN_REAL)SKMNN_NAME(BIAS))

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(gate_clip)(SKMNN_REAL most, SKMNN_REAL x)
{
    const SKMNN_REAL above = x < -most ? -most : x;
    return above > most ? most : above;
}

/* 1 + exp(-x). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(logistic_below)(
    SKMNN_NAME(gate_limits) most, SKMNN_REAL x)
{
    const SKMNN_REAL a = SKMNN_NAME(gate_clip)(most.logistic, x);
    const SKMNN_REAL shifted = GATE_ROUND - a * SKMNN_NAME(LOG2_E);
    const SKMNN_REAL n = shifted - GATE_ROUND;
    const SKMNN_REAL r = -a - n * SKMNN_NAME(GATE_LN_2);
    const SKMNN_REAL power = SKMNN_NAME(real_of)(
        SKMNN_NAME(bits_of)(shifted) << SKMNN_MANTISSA);
    return power * SKMNN_NAME(gate_exp)(r) + 1;
}

/* exp(2 x) - 1. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(tanh_above)(
    SKMNN_NAME(gate_limits) most, SKMNN_REAL x)
{
    const SKMNN_REAL a = SKMNN_NAME(gate_clip)(most.tanh, x);
    const SKMNN_REAL shifted = a * (2 * SKMNN_NAME(LOG2_E)) + GATE_ROUND;
    const SKMNN_REAL n = shifted - GATE_ROUND;
    const SKMNN_REAL s = a - n * (SKMNN_NAME(GATE_LN_2) / 2);
    const SKMNN_REAL power = SKMNN_NAME(real_of)(
        SKMNN_NAME(bits_of)(shifted) << SKMNN_MANTISSA);
    return power * SKMNN_NAME(gate_expm1)(s) + (power - 1);
}

#undef GATE_ROUND
