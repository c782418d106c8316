/* Included by _activations.h once for each of double and float. */

/* Results and arguments may be the same array. */
#define ACTIVATION(KIND, VALUE)                     \
    case ACTIVATION_##KIND:                         \
        _Pragma("omp simd")                         \
        for (ptrdiff_t i = 0; i < n; i++) {         \
            const SKMNN_REAL v = x[i];              \
            y[i] = VALUE;                           \
        }                                           \
        break;
#define DERIVATIVE(KIND, VALUE)                                                  \
    case ACTIVATION_##KIND:                                                      \
        _Pragma("omp simd")                                                      \
        for (ptrdiff_t i = 0; i < n; i++) {                                      \
            const SKMNN_REAL v = values[i];                                      \
            const SKMNN_REAL before = SKMNN_NAME(choose)(adds, dx[i], 0);        \
            dx[i] = before + dy[i] * (VALUE);                                    \
        }                                                                        \
        break;

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(elu)(SKMNN_REAL x, SKMNN_REAL alpha)
{
    const SKMNN_REAL low = alpha * SKMNN_NAME(expm1_falling)(SKMNN_NAME(at_most)(0, x));
    return SKMNN_NAME(choose)(SKMNN_MASK(x > 0), x, low);
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(gelu)(SKMNN_REAL x)
{
    SKMNN_REAL density;
    const SKMNN_REAL phi = SKMNN_NAME(normal)(x, &density);
    return SKMNN_NAME(at_least)((SKMNN_REAL)-ACTIVATION_FAR, x) * phi;
}

/* Phi(x) + x phi(x). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(gelu_slope)(SKMNN_REAL x)
{
    const SKMNN_REAL far = (SKMNN_REAL)ACTIVATION_FAR;
    const SKMNN_REAL near = SKMNN_NAME(at_most)(far, SKMNN_NAME(at_least)(-far, x));
    SKMNN_REAL density;
    const SKMNN_REAL phi = SKMNN_NAME(normal)(x, &density);
    return phi + near * density * (SKMNN_REAL)ONE_OVER_SQRT_2PI;
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(silu)(SKMNN_REAL x)
{
    return SKMNN_NAME(at_least)((SKMNN_REAL)-ACTIVATION_FAR, x)
        * SKMNN_NAME(logistic)(x);
}

/* s (1 + x (1 - s)), s = logistic(x). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(silu_slope)(SKMNN_REAL x)
{
    const SKMNN_REAL far = (SKMNN_REAL)ACTIVATION_FAR;
    const SKMNN_REAL near = SKMNN_NAME(at_most)(far, SKMNN_NAME(at_least)(-far, x));
    const SKMNN_REAL e = SKMNN_NAME(exp_magnitude)(x), inverse = 1 / (1 + e);
    const SKMNN_BITS falls = SKMNN_MASK(x < 0);
    const SKMNN_REAL s = SKMNN_NAME(choose)(falls, e, 1) * inverse;
    return s * (1 + near * (SKMNN_NAME(choose)(falls, 1, e) * inverse));
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(mish)(SKMNN_REAL x)
{
    SKMNN_REAL N, rest;
    SKMNN_NAME(mish_ratio)(x, SKMNN_NAME(exp_magnitude)(x), &N, &rest);
    return SKMNN_NAME(at_least)((SKMNN_REAL)-ACTIVATION_FAR, x) * (N / (N + rest));
}

/* T + x (1 - T^2) logistic(x), T = N / D = tanh(softplus(x)) and D^2 - N^2 = rest
   (N + D). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(mish_slope)(SKMNN_REAL x)
{
    const SKMNN_REAL far = (SKMNN_REAL)ACTIVATION_FAR;
    const SKMNN_REAL near = SKMNN_NAME(at_most)(far, SKMNN_NAME(at_least)(-far, x));
    const SKMNN_REAL e = SKMNN_NAME(exp_magnitude)(x);
    const SKMNN_REAL s = SKMNN_NAME(choose)(SKMNN_MASK(x < 0), e, 1) / (1 + e);
    SKMNN_REAL N, rest;
    SKMNN_NAME(mish_ratio)(x, e, &N, &rest);
    const SKMNN_REAL D = N + rest;
    return (N + near * s * rest * ((N + D) / D)) / D;
}

SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(activation_forward)(
    int kind, ptrdiff_t n, SKMNN_REAL parameter, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const SKMNN_REAL scale = (SKMNN_REAL)SELU_SCALE, alpha = (SKMNN_REAL)SELU_ALPHA;
    const SKMNN_REAL huge = (SKMNN_REAL)ACTIVATION_HUGE;
    switch (kind) {
    ACTIVATION(LOGISTIC, SKMNN_NAME(logistic)(v))
    ACTIVATION(TANH, SKMNN_NAME(hyperbolic_tangent)(v))
    ACTIVATION(RELU, SKMNN_NAME(at_least)(0, v))
    ACTIVATION(
        LEAKY_RELU, SKMNN_NAME(choose)(SKMNN_MASK(v > 0), v, parameter * v))
    ACTIVATION(ELU, SKMNN_NAME(elu)(v, parameter))
    ACTIVATION(SELU, scale * SKMNN_NAME(elu)(v, alpha))
    ACTIVATION(SOFTPLUS, SKMNN_NAME(softplus)(v))
    ACTIVATION(
        SOFTSIGN, SKMNN_NAME(at_most)(huge, SKMNN_NAME(at_least)(-huge, v))
            / (1 + SKMNN_NAME(at_most)(huge, SKMNN_NAME(magnitude)(v))))
    ACTIVATION(
        HARD_SIGMOID, SKMNN_NAME(at_most)(6, SKMNN_NAME(at_least)(0, v + 3)) / 6)
    ACTIVATION(HARD_TANH, SKMNN_NAME(at_most)(1, SKMNN_NAME(at_least)(-1, v)))
    ACTIVATION(GELU, SKMNN_NAME(gelu)(v))
    ACTIVATION(SILU, SKMNN_NAME(silu)(v))
    ACTIVATION(MISH, SKMNN_NAME(mish)(v))
    ACTIVATION(EXP, SKMNN_NAME(exp)(v))
    default:
        if (x != y)
            memcpy(y, x, (size_t)n * sizeof *y);
    }
}

/* dx = dy f' or dx + dy f'; values are outputs, or inputs from GELU on. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(activation_backward)(
    int kind, ptrdiff_t n, SKMNN_REAL parameter, const SKMNN_REAL *values,
    const SKMNN_REAL *dy, int add, SKMNN_REAL *dx)
{
    const SKMNN_REAL scale = (SKMNN_REAL)SELU_SCALE;
    const SKMNN_REAL low = (SKMNN_REAL)(SELU_SCALE * SELU_ALPHA);
    const SKMNN_BITS adds = SKMNN_MASK(add);
    switch (kind) {
    DERIVATIVE(LOGISTIC, v * (1 - v))
    DERIVATIVE(TANH, (1 - v) * (1 + v))
    DERIVATIVE(RELU, SKMNN_NAME(choose)(SKMNN_MASK(v > 0), 1, 0))
    DERIVATIVE(LEAKY_RELU, SKMNN_NAME(choose)(SKMNN_MASK(v > 0), 1, parameter))
    DERIVATIVE(ELU, SKMNN_NAME(choose)(SKMNN_MASK(v > 0), 1, v + parameter))
    DERIVATIVE(SELU, SKMNN_NAME(choose)(SKMNN_MASK(v > 0), scale, v + low))
    DERIVATIVE(SOFTPLUS, -SKMNN_NAME(expm1_falling)(-v))
    DERIVATIVE(
        SOFTSIGN,
        (1 - SKMNN_NAME(magnitude)(v)) * (1 - SKMNN_NAME(magnitude)(v)))
    DERIVATIVE(
        HARD_SIGMOID, SKMNN_NAME(choose)(
            SKMNN_MASK(v > 0) & SKMNN_MASK(v < 1), (SKMNN_REAL)(1 / 6.0), 0))
    DERIVATIVE(
        HARD_TANH, SKMNN_NAME(choose)(
            SKMNN_MASK(v > -1) & SKMNN_MASK(v < 1), 1, 0))
    DERIVATIVE(GELU, SKMNN_NAME(gelu_slope)(v))
    DERIVATIVE(SILU, SKMNN_NAME(silu_slope)(v))
    DERIVATIVE(MISH, SKMNN_NAME(mish_slope)(v))
    default:
#pragma omp simd
        for (ptrdiff_t i = 0; i < n; i++)
            dx[i] = SKMNN_NAME(choose)(adds, dx[i], 0) + dy[i];
    }
}
#undef ACTIVATION
#undef DERIVATIVE

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(largest)(ptrdiff_t n, const SKMNN_REAL *x)
{
    SKMNN_REAL most = x[0];
#pragma omp simd reduction(max : most)
    for (ptrdiff_t k = 1; k < n; k++)
        most = x[k] > most ? x[k] : most;
    return most;
}

/* Rows of exp(x - max x) over their sum; exponentials of many rows in one pass. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(softmax_forward)(
    ptrdiff_t n_rows, ptrdiff_t width, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const ptrdiff_t block = 1 + SOFTMAX_BLOCK / width;
    for (ptrdiff_t first = 0; first < n_rows; first += block) {
        const ptrdiff_t last = first + block < n_rows ? first + block : n_rows;
        for (ptrdiff_t row = first; row < last; row++) {
            const SKMNN_REAL most = SKMNN_NAME(largest)(width, x + row * width);
            for (ptrdiff_t k = row * width; k < (row + 1) * width; k++)
                y[k] = x[k] - most;
        }
#pragma omp simd
        for (ptrdiff_t k = first * width; k < last * width; k++)
            y[k] = SKMNN_NAME(exp_falling)(y[k], 0);
        for (ptrdiff_t row = first; row < last; row++) {
            SKMNN_REAL *p = y + row * width, sum = 0;
#pragma omp simd reduction(+ : sum)
            for (ptrdiff_t k = 0; k < width; k++)
                sum += p[k];
            for (ptrdiff_t k = 0; k < width; k++)
                p[k] /= sum;
        }
    }
}

/* dx = y (dy - sum dy y) in each row. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(softmax_backward)(
    ptrdiff_t n_rows, ptrdiff_t width, const SKMNN_REAL *values, const SKMNN_REAL *dy,
    int add, SKMNN_REAL *dx)
{
    const SKMNN_BITS adds = SKMNN_MASK(add);
    for (ptrdiff_t row = 0; row < n_rows; row++) {
        const SKMNN_REAL *y = values + row * width, *g = dy + row * width;
        SKMNN_REAL *out = dx + row * width, sum = 0;
#pragma omp simd reduction(+ : sum)
        for (ptrdiff_t k = 0; k < width; k++)
            sum += g[k] * y[k];
#pragma omp simd
        for (ptrdiff_t k = 0; k < width; k++)
            out[k] = SKMNN_NAME(choose)(adds, out[k], 0) + y[k] * (g[k] - sum);
    }
}
