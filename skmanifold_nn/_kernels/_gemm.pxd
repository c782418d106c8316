"""Products of matrices on the calling thread, wherever BLAS may not be called.

Matrices are row after row; ld is the distance of two rows, in elements. A row of Y or
dX has the same bits whatever the other rows are.
"""

from cython cimport floating

# C (m x n) = start + A (m x k) B (k x n), A[i, p] at a_row i + a_col p. `start` has
# rows start_row apart: C itself to add to it, one row for all with 0, NULL for zero.
cdef void multiply(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *A, Py_ssize_t a_row, Py_ssize_t a_col,
    const floating *B, Py_ssize_t ldb,
    const floating *start, Py_ssize_t start_row,
    floating *C, Py_ssize_t ldc) noexcept nogil

# Y (m x n) = X (m x k) W (k x n) + b, b of n values or NULL; or Y += X W without b.
cdef void affine(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *X, Py_ssize_t ldx, const floating *W, Py_ssize_t ldw,
    const floating *b, bint accumulate, floating *Y, Py_ssize_t ldy) noexcept nogil

# Elements of scratch for W^T, W of k x n, of either dtype: n times k rounded up to 32;
# packed_size(n, k) for W itself.
cdef Py_ssize_t packed_size(Py_ssize_t k, Py_ssize_t n) noexcept nogil

# packed = W^T, once for all parts of a minibatch or steps of a sequence.
cdef void pack_transposed(
    Py_ssize_t k, Py_ssize_t n, const floating *W, Py_ssize_t ldw,
    floating *packed) noexcept nogil

# packed = W, which pays where many small products have the same W: recurrent steps.
cdef void pack(
    Py_ssize_t k, Py_ssize_t n, const floating *W, Py_ssize_t ldw,
    floating *packed) noexcept nogil

# multiply() with a packed B; for n > 1 the same bits as with B itself.
cdef void multiply_packed(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *A, Py_ssize_t a_row, Py_ssize_t a_col, const floating *packed,
    const floating *start, Py_ssize_t start_row,
    floating *C, Py_ssize_t ldc) noexcept nogil

# dX (m x k) = dY (m x n) W^T, or added to it, with what pack_transposed made of W.
cdef void input_gradient(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *dY, Py_ssize_t ldy, const floating *packed,
    bint accumulate, floating *dX, Py_ssize_t ldx) noexcept nogil

# dW (k x n) += X^T dY, X of m x k, dY of m x n.
cdef void weight_gradient(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *X, Py_ssize_t ldx, const floating *dY, Py_ssize_t ldy,
    floating *dW, Py_ssize_t ldw) noexcept nogil

# db (n) += sums of the columns of dY (m x n).
cdef void bias_gradient(
    Py_ssize_t m, Py_ssize_t n, const floating *dY, Py_ssize_t ldy,
    floating *db) noexcept nogil
