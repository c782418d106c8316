# C kernels of _simd.h under one name for both dtypes.
from cython cimport floating
from libc.stdint cimport int32_t

cdef extern from "_simd.h":
    enum: SKMNN_LANE_BYTES
    void minplus_lanes_f64(
        Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, Py_ssize_t,
        const double *, Py_ssize_t, const int32_t *,
        double *, Py_ssize_t, const int32_t *) noexcept nogil
    void minplus_lanes_f32(
        Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, Py_ssize_t,
        const float *, Py_ssize_t, const int32_t *,
        float *, Py_ssize_t, const int32_t *) noexcept nogil
    void write_rows_f64(
        Py_ssize_t, const double *, const int32_t *,
        Py_ssize_t, double **) noexcept nogil
    void write_rows_f32(
        Py_ssize_t, const float *, const int32_t *,
        Py_ssize_t, float **) noexcept nogil
    void close_dense_f64(Py_ssize_t, double *) noexcept nogil
    void close_dense_f32(Py_ssize_t, float *) noexcept nogil


cdef inline Py_ssize_t lane_count(Py_ssize_t itemsize) noexcept nogil:
    return SKMNN_LANE_BYTES // itemsize


cdef inline void minplus_lanes(
    Py_ssize_t rows, Py_ssize_t depth,
    const floating *a, Py_ssize_t a_row, Py_ssize_t a_col,
    const floating *b, Py_ssize_t ldb, const int32_t *b_index,
    floating *c, Py_ssize_t ldc, const int32_t *c_index,
) noexcept nogil:
    """C[c(i)] = min(C[c(i)], min_p A[i, p] + B[b(p)]), one vector of lanes a row."""
    if floating is double:
        minplus_lanes_f64(
            rows, depth, a, a_row, a_col, b, ldb, b_index, c, ldc, c_index)
    else:
        minplus_lanes_f32(
            rows, depth, a, a_row, a_col, b, ldb, b_index, c, ldc, c_index)


cdef inline void write_rows(
    Py_ssize_t n, const floating *panel, const int32_t *position,
    Py_ssize_t rows, floating **out,
) noexcept nogil:
    """out[i][j] = panel[position[j], i]."""
    if floating is double:
        write_rows_f64(n, panel, position, rows, out)
    else:
        write_rows_f32(n, panel, position, rows, out)


cdef inline void close_dense(Py_ssize_t k, floating *a) noexcept nogil:
    """Floyd-Warshall closure of a k x k matrix in place."""
    if floating is double:
        close_dense_f64(k, a)
    else:
        close_dense_f32(k, a)
