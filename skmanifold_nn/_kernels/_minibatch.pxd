# Minibatches of planned networks, as epochs and full gradients run them.
from cython cimport floating
from libc.stdint cimport int64_t, uint64_t

from ._losses cimport loss_function
from ._network cimport Op, Pass, Source


cdef enum:
    MOST_PARTS = 16  # passes over their steps follow those over samples


# What all parts of all minibatches share.
cdef struct Work:
    const Op *ops
    int64_t n_ops
    int64_t output  # offset of the outputs in a workspace
    int64_t n_outputs
    bint over_steps  # whether losses are of steps, not of samples
    int64_t n_fixed  # steps of all sequences, or 0
    loss_function loss
    const double *loss_settings
    const int64_t *order  # of the samples
    int64_t *places  # scratch of each part for sequences, or NULL
    int64_t n_places
    int64_t n_targets
    int64_t n_parts
    int64_t n_params
    int64_t size  # elements of a part's values
    int64_t stride  # elements of a part's values, gradients and labels
    int n_threads
    double *losses  # of the parts
    const int64_t *added  # (n_added, 2), ranges of parameters that parts add up
    int64_t n_added
    int64_t n_tasks  # of all ops
    int64_t n_shared  # elements that the ops prepare
    Pass run
    Pass parts[2 * MOST_PARTS]


# What does not change from minibatch to minibatch.
cdef Work work_of(
    const int64_t[:, ::1] ops, const int64_t[::1] layout, const Source *source,
    size_t loss, const double[::1] loss_settings, const floating[:, ::1] targets,
    const int64_t[::1] order, uint64_t seed, int n_threads, floating[:, ::1] workspace,
    int64_t[:, ::1] places, floating[:, ::1] param_gradients, floating[::1] shared,
    floating[::1] params, floating[::1] state, double[::1] part_sums)

# Sum of the weights of the samples first .. first + size - 1 of the order, or of their
# steps.
cdef double weight_of(
    const Work *work, const floating[:, ::1] weights, int64_t first, int64_t size,
) noexcept nogil

# What ops share between parts, for the present parameters.
cdef void prepare_all(const Work *work) noexcept nogil

# Loss of the samples first .. first + size - 1 of the order; the gradient of `scale`
# times it is the first row of `param_gradients`.
cdef double run_batch(
    Work *work, const floating[:, ::1] targets, const floating[:, ::1] weights,
    floating[:, ::1] workspace, floating[:, ::1] param_gradients, int64_t first,
    int64_t size, double scale) noexcept nogil
