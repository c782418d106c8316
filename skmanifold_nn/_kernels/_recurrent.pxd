# What recurrent ops of any cell share: the walk over time, and products with W_h.
#
# ints[0] is the number of units H, ints[1] nonzero where steps are taken from the last
# to the first, ints[2] the offset of the op's carried states, ints[3] the length of
# truncated back-propagation or 0; reals[0] is the rate of recurrent dropout. The state
# "before" a step is that of the step that is taken before it. Recurrent dropout has one
# mask for all steps of a sequence, for the states as the product with W_h takes them.
#
# Y. Gal and Z. Ghahramani, "A theoretically grounded application of dropout in
# recurrent neural networks", 2016.
from cython cimport floating
from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcpy

from ._network cimport Op, Pass
from ._random cimport random_drop_f32, random_drop_f64


# A step of the sequences that have it: the first n.
cdef struct Step:
    int64_t t
    int64_t row  # of its first sequence
    int64_t n
    int64_t before  # row of the step before it
    int64_t n_before  # the first sequences, which have one
    int64_t n_after  # the first sequences, which go on


# Rows of dZ and rows of the states before them that belong together.
cdef struct Run:
    int64_t row
    int64_t before
    int64_t n


cdef inline Step step_at(
    const Pass *run, bint reverse, int64_t t, int64_t row,
) noexcept nogil:
    cdef Step s
    cdef int64_t n_earlier, n_later
    s.t, s.row, s.n = t, row, run.active[t]
    n_earlier = s.n if t > 0 else 0
    n_later = run.active[t + 1] if t + 1 < run.n_steps else 0
    if reverse:
        s.before, s.n_before, s.n_after = row + s.n, n_later, n_earlier
    else:
        s.before = row - run.active[t - 1] if t > 0 else 0
        s.n_before, s.n_after = n_earlier, n_later
    return s


cdef inline Step first_step(const Pass *run, bint reverse, bint down) noexcept nogil:
    """Of a part with rows; `down` where t decreases."""
    cdef int64_t t = run.n_steps - 1
    if down:
        return step_at(run, reverse, t, run.n_rows - run.active[t])
    return step_at(run, reverse, 0, 0)


cdef inline bint advance(
    const Pass *run, bint reverse, bint down, Step *s,
) noexcept nogil:
    """The next step, if there is one."""
    if down and s.t > 0:
        s[0] = step_at(run, reverse, s.t - 1, s.row - run.active[s.t - 1])
        return True
    if not down and s.t + 1 < run.n_steps:
        s[0] = step_at(run, reverse, s.t + 1, s.row + s.n)
        return True
    return False


cdef inline bint next_run(
    const Pass *run, bint reverse, Step *s, Run *r,
) noexcept nogil:
    """The next rows that are neighbours on both sides; starts with first_step()."""
    if s.t >= run.n_steps:
        return False
    r.row, r.before, r.n = s.row, s.before, s.n_before
    while advance(run, reverse, False, s):
        if r.n == 0:
            r.row, r.before = s.row, s.before
        elif s.row != r.row + r.n or s.before != r.before + r.n:
            return True
        r.n += s.n_before
    s.t = run.n_steps
    return r.n > 0


cdef inline bint is_cut(const Op *op, const Step *s) noexcept nogil:
    """Whether the gradient is not carried to the step before."""
    cdef int64_t length = op.ints[3]
    return length > 0 and (s.t + (op.ints[1] != 0)) % length == 0


cdef inline bint drops(const Op *op, const Pass *run) noexcept nogil:
    return run.training and op.reals[0] > 0


cdef inline void drop(
    const Op *op, const Pass *run, int64_t n, const floating *x, bint add, floating *y,
) noexcept nogil:
    """The mask of the part's first n sequences, which is that of all steps."""
    cdef uint32_t threshold = <uint32_t> (op.reals[0] * 4294967296.0)
    cdef double scale = 1 / (1 - op.reals[0])
    cdef int64_t place = run.first_row * op.ints[0]
    if floating is double:
        random_drop_f64(run.seed, run.step, op.index, place, n * op.ints[0], threshold,
                        scale, 0, 0, x, add, y)
    else:
        random_drop_f32(run.seed, run.step, op.index, place, n * op.ints[0], threshold,
                        <float> scale, 0, 0, x, add, y)


cdef inline floating *carried_state(
    const Op *op, const Pass *run, int64_t which, const floating *of_dtype,
) noexcept nogil:
    """h (0) or c (1) of all sequences, or NULL."""
    if run.carried == NULL:
        return NULL
    return <floating *> run.carried + (
        (op.ints[2] + which * op.ints[0]) * run.n_sequences)


cdef inline void carry(
    const Op *op, const Pass *run, int64_t which, const Step *s, const floating *state,
) noexcept nogil:
    """Keep the states of sequences that end with this step."""
    cdef floating *to = carried_state(op, run, which, state)
    cdef int64_t H = op.ints[0]
    if to != NULL and s.n > s.n_after:
        memcpy(to + s.n_after * H, state + (s.row + s.n_after) * H,
               (s.n - s.n_after) * H * sizeof(floating))


# A block of columns of W_h, and where it is packed, or NULL.
cdef struct Weights:
    int64_t H  # rows
    int64_t n  # columns
    int64_t row  # distance of rows
    const void *W
    const void *packed


# Columns first .. first + n - 1 of W_h; `packed` lies there among what parts share.
cdef inline Weights weights_of(
    const Op *op, const Pass *run, int64_t first, int64_t n, int64_t packed,
    const floating *params,
) noexcept nogil:
    cdef Weights w
    w.H, w.n, w.row, w.packed = op.ints[0], n, op.n_in, NULL
    w.W = params + op.params + first
    if run.shared != NULL:
        w.packed = <const floating *> run.shared + packed
    return w


# Elements of a packed block of n columns of W_h and, behind it, of its transpose.
cdef int64_t block_size(int64_t H, int64_t n) noexcept nogil

# These two, of columns first .. first + n - 1.
cdef void share(
    const Op *op, const Pass *run, int64_t first, int64_t n, floating *shared,
) noexcept nogil

# y = start + h W of all sequences that have a state before this step; `h` and `masked`
# are those of all steps, y and start those of this step.
cdef void recur(
    const Op *op, const Pass *run, const Weights *w, const Step *s,
    const floating *h, const floating *masked, const floating *start, int64_t start_row,
    floating *y, int64_t y_row) noexcept nogil

# dz W^T for the states before a step: added to dh, or left in `scratch` for unmask().
cdef void recur_back(
    const Op *op, const Pass *run, const Weights *w, const Step *s,
    const floating *dz, int64_t dz_row, bint add, floating *scratch, floating *dh,
) noexcept nogil

# Some rows of a block of n columns of dW_h += h^T dZ of one part.
cdef void collect_weights(
    const Op *op, const Pass *run, int64_t first, int64_t n_rows, int64_t n,
    const floating *h, const floating *masked, const floating *dZ, int64_t dZ_row,
    floating *dW, int64_t dW_row) noexcept nogil


cdef inline void mask(
    const Op *op, const Pass *run, const Step *s, const floating *h, floating *masked,
) noexcept nogil:
    """The states before a step as the product takes them, if not as they are."""
    if drops(op, run):
        drop(op, run, s.n_before, h + s.before * op.ints[0], False,
             masked + s.row * op.ints[0])


cdef inline void unmask(
    const Op *op, const Pass *run, const Step *s, const floating *scratch, floating *dh,
) noexcept nogil:
    if drops(op, run):
        drop(op, run, s.n_before, scratch, True, dh + s.before * op.ints[0])


cdef inline int64_t first_of_task(const Op *op, int64_t task) noexcept nogil:
    """Its first row of W_h."""
    return op.ints[0] * task // op.n_tasks
