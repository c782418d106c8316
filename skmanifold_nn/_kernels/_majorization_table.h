/* Factors of unweighted doubles by the processor's table of reciprocal roots.

   What GCC makes of reciprocal_root_f64 is a third slower; a loop of its own, since a
   clone cannot know which processor it is for. */
#ifndef SKMNN_MAJORIZATION_TABLE_H
#define SKMNN_MAJORIZATION_TABLE_H

#include "_simd.h"

#if defined(SKMNN_CLONES) && defined(__x86_64__) && defined(__GNUC__)
#include <float.h>
#include <immintrin.h>

#define MAJORIZATION_HAS_TABLE __builtin_cpu_supports("avx512f")

/* As majorization_factors_f64. The table is right to 6e-5; with r = 1 - s y^2, a step
   of (1 - r)^(-1/2) = 1 + r / 2 + 3 r^2 / 8 + 5 r^3 / 16 + ... leaves less than a
   rounding. */
__attribute__((target("avx512f"))) SKMNN_UNUSED static void majorization_by_table(
    ptrdiff_t width, const double *disparities, double *squares, double *sums)
{
    const __m512d one = _mm512_set1_pd(1), least = _mm512_set1_pd(DBL_MIN);
    const __m512d c1 = _mm512_set1_pd(0.5), c2 = _mm512_set1_pd(0.375);
    const __m512d c3 = _mm512_set1_pd(0.3125);
    __m512d stress = _mm512_setzero_pd(), total = _mm512_setzero_pd();
    for (ptrdiff_t j = 0; j < width; j += 8) {
        const __mmask8 live = width - j < 8 ? (__mmask8)((1 << (width - j)) - 1) : 255;
        const __m512d s = _mm512_maskz_loadu_pd(live, squares + j);
        const __m512d delta = _mm512_maskz_loadu_pd(live, disparities + j);
        const __mmask8 apart = _mm512_cmp_pd_mask(s, least, _CMP_GE_OQ);
        __m512d y = _mm512_maskz_rsqrt14_pd(apart, s);
        const __m512d r = _mm512_fnmadd_pd(_mm512_mul_pd(s, y), y, one);
        const __m512d p = _mm512_fmadd_pd(r, _mm512_fmadd_pd(r, c3, c2), c1);
        y = _mm512_fmadd_pd(_mm512_mul_pd(y, r), p, y);
        const __m512d residual = _mm512_fnmadd_pd(s, y, delta);
        stress = _mm512_fmadd_pd(residual, residual, stress);
        total = _mm512_add_pd(total, s);
        _mm512_mask_storeu_pd(squares + j, live, _mm512_mul_pd(delta, y));
    }
    sums[0] += _mm512_reduce_add_pd(stress);
    sums[1] += _mm512_reduce_add_pd(total);
}
#else
#define MAJORIZATION_HAS_TABLE 0
#define majorization_by_table(width, disparities, squares, sums) ((void)0)
#endif

#endif
