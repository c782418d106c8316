/* Included by _optimizers.h once for each of double and float.

   Every function makes one pass over the elements start .. stop - 1, all penalised or
   none, and returns a sum over them: of the penalties before the step if not said
   otherwise. No element looks at another, so that steps do not depend on the cuts. */

/* What all passes read. */
#define OPTIMIZER_PIECE                                                              \
    SKMNN_REAL *restrict gradients = (SKMNN_REAL *)step->gradients;                  \
    SKMNN_REAL *restrict params = (SKMNN_REAL *)step->params;                        \
    const SKMNN_REAL scale = (SKMNN_REAL)step->scale;                                \
    const SKMNN_REAL l2 = (SKMNN_REAL)(penalized ? step->l2 : 0);                    \
    const SKMNN_REAL l1 = (SKMNN_REAL)(penalized ? step->l1 : 0);                    \
    double total = 0;

/* The next element: parameter w, and gradient g of loss and penalty. */
#define OPTIMIZER_ELEMENT                                                            \
    const SKMNN_REAL w = params[i];                                                  \
    const SKMNN_REAL lasso = l1 * SKMNN_NAME(optimizer_sign)(w);                     \
    const SKMNN_REAL g = scale * (gradients[i] + (l2 * w + lasso));

#define OPTIMIZER_PENALTY total += (double)(w * ((SKMNN_REAL)0.5 * l2 * w + lasso));

#define OPTIMIZER_STATE(k) \
    SKMNN_REAL *restrict state##k = (SKMNN_REAL *)step->states + (k) * step->n;

/* Subgradient of |w|. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(optimizer_sign)(SKMNN_REAL w)
{
    return (SKMNN_REAL)(w > 0) - (SKMNN_REAL)(w < 0);
}

SKMNN_INLINE SKMNN_REAL SKMNN_NAME(optimizer_flush)(SKMNN_REAL x)
{
    return x < SKMNN_TINY && x > -SKMNN_TINY ? 0 : x;
}

/* v <- momentum v - rate g; w += v, or with Nesterov w += momentum v - rate g. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_sgd)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
    OPTIMIZER_STATE(0)
    const SKMNN_REAL rate = (SKMNN_REAL)step->rates[0];
    const SKMNN_REAL momentum = (SKMNN_REAL)step->rates[1];
    const int nesterov = step->settings[3] != 0;
    const SKMNN_REAL ahead = nesterov ? momentum : 1;
    const SKMNN_REAL again = nesterov ? rate : 0;
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        OPTIMIZER_PENALTY
        const SKMNN_REAL v = SKMNN_NAME(optimizer_flush)(momentum * state0[i] - rate * g);
        state0[i] = v;
        params[i] = w + (ahead * v - again * g);
    }
    return total;
}

/* s += g^2; w -= rate g / (sqrt(s) + epsilon). Duchi, Hazan and Singer, JMLR 12, 2011. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_adagrad)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
    OPTIMIZER_STATE(0)
    const SKMNN_REAL rate = (SKMNN_REAL)step->rates[0];
    const SKMNN_REAL epsilon = (SKMNN_REAL)step->settings[1];
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        OPTIMIZER_PENALTY
        const SKMNN_REAL s = state0[i] + g * g;
        state0[i] = s;
        params[i] = w - rate * g / (SKMNN_SQRT(s) + epsilon);
    }
    return total;
}

/* s <- rho s + (1 - rho) g^2; w -= rate g / (sqrt(s) + epsilon). */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_rmsprop)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
    OPTIMIZER_STATE(0)
    const SKMNN_REAL rate = (SKMNN_REAL)step->rates[0];
    const SKMNN_REAL rho = (SKMNN_REAL)step->settings[0];
    const SKMNN_REAL rest = (SKMNN_REAL)(1 - step->settings[0]);
    const SKMNN_REAL epsilon = (SKMNN_REAL)step->settings[1];
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        OPTIMIZER_PENALTY
        const SKMNN_REAL s =
            SKMNN_NAME(optimizer_flush)(rho * state0[i] + rest * (g * g));
        state0[i] = s;
        params[i] = w - rate * g / (SKMNN_SQRT(s) + epsilon);
    }
    return total;
}

/* s <- rho s + (1 - rho) g^2; d = g sqrt((u + epsilon) / (s + epsilon));
   u <- rho u + (1 - rho) d^2; w -= rate d. Zeiler, arXiv 1212.5701. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_adadelta)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
    OPTIMIZER_STATE(0)
    OPTIMIZER_STATE(1)
    const SKMNN_REAL rate = (SKMNN_REAL)step->rates[0];
    const SKMNN_REAL rho = (SKMNN_REAL)step->settings[0];
    const SKMNN_REAL rest = (SKMNN_REAL)(1 - step->settings[0]);
    const SKMNN_REAL epsilon = (SKMNN_REAL)step->settings[1];
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        OPTIMIZER_PENALTY
        const SKMNN_REAL s =
            SKMNN_NAME(optimizer_flush)(rho * state0[i] + rest * (g * g));
        const SKMNN_REAL u = state1[i];
        const SKMNN_REAL d = g * SKMNN_SQRT((u + epsilon) / (s + epsilon));
        state0[i] = s;
        state1[i] = SKMNN_NAME(optimizer_flush)(rho * u + rest * (d * d));
        params[i] = w - rate * d;
    }
    return total;
}

/* m <- beta_1 m + (1 - beta_1) g; v <- beta_2 v + (1 - beta_2) g^2;
   w <- (1 - rate decay) w - rate c m / (sqrt(v) + epsilon), the correction
   c = sqrt(1 - beta_2^t) / (1 - beta_1^t). Kingma and Ba, arXiv 1412.6980, end of
   section 2; the decay is Loshchilov and Hutter's, arXiv 1711.05101. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_adam)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
    OPTIMIZER_STATE(0)
    OPTIMIZER_STATE(1)
    const double decay = penalized ? step->settings[2] : 0;
    const SKMNN_REAL rate = (SKMNN_REAL)(step->rates[0] * step->rates[2]);
    const SKMNN_REAL kept = (SKMNN_REAL)(1 - step->rates[0] * decay);
    const SKMNN_REAL beta_1 = (SKMNN_REAL)step->rates[1];
    const SKMNN_REAL rest_1 = (SKMNN_REAL)(1 - step->rates[1]);
    const SKMNN_REAL beta_2 = (SKMNN_REAL)step->settings[0];
    const SKMNN_REAL rest_2 = (SKMNN_REAL)(1 - step->settings[0]);
    const SKMNN_REAL epsilon = (SKMNN_REAL)step->settings[1];
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        OPTIMIZER_PENALTY
        const SKMNN_REAL m =
            SKMNN_NAME(optimizer_flush)(beta_1 * state0[i] + rest_1 * g);
        const SKMNN_REAL v =
            SKMNN_NAME(optimizer_flush)(beta_2 * state1[i] + rest_2 * (g * g));
        state0[i] = m;
        state1[i] = v;
        params[i] = kept * w - rate * m / (SKMNN_SQRT(v) + epsilon);
    }
    return total;
}

/* g is written in place of the gradient of the loss alone. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_penalize)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        OPTIMIZER_PENALTY
        gradients[i] = g;
    }
    return total;
}

/* The sum of g^2. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(optimizer_squared_norm)(
    const optimizer_step *step, int penalized, int64_t start, int64_t stop)
{
    OPTIMIZER_PIECE
#pragma omp simd reduction(+ : total)
    for (int64_t i = start; i < stop; i++) {
        OPTIMIZER_ELEMENT
        total += (double)g * (double)g;
    }
    return total;
}

#undef OPTIMIZER_PIECE
#undef OPTIMIZER_ELEMENT
#undef OPTIMIZER_PENALTY
#undef OPTIMIZER_STATE
