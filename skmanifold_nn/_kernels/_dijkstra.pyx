"""Dijkstra's algorithm from many sources, with a 4-ary heap.

For graphs whose fill explodes, and wherever predecessors are wanted. O(n) memory a
thread; every source is independent, so the result does not depend on the threads.

References
----------
.. [1] Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1
   (1959).
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

from ._openmp cimport thread_id


cdef inline void sift_up(
    int32_t vertex, Py_ssize_t slot, const floating *distance, int32_t *heap,
    int32_t *slot_of,
) noexcept nogil:
    """Move `vertex` from `slot` towards the top of the heap."""
    cdef Py_ssize_t up
    cdef floating key = distance[vertex]
    while slot > 0:
        up = (slot - 1) >> 2
        if distance[heap[up]] <= key:
            break
        heap[slot] = heap[up]
        slot_of[heap[slot]] = <int32_t> slot
        slot = up
    heap[slot] = vertex
    slot_of[vertex] = <int32_t> slot


cdef inline int32_t pop(
    Py_ssize_t size, const floating *distance, int32_t *heap, int32_t *slot_of
) noexcept nogil:
    """Remove and return the nearest vertex of a heap of `size` vertices."""
    cdef int32_t top = heap[0], vertex = heap[size - 1]
    cdef Py_ssize_t slot = 0, child, best, c
    cdef floating key = distance[vertex], nearest
    size -= 1
    while True:
        child = 4 * slot + 1
        if child >= size:
            break
        best = child
        nearest = distance[heap[child]]
        for c in range(child + 1, min(child + 4, size)):
            if distance[heap[c]] < nearest:
                best = c
                nearest = distance[heap[c]]
        if nearest >= key:
            break
        heap[slot] = heap[best]
        slot_of[heap[slot]] = <int32_t> slot
        slot = best
    heap[slot] = vertex
    slot_of[vertex] = <int32_t> slot
    return top


cdef void expand(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    const int32_t *seeds,
    const floating *offsets,
    Py_ssize_t n_seeds,
    int32_t *heap,
    int32_t *slot_of,
    int32_t *predecessors,
    floating *distance,
) noexcept nogil:
    """Lower `distance` to what the seeds reach; slot_of is -1 outside the heap.

    Only vertices that come nearer are visited, so that searches may follow each other
    on one array: it then holds the distance from the nearest of all seeds.
    """
    cdef Py_ssize_t size = 0, p
    cdef int32_t u, v
    cdef floating candidate
    for p in range(n_seeds):
        v = seeds[p]
        if offsets[p] < distance[v]:
            distance[v] = offsets[p]
            if slot_of[v] == -1:
                slot_of[v] = <int32_t> size
                size += 1
            sift_up(v, slot_of[v], distance, heap, slot_of)
    while size > 0:
        u = pop(size, distance, heap, slot_of)
        size -= 1
        slot_of[u] = -1
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            candidate = distance[u] + weights[p]
            if candidate < distance[v]:
                distance[v] = candidate
                if predecessors != NULL:
                    predecessors[v] = u
                if slot_of[v] == -1:
                    slot_of[v] = <int32_t> size
                    size += 1
                sift_up(v, slot_of[v], distance, heap, slot_of)


cdef void search(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    const int32_t *seeds,
    const floating *offsets,
    Py_ssize_t n_seeds,
    int32_t *heap,
    int32_t *slot_of,
    int32_t *predecessors,
    floating *distance,
) noexcept nogil:
    """One search from scratch."""
    cdef Py_ssize_t p
    for p in range(indptr.shape[0] - 1):
        distance[p] = INFINITY
        slot_of[p] = -1
        if predecessors != NULL:
            predecessors[p] = -1
    expand(indptr, indices, weights, seeds, offsets, n_seeds, heap, slot_of,
           predecessors, distance)


def dijkstra(
    Py_ssize_t begin,
    Py_ssize_t end,
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    const int64_t[::1] seed_start,
    const int32_t[::1] seeds,
    const floating[::1] offsets,
    int n_threads,
    int32_t[:, ::1] work,  # scratch, (n_threads, 2 n)
    int32_t[:, ::1] predecessors,  # OUT, (n_sources, n), or no rows: not wanted
    floating[:, ::1] out,  # OUT, (n_sources, n)
):
    """out[i, j] = min over the seeds q of source i of offsets[q] + d(seeds[q], j).

    predecessors[i, j] is the vertex before j on that path, -1 at seeds and where j is
    out of reach. Sources begin..end are searched.
    """
    cdef Py_ssize_t n = indptr.shape[0] - 1, i
    cdef bint keep = predecessors.shape[0] > 0
    cdef int thread
    for i in prange(begin, end, num_threads=n_threads, schedule="dynamic", nogil=True):
        thread = thread_id()
        search(indptr, indices, weights, &seeds[seed_start[i]], &offsets[seed_start[i]],
               seed_start[i + 1] - seed_start[i], &work[thread, 0], &work[thread, n],
               &predecessors[i, 0] if keep else NULL, &out[i, 0])


def farthest_vertices(
    const int32_t[::1] indptr,
    const int32_t[::1] indices,
    const floating[::1] weights,
    int32_t start,
    int32_t[:, ::1] work,  # scratch, (2, n)
    floating[::1] distance,  # scratch, (n,)
    int32_t[::1] chosen,  # OUT
):
    """Vertices, each the farthest from those before it; the first one from `start`.

    A search from a new vertex stops where an earlier one is nearer, so that k vertices
    cost O(n log k) visits, not k n.
    """
    cdef Py_ssize_t n = indptr.shape[0] - 1, i, p
    cdef int32_t vertex = start
    cdef floating zero = 0
    with nogil:
        search(indptr, indices, weights, &vertex, &zero, 1, &work[0, 0], &work[1, 0],
               NULL, &distance[0])
        for i in range(chosen.shape[0]):
            vertex = 0
            for p in range(1, n):
                if distance[p] > distance[vertex]:
                    vertex = <int32_t> p
            chosen[i] = vertex
            if i == 0:  # `start` only serves to find the rim
                for p in range(n):
                    distance[p] = INFINITY
            expand(indptr, indices, weights, &vertex, &zero, 1, &work[0, 0],
                   &work[1, 0], NULL, &distance[0])
            distance[vertex] = -1  # never again, even among copies of it
