"""Fronts of a multifrontal factorisation; see the .pyx file."""

from libc.stdint cimport int32_t, int64_t, uint8_t

cdef struct Fronts:
    const int32_t *first        # the pivots of front s: first[s]:first[s + 1]
    const int64_t *row_start
    const int32_t *rows         # the rows below them, ascending
    const int32_t *descendant   # first descendant of every front
    const int64_t *value_start  # its blocks in `values`: E, then P
    const int64_t *update_start
    const uint8_t *kinds
    const int32_t *indptr       # the matrix, not permuted
    const int32_t *indices
    const double *data
    const int32_t *order
    const int32_t *position
    double shift
    double threshold            # least size of a pivot
    double *values
    double *signs
    uint8_t *tiny               # pivots that were replaced
    double *shared              # updates of subtrees' roots and of the fronts above

cdef struct Scratch:
    int32_t *place              # (n,)
    int32_t *index              # as many as the longest front has rows
    double *work                # packed factors
    double *packed              # packed pivots
    double *updates             # stack of the subtree at hand

cdef struct Front:
    Py_ssize_t k
    Py_ssize_t r
    Py_ssize_t kp               # k and r rounded up to 8
    Py_ssize_t rp
    double *E                   # k x k, upper trapezoids of EBLOCK rows
    double *P                   # k x rp
    double *U                   # update matrix, r x r, upper trapezoids of UBLOCK rows


cdef enum:
    EBLOCK = 64
    UBLOCK = 128


# Values before row i of an upper triangle with `ld` columns that is stored by blocks of
# rows; a block starts with the column of its first diagonal entry.
cdef inline Py_ssize_t trapezoids(
    Py_ssize_t i, Py_ssize_t ld, Py_ssize_t block
) noexcept nogil:
    cdef Py_ssize_t q = i // block, b = q * block
    return b * ld - b * (b - block) // 2 + (i - b) * (ld - b)


# Where entry (i, 0) of it would be.
cdef inline double *row_at(
    double *triangle, Py_ssize_t i, Py_ssize_t ld, Py_ssize_t block
) noexcept nogil:
    return triangle + trapezoids(i, ld, block) - i // block * block


cdef Front front_at(const Fronts *fronts, Py_ssize_t s, Scratch *scratch) noexcept nogil

# The matrix and the updates of the front's children, summed; zero where nothing is.
cdef Front assemble(
    const Fronts *fronts, Py_ssize_t s, Scratch *scratch, int n_threads
) noexcept nogil
