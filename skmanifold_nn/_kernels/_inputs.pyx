"""How samples enter a planned network: dense rows, or CSR rows, of ``run.source``.

"gather" copies dense rows; "gather_scaled" and "gather_bytes" multiply rows of the
network's dtype, or of bytes, with ``op.reals[0]``; "densify" writes CSR rows out
densely, and "sparse_dense" is a dense layer on CSR rows, y = x W + b, with the
parameters of ``_dense.pyx``: W, of shape (n_in, n_out), and behind it b if
``op.ints[0]`` is not zero. Entries of a row may stand in any order; those with the same
column are added. Samples have no gradients.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset

from ._gemm cimport bias_gradient
from ._network cimport Op, Pass
from ._scaled_rows cimport scale_rows


cdef csr_rows_f64 csr_f64(const Pass *run) noexcept nogil:
    cdef csr_rows_f64 x
    x.values, x.columns = <const double *> run.source.values, run.source.columns
    x.starts, x.rows, x.n_rows = run.source.starts, run.rows, run.n_rows
    return x


cdef csr_rows_f32 csr_f32(const Pass *run) noexcept nogil:
    cdef csr_rows_f32 x
    x.values, x.columns = <const float *> run.source.values, run.source.columns
    x.starts, x.rows, x.n_rows = run.source.starts, run.rows, run.n_rows
    return x


cdef void gather(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef Py_ssize_t width = run.source.width, k
    cdef const floating *samples = <const floating *> run.source.values
    cdef floating *out = values + op.output
    for k in range(run.n_rows):
        memcpy(out + k * width, samples + run.rows[k] * width, width * sizeof(floating))


cdef void densify(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *entries = <const floating *> run.source.values
    cdef const int64_t *starts
    cdef floating *out = values + op.output
    cdef Py_ssize_t width = run.source.width, k, e
    memset(out, 0, run.n_rows * width * sizeof(floating))
    for k in range(run.n_rows):
        starts = run.source.starts + run.rows[k]
        for e in range(starts[0], starts[1]):
            out[k * width + run.source.columns[e]] += entries[e]


cdef inline Py_ssize_t block_of_columns(
    Py_ssize_t n, Py_ssize_t itemsize, Py_ssize_t block, Py_ssize_t *n_blocks,
) noexcept nogil:
    """First column of a block: as many lines in each, so that the last has several."""
    cdef Py_ssize_t line = INPUTS_LINE_BYTES // itemsize
    cdef Py_ssize_t n_lines = (n + line - 1) // line
    n_blocks[0] = (n_lines + INPUTS_LINES - 1) // INPUTS_LINES
    return min(n_lines * block // n_blocks[0] * line, n)


cdef inline bint is_far(const Op *op, Py_ssize_t itemsize) noexcept nogil:
    """Whether rows of W have to be fetched from memory."""
    return op.n_in * op.n_out * itemsize > INPUTS_NEAR_BYTES


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params
    cdef const floating *b = NULL
    cdef floating *y = values + op.output
    cdef Py_ssize_t n = op.n_out, first = 0, end, block = 0, n_blocks = 1
    cdef int ask = is_far(op, sizeof(floating))
    cdef csr_rows_f64 x_f64 = csr_f64(run)
    cdef csr_rows_f32 x_f32 = csr_f32(run)
    while block < n_blocks:
        block += 1
        end = block_of_columns(n, sizeof(floating), block, &n_blocks)
        if op.ints[0]:
            b = W + op.n_in * n + first
        if floating is double:
            csr_product_f64(&x_f64, ask, end - first, W + first, b, y + first, n)
        else:
            csr_product_f32(&x_f32, ask, end - first, W + first, b, y + first, n)
        first = end


cdef void scatter(
    const Op *op, const Pass *part, int64_t first, int64_t stop, floating *dW,
) noexcept nogil:
    """dW[column] += entry dy, for the columns first .. stop - 1."""
    cdef const floating *dy = <const floating *> part.gradients + op.output
    cdef Py_ssize_t n = op.n_out, begin = 0, end, block = 0, n_blocks = 1
    cdef int ask = is_far(op, sizeof(floating))
    cdef csr_rows_f64 x_f64 = csr_f64(part)
    cdef csr_rows_f32 x_f32 = csr_f32(part)
    x_f64.first = x_f32.first = first
    x_f64.stop = x_f32.stop = stop
    while block < n_blocks:
        block += 1
        end = block_of_columns(n, sizeof(floating), block, &n_blocks)
        if floating is double:
            csr_scatter_f64(&x_f64, ask, end - begin, dy + begin, dW + begin, n)
        else:
            csr_scatter_f32(&x_f32, ask, end - begin, dy + begin, dW + begin, n)
        begin = end


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task, floating *gradients,
) noexcept nogil:
    """Rows of dW for some columns, the parts one after the other; then db."""
    cdef floating *dW = gradients + op.params
    cdef floating *db = dW + op.n_in * op.n_out
    cdef int64_t n = op.n_out, part, first = op.n_in * task // op.n_tasks
    cdef int64_t stop = op.n_in * (task + 1) // op.n_tasks
    memset(dW + first * n, 0, (stop - first) * n * sizeof(floating))
    for part in range(n_parts):
        scatter(op, &parts[part], first, stop, dW)
    if op.ints[0] and task == op.n_tasks - 1:
        memset(db, 0, n * sizeof(floating))
        for part in range(n_parts):
            bias_gradient(
                parts[part].n_rows, n, <const floating *> parts[part].gradients
                + op.output, n, db)


cdef void gather_f64(const Op *op, const Pass *run) noexcept nogil:
    gather(op, run, <double *> run.values)


cdef void gather_f32(const Op *op, const Pass *run) noexcept nogil:
    gather(op, run, <float *> run.values)


cdef void gather_scaled_f64(const Op *op, const Pass *run) noexcept nogil:
    scale_rows(run, False, op.reals[0], <double *> run.values + op.output)


cdef void gather_scaled_f32(const Op *op, const Pass *run) noexcept nogil:
    scale_rows(run, False, op.reals[0], <float *> run.values + op.output)


cdef void gather_bytes_f64(const Op *op, const Pass *run) noexcept nogil:
    scale_rows(run, True, op.reals[0], <double *> run.values + op.output)


cdef void gather_bytes_f32(const Op *op, const Pass *run) noexcept nogil:
    scale_rows(run, True, op.reals[0], <float *> run.values + op.output)


cdef void densify_f64(const Op *op, const Pass *run) noexcept nogil:
    densify(op, run, <double *> run.values)


cdef void densify_f32(const Op *op, const Pass *run) noexcept nogil:
    densify(op, run, <float *> run.values)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void collect_f64(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <double *> parts[0].param_gradients)


cdef void collect_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <float *> parts[0].param_gradients)


cdef void nothing(const Op *op, const Pass *run) noexcept nogil:
    pass


def count_tasks(Py_ssize_t n_in, Py_ssize_t n_out):
    """Tasks of some rows of W each: each of them looks at all entries."""
    return 4 if n_in * n_out >= 262144 else 1


ADDRESSES = {
    "gather": {
        "float64": (<uintptr_t> &gather_f64, <uintptr_t> &nothing),
        "float32": (<uintptr_t> &gather_f32, <uintptr_t> &nothing),
    },
    "gather_scaled": {
        "float64": (<uintptr_t> &gather_scaled_f64, <uintptr_t> &nothing),
        "float32": (<uintptr_t> &gather_scaled_f32, <uintptr_t> &nothing),
    },
    "gather_bytes": {
        "float64": (<uintptr_t> &gather_bytes_f64, <uintptr_t> &nothing),
        "float32": (<uintptr_t> &gather_bytes_f32, <uintptr_t> &nothing),
    },
    "densify": {
        "float64": (<uintptr_t> &densify_f64, <uintptr_t> &nothing),
        "float32": (<uintptr_t> &densify_f32, <uintptr_t> &nothing),
    },
    "sparse_dense": {
        "float64": (
            <uintptr_t> &forward_f64,
            <uintptr_t> &nothing,
            0,
            <uintptr_t> &collect_f64),
        "float32": (
            <uintptr_t> &forward_f32,
            <uintptr_t> &nothing,
            0,
            <uintptr_t> &collect_f32),
    },
}
