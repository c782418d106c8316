"""Runs planned networks: predictions, and a whole epoch of training without the GIL.

A plan is an array of ops, see ``_network.pxd``; nothing here knows what an op, a loss
or an optimiser does. A minibatch is cut into parts, each with a workspace and parameter
gradients of its own, which are added in their order: the number of parts belongs to the
plan, the result does not depend on the number of threads.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport isfinite
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memcpy, memset

from ._losses cimport loss_function
from ._network cimport OP_WORDS, Op, Pass, Source
from ._optimizers cimport Step, clipping, run_blocks, step_function

WORDS = OP_WORDS


# What all parts of all minibatches share.
cdef struct Work:
    const Op *ops
    int64_t n_ops
    int64_t output  # offset of the outputs in a workspace
    int64_t n_outputs
    loss_function loss
    const double *loss_settings
    const int64_t *order  # of the samples
    int64_t n_targets
    int64_t n_parts
    int64_t n_params
    int64_t size  # elements of a part's values
    int64_t stride  # elements of a part's values, gradients and labels
    int n_threads
    double *losses  # of the parts
    Pass run


cdef void forward_all(const Work *work, const Pass *run) noexcept nogil:
    cdef int64_t k
    for k in range(work.n_ops):
        work.ops[k].forward(&work.ops[k], run)


cdef void backward_all(const Work *work, const Pass *run) noexcept nogil:
    cdef int64_t k
    for k in range(work.n_ops - 1, -1, -1):
        work.ops[k].backward(&work.ops[k], run)


cdef void prepare_op(const Work *work, int64_t k) noexcept nogil:
    if work.ops[k].prepare != NULL:
        work.ops[k].prepare(&work.ops[k], &work.run)


cdef void prepare_all(const Work *work) noexcept nogil:
    cdef int64_t k
    if work.n_threads == 1 or work.n_parts == 1:
        for k in range(work.n_ops):
            prepare_op(work, k)
    else:
        for k in prange(work.n_ops, num_threads=work.n_threads, schedule="dynamic"):
            prepare_op(work, k)


cdef void copy_rows(
    const floating[:, ::1] rows, const int64_t *order, int64_t n_rows, floating *out,
) noexcept nogil:
    cdef Py_ssize_t width = rows.shape[1], k
    for k in range(n_rows):
        memcpy(out + k * width, &rows[order[k], 0], width * sizeof(floating))


cdef double run_part(
    const Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, int64_t first,
    int64_t size, double scale, int64_t part,
) noexcept nogil:
    """Adds the gradients of `scale` times a part's loss; returns the loss."""
    cdef Pass run = work.run
    cdef double loss
    cdef floating *values = &workspace[part, 0]
    cdef floating *target = values + 2 * work.size
    cdef floating *weight = NULL
    run.first_row = size * part // work.n_parts
    run.n_rows = size * (part + 1) // work.n_parts - run.first_row
    if run.n_rows == 0:
        return 0
    run.rows = work.order + first + run.first_row
    run.values, run.gradients = values, values + work.size
    run.param_gradients = &param_gradients[part, 0]
    copy_rows(targets, run.rows, run.n_rows, target)
    if weights is not None:
        weight = target + run.n_rows * work.n_targets
        copy_rows(weights, run.rows, run.n_rows, weight)
    forward_all(work, &run)
    loss = work.loss(
        work.loss_settings, run.n_rows, work.n_outputs, values + work.output, target,
        weight, scale, <floating *> run.gradients + work.output)
    backward_all(work, &run)
    return loss


cdef double run_batch(
    const Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, int64_t first,
    int64_t size, double scale, bint fresh,
) noexcept nogil:
    """Loss of a minibatch; its gradients are added to those of the parts, or fresh."""
    cdef int64_t part
    cdef double total = 0
    cdef Py_ssize_t bytes = work.n_params * sizeof(floating)
    if work.n_threads == 1 or work.n_parts == 1:
        for part in range(work.n_parts):
            if fresh:
                memset(&param_gradients[part, 0], 0, bytes)
            work.losses[part] = run_part(
                work, targets, weights, workspace, param_gradients, first, size, scale,
                part)
    else:
        for part in prange(
            work.n_parts, num_threads=work.n_threads, schedule="static", chunksize=1
        ):
            if fresh:
                memset(&param_gradients[part, 0], 0, bytes)
            work.losses[part] = run_part(
                work, targets, weights, workspace, param_gradients, first, size, scale,
                part)
    for part in range(work.n_parts):
        total += work.losses[part]
    return total


cdef void add_block(floating[:, ::1] gradients, int64_t block) noexcept nogil:
    cdef Py_ssize_t part, k, last = min(4096 * (block + 1), gradients.shape[1])
    for part in range(1, gradients.shape[0]):
        for k in range(4096 * block, last):
            gradients[0, k] += gradients[part, k]


cdef void add_parts(floating[:, ::1] gradients, int n_threads) noexcept nogil:
    """gradients[0] += gradients[1] + ..., in this order."""
    cdef int64_t block, n_blocks = (gradients.shape[1] + 4095) // 4096
    if gradients.shape[0] == 1:
        return
    if n_threads == 1 or n_blocks < 4:
        for block in range(n_blocks):
            add_block(gradients, block)
    else:
        for block in prange(n_blocks, num_threads=n_threads, schedule="static"):
            add_block(gradients, block)


cdef double weight_of(
    const floating[:, ::1] weights, const int64_t *order, int64_t n_rows,
) noexcept nogil:
    """Sum of the weights of some samples."""
    cdef int64_t k
    cdef double total = 0
    if weights is None:
        return <double> n_rows
    for k in range(n_rows):
        total += <double> weights[order[k], 0]
    return total


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


cdef Work work_of(
    const int64_t[:, ::1] ops, const int64_t[::1] layout, size_t loss,
    const double[::1] loss_settings, const floating[:, ::1] targets,
    const int64_t[::1] order, uint64_t seed, int n_threads, floating[:, ::1] workspace,
    floating[:, ::1] param_gradients, floating[::1] shared, floating[::1] params,
    floating[::1] state, double[::1] part_sums,
):
    cdef Work work
    memset(&work, 0, sizeof(Work))
    work.ops, work.n_ops = <const Op *> &ops[0, 0], ops.shape[0]
    work.output, work.n_outputs, work.size = layout[0], layout[1], layout[2]
    work.loss, work.loss_settings = <loss_function> loss, &loss_settings[0]
    work.order, work.n_targets = &order[0], targets.shape[1]
    work.n_parts, work.stride = workspace.shape[0], workspace.shape[1]
    work.n_params, work.n_threads = param_gradients.shape[1], n_threads
    work.losses = &part_sums[0]
    work.run.params = &params[0] if params.shape[0] else NULL
    work.run.state = &state[0] if state.shape[0] else NULL
    work.run.shared = &shared[0] if shared.shape[0] else NULL
    work.run.training, work.run.seed = 1, seed
    return work


def train_epoch(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    const int64_t[::1] layout,  # offset and number of outputs, size of a workspace
    const floating[::1] values,  # of the samples: dense rows, or a CSR's entries
    const int32_t[::1] columns,  # of the entries, or None
    const int64_t[::1] starts,  # of the CSR's rows, or None
    int64_t width,  # elements of a sample
    const floating[:, ::1] targets,  # (n_samples, n_targets)
    const floating[:, ::1] weights,  # (n_samples, 1), or None: ones
    size_t loss,  # address
    const double[::1] loss_settings,
    int n_threads,
    floating[:, ::1] workspace,  # scratch of each part: values, gradients, labels
    floating[:, ::1] param_gradients,  # scratch, (n_parts, n_params)
    floating[::1] shared,  # scratch
    double[::1] part_sums,  # scratch, one each part and each block of parameters
    floating[::1] params,  # IN and OUT
    floating[::1] state,  # IN and OUT, running statistics
    const int64_t[::1] order,  # samples in the order of the epoch
    int64_t batch_size,
    const uint64_t[::1] counters,  # seed, and steps done before
    const size_t[::1] steps,  # addresses of the step and of the squared norm
    const double[:, ::1] rates,  # (n_batches, 3), of each step
    const double[::1] step_settings,
    const double[::1] penalties,  # l2, l1, and the largest norm of gradients or 0
    const int64_t[:, ::1] ranges,  # (n_ranges, 2) of penalised parameters
    floating[:, ::1] states,  # IN and OUT, of the optimiser
    double[::1] sums,  # OUT: of weight times loss, of weights, of weighted penalties
):
    """One epoch; returns the steps done, fewer than all where a loss is not finite."""
    cdef int64_t n = order.shape[0], first, size
    cdef int64_t n_batches = (n + batch_size - 1) // batch_size, batch
    cdef Py_ssize_t n_ranges = ranges.shape[0]
    cdef const int64_t *bounds = &ranges[0, 0] if n_ranges else NULL
    cdef step_function norm = <step_function> steps[1]
    cdef double weight, loss_sum
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work = work_of(
        ops, layout, loss, loss_settings, targets, order, counters[0], n_threads,
        workspace, param_gradients, shared, params, state, part_sums)
    cdef Step step
    cdef int step_threads = n_threads if work.n_params >= 65536 else 1
    work.run.source = &source
    step.settings, step.n = &step_settings[0], work.n_params
    step.gradients, step.params = &param_gradients[0, 0], &params[0]
    step.states = &states[0, 0] if states.shape[0] else NULL
    sums[0] = sums[1] = sums[2] = 0
    with nogil:
        for batch in range(n_batches):
            first = batch * batch_size
            size = min(batch_size, n - first)
            weight = weight_of(weights, &order[first], size)
            if weight <= 0:
                continue
            work.run.step = counters[1] + batch
            prepare_all(&work)
            loss_sum = run_batch(
                &work, targets, weights, workspace, param_gradients, first, size,
                1 / weight, True)
            if not isfinite(loss_sum):
                n_batches = batch
                break
            add_parts(param_gradients, n_threads)
            step.rates, step.scale = &rates[batch, 0], 1
            step.l2, step.l1 = penalties[0] / weight, penalties[1] / weight
            if penalties[2] > 0:
                step.scale = clipping(
                    run_blocks(
                        norm, &step, bounds, n_ranges, step_threads, &part_sums[0]),
                    penalties[2])
            sums[0] += loss_sum
            sums[1] += weight
            sums[2] += weight * run_blocks(
                <step_function> steps[0], &step, bounds, n_ranges, step_threads,
                &part_sums[0])
    return n_batches


def total_gradient(
    const int64_t[:, ::1] ops,  # as for train_epoch ...
    const int64_t[::1] layout,
    const floating[::1] values,
    const int32_t[::1] columns,
    const int64_t[::1] starts,
    int64_t width,
    const floating[:, ::1] targets,
    const floating[:, ::1] weights,
    size_t loss,
    const double[::1] loss_settings,
    int n_threads,
    floating[:, ::1] workspace,
    floating[:, ::1] param_gradients,  # scratch; OUT: the first row is the gradient
    floating[::1] shared,
    double[::1] part_sums,
    floating[::1] params,
    floating[::1] state,
    const int64_t[::1] order,  # ... up to here
    int64_t batch_size,  # samples in the workspaces at a time
    uint64_t seed,
    double[::1] sums,  # OUT: of weight times loss, of weights
):
    """Loss of all samples, and the gradient of its weighted mean."""
    cdef int64_t n = order.shape[0], first, block
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work = work_of(
        ops, layout, loss, loss_settings, targets, order, seed, n_threads,
        workspace, param_gradients, shared, params, state, part_sums)
    work.run.source = &source
    with nogil:
        sums[0], sums[1] = 0, weight_of(weights, &order[0], n)
        prepare_all(&work)
        for block in range((n + batch_size - 1) // batch_size):
            first = block * batch_size
            sums[0] += run_batch(
                &work, targets, weights, workspace, param_gradients, first,
                min(batch_size, n - first), 1 / sums[1], first == 0)
        add_parts(param_gradients, n_threads)


cdef void predict_chunks(
    const Work *work, int64_t thread, int64_t chunk, floating[:, ::1] workspace,
    floating[:, ::1] outputs,
) noexcept nogil:
    """Every n_threads-th chunk of the rows."""
    cdef Pass run = work.run
    cdef int64_t first = thread * chunk, n = outputs.shape[0]
    run.values = &workspace[thread, 0]
    while first < n:
        run.n_rows, run.rows = min(chunk, n - first), work.order + first
        forward_all(work, &run)
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
    work.output, work.n_outputs, work.order = output, outputs.shape[1], &rows[0]
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
