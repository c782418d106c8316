/* Affine maps of images, bilinear: _augmentation_lanes.h for both dtypes. */
#ifndef SKMNN_AUGMENTATION_H
#define SKMNN_AUGMENTATION_H

#include "_simd.h"

enum {
    AUGMENT_LANES = 16, /* places that are computed together */
    AUGMENT_BORDER = 3  /* lines, and columns, of zeros: one before, two behind */
};

/* Integers of the op; signals are images of one line. */
typedef struct {
    int64_t height, width, channels;
    int64_t is_bytes;
    int64_t flips;   /* 1: left-right, 2: up-down */
    int64_t nearest; /* what is outside: zeros, or the nearest place inside */
    int64_t whole;   /* shifts by whole places: 1: along the height, 2: the width */
} augment_geometry;

/* Place (i, j) of the output comes from place
   (y + y_line i + y_column j, x + x_line i + x_column j) of the input. */
typedef struct {
    double y, y_line, y_column;
    double x, x_line, x_column;
} augment_map;

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_augmentation_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_augmentation_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
