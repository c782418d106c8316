"""Geodesics of new points through their neighbours among the old ones.

Point i is linked to the vertices ``vertices[start[i]:start[i + 1]]``, `offsets` away.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t


cdef void lower(
    floating offset, const floating *row, Py_ssize_t n, floating *out
) noexcept nogil:
    """out = min(out, offset + row)."""
    cdef Py_ssize_t j
    cdef floating candidate
    for j in range(n):
        candidate = offset + row[j]
        out[j] = candidate if candidate < out[j] else out[j]


def link_rows(
    const floating[:, ::1] distances,  # a row a vertex
    const int64_t[::1] start,
    const int32_t[::1] vertices,
    const floating[::1] offsets,
    int n_threads,
    floating[:, ::1] out,  # OUT, a row a point
):
    """out[i, j] = min over the links q of point i of offset[q] + distances[q, j]."""
    cdef Py_ssize_t n = distances.shape[1], i, j, q
    for i in prange(out.shape[0], num_threads=n_threads, schedule="static", nogil=True):
        for j in range(n):
            out[i, j] = INFINITY
        for q in range(start[i], start[i + 1]):
            lower(offsets[q], &distances[vertices[q], 0], n, &out[i, 0])


def link_columns(
    const floating[:, ::1] distances,  # a column a vertex
    const int64_t[::1] start,
    const int32_t[::1] vertices,
    const floating[::1] offsets,
    int n_threads,
    floating[:, ::1] out,  # OUT, a column a point
):
    """out[j, i] = min over the links q of point i of offset[q] + distances[j, q]."""
    cdef Py_ssize_t i, j, q
    cdef floating nearest
    for j in prange(out.shape[0], num_threads=n_threads, schedule="static", nogil=True):
        for i in range(out.shape[1]):
            nearest = INFINITY
            for q in range(start[i], start[i + 1]):
                nearest = min(nearest, offsets[q] + distances[j, vertices[q]])
            out[j, i] = nearest
