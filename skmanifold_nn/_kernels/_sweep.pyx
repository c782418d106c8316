"""Distances from blocks of sources over an eliminated graph.

A panel holds one vector of lanes a vertex, one lane a source. Sweeping up the
elimination tree from the sources gives every ancestor its distance through what it
dominates; sweeping down gives every vertex its distance through the ancestors,

    up:    x[C] <- E (x) x[C],   x[R] <- min(x[R], P^T (x) x[C])
    down:  x[C] <- min(x[C], P (x) x[R])

with C, R, E, P as in ``_closure``. One block looks at the factor's entries once on its
way down; memory is one panel a thread; the result does not depend on the threads.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memset

from ._openmp cimport thread_id
from ._simd cimport SKMNN_LANE_BYTES, lane_count, minplus_lanes, write_rows

LANE_BYTES = SKMNN_LANE_BYTES


cdef void sweep_up(
    const int32_t[::1] first,
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t *rows,
    const int64_t[::1] value_start,
    const floating[::1] values,
    unsigned char *reached,
    floating *x,
) noexcept nogil:
    """From the supernodes marked in `reached` to all their ancestors."""
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), s, k, r
    cdef const floating *E
    cdef floating *columns
    for s in range(first.shape[0] - 1):
        if not reached[s]:
            continue
        k = first[s + 1] - first[s]
        r = row_start[s + 1] - row_start[s]
        E = &values[value_start[s]]
        columns = x + first[s] * lanes
        minplus_lanes(k, k, E, k, 1, columns, lanes, NULL, columns, lanes, NULL)
        if r > 0:
            reached[owner[rows[row_start[s]]]] = 1
            minplus_lanes(r, k, E + k * k, 1, r, columns, lanes, NULL,
                          x, lanes, rows + row_start[s])


cdef void sweep_down(
    const int32_t[::1] first,
    const int64_t[::1] row_start,
    const int32_t *rows,
    const int64_t[::1] value_start,
    const floating[::1] values,
    floating *x,
) noexcept nogil:
    """From the roots to all vertices."""
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), s, k, r
    for s in range(first.shape[0] - 2, -1, -1):
        k = first[s + 1] - first[s]
        r = row_start[s + 1] - row_start[s]
        if r > 0:
            minplus_lanes(k, r, &values[value_start[s]] + k * k, r, 1,
                          x, lanes, rows + row_start[s],
                          x + first[s] * lanes, lanes, NULL)


cdef void sweep_block(
    Py_ssize_t begin,
    Py_ssize_t end,
    const int32_t[::1] position,
    const int32_t[::1] first,
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t *rows,
    const int64_t[::1] value_start,
    const floating[::1] values,
    const int64_t[::1] seed_start,
    const int32_t[::1] seeds,
    const floating[::1] offsets,
    const int32_t[::1] sequence,
    unsigned char *reached,
    floating *x,
    floating[:, ::1] out,
) noexcept nogil:
    """Sources begin..end of `sequence`, at most as many as there are lanes."""
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), n = position.shape[0], i, q
    cdef int32_t vertex
    cdef floating *out_rows[32]
    for i in range(n * lanes):
        x[i] = INFINITY
    memset(reached, 0, first.shape[0] - 1)
    for i in range(end - begin):
        out_rows[i] = &out[sequence[begin + i], 0]
        for q in range(seed_start[sequence[begin + i]],
                       seed_start[sequence[begin + i] + 1]):
            vertex = position[seeds[q]]
            reached[owner[vertex]] = 1
            x[vertex * lanes + i] = min(x[vertex * lanes + i], offsets[q])
    sweep_up(first, owner, row_start, rows, value_start, values, reached, x)
    sweep_down(first, row_start, rows, value_start, values, x)
    write_rows(n, x, &position[0], end - begin, out_rows)


def sweep(
    Py_ssize_t begin,
    Py_ssize_t end,
    const int32_t[::1] position,
    const int32_t[::1] first,
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    const int64_t[::1] value_start,
    const floating[::1] values,
    const int64_t[::1] seed_start,
    const int32_t[::1] seeds,
    const floating[::1] offsets,
    const int32_t[::1] sequence,
    int n_threads,
    unsigned char[:, ::1] reached,  # scratch, (n_threads, n_supernodes)
    floating[:, ::1] panels,  # scratch, (n_threads, n x lanes)
    floating[:, ::1] out,  # OUT, (n_sources, n)
):
    """out[i, j] = min over the seeds q of source i of offsets[q] + d(seeds[q], j).

    Sources are taken in the order of `sequence[begin:end]`, in blocks of one vector of
    lanes: neighbours in elimination order share most of the way up.
    """
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), block
    cdef int thread
    cdef const int32_t *all_rows = NULL
    if rows.shape[0] > 0:
        all_rows = &rows[0]
    for block in prange(begin, end, lanes, num_threads=n_threads, schedule="dynamic",
                        nogil=True):
        thread = thread_id()
        sweep_block(block, min(block + lanes, end), position, first, owner, row_start,
                    all_rows, value_start, values, seed_start, seeds, offsets, sequence,
                    &reached[thread, 0], &panels[thread, 0], out)
