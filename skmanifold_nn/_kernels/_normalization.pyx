"""Normalisation by statistics of a layer, "layer_norm", as an op of a planned network.

Channels come last: a sample has positions * channels elements, n_in = n_out.
``op.ints[0]`` is channels, ``op.ints[1]`` nonzero where there are parameters, scale and
offset of each channel; ``op.reals[0]`` is epsilon, in y = scale (x - mean) /
sqrt(variance + epsilon) + offset, with the biased variance of each sample at each
position over the channels.

``op.cache`` is for the statistics, of `scratch_per_row` elements.
Input and output are different tensors. Sums go on in double after a chunk of values,
and deviations are taken from a mean that is known already, so that single precision
does for values that are far from zero. Memory is read once for the statistics and once
for the values, and so backward.

Reference: J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization", 2016.
"""

from cython cimport floating
from libc.stdint cimport uintptr_t

from ._network cimport (
    ADDS_TO_INPUT_GRADIENT,
    FROZEN,
    NEEDS_INPUT_GRADIENT,
    Op,
    Pass,
)


cdef extern from "_normalization.h":
    void layer_norm_forward_f64(
        Py_ssize_t, Py_ssize_t, double, const double *, double *, const double *,
        double *) noexcept nogil
    void layer_norm_forward_f32(
        Py_ssize_t, Py_ssize_t, double, const float *, float *, const float *,
        float *) noexcept nogil
    void layer_norm_backward_f64(
        Py_ssize_t, Py_ssize_t, const double *, double *, const double *,
        const double *, double *, int, double *) noexcept nogil
    void layer_norm_backward_f32(
        Py_ssize_t, Py_ssize_t, const float *, float *, const float *,
        const float *, float *, int, float *) noexcept nogil


# What the functions are called with; pointers that do not apply are NULL.
cdef struct View:
    Py_ssize_t n  # rows x positions
    Py_ssize_t channels
    const void *parameters
    void *d_parameters
    void *d_input
    int add


cdef inline View view(
    const Op *op, const Pass *run, floating *of_dtype,
) noexcept nogil:
    cdef View v
    v.channels = op.ints[0]
    v.n = run.n_rows * (op.n_in // op.ints[0])
    v.parameters = v.d_parameters = v.d_input = NULL
    if op.ints[1]:
        v.parameters = <const floating *> run.params + op.params
        if run.param_gradients != NULL and not op.flags & FROZEN:
            v.d_parameters = <floating *> run.param_gradients + op.params
    if op.flags & NEEDS_INPUT_GRADIENT and run.gradients != NULL:
        v.d_input = <floating *> run.gradients + op.inputs[0]
    v.add = (op.flags & ADDS_TO_INPUT_GRADIENT) != 0
    return v


cdef void layer_forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef View v = view(op, run, values)
    cdef const floating *parameters = <const floating *> v.parameters
    cdef floating *kept = values + op.cache
    cdef const floating *x = values + op.inputs[0]
    cdef floating *y = values + op.output
    if floating is double:
        layer_norm_forward_f64(v.n, v.channels, op.reals[0], parameters, kept, x, y)
    else:
        layer_norm_forward_f32(v.n, v.channels, op.reals[0], parameters, kept, x, y)


cdef void layer_backward(
    const Op *op, const Pass *run, floating *values,
) noexcept nogil:
    cdef View v = view(op, run, values)
    cdef const floating *parameters = <const floating *> v.parameters
    cdef floating *kept = values + op.cache
    cdef const floating *x = values + op.inputs[0]
    cdef const floating *dy = <floating *> run.gradients + op.output
    if floating is double:
        layer_norm_backward_f64(
            v.n, v.channels, parameters, kept, x, dy, <floating *> v.d_parameters,
            v.add, <floating *> v.d_input)
    else:
        layer_norm_backward_f32(
            v.n, v.channels, parameters, kept, x, dy, <floating *> v.d_parameters,
            v.add, <floating *> v.d_input)


cdef void layer_forward_f32(const Op *op, const Pass *run) noexcept nogil:
    layer_forward(op, run, <float *> run.values)


cdef void layer_forward_f64(const Op *op, const Pass *run) noexcept nogil:
    layer_forward(op, run, <double *> run.values)


cdef void layer_backward_f32(const Op *op, const Pass *run) noexcept nogil:
    layer_backward(op, run, <float *> run.values)


cdef void layer_backward_f64(const Op *op, const Pass *run) noexcept nogil:
    layer_backward(op, run, <double *> run.values)


def scratch_per_row(Py_ssize_t n_in, Py_ssize_t channels):
    """Elements of scratch for each row of the workspace."""
    return 3 * (n_in // channels)


ADDRESSES = {
    "layer_norm": {
        "float32": (<uintptr_t> &layer_forward_f32, <uintptr_t> &layer_backward_f32),
        "float64": (<uintptr_t> &layer_forward_f64, <uintptr_t> &layer_backward_f64),
    },
}
