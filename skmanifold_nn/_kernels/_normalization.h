/* Statistics of columns (batches) and of rows (layers), and what normalises by them.

   A value's deviation is x - from, from being the mean rounded to the dtype, which is
   exact near the mean; what the rounding left is `rest`, so that normalised values are
   (x - from) inverse - rest even where the mean is large beside the deviations. */
#ifndef SKMNN_NORMALIZATION_H
#define SKMNN_NORMALIZATION_H

#include <math.h>

#include "_simd.h"

/* Values that are summed up in the dtype, before the sums go on in double. */
#define NORMALIZATION_CHUNK 32
#define NORMALIZATION_STRETCH 1024
/* Columns whose statistics are on the stack at a time. */
#define NORMALIZATION_SPAN 256
/* Rows of a block, if these are not too many values; narrow rows are turned around. */
#define NORMALIZATION_BLOCK 64
#define NORMALIZATION_AT_ONCE 4096
#define NORMALIZATION_NARROW_BYTES 64

/* What a column's two sums are of: x - from and its square; dy and dy (x - from); or
   dy and dy times the normalised value, from the statistics of the row. */
enum { OF_DEVIATIONS, OF_PRODUCTS, OF_ROW_PRODUCTS };

/* So many rows are folded side by side as fit in a span. */
SKMNN_INLINE ptrdiff_t normalization_fold(ptrdiff_t n_rows, ptrdiff_t channels)
{
    const ptrdiff_t fold = NORMALIZATION_SPAN / channels;
    if (fold > n_rows)
        return n_rows;
    return fold > 1 ? fold : 1;
}

/* Where the i-th of the spans begins that share the channels evenly. */
SKMNN_INLINE ptrdiff_t normalization_span(ptrdiff_t i, ptrdiff_t channels)
{
    const ptrdiff_t n = (channels + NORMALIZATION_SPAN - 1) / NORMALIZATION_SPAN;
    return i * (channels / n) + (i < channels % n ? i : channels % n);
}

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_normalization_columns.h"
#include "_normalization_batch.h"
#include "_normalization_rows.h"
#include "_normalization_layer.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_normalization_columns.h"
#include "_normalization_batch.h"
#include "_normalization_rows.h"
#include "_normalization_layer.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
