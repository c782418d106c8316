"""Minibatches of planned networks: losses and gradients.

A minibatch is cut into parts, each with a workspace of its own. Ops whose statistics
are those of the whole minibatch are where parts meet: such ops cut forward and backward
into stages. When all are done, ops collect the gradients of their parameters from what
the parts left behind, in tasks that write different parameters. Parts and tasks belong
to the plan, and sums over parts are taken in their order: the result does not depend on
the number of threads. Where samples are sequences, a part has two passes, over them and
over their steps.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy, memset

from ._losses cimport loss_function
from ._network cimport (
    COLLECTS_ALONE,
    MEET_BACKWARD,
    MEET_FORWARD,
    Op,
    Pass,
    Source,
    backward_all,
    forward_all,
    pass_of,
)
from ._packing cimport count_steps, first_step, pack_part


# What all parts of a minibatch do between two meetings.
cdef struct Stage:
    int64_t first  # of the samples, in the order
    int64_t size
    double scale  # of the loss: one over the sum of weights
    int64_t start  # of the ops
    int64_t stop
    bint opens  # begins the minibatch
    bint forward
    bint backward  # forward and backward: the loss lies between


cdef void prepare_op(const Work *work, int64_t k) noexcept nogil:
    if work.ops[k].prepare != NULL:
        work.ops[k].prepare(&work.ops[k], &work.run)


cdef void prepare_all(const Work *work) noexcept nogil:
    cdef int64_t k
    if work.n_threads == 1 or work.n_shared < 262144:
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


cdef inline bint is_collected(const Op *op) noexcept nogil:
    """Whether all parts together leave the gradients to tasks."""
    return op.collect != NULL and not op.flags & COLLECTS_ALONE


cdef void collect_task(Work *work, int64_t task) noexcept nogil:
    """The task of that number among those of all ops."""
    cdef int64_t k
    cdef const Op *op
    for k in range(work.n_ops):
        op = work.ops + k
        if is_collected(op):
            if task < op.n_tasks:
                op.collect(
                    op, pass_of(op, work.parts, MOST_PARTS), work.n_parts, task)
                return
            task -= op.n_tasks


cdef void collect_all(Work *work) noexcept nogil:
    """Gradients of parameters from what the parts left behind."""
    cdef int64_t task
    if work.n_threads == 1:
        for task in range(work.n_tasks):
            collect_task(work, task)
    else:
        for task in prange(
            work.n_tasks, num_threads=work.n_threads, schedule="dynamic"
        ):
            collect_task(work, task)


cdef void add_parts(Work *work, floating *gradients) noexcept nogil:
    """The gradients that parts have each for themselves, to those of the first part."""
    cdef int64_t k, part, e
    cdef floating *other
    for k in range(work.n_added):
        for part in range(1, work.n_parts):
            other = gradients + part * work.n_params
            for e in range(work.added[2 * k], work.added[2 * k + 1]):
                gradients[e] += other[e]


cdef void open_part(
    Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, const Stage *stage,
    int64_t part,
) noexcept nogil:
    """The passes of a part: its rows, where its numbers are, and its labels."""
    cdef Pass *run = &work.parts[part]
    cdef Pass *steps = run + MOST_PARTS
    cdef floating *target = &workspace[part, 2 * work.size]
    cdef int64_t k
    run[0] = work.run
    run.first_row = stage.size * part // work.n_parts
    run.n_rows = stage.size * (part + 1) // work.n_parts - run.first_row
    run.rows = work.order + stage.first + run.first_row
    run.values = &workspace[part, 0]
    run.gradients = &workspace[part, work.size]
    run.param_gradients = &param_gradients[part if work.n_added else 0, 0]
    for k in range(work.n_added):
        memset(&param_gradients[part, work.added[2 * k]], 0,
               (work.added[2 * k + 1] - work.added[2 * k]) * sizeof(floating))
    work.losses[part] = 0
    steps.n_rows = 0
    if work.places != NULL and run.n_rows:
        pack_part(run.source, work.n_fixed, run, MOST_PARTS,
                  work.places + part * work.n_places)
        steps.first_row = count_steps(
            run.source, work.n_fixed, work.order + stage.first, run.first_row)
    if work.over_steps:
        run = steps
    copy_rows(targets, run.rows, run.n_rows, target)
    if weights is not None:
        copy_rows(weights, run.rows, run.n_rows,
                  target + run.n_rows * work.n_targets)


cdef void run_part(
    Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, const Stage *stage,
    int64_t part,
) noexcept nogil:
    """A stage of a part."""
    cdef const Pass *runs = &work.parts[part]
    cdef const Pass *run = runs + MOST_PARTS if work.over_steps else runs
    cdef floating *target = &workspace[part, 2 * work.size]
    cdef floating *weight = NULL
    if stage.opens:
        open_part(work, targets, weights, workspace, param_gradients, stage, part)
    if runs.n_rows == 0:
        return
    if stage.forward:
        forward_all(work.ops + stage.start, stage.stop - stage.start, runs, MOST_PARTS)
    if stage.forward and stage.backward:
        if weights is not None:
            weight = target + run.n_rows * work.n_targets
        work.losses[part] = work.loss(
            work.loss_settings, run.n_rows, work.n_outputs,
            &workspace[part, work.output], target, weight, stage.scale,
            <floating *> run.gradients + work.output)
    if stage.backward:
        backward_all(work.ops, stage.start, stage.stop, runs, MOST_PARTS)


cdef void run_stage(
    Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, const Stage *stage,
) noexcept nogil:
    cdef int64_t part
    if work.n_threads == 1 or work.n_parts == 1:
        for part in range(work.n_parts):
            run_part(work, targets, weights, workspace, param_gradients, stage, part)
    else:
        for part in prange(
            work.n_parts, num_threads=work.n_threads, schedule="static", chunksize=1
        ):
            run_part(work, targets, weights, workspace, param_gradients, stage, part)


cdef inline void meet(Work *work, int64_t k, int64_t task) noexcept nogil:
    work.ops[k].meet(
        &work.ops[k], pass_of(&work.ops[k], work.parts, MOST_PARTS), work.n_parts, task)


cdef double run_batch(
    Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, int64_t first,
    int64_t size, double scale,
) noexcept nogil:
    """Loss of a minibatch; its gradient is the first row of `param_gradients`."""
    cdef Stage stage = Stage(first, size, scale, 0, 0, True, True, False)
    cdef int64_t part, k
    cdef double total = 0
    for k in range(1, work.n_ops):
        if work.ops[k].meet != NULL:
            stage.stop = k
            run_stage(work, targets, weights, workspace, param_gradients, &stage)
            meet(work, k, MEET_FORWARD)
            stage.start, stage.opens = k, False
    stage.stop, stage.backward = work.n_ops, True
    run_stage(work, targets, weights, workspace, param_gradients, &stage)
    stage.opens = stage.forward = False
    while stage.start > 0:
        stage.stop, stage.start = stage.start, stage.start - 1
        meet(work, stage.stop, MEET_BACKWARD)
        while stage.start > 0 and work.ops[stage.start].meet == NULL:
            stage.start -= 1
        run_stage(work, targets, weights, workspace, param_gradients, &stage)
    collect_all(work)
    add_parts(work, &param_gradients[0, 0])
    for part in range(work.n_parts):
        total += work.losses[part]
    return total


cdef double weight_of(
    const Work *work, const floating[:, ::1] weights, int64_t first, int64_t size,
) noexcept nogil:
    cdef const int64_t *order = work.order + first
    cdef const Source *source = work.run.source
    cdef int64_t k, step
    cdef double total = 0
    if weights is None:
        if work.over_steps:
            return <double> count_steps(source, work.n_fixed, order, size)
        return <double> size
    for k in range(size):
        if work.over_steps:
            for step in range(first_step(source, work.n_fixed, order[k]),
                              first_step(source, work.n_fixed, order[k] + 1)):
                total += <double> weights[step, 0]
        else:
            total += <double> weights[order[k], 0]
    return total


cdef Work work_of(
    const int64_t[:, ::1] ops, const int64_t[::1] layout, const Source *source,
    size_t loss, const double[::1] loss_settings, const floating[:, ::1] targets,
    const int64_t[::1] order, uint64_t seed, int n_threads, floating[:, ::1] workspace,
    int64_t[:, ::1] places, floating[:, ::1] param_gradients, floating[::1] shared,
    floating[::1] params, floating[::1] state, double[::1] part_sums,
):
    cdef Work work
    cdef Py_ssize_t k
    memset(&work, 0, sizeof(Work))
    work.ops, work.n_ops = <const Op *> &ops[0, 0], ops.shape[0]
    work.output, work.n_outputs, work.size = layout[0], layout[1], layout[2]
    work.over_steps, work.n_fixed = layout[3] != 0, layout[4]
    work.loss, work.loss_settings = <loss_function> loss, &loss_settings[0]
    work.order, work.n_targets = &order[0], targets.shape[1]
    work.n_parts, work.stride = workspace.shape[0], workspace.shape[1]
    work.n_params, work.n_threads = param_gradients.shape[1], n_threads
    work.losses, work.n_shared = &part_sums[0], shared.shape[0]
    if places is not None:
        work.places, work.n_places = &places[0, 0], places.shape[1]
    if layout.shape[0] > 5:
        work.added, work.n_added = &layout[5], (layout.shape[0] - 5) // 2
    for k in range(work.n_ops):
        if is_collected(&work.ops[k]):
            work.n_tasks += work.ops[k].n_tasks
    work.run.source = source
    work.run.params = &params[0] if params.shape[0] else NULL
    work.run.state = &state[0] if state.shape[0] else NULL
    work.run.shared = &shared[0] if shared.shape[0] else NULL
    work.run.training, work.run.seed = 1, seed
    return work
