"""Long short-term memory as an op of a planned network, over steps of sequences.

With the gates i, f, g, o side by side in Z, which a dense op made,

    i, f, o = logistic(Z + h_before W_h [+ p c_before, for o p c]), g = tanh(...),
    c = f c_before + i g, h = o tanh(c),

and the activated gates overwrite Z. Parameters are W_h, of shape (H, 4 H), and behind
it, if ``op.ints[4]`` is not zero, the peepholes of i, f and o, (3, H). See
``_recurrent.pxd`` for the other settings. ``op.cache`` has c, tanh(c) and, with
recurrent dropout, the states as the product takes them.

References: S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural
Computation 9, 1997; F. Gers, N. Schraudolph and J. Schmidhuber, "Learning precise
timing with LSTM recurrent networks", JMLR 3, 2002.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset

from ._network cimport Op, Pass
from ._peepholes cimport collect_peepholes
from ._recurrent cimport (
    Step,
    Weights,
    advance,
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


cdef extern from "_lstm.h":
    void lstm_forward_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        const double *, double *, double *, double *, double *) noexcept nogil
    void lstm_forward_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, const float *,
        const float *, float *, float *, float *, float *) noexcept nogil
    void lstm_backward_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        const double *, const double *, const double *, double *, double *,
    ) noexcept nogil
    void lstm_backward_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, const float *,
        const float *, const float *, const float *, float *, float *) noexcept nogil


# Where everything of an op lies, in values or in gradients.
cdef struct View:
    int64_t H
    int64_t c  # in gradients, of each sequence
    int64_t tanh_c
    int64_t masked


cdef inline View view(const Op *op, const Pass *run) noexcept nogil:
    cdef View v
    v.H = op.ints[0]
    v.c = op.cache
    v.tanh_c = v.c + run.n_rows * v.H
    v.masked = v.tanh_c + run.n_rows * v.H
    return v


cdef inline const floating *peepholes(
    const Op *op, const Pass *run, floating *of_dtype,
) noexcept nogil:
    if op.ints[4] == 0:
        return NULL
    return <const floating *> run.params + op.params + op.n_in * op.ints[0]


cdef void activate(
    const Op *op, const Pass *run, const Step *s, floating *values, floating *z,
) noexcept nogil:
    cdef View v = view(op, run)
    cdef const floating *p = peepholes(op, run, values)
    cdef const floating *first = carried_state(op, run, 1, values)
    cdef floating *c = values + v.c + s.row * v.H
    cdef floating *tanh_c = values + v.tanh_c + s.row * v.H
    cdef floating *h = values + op.output + s.row * v.H
    cdef const floating *before = values + v.c + s.before * v.H
    if floating is double:
        lstm_forward_f64(s.n, s.n_before, v.H, p, before, first, z, c, tanh_c, h)
    else:
        lstm_forward_f32(s.n, s.n_before, v.H, p, before, first, z, c, tanh_c, h)


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0, more = run.n_rows > 0
    cdef View v = view(op, run)
    cdef Weights w = weights_of(
        op, run, 0, op.n_in, op.shared, <const floating *> run.params)
    cdef const floating *h = values + op.output
    cdef floating *z
    cdef Step s
    if more:
        s = first_step(run, reverse, reverse)
    while more:
        z = values + op.inputs[0] + s.row * op.n_in
        mask(op, run, &s, h, values + v.masked)
        recur(op, run, &w, &s, h, values + v.masked, <const floating *> z, op.n_in, z,
              op.n_in)
        activate(op, run, &s, values, z)
        carry(op, run, 0, &s, h)
        carry(op, run, 1, &s, <const floating *> values + v.c)
        more = advance(run, reverse, reverse, &s)


cdef void differentiate(
    const Op *op, const Pass *run, const Step *s, floating *gradients, floating *dz,
) noexcept nogil:
    cdef View v = view(op, run)
    cdef const floating *values = <const floating *> run.values
    cdef const floating *p = peepholes(op, run, gradients)
    cdef const floating *gates = values + op.inputs[0] + s.row * op.n_in
    cdef const floating *tanh_c = values + v.tanh_c + s.row * v.H
    cdef const floating *before = values + v.c + s.before * v.H
    cdef const floating *dh = gradients + op.output + s.row * v.H
    cdef floating *dc = gradients + v.c
    if floating is double:
        lstm_backward_f64(s.n, s.n_before, v.H, p, before, gates, tanh_c, dh, dc, dz)
    else:
        lstm_backward_f32(s.n, s.n_before, v.H, p, before, gates, tanh_c, dh, dc, dz)


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0, more = run.n_rows > 0
    cdef View v = view(op, run)
    cdef Weights w = weights_of(
        op, run, 0, op.n_in, op.shared, <const floating *> run.params)
    cdef floating *dh = gradients + op.output
    cdef floating *dz
    cdef Step s
    if more:
        s = first_step(run, reverse, not reverse)
        memset(gradients + v.c, 0, run.n_sequences * v.H * sizeof(floating))
    while more:
        dz = gradients + op.inputs[0] + s.row * op.n_in
        differentiate(op, run, &s, gradients, dz)
        if is_cut(op, &s):
            memset(gradients + v.c, 0, s.n * v.H * sizeof(floating))
        elif s.n_before:
            recur_back(op, run, &w, &s, <const floating *> dz, op.n_in, False,
                       gradients + v.masked, dh)
            unmask(op, run, &s, <const floating *> gradients + v.masked, dh)
        more = advance(run, reverse, not reverse, &s)


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task, floating *gradients,
) noexcept nogil:
    """Some rows of dW_h, the parts one after the other; the last task has peepholes."""
    cdef int64_t first = first_of_task(op, task), part
    cdef int64_t n_rows = first_of_task(op, task + 1) - first
    cdef floating *dW = gradients + op.params + first * op.n_in
    cdef floating *dp = gradients + op.params + op.ints[0] * op.n_in
    cdef const floating *values
    cdef const floating *dz
    cdef bint last = op.ints[4] and task == op.n_tasks - 1
    memset(dW, 0, n_rows * op.n_in * sizeof(floating))
    if last:
        memset(dp, 0, 3 * op.ints[0] * sizeof(floating))
    for part in range(n_parts):
        if parts[part].n_rows == 0:
            continue
        values = <const floating *> parts[part].values
        dz = <const floating *> parts[part].gradients + op.inputs[0]
        collect_weights(
            op, &parts[part], first, n_rows, op.n_in, values + op.output,
            values + view(op, &parts[part]).masked, dz, op.n_in, dW, op.n_in)
        if last:
            collect_peepholes(op, &parts[part], values + op.cache, dz, dp)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.gradients)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.gradients)


cdef void prepare_f64(const Op *op, const Pass *run) noexcept nogil:
    share(op, run, 0, op.n_in, <double *> run.shared + op.shared)


cdef void prepare_f32(const Op *op, const Pass *run) noexcept nogil:
    share(op, run, 0, op.n_in, <float *> run.shared + op.shared)


cdef void collect_f64(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <double *> parts[0].param_gradients)


cdef void collect_f32(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task,
) noexcept nogil:
    collect(op, parts, n_parts, task, <float *> parts[0].param_gradients)


ADDRESSES = {
    "lstm": {
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
