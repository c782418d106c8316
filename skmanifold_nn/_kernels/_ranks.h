/* Ranks of distances: how many are smaller, ties by the number of the column.

   Sorting: keys are the bits of the distances in float32, sorted together with the
   columns, 32 and 32 bits of one word, by three digits; runs of equal keys, which are
   short or of equal distances, are merged by the distances themselves. */
#ifndef SKMNN_RANKS_H
#define SKMNN_RANKS_H

#include "_simd.h"

/* Distances that stay in the first cache while all targets are counted for. */
#define RANKS_STRETCH 2048
#define RANKS_BITS 11
#define RANKS_BUCKETS (1 << RANKS_BITS)
#define RANKS_DIGITS 3
#define RANKS_COLUMN(word) ((uint32_t)(word))
#define RANKS_KEY(word) ((uint32_t)((word) >> 32))

/* How many of d[0 .. n - 1] come before the column `target`, of distance `limit`. */
SKMNN_CLONED SKMNN_UNUSED static int64_t ranks_before(
    ptrdiff_t first, ptrdiff_t stop, const double *d, ptrdiff_t target, double limit)
{
    ptrdiff_t between = target < first ? first : target > stop ? stop : target;
    int64_t count = 0;
#pragma omp simd reduction(+ : count)
    for (ptrdiff_t k = first; k < between; k++)
        count += d[k] <= limit;
#pragma omp simd reduction(+ : count)
    for (ptrdiff_t k = between; k < stop; k++)
        count += d[k] < limit;
    return count;
}

/* Words of keys and columns, and how often each digit has each value. NaN is last. */
static void ranks_words(ptrdiff_t n, const double *d, uint64_t *words, int32_t *counts)
{
    for (ptrdiff_t k = 0; k < n; k++) {
        const float value = (float)d[k] + 0; /* no negative zero */
        uint32_t key;
        memcpy(&key, &value, sizeof key);
        if (d[k] != d[k])
            key = UINT32_MAX;
        words[k] = (uint64_t)key << 32 | (uint32_t)k;
        for (int digit = 0; digit < RANKS_DIGITS; digit++)
            counts[digit * RANKS_BUCKETS
                   + ((key >> digit * RANKS_BITS) & (RANKS_BUCKETS - 1))]++;
    }
}

/* Bottom-up merging of n words by their distances; stable. */
static void ranks_merge(ptrdiff_t n, const double *d, uint64_t *words, uint64_t *other)
{
    for (ptrdiff_t width = 1; width < n; width *= 2) {
        for (ptrdiff_t first = 0; first < n; first += 2 * width) {
            const ptrdiff_t middle = first + width < n ? first + width : n;
            const ptrdiff_t stop = middle + width < n ? middle + width : n;
            ptrdiff_t a = first, b = middle;
            for (ptrdiff_t k = first; k < stop; k++) {
                const int take_b = a == middle || (b < stop &&
                    d[RANKS_COLUMN(words[b])] < d[RANKS_COLUMN(words[a])]);
                other[k] = take_b ? words[b++] : words[a++];
            }
        }
        memcpy(words, other, n * sizeof *words);
    }
}

/* Brings runs of equal keys into the order of their distances. */
static void ranks_finish(
    ptrdiff_t n, const double *d, uint64_t *words, uint64_t *other)
{
    ptrdiff_t stop;
    for (ptrdiff_t first = 0; first < n; first = stop) {
        int is_sorted = 1;
        for (stop = first + 1;
             stop < n && RANKS_KEY(words[stop]) == RANKS_KEY(words[first]); stop++)
            is_sorted &= !(d[RANKS_COLUMN(words[stop])]
                           < d[RANKS_COLUMN(words[stop - 1])]);
        if (!is_sorted)
            ranks_merge(stop - first, d, words + first, other + first);
    }
}

/* Columns in the order of n distances that are not negative, NaN last: in the low half
   of the words returned, which are `words` or `other`, of n each. */
SKMNN_UNUSED static const uint64_t *ranks_sort(
    ptrdiff_t n, const double *d, uint64_t *words, uint64_t *other)
{
    int32_t counts[RANKS_DIGITS * RANKS_BUCKETS] = {0};
    ranks_words(n, d, words, counts);
    for (int digit = 0; digit < RANKS_DIGITS; digit++) {
        int32_t *starts = counts + digit * RANKS_BUCKETS, sum = 0;
        for (int k = 0; k < RANKS_BUCKETS; k++) {
            const int32_t count = starts[k];
            starts[k] = sum;
            sum += count;
        }
        for (ptrdiff_t k = 0; k < n; k++) {
            const uint32_t key = RANKS_KEY(words[k]) >> digit * RANKS_BITS;
            other[starts[key & (RANKS_BUCKETS - 1)]++] = words[k];
        }
        uint64_t *kept = words;
        words = other;
        other = kept;
    }
    ranks_finish(n, d, words, other);
    return words;
}

#endif
