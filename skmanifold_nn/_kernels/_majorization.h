/* Tiles of the sums over pairs in the majorisation of stress. */
#ifndef SKMNN_MAJORIZATION_H
#define SKMNN_MAJORIZATION_H

#include "_majorization_root.h"
#include "_majorization_table.h"

/* Rows that share one pass over their columns, and columns that stay in the cache. */
#define MAJORIZATION_ROWS 4
#define MAJORIZATION_COLUMNS 512

/* From so many points disparities come from memory, and are asked for in advance. */
#define MAJORIZATION_MANY 2500

#ifdef __GNUC__
#define MAJORIZATION_PREFETCH(address) __builtin_prefetch((address), 0, 2)
#else
#define MAJORIZATION_PREFETCH(address) ((void)(address))
#endif

SKMNN_INLINE ptrdiff_t majorization_width(ptrdiff_t left)
{
    return left < MAJORIZATION_COLUMNS ? left : MAJORIZATION_COLUMNS;
}

#define SKMNN_REAL double
#define SKMNN_NAME(name) name##_f64
#include "_majorization_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#define SKMNN_REAL float
#define SKMNN_NAME(name) name##_f32
#include "_majorization_lanes.h"
#undef SKMNN_REAL
#undef SKMNN_NAME

#endif
