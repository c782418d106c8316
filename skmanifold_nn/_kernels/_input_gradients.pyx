"""Gradients of the outputs of planned networks with respect to their samples.

The chain rule backwards through all ops, not in training: for each sample the gradient
of a sum of its outputs, each times a number. Ops see a plan in which all layers are
frozen and samples have gradients. Samples are rows, not sequences.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy, memset

from ._network cimport Op, Pass, Source, backward_all, forward_all, source_of


# What all threads share.
cdef struct Work:
    const Op *ops
    int64_t n_ops
    int64_t output  # offset of the outputs in a workspace
    int64_t n_outputs
    int64_t input  # offset of the samples
    int64_t width
    int64_t size  # elements of a workspace's values
    const int64_t *chunks
    int64_t n_chunks
    int n_threads
    Pass run


cdef void run_chunks(
    const Work *work, int64_t thread, floating[:, ::1] workspace,
    const floating[:, ::1] directions, floating[:, ::1] gradients,
) noexcept nogil:
    """Every n_threads-th chunk of the rows."""
    cdef Pass run
    cdef int64_t chunk, first
    cdef size_t itemsize = sizeof(floating)
    for chunk in range(work.n_chunks):
        if chunk % work.n_threads != thread:
            continue
        first = work.chunks[chunk]
        run = work.run
        run.values = &workspace[thread, 0]
        run.gradients = &workspace[thread, work.size]
        run.n_rows = work.chunks[chunk + 1] - first
        run.rows = work.run.rows + first
        forward_all(work.ops, work.n_ops, &run, 0)
        memcpy(&workspace[thread, work.size + work.output], &directions[first, 0],
               run.n_rows * work.n_outputs * itemsize)
        backward_all(work.ops, 0, work.n_ops, &run, 0)
        memcpy(&gradients[first, 0], &workspace[thread, work.size + work.input],
               run.n_rows * work.width * itemsize)


def input_gradients(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    const int64_t[::1] layout,  # offsets of the outputs and samples, size of values
    const uint8_t[::1] values,  # of the samples, as for train_epochs ...
    const int32_t[::1] columns,
    const int64_t[::1] starts,
    int64_t width,  # ... up to here
    const int64_t[::1] rows,  # samples wanted
    const int64_t[::1] chunks,  # (n_chunks + 1,), ends of those that are run together
    int n_threads,
    const floating[::1] params,
    const floating[::1] state,  # running statistics
    floating[:, ::1] workspace,  # scratch of each thread: values, gradients
    floating[::1] shared,  # scratch
    const floating[:, ::1] directions,  # (n_rows, n_outputs), factors of the outputs
    floating[:, ::1] gradients,  # OUT, (n_rows, n_inputs)
):
    """Gradients of sums of outputs with respect to the samples as the ops see them."""
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work
    cdef int64_t thread, k
    memset(&work, 0, sizeof(Work))
    work.ops, work.n_ops = <const Op *> &ops[0, 0], ops.shape[0]
    work.output, work.input, work.size = layout[0], layout[1], layout[2]
    work.n_outputs, work.width = directions.shape[1], gradients.shape[1]
    work.chunks, work.n_chunks = &chunks[0], chunks.shape[0] - 1
    work.n_threads, work.run.source, work.run.rows = n_threads, &source, &rows[0]
    work.run.params = &params[0] if params.shape[0] else NULL
    work.run.state = <void *> &state[0] if state.shape[0] else NULL
    work.run.shared = &shared[0] if shared.shape[0] else NULL
    with nogil:
        for k in range(work.n_ops):
            if work.ops[k].prepare != NULL:
                work.ops[k].prepare(&work.ops[k], &work.run)
        if n_threads == 1:
            run_chunks(&work, 0, workspace, directions, gradients)
        else:
            for thread in prange(
                n_threads, num_threads=n_threads, schedule="static", chunksize=1
            ):
                run_chunks(&work, thread, workspace, directions, gradients)
