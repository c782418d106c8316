# Products of CSR rows with dense matrices; _inputs.h says how.
from libc.stdint cimport int32_t, int64_t

cdef extern from "_inputs.h":
    enum:
        INPUTS_LINE_BYTES
        INPUTS_LINES
        INPUTS_NEAR_BYTES
    ctypedef struct csr_rows_f64:
        const double *values
        const int32_t *columns
        const int64_t *starts
        const int64_t *rows
        Py_ssize_t n_rows
        int64_t first
        int64_t stop
    ctypedef struct csr_rows_f32:
        const float *values
        const int32_t *columns
        const int64_t *starts
        const int64_t *rows
        Py_ssize_t n_rows
        int64_t first
        int64_t stop
    void csr_product_f64(
        const csr_rows_f64 *, int, Py_ssize_t, const double *, const double *,
        double *, Py_ssize_t) noexcept nogil
    void csr_product_f32(
        const csr_rows_f32 *, int, Py_ssize_t, const float *, const float *,
        float *, Py_ssize_t) noexcept nogil
    void csr_scatter_f64(
        const csr_rows_f64 *, int, Py_ssize_t, const double *, double *, Py_ssize_t,
    ) noexcept nogil
    void csr_scatter_f32(
        const csr_rows_f32 *, int, Py_ssize_t, const float *, float *, Py_ssize_t,
    ) noexcept nogil
