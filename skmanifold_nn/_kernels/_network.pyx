"""Runs planned networks: predictions, and a whole epoch of training without the GIL.

A plan is an array of ops, see ``_network.pxd``; nothing here knows what an op, a loss
or an optimiser does. A minibatch is cut into parts, each with a workspace and parameter
gradients of its own, which are added in their order: the number of parts belongs to the
plan, the result does not depend on the number of threads.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport isfinite
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy, memset

from ._losses cimport loss_function
from ._network cimport OP_WORDS, Op, Pass
from ._optimizers cimport Step, clipping, run_blocks, step_function

WORDS = OP_WORDS


cdef void forward_all(const Op *ops, Py_ssize_t n_ops, const Pass *run) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(n_ops):
        ops[k].forward(&ops[k], run)


cdef void backward_all(
    const Op *ops, Py_ssize_t n_ops, const Pass *run
) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(n_ops - 1, -1, -1):
        ops[k].backward(&ops[k], run)


cdef void gather(
    const floating[:, ::1] rows, const int64_t *order, Py_ssize_t n_rows, floating *out,
) noexcept nogil:
    """The rows of an order, one after the other."""
    cdef Py_ssize_t width = rows.shape[1], k
    for k in range(n_rows):
        memcpy(out + k * width, &rows[order[k], 0], width * sizeof(floating))


def predict(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    const floating[:, ::1] X,  # (n_rows, n_inputs), no more rows than the plan's
    Py_ssize_t input,  # offset of the input in the workspace
    Py_ssize_t output,
    const floating[::1] params,
    floating[::1] state,  # running statistics
    floating[::1] values,  # workspace
    floating[:, ::1] outputs,  # OUT, (n_rows, n_outputs)
):
    """The tensor at `output` for a few rows, not in training."""
    cdef Pass run
    cdef Py_ssize_t n_rows = X.shape[0]
    memset(&run, 0, sizeof(Pass))
    run.values, run.n_rows = &values[0], n_rows
    run.params = &params[0] if params.shape[0] else NULL
    run.state = &state[0] if state.shape[0] else NULL
    with nogil:
        memcpy(&values[input], &X[0, 0], n_rows * X.shape[1] * sizeof(floating))
        forward_all(<const Op *> &ops[0, 0], ops.shape[0], &run)
        memcpy(&outputs[0, 0], &values[output],
               n_rows * outputs.shape[1] * sizeof(floating))


cdef double run_part(
    const Op *ops, Py_ssize_t n_ops, const Pass *run, int64_t output, int64_t n_outputs,
    loss_function loss, const double *settings, const floating *targets,
    const floating *weights, double scale, int64_t n_params,
) noexcept nogil:
    """Forward, loss and backward; parameter gradients are overwritten."""
    cdef double total
    forward_all(ops, n_ops, run)
    total = loss(
        settings, run.n_rows, n_outputs, <floating *> run.values + output, targets,
        weights, scale, <floating *> run.gradients + output)
    memset(run.param_gradients, 0, n_params * sizeof(floating))
    backward_all(ops, n_ops, run)
    return total


cdef void add_parts(floating[:, ::1] gradients, int n_threads) noexcept nogil:
    """gradients[0] += gradients[1] + ..., in this order."""
    cdef Py_ssize_t n = gradients.shape[1], part, k
    cdef Py_ssize_t block, n_blocks = (n + 4095) // 4096
    for block in prange(n_blocks, num_threads=n_threads, schedule="static"):
        for part in range(1, gradients.shape[0]):
            for k in range(4096 * block, min(4096 * (block + 1), n)):
                gradients[0, k] += gradients[part, k]


cdef void run_batch(
    const int64_t[:, ::1] ops, const floating[:, ::1] X,
    const floating[:, ::1] targets, const floating[:, ::1] weights,
    const int64_t *order, Py_ssize_t size, const int64_t[::1] layout,
    loss_function loss, const double *settings, double scale, uint64_t seed,
    uint64_t step, int n_threads, floating[:, ::1] values, floating[:, ::1] gradients,
    floating[:, ::1] param_gradients, floating[:, :, ::1] labels, floating *params,
    floating *state, double[::1] losses,
) noexcept nogil:
    """Losses and parameter gradients of every part of a minibatch."""
    cdef Py_ssize_t n_parts = values.shape[0], part
    for part in prange(
        n_parts, num_threads=n_threads, schedule="static", chunksize=1
    ):
        losses[part] = gather_and_run(
            part, ops, X, targets, weights, order, size, layout, loss, settings, scale,
            seed, step, values, gradients, param_gradients, labels, params, state)


cdef double gather_and_run(
    Py_ssize_t part, const int64_t[:, ::1] ops, const floating[:, ::1] X,
    const floating[:, ::1] targets, const floating[:, ::1] weights,
    const int64_t *order, Py_ssize_t size, const int64_t[::1] layout,
    loss_function loss, const double *settings, double scale, uint64_t seed,
    uint64_t step, floating[:, ::1] values, floating[:, ::1] gradients,
    floating[:, ::1] param_gradients, floating[:, :, ::1] labels, floating *params,
    floating *state,
) noexcept nogil:
    cdef Py_ssize_t n_parts = values.shape[0], n_params = param_gradients.shape[1]
    cdef Py_ssize_t first = size * part // n_parts
    cdef Py_ssize_t n_rows = size * (part + 1) // n_parts - first
    cdef floating *target = &labels[part, 0, 0]
    cdef floating *weight = NULL
    cdef Pass run
    if n_rows == 0:
        memset(&param_gradients[part, 0], 0, n_params * sizeof(floating))
        return 0
    run.values, run.gradients = &values[part, 0], &gradients[part, 0]
    run.params, run.param_gradients = params, &param_gradients[part, 0]
    run.state, run.n_rows, run.first_row = state, n_rows, first
    run.training, run.seed, run.step = 1, seed, step
    gather(X, order + first, n_rows, &values[part, layout[0]])
    gather(targets, order + first, n_rows, target)
    if weights is not None:
        weight = target + n_rows * targets.shape[1]
        gather(weights, order + first, n_rows, weight)
    return run_part(
        <const Op *> &ops[0, 0], ops.shape[0], &run, layout[1], layout[2], loss,
        settings, target, weight, scale, n_params)


def train_epoch(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    const floating[:, ::1] X,  # (n, n_inputs)
    const floating[:, ::1] targets,  # (n, n_targets)
    const floating[:, ::1] weights,  # (n, 1), or None: ones
    const int64_t[::1] order,  # rows of X in the order of the epoch
    Py_ssize_t batch_size,
    const int64_t[::1] layout,  # offsets of input and output, and n_outputs
    size_t loss,  # address
    const double[::1] loss_settings,
    const size_t[::1] steps,  # addresses of the step and of the squared norm
    const double[:, ::1] rates,  # (n_batches, 3), of each step
    const double[::1] step_settings,
    const double[::1] penalties,  # l2, l1, and the largest norm of gradients or 0
    const int64_t[:, ::1] ranges,  # (n_ranges, 2) of penalised parameters
    const uint64_t[::1] counters,  # seed, and steps done before
    int n_threads,
    floating[:, ::1] values,  # scratch, a workspace each part
    floating[:, ::1] gradients,  # scratch, the same
    floating[:, ::1] param_gradients,  # scratch, (n_parts, n_params)
    floating[:, :, ::1] labels,  # scratch, (n_parts, rows, n_targets + 1)
    double[::1] part_sums,  # scratch, one each part and each block of parameters
    floating[::1] params,  # IN and OUT
    floating[:, ::1] states,  # IN and OUT, of the optimiser
    floating[::1] state,  # IN and OUT, running statistics
    double[::1] sums,  # OUT: of weight times loss, of weights, of weighted penalties
):
    """One epoch; returns the steps done, fewer than all where a loss is not finite."""
    cdef Py_ssize_t n = order.shape[0], n_parts = values.shape[0]
    cdef Py_ssize_t n_batches = (n + batch_size - 1) // batch_size, batch, k
    cdef Py_ssize_t first, size, n_ranges = ranges.shape[0]
    cdef floating *running = &state[0] if state.shape[0] else NULL
    cdef const int64_t *bounds = &ranges[0, 0] if n_ranges else NULL
    cdef step_function norm = <step_function> steps[1]
    cdef double weight, total
    cdef Step step
    step.settings, step.n = &step_settings[0], params.shape[0]
    step.gradients, step.params = &param_gradients[0, 0], &params[0]
    step.states = &states[0, 0] if states.shape[0] else NULL
    with nogil:
        sums[0] = sums[1] = sums[2] = 0
        for batch in range(n_batches):
            first = batch * batch_size
            size = min(batch_size, n - first)
            weight = weight_of(weights, order, first, size)
            if weight <= 0:
                continue
            run_batch(
                ops, X, targets, weights, &order[first], size, layout,
                <loss_function> loss, &loss_settings[0], 1 / weight, counters[0],
                counters[1] + batch, n_threads, values, gradients, param_gradients,
                labels, &params[0], running, part_sums)
            total = 0
            for k in range(n_parts):
                total += part_sums[k]
            if not isfinite(total):
                n_batches = batch
                break
            if n_parts > 1:
                add_parts(param_gradients, n_threads)
            step.rates, step.scale = &rates[batch, 0], 1
            step.l2, step.l1 = penalties[0] / weight, penalties[1] / weight
            if penalties[2] > 0:
                step.scale = clipping(
                    run_blocks(norm, &step, bounds, n_ranges, 1, &part_sums[0]),
                    penalties[2])
            sums[0] += total
            sums[1] += weight
            sums[2] += weight * run_blocks(
                <step_function> steps[0], &step, bounds, n_ranges, 1, &part_sums[0])
    return n_batches


cdef double weight_of(
    const floating[:, ::1] weights, const int64_t[::1] order, Py_ssize_t first,
    Py_ssize_t size,
) noexcept nogil:
    """Sum of the weights of a minibatch."""
    cdef Py_ssize_t k
    cdef double total = 0
    if weights is None:
        return <double> size
    for k in range(first, first + size):
        total += <double> weights[order[k], 0]
    return total
