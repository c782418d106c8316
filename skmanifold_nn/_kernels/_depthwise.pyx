"""Convolutions of each channel for itself, as ops of a planned network.

``op.ints`` is as in ``_convolution.pyx``, with as many groups as channels. Parameters
are W, of shape (kernel_height, kernel_width, filters), and behind it b. Where a channel
has several filters, a sample is written to the op's cache with each channel so often.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset

from ._convolution cimport (
    BIAS,
    FILTERS,
    GROUPS,
    collect_bias,
    sizes_of,
    window_geometry,
)
from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_pooling.h":
    void depthwise_f64(
        const window_geometry *, int64_t, const double *, const double *,
        const double *, double *, double *, double *) noexcept nogil
    void depthwise_f32(
        const window_geometry *, int64_t, const float *, const float *,
        const float *, float *, float *, float *) noexcept nogil


cdef inline void walk(
    const window_geometry *g, const floating *w, const floating *b, const floating *x,
    floating *y, floating *dx, floating *dw, int64_t n_rows,
) noexcept nogil:
    if floating is double:
        depthwise_f64(g, n_rows, w, b, x, y, dx, dw)
    else:
        depthwise_f32(g, n_rows, w, b, x, y, dx, dw)


cdef inline const floating *repeated(
    const Op *op, const floating *x, floating *cache,
) noexcept nogil:
    """A sample with every channel as often as it has filters."""
    cdef Py_ssize_t each = op.ints[FILTERS] // op.ints[GROUPS], k, _
    if each == 1:
        return x
    for k in range(op.n_in):
        for _ in range(each):
            cache[0] = x[k]
            cache += 1
    return cache - op.n_in * each


cdef inline void add_repeated(
    const Op *op, const floating *repeats, floating *dx,
) noexcept nogil:
    """The adjoint."""
    cdef Py_ssize_t each = op.ints[FILTERS] // op.ints[GROUPS], k, _
    for k in range(op.n_in):
        for _ in range(each):
            dx[k] += repeats[0]
            repeats += 1


cdef inline window_geometry geometry_of(const Op *op) noexcept nogil:
    """That of a map with a channel for each filter."""
    cdef window_geometry g = (<const window_geometry *> &op.ints[0])[0]
    g.channels = op.ints[FILTERS]
    return g


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *b = NULL
    cdef const floating *x = <const floating *> values + op.inputs[0]
    cdef floating *none = NULL
    cdef window_geometry g = geometry_of(op)
    cdef int64_t row
    if op.ints[BIAS]:
        b = W + sizes_of(op, 0).terms * sizes_of(op, 0).n
    for row in range(run.n_rows):
        walk(&g, W, b, repeated(op, x + row * op.n_in, values + op.cache),
             values + op.output + row * op.n_out, none, none, 1)


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *nothing = NULL
    cdef floating *none = NULL
    cdef floating *dx = gradients + op.inputs[0]
    cdef floating *dy = gradients + op.output
    cdef floating *cache = gradients + op.cache
    cdef window_geometry g = geometry_of(op)
    cdef Py_ssize_t each = op.ints[FILTERS] // op.ints[GROUPS]
    cdef int64_t row
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    if not op.flags & ADDS_TO_INPUT_GRADIENT:
        memset(dx, 0, run.n_rows * op.n_in * sizeof(floating))
    if each == 1:
        walk(&g, W, nothing, nothing, dy, dx, none, run.n_rows)
        return
    for row in range(run.n_rows):
        memset(cache, 0, op.n_in * each * sizeof(floating))
        walk(&g, W, nothing, nothing, dy + row * op.n_out, cache, none, 1)
        add_repeated(op, <const floating *> cache, dx + row * op.n_in)


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, floating *gradients,
) noexcept nogil:
    cdef floating *dW = gradients + op.params
    cdef floating *none = NULL
    cdef const floating *nothing = NULL
    cdef const floating *x
    cdef floating *cache
    cdef floating *dy
    cdef window_geometry g = geometry_of(op)
    cdef Py_ssize_t n = sizes_of(op, 0).n, size = sizes_of(op, 0).terms * n
    cdef int64_t part, row
    memset(dW, 0, (size + n * (op.ints[BIAS] != 0)) * sizeof(floating))
    for part in range(n_parts):
        x = <const floating *> parts[part].values + op.inputs[0]
        cache = <floating *> parts[part].values + op.cache
        dy = <floating *> parts[part].gradients + op.output
        for row in range(parts[part].n_rows):
            walk(&g, nothing, nothing, repeated(op, x + row * op.n_in, cache),
                 dy + row * op.n_out, none, dW, 1)
        if op.ints[BIAS]:
            collect_bias(sizes_of(op, parts[part].n_rows).positions, n,
                         <const floating *> dy, cache, dW + size)


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
