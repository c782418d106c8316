/* Included by _stochastic_lanes.h once for each of double and float.

   Targets are dissimilarities, -1 where one is missing; coordinates of chunks are
   (chunk, dimension, lane). A pair of points at distance e is moved towards its target t
   by f (x_i - x_j) each, f = mu / 2 (t - e) / e, mu = min(1, weight * rate). */
#define LANES STOCHASTIC_LANES

static const SKMNN_REAL SKMNN_NAME(units)[LANES] = {1, 1, 1, 1, 1, 1, 1, 1,
                                                     1, 1, 1, 1, 1, 1, 1, 1};

/* Lane l of a chunk with lane l of another: x += f (x - y), y -= f (x - y). */
SKMNN_INLINE void SKMNN_NAME(pull_lanes)(
    ptrdiff_t d, const SKMNN_REAL *targets, const SKMNN_REAL *weights, SKMNN_REAL rate,
    SKMNN_REAL *x, SKMNN_REAL *y, SKMNN_REAL *loss)
{
    SKMNN_REAL squares[LANES] = {0}, f[LANES], w[LANES];
    for (ptrdiff_t c = 0; c < d; c++)
#pragma omp simd
        for (int l = 0; l < LANES; l++) {
            const SKMNN_REAL step = x[c * LANES + l] - y[c * LANES + l];
            squares[l] += step * step;
        }
    memcpy(w, weights ? weights : SKMNN_NAME(units), sizeof(w));
#pragma omp simd
    for (int l = 0; l < LANES; l++) {
        const SKMNN_REAL e = SKMNN_SQRT(squares[l]), t = targets[l];
        const SKMNN_REAL load = t >= 0 ? w[l] : 0, gap = t - e, step = load * rate;
        const SKMNN_REAL mu = step < 1 ? step : 1, length = e > 0 ? e : 1;
        f[l] = (SKMNN_REAL)0.5 * mu * gap / length;
        loss[l] += load * gap * gap;
    }
    for (ptrdiff_t c = 0; c < d; c++)
#pragma omp simd
        for (int l = 0; l < LANES; l++) {
            const SKMNN_REAL step = f[l] * (x[c * LANES + l] - y[c * LANES + l]);
            x[c * LANES + l] += step;
            y[c * LANES + l] -= step;
        }
}

/* Turns the lanes of every row: row[l] = row[(l + by) % LANES]. */
SKMNN_INLINE void SKMNN_NAME(turn_lanes)(ptrdiff_t n_rows, int by, SKMNN_REAL *rows)
{
    SKMNN_REAL twice[2 * LANES];
    for (ptrdiff_t row = 0; row < n_rows; row++, rows += LANES) {
        memcpy(twice, rows, sizeof(SKMNN_REAL) * LANES);
        memcpy(twice + LANES, rows, sizeof(SKMNN_REAL) * LANES);
        memcpy(rows, twice + by, sizeof(SKMNN_REAL) * LANES);
    }
}

/* All pairs of the chunks x with the chunks y, `size` of each. Turn s and shift q pair
   lane l of chunk a with lane l + s of chunk a + q; targets and weights are laid out as
   (s, q, a, l). Returns the loss. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(pull_tile)(
    ptrdiff_t size, ptrdiff_t d, const int32_t *turns, const int32_t *shifts,
    const SKMNN_REAL *targets, const SKMNN_REAL *weights, SKMNN_REAL rate,
    SKMNN_REAL *x, SKMNN_REAL *y)
{
    double total = 0;
    int turned = 0;
    for (int s = 0; s < LANES; s++) {
        SKMNN_REAL loss[LANES] = {0};
        SKMNN_NAME(turn_lanes)(size * d, (turns[s] - turned + LANES) % LANES, y);
        turned = turns[s];
        for (ptrdiff_t q = 0; q < size; q++) {
            const ptrdiff_t at = (turns[s] * size + shifts[q]) * size * LANES;
            for (ptrdiff_t a = 0; a < size; a++) {
                ptrdiff_t b = a + shifts[q];
                b -= b < size ? 0 : size;
                SKMNN_NAME(pull_lanes)(
                    d, targets + at + a * LANES,
                    weights ? weights + at + a * LANES : NULL, rate, x + a * d * LANES,
                    y + b * d * LANES, loss);
            }
        }
        for (int l = 0; l < LANES; l++)
            total += loss[l];
    }
    SKMNN_NAME(turn_lanes)(size * d, (LANES - turned) % LANES, y);
    return total;
}

/* A chunk of rows with pivots that stand still, in the order given from `start` on:
   x += mu / 2 (t - e) / e (x - y), mu = min(1, mass rate). Targets are (pivot, lane),
   pivots (pivot, dimension). Returns the sum of mass (t - e)^2. */
SKMNN_CLONED SKMNN_UNUSED static double SKMNN_NAME(pull_rows)(
    ptrdiff_t n_pivots, ptrdiff_t d, const int32_t *order, ptrdiff_t start,
    const SKMNN_REAL *targets, const SKMNN_REAL *masses, SKMNN_REAL rate,
    const SKMNN_REAL *pivots, SKMNN_REAL *x)
{
    SKMNN_REAL loss[LANES] = {0};
    double total = 0;
    for (ptrdiff_t q = 0; q < n_pivots; q++) {
        const ptrdiff_t turn = q + start < n_pivots ? q + start : q + start - n_pivots;
        const ptrdiff_t p = order[turn];
        const SKMNN_REAL *y = pivots + p * d, *t = targets + p * LANES;
        const SKMNN_REAL mu = masses[p] * rate < 1 ? masses[p] * rate : 1;
        SKMNN_REAL squares[LANES] = {0}, f[LANES];
        for (ptrdiff_t c = 0; c < d; c++)
#pragma omp simd
            for (int l = 0; l < LANES; l++) {
                const SKMNN_REAL step = x[c * LANES + l] - y[c];
                squares[l] += step * step;
            }
#pragma omp simd
        for (int l = 0; l < LANES; l++) {
            const SKMNN_REAL e = SKMNN_SQRT(squares[l]);
            const SKMNN_REAL gap = t[l] >= 0 ? t[l] - e : 0, length = e > 0 ? e : 1;
            f[l] = (SKMNN_REAL)0.5 * mu * gap / length;
            loss[l] += masses[p] * gap * gap;
        }
        for (ptrdiff_t c = 0; c < d; c++)
#pragma omp simd
            for (int l = 0; l < LANES; l++)
                x[c * LANES + l] += f[l] * (x[c * LANES + l] - y[c]);
    }
    for (int l = 0; l < LANES; l++)
        total += loss[l];
    return total;
}

#undef LANES
