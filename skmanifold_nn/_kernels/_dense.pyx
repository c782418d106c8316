"""Dense layers as ops of a planned network: y = x W + b.

Parameters are W, of shape (n_in, n_out), and behind it b, of n_out values, if
``op.ints[0]`` is not zero. ``op.shared`` has `shared_size` elements for W^T, which is
packed once a minibatch if the gradient of the input is wanted.
"""

from cython cimport floating
from libc.stdint cimport uintptr_t

from ._gemm cimport (
    affine,
    bias_gradient,
    input_gradient,
    pack_transposed,
    packed_size,
    weight_gradient,
)
from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *b = NULL
    if op.ints[0]:
        b = W + op.n_in * op.n_out
    affine(run.n_rows, op.n_out, op.n_in, <const floating *> values + op.inputs[0],
           op.n_in, W, op.n_out, b, False, values + op.output, op.n_out)


cdef void prepare(const Op *op, const Pass *run, floating *shared) noexcept nogil:
    if op.flags & NEEDS_INPUT_GRADIENT:
        pack_transposed(
            op.n_in, op.n_out, <const floating *> run.params + op.params, op.n_out,
            shared + op.shared)


cdef void backward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef floating *dW = <floating *> run.param_gradients + op.params
    cdef floating *gradients = <floating *> run.gradients
    cdef const floating *dY = gradients + op.output
    weight_gradient(run.n_rows, op.n_out, op.n_in, <const floating *> values
                    + op.inputs[0], op.n_in, dY, op.n_out, dW, op.n_out)
    if op.ints[0]:
        bias_gradient(run.n_rows, op.n_out, dY, op.n_out, dW + op.n_in * op.n_out)
    if op.flags & NEEDS_INPUT_GRADIENT:
        input_gradient(
            run.n_rows, op.n_out, op.n_in, dY, op.n_out,
            <const floating *> run.shared + op.shared,
            (op.flags & ADDS_TO_INPUT_GRADIENT) != 0, gradients + op.inputs[0], op.n_in)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.values)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.values)


cdef void prepare_f64(const Op *op, const Pass *run) noexcept nogil:
    prepare(op, run, <double *> run.shared)


cdef void prepare_f32(const Op *op, const Pass *run) noexcept nogil:
    prepare(op, run, <float *> run.shared)


def shared_size(Py_ssize_t n_in, Py_ssize_t n_out):
    """Elements that a dense op shares between the parts of a minibatch."""
    return packed_size(n_in, n_out)


ADDRESSES = {
    "dense": {
        "float64": (
            <uintptr_t> &forward_f64,
            <uintptr_t> &backward_f64,
            <uintptr_t> &prepare_f64),
        "float32": (
            <uintptr_t> &forward_f32,
            <uintptr_t> &backward_f32,
            <uintptr_t> &prepare_f32),
    }
}
