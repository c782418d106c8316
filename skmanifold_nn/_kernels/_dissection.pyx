"""Nested dissection: the tree of separators that a fill-reducing ordering follows.

A region is split in two sides and a separator, found on ever coarser graphs and
improved on the way back; the sides are regions in turn.

References: A. George, Nested dissection of a regular finite element mesh, SIAM J.
Numer. Anal. 10 (1973) 345-363; G. Karypis, V. Kumar, A fast and high quality multilevel
scheme for partitioning irregular graphs, SIAM J. Sci. Comput. 20 (1998) 359-392.
"""

from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memcpy

from skmanifold_nn._kernels._coarsening cimport (
    Arena,
    Graph,
    allocate,
    close_edges,
    coarsen,
    random_bits,
)
from skmanifold_nn._kernels._separator cimport Cut, grow_separator, load, refine, score

cdef enum:
    MAX_LEVELS = 48
    MAX_REGIONS = 256
    N_TRIALS = 3       # of the coarser half of a separation ...
    N_STARTS = 4       # ... each the best of several grown separators
    MIDDLE = 1000      # least number of vertices at which trials are compared
    COARSEST = 200

cdef struct Region:
    int32_t first
    int32_t end
    int32_t depth

cdef struct Workspace:
    Arena arena
    Cut cut
    int32_t *vertices  # the regions, each a range
    int32_t *local     # place in the region, -1 outside it
    int32_t *order
    int32_t *partner
    int32_t *slot


cdef void set_up(
    Workspace *w, int32_t[:, ::1] scratch, int32_t[::1] arena
) noexcept nogil:
    cdef int32_t i, n = scratch.shape[1]
    w.arena.free = &arena[0]
    w.arena.end = w.arena.free + arena.shape[0]
    w.order = w.cut.heaps[0].items = &scratch[0, 0]
    w.partner = w.cut.heaps[1].items = &scratch[1, 0]
    w.slot = &scratch[2, 0]
    w.local = &scratch[3, 0]
    w.cut.heaps[0].position = &scratch[4, 0]
    w.cut.heaps[1].position = &scratch[5, 0]
    w.cut.is_member = &scratch[6, 0]
    w.cut.locked = &scratch[7, 0]
    w.cut.heaps[0].key = &scratch[8, 0]
    w.cut.heaps[1].key = &scratch[9, 0]
    w.cut.members = &scratch[10, 0]
    w.cut.moves = &scratch[11, 0]
    w.cut.pulled_end = &scratch[12, 0]
    w.cut.best_side = &scratch[13, 0]
    w.vertices = &scratch[14, 0]
    w.cut.pull = &scratch[15, 0]
    w.cut.pulled = &scratch[17, 0]
    w.cut.heaps[0].size = w.cut.heaps[1].size = 0
    for i in range(n):
        w.vertices[i] = i
        w.slot[i] = w.local[i] = -1
        w.cut.heaps[0].position[i] = w.cut.heaps[1].position[i] = -1
        w.cut.is_member[i] = w.cut.locked[i] = 0


cdef bint extract(
    Workspace *w,
    Arena *arena,
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const int32_t *vertices,
    int32_t n,
    Graph *graph,
) noexcept nogil:
    """The graph that the region's vertices induce."""
    cdef int32_t i, j
    cdef Py_ssize_t k, n_edges = 0
    for i in range(n):
        w.local[vertices[i]] = i
        n_edges += indptr[vertices[i] + 1] - indptr[vertices[i]]
    if not allocate(arena, n, n_edges, graph):
        return False
    n_edges = 0
    for i in range(n):
        for k in range(indptr[vertices[i]], indptr[vertices[i] + 1]):
            j = w.local[indices[k]]
            if j >= 0:
                graph.edges[n_edges].to = j
                graph.edges[n_edges].weight = 1
                n_edges += 1
        graph.weight[i] = 1
        graph.start[i + 1] = <int32_t>n_edges
    for i in range(n):
        w.local[vertices[i]] = -1
    close_edges(arena, graph)
    return True


cdef int32_t coarsen_to(
    Workspace *w,
    Arena *arena,
    Graph *graphs,
    int32_t level,
    int32_t size,
    uint64_t seed,
) noexcept nogil:
    """Add ever coarser graphs, the last of about the given size; its level."""
    cdef int32_t heaviest = max(2, <int32_t>(1.5 * graphs[0].n / size))
    while graphs[level].n > size and level + 1 < MAX_LEVELS:
        if not coarsen(
            &graphs[level], arena, heaviest, random_bits(seed + <uint64_t>level),
            w.order, w.partner, w.slot, &graphs[level + 1],
        ):
            break
        level += 1
    return level


cdef void refine_to(
    Workspace *w, Graph *graphs, int32_t level, int32_t finest
) noexcept nogil:
    """Carry the sides over to the finer graphs, improving them on each."""
    cdef int32_t i
    cdef Graph *fine
    while level > finest:
        level -= 1
        fine = &graphs[level]
        for i in range(fine.n):
            fine.side[i] = graphs[level + 1].side[fine.coarse[i]]
        load(&w.cut, fine)
        refine(&w.cut)


cdef void separate(
    Workspace *w, Arena arena, Graph *graphs, uint64_t seed
) noexcept nogil:
    """Set the sides of graphs[0]: the best of several trials from a middle level on."""
    cdef int32_t n = graphs[0].n, trial, middle, level
    cdef int32_t coarsest = min(max(n // 8, 40), COARSEST)
    cdef double value, best = 0.0
    cdef Arena rest
    cdef int32_t *best_side
    w.cut.largest = <int32_t>(0.65 * n)
    middle = coarsen_to(w, &arena, graphs, 0, max(n // 8, MIDDLE), seed)
    best_side = arena.free
    if arena.end - arena.free < graphs[middle].n:
        best_side = NULL
    else:
        arena.free += graphs[middle].n
    for trial in range(N_TRIALS):
        rest = arena
        seed = random_bits(seed)
        level = coarsen_to(w, &rest, graphs, middle, coarsest, seed)
        grow_separator(&w.cut, &graphs[level], N_STARTS, seed)
        refine_to(w, graphs, level, middle)
        if best_side == NULL:
            break
        value = score(&w.cut)
        if trial == 0 or value < best:
            best = value
            memcpy(best_side, graphs[middle].side, graphs[middle].n * sizeof(int32_t))
    if best_side != NULL:
        memcpy(graphs[middle].side, best_side, graphs[middle].n * sizeof(int32_t))
    refine_to(w, graphs, middle, 0)


cdef void split(
    Workspace *w, const int32_t *side, int32_t *vertices, int32_t n, int32_t *end
) noexcept nogil:
    """Stable: side 0 in [0, end[0]), side 1 in [end[0], end[1]), then the separator."""
    cdef int32_t i, s, k = 0
    for s in range(3):
        for i in range(n):
            if side[i] == s:
                w.order[k] = vertices[i]
                k += 1
        end[s] = k
    for i in range(n):
        vertices[i] = w.order[i]


def dissect(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    int32_t leaf_size,
    uint64_t seed,
    int32_t[:, ::1] scratch,  # (19, n)
    int32_t[::1] arena,       # scratch
    int32_t[::1] depths,      # OUT
):
    """Separators of a graph, of its sides, and so on down to `leaf_size` vertices.

    `depths` is the number of separations before that of the vertex's separator, and
    -1 for what is in no separator. Memory: the caller's, O(n + nnz); graphs stop
    being coarsened where the arena is full. Time: O(nnz log n) on bounded degrees.
    """
    cdef int32_t n = indptr.shape[0] - 1, n_regions = 1, i, size
    cdef int32_t end[3]
    cdef Region regions[MAX_REGIONS]
    cdef Region region
    cdef Graph graphs[MAX_LEVELS]
    cdef Workspace w
    cdef Arena rest
    if n == 0:
        return
    with nogil:
        set_up(&w, scratch, arena)
        regions[0].first = regions[0].depth = 0
        regions[0].end = n
        while n_regions > 0:
            n_regions -= 1
            region = regions[n_regions]
            size = region.end - region.first
            for i in range(region.first, region.end):
                depths[w.vertices[i]] = -1
            rest = w.arena
            if size <= leaf_size or n_regions + 2 > MAX_REGIONS:
                continue
            if not extract(
                &w, &rest, indptr, indices, w.vertices + region.first, size, &graphs[0]
            ):
                continue
            separate(&w, rest, graphs, seed + <uint64_t>region.first * 7919)
            split(&w, graphs[0].side, w.vertices + region.first, size, end)
            if end[0] == 0 or end[0] == end[1]:
                continue
            for i in range(region.first + end[1], region.end):
                depths[w.vertices[i]] = region.depth
            regions[n_regions].first = region.first
            regions[n_regions].end = region.first + end[0]
            regions[n_regions].depth = region.depth + 1
            regions[n_regions + 1].first = region.first + end[0]
            regions[n_regions + 1].end = region.first + end[1]
            regions[n_regions + 1].depth = region.depth + 1
            n_regions += 2
