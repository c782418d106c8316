/* Included by _activations_functions.h once for each of double and float.

   Plain arithmetic without branches, which every clone vectorises. NaN stays NaN.
   What would be below the smallest normal number may be zero. */

SKMNN_INLINE SKMNN_BITS SKMNN_NAME(bits_of)(SKMNN_REAL x)
{
    SKMNN_BITS bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(real_of)(SKMNN_BITS bits)
{
    SKMNN_REAL x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(choose)(SKMNN_BITS mask, SKMNN_REAL a, SKMNN_REAL b)
{
    return SKMNN_NAME(real_of)(
        (SKMNN_NAME(bits_of)(a) & mask) | (SKMNN_NAME(bits_of)(b) & ~mask));
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(magnitude)(SKMNN_REAL x)
{
    return SKMNN_NAME(real_of)(SKMNN_NAME(bits_of)(x) & (~(SKMNN_BITS)0 >> 1));
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(at_least)(SKMNN_REAL least, SKMNN_REAL x)
{
    return SKMNN_NAME(choose)(SKMNN_MASK(x < least), least, x);
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(at_most)(SKMNN_REAL most, SKMNN_REAL x)
{
    return SKMNN_NAME(choose)(SKMNN_MASK(x > most), most, x);
}

/* expm1(r) and 2^(n + bias - BIAS), where high + low = n log(2) + r. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(exp_reduced)(
    SKMNN_REAL high, SKMNN_REAL low, SKMNN_BITS bias, SKMNN_REAL *power)
{
    const SKMNN_REAL shifted =
        (high + low) * SKMNN_NAME(LOG2_E) + SKMNN_NAME(ROUND);
    const SKMNN_REAL n = shifted - SKMNN_NAME(ROUND);
    const SKMNN_REAL r =
        ((high - n * SKMNN_NAME(LN_2_HEAD)) - n * SKMNN_NAME(LN_2_TAIL)) + low;
    *power = SKMNN_NAME(real_of)(
        (SKMNN_NAME(bits_of)(shifted) + bias) << SKMNN_MANTISSA);
    return r + r * r * SKMNN_NAME(exp_terms)(r);
}

/* exp(high + low) for high + low <= 0 or little more. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(exp_falling)(SKMNN_REAL high, SKMNN_REAL low)
{
    SKMNN_REAL power;
    const SKMNN_REAL p = SKMNN_NAME(exp_reduced)(
        SKMNN_NAME(at_least)(SKMNN_NAME(EXP_LEAST), high), low, SKMNN_NAME(BIAS),
        &power);
    return power + power * p;
}

/* exp(x) for any x; the largest results want 2^n in two factors. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(exp)(SKMNN_REAL x)
{
    SKMNN_REAL power;
    const SKMNN_BITS grows = SKMNN_MASK(x > 1);
    const SKMNN_REAL p = SKMNN_NAME(exp_reduced)(
        SKMNN_NAME(at_most)(
            SKMNN_NAME(EXP_MOST), SKMNN_NAME(at_least)(SKMNN_NAME(EXP_LEAST), x)),
        0, SKMNN_NAME(BIAS) + grows, &power);
    return (power + power * p) * SKMNN_NAME(choose)(grows, 2, 1);
}

/* exp(x) - 1 for x <= 30. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(expm1_falling)(SKMNN_REAL x)
{
    SKMNN_REAL power;
    const SKMNN_REAL p = SKMNN_NAME(exp_reduced)(
        SKMNN_NAME(at_least)(SKMNN_NAME(EXP_LEAST), x), 0, SKMNN_NAME(BIAS), &power);
    return power * p + (power - 1);
}

/* exp(-|x|), which most activations are made of. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(exp_magnitude)(SKMNN_REAL x)
{
    return SKMNN_NAME(exp_falling)(-SKMNN_NAME(magnitude)(x), 0);
}

/* log(1 + e) for 0 <= e <= 1: 2 artanh(z) with z = e / (2 + e), and 2 z = e - z e. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(log1p_fraction)(SKMNN_REAL e)
{
    const SKMNN_REAL z = e / (2 + e), s = z * z;
    return e - z * (e - s * SKMNN_NAME(log_terms)(s));
}

/* 1 / (1 + exp(-x)). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(logistic)(SKMNN_REAL x)
{
    const SKMNN_REAL e = SKMNN_NAME(exp_magnitude)(x);
    return SKMNN_NAME(choose)(SKMNN_MASK(x < 0), e, 1) / (1 + e);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(softplus)(SKMNN_REAL x)
{
    const SKMNN_REAL e = SKMNN_NAME(exp_magnitude)(x);
    return SKMNN_NAME(at_least)(0, x) + SKMNN_NAME(log1p_fraction)(e);
}

/* tanh |x| = w / (w + 2), w = exp(2 |x|) - 1. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(hyperbolic_tangent)(SKMNN_REAL x)
{
    const SKMNN_BITS sign = SKMNN_NAME(bits_of)(x) & ~(~(SKMNN_BITS)0 >> 1);
    const SKMNN_REAL a =
        SKMNN_NAME(at_most)(SKMNN_NAME(TANH_MOST), SKMNN_NAME(magnitude)(x));
    const SKMNN_REAL w = SKMNN_NAME(expm1_falling)(2 * a);
    return SKMNN_NAME(real_of)(SKMNN_NAME(bits_of)(w / (w + 2)) | sign);
}

/* The normal distribution Phi(x); its density times sqrt(2 pi) in *density.

   a^2 / 2 is wanted to absolute accuracy: the square of a's leading half is exact. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(normal)(SKMNN_REAL x, SKMNN_REAL *density)
{
    const SKMNN_REAL a =
        SKMNN_NAME(at_most)(SKMNN_NAME(TAIL_MOST), SKMNN_NAME(magnitude)(x));
    const SKMNN_REAL lead =
        SKMNN_NAME(real_of)(SKMNN_NAME(bits_of)(a) & SKMNN_NAME(FIRST_HALF));
    const SKMNN_REAL e = SKMNN_NAME(exp_falling)(
        lead * lead * (SKMNN_REAL)-0.5,
        (a - lead) * (a + lead) * (SKMNN_REAL)-0.5);
    const SKMNN_REAL beyond = a + SKMNN_NAME(TAIL_AT);
    const SKMNN_REAL t = (a - SKMNN_NAME(TAIL_AT)) / beyond;
    const SKMNN_REAL tail = e * SKMNN_NAME(tail_terms)(t) / beyond;
    const SKMNN_REAL close = (SKMNN_REAL)0.5 + x * SKMNN_NAME(near_terms)(a * a);
    *density = e;
    return SKMNN_NAME(choose)(
        SKMNN_MASK(a < (SKMNN_REAL)0.6), close,
        SKMNN_NAME(choose)(SKMNN_MASK(x < 0), tail, 1 - tail));
}

/* tanh(softplus(x)) = N / D; with e = exp(-|x|), N = 1 + 2 e and D = N + 2 e^2, or for
   x < 0 N = e (2 + e) and D = N + 2. */
SKMNN_INLINE void SKMNN_NAME(mish_ratio)(
    SKMNN_REAL x, SKMNN_REAL e, SKMNN_REAL *N, SKMNN_REAL *rest)
{
    const SKMNN_BITS falls = SKMNN_MASK(x < 0);
    *N = SKMNN_NAME(choose)(falls, e * (2 + e), 1 + 2 * e);
    *rest = SKMNN_NAME(choose)(falls, 2, 2 * e * e);
}
