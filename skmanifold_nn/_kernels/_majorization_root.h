/* Reciprocal square roots in plain arithmetic, which every clone vectorises. */
#ifndef SKMNN_MAJORIZATION_ROOT_H
#define SKMNN_MAJORIZATION_ROOT_H

#include <float.h>

#include "_simd.h"

/* 1 / sqrt(s) to about one unit in the last place; 0 where s is zero or subnormal.

   The start from the halved exponent is right to 3.5 %. With r = 1 - s y^2, one step of
   (1 - r)^(-1/2) = 1 + r / 2 + 3 r^2 / 8 + 5 r^3 / 16 + 35 r^4 / 128 + ... makes that
   5e-7 (with r^4) or 7e-6 (without), a second, shorter one less than a rounding. Zeros
   are masked bit by bit: a choice would become a jump around the steps. */
SKMNN_INLINE double reciprocal_root_f64(double s)
{
    const uint64_t keep = s >= DBL_MIN ? ~UINT64_C(0) : 0;
    uint64_t bits;
    double y, r;
    memcpy(&bits, &s, sizeof bits);
    bits = UINT64_C(0x5fe6eb50c7b537a9) - (bits >> 1);
    memcpy(&y, &bits, sizeof y);
    r = 1 - s * y * y;
    y += y * r * (0.5 + r * (0.375 + r * (0.3125 + r * 0.2734375)));
    r = 1 - s * y * y;
    y += y * r * (0.5 + r * 0.375);
    memcpy(&bits, &y, sizeof bits);
    bits &= keep;
    memcpy(&y, &bits, sizeof y);
    return y;
}

SKMNN_INLINE float reciprocal_root_f32(float s)
{
    const uint32_t keep = s >= FLT_MIN ? ~UINT32_C(0) : 0;
    uint32_t bits;
    float y, r;
    memcpy(&bits, &s, sizeof bits);
    bits = UINT32_C(0x5f375a86) - (bits >> 1);
    memcpy(&y, &bits, sizeof y);
    r = 1 - s * y * y;
    y += y * r * (0.5f + r * (0.375f + r * 0.3125f));
    r = 1 - s * y * y;
    y += y * r * 0.5f;
    memcpy(&bits, &y, sizeof bits);
    bits &= keep;
    memcpy(&y, &bits, sizeof y);
    return y;
}

#endif
