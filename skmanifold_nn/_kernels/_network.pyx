"""Predictions of planned networks.

A plan is an array of ops, see ``_network.pxd``; nothing here or in ``_epochs.pyx``
knows what an op, a loss or an optimiser does.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy, memset

from ._network cimport OP_WORDS, Op, Pass, Source

WORDS = OP_WORDS


cdef void forward_all(const Op *ops, int64_t n_ops, const Pass *run) noexcept nogil:
    cdef int64_t k
    for k in range(n_ops):
        ops[k].forward(&ops[k], run)


cdef Source source_of(
    const floating[::1] values, const int32_t[::1] columns, const int64_t[::1] starts,
    int64_t width,
):
    """Dense rows without `columns`, which follow in order; CSR rows with them."""
    cdef Source source
    source.values = &values[0] if values.shape[0] else NULL
    source.columns, source.starts, source.width = NULL, NULL, width
    if columns is not None:
        source.columns = &columns[0] if columns.shape[0] else NULL
        source.starts = &starts[0]
    return source


# What all threads of a prediction share.
cdef struct Work:
    const Op *ops
    int64_t n_ops
    int64_t output
    int64_t n_outputs
    const int64_t *rows
    int n_threads
    Pass run


cdef void predict_chunks(
    const Work *work, int64_t thread, int64_t chunk, floating[:, ::1] workspace,
    floating[:, ::1] outputs,
) noexcept nogil:
    """Every n_threads-th chunk of the rows."""
    cdef Pass run = work.run
    cdef int64_t first = thread * chunk, n = outputs.shape[0]
    run.values = &workspace[thread, 0]
    while first < n:
        run.n_rows, run.rows = min(chunk, n - first), work.rows + first
        forward_all(work.ops, work.n_ops, &run)
        memcpy(&outputs[first, 0], <floating *> run.values + work.output,
               run.n_rows * work.n_outputs * sizeof(floating))
        first += work.n_threads * chunk


def predict(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    int64_t output,  # offset of the wanted tensor in a workspace
    const floating[::1] values,  # of the samples, as for train_epoch
    const int32_t[::1] columns,
    const int64_t[::1] starts,
    int64_t width,
    const int64_t[::1] rows,  # samples wanted
    int64_t chunk,  # rows that a workspace holds
    int n_threads,
    const floating[::1] params,
    const floating[::1] state,  # running statistics
    floating[:, ::1] workspace,  # scratch of each thread
    floating[:, ::1] outputs,  # OUT, (n_rows, n_outputs)
):
    """A tensor of the network for some samples, not in training."""
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work
    cdef int64_t thread
    memset(&work, 0, sizeof(Work))
    work.ops, work.n_ops = <const Op *> &ops[0, 0], ops.shape[0]
    work.output, work.n_outputs, work.rows = output, outputs.shape[1], &rows[0]
    work.n_threads = n_threads
    work.run.source = &source
    work.run.params = &params[0] if params.shape[0] else NULL
    work.run.state = <void *> &state[0] if state.shape[0] else NULL
    with nogil:
        if n_threads == 1:
            predict_chunks(&work, 0, chunk, workspace, outputs)
        else:
            for thread in prange(
                n_threads, num_threads=n_threads, schedule="static", chunksize=1
            ):
                predict_chunks(&work, thread, chunk, workspace, outputs)
