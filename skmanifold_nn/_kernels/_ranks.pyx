"""Ranks of distances from some points to all, and what two kinds of them share.

The rank of j seen from i is the number of points, i aside, that are nearer to i, plus
one; of equally distant points the one with the lower number comes first.

Reference: J. A. Lee and M. Verleysen, "Quality assessment of dimensionality reduction:
rank-based criteria", Neurocomputing 72, 2009.
"""

from cython.parallel cimport prange
from libc.math cimport NAN
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from ._openmp cimport thread_id


cdef extern from "_ranks.h":
    enum: RANKS_STRETCH
    int64_t ranks_before(
        Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, double) noexcept nogil
    const uint64_t *ranks_sort(
        Py_ssize_t, const double *, uint64_t *, uint64_t *) noexcept nogil


cdef void rank_some(
    Py_ssize_t n, const double *distances, Py_ssize_t n_targets,
    const int32_t *targets, int64_t *ranks,
) noexcept nogil:
    cdef Py_ssize_t first, stop, k
    for k in range(n_targets):
        ranks[k] = 1
    first = 0
    while first < n:
        stop = min(first + RANKS_STRETCH, n)
        for k in range(n_targets):
            ranks[k] += ranks_before(
                first, stop, distances, targets[k], distances[targets[k]])
        first = stop


def ranks_of_targets(
    double[:, ::1] distances,  # (n_rows, n); those to the rows' own points change
    const int32_t[::1] rows,  # numbers of the rows' points
    const int32_t[:, ::1] targets,  # (n_rows, n_targets), not the rows' own
    int n_threads,
    int64_t[:, ::1] ranks,  # OUT, of the targets
):
    """Ranks of a few points among all, seen from the point of each row: by counting."""
    cdef Py_ssize_t i
    for i in prange(rows.shape[0], num_threads=n_threads, nogil=True):
        distances[i, rows[i]] = NAN  # neither before any nor at the same place
        rank_some(distances.shape[1], &distances[i, 0], targets.shape[1],
                  &targets[i, 0], &ranks[i, 0])


cdef void compare(
    Py_ssize_t n, const int32_t *first_ranks, const uint64_t *order, int64_t *sums,
) noexcept nogil:
    """Add the pairs of a row to `sums`; see `compare_ranks`."""
    cdef Py_ssize_t a, b
    for b in range(1, n):  # the row's own point is the n-th
        a = first_ranks[<uint32_t> order[b - 1]]
        if a > b:
            sums[5 * a] += 1
            sums[5 * b + 1] += a - b
            sums[5 * a + 2] += a - b
        else:
            sums[5 * b] += 1
            sums[5 * a + 3] += b - a
            sums[5 * b + 4] += b - a


cdef void rank_all(
    Py_ssize_t n, Py_ssize_t own, double *first, double *second, uint64_t *words,
    int32_t *ranks,
) noexcept nogil:
    """Ranks in the first distances; the order of the second begins `words`."""
    cdef Py_ssize_t k
    cdef const uint64_t *order
    first[own] = NAN
    order = ranks_sort(n, first, words, words + n)
    for k in range(n):
        ranks[<uint32_t> order[k]] = <int32_t> (k + 1)
    second[own] = NAN
    # Three passes end in the other half.
    ranks_sort(n, second, words + n, words)


def compare_ranks(
    double[:, ::1] first,  # (n_rows, n), distances >= 0; those to the own points change
    double[:, ::1] second,
    const int32_t[::1] rows,  # numbers of the rows' points
    int n_threads,
    uint64_t[:, ::1] words,  # scratch, (n_threads, 2 n)
    int32_t[:, ::1] ranks,  # scratch, (n_threads, n)
    # OUT, (n_threads, n + 1, 5), added to: for ranks a and b of a pair in the first and
    # second distances and each k: how many have max(a, b) = k; the sum of a - b where
    # a > b = k, and where a = k > b; the sum of b - a where b > a = k, and where
    # b = k > a
    int64_t[:, :, ::1] sums,
):
    """Ranks in two kinds of distances, compared pair by pair.

    The sums are whole numbers: the same in all for any number of threads.
    """
    cdef Py_ssize_t i, n = first.shape[1]
    cdef int thread
    for i in prange(rows.shape[0], num_threads=n_threads, nogil=True):
        thread = thread_id()
        rank_all(n, rows[i], &first[i, 0], &second[i, 0], &words[thread, 0],
                 &ranks[thread, 0])
        compare(n, &ranks[thread, 0], &words[thread, 0], &sums[thread, 0, 0])


def count_pairs(
    double[:, ::1] first,  # (n_rows, n), distances >= 0; those to the own points change
    double[:, ::1] second,
    const int32_t[::1] rows,  # numbers of the rows' points
    uint64_t[::1] words,  # scratch, (2 n,)
    int32_t[::1] ranks,  # scratch, (n,)
    int32_t[:, ::1] matrix,  # OUT, (n, n), added to: pairs of ranks a + 1 and b + 1
):
    """The co-ranking matrix."""
    cdef Py_ssize_t i, b, n = first.shape[1]
    with nogil:
        for i in range(rows.shape[0]):
            rank_all(n, rows[i], &first[i, 0], &second[i, 0], &words[0], &ranks[0])
            for b in range(n - 1):
                matrix[ranks[<uint32_t> words[b]] - 1, b] += 1
