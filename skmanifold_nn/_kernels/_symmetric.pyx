"""Union of a weighted graph and its transpose, the smaller weight winning."""

from cython cimport floating
from libc.math cimport fabs
from libc.stdint cimport int32_t


def merge_with_transpose(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    const int32_t[::1] t_indptr,
    const int32_t[::1] t_indices,
    const floating[::1] t_weights,
    int32_t[::1] out_indptr,  # OUT
    int32_t[::1] out_indices,  # OUT, empty: only count
    floating[::1] out_weights,  # OUT
):
    """Rows of both graphs merged, without the diagonal; columns must be ascending.

    An edge given more than once keeps its smallest weight, and zeros are kept. Returns
    the largest difference between the two directions of an edge that has both.
    """
    cdef Py_ssize_t n = indptr.shape[0] - 1, i, p, q, kept = 0
    cdef bint fill = out_indices.shape[0] > 0, forward, backward
    cdef int32_t j
    cdef floating w, v
    cdef double difference = 0
    with nogil:
        for i in range(n):
            out_indptr[i] = <int32_t> kept
            p = indptr[i]
            q = t_indptr[i]
            while p < indptr[i + 1] or q < t_indptr[i + 1]:
                if q == t_indptr[i + 1] or (
                    p < indptr[i + 1] and indices[p] <= t_indices[q]
                ):
                    j = indices[p]
                else:
                    j = t_indices[q]
                forward = p < indptr[i + 1] and indices[p] == j
                backward = q < t_indptr[i + 1] and t_indices[q] == j
                w = weights[p] if forward else t_weights[q]
                while p < indptr[i + 1] and indices[p] == j:
                    w = min(w, weights[p])
                    p += 1
                v = t_weights[q] if backward else w
                while q < t_indptr[i + 1] and t_indices[q] == j:
                    v = min(v, t_weights[q])
                    q += 1
                if j == i:
                    continue
                difference = max(difference, fabs(<double> w - <double> v))
                if fill:
                    out_indices[kept] = j
                    out_weights[kept] = min(w, v)
                kept += 1
        out_indptr[n] = <int32_t> kept
    return difference
