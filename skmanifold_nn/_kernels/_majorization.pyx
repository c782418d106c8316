"""Majorisation of stress: the sums over all pairs of points in one pass.

With w the weights, delta the disparities and e_ij = |x_i - x_j| the embedded distances,
stress is the sum over i < j of w_ij (delta_ij - e_ij)^2, and the Guttman transform is
V^+ B(X) X, where

    (B(X) X)_i = sum_j w_ij (delta_ij / e_ij) (x_i - x_j)

and V is the Laplacian matrix of the weights (V^+ = J / n without weights). Only what is
above the diagonal of the n x n arrays is read. Points whose distance is zero, or below
the root of the smallest normal number (1e-154; 1e-19 for float32), count as coincident
and do not move each other; sums overflow beyond 1e150 (1e17), so that the caller brings
disparities of another scale to order one.

Strips of rows are dealt to a fixed number of parts with sums of their own, which are
added in a fixed order: the result has the same bits for any number of threads. Products
are rounded to the dtype, sums over rows to float64.

J. de Leeuw, "Applications of convex analysis to multidimensional scaling", 1977.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.string cimport memset


cdef extern from "_majorization.h":
    void majorization_tile_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        const double *, double *, double *) noexcept nogil
    void majorization_tile_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, const float *,
        const float *, double *, double *) noexcept nogil
    void majorization_stresses_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        const double *, double *) noexcept nogil
    void majorization_stresses_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, const float *,
        const float *, double *) noexcept nogil
    void majorization_distances_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, double *) noexcept nogil
    void majorization_distances_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, float *) noexcept nogil

N_PARTS = 16
cdef enum:
    STRIP = 32  # rows
    FEW = 128  # points that are not worth another thread


cdef Py_ssize_t strip_row(
    Py_ssize_t part, Py_ssize_t n_parts, Py_ssize_t turn
) noexcept nogil:
    """First row of a part's next strip: strips are dealt from either end in turn."""
    return STRIP * (turn * n_parts + (n_parts - 1 - part if turn % 2 else part))


cdef void add_part(
    const floating *disparities, const floating *weights, const floating[:, ::1] places,
    Py_ssize_t part, Py_ssize_t n_parts, double *moved, double *sums,
) noexcept nogil:
    cdef Py_ssize_t d = places.shape[0], n = places.shape[1], turn, row
    memset(moved, 0, d * n * sizeof(double))
    sums[0] = 0
    sums[1] = 0
    for turn in range(n // (STRIP * n_parts) + 1):
        row = strip_row(part, n_parts, turn)
        if row < n:
            if floating is double:
                majorization_tile_f64(
                    d, n, row, min(row + STRIP, n), disparities, weights, &places[0, 0],
                    moved, sums)
            else:
                majorization_tile_f32(
                    d, n, row, min(row + STRIP, n), disparities, weights, &places[0, 0],
                    moved, sums)


def guttman(
    const floating[:, ::1] disparities,  # (n, n)
    const floating[:, ::1] weights,  # (n, n) or None
    const floating[:, ::1] places,  # (d, n)
    int n_threads,
    double[:, ::1] parts,  # scratch, (N_PARTS, d n + 2)
    floating[:, ::1] moved,  # OUT, (d, n)
    double[::1] sums,  # OUT, (2,)
):
    """moved = B(X) X and sums = [sum w (delta - e)^2, sum w e^2] over the pairs i < j.

    A pair of weight zero is missing: its disparity may be NaN. The number of parts
    bounds the threads that find work. Time O(d n^2), the memory of `parts`.
    """
    cdef Py_ssize_t d = places.shape[0], n = places.shape[1]
    cdef Py_ssize_t n_parts = parts.shape[0], part, i
    cdef const floating *w = NULL
    cdef floating *m = &moved[0, 0]
    cdef double total
    if weights is not None:
        w = &weights[0, 0]
    n_threads = min(n_threads, 1 + n // FEW)
    for part in prange(
        n_parts, num_threads=n_threads, schedule="dynamic", chunksize=1, nogil=True
    ):
        add_part(&disparities[0, 0], w, places, part, n_parts, &parts[part, 0],
                 &parts[part, d * n])
    for i in prange(d * n, num_threads=n_threads, schedule="static", nogil=True):
        total = parts[0, i]
        for part in range(1, n_parts):
            total = total + parts[part, i]
        m[i] = <floating> total
    for i in range(2):
        sums[i] = 0
        for part in range(n_parts):
            sums[i] += parts[part, d * n + i]


cdef void add_stresses(
    const floating *disparities, const floating *weights, const floating[:, ::1] places,
    Py_ssize_t part, Py_ssize_t n_parts, double *stresses,
) noexcept nogil:
    cdef Py_ssize_t d = places.shape[0], n = places.shape[1], turn, row, i
    memset(stresses, 0, n * sizeof(double))
    for turn in range(n // (STRIP * n_parts) + 1):
        row = strip_row(part, n_parts, turn)
        for i in range(row, min(row + STRIP, n)):
            if floating is double:
                majorization_stresses_f64(
                    d, n, i, disparities, weights, &places[0, 0], stresses)
            else:
                majorization_stresses_f32(
                    d, n, i, disparities, weights, &places[0, 0], stresses)


def point_stresses(
    const floating[:, ::1] disparities,  # (n, n)
    const floating[:, ::1] weights,  # (n, n) or None
    const floating[:, ::1] places,  # (d, n)
    int n_threads,
    double[:, ::1] parts,  # scratch, (N_PARTS, n) or wider
    double[::1] stresses,  # OUT, (n,)
):
    """sum_j w_ij (delta_ij - e_ij)^2 of each point i: twice the raw stress in all."""
    cdef Py_ssize_t n = places.shape[1], n_parts = parts.shape[0], part, i
    cdef const floating *w = NULL
    if weights is not None:
        w = &weights[0, 0]
    for part in prange(
        n_parts, num_threads=n_threads, schedule="dynamic", chunksize=1, nogil=True
    ):
        add_stresses(&disparities[0, 0], w, places, part, n_parts, &parts[part, 0])
    for i in range(n):
        stresses[i] = 0
        for part in range(n_parts):
            stresses[i] += parts[part, i]


def pair_distances(
    const floating[:, ::1] places,  # (d, n)
    int n_threads,
    floating[:, ::1] distances,  # OUT, (n, n), entries j > i
):
    """distances_ij = |x_i - x_j| above the diagonal; the rest is left as it is."""
    cdef Py_ssize_t d = places.shape[0], n = places.shape[1], i
    for i in prange(n, num_threads=n_threads, schedule="dynamic", chunksize=STRIP,
                    nogil=True):
        if floating is double:
            majorization_distances_f64(d, n, i, &places[0, 0], &distances[i, 0])
        else:
            majorization_distances_f32(d, n, i, &places[0, 0], &distances[i, 0])
