"""Transposed convolutions as ops of a planned network: the adjoints of convolutions.

``op.ints`` is that of the convolution in ``_convolution.pyx`` which leads from the
output back to the input: its geometry's map is the output, its positions are the places
of the input, and its filters are the input's channels. Parameters are W, of shape
(kernel_height, kernel_width, filters, channels), and behind it b. Every place of the
input is multiplied by W^T, and the rows of taps are added up where they overlap.
``op.shared`` has `shared_size` elements for W and W^T; where nothing is shared, W^T
lies behind the columns in the op's cache.

V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset

from ._convolution cimport (
    BIAS,
    FOLD,
    WINDOW_SLACK,
    Sizes,
    collect_bias,
    gather,
    row_of,
    scatter,
    sizes_of,
)
from ._gemm cimport (
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
    shared += op.shared
    pack_transposed(s.terms, s.n, W, s.n, shared + packed_size(s.n, s.terms))
    if op.flags & NEEDS_INPUT_GRADIENT:
        pack(s.terms, s.n, W, s.n, shared)


cdef inline Py_ssize_t stretch(const Sizes *s, Py_ssize_t first) noexcept nogil:
    """Positions that follow: some samples, or part of one, so that sums of a sample are
    taken in the same order wherever it is."""
    cdef Py_ssize_t places = s.geometry.out_height * s.geometry.out_width
    if s.single:
        return s.positions
    if places <= s.chunk:
        return min(s.chunk // places * places, s.positions - first)
    return min(s.chunk, places - first % places)


cdef inline void begin(
    Py_ssize_t n_places, Py_ssize_t n, const floating *b, floating *y,
) noexcept nogil:
    """Intercepts at all places, or zeros."""
    cdef Py_ssize_t place
    if b == NULL:
        memset(y, 0, n_places * n * sizeof(floating))
        return
    for place in range(n_places):
        memcpy(y + place * n, b, n * sizeof(floating))


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef Sizes s = sizes_of(op, run.n_rows)
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *packed = <const floating *> run.shared
    cdef const floating *x = <const floating *> values + op.inputs[0]
    cdef const floating *b = W + s.terms * s.n if op.ints[BIAS] else NULL
    cdef floating *columns = values + op.cache
    cdef floating *y = values + op.output
    cdef Py_ssize_t first = 0, n, filters = s.geometry.channels
    if packed != NULL:
        packed += op.shared + packed_size(s.n, s.terms)
    else:
        if not s.single:
            columns += s.terms * s.chunk + WINDOW_SLACK
        pack_transposed(s.terms, s.n, W, s.n, columns)
        packed, columns = columns, values + op.cache
    if s.single:
        multiply_packed(s.positions, filters, s.n, x, s.n, 1, packed, b, 0, y, filters)
        return
    begin(run.n_rows * op.n_out // filters, filters, b, y)
    while first < s.positions:
        n = stretch(&s, first)
        input_gradient(n, s.n, s.terms, x + first * s.n, s.n, packed, False, columns,
                       s.terms)
        scatter(&s, 0, first, n, <const floating *> columns, y)
        first += n


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef Sizes s = sizes_of(op, run.n_rows)
    cdef const floating *packed = <const floating *> run.shared + op.shared
    cdef const floating *dy = <const floating *> gradients + op.output
    cdef const floating *start = NULL
    cdef const floating *columns
    cdef floating *dx = gradients + op.inputs[0]
    cdef Py_ssize_t first = 0, n, ld = row_of(&s)
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    while first < s.positions:
        n = stretch(&s, first)
        if op.flags & ADDS_TO_INPUT_GRADIENT:
            start = dx
        columns = gather(&s, 0, first, n, dy, gradients + op.cache)
        multiply_packed(n, s.n, s.terms, columns, ld, 1, packed, start, s.n, dx, s.n)
        dx += n * s.n
        first += n


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, floating *gradients,
) noexcept nogil:
    """dW = columns of dY^T X, chunk by chunk and the parts one after the other."""
    cdef floating *dW = gradients + op.params
    cdef Sizes s = sizes_of(op, 0)
    cdef floating *db = dW + s.terms * s.n
    cdef const floating *start = NULL
    cdef const floating *columns
    cdef const floating *x
    cdef floating *cache
    cdef floating *dy
    cdef Py_ssize_t first, n, ld = row_of(&s), filters = s.geometry.channels
    cdef int64_t part
    if op.ints[BIAS]:
        memset(db, 0, filters * sizeof(floating))
    for part in range(n_parts):
        s = sizes_of(op, parts[part].n_rows)
        x = <const floating *> parts[part].values + op.inputs[0]
        cache = <floating *> parts[part].values + op.cache
        dy = <floating *> parts[part].gradients + op.output
        first = 0
        while first < s.positions:
            n = stretch(&s, first)
            columns = gather(&s, 0, first, n, <const floating *> dy, cache)
            multiply(s.terms, s.n, n, columns, 1, ld, x + first * s.n, s.n, start, s.n,
                     dW, s.n)
            start = dW
            first += n
        if op.ints[BIAS]:
            collect_bias(parts[part].n_rows * op.n_out // filters, filters,
                         <const floating *> dy, cache, db)


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


def shared_size(Py_ssize_t terms, Py_ssize_t channels):
    """Elements for W and W^T."""
    return packed_size(channels, terms) + packed_size(terms, channels)


def cache_size(
    Py_ssize_t terms, Py_ssize_t channels, Py_ssize_t filters, Py_ssize_t chunk,
):
    """Elements of scratch of a part; chunk 0: single places."""
    cdef Py_ssize_t columns = terms * chunk + WINDOW_SLACK if chunk else 0
    return max(columns + packed_size(terms, channels), FOLD * filters)


ADDRESSES = {
    "convolution_transpose": {
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
