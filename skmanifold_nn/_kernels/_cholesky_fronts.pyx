"""Assembly of the fronts of a multifrontal factorisation.

Front s has k pivots and r rows below them. Its blocks E (k x k) and P (k x r) hold, by
rows, the columns of the matrix at the pivots, plus what the update matrices of its
children add to them; the rest of those is added into its own update matrix U. Rows are
padded with zeros to a multiple of 8. Of the square blocks upper trapezoids are stored,
a fixed number of rows each, which wastes little where blocks are large.

Reference: J. W. H. Liu, The multifrontal method for sparse matrix solution: theory and
practice, SIAM Review 34 (1992) 82-109.
"""

from cython.parallel cimport prange
from libc.stdint cimport int32_t
from libc.string cimport memset

from skmanifold_nn._kernels._cholesky_plan cimport INNER

cdef enum:
    ROWS = 8
    # Entries of an update from which threads share the work, and rows a piece.
    THREADED_ENTRIES = 250_000
    PIECE = 32


cdef Front front_at(
    const Fronts *fronts, Py_ssize_t s, Scratch *scratch
) noexcept nogil:
    cdef Front front
    front.k = fronts.first[s + 1] - fronts.first[s]
    front.r = fronts.row_start[s + 1] - fronts.row_start[s]
    front.kp = (front.k + ROWS - 1) // ROWS * ROWS
    front.rp = (front.r + ROWS - 1) // ROWS * ROWS
    front.E = fronts.values + fronts.value_start[s]
    front.P = front.E + trapezoids(front.k, front.kp, EBLOCK)
    front.U = scratch.updates if fronts.kinds[s] == INNER else fronts.shared
    front.U += fronts.update_start[s]
    return front


cdef void scatter_matrix(
    const Fronts *fronts, Py_ssize_t s, Front front, const int32_t *place
) noexcept nogil:
    """Add the matrix's entries at the pivots, to the right of the diagonal."""
    cdef Py_ssize_t begin = fronts.first[s], end = fronts.first[s + 1], i, j, p
    cdef double nowhere = 0
    cdef double *E
    cdef double *P = front.P
    cdef double *target
    cdef double *below
    for i in range(begin, end):
        E = row_at(front.E, i - begin, front.kp, EBLOCK)
        for p in range(fronts.indptr[fronts.order[i]],
                       fronts.indptr[fronts.order[i] + 1]):
            j = fronts.position[fronts.indices[p]]
            target = &nowhere  # branches would be mispredicted half of the time
            below = P + place[j]
            if j >= i:
                target = E + (j - begin)
            if j >= end:
                target = below
            target[0] += fronts.data[p]
        E[i - begin] -= fronts.shift
        P += front.rp


cdef void add_rows(
    Py_ssize_t begin, Py_ssize_t end, Front child, Py_ssize_t inside,
    const int32_t *index, Front front,
) noexcept nogil:
    """Add rows begin..end of the child's update; the first `inside` are pivots here."""
    cdef Py_ssize_t i, j
    cdef double *target
    cdef const double *U
    for i in range(begin, end):
        U = row_at(child.U, i, child.rp, UBLOCK)
        j = i
        if i < inside:
            target = row_at(front.E, index[i], front.kp, EBLOCK)
            while j < inside:
                target[index[j]] += U[j]
                j += 1
            target = front.P + index[i] * front.rp
        else:
            target = row_at(front.U, index[i], front.rp, UBLOCK)
        while j < child.r:
            target[index[j]] += U[j]
            j += 1


cdef void add_child(
    const Fronts *fronts, Py_ssize_t s, Py_ssize_t c, Front front, Scratch *scratch,
    int n_threads,
) noexcept nogil:
    cdef Front child = front_at(fronts, c, scratch)
    cdef const int32_t *rows = fronts.rows + fronts.row_start[c]
    cdef int32_t *index = scratch.index
    cdef Py_ssize_t i, inside = 0, last
    while inside < child.r and rows[inside] < fronts.first[s + 1]:
        index[inside] = rows[inside] - fronts.first[s]
        inside += 1
    for i in range(inside, child.r):
        index[i] = scratch.place[rows[i]]
    if n_threads == 1 or child.r * child.r < THREADED_ENTRIES:
        add_rows(0, child.r, child, inside, index, front)
        return
    last = (child.r + PIECE - 1) // PIECE
    for i in prange(last, num_threads=n_threads, schedule="dynamic"):
        add_rows(i * PIECE, min(i * PIECE + PIECE, child.r), child, inside, index,
                 front)


cdef Front assemble(
    const Fronts *fronts, Py_ssize_t s, Scratch *scratch, int n_threads
) noexcept nogil:
    cdef Front front = front_at(fronts, s, scratch)
    cdef const int32_t *rows = fronts.rows + fronts.row_start[s]
    cdef Py_ssize_t i, start, c = s - 1
    for i in range(front.r):
        scratch.place[rows[i]] = <int32_t> i
    for i in range(front.rp):  # tiles reach up to 16 columns to the left
        start = i // 16 * 16
        memset(row_at(front.U, i, front.rp, UBLOCK) + start, 0,
               (front.rp - start) * sizeof(double))
    scatter_matrix(fronts, s, front, scratch.place)
    while c >= fronts.descendant[s]:  # its children, the last one first
        add_child(fronts, s, c, front, scratch, n_threads)
        c = fronts.descendant[c] - 1
    return front
