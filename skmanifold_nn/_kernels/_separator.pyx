"""Small balanced vertex separators by growing and Fiduccia-Mattheyses refinement.

A move takes a vertex from the separator to a side; its neighbours on the other side
come to the separator. Passes make the best move again and again, also while the
separator gets worse, each vertex once, and go back to the best state met.

Reference: C. Ashcraft, J. W. H. Liu, Applications of the Dulmage-Mendelsohn
decomposition and network flow to graph bisection improvement, SIAM J. Matrix Anal.
Appl. 19 (1998) 325-354; C. M. Fiduccia, R. M. Mattheyses, A linear-time heuristic for
improving network partitions, Design Automation Conference (1982) 175-181.
"""

from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memcpy

from skmanifold_nn._kernels._coarsening cimport Graph, random_bits
from skmanifold_nn._kernels._heap cimport Heap, change, clear, discard, push

cdef enum:
    NONE = -1
    SEPARATOR = 2
    MAX_PASSES = 8
    PATIENCE = 200  # moves of a pass since the best state


cdef double score(Cut *cut) noexcept nogil:
    """Weight of the separator, raised by what an imbalance costs further down.

    Work that grows like n^p makes sides of n (1 +- x) / 2 dearer by O(x^2).
    """
    cdef double heavy = max(cut.weight[0], cut.weight[1])
    cdef double light = min(cut.weight[0], cut.weight[1])
    cdef double imbalance = (heavy - light) / (heavy + light + cut.weight[2])
    cdef double value = cut.weight[2] * (1.0 + 3.0 * imbalance * imbalance)
    if heavy > cut.largest:
        return value + heavy * (heavy + light)
    return value + 0.01 * imbalance


cdef void add_member(Cut *cut, int32_t i) noexcept nogil:
    if not cut.is_member[i]:
        cut.is_member[i] = 1
        cut.members[cut.n_members] = i
        cut.n_members += 1


cdef void load(Cut *cut, Graph *graph) noexcept nogil:
    cdef int32_t i
    cut.graph = graph
    cut.weight[0] = cut.weight[1] = cut.weight[2] = 0
    cut.n_members = 0
    for i in range(graph.n):
        cut.weight[graph.side[i]] += graph.weight[i]
        if graph.side[i] == SEPARATOR:
            add_member(cut, i)


cdef void unload(Cut *cut) noexcept nogil:
    cdef int32_t k
    for k in range(cut.n_members):
        cut.is_member[cut.members[k]] = 0
    cut.n_members = 0


cdef void measure(Cut *cut, int32_t i) noexcept nogil:
    """Compute what a separator's vertex would pull in; offer its moves."""
    cdef Graph *graph = cut.graph
    cdef int32_t k, j, side
    cdef int32_t *pull = cut.pull + 2 * <Py_ssize_t>i
    pull[0] = pull[1] = 0
    for k in range(graph.start[i], graph.start[i + 1]):
        j = graph.edges[k].to
        if graph.side[j] != SEPARATOR:
            pull[graph.side[j]] += graph.weight[j]
    if not cut.locked[i]:
        for side in range(2):
            push(&cut.heaps[side], i, graph.weight[i] - pull[1 - side])


cdef void shift(Cut *cut, int32_t i, int32_t side, int32_t weight) noexcept nogil:
    """A neighbour of i, which is in the separator, came to the side (or left it)."""
    cdef Heap *heap = &cut.heaps[1 - side]
    cut.pull[2 * <Py_ssize_t>i + side] += weight
    if heap.position[i] >= 0:
        change(heap, i, heap.key[i] - weight)


cdef void enter(Cut *cut, int32_t i) noexcept nogil:
    """Pull a vertex from its side into the separator."""
    cdef Graph *graph = cut.graph
    cdef int32_t k, side = graph.side[i], weight = graph.weight[i]
    graph.side[i] = SEPARATOR
    cut.weight[side] -= weight
    cut.weight[SEPARATOR] += weight
    cut.pulled[cut.n_pulled] = i
    cut.n_pulled += 1
    add_member(cut, i)
    for k in range(graph.start[i], graph.start[i + 1]):
        if graph.side[graph.edges[k].to] == SEPARATOR:
            shift(cut, graph.edges[k].to, side, -weight)
    measure(cut, i)


cdef void move(Cut *cut, int32_t i, int32_t side) noexcept nogil:
    """From the separator to a side."""
    cdef Graph *graph = cut.graph
    cdef int32_t k, j, weight = graph.weight[i]
    discard(&cut.heaps[0], i)
    discard(&cut.heaps[1], i)
    cut.locked[i] = 1
    graph.side[i] = side
    cut.weight[SEPARATOR] -= weight
    cut.weight[side] += weight
    for k in range(graph.start[i], graph.start[i + 1]):
        j = graph.edges[k].to
        if graph.side[j] == SEPARATOR:
            shift(cut, j, side, weight)
        elif graph.side[j] != side:
            enter(cut, j)
    cut.moves[cut.n_moves] = i
    cut.pulled_end[cut.n_moves] = cut.n_pulled
    cut.n_moves += 1


cdef void roll_back(Cut *cut, int32_t n_moves) noexcept nogil:
    """Undo all moves but the first ones; unlock all vertices."""
    cdef Graph *graph = cut.graph
    cdef int32_t i, k, side
    for k in range(cut.n_moves):
        cut.locked[cut.moves[k]] = 0
    while cut.n_moves > n_moves:
        cut.n_moves -= 1
        i = cut.moves[cut.n_moves]
        side = graph.side[i]
        graph.side[i] = SEPARATOR
        cut.weight[side] -= graph.weight[i]
        cut.weight[SEPARATOR] += graph.weight[i]
        k = cut.pulled_end[cut.n_moves - 1] if cut.n_moves > 0 else 0
        while cut.n_pulled > k:
            cut.n_pulled -= 1
            i = cut.pulled[cut.n_pulled]
            graph.side[i] = 1 - side
            cut.weight[SEPARATOR] -= graph.weight[i]
            cut.weight[1 - side] += graph.weight[i]


cdef void start_pass(Cut *cut) noexcept nogil:
    """Members that have left go; the others offer their moves."""
    cdef int32_t i, k, kept = 0
    cut.n_moves = cut.n_pulled = 0
    for k in range(cut.n_members):
        i = cut.members[k]
        if cut.graph.side[i] == SEPARATOR:
            cut.members[kept] = i
            kept += 1
            measure(cut, i)
        else:
            cut.is_member[i] = 0
    cut.n_members = kept


cdef void finish_pass(Cut *cut, int32_t n_moves) noexcept nogil:
    clear(&cut.heaps[0])
    clear(&cut.heaps[1])
    roll_back(cut, n_moves)


cdef int32_t best_side(Cut *cut) noexcept nogil:
    """The side with the best move, of those with room; -1 if there is none."""
    cdef int32_t side, i, key, best = NONE, best_key = 0
    for side in range(2):
        if cut.heaps[side].size == 0:
            continue
        i = cut.heaps[side].items[0]
        key = cut.heaps[side].key[i]
        if cut.weight[side] + cut.graph.weight[i] > cut.largest:
            continue
        if best == NONE or key > best_key or (
            key == best_key and cut.weight[1] < cut.weight[0]
        ):
            best = side
            best_key = key
    return best


cdef bint refine_once(Cut *cut) noexcept nogil:
    cdef double value, best = score(cut)
    cdef int32_t side, patience, best_moves = 0
    start_pass(cut)
    patience = min(20 + cut.n_members // 2, PATIENCE)
    while cut.n_moves - best_moves < patience:
        side = best_side(cut)
        if side == NONE:
            break
        move(cut, cut.heaps[side].items[0], side)
        value = score(cut)
        if value < best:
            best = value
            best_moves = cut.n_moves
    finish_pass(cut, best_moves)
    return best_moves > 0


cdef void refine(Cut *cut) noexcept nogil:
    cdef int32_t n_passes = 0
    while n_passes < MAX_PASSES and refine_once(cut):
        n_passes += 1
    unload(cut)


cdef void grow(Cut *cut, uint64_t seed, bint breadth_first) noexcept nogil:
    """Move vertices to side 0 until it is the heavier one; keep the best state.

    Always the best move, or the vertex that came to the separator first.
    """
    cdef Graph *graph = cut.graph
    cdef double value, best = score(cut)
    cdef int32_t i = <int32_t>(random_bits(seed) % <uint64_t>graph.n)
    cdef int32_t best_moves = 0
    start_pass(cut)
    while cut.weight[0] < cut.weight[1]:
        if cut.heaps[0].size == 0:  # the start, or a component is complete
            while graph.side[i] != 1:
                i = i + 1 if i + 1 < graph.n else 0
            enter(cut, i)
        if breadth_first:  # vertices enter and leave in the same order
            move(cut, cut.members[cut.n_moves], 0)
        else:
            move(cut, cut.heaps[0].items[0], 0)
        value = score(cut)
        if value < best:
            best = value
            best_moves = cut.n_moves
    finish_pass(cut, best_moves)


cdef void grow_separator(
    Cut *cut, Graph *graph, int32_t n_starts, uint64_t seed
) noexcept nogil:
    cdef Py_ssize_t size = graph.n * sizeof(int32_t)
    cdef double value, best = 0.0
    cdef int32_t i, k
    for k in range(n_starts):
        for i in range(graph.n):
            graph.side[i] = 1
        load(cut, graph)
        grow(cut, seed + <uint64_t>k, k % 2 == 1)
        refine(cut)
        value = score(cut)
        if k == 0 or value < best:
            best = value
            memcpy(cut.best_side, graph.side, size)
    memcpy(graph.side, cut.best_side, size)
    load(cut, graph)
    unload(cut)
