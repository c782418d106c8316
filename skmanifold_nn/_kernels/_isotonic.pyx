"""Monotone regression of embedded distances on dissimilarities.

Non-metric scaling keeps only the order of the dissimilarities. Over the pairs in that
order (`_isotonic_pairs` takes their distances and returns what becomes of them) the
distances are replaced by the closest ascending values, the disparities, in the sense of
weighted least squares. `tie_starts` marks the blocks of equal dissimilarity, with
n_ties + 1 entries.

- Secondary ties: equal dissimilarities get equal disparities; each block counts as one
  observation of its weighted mean.
- Primary ties: they need not. Within a block the pairs are sorted by distance first
  (`_isotonic_ties`), and the regression is told of no ties.

Chunks of a fixed length are pooled by themselves, in parallel, and their remaining
blocks once more, so that the result does not depend on the number of threads.

J. B. Kruskal, "Nonmetric multidimensional scaling: a numerical method", 1964.
"""

from cython.parallel cimport prange
from libc.stdint cimport int64_t


cdef enum:
    CHUNK_LENGTH = 4096
    COARSE = 16
    N_COARSE = 256  # CHUNK_LENGTH / COARSE

CHUNK = CHUNK_LENGTH


cdef inline Py_ssize_t pool(
    double s, double w, int64_t end, Py_ssize_t first, Py_ssize_t n_blocks,
    double *sums, double *masses, int64_t *ends,
) noexcept nogil:
    """Adds a block to the ascending blocks [first, n_blocks); their new end.

    A block that is not above the one before is pooled with it; means are compared as
    sum_a mass_b >= sum_b mass_a.
    """
    while n_blocks > first and sums[n_blocks - 1] * w >= s * masses[n_blocks - 1]:
        n_blocks -= 1
        s += sums[n_blocks]
        w += masses[n_blocks]
    sums[n_blocks] = s
    masses[n_blocks] = w
    ends[n_blocks] = end
    return n_blocks + 1


cdef void accumulate(
    const double *values, const double *weights, const int64_t *tie_starts,
    double center, Py_ssize_t first, Py_ssize_t last,
    double *sums, double *masses, int64_t *ends,
) noexcept nogil:
    """Running sums of w (value - center) and w over observations: ties or pairs."""
    cdef Py_ssize_t g, k
    cdef double s = 0, w = 0
    for g in range(first, last):
        if tie_starts != NULL:
            for k in range(tie_starts[g], tie_starts[g + 1]):
                s += (values[k] - center) * (1 if weights == NULL else weights[k])
                w += 1 if weights == NULL else weights[k]
            ends[g] = tie_starts[g + 1]
        elif weights != NULL:
            s += weights[g] * (values[g] - center)
            w += weights[g]
            ends[g] = g + 1
        else:
            s += values[g] - center
            w += 1
            ends[g] = g + 1
        sums[g] = s
        masses[g] = w


cdef Py_ssize_t pool_coarse(
    const double *sums, const double *masses, Py_ssize_t first, Py_ssize_t last,
    double *coarse_sums, double *coarse_masses, int64_t *coarse_ends,
) noexcept nogil:
    """Blocks where only every COARSE-th observation may end one; their number."""
    cdef Py_ssize_t n_blocks = 0, k, end
    cdef double s = 0, w = 0
    for k in range((last - first + COARSE - 1) // COARSE):
        end = min(first + (k + 1) * COARSE, last)
        n_blocks = pool(sums[end - 1] - s, masses[end - 1] - w, end, 0, n_blocks,
                        coarse_sums, coarse_masses, coarse_ends)
        s = sums[end - 1]
        w = masses[end - 1]
    return n_blocks


cdef Py_ssize_t pool_chunk(
    const double *values, const double *weights, const int64_t *tie_starts,
    Py_ssize_t first, Py_ssize_t last, double *sums, double *masses, int64_t *ends,
) noexcept nogil:
    """Pools the observations [first, last); the end of their blocks.

    The levels are the slopes of the greatest convex minorant of the running sums over
    the running weights. Most points lie above the minorant of every COARSE-th point
    already, so that they can be no vertices, and are passed over by one comparison.
    """
    cdef double coarse_sums[N_COARSE]
    cdef double coarse_masses[N_COARSE]
    cdef int64_t coarse_ends[N_COARSE]
    cdef Py_ssize_t n_blocks = first, n_coarse, c, k = first, a, b
    cdef double center = 0, s = 0, w = 0, s0, w0, s1, w1, slope
    a = first if tie_starts == NULL else tie_starts[first]
    b = last if tie_starts == NULL else tie_starts[last]
    for c in range(N_COARSE):  # a rough mean keeps running sums, and rounding, small
        center += values[a + (b - a) * c // N_COARSE] / N_COARSE
    accumulate(values, weights, tie_starts, center, first, last, sums, masses, ends)
    n_coarse = pool_coarse(
        sums, masses, first, last, coarse_sums, coarse_masses, coarse_ends)
    for c in range(n_coarse):
        slope = coarse_sums[c] / coarse_masses[c]
        s0 = s
        w0 = w
        while k < coarse_ends[c]:
            if sums[k] - s0 < slope * (masses[k] - w0) or k + 1 == coarse_ends[c]:
                s1 = sums[k]
                w1 = masses[k]
                n_blocks = pool(s1 - s, w1 - w, ends[k], first, n_blocks,
                                sums, masses, ends)
                s = s1
                w = w1
            k += 1
    for k in range(first, n_blocks):
        sums[k] += center * masses[k]
    return n_blocks


cdef Py_ssize_t block_of(
    const int64_t *ends, Py_ssize_t n_blocks, Py_ssize_t k
) noexcept nogil:
    """The block that holds position k: the first whose end is beyond it."""
    cdef Py_ssize_t low = 0, high = n_blocks - 1, middle
    while low < high:
        middle = (low + high) // 2
        if ends[middle] > k:
            high = middle
        else:
            low = middle + 1
    return low


cdef void expand(
    const double *means, const int64_t *ends, Py_ssize_t n_blocks, Py_ssize_t first,
    Py_ssize_t last, double *values,
) noexcept nogil:
    """The means of the blocks at the positions [first, last)."""
    cdef Py_ssize_t block = block_of(ends, n_blocks, first), k = first, stop
    while k < last:
        stop = min(<Py_ssize_t> ends[block], last)
        while k < stop:
            values[k] = means[block]
            k += 1
        block += 1


def monotone_regression(
    const double[::1] weights,  # (m,), positive, or None
    const int64_t[::1] tie_starts,  # (n_ties + 1,) or None
    int n_threads,
    double[::1] sums,  # scratch, as many as observations: m, or n_ties
    double[::1] masses,  # scratch, the same
    int64_t[::1] ends,  # scratch, the same
    int64_t[::1] counts,  # scratch, as many as there are chunks of CHUNK observations
    double[::1] values,  # OUT, (m,): distances in, disparities out
):
    """Closest ascending values; returns the sum over the pairs of w disparity^2.

    Afterwards sums[:n] are the levels, from below, and ends[:n] where each ends, n the
    last of `counts`. Time O(m).
    """
    cdef Py_ssize_t m = values.shape[0], n_chunks = counts.shape[0], chunk
    cdef Py_ssize_t n_observations = m, n_blocks = 0, k
    cdef const double *w = NULL
    cdef const int64_t *ties = NULL
    cdef double level, total = 0
    if m == 0:
        return 0.0
    if weights is not None:
        w = &weights[0]
    if tie_starts is not None:
        ties = &tie_starts[0]
        n_observations = tie_starts.shape[0] - 1
    for chunk in prange(
        n_chunks, num_threads=n_threads, schedule="dynamic", chunksize=1, nogil=True
    ):
        counts[chunk] = pool_chunk(
            &values[0], w, ties, chunk * CHUNK_LENGTH,
            min((chunk + 1) * CHUNK_LENGTH, n_observations), &sums[0], &masses[0],
            &ends[0])
    with nogil:
        for chunk in range(n_chunks):
            for k in range(chunk * CHUNK_LENGTH, counts[chunk]):
                n_blocks = pool(sums[k], masses[k], ends[k], 0, n_blocks,
                                &sums[0], &masses[0], &ends[0])
        for k in range(n_blocks):
            level = sums[k] / masses[k]
            if k > 0:  # not below by a rounding
                level = max(level, sums[k - 1])
            total += masses[k] * level * level
            sums[k] = level
        counts[n_chunks - 1] = n_blocks
    for chunk in prange(
        (m + CHUNK_LENGTH - 1) // CHUNK_LENGTH, num_threads=n_threads,
        schedule="static", nogil=True,
    ):
        expand(&sums[0], &ends[0], n_blocks, chunk * CHUNK_LENGTH,
               min((chunk + 1) * CHUNK_LENGTH, m), &values[0])
    return total
