"""Approximate minimum degree ordering of a symmetric graph.

Reference: P. R. Amestoy, T. A. Davis, I. S. Duff, An approximate minimum degree
ordering algorithm, SIAM J. Matrix Anal. Appl. 17 (1996) 886-905. As there, aggressive
absorption is on, and vertices of very high degree are set aside and come last.
Memory: the caller's arrays; time: near O(nnz) on meshes, O(n nnz) at worst.
"""

from libc.math cimport sqrt
from libc.stdint cimport int32_t

from skmanifold_nn._kernels._quotient_graph cimport (
    NONE,
    UNLISTED,
    Node,
    Quotient,
    form_element,
    link,
    measure_overlaps,
    next_pivot,
    prune_all,
)

cdef enum:
    MARK_LIMIT = 1 << 30


cdef void reset_marks(Quotient *q) noexcept nogil:
    cdef int32_t i
    for i in range(q.n):
        q.nodes[i].mark = min(q.nodes[i].mark, 1)
    q.flag = 2


cdef bint indistinguishable(Quotient *q, int32_t i, int32_t j) noexcept nogil:
    """Whether j's list is i's, the entries of which are marked."""
    cdef Node *node = &q.nodes[j]
    cdef Py_ssize_t k
    if node.length != q.nodes[i].length or node.n_elements != q.nodes[i].n_elements:
        return False
    for k in range(node.start + 1, node.start + node.length):
        if q.nodes[q.pool[k]].mark != q.flag:
            return False
    return True


cdef void merge_chain(Quotient *q, int32_t i) noexcept nogil:
    """Merge the indistinguishable variables of one hash chain that starts with i."""
    cdef int32_t j, before
    cdef Py_ssize_t k
    while i != NONE and q.nodes[i].next != NONE:
        q.flag += 1
        for k in range(q.nodes[i].start + 1, q.nodes[i].start + q.nodes[i].length):
            q.nodes[q.pool[k]].mark = q.flag
        before = i
        j = q.nodes[i].next
        while j != NONE:
            if indistinguishable(q, i, j):
                q.nodes[i].weight += q.nodes[j].weight
                q.nodes[j].weight = 0
                q.nodes[j].start = i
                q.nodes[before].next = q.nodes[j].next
            else:
                before = j
            j = q.nodes[before].next
        i = q.nodes[i].next


cdef void merge_indistinguishable(Quotient *q, int32_t pivot) noexcept nogil:
    """Merge the element's variables that have the same neighbours."""
    cdef int32_t i, hashed
    cdef Py_ssize_t k
    q.flag += q.max_degree  # past the marks of measure_overlaps
    for k in range(q.nodes[pivot].start, q.nodes[pivot].start + q.nodes[pivot].length):
        i = q.pool[k]
        if q.nodes[i].weight < 0:
            hashed = q.nodes[i].previous
            i = q.bucket[hashed]
            q.bucket[hashed] = NONE
            merge_chain(q, i)
    q.flag += 1


cdef void list_again(Quotient *q, int32_t pivot) noexcept nogil:
    """Final degrees of the element's variables; the merged ones leave its list."""
    cdef Node *element = &q.nodes[pivot]
    cdef Node *node
    cdef int32_t i, degree
    cdef Py_ssize_t k, target = element.start
    element.weight = -element.weight
    q.n_left -= element.weight
    for k in range(element.start, element.start + element.length):
        i = q.pool[k]
        node = &q.nodes[i]
        if node.weight == 0:
            continue
        node.weight = -node.weight
        degree = node.degree + element.degree - node.weight
        node.degree = min(degree, q.n_left - node.weight)
        if q.stages[i] <= q.stage:
            link(q, i)
        else:
            node.previous = UNLISTED
        q.pool[target] = i
        target += 1
    if element.start + element.length == q.free:
        q.free = target
    element.length = target - element.start


cdef int32_t eliminate(Quotient *q) noexcept nogil:
    cdef int32_t pivot = next_pivot(q)
    form_element(q, pivot)
    q.max_degree = max(q.max_degree, q.nodes[pivot].degree)
    if q.flag > MARK_LIMIT:
        reset_marks(q)
    measure_overlaps(q, pivot)
    prune_all(q, pivot)
    merge_indistinguishable(q, pivot)
    list_again(q, pivot)
    return pivot


cdef void set_up(
    Quotient *q, const int32_t[::1] indptr, const int32_t[::1] indices
) noexcept nogil:
    cdef int32_t i
    cdef Py_ssize_t k
    cdef double dense = max(16.0, 10.0 * sqrt(q.n))
    cdef Node *node
    q.free = indices.shape[0]
    for k in range(q.free):
        q.pool[k] = indices[k]
    q.n_left = q.n
    q.n_dense = q.max_degree = 0
    q.min_degree = q.n - 1  # all lists are empty: the first stage is opened next
    q.stage = -1
    q.flag = 2
    for i in range(q.n):
        q.head[i] = NONE
        q.bucket[i] = NONE
        node = &q.nodes[i]
        node.start = indptr[i]
        node.length = node.degree = indptr[i + 1] - indptr[i]
        node.n_elements = 0
        node.next = NONE
        node.previous = UNLISTED
        node.mark = 1
        node.weight = 1
        if node.degree > dense:
            node.weight = 0
            node.start = NONE
            q.n_dense += 1
    q.n_left -= q.n_dense


cdef void add_costs(
    double weight, double degree, double *fill, double *work
) noexcept nogil:
    """Costs of `weight` columns, of degree + weight - 1 down to degree entries."""
    cdef double k = weight - 1.0
    fill[0] += weight * degree + weight * k / 2.0
    work[0] += (
        weight * degree * degree + degree * k * weight
        + k * weight * (2.0 * k + 1.0) / 6.0
    )


cdef int32_t find_pivot(Quotient *q, int32_t i) noexcept nogil:
    """The pivot that absorbed i, or i itself; paths are halved on the way."""
    cdef Node *node = &q.nodes[i]
    cdef Node *other
    while node.n_elements != NONE and node.start != NONE:
        other = &q.nodes[node.start]
        if other.n_elements == NONE:
            return node.start
        node.start = other.start
        i = node.start
        node = &q.nodes[i]
    return i


cdef void place(
    Quotient *q, int32_t n_pivots, int32_t *pivots, int32_t[::1] order
) noexcept nogil:
    """Every pivot with what it absorbed; vertices set aside last."""
    cdef int32_t i, pivot, size, position = 0
    for i in range(q.n):
        q.head[i] = 0
        if q.nodes[i].n_elements != NONE and q.nodes[i].start == NONE:
            pivots[n_pivots] = i
            n_pivots += 1
    for i in range(q.n):
        q.head[find_pivot(q, i)] += 1
    for i in range(n_pivots):
        pivot = pivots[i]
        size = q.head[pivot]
        q.head[pivot] = position
        position += size
    for i in range(q.n):
        pivot = find_pivot(q, i)
        order[q.head[pivot]] = i
        q.head[pivot] += 1


def minimum_degree(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const int32_t[::1] stages,
    double max_work,
    int32_t[:, ::1] nodes,  # (n, 8), scratch
    int32_t[:, ::1] lists,  # (3, n), scratch
    int32_t[::1] pool,      # (>= nnz + n,), scratch
    int32_t[::1] order,     # OUT
    double[::1] costs,      # OUT (2,)
):
    """Order the vertices stage by stage, by approximate minimum degree in a stage.

    Every vertex of a lower stage comes before those of a higher one, but for vertices
    that cause no fill at all. `costs` receives upper bounds of the sum of the column
    counts of the factor (diagonal excluded) and of the sum of their squares. Returns
    False, with `order` not set, as soon as the latter exceeds `max_work`.
    """
    cdef Quotient q
    cdef int32_t pivot, n_pivots = 0
    q.n = indptr.shape[0] - 1
    costs[0] = costs[1] = 0.0
    if q.n == 0:
        return True
    with nogil:
        q.nodes = <Node *>&nodes[0, 0]
        q.head = &lists[0, 0]
        q.bucket = &lists[1, 0]
        q.pool = &pool[0]
        q.pool_size = pool.shape[0]
        q.stages = &stages[0]
        set_up(&q, indptr, indices)
        add_costs(q.n_dense, 0.0, &costs[0], &costs[1])
        while q.n_left > 0 and costs[1] <= max_work:
            pivot = eliminate(&q)
            add_costs(
                q.nodes[pivot].weight, q.nodes[pivot].degree + q.n_dense,
                &costs[0], &costs[1],
            )
            lists[2, n_pivots] = pivot
            n_pivots += 1
        if costs[1] <= max_work:
            place(&q, n_pivots, &lists[2, 0], order)
    return costs[1] <= max_work
