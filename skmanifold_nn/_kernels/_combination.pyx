"""Two tensors made one, as ops of a planned network: sum, mean, or both side by side.

"add" is y = a + b, "mean" y = (a + b) / 2; n_in = n_out. "concatenate" puts two
tensors beside each other along the last axis, of ``op.ints[0]`` elements in the first
and ``op.ints[1]`` in the second: n_in = positions * ints[0] and
n_out = positions * (ints[0] + ints[1]).
``op.flags`` are about the gradient of ``op.inputs[0]``, and the same bits in
``op.ints[2]`` about that of ``op.inputs[1]``; where both are one tensor, the second
adds.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_combination.h":
    void combination_add_f64(
        Py_ssize_t, double, const double *, const double *, double *) noexcept nogil
    void combination_add_f32(
        Py_ssize_t, float, const float *, const float *, float *) noexcept nogil
    void combination_rows_f64(
        Py_ssize_t, Py_ssize_t, double, const double *, Py_ssize_t, int, double *,
        Py_ssize_t) noexcept nogil
    void combination_rows_f32(
        Py_ssize_t, Py_ssize_t, float, const float *, Py_ssize_t, int, float *,
        Py_ssize_t) noexcept nogil


cdef inline void copy_rows(
    Py_ssize_t n_rows, Py_ssize_t width, floating scale, const floating *x,
    Py_ssize_t x_row, int add, floating *y, Py_ssize_t y_row,
) noexcept nogil:
    if floating is double:
        combination_rows_f64(n_rows, width, scale, x, x_row, add, y, y_row)
    else:
        combination_rows_f32(n_rows, width, scale, x, x_row, add, y, y_row)


cdef inline void give_rows(
    Py_ssize_t n_rows, Py_ssize_t width, floating scale, const floating *dy,
    Py_ssize_t dy_row, int64_t flags, floating *dx,
) noexcept nogil:
    """The gradient of an input, which is a part of the output's."""
    if flags & NEEDS_INPUT_GRADIENT:
        copy_rows(n_rows, width, scale, dy, dy_row,
                  (flags & ADDS_TO_INPUT_GRADIENT) != 0, dx, width)


cdef void add_forward(
    const Op *op, const Pass *run, floating scale, floating *values,
) noexcept nogil:
    cdef Py_ssize_t n = run.n_rows * op.n_out
    cdef const floating *a = values + op.inputs[0]
    cdef const floating *b = values + op.inputs[1]
    if floating is double:
        combination_add_f64(n, scale, a, b, values + op.output)
    else:
        combination_add_f32(n, scale, a, b, values + op.output)


cdef void add_backward(
    const Op *op, const Pass *run, floating scale, floating *gradients,
) noexcept nogil:
    cdef Py_ssize_t n = run.n_rows * op.n_out
    cdef const floating *dy = gradients + op.output
    give_rows(1, n, scale, dy, n, op.flags, gradients + op.inputs[0])
    give_rows(1, n, scale, dy, n, op.ints[2], gradients + op.inputs[1])


cdef void join_forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef Py_ssize_t a = op.ints[0], b = op.ints[1]
    cdef Py_ssize_t n = run.n_rows * (op.n_out // (a + b))
    cdef floating *y = values + op.output
    copy_rows(n, a, 1, <const floating *> values + op.inputs[0], a, False, y, a + b)
    copy_rows(n, b, 1, <const floating *> values + op.inputs[1], b, False, y + a, a + b)


cdef void join_backward(
    const Op *op, const Pass *run, floating *gradients,
) noexcept nogil:
    cdef Py_ssize_t a = op.ints[0], b = op.ints[1]
    cdef Py_ssize_t n = run.n_rows * (op.n_out // (a + b))
    cdef const floating *dy = gradients + op.output
    give_rows(n, a, 1, dy, a + b, op.flags, gradients + op.inputs[0])
    give_rows(n, b, 1, dy + a, a + b, op.ints[2], gradients + op.inputs[1])


cdef void add_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    add_forward(op, run, 1, <float *> run.values)


cdef void add_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    add_forward(op, run, 1, <double *> run.values)


cdef void add_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    add_backward(op, run, 1, <float *> run.gradients)


cdef void add_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    add_backward(op, run, 1, <double *> run.gradients)


cdef void mean_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    add_forward(op, run, 0.5, <float *> run.values)


cdef void mean_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    add_forward(op, run, 0.5, <double *> run.values)


cdef void mean_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    add_backward(op, run, 0.5, <float *> run.gradients)


cdef void mean_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    add_backward(op, run, 0.5, <double *> run.gradients)


cdef void join_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    join_forward(op, run, <float *> run.values)


cdef void join_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    join_forward(op, run, <double *> run.values)


cdef void join_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    join_backward(op, run, <float *> run.gradients)


cdef void join_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    join_backward(op, run, <double *> run.gradients)


ADDRESSES = {
    "add": {
        "float32": (<uintptr_t> &add_forward_f32, <uintptr_t> &add_backward_f32),
        "float64": (<uintptr_t> &add_forward_f64, <uintptr_t> &add_backward_f64),
    },
    "mean": {
        "float32": (<uintptr_t> &mean_forward_f32, <uintptr_t> &mean_backward_f32),
        "float64": (<uintptr_t> &mean_forward_f64, <uintptr_t> &mean_backward_f64),
    },
    "concatenate": {
        "float32": (<uintptr_t> &join_forward_f32, <uintptr_t> &join_backward_f32),
        "float64": (<uintptr_t> &join_forward_f64, <uintptr_t> &join_backward_f64),
    },
}
