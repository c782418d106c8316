/* Included by _losses.h once for each of double and float.

   Targets, outputs, weights and gradients are of the network's dtype, sums of losses
   double. What has weight zero may hold NaN and counts for nothing. */

/* Defines loss_NAME: the sum of weight times loss, and the gradients of scale times it.

   STEPS set `value` and `slope` from the output o, its target y and the setting p. A
   sample's loss is SHARE times the sum over its outputs. The weights are one (`all`),
   or one each. */
#define LOSS(NAME, SHARE, STEPS)                                                     \
    SKMNN_INLINE double SKMNN_NAME(NAME##_span)(                                     \
        SKMNN_REAL p, ptrdiff_t n, const SKMNN_REAL *outputs,                        \
        const SKMNN_REAL *targets, const int each, const SKMNN_REAL *weights,        \
        SKMNN_REAL all, SKMNN_REAL scale, SKMNN_REAL *gradients)                     \
    {                                                                                \
        double sum = 0;                                                              \
        _Pragma("omp simd reduction(+ : sum)")                                       \
        for (ptrdiff_t i = 0; i < n; i++) {                                          \
            const SKMNN_REAL o = outputs[i], y = targets[i];                         \
            const SKMNN_REAL weight = each ? weights[i] : all;                       \
            const SKMNN_BITS counts = SKMNN_MASK(weight != 0);                       \
            SKMNN_REAL value, slope;                                                 \
            STEPS;                                                                   \
            sum += (double)SKMNN_NAME(choose)(counts, weight * value, 0);            \
            gradients[i] = SKMNN_NAME(choose)(counts, weight * scale * slope, 0);    \
        }                                                                            \
        return sum;                                                                  \
    }                                                                                \
    SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(NAME##_sum)(                  \
        SKMNN_REAL p, ptrdiff_t n_rows, ptrdiff_t n_outputs,                         \
        const SKMNN_REAL *outputs, const SKMNN_REAL *targets,                        \
        const SKMNN_REAL *weights, double scale, SKMNN_REAL *gradients)              \
    {                                                                                \
        const double share = SHARE;                                                  \
        const SKMNN_REAL factor = (SKMNN_REAL)(scale * share);                       \
        double sum = 0;                                                              \
        if (!weights)                                                                \
            sum = SKMNN_NAME(NAME##_span)(                                           \
                p, n_rows * n_outputs, outputs, targets, 0, NULL, 1, factor,         \
                gradients);                                                          \
        else if (n_outputs == 1)                                                     \
            sum = SKMNN_NAME(NAME##_span)(                                           \
                p, n_rows, outputs, targets, 1, weights, 1, factor, gradients);      \
        else                                                                         \
            for (ptrdiff_t row = 0; row < n_rows; row++)                             \
                sum += SKMNN_NAME(NAME##_span)(                                      \
                    p, n_outputs, outputs + row * n_outputs,                         \
                    targets + row * n_outputs, 0, NULL, weights[row], factor,        \
                    gradients + row * n_outputs);                                    \
        return share * sum;                                                          \
    }                                                                                \
    LOSS_ENTRY(NAME)

/* The function that is called by address. */
#define LOSS_ENTRY(NAME)                                                             \
    SKMNN_UNUSED static double SKMNN_NAME(loss_##NAME)(                              \
        const double *settings, int64_t n_rows, int64_t n_outputs,                   \
        const void *outputs, const void *targets, const void *weights, double scale, \
        void *gradients)                                                             \
    {                                                                                \
        return SKMNN_NAME(NAME##_sum)(                                               \
            (SKMNN_REAL)settings[0], (ptrdiff_t)n_rows, (ptrdiff_t)n_outputs,        \
            (const SKMNN_REAL *)outputs, (const SKMNN_REAL *)targets,                \
            (const SKMNN_REAL *)weights, scale, (SKMNN_REAL *)gradients);            \
    }

#define STEP(condition, a, b) SKMNN_NAME(choose)(SKMNN_MASK(condition), a, b)

LOSS(squared_error, 1 / (double)n_outputs, {
    slope = o - y;
    value = slope * slope / 2;
})
LOSS(absolute_error, 1 / (double)n_outputs, {
    slope = STEP(o > y, 1, 0) - STEP(o < y, 1, 0);
    value = SKMNN_NAME(magnitude)(o - y);
})
/* (o - y)^2 / 2 up to |o - y| = p, then on along the tangent. */
LOSS(huber, 1 / (double)n_outputs, {
    slope = SKMNN_NAME(at_most)(p, SKMNN_NAME(at_least)(-p, o - y));
    value = slope * ((o - y) - slope / 2);
})
/* p (y - o) below the target, (1 - p) (o - y) above. */
LOSS(quantile, 1 / (double)n_outputs, {
    slope = STEP(o > y, 1 - p, 0) - STEP(o < y, p, 0);
    value = SKMNN_NAME(magnitude)(o - y) * STEP(o > y, 1 - p, p);
})
/* exp(o) - y o. */
LOSS(poisson, 1, {
    slope = SKMNN_NAME(exp)(o);
    value = slope - y * o;
    slope -= y;
})
/* o + y exp(-o). */
LOSS(gamma, 1, {
    slope = y * SKMNN_NAME(exp)(-o);
    value = o + slope;
    slope = 1 - slope;
})
/* log(1 + exp(o)) - t o, where t is y, drawn by p towards 1 / 2. */
LOSS(binary_log_loss, 1, {
    const SKMNN_REAL t = y + p * ((SKMNN_REAL)0.5 - y);
    const SKMNN_REAL e = SKMNN_NAME(exp_magnitude)(o);
    slope = STEP(o < 0, e, 1) / (1 + e) - t;
    value = (STEP(o > 0, o, 0) - t * o) + SKMNN_NAME(log1p_fraction)(e);
})

/* Gradients become o - max o in the given rows; the sum of -weight sum_k q_k o_k after
   that, where the target's q is 1 - p and every output has p / n_outputs more. */
SKMNN_INLINE double SKMNN_NAME(log_loss_shift)(
    SKMNN_REAL p, ptrdiff_t first, ptrdiff_t last, ptrdiff_t n_outputs,
    const SKMNN_REAL *outputs, const SKMNN_REAL *targets, const SKMNN_REAL *weights,
    SKMNN_REAL *gradients)
{
    double sum = 0;
    for (ptrdiff_t row = first; row < last; row++) {
        const SKMNN_REAL *o = outputs + row * n_outputs;
        SKMNN_REAL *g = gradients + row * n_outputs;
        const double weight = weights ? (double)weights[row] : 1;
        if (weight == 0) {
            memset(g, 0, (size_t)n_outputs * sizeof *g);
            continue;
        }
        const SKMNN_REAL most = SKMNN_NAME(largest)(n_outputs, o);
        for (ptrdiff_t k = 0; k < n_outputs; k++)
            g[k] = o[k] - most;
        double score = (1 - (double)p) * (double)g[(ptrdiff_t)targets[row]];
        if (p > 0) {
            double total = 0;
            for (ptrdiff_t k = 0; k < n_outputs; k++)
                total += (double)g[k];
            score += (double)p * total / (double)n_outputs;
        }
        sum -= weight * score;
    }
    return sum;
}

/* Gradients from exponentials to weight scale (softmax - target); the sum of
   weight log sum e. */
SKMNN_INLINE double SKMNN_NAME(log_loss_slopes)(
    SKMNN_REAL p, ptrdiff_t first, ptrdiff_t last, ptrdiff_t n_outputs,
    const SKMNN_REAL *targets, const SKMNN_REAL *weights, double scale,
    SKMNN_REAL *gradients)
{
    double sum = 0;
    for (ptrdiff_t row = first; row < last; row++) {
        SKMNN_REAL *g = gradients + row * n_outputs;
        const double weight = weights ? (double)weights[row] : 1;
        SKMNN_REAL total = 0;
        if (weight == 0) {
            memset(g, 0, (size_t)n_outputs * sizeof *g);
            continue;
        }
#pragma omp simd reduction(+ : total)
        for (ptrdiff_t k = 0; k < n_outputs; k++)
            total += g[k];
        const SKMNN_REAL factor = (SKMNN_REAL)(weight * scale);
        const SKMNN_REAL share = factor / total;
        const SKMNN_REAL even = factor * p / (SKMNN_REAL)n_outputs;
#pragma omp simd
        for (ptrdiff_t k = 0; k < n_outputs; k++)
            g[k] = g[k] * share - even;
        g[(ptrdiff_t)targets[row]] -= factor * (1 - p);
        sum += weight * log((double)total);
    }
    return sum;
}

/* -sum_k q_k log softmax(o)_k; a row's target is the index of its class. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(log_loss_sum)(
    SKMNN_REAL p, ptrdiff_t n_rows, ptrdiff_t n_outputs, const SKMNN_REAL *outputs,
    const SKMNN_REAL *targets, const SKMNN_REAL *weights, double scale,
    SKMNN_REAL *gradients)
{
    const ptrdiff_t block = 1 + SOFTMAX_BLOCK / n_outputs;
    double sum = 0;
    for (ptrdiff_t first = 0; first < n_rows; first += block) {
        const ptrdiff_t last = first + block < n_rows ? first + block : n_rows;
        sum += SKMNN_NAME(log_loss_shift)(
            p, first, last, n_outputs, outputs, targets, weights, gradients);
#pragma omp simd
        for (ptrdiff_t i = first * n_outputs; i < last * n_outputs; i++)
            gradients[i] = SKMNN_NAME(exp_falling)(gradients[i], 0);
        sum += SKMNN_NAME(log_loss_slopes)(
            p, first, last, n_outputs, targets, weights, scale, gradients);
    }
    return sum;
}
LOSS_ENTRY(log_loss)

/* Predictions may lie where the outputs are. */
#define TRANSFORM(NAME, KIND)                                                        \
    SKMNN_UNUSED static void SKMNN_NAME(transform_##NAME)(                           \
        int64_t n_rows, int64_t n_outputs, const void *outputs, void *predictions)   \
    {                                                                                \
        SKMNN_NAME(activation_forward)(                                              \
            KIND, (ptrdiff_t)(n_rows * n_outputs), 0, (const SKMNN_REAL *)outputs,   \
            (SKMNN_REAL *)predictions);                                              \
    }
TRANSFORM(identity, ACTIVATION_IDENTITY)
TRANSFORM(logistic, ACTIVATION_LOGISTIC)
TRANSFORM(exp, ACTIVATION_EXP)

SKMNN_UNUSED static void SKMNN_NAME(transform_softmax)(
    int64_t n_rows, int64_t n_outputs, const void *outputs, void *predictions)
{
    SKMNN_NAME(softmax_forward)(
        (ptrdiff_t)n_rows, (ptrdiff_t)n_outputs, (const SKMNN_REAL *)outputs,
        (SKMNN_REAL *)predictions);
}

#undef LOSS
#undef LOSS_ENTRY
#undef STEP
#undef TRANSFORM
