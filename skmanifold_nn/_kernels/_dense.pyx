"""Dense layers as ops of a planned network: y = x W + b.

Parameters are W, of shape (n_in, n_out), and behind it b, of n_out values, if
``op.ints[0]`` is not zero. ``op.shared`` has `shared_size` elements for W and W^T,
which are packed once a minibatch; dW is computed by its rows when all parts are done,
so that it exists once.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset

from ._gemm cimport (
    affine,
    bias_gradient,
    input_gradient,
    multiply,
    multiply_packed,
    pack,
    pack_transposed,
    packed_size,
)
from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass

cdef enum:
    TASK_SIZE = 8192  # weights at least ...
    TASK_ROWS = 64  # ... and rows of W, for which dY is packed


cdef inline Py_ssize_t packed_start(const Op *op) noexcept nogil:
    """Where W^T follows W among what the parts share."""
    return op.shared + packed_size(op.n_out, op.n_in)


cdef void prepare(const Op *op, const Pass *run, floating *shared) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    pack(op.n_in, op.n_out, W, op.n_out, shared + op.shared)
    if op.flags & NEEDS_INPUT_GRADIENT:
        pack_transposed(op.n_in, op.n_out, W, op.n_out, shared + packed_start(op))


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *x = values + op.inputs[0]
    cdef const floating *b = NULL
    if op.ints[0]:
        b = W + op.n_in * op.n_out
    if run.shared != NULL and op.n_out > 1:
        multiply_packed(
            run.n_rows, op.n_out, op.n_in, x, op.n_in, 1,
            <const floating *> run.shared + op.shared, b, 0, values + op.output,
            op.n_out)
    else:
        affine(run.n_rows, op.n_out, op.n_in, x, op.n_in, W, op.n_out, b, False,
               values + op.output, op.n_out)


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    if op.flags & NEEDS_INPUT_GRADIENT:
        input_gradient(
            run.n_rows, op.n_out, op.n_in, gradients + op.output, op.n_out,
            <const floating *> run.shared + packed_start(op),
            (op.flags & ADDS_TO_INPUT_GRADIENT) != 0, gradients + op.inputs[0], op.n_in)


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task, floating *gradients,
) noexcept nogil:
    """Some rows of dW = X^T dY, the parts one after the other; the last task has db."""
    cdef int64_t n = op.n_out, part
    cdef int64_t first = op.n_in * task // op.n_tasks
    cdef int64_t rows = op.n_in * (task + 1) // op.n_tasks - first
    cdef floating *dW = gradients + op.params + first * n
    cdef floating *db = gradients + op.params + op.n_in * n
    cdef const floating *start = NULL
    cdef const floating *x
    cdef const floating *dy
    cdef bint has_bias = op.ints[0] and task == op.n_tasks - 1
    if has_bias:
        memset(db, 0, n * sizeof(floating))
    for part in range(n_parts):
        if parts[part].n_rows == 0:
            continue
        x = <const floating *> parts[part].values + op.inputs[0] + first
        dy = <const floating *> parts[part].gradients + op.output
        multiply(rows, n, parts[part].n_rows, x, 1, op.n_in, dy, n, start, n, dW, n)
        start = dW
        if has_bias:
            bias_gradient(parts[part].n_rows, n, dy, n, db)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.gradients)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.gradients)


cdef void prepare_f64(const Op *op, const Pass *run) noexcept nogil:
    prepare(op, run, <double *> run.shared)


cdef void prepare_f32(const Op *op, const Pass *run) noexcept nogil:
    prepare(op, run, <float *> run.shared)


cdef void collect_f64(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <double *> parts[0].param_gradients)


cdef void collect_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <float *> parts[0].param_gradients)


def shared_size(Py_ssize_t n_in, Py_ssize_t n_out):
    """Elements that a dense op shares between the parts of a minibatch."""
    return packed_size(n_out, n_in) + packed_size(n_in, n_out)


def count_tasks(Py_ssize_t n_in, Py_ssize_t n_out):
    """Tasks of some rows of W each, so many that threads are done at the same time."""
    return max(1, min(n_in // TASK_ROWS, n_in * n_out // TASK_SIZE))


ADDRESSES = {
    "dense": {
        "float64": (
            <uintptr_t> &forward_f64,
            <uintptr_t> &backward_f64,
            <uintptr_t> &prepare_f64,
            <uintptr_t> &collect_f64),
        "float32": (
            <uintptr_t> &forward_f32,
            <uintptr_t> &backward_f32,
            <uintptr_t> &prepare_f32,
            <uintptr_t> &collect_f32),
    }
}
