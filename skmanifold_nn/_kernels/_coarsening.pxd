"""Weighted graphs and their coarsening; see the .pyx file."""

from libc.stdint cimport int32_t, uint64_t

cdef struct Edge:
    int32_t to
    int32_t weight

cdef struct Graph:
    int32_t n
    int32_t *start     # n + 1
    int32_t *weight    # of the vertices
    int32_t *side      # 0 or 1; 2 in the separator
    int32_t *coarse    # vertex of the coarser graph
    Edge *edges

# Stack of memory: whatever lies from `free` on is not in use.
cdef struct Arena:
    int32_t *free
    int32_t *end

cdef inline uint64_t random_bits(uint64_t counter) noexcept nogil:
    """The splitmix64 hash of a counter."""
    cdef uint64_t z = counter * <uint64_t>0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <uint64_t>0x94D049BB133111EB
    return z ^ (z >> 31)

# Room for the vertices; `edges` starts where they end. False if there is too little.
cdef bint allocate(
    Arena *arena, int32_t n, Py_ssize_t n_edges, Graph *graph
) noexcept nogil

# Give back what the edges do not need.
cdef void close_edges(Arena *arena, Graph *graph) noexcept nogil

# False if the graph hardly shrinks or the arena is full. Scratch: `order`, `partner`;
# `slot` is n times -1 on entry and on return.
cdef bint coarsen(
    Graph *fine, Arena *arena, int32_t largest, uint64_t seed, int32_t *order,
    int32_t *partner, int32_t *slot, Graph *coarse,
) noexcept nogil
