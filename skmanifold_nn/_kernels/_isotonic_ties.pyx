"""Primary ties: pairs of equal dissimilarity, sorted by their distances.

A block of ties is dealt into buckets of equal width, a quarter as many as there are
pairs, which an insertion sort completes: O(m) time for distances that are spread
evenly enough. Where a bucket would be crowded, a merge sort takes O(m log m). Both are
stable; blocks are sorted in parallel.
"""

from cython.parallel cimport prange
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

cdef enum:
    RUN = 16
    CROWD = 64  # pairs in a bucket


cdef void sort_run(Py_ssize_t size, double *keys, int64_t *items) noexcept nogil:
    """Insertion sort."""
    cdef Py_ssize_t k, at
    cdef double key
    cdef int64_t item
    for k in range(1, size):
        key = keys[k]
        item = items[k]
        at = k
        while at > 0 and keys[at - 1] > key:
            keys[at] = keys[at - 1]
            items[at] = items[at - 1]
            at -= 1
        keys[at] = key
        items[at] = item


cdef void merge(
    Py_ssize_t a, Py_ssize_t middle, Py_ssize_t last, const double *keys,
    const int64_t *items, double *keys_out, int64_t *items_out,
) noexcept nogil:
    """Merges [a, middle) and [middle, last) into the same places of the outputs."""
    cdef Py_ssize_t b = middle, k = a, second
    while a < middle and b < last:  # no jump that depends on the comparison
        second = keys[b] < keys[a]
        keys_out[k] = min(keys[b], keys[a])
        items_out[k] = items[a] ^ ((items[a] ^ items[b]) & -second)
        a += 1 - second
        b += second
        k += 1
    if a < middle:
        b = a  # the rest is of the first half
    memcpy(keys_out + k, keys + b, (last - k) * sizeof(double))
    memcpy(items_out + k, items + b, (last - k) * sizeof(int64_t))


cdef bint deal(
    Py_ssize_t size, const double *keys, int64_t *ends, double *keys_out,
    int64_t *items_out,
) noexcept nogil:
    """Whether keys and their indices could be dealt into buckets in ascending order."""
    cdef Py_ssize_t n_buckets = size // 4, k, bucket, total = 0
    cdef double low = keys[0], high = keys[0], scale
    cdef int64_t count
    for k in range(1, size):
        low = min(low, keys[k])
        high = max(high, keys[k])
    if not high - low > 1e-280:  # so that the scale is finite
        return False
    scale = (n_buckets - 1) / (high - low)
    memset(ends, 0, n_buckets * sizeof(int64_t))
    for k in range(size):
        ends[<Py_ssize_t> ((keys[k] - low) * scale)] += 1
    for bucket in range(n_buckets):
        count = ends[bucket]
        if count > CROWD:
            return False
        ends[bucket] = total  # its start, until its pairs are dealt
        total += count
    for k in range(size):
        bucket = <Py_ssize_t> ((keys[k] - low) * scale)
        keys_out[ends[bucket]] = keys[k]
        items_out[ends[bucket]] = k
        ends[bucket] += 1
    return True


cdef void merge_sort(
    Py_ssize_t size, double *keys, int64_t *items, double *keys_scratch,
    int64_t *items_scratch,
) noexcept nogil:
    """Stable merge sort, from sorted runs upwards."""
    cdef Py_ssize_t n_runs = (size + RUN - 1) // RUN, width = RUN, k, first
    cdef double *keys_from = keys
    cdef double *keys_to = keys_scratch
    cdef int64_t *items_from = items
    cdef int64_t *items_to = items_scratch
    for k in range(n_runs):
        sort_run(min(RUN, size - k * RUN), keys + k * RUN, items + k * RUN)
    while width < size:
        for k in range((size + 2 * width - 1) // (2 * width)):
            first = 2 * width * k
            merge(first, min(first + width, size), min(first + 2 * width, size),
                  keys_from, items_from, keys_to, items_to)
        keys_from, keys_to = keys_to, keys_from
        items_from, items_to = items_to, items_from
        width *= 2
    if keys_from != keys:
        memcpy(keys, keys_from, size * sizeof(double))
        memcpy(items, items_from, size * sizeof(int64_t))


cdef void sort_block(
    Py_ssize_t first, Py_ssize_t size, double *values, int64_t *positions,
    double *values_scratch, int64_t *positions_scratch,
) noexcept nogil:
    """Sorts one block, which starts at `first`; `positions` holds buckets meanwhile."""
    cdef Py_ssize_t k
    if size > CROWD and deal(
        size, values, positions, values_scratch, positions_scratch
    ):
        sort_run(size, values_scratch, positions_scratch)
        for k in range(size):
            values[k] = values_scratch[k]
            positions[k] = first + positions_scratch[k]
        return
    for k in range(size):
        positions[k] = first + k
    merge_sort(size, values, positions, values_scratch, positions_scratch)


def sort_ties(
    const int64_t[::1] tie_starts,  # (n_ties + 1,)
    int n_threads,
    double[::1] values_scratch,  # (m,)
    int64_t[::1] positions_scratch,  # (m,)
    double[::1] values,  # OUT, (m,): distances in, ascending in each block out
    int64_t[::1] positions,  # OUT, (m,): where each of them was
):
    """Sorts the distances within every block of ties: values = before[positions]."""
    cdef Py_ssize_t n_ties = tie_starts.shape[0] - 1, tie, first
    for tie in prange(
        n_ties, num_threads=n_threads, schedule="dynamic", chunksize=1, nogil=True
    ):
        first = tie_starts[tie]
        sort_block(first, tie_starts[tie + 1] - first, &values[first],
                   &positions[first], &values_scratch[first], &positions_scratch[first])
