"""Steps of optimisers over the flat vector of a network's parameters.

ADDRESSES gives the C function of each, as _optimizers.pxd declares it, by name and
dtype: "sgd", "adagrad", "rmsprop", "adadelta" and "adam" (AdamW with a weight decay)
make one pass over parameters, gradients and states, penalties and clipping included,
and return the penalties before the step, which loss curves count; "penalize" adds the
gradients of the penalties to those of the loss (for L-BFGS); "squared_norm" returns the
sum of squares of their sum, of which `clipping` makes the scale of the step.

A penalty is l2 / 2 w^2 + l1 |w|, whose subgradient l2 w + l1 sign(w) is used; weight
decay acts on the same parameters, which are given as ascending ranges (start, stop).
A step has `rates` of its own (RATES) and `settings` of the optimiser (SETTINGS).
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport sqrt


cdef extern from "_optimizers.h":
    double optimizer_sgd_f32(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_sgd_f64(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_adagrad_f32(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_adagrad_f64(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_rmsprop_f32(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_rmsprop_f64(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_adadelta_f32(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_adadelta_f64(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_adam_f32(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_adam_f64(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_penalize_f32(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_penalize_f64(const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_squared_norm_f32(
        const Step *, int, int64_t, int64_t) noexcept nogil
    double optimizer_squared_norm_f64(
        const Step *, int, int64_t, int64_t) noexcept nogil

RATES = ("learning_rate", "momentum", "correction")
SETTINGS = ("rho", "epsilon", "weight_decay", "nesterov")
BLOCK = BLOCK_SIZE
ADDRESSES = {
    "sgd": {
        "float32": <size_t> optimizer_sgd_f32,
        "float64": <size_t> optimizer_sgd_f64},
    "adagrad": {
        "float32": <size_t> optimizer_adagrad_f32,
        "float64": <size_t> optimizer_adagrad_f64},
    "rmsprop": {
        "float32": <size_t> optimizer_rmsprop_f32,
        "float64": <size_t> optimizer_rmsprop_f64},
    "adadelta": {
        "float32": <size_t> optimizer_adadelta_f32,
        "float64": <size_t> optimizer_adadelta_f64},
    "adam": {
        "float32": <size_t> optimizer_adam_f32,
        "float64": <size_t> optimizer_adam_f64},
    "penalize": {
        "float32": <size_t> optimizer_penalize_f32,
        "float64": <size_t> optimizer_penalize_f64},
    "squared_norm": {
        "float32": <size_t> optimizer_squared_norm_f32,
        "float64": <size_t> optimizer_squared_norm_f64},
}


cdef double run_range(
    step_function function, const Step *step, const int64_t *ranges,
    Py_ssize_t n_ranges, int64_t start, int64_t stop,
) noexcept nogil:
    """The elements start .. stop - 1, cut where `ranges` (n_ranges, 2) start or end."""
    cdef Py_ssize_t k
    cdef int64_t first, last
    cdef double total = 0
    for k in range(n_ranges):
        first, last = max(ranges[2 * k], start), min(ranges[2 * k + 1], stop)
        if first >= stop:
            break
        if last <= first:
            continue
        if start < first:
            total += function(step, 0, start, first)
        total += function(step, 1, first, last)
        start = last
    if start < stop:
        total += function(step, 0, start, stop)
    return total


cdef double run_blocks(
    step_function function, const Step *step, const int64_t *ranges,
    Py_ssize_t n_ranges, int n_threads, double *sums,
) noexcept nogil:
    """All parameters in blocks of BLOCK_SIZE, whose sums (OUT) are added in order."""
    cdef int64_t n_blocks = (step.n + BLOCK_SIZE - 1) // BLOCK_SIZE, block
    cdef double total = 0
    if n_threads == 1:  # without the price of a parallel region
        for block in range(n_blocks):
            sums[block] = run_range(
                function, step, ranges, n_ranges, block * BLOCK_SIZE,
                min((block + 1) * BLOCK_SIZE, step.n))
    else:
        for block in prange(n_blocks, num_threads=n_threads, schedule="static"):
            sums[block] = run_range(
                function, step, ranges, n_ranges, block * BLOCK_SIZE,
                min((block + 1) * BLOCK_SIZE, step.n))
    for block in range(n_blocks):
        total += sums[block]
    return total


cdef double clipping(double squared_norm, double max_norm) noexcept nogil:
    """Factor that brings gradients to a norm of max_norm at most."""
    cdef double norm = sqrt(squared_norm)
    return max_norm / norm if norm > max_norm else 1


def clipping_factor(double squared_norm, double max_norm):
    """Factor that brings gradients to a norm of max_norm at most."""
    return clipping(squared_norm, max_norm)


def run(
    size_t address,  # of ADDRESSES, for the dtype of the vectors
    const double[::1] rates,  # RATES
    const double[::1] settings,  # SETTINGS
    double scale,
    double l2,
    double l1,
    const int64_t[:, ::1] ranges,  # (n_ranges, 2) of penalised parameters, ascending
    int64_t start,
    int64_t stop,  # only these elements; -1: all, in blocks
    int n_threads,
    floating[::1] gradients,
    floating[::1] params,  # IN and OUT
    floating[:, ::1] states,  # IN and OUT, (n_states, n)
    double[::1] sums,  # OUT, of each block, if all
):
    """One call of the function at `address`; returns its sum. Time O(n)."""
    cdef step_function function = <step_function> address
    cdef Py_ssize_t n_ranges = ranges.shape[0]
    cdef const int64_t *bounds = &ranges[0, 0] if n_ranges else NULL
    cdef Step step
    cdef double total
    if params.shape[0] == 0:
        return 0.0
    step.rates, step.settings = &rates[0], &settings[0]
    step.scale, step.l2, step.l1 = scale, l2, l1
    step.n = params.shape[0]
    step.gradients, step.params = &gradients[0], &params[0]
    step.states = &states[0, 0] if states.shape[0] else NULL
    with nogil:
        if stop < 0:
            total = run_blocks(function, &step, bounds, n_ranges, n_threads, &sums[0])
        else:
            total = run_range(function, &step, bounds, n_ranges, start, stop)
    return total
