"""Convolutions as ops of a planned network: products of windows and weights.

``op.ints`` begins with the `window_geometry` of ``_convolution.h``; then come the
number of filters, the number of groups, whether there are intercepts, and how many
positions of the output are taken at a time: the rows of taps of their windows, the
`columns`, lie in the op's cache and stay in the second cache of the processor.
Parameters are W, of shape (kernel_height, kernel_width, channels / groups, filters),
which is the right operand of the product, and behind it b. Where windows are single
places, 1 x 1, the input is the left operand as it is. With few channels and filters,
as in a first layer, no columns are written but for the gradient of the input; see
``_convolution_planes.h``.
``op.shared`` has `shared_size` elements for W and W^T of all groups.

K. Chellapilla, S. Puri, P. Simard, "High performance convolutional neural networks for
document processing", 2006.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset

from ._gemm cimport (
    affine,
    input_gradient,
    multiply,
    multiply_packed,
    pack,
    pack_transposed,
    packed_size,
)
from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass


cdef void prepare(const Op *op, const Pass *run, floating *shared) noexcept nogil:
    cdef Sizes s = sizes_of(op, 0)
    cdef const floating *W = <const floating *> run.params + op.params
    cdef Py_ssize_t _
    shared += op.shared
    for _ in range(s.groups):
        pack(s.terms, s.filters, W, s.n, shared)
        if op.flags & NEEDS_INPUT_GRADIENT:
            pack_transposed(s.terms, s.filters, W, s.n,
                            shared + packed_size(s.filters, s.terms))
        W += s.filters
        shared += s.group_shared


cdef inline void forward_planes(
    const Op *op, const Pass *run, const Sizes *s, floating *values,
) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *b = W + s.terms * s.n if op.ints[BIAS] else NULL
    cdef const floating *x = <const floating *> values + op.inputs[0]
    cdef floating *y = values + op.output
    cdef floating *scratch = values + op.cache
    if floating is double:
        planes_forward_f64(s.geometry, run.n_rows, s.n, W, b, x, y, scratch)
    else:
        planes_forward_f32(s.geometry, run.n_rows, s.n, W, b, x, y, scratch)


cdef inline void collect_planes(
    const Sizes *s, int64_t n_rows, const floating *x, const floating *dy,
    floating *scratch, floating *dW,
) noexcept nogil:
    if floating is double:
        planes_collect_f64(s.geometry, n_rows, s.n, x, dy, scratch, dW)
    else:
        planes_collect_f32(s.geometry, n_rows, s.n, x, dy, scratch, dW)


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef Sizes s = sizes_of(op, run.n_rows)
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *shared = <const floating *> run.shared
    cdef const floating *b = NULL
    cdef const floating *x
    cdef floating *y
    cdef Py_ssize_t first = 0, group, n, ld = row_of(&s), j
    if by_planes(&s):
        forward_planes(op, run, &s, values)
        return
    while first < s.positions:
        n = min(s.chunk, s.positions - first)
        for group in range(s.groups):
            j = group * s.filters
            if op.ints[BIAS]:
                b = W + s.terms * s.n + j
            x = gather(&s, group, first, n, <const floating *> values + op.inputs[0],
                       values + op.cache)
            y = values + op.output + first * s.n + j
            if shared != NULL and s.filters > 1:
                multiply_packed(n, s.filters, s.terms, x, ld, 1,
                                shared + op.shared + group * s.group_shared, b, 0, y,
                                s.n)
            else:
                affine(n, s.filters, s.terms, x, ld, W + j, s.n, b, False, y, s.n)
        first += n


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef Sizes s = sizes_of(op, run.n_rows)
    cdef const floating *packed = <const floating *> run.shared + op.shared
    cdef const floating *dy
    cdef floating *dx = gradients + op.inputs[0]
    cdef floating *columns = gradients + op.cache
    cdef bint adds = (op.flags & ADDS_TO_INPUT_GRADIENT) != 0
    cdef Py_ssize_t first = 0, group, n, c = s.geometry.channels
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    packed += packed_size(s.filters, s.terms)
    if not adds and not s.single:
        memset(dx, 0, run.n_rows * op.n_in * sizeof(floating))
    while first < s.positions:
        n = min(s.chunk, s.positions - first)
        for group in range(s.groups):
            dy = gradients + op.output + first * s.n + group * s.filters
            if s.single:
                input_gradient(n, s.filters, s.terms, dy, s.n,
                               packed + group * s.group_shared, adds,
                               dx + group * s.channels, c)
                continue
            input_gradient(n, s.filters, s.terms, dy, s.n,
                           packed + group * s.group_shared, False, columns, s.terms)
            scatter(&s, group, first, n, <const floating *> columns, dx)
        first += n


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, floating *gradients,
) noexcept nogil:
    """dW = columns^T dY, chunk by chunk and the parts one after the other."""
    cdef floating *dW = gradients + op.params
    cdef const floating *start = NULL
    cdef const floating *x
    cdef const floating *dy
    cdef const floating *x0
    cdef floating *columns
    cdef Py_ssize_t first, group, n, j, ld
    cdef Sizes s = sizes_of(op, 0)
    cdef floating *db = dW + s.terms * s.n
    cdef int64_t part
    if op.ints[BIAS]:
        memset(db, 0, s.n * sizeof(floating))
    if by_planes(&s):
        memset(dW, 0, s.terms * s.n * sizeof(floating))
    for part in range(n_parts):
        s = sizes_of(op, parts[part].n_rows)
        ld, first = row_of(&s), 0
        x0 = <const floating *> parts[part].values + op.inputs[0]
        columns = <floating *> parts[part].values + op.cache
        dy = <const floating *> parts[part].gradients + op.output
        if by_planes(&s):
            collect_planes(&s, parts[part].n_rows, x0, dy, columns, dW)
            first = s.positions
        while first < s.positions:
            n = min(s.chunk, s.positions - first)
            for group in range(s.groups):
                j = group * s.filters
                x = gather(&s, group, first, n, x0, columns)
                multiply(s.terms, s.filters, n, x, 1, ld, dy + first * s.n + j, s.n,
                         start + j if start != NULL else start, s.n, dW + j, s.n)
            start = dW
            first += n
        if op.ints[BIAS]:
            collect_bias(s.positions, s.n, dy, columns, db)


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
    collect(op, parts, n_parts, <double *> parts[0].param_gradients)


cdef void collect_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, <float *> parts[0].param_gradients)


def shared_size(Py_ssize_t terms, Py_ssize_t filters, Py_ssize_t groups):
    """Elements for W and W^T; a group has so many terms of a sum, and filters."""
    return groups * (packed_size(filters, terms) + packed_size(terms, filters))


def has_columns(ints):
    """Whether values are products of columns; otherwise they are for few gradients."""
    cdef int64_t words[CHUNK + 1]
    for k, value in enumerate(ints):
        words[k] = value
    return planes_size(
        <const window_geometry *> words, words[FILTERS], words[GROUPS]) == 0


def cache_size(ints):
    """Elements of scratch of a part, for the ints of an op."""
    cdef Op op
    cdef Sizes s
    cdef int64_t words[CHUNK + 1]
    for k, value in enumerate(ints):
        words[k] = value
    memcpy(&op.ints[0], words, sizeof(words))  # which the geometry may alias
    s = sizes_of(&op, 0)
    columns = 0 if s.single else s.terms * s.chunk + WINDOW_SLACK
    if s.groups == s.geometry.channels > 1:  # see _depthwise.pyx
        columns = 0 if s.n == s.groups else s.geometry.height * s.geometry.width * s.n
    return max(columns, FOLD * s.n, planes_size(s.geometry, s.n, s.groups))


ADDRESSES = {
    "convolution": {
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
