"""Affinity graphs in CSR: both directions merged, the diagonal, components."""

from cython cimport floating
from libc.stdint cimport int32_t


def transpose_pattern(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    int32_t[::1] out_indptr,  # OUT
    int32_t[::1] out_indices,  # OUT
):
    """Pattern of the transposed square matrix, its columns ascending."""
    cdef Py_ssize_t n = indptr.shape[0] - 1, i, p
    cdef int32_t j, place
    with nogil:
        for i in range(n + 1):
            out_indptr[i] = 0
        for p in range(indptr[n]):
            out_indptr[indices[p] + 1] += 1
        for i in range(n):
            out_indptr[i + 1] += out_indptr[i]
        # out_indptr[j] is where row j goes on, and ends as the start of row j + 1
        for i in range(n):
            for p in range(indptr[i], indptr[i + 1]):
                j = indices[p]
                place = out_indptr[j]
                out_indices[place] = <int32_t> i
                out_indptr[j] = place + 1
        for i in range(n, 0, -1):
            out_indptr[i] = out_indptr[i - 1]
        out_indptr[0] = 0


def merge_directions(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const int32_t[::1] t_indptr,
    const int32_t[::1] t_indices,
    int32_t[::1] out_indptr,  # OUT
    int32_t[::1] out_indices,  # OUT, with room for both graphs and the diagonal
    double[::1] out_weights,  # OUT
):
    """(G + G') / 2 off the diagonal and 1 on it, for patterns with ascending columns.

    Entries of the diagonal of G are ignored; no other comes twice.
    """
    cdef Py_ssize_t n = indptr.shape[0] - 1, i, p, q, kept = 0
    cdef int32_t j
    cdef bint placed
    cdef double weight
    with nogil:
        for i in range(n):
            out_indptr[i] = <int32_t> kept
            p = indptr[i]
            q = t_indptr[i]
            placed = False
            while p < indptr[i + 1] or q < t_indptr[i + 1]:
                if q == t_indptr[i + 1] or (
                    p < indptr[i + 1] and indices[p] <= t_indices[q]
                ):
                    j = indices[p]
                else:
                    j = t_indices[q]
                weight = 0
                if p < indptr[i + 1] and indices[p] == j:
                    weight += 0.5
                    p += 1
                if q < t_indptr[i + 1] and t_indices[q] == j:
                    weight += 0.5
                    q += 1
                if j >= i and not placed:
                    out_indices[kept] = <int32_t> i
                    out_weights[kept] = 1
                    kept += 1
                    placed = True
                if j != i:
                    out_indices[kept] = j
                    out_weights[kept] = weight
                    kept += 1
            if not placed:
                out_indices[kept] = <int32_t> i
                out_weights[kept] = 1
                kept += 1
        out_indptr[n] = <int32_t> kept


def drop_diagonal(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    int32_t[::1] out_indptr,  # OUT
    int32_t[::1] out_indices,  # OUT, as long as indices
    floating[::1] out_weights,  # OUT
):
    """A square matrix without the entries of its diagonal."""
    cdef Py_ssize_t n = indptr.shape[0] - 1, i, p, kept = 0
    with nogil:
        for i in range(n):
            out_indptr[i] = <int32_t> kept
            for p in range(indptr[i], indptr[i + 1]):
                if indices[p] != i:
                    out_indices[kept] = indices[p]
                    out_weights[kept] = weights[p]
                    kept += 1
        out_indptr[n] = <int32_t> kept


def label_components(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const double[::1] weights,
    const double[::1] heaviest,
    double negligible,
    int32_t[::1] stack,  # scratch, one a row
    int32_t[::1] labels,  # OUT
):
    """Components of a symmetric graph by depth-first search; returns their number.

    An edge does not count if its weight is 0, or less than `negligible` times the
    smaller of the weights in `heaviest` of its ends.
    """
    cdef Py_ssize_t n = indptr.shape[0] - 1, first, p, height
    cdef int32_t i, j, label = 0
    with nogil:
        for first in range(n):
            labels[first] = -1
        for first in range(n):
            if labels[first] >= 0:
                continue
            labels[first] = label
            stack[0] = <int32_t> first
            height = 1
            while height > 0:
                height -= 1
                i = stack[height]
                for p in range(indptr[i], indptr[i + 1]):
                    j = indices[p]
                    if (
                        labels[j] < 0
                        and weights[p] > 0
                        and weights[p] >= negligible * min(heaviest[i], heaviest[j])
                    ):
                        labels[j] = label
                        stack[height] = j
                        height += 1
            label += 1
    return label
