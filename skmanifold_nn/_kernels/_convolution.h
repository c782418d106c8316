/* Convolutions and pooling of images, channels last; signals are images of one line.

   A position is a place of the output, counted over all samples of a part. A window
   covers `kernel` times `kernel` taps of the input, `dilation` apart, and what lies
   outside of the input is padding. */
#ifndef SKMNN_CONVOLUTION_H
#define SKMNN_CONVOLUTION_H

#include "_simd.h"

/* As the first of an op's ints. */
typedef struct {
    int64_t height, width, channels;
    int64_t out_height, out_width;
    int64_t kernel_height, kernel_width;
    int64_t stride_height, stride_width;
    int64_t dilation_height, dilation_width;
    int64_t pad_top, pad_left;
} window_geometry;

/* Elements that copies may write, and sums read, behind what they are told to. */
#define WINDOW_SLACK 8

/* The sample, line and column of a position. */
typedef struct {
    int64_t sample, line, column;
} window_place;

SKMNN_INLINE window_place window_at(const window_geometry *g, int64_t position)
{
    window_place at;
    at.sample = position / (g->out_height * g->out_width);
    position -= at.sample * g->out_height * g->out_width;
    at.line = position / g->out_width;
    at.column = position - at.line * g->out_width;
    return at;
}

SKMNN_INLINE void window_next(const window_geometry *g, window_place *at)
{
    if (++at->column == g->out_width) {
        at->column = 0;
        if (++at->line == g->out_height) {
            at->line = 0;
            at->sample++;
        }
    }
}

/* The taps that lie in the input, from `first` to before `stop`. */
typedef struct {
    int64_t start, first, stop;
} window_taps;

SKMNN_INLINE window_taps window_inside(
    int64_t at, int64_t stride, int64_t pad, int64_t dilation, int64_t kernel,
    int64_t size)
{
    window_taps taps = {at * stride - pad, 0, kernel};
    while (taps.first < kernel && taps.start + taps.first * dilation < 0)
        taps.first++;
    while (taps.stop > taps.first && taps.start + (taps.stop - 1) * dilation >= size)
        taps.stop--;
    return taps;
}

SKMNN_INLINE window_taps window_rows(const window_geometry *g, int64_t line)
{
    return window_inside(line, g->stride_height, g->pad_top, g->dilation_height,
                         g->kernel_height, g->height);
}

SKMNN_INLINE window_taps window_columns(const window_geometry *g, int64_t column)
{
    return window_inside(column, g->stride_width, g->pad_left, g->dilation_width,
                         g->kernel_width, g->width);
}

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_convolution_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_convolution_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
