/* Included by _random.h once for each of double and float.

   Position p of a stream holds the number of element p; x and y may be one array. */

/* y = scale x + shift where the number is at least `threshold`, else `dropped`; added
   to y if asked. */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(random_drop)(
    uint64_t seed, uint64_t step, uint64_t stream, uint64_t position, ptrdiff_t n,
    uint32_t threshold, SKMNN_REAL scale, SKMNN_REAL shift, SKMNN_REAL dropped,
    const SKMNN_REAL *x, int add, SKMNN_REAL *y)
{
    const SKMNN_BITS adds = SKMNN_MASK(add);
    for (ptrdiff_t width; n > 0; n -= width, position += (uint64_t)width) {
        const uint64_t keys = random_keys(seed, step, stream, position >> 32);
        const uint32_t lower = (uint32_t)position;
        width = random_stretch(position, n);
#pragma omp simd
        for (ptrdiff_t i = 0; i < width; i++) {
            const uint32_t number = random_bits(keys, lower + (uint32_t)i);
            const SKMNN_BITS kept = SKMNN_MASK(number >= threshold);
            const SKMNN_REAL before = SKMNN_NAME(choose)(adds, y[i], 0);
            y[i] = before + SKMNN_NAME(choose)(kept, scale * x[i] + shift, dropped);
        }
        x += width;
        y += width;
    }
}

/* log(u) for normal u: with u = m 2^e, log(m) = 2 artanh((m - 1) / (m + 1)). */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(log_normal)(SKMNN_REAL u)
{
    const SKMNN_BITS bits = SKMNN_NAME(bits_of)(u);
    const SKMNN_BITS mantissa = ((SKMNN_BITS)1 << SKMNN_MANTISSA) - 1;
    const SKMNN_REAL m = SKMNN_NAME(real_of)(
        (bits & mantissa) | (SKMNN_NAME(BIAS) << SKMNN_MANTISSA));
    const SKMNN_REAL whole = SKMNN_NAME(real_of)(
        (bits >> SKMNN_MANTISSA) + SKMNN_NAME(bits_of)(SKMNN_NAME(ROUND)));
    const SKMNN_REAL e =
        whole - (SKMNN_NAME(ROUND) + (SKMNN_REAL)SKMNN_NAME(BIAS));
    const SKMNN_REAL z = (m - 1) / (m + 1), s = z * z;
    return e * (SKMNN_REAL)0.69314718055994530942
        + z * (2 + s * SKMNN_NAME(log_terms)(s));
}

/* cos(2 pi v) = 1 - 2 sin(pi v)^2 for |v| <= 1 / 2, to 1e-9. */
SKMNN_INLINE SKMNN_REAL SKMNN_NAME(cosine_of_turns)(SKMNN_REAL v)
{
    const SKMNN_REAL s = v * v;
    const SKMNN_REAL sine = v * SKMNN_NAME(sine_terms)(s);
    return 1 - 2 * sine * sine;
}

/* y = x + deviation sqrt(-2 log u) cos(2 pi v) (Box and Muller, 1958). */
SKMNN_CLONED SKMNN_UNUSED static void SKMNN_NAME(random_noise)(
    uint64_t seed, uint64_t step, uint64_t stream, uint64_t position, ptrdiff_t n,
    SKMNN_REAL deviation, const SKMNN_REAL *x, SKMNN_REAL *y)
{
    const SKMNN_REAL unit = (SKMNN_REAL)(1 / 4294967296.0);
    for (ptrdiff_t width; n > 0; n -= width, position += (uint64_t)width) {
        const uint64_t upper = position >> 32;
        const uint64_t keys = random_keys(seed, step, stream, upper);
        const uint64_t second = random_keys(seed, step, stream ^ RANDOM_SECOND, upper);
        const uint32_t lower = (uint32_t)position;
        width = random_stretch(position, n);
#pragma omp simd
        for (ptrdiff_t i = 0; i < width; i++) {
            const uint32_t a = random_bits(keys, lower + (uint32_t)i);
            const uint32_t b = random_bits(second, lower + (uint32_t)i);
            /* 0 < u <= 1 and |v| <= 1 / 2 */
            const SKMNN_REAL u = ((SKMNN_REAL)(int32_t)(a >> 1) + (SKMNN_REAL)0.5) * 2;
            const SKMNN_REAL v = (SKMNN_REAL)(int32_t)b * unit;
            const SKMNN_REAL square = -2 * SKMNN_NAME(log_normal)(u * unit);
            y[i] = x[i]
                + deviation * square * SKMNN_NAME(reciprocal_root)(square)
                    * SKMNN_NAME(cosine_of_turns)(v);
        }
        x += width;
        y += width;
    }
}
