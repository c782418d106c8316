"""Training of planned networks: a whole epoch without the GIL, or a full gradient."""

from cython cimport floating
from libc.math cimport isfinite
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memset

from ._minibatch cimport (
    MOST_PARTS,
    Work,
    prepare_all,
    run_batch,
    weight_of,
    work_of,
)
from ._network cimport Source, source_of
from ._optimizers cimport Step, clipping, run_blocks, step_function

MOST = MOST_PARTS


def train_epoch(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    # offset and number of outputs, size of a workspace, ranges of parameters whose
    # gradients the parts add up
    const int64_t[::1] layout,
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
                1 / weight)
            if not isfinite(loss_sum):
                n_batches = batch
                break
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
    floating[:, ::1] param_gradients,
    floating[::1] shared,
    double[::1] part_sums,
    floating[::1] params,
    floating[::1] state,
    const int64_t[::1] order,  # ... up to here
    int64_t batch_size,  # samples in the workspaces at a time
    uint64_t seed,
    double[::1] gradient,  # OUT
    double[::1] sums,  # OUT: of weight times loss, of weights
):
    """Loss of all samples, and the gradient of its weighted mean."""
    cdef int64_t n = order.shape[0], first, block, k
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work = work_of(
        ops, layout, loss, loss_settings, targets, order, seed, n_threads,
        workspace, param_gradients, shared, params, state, part_sums)
    work.run.source = &source
    with nogil:
        sums[0], sums[1] = 0, weight_of(weights, &order[0], n)
        memset(&gradient[0], 0, work.n_params * sizeof(double))
        prepare_all(&work)
        for block in range((n + batch_size - 1) // batch_size):
            first = block * batch_size
            sums[0] += run_batch(
                &work, targets, weights, workspace, param_gradients, first,
                min(batch_size, n - first), 1 / sums[1])
            for k in range(work.n_params):
                gradient[k] += param_gradients[0, k]
