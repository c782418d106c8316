"""Predictions of planned networks.

A plan is an array of ops, see ``_network.pxd``; nothing here or in ``_epochs.pyx``
knows what an op, a loss or an optimiser does.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy, memset

from ._network cimport COLLECTS_ALONE, OP_WORDS, Op, Pass, Source, pass_of
from ._packing cimport pack_part

WORDS = OP_WORDS


cdef void forward_all(
    const Op *ops, int64_t n_ops, const Pass *runs, int64_t stride,
) noexcept nogil:
    cdef int64_t k
    for k in range(n_ops):
        ops[k].forward(&ops[k], pass_of(&ops[k], runs, stride))


cdef void backward_all(
    const Op *ops, int64_t start, int64_t stop, const Pass *runs, int64_t stride,
) noexcept nogil:
    cdef int64_t k, task
    cdef const Pass *run
    for k in range(stop - 1, start - 1, -1):
        run = pass_of(&ops[k], runs, stride)
        ops[k].backward(&ops[k], run)
        if ops[k].flags & COLLECTS_ALONE:
            for task in range(ops[k].n_tasks):
                ops[k].collect(&ops[k], run, 1, task)


cdef Source source_of(
    const uint8_t[::1] values, const int32_t[::1] columns, const int64_t[::1] starts,
    int64_t width,
):
    cdef Source source
    source.values = &values[0] if values.shape[0] else NULL
    source.columns, source.starts, source.width = NULL, NULL, width
    if columns is not None:
        source.columns = &columns[0] if columns.shape[0] else NULL
    if starts is not None:
        source.starts = &starts[0]
    return source


# What all threads of a prediction share.
cdef struct Work:
    const Op *ops
    int64_t n_ops
    int64_t output
    int64_t n_outputs
    bint over_steps
    int64_t n_fixed
    const int64_t *rows
    const int64_t *chunks
    int64_t n_chunks
    const int64_t *out_starts
    int n_threads
    Pass run


cdef void put(
    const Work *work, const Pass *run, const int64_t *places, int64_t first,
    floating *outputs,
) noexcept nogil:
    """Outputs of a chunk where they belong: sequences were sorted."""
    cdef const floating *values = <const floating *> run.values + work.output
    cdef int64_t n = work.n_outputs, t, k, row = 0
    if not work.over_steps:
        for k in range(run.n_sequences):
            memcpy(outputs + (first + places[k]) * n, values + k * n,
                   n * sizeof(floating))
        return
    for t in range(run.n_steps):
        for k in range(run.active[t]):
            memcpy(outputs + (work.out_starts[first + places[k]] + t) * n,
                   values + row * n, n * sizeof(floating))
            row += 1


cdef void predict_chunks(
    const Work *work, int64_t thread, floating[:, ::1] workspace,
    int64_t[:, ::1] places, floating[:, ::1] outputs,
) noexcept nogil:
    """Every n_threads-th chunk of the rows."""
    cdef Pass runs[2]
    cdef int64_t chunk, first
    for chunk in range(work.n_chunks):
        if chunk % work.n_threads != thread:
            continue
        first = work.chunks[chunk]
        runs[0] = work.run
        runs[0].values = &workspace[thread, 0]
        runs[0].n_rows = work.chunks[chunk + 1] - first
        runs[0].rows = work.rows + first
        if places is None:
            forward_all(work.ops, work.n_ops, runs, 0)
            memcpy(&outputs[first, 0], <floating *> runs[0].values + work.output,
                   runs[0].n_rows * work.n_outputs * sizeof(floating))
        else:
            pack_part(work.run.source, work.n_fixed, runs, 1, &places[thread, 0])
            forward_all(work.ops, work.n_ops, runs, 1)
            put(work, runs, &places[thread, 0], first, &outputs[0, 0])


def predict(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    int64_t output,  # offset of the wanted tensor in a workspace
    const uint8_t[::1] values,  # of the samples, as for train_epochs ...
    const int32_t[::1] columns,
    const int64_t[::1] starts,
    int64_t width,
    int64_t n_fixed,  # ... up to here
    const int64_t[::1] rows,  # samples wanted
    const int64_t[::1] chunks,  # (n_chunks + 1,), ends of those that are run together
    int n_threads,
    const floating[::1] params,
    const floating[::1] state,  # running statistics
    floating[::1] carried,  # IN and OUT, states of streams, or None; then one chunk
    floating[:, ::1] workspace,  # scratch of each thread
    int64_t[:, ::1] places,  # scratch of each thread for sequences, or None
    const int64_t[::1] out_starts,  # of the rows among outputs over steps, or None
    floating[:, ::1] outputs,  # OUT, (n_rows or steps of all, n_outputs)
):
    """A tensor of the network for some samples, not in training."""
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work
    cdef int64_t thread
    memset(&work, 0, sizeof(Work))
    work.ops, work.n_ops = <const Op *> &ops[0, 0], ops.shape[0]
    work.output, work.n_outputs, work.rows = output, outputs.shape[1], &rows[0]
    work.chunks, work.n_chunks = &chunks[0], chunks.shape[0] - 1
    work.n_threads, work.n_fixed = n_threads, n_fixed
    if out_starts is not None:
        work.out_starts, work.over_steps = &out_starts[0], True
    work.run.source = &source
    work.run.params = &params[0] if params.shape[0] else NULL
    work.run.state = <void *> &state[0] if state.shape[0] else NULL
    work.run.carried = &carried[0] if carried is not None else NULL
    with nogil:
        if n_threads == 1:
            predict_chunks(&work, 0, workspace, places, outputs)
        else:
            for thread in prange(
                n_threads, num_threads=n_threads, schedule="static", chunksize=1
            ):
                predict_chunks(&work, thread, workspace, places, outputs)
