# A planned network as C reads it: rows of a plain int64 array, no compiled state.
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

ctypedef void (*op_function)(const Op *op, const Pass *run) noexcept nogil
# One task on what the parts of a minibatch have left behind.
ctypedef void (*parts_function)(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task) noexcept nogil


cdef enum:
    OP_WORDS = 41  # of 8 bytes, in an Op
    # Flags of an Op.
    NEEDS_INPUT_GRADIENT = 1
    ADDS_TO_INPUT_GRADIENT = 2  # the input has other consumers, which came before
    OVER_STEPS = 4  # the op's rows are steps of sequences, not samples
    COLLECTS_ALONE = 8  # each part collects for itself, and parts are added up
    FROZEN = 16  # parameters and statistics stay as they are
    # Tasks of `meet`.
    MEET_FORWARD = 0
    MEET_BACKWARD = 1


# One op of the forward pass, and its adjoint. Offsets and sizes are counted in elements
# of the network's dtype; a tensor of n_rows rows, samples or steps, lies row after row.
cdef struct Op:
    op_function forward
    op_function backward
    op_function prepare  # or NULL: called once a minibatch, before its parts are run
    parts_function collect  # or NULL: gradients of parameters; n_tasks tasks
    # Or NULL: called in training when all parts have come to the op, before its forward
    # and after its backward.
    parts_function meet
    int64_t inputs[2]  # offsets in the workspace
    int64_t output
    int64_t n_in  # elements of a row of the first input
    int64_t n_out
    int64_t params  # offset in the vector of parameters
    int64_t n_params
    int64_t state  # offset in the vector of running statistics
    int64_t cache  # offset of scratch in the workspace
    int64_t shared  # offset of what `prepare` leaves for all parts
    int64_t flags
    int64_t index  # of the op, for its random numbers
    int64_t n_tasks
    int64_t ints[17]
    double reals[6]


# The samples of a call: dense rows; CSR rows where there are columns; sequences, whose
# steps lie one after the other, where there are starts alone.
cdef struct Source:
    const void *values  # bytes: what they are is the first op's affair
    const int32_t *columns  # of the entries, or NULL
    const int64_t *starts  # (n_samples + 1,), of samples among the entries or steps
    int64_t width  # of a row, or of a step


# What an op works on: a part of a minibatch. Values and gradients of the workspace have
# the same offsets. Sequences of a part are sorted, longest first, and their steps lie
# by time: first those of step 0, then those of step 1 as far as sequences are so long.
cdef struct Pass:
    void *values
    void *gradients
    const void *params
    void *param_gradients  # added to by backward, overwritten by collect
    void *state
    void *shared
    int64_t n_rows
    int64_t first_row  # of the minibatch's rows, for random numbers
    int64_t training
    uint64_t seed
    uint64_t step  # minibatches so far, for random numbers
    const Source *source
    const int64_t *rows  # (n_rows,), the part's samples, or their steps, in the source
    int64_t n_sequences
    int64_t n_steps  # of the longest sequence
    const int64_t *active  # (n_steps,), how many sequences have such a step
    void *carried  # or NULL; states of all sequences before and after (streams)


# The pass that an op gets, of one over samples and, `stride` further, one over steps.
cdef inline const Pass *pass_of(
    const Op *op, const Pass *runs, int64_t stride,
) noexcept nogil:
    return runs + stride if op.flags & OVER_STEPS else runs

# All ops one after the other.
cdef void forward_all(
    const Op *ops, int64_t n_ops, const Pass *runs, int64_t stride) noexcept nogil

# The adjoints of the ops start .. stop - 1; those that collect alone do.
cdef void backward_all(
    const Op *ops, int64_t start, int64_t stop, const Pass *runs, int64_t stride,
) noexcept nogil

# Dense rows, one after the other; CSR rows with columns; sequences with starts alone.
cdef Source source_of(
    const uint8_t[::1] values, const int32_t[::1] columns, const int64_t[::1] starts,
    int64_t width)
