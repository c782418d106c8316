"""Convolutions of each channel for itself, as ops of a planned network.

``op.ints`` is as in ``_convolution.pyx``, with as many groups and filters as channels.
Parameters are W, of shape (kernel_height, kernel_width, channels), and behind it b.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset

from ._convolution cimport BIAS, collect_bias, sizes_of
from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_pooling.h":
    ctypedef struct window_geometry:
        pass
    void depthwise_f64(
        const window_geometry *, int64_t, const double *, const double *,
        const double *, double *, double *, double *) noexcept nogil
    void depthwise_f32(
        const window_geometry *, int64_t, const float *, const float *,
        const float *, float *, float *, float *) noexcept nogil


cdef inline void walk(
    const Op *op, int64_t n_rows, const floating *w, const floating *b,
    const floating *x, floating *y, floating *dx, floating *dw,
) noexcept nogil:
    if floating is double:
        depthwise_f64(
            <const window_geometry *> &op.ints[0], n_rows, w, b, x, y, dx, dw)
    else:
        depthwise_f32(
            <const window_geometry *> &op.ints[0], n_rows, w, b, x, y, dx, dw)


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *b = NULL
    cdef floating *none = NULL
    if op.ints[BIAS]:
        b = W + sizes_of(op, 0).terms * sizes_of(op, 0).n
    walk(op, run.n_rows, W, b, <const floating *> values + op.inputs[0],
         values + op.output, none, none)


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *nothing = NULL
    cdef floating *none = NULL
    cdef floating *dx = gradients + op.inputs[0]
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    if not op.flags & ADDS_TO_INPUT_GRADIENT:
        memset(dx, 0, run.n_rows * op.n_in * sizeof(floating))
    walk(op, run.n_rows, W, nothing, nothing, gradients + op.output, dx, none)


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, floating *gradients,
) noexcept nogil:
    cdef floating *dW = gradients + op.params
    cdef floating *none = NULL
    cdef const floating *nothing = NULL
    cdef floating *values
    cdef floating *dy
    cdef Py_ssize_t n = sizes_of(op, 0).n, size = sizes_of(op, 0).terms * n
    cdef int64_t part
    memset(dW, 0, (size + n * (op.ints[BIAS] != 0)) * sizeof(floating))
    for part in range(n_parts):
        values = <floating *> parts[part].values
        dy = <floating *> parts[part].gradients + op.output
        walk(op, parts[part].n_rows, nothing, nothing,
             <const floating *> values + op.inputs[0], dy, none, dW)
        if op.ints[BIAS]:
            collect_bias(sizes_of(op, parts[part].n_rows).positions, n,
                         <const floating *> dy, values + op.cache, dW + size)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.gradients)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.gradients)


cdef void collect_f64(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, <double *> parts[0].param_gradients)


cdef void collect_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, <float *> parts[0].param_gradients)


ADDRESSES = {
    "depthwise": {
        "float64": (
            <uintptr_t> &forward_f64,
            <uintptr_t> &backward_f64,
            0,
            <uintptr_t> &collect_f64),
        "float32": (
            <uintptr_t> &forward_f32,
            <uintptr_t> &backward_f32,
            0,
            <uintptr_t> &collect_f32),
    }
}
