"""Simple recurrent networks as an op of a planned network, over steps of sequences.

h = phi(Z + h_before W_h) of Z, which a dense op made and which is overwritten; phi is
the activation ``op.ints[4]`` of ``_activations.h``, one whose value tells its
derivative. Parameters are W_h, of shape (H, H). See ``_recurrent.pxd`` for the
other settings. ``op.cache`` has, with recurrent dropout, the states as the product
takes them.

References: J. Elman, "Finding structure in time", Cognitive Science 14, 1990.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset

from ._network cimport Op, Pass
from ._recurrent cimport (
    Step,
    Weights,
    advance,
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


cdef extern from "_activations.h":
    void activation_forward_f64(
        int, Py_ssize_t, double, const double *, double *) noexcept nogil
    void activation_forward_f32(
        int, Py_ssize_t, float, const float *, float *) noexcept nogil
    void activation_backward_f64(
        int, Py_ssize_t, double, const double *, const double *, int, double *,
    ) noexcept nogil
    void activation_backward_f32(
        int, Py_ssize_t, float, const float *, const float *, int, float *,
    ) noexcept nogil


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0, more = run.n_rows > 0
    cdef int64_t H = op.ints[0]
    cdef Weights w = weights_of(
        op, run, 0, H, op.shared, <const floating *> run.params)
    cdef floating *h = values + op.output
    cdef floating *masked = values + op.cache
    cdef floating *z
    cdef Step s
    if more:
        s = first_step(run, reverse, reverse)
    while more:
        z = values + op.inputs[0] + s.row * H
        mask(op, run, &s, <const floating *> h, masked)
        recur(op, run, &w, &s, <const floating *> h, <const floating *> masked,
              <const floating *> z, H, z, H)
        if floating is double:
            activation_forward_f64(op.ints[4], s.n * H, 0, z, h + s.row * H)
        else:
            activation_forward_f32(op.ints[4], s.n * H, 0, z, h + s.row * H)
        carry(op, run, 0, &s, <const floating *> h)
        more = advance(run, reverse, reverse, &s)


cdef inline void vanish(int64_t n, floating *dh) noexcept nogil:
    """As `or_zero` of _recurrent_lanes.h."""
    cdef floating tiny = 1e-300 if floating is double else <floating> 1e-36
    cdef int64_t k
    for k in range(n):
        dh[k] = 0 if dh[k] < tiny and dh[k] > -tiny else dh[k]


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef bint reverse = op.ints[1] != 0, more = run.n_rows > 0
    cdef int64_t H = op.ints[0], at
    cdef Weights w = weights_of(
        op, run, 0, H, op.shared, <const floating *> run.params)
    cdef const floating *h = <const floating *> run.values + op.output
    cdef floating *dh = gradients + op.output
    cdef floating *dz = gradients + op.inputs[0]
    cdef floating *scratch = gradients + op.cache
    cdef Step s
    if more:
        s = first_step(run, reverse, not reverse)
    while more:
        at = s.row * H
        vanish(s.n * H, dh + at)
        if floating is double:
            activation_backward_f64(
                op.ints[4], s.n * H, 0, h + at, dh + at, False, dz + at)
        else:
            activation_backward_f32(
                op.ints[4], s.n * H, 0, h + at, dh + at, False, dz + at)
        if s.n_before and not is_cut(op, &s):
            recur_back(op, run, &w, &s, <const floating *> dz + at, H, False, scratch,
                       dh)
            unmask(op, run, &s, <const floating *> scratch, dh)
        more = advance(run, reverse, not reverse, &s)


cdef void collect(
    const Op *op, const Pass *parts, int64_t n_parts, int64_t task, floating *gradients,
) noexcept nogil:
    """Some rows of dW_h, the parts one after the other."""
    cdef int64_t H = op.ints[0], first = first_of_task(op, task), part
    cdef int64_t n_rows = first_of_task(op, task + 1) - first
    cdef floating *dW = gradients + op.params + first * H
    cdef const floating *values
    memset(dW, 0, n_rows * H * sizeof(floating))
    for part in range(n_parts):
        if parts[part].n_rows == 0:
            continue
        values = <const floating *> parts[part].values
        collect_weights(
            op, &parts[part], first, n_rows, H, values + op.output, values + op.cache,
            <const floating *> parts[part].gradients + op.inputs[0], H, dW, H)


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
    "simple_rnn": {
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
