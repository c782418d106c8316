"""Training of planned networks: whole epochs without the GIL, or a full gradient."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from cython cimport floating
from libc.math cimport isfinite
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

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


# NumPy's bit generators, as their capsules hold them.
cdef struct BitGenerator:
    void *state
    uint64_t (*next_uint64)(void *state) noexcept nogil
    uint32_t (*next_uint32)(void *state) noexcept nogil


# What all steps of a stochastic solver share.
cdef struct Descent:
    step_function function
    step_function norm
    Step step
    const int64_t *ranges
    Py_ssize_t n_ranges
    const double *penalties  # l2, l1, and the largest norm of gradients or 0
    int n_threads
    double *sums  # of blocks of parameters


cdef void shuffle(BitGenerator *bits, int64_t *order, int64_t n) noexcept nogil:
    """As numpy.random.RandomState.shuffle, for n < 2^32."""
    cdef int64_t k, other
    cdef uint32_t mask, drawn
    for k in range(n - 1, 0, -1):
        mask = <uint32_t> k
        mask |= mask >> 1
        mask |= mask >> 2
        mask |= mask >> 4
        mask |= mask >> 8
        mask |= mask >> 16
        drawn = bits.next_uint32(bits.state) & mask
        while drawn > k:
            drawn = bits.next_uint32(bits.state) & mask
        other = order[drawn]
        order[drawn] = order[k]
        order[k] = other


cdef double descend(
    Descent *descent, const double *rates, double weight,
) noexcept nogil:
    """One step; returns the penalty."""
    cdef Step *step = &descent.step
    step.rates, step.scale = rates, 1
    step.l2 = descent.penalties[0] / weight
    step.l1 = descent.penalties[1] / weight
    if descent.penalties[2] > 0:
        step.scale = clipping(
            run_blocks(descent.norm, step, descent.ranges, descent.n_ranges,
                       descent.n_threads, descent.sums),
            descent.penalties[2])
    return run_blocks(descent.function, step, descent.ranges, descent.n_ranges,
                      descent.n_threads, descent.sums)


cdef int64_t one_epoch(
    Work *work, Descent *descent, const floating[:, ::1] targets,
    const floating[:, ::1] weights, floating[:, ::1] workspace,
    floating[:, ::1] param_gradients, int64_t n, int64_t batch_size, bint even,
    const double *rates, double *sums,
) noexcept nogil:
    """Steps done: fewer than there are minibatches where a loss is not finite."""
    cdef int64_t n_batches = (n + batch_size - 1) // batch_size
    cdef int64_t first, size, batch
    cdef double weight, loss
    sums[0] = sums[1] = sums[2] = 0
    for batch in range(n_batches):
        first = n * batch // n_batches if even else batch * batch_size
        size = n * (batch + 1) // n_batches - first if even else batch_size
        size = min(size, n - first)
        weight = weight_of(work, weights, first, size)
        if weight > 0:
            prepare_all(work)
            loss = run_batch(
                work, targets, weights, workspace, param_gradients, first, size,
                1 / weight)
            if not isfinite(loss):
                return batch
            sums[0] += loss
            sums[1] += weight
            sums[2] += weight * descend(descent, rates + 3 * batch, weight)
        work.run.step += 1
    return n_batches


def train_epochs(
    const int64_t[:, ::1] ops,  # (n_ops, WORDS)
    # offset and number of outputs, size of a workspace, whether outputs are over steps,
    # steps of all sequences or 0, ranges of parameters whose gradients the parts add up
    const int64_t[::1] layout,
    const uint8_t[::1] values,  # bytes of the samples: rows, a CSR's entries, or steps
    const int32_t[::1] columns,  # of the entries, or None
    const int64_t[::1] starts,  # of the CSR's rows or of the sequences, or None
    int64_t width,  # elements of a sample, or of a step
    const floating[:, ::1] targets,  # (n_samples or steps, n_targets)
    const floating[:, ::1] weights,  # (n_samples or steps, 1), or None: ones
    size_t loss,  # address
    const double[::1] loss_settings,
    int n_threads,
    floating[:, ::1] workspace,  # scratch of each part: values, gradients, labels
    int64_t[:, ::1] places,  # scratch of each part for sequences, or None
    floating[:, ::1] param_gradients,  # scratch, (n_parts, n_params)
    floating[::1] shared,  # scratch
    double[::1] part_sums,  # scratch, one each part and each block of parameters
    floating[::1] params,  # IN and OUT
    floating[::1] state,  # IN and OUT, running statistics
    int64_t[::1] order,  # samples in the order of the epoch; shuffled in place
    int64_t batch_size,
    bint even,  # whether minibatches are of equal size, give or take one, not the last
    object bits,  # capsule of a bit generator that shuffles before every epoch, or None
    const uint64_t[::1] counters,  # seed, and steps done before
    const size_t[::1] steps,  # addresses of the step and of the squared norm
    const double[:, ::1] rates,  # (n_epochs * n_batches, 3), of each step
    const double[::1] step_settings,
    const double[::1] penalties,  # l2, l1, and the largest norm of gradients or 0
    const int64_t[:, ::1] ranges,  # (n_ranges, 2) of penalised parameters
    floating[:, ::1] states,  # IN and OUT, of the optimiser
    # OUT, (n_epochs, 3): sums of weight times loss, of weights, of weighted penalties
    double[:, ::1] sums,
):
    """Some epochs; returns the steps done, fewer than all if a loss is not finite."""
    cdef int64_t n = order.shape[0], n_steps = 0, epoch
    cdef int64_t n_batches = (n + batch_size - 1) // batch_size
    cdef BitGenerator *generator = NULL
    cdef Source source = source_of(values, columns, starts, width)
    cdef Work work = work_of(
        ops, layout, &source, loss, loss_settings, targets, order, counters[0],
        n_threads, workspace, places, param_gradients, shared, params, state, part_sums)
    cdef Descent descent
    if bits is not None:
        generator = <BitGenerator *> PyCapsule_GetPointer(bits, "BitGenerator")
    descent.function, descent.norm = <step_function> steps[0], <step_function> steps[1]
    descent.ranges, descent.n_ranges = NULL, ranges.shape[0]
    if ranges.shape[0]:
        descent.ranges = &ranges[0, 0]
    descent.penalties, descent.sums = &penalties[0], &part_sums[0]
    descent.n_threads = n_threads if work.n_params >= 65536 else 1
    descent.step.settings, descent.step.n = &step_settings[0], work.n_params
    descent.step.gradients, descent.step.params = &param_gradients[0, 0], &params[0]
    descent.step.states = &states[0, 0] if states.shape[0] else NULL
    work.run.step = counters[1]
    with nogil:
        for epoch in range(sums.shape[0]):
            if generator != NULL:
                shuffle(generator, &order[0], n)
            n_steps += one_epoch(
                &work, &descent, targets, weights, workspace, param_gradients, n,
                batch_size, even, &rates[epoch * n_batches, 0], &sums[epoch, 0])
            if n_steps < (epoch + 1) * n_batches:
                break
    return n_steps


def total_gradient(
    const int64_t[:, ::1] ops,  # as for train_epochs ...
    const int64_t[::1] layout,
    const uint8_t[::1] values,
    const int32_t[::1] columns,
    const int64_t[::1] starts,
    int64_t width,
    const floating[:, ::1] targets,
    const floating[:, ::1] weights,
    size_t loss,
    const double[::1] loss_settings,
    int n_threads,
    floating[:, ::1] workspace,
    int64_t[:, ::1] places,
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
        ops, layout, &source, loss, loss_settings, targets, order, seed, n_threads,
        workspace, places, param_gradients, shared, params, state, part_sums)
    with nogil:
        sums[0], sums[1] = 0, weight_of(&work, weights, 0, n)
        for k in range(work.n_params):
            gradient[k] = 0
        prepare_all(&work)
        for block in range((n + batch_size - 1) // batch_size):
            first = block * batch_size
            sums[0] += run_batch(
                &work, targets, weights, workspace, param_gradients, first,
                min(batch_size, n - first), 1 / sums[1])
            for k in range(work.n_params):
                gradient[k] += param_gradients[0, k]
