/* Convolutions of few channels with few filters, where windows are next to each other:
   lanes are places, not filters, and no rows of taps are written.

   A line of padded planes has out_width + extent - 1 places; a place of the output and
   its taps are so many places apart wherever it is, so that neighbouring places are the
   lanes. The last extent - 1 of a line are no places of the output. */
#ifndef SKMNN_CONVOLUTION_PLANES_H
#define SKMNN_CONVOLUTION_PLANES_H

#include "_convolution.h"

#ifdef __GNUC__
#define PLANES_UNROLL _Pragma("GCC unroll 8")
#else
#define PLANES_UNROLL
#endif

enum {
    PLANES_CHANNELS = 4,  /* at most */
    PLANES_BLOCK = 8,     /* filters, at most */
    PLANES_STRIP = 1024,  /* places at a time, a multiple of all lanes */
    PLANES_BYTES = 128,   /* of neighbouring places */
    PLANES_LANES = 32,    /* at most */
    PLANES_TAPS = 6,      /* at a time, at most */
};

typedef struct {
    int64_t width; /* of a padded line */
    int64_t places, strip, halo, plane, terms;
} planes_sizes;

SKMNN_INLINE planes_sizes planes_of(const window_geometry *g)
{
    planes_sizes s;
    s.width = g->out_width + (g->kernel_width - 1) * g->dilation_width;
    s.places = g->out_height * s.width;
    s.strip = (s.places + PLANES_LANES - 1) / PLANES_LANES * PLANES_LANES;
    if (s.strip > PLANES_STRIP)
        s.strip = PLANES_STRIP;
    s.halo = (g->kernel_height - 1) * g->dilation_height * s.width
             + (g->kernel_width - 1) * g->dilation_width;
    s.plane = s.strip + s.halo;
    s.terms = g->kernel_height * g->kernel_width * g->channels;
    return s;
}

/* Elements of scratch; 0 where this way is not taken. */
SKMNN_INLINE int64_t planes_size(
    const window_geometry *g, int64_t filters, int64_t groups)
{
    const planes_sizes s = planes_of(g);
    if (g->stride_height * g->stride_width != 1 || groups != 1 ||
        g->channels > PLANES_CHANNELS || filters > PLANES_BLOCK ||
        g->kernel_height * g->kernel_width == 1 || s.halo > 4 * s.strip)
        return 0;
    return g->channels * s.plane + PLANES_BLOCK * s.strip
           + PLANES_BLOCK * ((s.terms + PLANES_TAPS) * PLANES_LANES / 2 + s.terms);
}

/* Registers for 16 and more sums of 64 bytes. */
#ifdef SKMNN_CLONES
#define PLANES_MANY __builtin_cpu_supports("avx512f")
#else
#define PLANES_MANY 0
#endif

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_convolution_planes_lanes.h"
#include "_convolution_planes_sums.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_convolution_planes_lanes.h"
#include "_convolution_planes_sums.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
