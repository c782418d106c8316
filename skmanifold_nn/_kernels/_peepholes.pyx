"""Gradients of the peepholes of long short-term memory; see _peepholes.pxd."""

from cython cimport floating
from libc.stdint cimport int64_t

from ._network cimport Op, Pass
from ._recurrent cimport Run, Step, first_step, next_run


cdef extern from "_peepholes.h":
    void peepholes_add_f64(
        Py_ssize_t, Py_ssize_t, const double *, const double *, double *) noexcept nogil
    void peepholes_add_f32(
        Py_ssize_t, Py_ssize_t, const float *, const float *, float *) noexcept nogil


cdef void add_peepholes(
    Py_ssize_t n, Py_ssize_t H, const floating *c, const floating *dz, floating *dp,
) noexcept nogil:
    if floating is double:
        peepholes_add_f64(n, H, c, dz, dp)
    else:
        peepholes_add_f32(n, H, c, dz, dp)


cdef void collect_peepholes(
    const Op *op, const Pass *run, const floating *c, const floating *dz, floating *dp,
) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0
    cdef int64_t H = op.ints[0]
    cdef Step s = first_step(run, reverse, False)
    cdef Run r
    while next_run(run, reverse, &s, &r):
        add_peepholes(r.n, H, c + r.before * H, dz + r.row * op.n_in, dp)
        add_peepholes(r.n, H, c + r.before * H, dz + r.row * op.n_in + H, dp + H)
    add_peepholes(run.n_rows, H, c, dz + 3 * H, dp + 2 * H)
