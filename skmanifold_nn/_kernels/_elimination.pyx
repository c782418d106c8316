"""Symbolic analysis of sparse symmetric elimination.

Graphs are symmetric patterns in int32 CSR without a diagonal; ``order[k]`` is the
vertex eliminated k-th and ``position`` its inverse. The analysis knows nothing of the
semiring: it serves (min, +) closures and Cholesky factorisations alike.

References
----------
.. [1] Liu, "The role of elimination trees in sparse factorization", SIAM J. Matrix
   Anal. Appl. 11 (1990).
.. [2] Gilbert, Ng, Peyton, "An efficient algorithm to compute row and column counts for
   sparse Cholesky factorization", SIAM J. Matrix Anal. Appl. 15 (1994).
"""

from libc.stdint cimport int32_t, int64_t


def elimination_tree(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const int32_t[::1] order,
    const int32_t[::1] position,
    int32_t[::1] ancestor,  # scratch
    int32_t[::1] parent,  # OUT
):
    """Parent of every elimination step, -1 at roots [1]_; O(nnz log n) time."""
    cdef Py_ssize_t n = order.shape[0], k, p
    cdef int32_t i, following
    with nogil:
        for k in range(n):
            parent[k] = -1
            ancestor[k] = -1
            for p in range(indptr[order[k]], indptr[order[k] + 1]):
                i = position[indices[p]]
                # climb from i to its root below k, compressing the path
                while i != -1 and i < k:
                    following = ancestor[i]
                    ancestor[i] = <int32_t> k
                    if following == -1:
                        parent[i] = <int32_t> k
                    i = following


def postorder(
    const int32_t[::1] parent,
    int32_t[::1] head,  # scratch
    int32_t[::1] sibling,  # scratch
    int32_t[::1] stack,  # scratch
    int32_t[::1] post,  # OUT
):
    """post[k] = the step visited k-th in a depth-first postorder of the tree."""
    cdef Py_ssize_t n = parent.shape[0], k, top, visited = 0
    cdef int32_t node, child
    with nogil:
        for k in range(n):
            head[k] = -1
        for k in range(n - 1, -1, -1):  # so that children come out ascending
            if parent[k] != -1:
                sibling[k] = head[parent[k]]
                head[parent[k]] = <int32_t> k
        for k in range(n):
            if parent[k] != -1:
                continue
            top = 0
            stack[0] = <int32_t> k
            while top >= 0:
                node = stack[top]
                child = head[node]
                if child == -1:
                    top -= 1
                    post[visited] = node
                    visited += 1
                else:
                    head[node] = sibling[child]
                    top += 1
                    stack[top] = child


cdef int32_t least_common_ancestor(
    int32_t i, int32_t j, int32_t[::1] previous_leaf, int32_t[::1] ancestor
) noexcept nogil:
    """Of j and the leaf of row i's subtree before it; -1 if j is the first leaf."""
    cdef int32_t before = previous_leaf[i], q, s, following
    previous_leaf[i] = j
    if before == -1:
        return -1
    q = before
    while q != ancestor[q]:
        q = ancestor[q]
    s = before
    while s != q:
        following = ancestor[s]
        ancestor[s] = q
        s = following
    return q


def column_counts(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const int32_t[::1] order,
    const int32_t[::1] position,
    const int32_t[::1] parent,
    int32_t[:, ::1] work,  # scratch, (4, n)
    int32_t[::1] counts,  # OUT
):
    """Entries of every column of the factor, diagonal included; postordered input.

    Row i of the factor is the subtree of the elimination tree spanned by the neighbours
    of i; a column counts the subtrees that it is in, by differences at their leaves and
    at the least common ancestors of consecutive leaves [2]_.
    """
    cdef Py_ssize_t n = order.shape[0], j, p
    cdef int32_t i, q
    cdef int32_t[::1] first = work[0], greatest_first = work[1]
    cdef int32_t[::1] previous_leaf = work[2], ancestor = work[3]
    with nogil:
        for j in range(n):
            first[j] = -1
            greatest_first[j] = -1
            previous_leaf[j] = -1
            ancestor[j] = <int32_t> j
        for j in range(n):  # first[j]: the first descendant of j
            counts[j] = 1 if first[j] == -1 else 0
            i = <int32_t> j
            while i != -1 and first[i] == -1:
                first[i] = <int32_t> j
                i = parent[i]
        for j in range(n):
            if parent[j] != -1:
                counts[parent[j]] -= 1
            for p in range(indptr[order[j]], indptr[order[j] + 1]):
                i = position[indices[p]]
                if i <= j or first[j] <= greatest_first[i]:
                    continue  # j is no leaf of row i's subtree
                greatest_first[i] = first[j]
                counts[j] += 1
                q = least_common_ancestor(i, <int32_t> j, previous_leaf, ancestor)
                if q != -1:
                    counts[q] -= 1
            if parent[j] != -1:
                ancestor[j] = parent[j]
        for j in range(n):
            if parent[j] != -1:
                counts[parent[j]] += counts[j]


def supernodes(
    const int32_t[::1] parent,
    const int32_t[::1] counts,
    Py_ssize_t max_width,
    double slack,
    double narrow,
    int32_t[::1] first,  # OUT, (n + 1,)
):
    """First column of every supernode; returns how many there are.

    Consecutive columns with the same rows below them form a supernode. A supernode and
    its parent are merged too where the zeros that this stores are less than `slack` of
    the merged panel, and where that has w > `narrow` columns, less than `slack` narrow
    / w of it; the last step cuts panels to `max_width` columns.
    """
    cdef Py_ssize_t n = parent.shape[0], j, found = 0
    with nogil:
        for j in range(n):
            if j > 0 and parent[j - 1] == j and counts[j] == counts[j - 1] - 1:
                continue
            first[found] = <int32_t> j
            found += 1
    first[found] = <int32_t> n
    return merge_and_cut(parent, counts, max_width, slack, narrow, found, first)


cdef Py_ssize_t merge_and_cut(
    const int32_t[::1] parent,
    const int32_t[::1] counts,
    Py_ssize_t max_width,
    double slack,
    double narrow,
    Py_ssize_t found,
    int32_t[::1] first,
) noexcept nogil:
    """Merge chains of small supernodes, then cut wide ones (rewrites `first`)."""
    cdef Py_ssize_t s, kept = 0, last, width, pieces, total = 0, c, n = parent.shape[0]
    cdef Py_ssize_t start, below, stored, needed
    for s in range(found):
        start = first[s]
        last = first[s + 1] - 1
        below = counts[last] - 1
        needed = 0
        for c in range(start, last + 1):
            needed += counts[c]
        # join with the supernodes before while they hang on this one's first column
        while kept > 0 and parent[start - 1] == start:
            c = first[kept - 1]
            width = last + 1 - c
            if width > max_width:
                break
            stored = width * (width + 1) // 2 + width * below
            while c < start:
                needed += counts[c]
                c += 1
            if stored - needed > slack * stored * min(1.0, narrow / width):
                break
            kept -= 1
            start = first[kept]
        first[kept] = <int32_t> start
        kept += 1
    first[kept] = <int32_t> n
    # cut from the back, in place, into pieces of equal width
    for s in range(kept):
        total += (first[s + 1] - first[s] + max_width - 1) // max_width
    c = total
    last = n
    first[total] = <int32_t> n
    for s in range(kept - 1, -1, -1):
        start = first[s]
        width = last - start
        pieces = (width + max_width - 1) // max_width
        for below in range(pieces - 1, -1, -1):
            c -= 1
            first[c] = <int32_t> (start + below * width // pieces)
        last = start
    return total


def supernode_rows(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const int32_t[::1] order,
    const int32_t[::1] position,
    const int32_t[::1] parent,
    const int32_t[::1] first,
    const int32_t[::1] owner,
    int32_t[::1] mark,  # scratch, one a supernode
    int64_t[::1] cursor,  # OUT, moved on by the number of rows
    int32_t[::1] rows,  # OUT, empty: only count
):
    """Rows below every supernode's columns, ascending, from `cursor` on.

    Row i is below the supernodes on the paths from i's neighbours up to i.
    """
    cdef Py_ssize_t n = order.shape[0], i, p, s
    cdef bint fill = rows.shape[0] > 0
    cdef int32_t j
    with nogil:
        for s in range(mark.shape[0]):
            mark[s] = -1
        for i in range(n):
            mark[owner[i]] = <int32_t> i
            for p in range(indptr[order[i]], indptr[order[i] + 1]):
                j = position[indices[p]]
                if j > i:
                    continue
                s = owner[j]
                while mark[s] != i:
                    mark[s] = <int32_t> i
                    if fill:
                        rows[cursor[s]] = <int32_t> i
                    cursor[s] += 1
                    s = owner[parent[first[s + 1] - 1]]
