"""Sums of small symmetric blocks, each over a few points, as one sparse matrix.

M = sum_b S_b B_b S_b', where S_b puts the m rows of block b at its members (Zhang and
Zha, "Principal manifolds and nonlinear dimensionality reduction via tangent space
alignment", SIAM J. Sci. Comput. 26 (2004), section 4). Rows are counted, then filled.
"""

from cython.parallel cimport prange
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memset

from ._openmp cimport thread_id


cdef extern from "_bitset.h":
    int bitset_add(uint64_t *, uint64_t *, int32_t) noexcept nogil
    Py_ssize_t bitset_drain(
        Py_ssize_t, uint64_t *, uint64_t *, int32_t *) noexcept nogil
    void bitset_prefetch(const void *) noexcept nogil

cdef enum:
    AHEAD = 12  # places between a block and the one that is fetched from memory


cdef inline Py_ssize_t summary_words(Py_ssize_t n) noexcept nogil:
    return n // 4096 + 1


def bitset_words(Py_ssize_t n):
    """Words of a set of integers below n, all zero when it is empty."""
    return summary_words(n) * 65


def list_blocks(
    const int32_t[:, ::1] members,
    int32_t[::1] start,  # OUT, (n + 1,)
    int32_t[::1] places,  # OUT, (n_blocks * m,)
):
    """Where each point is a member: ``places[start[i] : start[i + 1]]``, ascending.

    Place p is ``members[p // m, p % m]``. Time O(n_blocks m), on one thread.
    """
    cdef Py_ssize_t p, n_places = members.shape[0] * members.shape[1]
    cdef Py_ssize_t i, n = start.shape[0] - 1
    cdef const int32_t *member
    if n_places == 0:
        start[:] = 0
        return
    member = &members[0, 0]
    with nogil:
        memset(&start[0], 0, <size_t> (n + 1) * sizeof(int32_t))
        for p in range(n_places):
            start[member[p]] += 1
        for i in range(1, n + 1):
            start[i] += start[i - 1]
        for p in range(n_places - 1, -1, -1):
            start[member[p]] -= 1
            places[start[member[p]]] = <int32_t> p


cdef int32_t count_row(
    const int32_t[:, ::1] members, const int32_t[::1] places, Py_ssize_t first,
    Py_ssize_t end, Py_ssize_t n, uint64_t *summary,
) noexcept nogil:
    cdef Py_ssize_t m = members.shape[1], p, q, last = places.shape[0] - 1
    cdef uint64_t *words = summary + summary_words(n)
    cdef const int32_t *member
    cdef int32_t count = 0
    for p in range(first, end):
        bitset_prefetch(&members[places[min(p + AHEAD, last)] // m, 0])
        member = &members[places[p] // m, 0]
        for q in range(m):
            count += bitset_add(summary, words, member[q])
    bitset_drain(summary_words(n), summary, words, NULL)
    return count


def count_entries(
    const int32_t[:, ::1] members,
    const int32_t[::1] start,
    const int32_t[::1] places,
    int n_threads,
    uint64_t[:, ::1] sets,  # scratch, (n_threads, bitset_words(n)), zero and left so
    int32_t[::1] counts,  # OUT, (n,)
):
    """Entries of every row of M: points that share a block with the row's point."""
    cdef Py_ssize_t i, n = counts.shape[0]
    for i in prange(
        n, num_threads=n_threads, schedule="dynamic", chunksize=256, nogil=True
    ):
        counts[i] = count_row(
            members, places, start[i], start[i + 1], n, &sets[thread_id(), 0])


cdef void fill_row(
    const int32_t[:, ::1] members, const double[:, ::1] blocks, bint outer,
    const int32_t[::1] places, Py_ssize_t first, Py_ssize_t end, Py_ssize_t n,
    uint64_t *summary, double *sums, int32_t *indices, double *data,
) noexcept nogil:
    cdef Py_ssize_t m = members.shape[1], p, q, block, count
    cdef Py_ssize_t last = places.shape[0] - 1
    cdef uint64_t *words = summary + summary_words(n)
    cdef const int32_t *member
    cdef const double *row
    cdef double scale = 1
    for p in range(first, end):
        block = places[min(p + AHEAD, last)] // m
        bitset_prefetch(&members[block, 0])
        bitset_prefetch(&blocks[block, 0] + (
            0 if outer else (places[min(p + AHEAD, last)] - block * m) * m))
        block = places[p] // m
        member = &members[block, 0]
        row = &blocks[block, 0]
        if outer:
            scale = row[places[p] - block * m]
        else:
            row = row + (places[p] - block * m) * m
        for q in range(m):
            bitset_add(summary, words, member[q])
            sums[member[q]] += scale * row[q]
    count = bitset_drain(summary_words(n), summary, words, indices)
    for q in range(count):
        data[q] = sums[indices[q]]
        sums[indices[q]] = 0


def fill_entries(
    const int32_t[:, ::1] members,
    const double[:, ::1] blocks,  # (n_blocks, m * m), or (n_blocks, m) if `outer`
    bint outer,  # whether a block is given by w, with B = w w'
    const int32_t[::1] start,
    const int32_t[::1] places,
    const int32_t[::1] indptr,
    int n_threads,
    uint64_t[:, ::1] sets,  # scratch, (n_threads, bitset_words(n)), zero and left so
    double[:, ::1] sums,  # scratch, (n_threads, n), zero and left so
    int32_t[::1] indices,  # OUT, ascending
    double[::1] data,  # OUT
):
    """The rows of M as CSR, exactly symmetric if the blocks are.

    Time O(n_blocks m^2), on all threads; blocks are added in ascending order.
    """
    cdef Py_ssize_t i, n = indptr.shape[0] - 1
    for i in prange(
        n, num_threads=n_threads, schedule="dynamic", chunksize=256, nogil=True
    ):
        fill_row(
            members, blocks, outer, places, start[i], start[i + 1], n,
            &sets[thread_id(), 0], &sums[thread_id(), 0], &indices[0] + indptr[i],
            &data[0] + indptr[i])
