"""Gated recurrent units as an op of a planned network, over steps of sequences.

With the gates r, z, n side by side in Z, which a dense op made, and the reset gate
behind the product,

    r, z = logistic(Z + h_before W_h), n = tanh(Z + r (h_before W_hn + b_hn)),
    h = (1 - z) n + z h_before,

and the activated gates overwrite Z. Parameters are W_h, of shape (H, 3 H), and behind
it b_hn, (H,). See ``_recurrent.pxd`` for the settings. ``op.cache`` has h_before W_hn +
b_hn and, with recurrent dropout, the states as the product takes them.

References: K. Cho et al., "Learning phrase representations using RNN encoder-decoder
for statistical machine translation", EMNLP 2014.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset

from ._gemm cimport bias_gradient
from ._network cimport Op, Pass
from ._recurrent cimport (
    Step,
    Weights,
    advance,
    block_size,
    carried_state,
    carry,
    collect_weights,
    first_of_task,
    first_step,
    is_cut,
    mask,
    recur,
    recur_back,
    share,
    unmask,
    weights_of,
)


cdef extern from "_gru.h":
    void gru_forward_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        const double *, double *, double *) noexcept nogil
    void gru_forward_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, const float *,
        const float *, float *, float *) noexcept nogil
    void gru_backward_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        const double *, const double *, double *, double *, double *) noexcept nogil
    void gru_backward_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, const float *,
        const float *, const float *, float *, float *, float *) noexcept nogil


# Where everything of an op lies, in values or in gradients.
cdef struct View:
    int64_t H
    int64_t m  # h_before W_hn + b_hn
    int64_t masked
    int64_t b  # b_hn, among the parameters
    int64_t shared  # W_hn


cdef inline View view(const Op *op, const Pass *run) noexcept nogil:
    cdef View v
    v.H = op.ints[0]
    v.m = op.cache
    v.masked = v.m + run.n_rows * v.H
    v.b = op.params + v.H * op.n_in
    v.shared = op.shared + block_size(v.H, 2 * v.H)
    return v


cdef void prepare(const Op *op, const Pass *run, floating *shared) noexcept nogil:
    cdef View v = view(op, run)
    share(op, run, 0, 2 * v.H, shared + op.shared)
    share(op, run, 2 * v.H, v.H, shared + v.shared)


cdef void multiply_state(
    const Op *op, const Pass *run, const Step *s, floating *values, floating *z,
) noexcept nogil:
    """The products of the gates r and z, and of the new state, which has b_hn."""
    cdef View v = view(op, run)
    cdef const floating *params = <const floating *> run.params
    cdef Weights gates = weights_of(op, run, 0, 2 * v.H, op.shared, params)
    cdef Weights new = weights_of(op, run, 2 * v.H, v.H, v.shared, params)
    cdef const floating *h = values + op.output
    cdef const floating *masked = values + v.masked
    cdef floating *m = values + v.m + s.row * v.H
    cdef int64_t r
    mask(op, run, s, h, values + v.masked)
    recur(op, run, &gates, s, h, masked, <const floating *> z, op.n_in, z, op.n_in)
    recur(op, run, &new, s, h, masked, params + v.b, 0, m, v.H)
    if run.carried == NULL:
        for r in range(s.n_before, s.n):
            memcpy(m + r * v.H, params + v.b, v.H * sizeof(floating))


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0, more = run.n_rows > 0
    cdef View v = view(op, run)
    cdef const floating *first = carried_state(op, run, 0, <const floating *> values)
    cdef const floating *before
    cdef const floating *m
    cdef floating *h
    cdef floating *z
    cdef Step s
    if more:
        s = first_step(run, reverse, reverse)
    while more:
        z = values + op.inputs[0] + s.row * op.n_in
        multiply_state(op, run, &s, values, z)
        before, m = values + op.output + s.before * v.H, values + v.m + s.row * v.H
        h = values + op.output + s.row * v.H
        if floating is double:
            gru_forward_f64(s.n, s.n_before, v.H, before, first, m, z, h)
        else:
            gru_forward_f32(s.n, s.n_before, v.H, before, first, m, z, h)
        carry(op, run, 0, &s, <const floating *> values + op.output)
        more = advance(run, reverse, reverse, &s)


cdef void differentiate(
    const Op *op, const Pass *run, const Step *s, floating *gradients, floating *dz,
) noexcept nogil:
    cdef View v = view(op, run)
    cdef const floating *values = <const floating *> run.values
    cdef const floating *gates = values + op.inputs[0] + s.row * op.n_in
    cdef const floating *before = values + op.output + s.before * v.H
    cdef const floating *m = values + v.m + s.row * v.H
    cdef const floating *dh = gradients + op.output + s.row * v.H
    cdef floating *dm = gradients + v.m + s.row * v.H
    cdef floating *to = NULL
    if not is_cut(op, s):
        to = gradients + op.output + s.before * v.H
    if floating is double:
        gru_backward_f64(s.n, s.n_before, v.H, before, m, gates, dh, dz, dm, to)
    else:
        gru_backward_f32(s.n, s.n_before, v.H, before, m, gates, dh, dz, dm, to)


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0, more = run.n_rows > 0
    cdef View v = view(op, run)
    cdef const floating *params = <const floating *> run.params
    cdef Weights gates = weights_of(op, run, 0, 2 * v.H, op.shared, params)
    cdef Weights new = weights_of(op, run, 2 * v.H, v.H, v.shared, params)
    cdef floating *dh = gradients + op.output
    cdef floating *scratch = gradients + v.masked
    cdef const floating *dm
    cdef floating *dz
    cdef Step s
    if more:
        s = first_step(run, reverse, not reverse)
    while more:
        dz = gradients + op.inputs[0] + s.row * op.n_in
        dm = gradients + v.m + s.row * v.H
        differentiate(op, run, &s, gradients, dz)
        if s.n_before and not is_cut(op, &s):
            recur_back(op, run, &gates, &s, <const floating *> dz, op.n_in, False,
                       scratch, dh)
            recur_back(op, run, &new, &s, dm, v.H, True, scratch, dh)
            unmask(op, run, &s, <const floating *> scratch, dh)
        more = advance(run, reverse, not reverse, &s)


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task, floating *gradients,
) noexcept nogil:
    """Some rows of dW_h, the parts one after the other; the last task has b_hn."""
    cdef int64_t H = op.ints[0], first = first_of_task(op, task), part
    cdef int64_t n_rows = first_of_task(op, task + 1) - first
    cdef floating *dW = gradients + op.params + first * op.n_in
    cdef floating *db = gradients + op.params + H * op.n_in
    cdef const floating *h
    cdef const floating *masked
    cdef const floating *dz
    cdef const floating *dm
    memset(dW, 0, n_rows * op.n_in * sizeof(floating))
    if task == op.n_tasks - 1:
        memset(db, 0, H * sizeof(floating))
    for part in range(n_parts):
        if parts[part].n_rows == 0:
            continue
        h = <const floating *> parts[part].values + op.output
        masked = <const floating *> parts[part].values + view(op, &parts[part]).masked
        dz = <const floating *> parts[part].gradients + op.inputs[0]
        dm = <const floating *> parts[part].gradients + op.cache
        collect_weights(op, &parts[part], first, n_rows, 2 * H, h, masked, dz,
                        op.n_in, dW, op.n_in)
        collect_weights(op, &parts[part], first, n_rows, H, h, masked, dm, H,
                        dW + 2 * H, op.n_in)
        if task == op.n_tasks - 1:
            bias_gradient(parts[part].n_rows, H, dm, H, db)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.gradients)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.gradients)


cdef void prepare_f64(const Op *op, const Pass *run) noexcept nogil:
    prepare(op, run, <double *> run.shared)


cdef void prepare_f32(const Op *op, const Pass *run) noexcept nogil:
    prepare(op, run, <float *> run.shared)


cdef void collect_f64(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <double *> parts[0].param_gradients)


cdef void collect_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <float *> parts[0].param_gradients)


ADDRESSES = {
    "gru": {
        "float64": (
            <uintptr_t> &forward_f64,
            <uintptr_t> &backward_f64,
            <uintptr_t> &prepare_f64,
            <uintptr_t> &collect_f64),
        "float32": (
            <uintptr_t> &forward_f32,
            <uintptr_t> &backward_f32,
            <uintptr_t> &prepare_f32,
            <uintptr_t> &collect_f32),
    }
}
