"""Normalisation by statistics of the minibatch, as two ops of a planned network.

"batch_statistics" and right behind it "batch_norm", which share ``op.shared``: the
parts of a minibatch meet between them, forward with their means and squared deviations,
backward with their sums of dy and of dy times the normalised values. The first leaves
its input as it is, and gives it the gradient of the second's output; flags are those of
the second.

Channels come last: a row has positions * channels elements, n_in = n_out.
``op.ints[0]`` is channels, ``op.ints[1]`` nonzero where there are parameters, scale and
offset of each channel; ``op.reals[0]`` is epsilon, in y = scale (x - mean) /
sqrt(variance + epsilon) + offset, with the biased variance. Statistics are taken over
rows and positions, and the running ones are moved by them: running = (1 - momentum)
running + momentum batch, momentum being ``op.reals[1]``, with the unbiased variance (of
one value, zero). Outside training, and where the op is frozen, the running ones are
taken. ``op.state`` has the running means and behind them the running variances.

Sums go on in double after a chunk of values, and deviations are taken from a mean that
is known already, so that single precision does for values that are far from zero.
Memory is read once for the statistics and once for the values, and so backward.

References: S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015; T. F. Chan, G. H.
Golub and R. J. LeVeque, "Algorithms for computing the sample variance", The American
Statistician 37, 1983.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset

from ._network cimport (
    ADDS_TO_INPUT_GRADIENT,
    FROZEN,
    MEET_FORWARD,
    NEEDS_INPUT_GRADIENT,
    Op,
    Pass,
)


cdef inline bint is_live(const Op *op, const Pass *run) noexcept nogil:
    """Whether statistics are the minibatch's."""
    return run.training and not op.flags & FROZEN


cdef inline Py_ssize_t count(const Op *op, const Pass *run) noexcept nogil:
    return run.n_rows * (op.n_in // op.ints[0])


# op.shared: united sums, 2 channels, and how many values they are of, in double; then
# what normalises, 3 channels. The caches of the first op hold the sums of a part.
cdef inline double *united(const Op *op, const Pass *run, floating *_) noexcept nogil:
    return <double *> (<floating *> run.shared + op.shared)


cdef inline floating *kept(
    const Op *op, const Pass *run, floating *values,
) noexcept nogil:
    if is_live(op, run):
        return <floating *> (united(op, run, values) + 2 * op.ints[0] + 1)
    return values + op.cache


cdef inline const floating *parameters(
    const Op *op, const Pass *run, floating *_,
) noexcept nogil:
    return <const floating *> run.params + op.params if op.ints[1] else NULL


cdef void sum_part(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *x = values + op.inputs[0]
    cdef double *sums = <double *> (values + op.cache)
    cdef Py_ssize_t n = count(op, run)
    if not is_live(op, run) or n == 0:
        return
    if floating is double:
        batch_part_forward_f64(n, op.ints[0], x, sums)
    else:
        batch_part_forward_f32(n, op.ints[0], x, sums)


cdef void normalize(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *running = <const floating *> run.state + op.state
    cdef const floating *x = values + op.inputs[0]
    cdef floating *statistics = kept(op, run, values)
    cdef Py_ssize_t n = count(op, run)
    if n == 0:
        return
    if floating is double:
        if not is_live(op, run):
            batch_running_f64(op.ints[0], op.reals[0], running, statistics)
        batch_norm_forward_f64(n, op.ints[0], parameters(op, run, values), statistics,
                               x, values + op.output)
    else:
        if not is_live(op, run):
            batch_running_f32(op.ints[0], op.reals[0], running, statistics)
        batch_norm_forward_f32(n, op.ints[0], parameters(op, run, values), statistics,
                               x, values + op.output)


cdef void sum_part_back(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const floating *x = values + op.inputs[0]
    cdef const floating *dy = <const floating *> run.gradients + op.output
    cdef double *sums = <double *> (<floating *> run.gradients + (op - 1).cache)
    cdef floating *d_parameters = NULL
    cdef Py_ssize_t n = count(op, run)
    if op.ints[1] and run.param_gradients != NULL and not op.flags & FROZEN:
        d_parameters = <floating *> run.param_gradients + op.params
    if n == 0 or (d_parameters == NULL and not is_live(op, run)):
        return
    if floating is double:
        batch_part_backward_f64(n, op.ints[0], kept(op, run, values), x, dy,
                                d_parameters, sums)
    else:
        batch_part_backward_f32(n, op.ints[0], kept(op, run, values), x, dy,
                                d_parameters, sums)


cdef void normalize_back(
    const Op *op, const Pass *run, floating *values,
) noexcept nogil:
    """Of the first op: the gradient of the input."""
    cdef const Op *norm = op + 1
    cdef const floating *x = values + op.inputs[0]
    cdef const floating *dy = <const floating *> run.gradients + norm.output
    cdef floating *dx = <floating *> run.gradients + op.inputs[0]
    cdef const double *totals = NULL
    cdef double share = 0
    cdef int add = (norm.flags & ADDS_TO_INPUT_GRADIENT) != 0
    cdef Py_ssize_t n = count(op, run)
    if n == 0 or not norm.flags & NEEDS_INPUT_GRADIENT:
        return
    if is_live(norm, run):
        totals = united(norm, run, values)
        share = 1 / totals[2 * norm.ints[0]]
    if floating is double:
        batch_norm_backward_f64(n, op.ints[0], parameters(norm, run, values),
                                kept(norm, run, values), totals, share, x, dy, add, dx)
    else:
        batch_norm_backward_f32(n, op.ints[0], parameters(norm, run, values),
                                kept(norm, run, values), totals, share, x, dy, add, dx)


cdef void unite(
    Py_ssize_t channels, double n, const double *sums, double *all,
) noexcept nogil:
    """Means and squared deviations of n more values, to those of all[2 channels]."""
    cdef double before = all[2 * channels], share = n / (before + n), step
    cdef Py_ssize_t k
    for k in range(channels):
        step = sums[k] - all[k]
        all[k] += step * share
        all[channels + k] += sums[channels + k] + step * (share * before) * step
    all[2 * channels] = before + n


cdef void meet(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task, floating *shared,
) noexcept nogil:
    cdef const Op *first = op - 1
    cdef const double *sums
    cdef double *all = united(op, parts, shared)
    cdef floating *running = <floating *> parts[0].state + op.state
    cdef Py_ssize_t channels = op.ints[0], part, k
    if not is_live(op, parts):
        return
    memset(all, 0, (2 * channels + (task == MEET_FORWARD)) * sizeof(double))
    for part in range(n_parts):
        if parts[part].n_rows == 0:
            continue
        if task == MEET_FORWARD:
            sums = <const double *> (<floating *> parts[part].values + first.cache)
            unite(channels, <double> count(op, &parts[part]), sums, all)
        else:
            sums = <const double *> (<floating *> parts[part].gradients + first.cache)
            for k in range(2 * channels):
                all[k] += sums[k]
    if task != MEET_FORWARD:
        return
    if floating is double:
        batch_statistics_f64(<Py_ssize_t> all[2 * channels], channels, op.reals[0],
                             op.reals[1], all, running, kept(op, parts, shared))
    else:
        batch_statistics_f32(<Py_ssize_t> all[2 * channels], channels, op.reals[0],
                             op.reals[1], all, running, kept(op, parts, shared))


cdef void sum_part_f32(const Op *op, const Pass *run) noexcept nogil:
    sum_part(op, run, <float *> run.values)


cdef void sum_part_f64(const Op *op, const Pass *run) noexcept nogil:
    sum_part(op, run, <double *> run.values)


cdef void normalize_f32(const Op *op, const Pass *run) noexcept nogil:
    normalize(op, run, <float *> run.values)


cdef void normalize_f64(const Op *op, const Pass *run) noexcept nogil:
    normalize(op, run, <double *> run.values)


cdef void sum_part_back_f32(const Op *op, const Pass *run) noexcept nogil:
    sum_part_back(op, run, <float *> run.values)


cdef void sum_part_back_f64(const Op *op, const Pass *run) noexcept nogil:
    sum_part_back(op, run, <double *> run.values)


cdef void normalize_back_f32(const Op *op, const Pass *run) noexcept nogil:
    normalize_back(op, run, <float *> run.values)


cdef void normalize_back_f64(const Op *op, const Pass *run) noexcept nogil:
    normalize_back(op, run, <double *> run.values)


cdef void meet_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    meet(op, parts, n_parts, task, <float *> parts[0].shared)


cdef void meet_f64(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    meet(op, parts, n_parts, task, <double *> parts[0].shared)


def scratch_sizes(Py_ssize_t channels):
    """Elements of the caches of the two ops, and of what they share."""
    return 4 * channels, 3 * channels, 7 * channels + 2


ADDRESSES = {
    "batch_statistics": {
        "float32": (<uintptr_t> &sum_part_f32, <uintptr_t> &normalize_back_f32),
        "float64": (<uintptr_t> &sum_part_f64, <uintptr_t> &normalize_back_f64),
    },
    "batch_norm": {
        "float32": (<uintptr_t> &normalize_f32, <uintptr_t> &sum_part_back_f32, 0, 0,
                    <uintptr_t> &meet_f32),
        "float64": (<uintptr_t> &normalize_f64, <uintptr_t> &sum_part_back_f64, 0, 0,
                    <uintptr_t> &meet_f64),
    },
}
