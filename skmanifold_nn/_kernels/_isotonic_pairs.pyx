"""Distances of listed pairs of points, and values back into a matrix.

Pairs sorted by dissimilarity jump about in an n x n array. Their distances are
computed anew from the configuration, which the first-level cache holds; only the
disparities are written across the array.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t


cdef extern from "_isotonic_pairs.h":
    void listed_distances_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const int32_t *, const int32_t *,
        const double *, double *) noexcept nogil
    void listed_distances_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const int32_t *, const int32_t *,
        const float *, double *) noexcept nogil

cdef enum: CHUNK = 4096


def listed_distances(
    const int32_t[::1] rows,
    const int32_t[::1] columns,
    const floating[:, ::1] places,  # (d, n)
    int n_threads,
    double[::1] distances,  # OUT, (m,)
):
    """distances[k] = |x_i - x_j| for i = rows[k] and j = columns[k]."""
    cdef Py_ssize_t d = places.shape[0], n = places.shape[1], m = rows.shape[0]
    cdef Py_ssize_t chunk, start, size
    for chunk in prange(
        (m + CHUNK - 1) // CHUNK, num_threads=n_threads,
        schedule="static", nogil=True,
    ):
        start = chunk * CHUNK
        size = min(CHUNK, m - start)
        if floating is double:
            listed_distances_f64(
                d, n, size, &rows[start], &columns[start], &places[0, 0],
                &distances[start])
        else:
            listed_distances_f32(
                d, n, size, &rows[start], &columns[start], &places[0, 0],
                &distances[start])


def scatter_disparities(
    const int32_t[::1] rows,
    const int32_t[::1] columns,
    const int64_t[::1] positions,  # of the values in the list of pairs, or None
    const double[::1] values,
    double scale,
    int n_threads,
    floating[:, ::1] disparities,  # OUT, (n, n), the listed entries
):
    """disparities[i, j] = scale times the value of the pair (i, j)."""
    cdef Py_ssize_t m = values.shape[0], k, pair
    cdef bint listed = positions is None
    for k in prange(m, num_threads=n_threads, schedule="static", nogil=True):
        pair = k if listed else positions[k]
        disparities[rows[pair], columns[pair]] = <floating> (scale * values[k])
