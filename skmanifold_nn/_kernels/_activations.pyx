"""Activations as ops of a planned network.

``op.ints[0]`` is the kind, ``op.ints[1]`` the length of a softmax (it divides n_out)
and ``op.reals[0]`` the slope of leaky_relu, not negative, or the alpha of elu, not
negative; n_in = n_out. Derivatives are had from the outputs, so that output and input
may be one tensor, but for the kinds in `FROM_INPUT`. Definitions are PyTorch's; results
below the smallest normal number may be zero.

References: S. L. Moshier, "Methods and Programs for Mathematical Functions", 1989
(the reductions of Cephes); W. J. Cody, "Rational Chebyshev approximations for the error
function", Math. Comp. 23, 1969 (the tail of the normal distribution by its ratio to the
density).
"""

from cython cimport floating
from libc.stdint cimport uintptr_t

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef extern from "_activations.h":
    enum:
        ACTIVATION_SOFTMAX
        ACTIVATION_GELU
    void activation_forward_f64(
        int, Py_ssize_t, double, const double *, double *) noexcept nogil
    void activation_forward_f32(
        int, Py_ssize_t, float, const float *, float *) noexcept nogil
    void activation_backward_f64(
        int, Py_ssize_t, double, const double *, const double *, int, double *,
    ) noexcept nogil
    void activation_backward_f32(
        int, Py_ssize_t, float, const float *, const float *, int, float *,
    ) noexcept nogil
    void softmax_forward_f64(
        Py_ssize_t, Py_ssize_t, const double *, double *) noexcept nogil
    void softmax_forward_f32(
        Py_ssize_t, Py_ssize_t, const float *, float *) noexcept nogil
    void softmax_backward_f64(
        Py_ssize_t, Py_ssize_t, const double *, const double *, int, double *,
    ) noexcept nogil
    void softmax_backward_f32(
        Py_ssize_t, Py_ssize_t, const float *, const float *, int, float *,
    ) noexcept nogil


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef Py_ssize_t n = run.n_rows * op.n_out
    cdef const floating *x = values + op.inputs[0]
    cdef floating *y = values + op.output
    if op.ints[0] == ACTIVATION_SOFTMAX:
        if floating is double:
            softmax_forward_f64(n // op.ints[1], op.ints[1], x, y)
        else:
            softmax_forward_f32(n // op.ints[1], op.ints[1], x, y)
    elif floating is double:
        activation_forward_f64(<int> op.ints[0], n, op.reals[0], x, y)
    else:
        activation_forward_f32(<int> op.ints[0], n, <float> op.reals[0], x, y)


cdef void backward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef Py_ssize_t n = run.n_rows * op.n_out
    cdef const floating *v = values + op.output
    cdef const floating *dy = <floating *> run.gradients + op.output
    cdef floating *dx = <floating *> run.gradients + op.inputs[0]
    cdef int add = (op.flags & ADDS_TO_INPUT_GRADIENT) != 0
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    if op.ints[0] >= ACTIVATION_GELU:
        v = values + op.inputs[0]
    if op.ints[0] == ACTIVATION_SOFTMAX:
        if floating is double:
            softmax_backward_f64(n // op.ints[1], op.ints[1], v, dy, add, dx)
        else:
            softmax_backward_f32(n // op.ints[1], op.ints[1], v, dy, add, dx)
    elif floating is double:
        activation_backward_f64(<int> op.ints[0], n, op.reals[0], v, dy, add, dx)
    else:
        activation_backward_f32(
            <int> op.ints[0], n, <float> op.reals[0], v, dy, add, dx)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.values)


# Names and their numbers, in the order of _activations.h.
KINDS = {
    name: kind
    for kind, name in enumerate(
        [
            "identity",
            "logistic",
            "tanh",
            "relu",
            "leaky_relu",
            "elu",
            "selu",
            "softplus",
            "softsign",
            "hard_sigmoid",
            "hard_tanh",
            "softmax",
            "gelu",
            "silu",
            "mish",
        ]
    )
}
FROM_INPUT = frozenset(["gelu", "silu", "mish"])
# Default of ``op.reals[0]``.
PARAMETERS = {"leaky_relu": 0.01, "elu": 1.0}
ADDRESSES = {
    name: {
        "float32": (<uintptr_t> &forward_f32, <uintptr_t> &backward_f32),
        "float64": (<uintptr_t> &forward_f64, <uintptr_t> &backward_f64),
    }
    for name in KINDS
}
