"""Products of recurrent ops of any cell with W_h; see _recurrent.pxd."""

from cython cimport floating
from libc.stdint cimport int64_t

from ._gemm cimport (
    input_gradient,
    multiply,
    multiply_packed,
    pack,
    pack_transposed,
    packed_size,
)
from ._network cimport Op, Pass

cdef enum:
    TASK_SIZE = 8192  # weights of a task of `collect` at least ...
    TASK_ROWS = 64  # ... and rows of W_h


cdef int64_t block_size(int64_t H, int64_t n) noexcept nogil:
    return packed_size(n, H) + packed_size(H, n)


cdef void share(
    const Op *op, const Pass *run, int64_t first, int64_t n, floating *shared,
) noexcept nogil:
    cdef const floating *W = <const floating *> run.params + op.params + first
    cdef int64_t H = op.ints[0]
    pack(H, n, W, op.n_in, shared)
    pack_transposed(H, n, W, op.n_in, shared + packed_size(n, H))


cdef inline void recur_rows(
    const Weights *w, int64_t n_rows, const floating *h, const floating *start,
    int64_t start_row, floating *y, int64_t y_row,
) noexcept nogil:
    """Rows of y = start + h W."""
    if w.packed != NULL and w.n > 1:
        multiply_packed(n_rows, w.n, w.H, h, w.H, 1, <const floating *> w.packed,
                        start, start_row, y, y_row)
    else:
        multiply(n_rows, w.n, w.H, h, w.H, 1, <const floating *> w.W, w.row,
                 start, start_row, y, y_row)


cdef void recur(
    const Op *op, const Pass *run, const Weights *w, const Step *s,
    const floating *h, const floating *masked, const floating *start, int64_t start_row,
    floating *y, int64_t y_row,
) noexcept nogil:
    cdef const floating *first = carried_state(op, run, 0, masked)
    cdef int64_t n = s.n_before
    h += s.before * w.H
    if drops(op, run):
        h = masked + s.row * w.H
    if n:
        recur_rows(w, n, h, start, start_row, y, y_row)
    if first != NULL and s.n > n:
        if start != NULL:
            start += n * start_row
        recur_rows(w, s.n - n, first + n * w.H, start, start_row, y + n * y_row, y_row)


cdef void recur_back(
    const Op *op, const Pass *run, const Weights *w, const Step *s,
    const floating *dz, int64_t dz_row, bint add, floating *scratch, floating *dh,
) noexcept nogil:
    cdef const floating *packed = <const floating *> w.packed + packed_size(w.n, w.H)
    if drops(op, run):
        input_gradient(s.n_before, w.n, w.H, dz, dz_row, packed, add, scratch, w.H)
    else:
        input_gradient(s.n_before, w.n, w.H, dz, dz_row, packed, True,
                       dh + s.before * w.H, w.H)


cdef void collect_weights(
    const Op *op, const Pass *run, int64_t first, int64_t n_rows, int64_t n,
    const floating *h, const floating *masked, const floating *dZ, int64_t dZ_row,
    floating *dW, int64_t dW_row,
) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0
    cdef int64_t H = op.ints[0]
    cdef Step s = first_step(run, reverse, False)
    cdef const floating *start = dW
    cdef const floating *x
    cdef Run r
    while next_run(run, reverse, &s, &r):
        x = masked + r.row * H if drops(op, run) else h + r.before * H
        multiply(n_rows, n, r.n, x + first, 1, H, dZ + r.row * dZ_row, dZ_row,
                 start, dW_row, dW, dW_row)


GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}
CACHED = {"lstm": 2, "gru": 1, "simple_rnn": 0}  # values of a unit


def cache_size(str kind, Py_ssize_t n_units, bint dropout):
    """Elements that an op caches for a step."""
    return (CACHED[kind] + dropout) * n_units


def shared_size(str kind, Py_ssize_t n_units):
    """Elements that an op shares between the parts of a minibatch."""
    if kind == "gru":  # the new state's columns lie by themselves
        return block_size(n_units, 2 * n_units) + block_size(n_units, n_units)
    return block_size(n_units, GATES[kind] * n_units)


def count_tasks(str kind, Py_ssize_t n_units):
    """Tasks of some rows of W_h each, so many that threads are done at the same time.
    """
    n_weights = GATES[kind] * n_units * n_units
    return max(1, min(n_units // TASK_ROWS, n_weights // TASK_SIZE))
