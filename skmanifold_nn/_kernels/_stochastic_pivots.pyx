"""Stochastic descent of the stress of rows against pivots that stand still.

Ortmann, Klimenta and Brandes, "A sparse stress model", JGAA 21, 2017: a pivot stands
for the points nearest to it. Every row moves by itself, LANES rows side by side.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport INFINITY
from libc.stdint cimport int32_t

from ._openmp cimport thread_id


cdef extern from "_stochastic_lanes.h":
    enum: STOCHASTIC_LANES
    double pull_rows_f64(
        Py_ssize_t, Py_ssize_t, const int32_t *, Py_ssize_t, const double *,
        const double *, double, const double *, double *) noexcept nogil
    double pull_rows_f32(
        Py_ssize_t, Py_ssize_t, const int32_t *, Py_ssize_t, const float *,
        const float *, float, const float *, float *) noexcept nogil


cdef void read_chunk(
    const floating *matrix, Py_ssize_t n_pivots, Py_ssize_t height, floating *targets
) noexcept nogil:
    """targets[p, i] = matrix[i, p], -1 from row `height` on and where not finite."""
    cdef Py_ssize_t i, p
    cdef floating value
    for p in range(n_pivots):
        for i in range(STOCHASTIC_LANES):
            value = -1
            if i < height:
                value = matrix[i * n_pivots + p]
                if not 0 <= value < INFINITY:
                    value = -1
            targets[p * STOCHASTIC_LANES + i] = value


cdef double pull_chunk(
    const floating *dissimilarities, const floating *masses, Py_ssize_t n_pivots,
    Py_ssize_t d, Py_ssize_t height, const int32_t *order, Py_ssize_t start,
    double rate, const floating *pivots, floating *targets, floating *places,
) noexcept nogil:
    read_chunk(dissimilarities, n_pivots, height, targets)
    if floating is double:
        return pull_rows_f64(
            n_pivots, d, order, start, targets, masses, rate, pivots, places)
    else:
        return pull_rows_f32(
            n_pivots, d, order, start, targets, masses, <float> rate, pivots, places)


def pull_to_pivots(
    const floating[:, ::1] dissimilarities,  # (rows, pivots), missing where not finite
    const floating[::1] masses,  # how many points each pivot stands for
    const floating[:, ::1] pivots,  # (pivots, dimensions)
    const int32_t[::1] order,  # the pivots in random order
    double rate,
    int n_threads,
    floating[:, ::1] scratch,  # (n_threads, pivots LANES)
    floating[:, :, ::1] places,  # IN and OUT, (chunks, dimensions, LANES)
    double[::1] losses,  # OUT, of each chunk
):
    """One pass of all rows over the pivots: x_i += mu / 2 (delta - e) / e (x_i - y_p).

    mu = min(1, mass_p rate); chunk k starts at the k-th pivot of `order`. `losses` are
    sums of mass_p (delta - e)^2 as the pairs are met. Time O(rows pivots d).
    """
    cdef Py_ssize_t n = dissimilarities.shape[0], n_pivots = pivots.shape[0], k
    for k in prange(places.shape[0], num_threads=n_threads, schedule="dynamic",
                    chunksize=16, nogil=True):
        losses[k] = pull_chunk(
            &dissimilarities[k * STOCHASTIC_LANES, 0], &masses[0], n_pivots,
            places.shape[1], min(STOCHASTIC_LANES, n - k * STOCHASTIC_LANES),
            &order[0], k % n_pivots, rate, &pivots[0, 0], &scratch[thread_id(), 0],
            &places[k, 0, 0])
