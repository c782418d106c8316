"""Weights that rebuild points from their neighbours, many points at a time.

Saul and Roweis, "Think globally, fit locally", JMLR 4 (2003), section 3.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t
from libc.string cimport memset

from ._openmp cimport thread_id


cdef extern from "_barycenter_lanes.h":
    enum: BARYCENTER_LANES
    enum: BARYCENTER_TILE
    enum: BARYCENTER_FEATURES
    void barycenter_gram(
        Py_ssize_t, Py_ssize_t, const double *, double *) noexcept nogil
    void barycenter_fetch(const void *, Py_ssize_t) noexcept nogil
    void barycenter_solve(
        Py_ssize_t, Py_ssize_t, double, double *, double *) noexcept nogil


cdef inline Py_ssize_t padded(Py_ssize_t k) noexcept nogil:
    return (k + BARYCENTER_TILE - 1) // BARYCENTER_TILE * BARYCENTER_TILE


def scratch_size(Py_ssize_t k):
    """Entries of scratch that a thread needs for k neighbours a point."""
    cdef Py_ssize_t stride = padded(k)
    return BARYCENTER_LANES * (stride * (BARYCENTER_FEATURES + stride) + k)


cdef void take_differences(
    const floating[:, ::1] points, const floating[:, ::1] rows,
    const int32_t[:, ::1] neighbors, Py_ssize_t first, Py_ssize_t n_points,
    Py_ssize_t feature, Py_ssize_t n_features, double *z,
) noexcept nogil:
    """z[i][f][lane] = rows[neighbors[point, i], f] - points[point, f]."""
    cdef Py_ssize_t lane, i, f
    cdef const floating *point
    cdef const floating *neighbor
    cdef double *out
    for lane in range(n_points):
        point = &points[first + lane, feature]
        for i in range(neighbors.shape[1]):
            neighbor = &rows[neighbors[first + lane, i], feature]
            barycenter_fetch(
                neighbor + BARYCENTER_FEATURES,
                min(BARYCENTER_FEATURES, points.shape[1] - feature - n_features)
                * <Py_ssize_t> sizeof(floating))
            out = z + i * BARYCENTER_FEATURES * BARYCENTER_LANES + lane
            for f in range(n_features):
                out[f * BARYCENTER_LANES] = <double> neighbor[f] - <double> point[f]


cdef inline Py_ssize_t coincident(
    Py_ssize_t k, Py_ssize_t stride, const double *gram
) noexcept nogil:
    """The first neighbour at distance zero, or -1."""
    cdef Py_ssize_t i
    for i in range(k):
        if gram[i * (stride + 1) * BARYCENTER_LANES] == 0:
            return i
    return -1


cdef void weigh(
    const floating[:, ::1] points, const floating[:, ::1] rows,
    const int32_t[:, ::1] neighbors, Py_ssize_t first, double reg, double *z,
    double[:, ::1] weights,
) noexcept nogil:
    cdef Py_ssize_t k = neighbors.shape[1], stride = padded(k)
    cdef Py_ssize_t d = points.shape[1], tile, feature, n_features, lane, i
    cdef Py_ssize_t n_points = min(BARYCENTER_LANES, points.shape[0] - first)
    cdef double *gram = z + stride * BARYCENTER_FEATURES * BARYCENTER_LANES
    cdef double *solution = gram + stride * stride * BARYCENTER_LANES
    cdef Py_ssize_t[BARYCENTER_LANES] same
    memset(z, 0, <size_t> (solution - z) * sizeof(double))
    for tile in range((d + BARYCENTER_FEATURES - 1) // BARYCENTER_FEATURES):
        feature = tile * BARYCENTER_FEATURES
        n_features = min(BARYCENTER_FEATURES, d - feature)
        take_differences(
            points, rows, neighbors, first, n_points, feature, n_features, z)
        barycenter_gram(stride, n_features, z, gram)
    for lane in range(n_points):
        same[lane] = coincident(k, stride, gram + lane)
    barycenter_solve(k, stride, reg, gram, solution)
    for lane in range(n_points):
        for i in range(k):
            if same[lane] < 0:
                weights[first + lane, i] = solution[i * BARYCENTER_LANES + lane]
            else:
                weights[first + lane, i] = i == same[lane]


def barycenter_weights(
    const floating[:, ::1] points,
    const floating[:, ::1] rows,
    const int32_t[:, ::1] neighbors,  # of every point among the rows, at least one
    double reg,
    int n_threads,
    double[:, ::1] scratch,  # (n_threads, scratch_size(k))
    double[:, ::1] weights,  # OUT, (n_points, k)
):
    """Weights w of sum 1 that minimise |p - sum_i w_i x_i|^2 + reg trace(G) |w|^2.

    G is the Gram matrix of the k differences x_i - p; a neighbour that equals p has
    weight 1. Time O(k^2 (d + k)) a point, in float64.
    """
    cdef Py_ssize_t b
    cdef Py_ssize_t n = (points.shape[0] + BARYCENTER_LANES - 1) // BARYCENTER_LANES
    for b in prange(
        n, num_threads=n_threads, schedule="dynamic", chunksize=8, nogil=True
    ):
        weigh(points, rows, neighbors, b * BARYCENTER_LANES, reg,
              &scratch[thread_id(), 0], weights)
