"""Sums over pairs from which given and embedded distances are correlated."""

from cython cimport floating
from cython.parallel cimport prange
from libc.string cimport memset

from ._openmp cimport thread_id


cdef extern from "_distance_sums.h":
    void distance_sums_f64(
        Py_ssize_t, const double *, const double *, double, double *, double *
    ) noexcept nogil
    void distance_sums_f32(
        Py_ssize_t, const float *, const double *, double, double *, double *
    ) noexcept nogil


cdef void row_sums(
    const floating *distances,
    const double[:, ::1] columns,
    Py_ssize_t row,
    double *squared,
    double *sums,
) noexcept nogil:
    cdef Py_ssize_t n = columns.shape[1], k
    memset(squared, 0, n * sizeof(double))
    for k in range(columns.shape[0]):
        if floating is double:
            distance_sums_f64(
                n, distances, &columns[k, 0], columns[k, row], squared, sums + 3 * k)
        else:
            distance_sums_f32(
                n, distances, &columns[k, 0], columns[k, row], squared, sums + 3 * k)


def distance_sums(
    const floating[:, ::1] distances,
    const Py_ssize_t[::1] rows,
    const double[:, ::1] columns,
    int n_threads,
    double[:, ::1] squared,  # scratch, (n_threads, n)
    double[:, :, ::1] sums,  # OUT, (rows, columns, 3)
):
    """For every row i and number of columns k + 1, sums over j of e, e^2 and d e.

    d is ``distances[i, j]``, e the distance of ``rows[i]`` and j in the first k + 1
    columns of the embedding, which are given as rows of `columns`.
    """
    cdef Py_ssize_t i
    for i in prange(
        rows.shape[0], num_threads=n_threads, schedule="static", nogil=True
    ):
        row_sums(&distances[i, 0], columns, rows[i], &squared[thread_id(), 0],
                 &sums[i, 0, 0])
