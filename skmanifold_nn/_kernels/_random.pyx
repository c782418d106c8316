"""Random numbers from counters, and dropout and noise as ops of a planned network.

A number is a hash of the pass's seed and step, the op's index and the element's
position in the minibatch, so that backward finds forward's mask again and the way in
which rows are cut into parts does not matter. ``op.reals[0]`` is the rate of dropout,
0 <= rate < 1, or the standard deviation of the noise; n_in = n_out. Output and input
may be one tensor. Outside training all three are the identity.
"""

from cython cimport floating
from libc.math cimport sqrt
from libc.stdint cimport uint32_t, uint64_t, uintptr_t
from libc.string cimport memmove

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_activations_functions.h":
    double SELU_SCALE
    double SELU_ALPHA


# y = scale x + shift of what is kept, dropped of the rest.
cdef struct Drop:
    uint32_t threshold
    double scale
    double shift
    double dropped


cdef inline Drop plain_drop(double rate) noexcept nogil:
    """Kept values are scaled by 1 / (1 - rate) (Srivastava et al., 2014)."""
    cdef Drop drop
    drop.threshold = <uint32_t> (rate * 4294967296.0)
    drop.scale = 1 / (1 - rate)
    drop.shift = 0
    drop.dropped = 0
    return drop


cdef inline Drop alpha_drop(double rate) noexcept nogil:
    """Dropped values are selu's limit; mean 0 and variance 1 stay (Klambauer, 2017)."""
    cdef Drop drop
    cdef double limit = -SELU_SCALE * SELU_ALPHA
    drop.threshold = <uint32_t> (rate * 4294967296.0)
    drop.scale = 1 / sqrt((1 - rate) * (1 + rate * limit * limit))
    drop.shift = -drop.scale * limit * rate
    drop.dropped = drop.scale * limit + drop.shift
    return drop


cdef inline void draw(
    const Op *op, const Pass *run, Drop drop, const floating *x, int add, floating *y,
) noexcept nogil:
    cdef uint64_t place = <uint64_t> (run.first_row * op.n_out)
    cdef Py_ssize_t n = run.n_rows * op.n_out
    if floating is double:
        random_drop_f64(
            run.seed, run.step, op.index, place, n, drop.threshold, drop.scale,
            drop.shift, drop.dropped, x, add, y)
    else:
        random_drop_f32(
            run.seed, run.step, op.index, place, n, drop.threshold,
            <float> drop.scale, <float> drop.shift, <float> drop.dropped, x, add, y)


cdef void drop_forward(
    const Op *op, const Pass *run, Drop drop, floating *values,
) noexcept nogil:
    cdef const floating *x = values + op.inputs[0]
    cdef floating *y = values + op.output
    if run.training:
        draw(op, run, drop, x, False, y)
    elif x != y:
        memmove(y, x, run.n_rows * op.n_out * sizeof(floating))


cdef void drop_backward(
    const Op *op, const Pass *run, Drop drop, floating *gradients,
) noexcept nogil:
    cdef const floating *dy = gradients + op.output
    cdef floating *dx = gradients + op.inputs[0]
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    if not run.training:
        drop = plain_drop(0)
    drop.shift = 0
    drop.dropped = 0
    draw(op, run, drop, dy, (op.flags & ADDS_TO_INPUT_GRADIENT) != 0, dx)


cdef void noise_forward(
    const Op *op, const Pass *run, floating *values,
) noexcept nogil:
    cdef uint64_t place = <uint64_t> (run.first_row * op.n_out)
    cdef Py_ssize_t n = run.n_rows * op.n_out
    cdef const floating *x = values + op.inputs[0]
    cdef floating *y = values + op.output
    if not run.training:
        if x != y:
            memmove(y, x, n * sizeof(floating))
    elif floating is double:
        random_noise_f64(run.seed, run.step, op.index, place, n, op.reals[0], x, y)
    else:
        random_noise_f32(
            run.seed, run.step, op.index, place, n, <float> op.reals[0], x, y)


cdef void dropout_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    drop_forward(op, run, plain_drop(op.reals[0]), <float *> run.values)


cdef void dropout_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    drop_forward(op, run, plain_drop(op.reals[0]), <double *> run.values)


cdef void dropout_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    drop_backward(op, run, plain_drop(op.reals[0]), <float *> run.gradients)


cdef void dropout_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    drop_backward(op, run, plain_drop(op.reals[0]), <double *> run.gradients)


cdef void alpha_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    drop_forward(op, run, alpha_drop(op.reals[0]), <float *> run.values)


cdef void alpha_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    drop_forward(op, run, alpha_drop(op.reals[0]), <double *> run.values)


cdef void alpha_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    drop_backward(op, run, alpha_drop(op.reals[0]), <float *> run.gradients)


cdef void alpha_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    drop_backward(op, run, alpha_drop(op.reals[0]), <double *> run.gradients)


cdef void noise_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    noise_forward(op, run, <float *> run.values)


cdef void noise_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    noise_forward(op, run, <double *> run.values)


cdef void noise_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    drop_backward(op, run, plain_drop(0), <float *> run.gradients)


cdef void noise_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    drop_backward(op, run, plain_drop(0), <double *> run.gradients)


def fill(
    uint64_t seed,
    uint64_t step,
    uint64_t stream,
    uint64_t position,
    uint32_t[::1] out,  # OUT
):
    """The 32-bit numbers of the positions from `position` on."""
    if out.shape[0]:
        with nogil:
            random_fill(seed, step, stream, position, out.shape[0], &out[0])


ADDRESSES = {
    "dropout": {
        "float32": (
            <uintptr_t> &dropout_forward_f32, <uintptr_t> &dropout_backward_f32),
        "float64": (
            <uintptr_t> &dropout_forward_f64, <uintptr_t> &dropout_backward_f64),
    },
    "alpha_dropout": {
        "float32": (<uintptr_t> &alpha_forward_f32, <uintptr_t> &alpha_backward_f32),
        "float64": (<uintptr_t> &alpha_forward_f64, <uintptr_t> &alpha_backward_f64),
    },
    "gaussian_noise": {
        "float32": (<uintptr_t> &noise_forward_f32, <uintptr_t> &noise_backward_f32),
        "float64": (<uintptr_t> &noise_forward_f64, <uintptr_t> &noise_backward_f64),
    },
}
