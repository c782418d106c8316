"""Primary ties: pairs of equal dissimilarity, sorted by their distances.

Time O(m log m) for m pairs in a block, blocks in parallel.
"""

from cython.parallel cimport prange
from libc.stdint cimport int64_t
from libc.string cimport memcpy

cdef enum: RUN = 16


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


cdef void sort_block(
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


def sort_ties(
    const int64_t[::1] tie_starts,  # (n_ties + 1,)
    int n_threads,
    double[::1] values_scratch,  # (m,)
    int64_t[::1] positions_scratch,  # (m,)
    double[::1] values,  # OUT, (m,): distances in, ascending in each block out
    int64_t[::1] positions,  # OUT, (m,): where each of them was
):
    """Sorts the distances within every block of ties: values = before[positions]."""
    cdef Py_ssize_t n_ties = tie_starts.shape[0] - 1, tie, k, first
    for tie in prange(
        n_ties, num_threads=n_threads, schedule="dynamic", chunksize=1, nogil=True
    ):
        first = tie_starts[tie]
        for k in range(first, tie_starts[tie + 1]):
            positions[k] = k
        sort_block(tie_starts[tie + 1] - first, &values[first], &positions[first],
                   &values_scratch[first], &positions_scratch[first])
