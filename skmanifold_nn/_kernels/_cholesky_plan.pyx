"""Plan of a multifrontal factorisation: tree of fronts and places of their updates.

A front is a supernode with the update matrix that it leaves to its parent, the Schur
complement on the r rows below it: r x r, r rounded up to 8. Fronts are numbered in
postorder, so those of a subtree follow each other and end with its root.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t


def front_tree(
    const int32_t[::1] owner,
    const int64_t[::1] row_start,
    const int32_t[::1] rows,
    int32_t[::1] parent,  # OUT, -1 at roots
    int32_t[::1] descendant,  # OUT, the first descendant of every front
    double[::1] work,  # in: of the front alone, OUT: of its subtree
):
    """Elimination tree of the fronts."""
    cdef Py_ssize_t s, n_fronts = parent.shape[0]
    cdef int32_t p
    with nogil:
        for s in range(n_fronts):
            descendant[s] = <int32_t> s
        for s in range(n_fronts):
            p = -1
            if row_start[s + 1] > row_start[s]:
                p = owner[rows[row_start[s]]]
                descendant[p] = min(descendant[p], descendant[s])
                work[p] += work[s]
            parent[s] = p


cdef inline int64_t next_update(
    int64_t size, Py_ssize_t side, int64_t[2] level, int64_t *peak
) noexcept nogil:
    """Push an update: its place from the front (side 0) or, negative, from the end."""
    cdef int64_t place = level[0] if side == 0 else -level[1] - size
    level[side] += size
    peak[0] = max(peak[0], level[0] + level[1])
    return place


def place_updates(
    const int32_t[::1] parent,
    const uint8_t[::1] kinds,
    const int64_t[::1] sizes,
    uint8_t[::1] side,  # scratch
    int64_t[::1] released,  # scratch, what the front's children hold
    int64_t[::1] places,  # OUT, from the end of the stack where negative
    int64_t[::1] peaks,  # OUT (3,): subtrees' stack, their roots, stack above them
):
    """Place every update matrix on one of two stacks that face each other.

    Fronts of even depth use one stack and those of odd depth the other, so that the
    children of a front are on top of theirs when its own update is pushed; they are
    released after that. Roots of subtrees keep theirs until the end.
    """
    cdef Py_ssize_t s, n_fronts = parent.shape[0], here
    cdef int64_t[2] inner
    cdef int64_t[2] top
    inner[0] = inner[1] = top[0] = top[1] = 0
    with nogil:
        peaks[0] = peaks[1] = peaks[2] = 0
        for s in range(n_fronts - 1, -1, -1):
            side[s] = 1 - side[parent[s]] if parent[s] >= 0 else 0
            released[s] = 0
        for s in range(n_fronts):
            here = side[s]
            if kinds[s] == ROOT:
                places[s] = peaks[1]
                peaks[1] += sizes[s]
                inner[1 - here] -= released[s]
            elif kinds[s] == TOP:
                places[s] = next_update(sizes[s], here, top, &peaks[2])
                top[1 - here] -= released[s]
            else:
                places[s] = next_update(sizes[s], here, inner, &peaks[0])
                inner[1 - here] -= released[s]
            if parent[s] >= 0 and kinds[s] != ROOT:
                released[parent[s]] += sizes[s]


def without_diagonal(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    int32_t[::1] out_indptr,  # OUT
    int32_t[::1] out_indices,  # OUT, room for all
):
    """The pattern without its diagonal; returns its number of entries."""
    cdef Py_ssize_t i, p, kept = 0, n = indptr.shape[0] - 1
    with nogil:
        for i in range(n):
            out_indptr[i] = <int32_t> kept
            for p in range(indptr[i], indptr[i + 1]):
                if indices[p] != i:
                    out_indices[kept] = indices[p]
                    kept += 1
        out_indptr[n] = <int32_t> kept
    return kept


def is_symmetric(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    int32_t[::1] cursor,  # scratch, (n,)
):
    """Whether a sorted pattern without a diagonal is symmetric; O(nnz) time."""
    cdef Py_ssize_t i, p, q, n = indptr.shape[0] - 1
    cdef int32_t j
    cdef bint symmetric = True
    with nogil:
        for i in range(n):
            cursor[i] = indptr[i]
        for i in range(n):
            # what is left of row i after the rows before it took theirs
            for p in range(cursor[i], indptr[i + 1]):
                j = indices[p]
                if j < i:
                    symmetric = False
                    break
                q = cursor[j]
                if q == indptr[j + 1] or indices[q] != i:
                    symmetric = False
                    break
                cursor[j] += 1
            if not symmetric:
                break
    return symmetric
