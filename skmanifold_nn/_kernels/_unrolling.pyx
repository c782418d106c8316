"""Samples of equally many steps, as sequences and back.

"unroll" makes a tensor over samples, of shape (n_steps, width), one over steps; "roll"
is its inverse. All sequences are equally long, so that they stand in the order of the
samples.
"""

from cython cimport floating
from libc.stdint cimport uintptr_t

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_combination.h":
    void combination_rows_f64(
        Py_ssize_t, Py_ssize_t, double, const double *, Py_ssize_t, int, double *,
        Py_ssize_t) noexcept nogil
    void combination_rows_f32(
        Py_ssize_t, Py_ssize_t, float, const float *, Py_ssize_t, int, float *,
        Py_ssize_t) noexcept nogil


cdef void move_steps(
    const Pass *run, Py_ssize_t width, bint rolls, const floating *x, int add,
    floating *y,
) noexcept nogil:
    """From samples to steps, or back where it rolls."""
    cdef Py_ssize_t n = run.n_sequences, apart = run.n_steps * width, t
    cdef Py_ssize_t x_row = width if rolls else apart, x_step = width
    cdef Py_ssize_t y_row = apart if rolls else width, y_step = n * width
    if rolls:
        x_step, y_step = y_step, x_step
    for t in range(run.n_steps):
        if floating is double:
            combination_rows_f64(
                n, width, 1, x + t * x_step, x_row, add, y + t * y_step, y_row)
        else:
            combination_rows_f32(
                n, width, 1, x + t * x_step, x_row, add, y + t * y_step, y_row)


cdef void give(
    const Op *op, const Pass *run, Py_ssize_t width, bint rolls, floating *gradients,
) noexcept nogil:
    if op.flags & NEEDS_INPUT_GRADIENT:
        move_steps(run, width, rolls, <const floating *> gradients + op.output,
                   (op.flags & ADDS_TO_INPUT_GRADIENT) != 0, gradients + op.inputs[0])


cdef void unroll(const Op *op, const Pass *run, floating *values) noexcept nogil:
    move_steps(run, op.n_out, False, <const floating *> values + op.inputs[0], False,
               values + op.output)


cdef void roll(const Op *op, const Pass *run, floating *values) noexcept nogil:
    move_steps(run, op.n_in, True, <const floating *> values + op.inputs[0], False,
               values + op.output)


cdef void unroll_f32(const Op *op, const Pass *run) noexcept nogil:
    unroll(op, run, <float *> run.values)


cdef void unroll_f64(const Op *op, const Pass *run) noexcept nogil:
    unroll(op, run, <double *> run.values)


cdef void unroll_back_f32(const Op *op, const Pass *run) noexcept nogil:
    give(op, run, op.n_out, True, <float *> run.gradients)


cdef void unroll_back_f64(const Op *op, const Pass *run) noexcept nogil:
    give(op, run, op.n_out, True, <double *> run.gradients)


cdef void roll_f32(const Op *op, const Pass *run) noexcept nogil:
    roll(op, run, <float *> run.values)


cdef void roll_f64(const Op *op, const Pass *run) noexcept nogil:
    roll(op, run, <double *> run.values)


cdef void roll_back_f32(const Op *op, const Pass *run) noexcept nogil:
    give(op, run, op.n_in, False, <float *> run.gradients)


cdef void roll_back_f64(const Op *op, const Pass *run) noexcept nogil:
    give(op, run, op.n_in, False, <double *> run.gradients)


ADDRESSES = {
    "unroll": {
        "float32": (<uintptr_t> &unroll_f32, <uintptr_t> &unroll_back_f32),
        "float64": (<uintptr_t> &unroll_f64, <uintptr_t> &unroll_back_f64),
    },
    "roll": {
        "float32": (<uintptr_t> &roll_f32, <uintptr_t> &roll_back_f32),
        "float64": (<uintptr_t> &roll_f64, <uintptr_t> &roll_back_f64),
    },
}
