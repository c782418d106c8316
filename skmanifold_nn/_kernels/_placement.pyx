"""New points into a configuration that stays as it is, one by one.

The stress of a new point y, the sum over the training points j of
w_j (delta_j - |y - x_j|)^2, is majorised as that of all pairs is; one step is

    y <- sum_j w_j (x_j + delta_j (y - x_j) / |y - x_j|) / sum_j w_j

and never increases it. A training point that y coincides with does not move it, and a
dissimilarity that is NaN counts as one of weight zero. Arithmetic is float64, and a row
does not depend on the others. The range of distances is that of ``_majorization``.
"""

from cython cimport floating
from cython.parallel cimport prange

from ._openmp cimport thread_id


cdef extern from "_placement_lanes.h":
    void placement_pass(
        Py_ssize_t, Py_ssize_t, const double *, const double *, const double *,
        const double *, double *, double *) noexcept nogil


cdef double prepare(
    const floating *dissimilarities, const double *weights,
    const double[:, ::1] places, double *delta, double *w, double *center,
) noexcept nogil:
    """What is given in float64, zero where missing; center = sum w x; sum w."""
    cdef Py_ssize_t n = places.shape[1], j, k
    cdef double mass = 0
    cdef bint known
    for j in range(n):
        w[j] = 1 if weights == NULL else weights[j]
        known = dissimilarities[j] == dissimilarities[j] and w[j] > 0
        w[j] = w[j] if known else 0
        delta[j] = dissimilarities[j] if known else 0
        mass += w[j]
    for k in range(places.shape[0]):
        center[k] = 0
        for j in range(n):
            center[k] += w[j] * places[k, j]
    return mass


cdef Py_ssize_t place_row(
    const floating *dissimilarities, const double *weights,
    const double[:, ::1] places, Py_ssize_t max_iter, double eps, double *scratch,
    floating *placed, double *stress,
) noexcept nogil:
    """Moves one point; returns the number of steps."""
    cdef Py_ssize_t d = places.shape[0], n = places.shape[1], k, step = 0
    cdef double *y = scratch
    cdef double *moves = y + d
    cdef double *center = moves + d
    cdef double *delta = center + d
    cdef double *w = delta + n
    cdef double sums[2]
    cdef double mass, before
    mass = prepare(dissimilarities, weights, places, delta, w, center)
    for k in range(d):
        y[k] = placed[k]
    placement_pass(d, n, delta, w, &places[0, 0], y, moves, sums)
    while step < max_iter and mass > 0:
        before = sums[0]
        for k in range(d):
            y[k] = (center[k] + moves[k]) / mass
        step += 1
        placement_pass(d, n, delta, w, &places[0, 0], y, moves, sums)
        if before - sums[0] <= eps * sums[1]:
            break
    for k in range(d):
        placed[k] = <floating> y[k]
    stress[0] = sums[0]
    return step


def place_rows(
    const floating[:, ::1] dissimilarities,  # (n_queries, n), NaN where missing
    const double[::1] weights,  # (n,) or None
    const double[:, ::1] places,  # (d, n)
    int n_threads,
    Py_ssize_t max_iter,
    double eps,
    double[:, ::1] scratch,  # (n_threads, 3 d + 2 n)
    floating[:, ::1] placed,  # OUT, (n_queries, d): starts in, places out
    double[::1] stresses,  # OUT, (n_queries,)
    Py_ssize_t[::1] counts,  # OUT, (n_queries,): steps taken
):
    """Places each row until its stress decreases by eps sum_j w_j e_j^2 or less.

    A row that has nothing but missing dissimilarities stays where it is. Time O(d n)
    a step and row.
    """
    cdef Py_ssize_t q
    cdef const double *w = NULL
    if weights is not None:
        w = &weights[0]
    for q in prange(
        dissimilarities.shape[0], num_threads=n_threads, schedule="dynamic",
        chunksize=1, nogil=True,
    ):
        counts[q] = place_row(
            &dissimilarities[q, 0], w, places, max_iter, eps, &scratch[thread_id(), 0],
            &placed[q, 0], &stresses[q])
