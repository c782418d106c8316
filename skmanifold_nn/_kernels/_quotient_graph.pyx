"""Quotient graph, the state of a minimum degree ordering.

Eliminated vertices become *elements*: cliques stored as lists of the *variables*
(vertices not yet eliminated) in them, so that storage never outgrows the input. A node
of the quotient graph is one or the other; a variable's list holds its elements, then
its variables. Indistinguishable variables are merged, hence the weights.

Reference: P. R. Amestoy, T. A. Davis, I. S. Duff, An approximate minimum degree
ordering algorithm, SIAM J. Matrix Anal. Appl. 17 (1996) 886-905.
"""

from libc.stdint cimport int32_t


cdef void link(Quotient *q, int32_t i) noexcept nogil:
    cdef int32_t degree = q.nodes[i].degree, first = q.head[degree]
    q.nodes[i].next = first
    q.nodes[i].previous = NONE
    if first != NONE:
        q.nodes[first].previous = i
    q.head[degree] = i
    if degree < q.min_degree:
        q.min_degree = degree


cdef void unlink(Quotient *q, int32_t i) noexcept nogil:
    cdef int32_t after = q.nodes[i].next, before = q.nodes[i].previous
    if before == UNLISTED:
        return
    if after != NONE:
        q.nodes[after].previous = before
    if before != NONE:
        q.nodes[before].next = after
    else:
        q.head[q.nodes[i].degree] = after


cdef void open_stage(Quotient *q) noexcept nogil:
    """List the variables of the current stage."""
    cdef int32_t i
    for i in range(q.n):
        if q.nodes[i].previous == UNLISTED and q.nodes[i].weight > 0:
            if q.stages[i] <= q.stage:
                link(q, i)


cdef int32_t next_pivot(Quotient *q) noexcept nogil:
    cdef int32_t pivot
    while q.head[q.min_degree] == NONE:
        q.min_degree += 1
        if q.min_degree == q.n:
            q.stage += 1
            q.min_degree = q.n - 1
            open_stage(q)
    pivot = q.head[q.min_degree]
    unlink(q, pivot)
    return pivot


cdef void collect_garbage(Quotient *q) noexcept nogil:
    """Move the lists in use to the front of the pool, in their order."""
    cdef Py_ssize_t source = 0, target = 0
    cdef int32_t i
    cdef Node *node
    for i in range(q.n):  # the owner takes the place of its list's first entry
        node = &q.nodes[i]
        if node.weight != 0 and node.length > 0:
            source = node.start
            node.start = q.pool[source]
            q.pool[source] = -i - 2
    source = 0
    while source < q.free:
        if q.pool[source] >= 0:
            source += 1
            continue
        node = &q.nodes[-q.pool[source] - 2]
        q.pool[source] = node.start
        node.start = target
        for i in range(node.length):
            q.pool[target + i] = q.pool[source + i]
        target += node.length
        source += node.length
    q.free = target


cdef Py_ssize_t gather(
    Quotient *q, Py_ssize_t source, int32_t length, Py_ssize_t target, int32_t *degree
) noexcept nogil:
    """Append a list's variables that the current element does not have yet."""
    cdef Py_ssize_t k
    cdef int32_t i
    for k in range(source, source + length):
        i = q.pool[k]
        if q.nodes[i].weight > 0:
            degree[0] += q.nodes[i].weight
            q.nodes[i].weight = -q.nodes[i].weight
            unlink(q, i)
            q.pool[target] = i
            target += 1
    return target


cdef void form_element(Quotient *q, int32_t pivot) noexcept nogil:
    """Union of the pivot's variables and its elements', which are absorbed."""
    cdef Node *node = &q.nodes[pivot]
    cdef Py_ssize_t first, end, k
    cdef int32_t degree = 0, e
    node.weight = -node.weight
    if node.n_elements == 0:
        first = node.start
        end = gather(q, first, node.length, first, &degree)
    else:
        if q.free + q.n_left > q.pool_size:
            collect_garbage(q)
        first = end = q.free
        for k in range(node.start, node.start + node.n_elements):
            e = q.pool[k]
            end = gather(q, q.nodes[e].start, q.nodes[e].length, end, &degree)
            q.nodes[e].mark = 0
            q.nodes[e].weight = 0
        k = node.start + node.n_elements
        end = gather(q, k, node.length - node.n_elements, end, &degree)
        q.free = end
    node.start = first
    node.length = end - first
    node.degree = degree
    node.n_elements = NONE


cdef void measure_overlaps(Quotient *q, int32_t pivot) noexcept nogil:
    """mark[e] - flag = |L_e \\ L_pivot| for every element e next to the pivot's."""
    cdef int32_t i, e, weight
    cdef Py_ssize_t k, m
    cdef Node *element
    for k in range(q.nodes[pivot].start, q.nodes[pivot].start + q.nodes[pivot].length):
        i = q.pool[k]
        weight = -q.nodes[i].weight
        for m in range(q.nodes[i].start, q.nodes[i].start + q.nodes[i].n_elements):
            e = q.pool[m]
            element = &q.nodes[e]
            if element.mark >= q.flag:
                element.mark -= weight
            elif element.mark != 0:
                element.mark = element.degree + q.flag - weight


cdef int32_t prune(Quotient *q, int32_t i, int32_t pivot) noexcept nogil:
    """Rewrite i's list with the new element in it; its hash, or -1 if i is swallowed.

    Elements inside the new one are absorbed. The degree set is the part outside it.
    """
    cdef Node *node = &q.nodes[i]
    cdef Node *other
    cdef Py_ssize_t k, target = node.start, end = node.start + node.length
    cdef Py_ssize_t variables = node.start + node.n_elements
    cdef int32_t j, moved, degree = 0
    cdef unsigned int hashed = pivot
    for k in range(node.start, variables):
        j = q.pool[k]
        other = &q.nodes[j]
        if other.mark > q.flag:
            degree += other.mark - q.flag
            q.pool[target] = j
            target += 1
            hashed += <unsigned int>j
        elif other.mark != 0:
            other.mark = 0
            other.weight = 0
    node.n_elements = target - node.start + 1
    moved = target
    for k in range(variables, end):
        j = q.pool[k]
        if q.nodes[j].weight > 0:
            degree += q.nodes[j].weight
            q.pool[target] = j
            target += 1
            hashed += <unsigned int>j
    if degree == 0:
        return NONE
    # One entry has gone: an absorbed element or the pivot. Move to make room.
    q.pool[target] = q.pool[moved]
    q.pool[moved] = q.pool[node.start]
    q.pool[node.start] = pivot
    node.length = target - node.start + 1
    if degree < node.degree:
        node.degree = degree
    return hashed % <unsigned int>q.n


cdef void prune_all(Quotient *q, int32_t pivot) noexcept nogil:
    """Prune the element's variables; those adjacent to nothing else join the pivot."""
    cdef Node *element = &q.nodes[pivot]
    cdef Node *node
    cdef int32_t i, hashed
    cdef Py_ssize_t k
    for k in range(element.start, element.start + element.length):
        i = q.pool[k]
        node = &q.nodes[i]
        hashed = prune(q, i, pivot)
        if hashed == NONE:
            element.weight += node.weight  # both negative
            element.degree += node.weight
            node.weight = 0
            node.start = pivot
        else:
            node.previous = hashed
            node.next = q.bucket[hashed]
            q.bucket[hashed] = i
