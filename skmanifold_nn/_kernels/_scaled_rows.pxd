# Rows of samples, as numbers or as bytes, in a network's dtype.
from cython cimport floating
from libc.stdint cimport uint8_t

from ._network cimport Pass

cdef extern from "_scaled_rows.h":
    void scale_reals_f64(
        Py_ssize_t, const double *, double, double *) noexcept nogil
    void scale_reals_f32(Py_ssize_t, const float *, float, float *) noexcept nogil
    void scale_bytes_f64(
        Py_ssize_t, const uint8_t *, double, double *) noexcept nogil
    void scale_bytes_f32(Py_ssize_t, const uint8_t *, float, float *) noexcept nogil


cdef inline void scale_row(
    Py_ssize_t n, const void *row, bint is_bytes, double scale, floating *out,
) noexcept nogil:
    """`scale` times n numbers or bytes."""
    if floating is double:
        if is_bytes:
            scale_bytes_f64(n, <const uint8_t *> row, scale, out)
        else:
            scale_reals_f64(n, <const double *> row, scale, out)
    else:
        if is_bytes:
            scale_bytes_f32(n, <const uint8_t *> row, <float> scale, out)
        else:
            scale_reals_f32(n, <const float *> row, <float> scale, out)


# The pass's rows, `run.source.width` numbers or bytes each.
cdef inline void scale_rows(
    const Pass *run, bint is_bytes, double scale, floating *out,
) noexcept nogil:
    cdef Py_ssize_t width = run.source.width, k
    cdef Py_ssize_t size = 1 if is_bytes else <Py_ssize_t> sizeof(floating)
    cdef const uint8_t *samples = <const uint8_t *> run.source.values
    for k in range(run.n_rows):
        scale_row(width, samples + run.rows[k] * width * size, is_bytes, scale,
                  out + k * width)
