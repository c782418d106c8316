"""Vertex separators; see the .pyx file."""

from libc.stdint cimport int32_t, uint64_t

from skmanifold_nn._kernels._coarsening cimport Graph
from skmanifold_nn._kernels._heap cimport Heap

# A graph split in side 0, side 1 and the separator 2, with room to improve it. Between
# calls the heaps are empty, `position` is -1, `is_member` and `locked` are 0.
cdef struct Cut:
    Graph *graph
    int32_t weight[3]
    int32_t largest       # a side may weigh
    Heap heaps[2]         # key: gain of moving a vertex from the separator to the side
    int32_t *pull         # [2 v + s]: weight of v's neighbours on side s, v in 2
    int32_t *members      # what is in the separator, or was
    int32_t *is_member
    int32_t *locked       # has moved
    int32_t *moves        # vertices in the order of their moves
    int32_t *pulled       # vertices that came to the separator with them ...
    int32_t *pulled_end   # ... pulled[:pulled_end[k]] with the first k + 1
    int32_t *best_side
    int32_t n_members
    int32_t n_moves
    int32_t n_pulled

# Lower is better.
cdef double score(Cut *cut) noexcept nogil

# Take over the sides that are set in the graph.
cdef void load(Cut *cut, Graph *graph) noexcept nogil

# Fiduccia-Mattheyses passes until none helps.
cdef void refine(Cut *cut) noexcept nogil

# The best of several separators grown from different vertices.
cdef void grow_separator(
    Cut *cut, Graph *graph, int32_t n_starts, uint64_t seed
) noexcept nogil
