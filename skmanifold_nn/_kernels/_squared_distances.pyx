"""Squared Euclidean distances of some rows to all, by products on our own threads."""

from cython.parallel cimport prange

from ._gemm cimport multiply


# Rows of a part: enough for a product to pack what they are multiplied by.
cdef enum: PART = 32


cdef void measure_rows(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t d, const double *rows,
    const double *row_norms, const double *columns, const double *norms,
    double *squares,
) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef double value
    multiply(m, n, d, rows, d, 1, columns, n, norms, 0, squares, n)
    for i in range(m):
        for j in range(n):
            value = squares[i * n + j] + row_norms[i]
            squares[i * n + j] = value if value > 0 else 0


def squared_distances(
    const double[:, ::1] rows,  # (m, d): -2 x of each
    const double[::1] row_norms,  # (m,): |x|^2
    const double[:, ::1] columns,  # (d, n): y of each
    const double[::1] norms,  # (n,): |y|^2
    int n_threads,
    double[:, ::1] squares,  # OUT, (m, n)
):
    """|x|^2 - 2 x y + |y|^2, not below zero.

    A row has the same bits whatever the others are, and equal y give equal values.
    """
    cdef Py_ssize_t m = rows.shape[0], n = columns.shape[1], d = rows.shape[1], part
    cdef Py_ssize_t n_parts = (m + PART - 1) // PART
    for part in prange(n_parts, num_threads=n_threads, nogil=True, schedule="dynamic"):
        measure_rows(
            min(PART, m - part * PART), n, d, &rows[part * PART, 0],
            &row_norms[part * PART], &columns[0, 0], &norms[0],
            &squares[part * PART, 0])
