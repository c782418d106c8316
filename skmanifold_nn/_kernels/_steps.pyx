"""Last states of sequences as an op of a planned network: from steps to samples.

"last" takes the state of the last step of each sequence or, if ``op.ints[0]`` is not
zero, of the first, where a reversed layer ends; n_in = n_out. The input is over steps,
the output over samples.
"""

from cython cimport floating
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset

from ._network cimport ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, Op, Pass
from ._recurrent cimport Step, advance, first_step


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef bint reverse = op.ints[0] != 0, more = run.n_steps > 0
    cdef const floating *x = values + op.inputs[0]
    cdef floating *y = values + op.output
    cdef int64_t n = op.n_out
    cdef Step s
    if more:
        s = first_step(run, reverse, False)
    while more:
        memcpy(y + s.n_after * n, x + (s.row + s.n_after) * n,
               (s.n - s.n_after) * n * sizeof(floating))
        more = not reverse and advance(run, reverse, False, &s)


cdef void backward(const Op *op, const Pass *run, floating *gradients) noexcept nogil:
    cdef bint reverse = op.ints[0] != 0, more = run.n_steps > 0
    cdef const floating *dy = gradients + op.output
    cdef floating *dx = gradients + op.inputs[0]
    cdef int64_t n = op.n_out, n_rows = 0, t, k
    cdef Step s
    if not op.flags & NEEDS_INPUT_GRADIENT:
        return
    if not op.flags & ADDS_TO_INPUT_GRADIENT:
        for t in range(run.n_steps):
            n_rows += run.active[t]
        memset(dx, 0, n_rows * n * sizeof(floating))
    if more:
        s = first_step(run, reverse, False)
    while more:
        for k in range(s.n_after * n, s.n * n):
            dx[s.row * n + k] += dy[k]
        more = not reverse and advance(run, reverse, False, &s)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void backward_f64(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <double *> run.gradients)


cdef void backward_f32(const Op *op, const Pass *run) noexcept nogil:
    backward(op, run, <float *> run.gradients)


ADDRESSES = {
    "last": {
        "float64": (<uintptr_t> &forward_f64, <uintptr_t> &backward_f64),
        "float32": (<uintptr_t> &forward_f32, <uintptr_t> &backward_f32),
    }
}
