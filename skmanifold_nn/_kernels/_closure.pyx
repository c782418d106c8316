"""Numeric (min, +) elimination: the closure of a graph, panel by panel.

A supernode with columns C (k of them) and rows R below them (r) owns two dense blocks,
one after the other in `values`: E (k x k) and P (k x r). On entry they hold the edges
within C and from C to R, infinity elsewhere. Elimination in ascending order does

    E <- closure of E                      shortest paths within C and what it dominates
    P <- E (x) P                           from C to R through C
    w(u, v) <- min(w(u, v), min_c P[c, u] + P[c, v])     for u <= v in R

where (x) is the (min, +) product. This is right-looking supernodal Cholesky in another
semiring. Minima are exact, so the result does not depend on the number of threads.
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

from ._openmp cimport thread_id
from ._simd cimport close_dense, lane_count, minplus_lanes

# Rows of an update that one thread takes at a time, and the least work for threads.
cdef enum:
    CHUNK = 32
    THREADED_WORK = 20_000_000


def scatter_edges(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    const int32_t[::1] order,
    const int32_t[::1] position,
    const int32_t[::1] first,
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    const int64_t[::1] value_start,
    int32_t[::1] place,  # scratch, (n,)
    floating[::1] values,  # OUT, the panels' blocks, infinite on entry
):
    """Write the graph's edges, and zeros on the diagonal, into the panels."""
    cdef Py_ssize_t s, j, p, q, k, r
    cdef int32_t i
    cdef floating *E
    cdef floating *P
    with nogil:
        for s in range(first.shape[0] - 1):
            k = first[s + 1] - first[s]
            r = row_start[s + 1] - row_start[s]
            E = &values[value_start[s]]
            P = E + k * k
            for q in range(r):
                place[rows[row_start[s] + q]] = <int32_t> q
            for j in range(k):
                E[j * k + j] = 0
                for p in range(indptr[order[first[s] + j]],
                               indptr[order[first[s] + j] + 1]):
                    i = position[indices[p]]
                    if i >= first[s + 1]:
                        P[j * r + place[i]] = weights[p]
                    elif i >= first[s]:
                        E[j * k + i - first[s]] = weights[p]


cdef void scatter_row(
    Py_ssize_t j,
    Py_ssize_t r,
    const int32_t *R,
    const floating *update,
    const int32_t *place,
    Py_ssize_t first,
    Py_ssize_t k,
    Py_ssize_t below,
    floating *E,
) noexcept nogil:
    """Lower the ancestor's entries (R[j], R[i]), i >= j, to update[i]."""
    cdef Py_ssize_t i = j, u = R[j] - first, v
    cdef floating *P = E + k * k + u * below
    while i < r and R[i] < first + k:
        v = R[i] - first
        E[u * k + v] = min(E[u * k + v], update[i])
        i += 1
    while i < r:  # a branch here would be mispredicted half of the time
        P[place[i]] = min(P[place[i]], update[i])
        i += 1


cdef void locate(
    Py_ssize_t begin, Py_ssize_t r, const int32_t *R, const int32_t *target,
    int32_t *place,
) noexcept nogil:
    """place[i] = index of R[i] in the ascending `target`, for i >= begin."""
    cdef Py_ssize_t i
    cdef int32_t q = 0
    for i in range(begin, r):
        while target[q] < R[i]:
            q += 1
        place[i] = q


cdef void update_rows(
    Py_ssize_t begin,
    Py_ssize_t end,
    Py_ssize_t k,
    Py_ssize_t r,
    Py_ssize_t ld,
    const floating *panel,
    const int32_t *R,
    const int32_t[::1] first,
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    const int64_t[::1] value_start,
    floating[::1] values,
    floating *update,
    int32_t *place,
) noexcept nogil:
    """Rows begin..end of P^T (x) P, taken into the ancestors that own them."""
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), j, q, c, s, m
    cdef Py_ssize_t i, width, located = -1
    for j in range(begin, end, 4):
        m = min(4, end - j)
        for q in range(m):
            for i in range(j - j % lanes, ld):
                update[q * ld + i] = INFINITY
        for c in range(j // lanes, ld // lanes):
            minplus_lanes(m, k, panel + j, 1, ld, panel + c * lanes, ld, NULL,
                          update + c * lanes, ld, NULL)
        for q in range(m):
            s = owner[R[j + q]]
            width = first[s + 1] - first[s]
            if s != located:
                i = j + q
                while i < r and R[i] < first[s + 1]:
                    i += 1
                if i < r:
                    locate(i, r, R, &rows[row_start[s]], place)
                located = s
            scatter_row(j + q, r, R, update + q * ld, place, first[s], width,
                        row_start[s + 1] - row_start[s], &values[value_start[s]])


cdef void close_panel(
    Py_ssize_t k, Py_ssize_t r, Py_ssize_t ld, floating *E, floating *panel
) noexcept nogil:
    """E <- closure of E, P <- E (x) P; the padded copy of P is left in `panel`."""
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), j, c
    cdef floating *P = E + k * k
    for j in range(k):  # edges are stored above the diagonal only
        for c in range(j):
            E[j * k + c] = min(E[j * k + c], E[c * k + j])
            E[c * k + j] = E[j * k + c]
    close_dense(k, E)
    for j in range(k):
        memcpy(panel + j * ld, P + j * r, r * sizeof(floating))
        for c in range(r, ld):
            panel[j * ld + c] = INFINITY
    for c in range(ld // lanes):
        minplus_lanes(k, k, E, k, 1, panel + c * lanes, ld, NULL,
                      panel + c * lanes, ld, NULL)
    for j in range(k):
        memcpy(P + j * r, panel + j * ld, r * sizeof(floating))


def eliminate(
    Py_ssize_t begin,
    Py_ssize_t end,
    const int32_t[::1] first,
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    const int64_t[::1] value_start,
    int n_threads,
    floating[::1] panel,  # scratch, widest supernode x longest padded row
    floating[:, ::1] update,  # scratch, (n_threads, 4 x longest padded row)
    int32_t[:, ::1] place,  # scratch, (n_threads, longest row)
    floating[::1] values,  # OUT, closed in place
):
    """Eliminate supernodes begin..end, whose descendants are eliminated already."""
    cdef Py_ssize_t lanes = lane_count(sizeof(floating)), s, k, r, ld, j
    cdef int thread
    for s in range(begin, end):
        with nogil:
            k = first[s + 1] - first[s]
            r = row_start[s + 1] - row_start[s]
            ld = (r + lanes - 1) // lanes * lanes
            close_panel(k, r, ld, &values[value_start[s]], &panel[0])
            if n_threads == 1 or k * r * r < THREADED_WORK:
                if r > 0:
                    update_rows(0, r, k, r, ld, &panel[0], &rows[row_start[s]],
                                first, owner, row_start, rows, value_start, values,
                                &update[0, 0], &place[0, 0])
            else:
                for j in prange(0, r, CHUNK, num_threads=n_threads, schedule="dynamic"):
                    thread = thread_id()
                    update_rows(j, min(j + CHUNK, r), k, r, ld, &panel[0],
                                &rows[row_start[s]], first, owner, row_start, rows,
                                value_start, values, &update[thread, 0],
                                &place[thread, 0])
