"""The quotient graph of minimum degree orderings; see the .pyx file."""

from libc.stdint cimport int32_t

cdef enum:
    NONE = -1
    UNLISTED = -2

cdef struct Node:
    int32_t start       # first entry of the list; absorbed: who absorbed it
    int32_t length
    int32_t n_elements  # how many entries of a variable's list are elements
    int32_t weight      # 0: absorbed; negative: variable of the current element
    int32_t degree
    int32_t next        # degree list, then hash chain
    int32_t previous    # degree list, then hash value
    int32_t mark        # 0: absorbed element

cdef struct Quotient:
    Node *nodes
    int32_t *pool       # all lists
    int32_t *head       # head[d]: list of the variables of degree d
    int32_t *bucket     # bucket[h]: chain of the variables of hash h
    const int32_t *stages
    Py_ssize_t pool_size
    Py_ssize_t free     # first free position of the pool
    int32_t n
    int32_t n_left      # weight of the variables
    int32_t n_dense
    int32_t min_degree
    int32_t stage
    int32_t flag        # marks below it are stale
    int32_t max_degree  # of an element


# Put a variable on the list of its degree.
cdef void link(Quotient *q, int32_t i) noexcept nogil

# Take a variable of least degree from the lists, those of the next stage if need be.
cdef int32_t next_pivot(Quotient *q) noexcept nogil

# The pivot becomes an element, whose variables get negative weights.
cdef void form_element(Quotient *q, int32_t pivot) noexcept nogil

cdef void measure_overlaps(Quotient *q, int32_t pivot) noexcept nogil

# Bring the lists of the element's variables up to date and hash them.
cdef void prune_all(Quotient *q, int32_t pivot) noexcept nogil
