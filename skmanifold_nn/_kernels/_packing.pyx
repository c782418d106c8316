"""Sequences as recurrent layers see them: no padding, the steps of one time together.

Within a part, sequences are sorted by their lengths, longest first and otherwise as
they come, so that those that have a step t are the first ones; the rows of a tensor
over steps are those of step 0, then those of step 1, and so on.
"""

from libc.stdint cimport int64_t
from libc.string cimport memset

from ._network cimport Pass, Source


cdef int64_t count_steps(
    const Source *source, int64_t n_fixed, const int64_t *rows, int64_t n_rows,
) noexcept nogil:
    cdef int64_t k, total = 0
    if n_fixed:
        return n_fixed * n_rows
    for k in range(n_rows):
        total += source.starts[rows[k] + 1] - source.starts[rows[k]]
    return total


cdef inline int64_t length_of(
    const Source *source, int64_t n_fixed, int64_t row,
) noexcept nogil:
    return first_step(source, n_fixed, row + 1) - first_step(source, n_fixed, row)


cdef void count_active(
    const Source *source, int64_t n_fixed, const int64_t *rows, int64_t n_rows,
    int64_t n_steps, int64_t *active,
) noexcept nogil:
    """How many of the rows have each step."""
    cdef int64_t k, t
    memset(active, 0, n_steps * sizeof(int64_t))
    for k in range(n_rows):
        active[length_of(source, n_fixed, rows[k]) - 1] += 1
    for t in range(n_steps - 2, -1, -1):
        active[t] += active[t + 1]


cdef void pack_part(
    const Source *source, int64_t n_fixed, Pass *runs, int64_t stride, int64_t *places,
) noexcept nogil:
    cdef Pass *steps = runs + stride
    cdef int64_t n = runs.n_rows, n_steps = 0, k, t, length, row = 0
    cdef const int64_t *given = runs.rows
    cdef int64_t *rows = places + n
    cdef int64_t *active = rows + n
    cdef int64_t *next_place
    cdef int64_t *step_rows
    for k in range(n):
        n_steps = max(n_steps, length_of(source, n_fixed, given[k]))
    next_place = active + n_steps
    step_rows = next_place + n_steps
    count_active(source, n_fixed, given, n, n_steps, active)
    for t in range(n_steps):  # behind all longer ones
        next_place[t] = active[t + 1] if t + 1 < n_steps else 0
    for k in range(n):
        length = length_of(source, n_fixed, given[k])
        places[next_place[length - 1]] = k
        rows[next_place[length - 1]] = given[k]
        next_place[length - 1] += 1
    runs.rows, runs.active = rows, active
    runs.n_sequences, runs.n_steps = n, n_steps
    for t in range(n_steps):
        for k in range(active[t]):
            step_rows[row] = first_step(source, n_fixed, rows[k]) + t
            row += 1
    steps[0] = runs[0]
    steps.rows, steps.n_rows = step_rows, row


def places_size(int64_t n_rows, int64_t n_steps, int64_t n_step_rows):
    """Elements of scratch for so many sequences, of as many steps at most, and in all.
    """
    return 2 * n_rows + 2 * n_steps + n_step_rows
