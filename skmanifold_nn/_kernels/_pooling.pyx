"""Pooling as ops of a planned network: maxima and means of windows; upsampling.

``op.ints`` is the `window_geometry` of ``_convolution.h``. What lies outside of the
input is in no maximum and in no mean. "max_pool" keeps in its cache, n_out elements a
row, where the maxima are. "upsample" repeats places: it is the adjoint of sums over
windows, so that its geometry is that of the pooling of its output.
"""

from cython cimport floating
from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.string cimport memset

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_pooling.h":
    ctypedef struct window_geometry:
        pass
    void pooling_max_f64(
        const window_geometry *, int64_t, const double *, double *,
        int64_t *) noexcept nogil
    void pooling_max_f32(
        const window_geometry *, int64_t, const float *, float *,
        int32_t *) noexcept nogil
    void pooling_give_f64(
        const window_geometry *, int64_t, const double *, const int64_t *,
        double *) noexcept nogil
    void pooling_give_f32(
        const window_geometry *, int64_t, const float *, const int32_t *,
        float *) noexcept nogil
    void pooling_sum_f64(
        const window_geometry *, int64_t, int, int, const double *,
        double *) noexcept nogil
    void pooling_sum_f32(
        const window_geometry *, int64_t, int, int, const float *,
        float *) noexcept nogil
    void pooling_spread_f64(
        const window_geometry *, int64_t, int, const double *, double *) noexcept nogil
    void pooling_spread_f32(
        const window_geometry *, int64_t, int, const float *, float *) noexcept nogil


cdef inline const window_geometry *geometry_of(const Op *op) noexcept nogil:
    return <const window_geometry *> &op.ints[0]


cdef inline void sum_windows(
    const Op *op, int64_t n_rows, bint mean, bint add, const floating *x, floating *y,
) noexcept nogil:
    if floating is double:
        pooling_sum_f64(geometry_of(op), n_rows, mean, add, x, y)
    else:
        pooling_sum_f32(geometry_of(op), n_rows, mean, add, x, y)


cdef inline void spread(
    const Op *op, int64_t n_rows, bint mean, const floating *y, floating *x,
) noexcept nogil:
    if floating is double:
        pooling_spread_f64(geometry_of(op), n_rows, mean, y, x)
    else:
        pooling_spread_f32(geometry_of(op), n_rows, mean, y, x)


cdef floating *open_gradient(
    const Op *op, const Pass *run, floating *gradients,
) noexcept nogil:
    """The input's, zero if there is nothing to add to; NULL if nobody needs it."""
    cdef floating *dx = gradients + op.inputs[0]
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return NULL
    if not op.flags & ADDS_TO_INPUT_GRADIENT:
        memset(dx, 0, run.n_rows * op.n_in * sizeof(floating))
    return dx


cdef void max_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    cdef double *values = <double *> run.values
    pooling_max_f64(geometry_of(op), run.n_rows, values + op.inputs[0],
                    values + op.output, <int64_t *> (values + op.cache))


cdef void max_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    cdef float *values = <float *> run.values
    pooling_max_f32(geometry_of(op), run.n_rows, values + op.inputs[0],
                    values + op.output, <int32_t *> (values + op.cache))


cdef void max_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    cdef double *gradients = <double *> run.gradients
    cdef double *dx = open_gradient(op, run, gradients)
    if dx != NULL:
        pooling_give_f64(geometry_of(op), run.n_rows, gradients + op.output,
                         <int64_t *> (<double *> run.values + op.cache), dx)


cdef void max_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    cdef float *gradients = <float *> run.gradients
    cdef float *dx = open_gradient(op, run, gradients)
    if dx != NULL:
        pooling_give_f32(geometry_of(op), run.n_rows, gradients + op.output,
                         <int32_t *> (<float *> run.values + op.cache), dx)


cdef void mean_forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    sum_windows(op, run.n_rows, True, False, <const floating *> values + op.inputs[0],
                values + op.output)


cdef void mean_backward(
    const Op *op, const Pass *run, floating *gradients,
) noexcept nogil:
    cdef floating *dx = open_gradient(op, run, gradients)
    if dx != NULL:
        spread(op, run.n_rows, True, <const floating *> gradients + op.output, dx)


cdef void repeat_forward(
    const Op *op, const Pass *run, floating *values,
) noexcept nogil:
    memset(values + op.output, 0, run.n_rows * op.n_out * sizeof(floating))
    spread(op, run.n_rows, False, <const floating *> values + op.inputs[0],
           values + op.output)


cdef void repeat_backward(
    const Op *op, const Pass *run, floating *gradients,
) noexcept nogil:
    if op.flags & NEEDS_INPUT_GRADIENT:
        sum_windows(op, run.n_rows, False, (op.flags & ADDS_TO_INPUT_GRADIENT) != 0,
                    <const floating *> gradients + op.output, gradients + op.inputs[0])


cdef void mean_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    mean_forward(op, run, <double *> run.values)


cdef void mean_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    mean_forward(op, run, <float *> run.values)


cdef void mean_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    mean_backward(op, run, <double *> run.gradients)


cdef void mean_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    mean_backward(op, run, <float *> run.gradients)


cdef void repeat_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    repeat_forward(op, run, <double *> run.values)


cdef void repeat_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    repeat_forward(op, run, <float *> run.values)


cdef void repeat_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    repeat_backward(op, run, <double *> run.gradients)


cdef void repeat_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    repeat_backward(op, run, <float *> run.gradients)


ADDRESSES = {
    "max_pool": {
        "float64": (<uintptr_t> &max_forward_f64, <uintptr_t> &max_backward_f64),
        "float32": (<uintptr_t> &max_forward_f32, <uintptr_t> &max_backward_f32),
    },
    "average_pool": {
        "float64": (<uintptr_t> &mean_forward_f64, <uintptr_t> &mean_backward_f64),
        "float32": (<uintptr_t> &mean_forward_f32, <uintptr_t> &mean_backward_f32),
    },
    "upsample": {
        "float64": (<uintptr_t> &repeat_forward_f64, <uintptr_t> &repeat_backward_f64),
        "float32": (<uintptr_t> &repeat_forward_f32, <uintptr_t> &repeat_backward_f32),
    },
}
