"""Coarsening of a weighted graph by contracting a heavy-edge matching.

Vertices of a coarse graph stand for one or two of the finer one; their weights add up,
and so do those of parallel edges. Where many vertices find no partner among their
neighbours (stars, hubs of neighbourhood graphs in high dimension), those with the same
heaviest neighbour are matched with one another.

Reference: G. Karypis, V. Kumar, A fast and high quality multilevel scheme for
partitioning irregular graphs, SIAM J. Sci. Comput. 20 (1998) 359-392.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t

cdef enum:
    NONE = -1
    MAX_BUCKET = 64  # vertices of higher degree are visited in any order


cdef bint allocate(
    Arena *arena, int32_t n, Py_ssize_t n_edges, Graph *graph
) noexcept nogil:
    cdef int32_t *free = arena.free
    if arena.end - free < 4 * <Py_ssize_t>n + 2 + 2 * n_edges:
        return False
    graph.n = n
    graph.weight = free
    graph.side = free + n
    graph.coarse = free + 2 * <Py_ssize_t>n
    graph.start = free + 3 * <Py_ssize_t>n
    graph.start[0] = 0
    graph.edges = <Edge *>(graph.start + n + 1)
    return True


cdef void close_edges(Arena *arena, Graph *graph) noexcept nogil:
    arena.free = <int32_t *>(graph.edges + graph.start[graph.n])


cdef void visiting_order(Graph *graph, uint64_t seed, int32_t *order) noexcept nogil:
    """Ascending degree, since those with few neighbours have the least choice."""
    cdef int32_t first[MAX_BUCKET + 2]
    cdef int32_t i, k, degree, swap
    for k in range(MAX_BUCKET + 2):
        first[k] = 0
    for i in range(graph.n):
        degree = min(graph.start[i + 1] - graph.start[i], MAX_BUCKET)
        first[degree + 1] += 1
    for k in range(MAX_BUCKET):
        first[k + 1] += first[k]
    for i in range(graph.n):
        degree = min(graph.start[i + 1] - graph.start[i], MAX_BUCKET)
        order[first[degree]] = i
        first[degree] += 1
    degree = 0
    for k in range(MAX_BUCKET + 1):  # shuffle every bucket: [degree, first[k])
        for i in range(first[k] - 1, degree, -1):
            swap = degree + <int32_t>(
                random_bits(seed + <uint64_t>i) % <uint64_t>(i - degree + 1)
            )
            order[i], order[swap] = order[swap], order[i]
        degree = first[k]


cdef int32_t best_partner(
    Graph *graph, int32_t i, int32_t largest, const int32_t *partner
) noexcept nogil:
    """The neighbour of greatest weight(edge)^2 / weight(vertex) that is free.

    `partner` NULL: free or not.
    """
    cdef int32_t k, j, best = NONE
    cdef int32_t room = largest - graph.weight[i]
    cdef int64_t rating, best_rating = 0, best_weight = 1
    for k in range(graph.start[i], graph.start[i + 1]):
        j = graph.edges[k].to
        if partner != NULL and (partner[j] != NONE or graph.weight[j] > room):
            continue
        rating = <int64_t>graph.edges[k].weight * graph.edges[k].weight
        # rating / weight > best_rating / best_weight
        if rating * best_weight > best_rating * graph.weight[j]:
            best_rating = rating
            best_weight = graph.weight[j]
            best = j
    return best


cdef int32_t match_neighbours(
    Graph *graph, int32_t largest, const int32_t *order, int32_t *partner
) noexcept nogil:
    """Returns the number of pairs."""
    cdef int32_t i, j, k, n_pairs = 0
    for i in range(graph.n):
        partner[i] = NONE
    for k in range(graph.n):
        i = order[k]
        if partner[i] == NONE:
            j = best_partner(graph, i, largest, partner)
            if j != NONE:
                partner[i] = j
                partner[j] = i
                n_pairs += 1
    return n_pairs


cdef int32_t match_over_two_edges(
    Graph *graph, int32_t largest, int32_t *waiting, int32_t *partner
) noexcept nogil:
    """Match those left over that have the same heaviest neighbour, or none.

    waiting[v]: unmatched vertex with heaviest neighbour v; -1 on entry and on return.
    """
    cdef int32_t i, j, other, alone = NONE, n_pairs = 0
    cdef int32_t *slot
    for i in range(graph.n):
        if partner[i] != NONE:
            continue
        j = best_partner(graph, i, largest, NULL)
        slot = &alone if j == NONE else &waiting[j]
        other = slot[0]
        if other == NONE or graph.weight[i] + graph.weight[other] > largest:
            slot[0] = i
        else:
            partner[i] = other
            partner[other] = i
            slot[0] = NONE
            n_pairs += 1
    for i in range(graph.n):
        waiting[i] = NONE
    return n_pairs


cdef Edge *merge_edges(
    Graph *fine, int32_t i, int32_t own, Edge *first, Edge *end, int32_t *slot
) noexcept nogil:
    """Add i's edges to the list [first, end) of its coarse vertex; its new end."""
    cdef int32_t k, to
    for k in range(fine.start[i], fine.start[i + 1]):
        to = fine.coarse[fine.edges[k].to]
        if to == own:
            continue
        if slot[to] == NONE:
            slot[to] = <int32_t>(end - first)
            end.to = to
            end.weight = fine.edges[k].weight
            end += 1
        else:
            first[slot[to]].weight += fine.edges[k].weight
    return end


cdef void contract(
    Graph *fine, const int32_t *partner, int32_t *slot, Graph *coarse
) noexcept nogil:
    """slot[c]: place of the edge to c in the list at hand, -1 if it has none yet."""
    cdef int32_t i, j, own = 0
    cdef Edge *first
    cdef Edge *end = coarse.edges
    cdef Edge *edge
    for i in range(fine.n):
        j = partner[i]
        if j != NONE and j < i:
            continue
        first = end
        coarse.weight[own] = fine.weight[i]
        end = merge_edges(fine, i, own, first, end, slot)
        if j != NONE:
            coarse.weight[own] += fine.weight[j]
            end = merge_edges(fine, j, own, first, end, slot)
        edge = first
        while edge != end:
            slot[edge.to] = NONE
            edge += 1
        own += 1
        coarse.start[own] = <int32_t>(end - coarse.edges)


cdef bint coarsen(
    Graph *fine, Arena *arena, int32_t largest, uint64_t seed, int32_t *order,
    int32_t *partner, int32_t *slot, Graph *coarse,
) noexcept nogil:
    cdef int32_t n = fine.n, i, n_pairs, own = 0
    visiting_order(fine, seed, order)
    n_pairs = match_neighbours(fine, largest, order, partner)
    if 2 * n_pairs < 0.9 * n:
        n_pairs += match_over_two_edges(fine, largest, slot, partner)
    if n_pairs < 0.05 * n:
        return False
    if not allocate(arena, n - n_pairs, fine.start[n], coarse):
        return False
    for i in range(n):
        if partner[i] == NONE or i < partner[i]:
            fine.coarse[i] = own
            own += 1
        else:
            fine.coarse[i] = fine.coarse[partner[i]]
    contract(fine, partner, slot, coarse)
    close_edges(arena, coarse)
    return True
