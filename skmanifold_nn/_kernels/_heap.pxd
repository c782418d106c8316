"""Binary heap of vertices with the greatest key on top; keys may change.

Memory is the caller's; `position` is -1 for the vertices outside the heap.
"""

from libc.stdint cimport int32_t

cdef struct Heap:
    int32_t size
    int32_t *items
    int32_t *position
    int32_t *key


cdef inline void set_item(Heap *heap, int32_t k, int32_t item) noexcept nogil:
    heap.items[k] = item
    heap.position[item] = k


cdef inline void settle(Heap *heap, int32_t k, int32_t item) noexcept nogil:
    """Put an item where the hole k is, or where it moves from there."""
    cdef int32_t key = heap.key[item], child, up
    while k > 0:
        up = (k - 1) // 2
        if heap.key[heap.items[up]] >= key:
            break
        set_item(heap, k, heap.items[up])
        k = up
    while True:
        child = 2 * k + 1
        if child >= heap.size:
            break
        if child + 1 < heap.size:
            if heap.key[heap.items[child + 1]] > heap.key[heap.items[child]]:
                child += 1
        if heap.key[heap.items[child]] <= key:
            break
        set_item(heap, k, heap.items[child])
        k = child
    set_item(heap, k, item)


cdef inline void push(Heap *heap, int32_t item, int32_t key) noexcept nogil:
    heap.key[item] = key
    heap.size += 1
    settle(heap, heap.size - 1, item)


cdef inline void change(Heap *heap, int32_t item, int32_t key) noexcept nogil:
    heap.key[item] = key
    settle(heap, heap.position[item], item)


cdef inline void discard(Heap *heap, int32_t item) noexcept nogil:
    """Take an item out if it is there."""
    cdef int32_t k = heap.position[item]
    if k >= 0:
        heap.position[item] = -1
        heap.size -= 1
        if k < heap.size:
            settle(heap, k, heap.items[heap.size])


cdef inline void clear(Heap *heap) noexcept nogil:
    cdef int32_t k
    for k in range(heap.size):
        heap.position[heap.items[k]] = -1
    heap.size = 0
