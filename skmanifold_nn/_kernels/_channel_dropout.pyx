"""Dropout of whole channels, as an op of a planned network.

A sample's channel is zero at all places, or scaled by 1 / (1 - rate). ``op.ints[0]`` is
the number of channels, ``op.reals[0]`` the rate; n_in = n_out. The op's cache has the
factors, so many elements a row. Output and input may be one tensor.

J. Tompson et al., "Efficient object localization using convolutional networks", 2015.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uint32_t, uint64_t, uintptr_t

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass
from ._random cimport random_drop_f32, random_drop_f64


cdef void draw(const Op *op, const Pass *run, floating *factors) noexcept nogil:
    """Factors of the channels of all rows; 1 outside training."""
    cdef Py_ssize_t n = run.n_rows * op.ints[0], k
    cdef uint64_t place = <uint64_t> (run.first_row * op.ints[0])
    cdef uint32_t threshold = <uint32_t> (op.reals[0] * 4294967296.0)
    cdef double scale = 1 / (1 - op.reals[0])
    for k in range(n):
        factors[k] = 1
    if not run.training:
        return
    if floating is double:
        random_drop_f64(run.seed, run.step, op.index, place, n, threshold, scale, 0, 0,
                        factors, False, factors)
    else:
        random_drop_f32(run.seed, run.step, op.index, place, n, threshold,
                        <float> scale, 0, 0, factors, False, factors)


cdef void scale_channels(
    const Op *op, int64_t n_rows, const floating *factors, const floating *x, bint add,
    floating *y,
) noexcept nogil:
    """y = factors x, or added to y."""
    cdef Py_ssize_t n = op.ints[0], n_places = op.n_out // n, place, k
    for place in range(n_rows * n_places):
        if place and place % n_places == 0:
            factors += n
        if add:
            for k in range(n):
                y[k] += factors[k] * x[k]
        else:
            for k in range(n):
                y[k] = factors[k] * x[k]
        x += n
        y += n


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef floating *factors = values + op.cache
    draw(op, run, factors)
    scale_channels(op, run.n_rows, <const floating *> factors,
                   <const floating *> values + op.inputs[0], False, values + op.output)


cdef void backward(
    const Op *op, const Pass *run, const floating *values, floating *gradients,
) noexcept nogil:
    if op.flags & NEEDS_INPUT_GRADIENT:
        scale_channels(op, run.n_rows, values + op.cache,
                       <const floating *> gradients + op.output,
                       (op.flags & ADDS_TO_INPUT_GRADIENT) != 0,
                       gradients + op.inputs[0])


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <const double *> run.values, <double *> run.gradients)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <const float *> run.values, <float *> run.gradients)


ADDRESSES = {
    "channel_dropout": {
        "float64": (<uintptr_t> &forward_f64, <uintptr_t> &backward_f64),
        "float32": (<uintptr_t> &forward_f32, <uintptr_t> &backward_f32),
    },
}
