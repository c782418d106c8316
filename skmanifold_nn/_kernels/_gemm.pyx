"""Small and medium products of matrices on the calling thread; see _gemm.pxd.

Register blocks of 8 rows by two vectors (4 rows where there are 16 registers), blocks
of 128 terms and 256 rows, and strips of columns packed on the stack keep a product of
some hundred rows and columns in the first two caches. Time O(m n k), memory 16 KiB of
stack.

K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008.
"""

from cython cimport floating


cdef extern from "_gemm.h":
    enum: GEMM_LINE_BYTES
    void gemm_multiply_f64(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, Py_ssize_t,
        const double *, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t,
        double *, Py_ssize_t) noexcept nogil
    void gemm_multiply_f32(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, Py_ssize_t,
        const float *, Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t,
        float *, Py_ssize_t) noexcept nogil
    void gemm_dots_f64(
        Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, const double *,
        const double *, Py_ssize_t, double *, Py_ssize_t) noexcept nogil
    void gemm_dots_f32(
        Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, const float *,
        const float *, Py_ssize_t, float *, Py_ssize_t) noexcept nogil
    void gemm_panels_f64(
        Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, double *) noexcept nogil
    void gemm_panels_f32(
        Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, float *) noexcept nogil
    void gemm_transpose_f64(
        Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, double *) noexcept nogil
    void gemm_transpose_f32(
        Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, float *) noexcept nogil
    void gemm_column_sums_f64(
        Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, double *) noexcept nogil
    void gemm_column_sums_f32(
        Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, float *) noexcept nogil


cdef inline void product(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *A, Py_ssize_t a_row, Py_ssize_t a_col,
    const floating *B, Py_ssize_t ldb, Py_ssize_t panel,
    const floating *start, Py_ssize_t start_row, floating *C, Py_ssize_t ldc,
) noexcept nogil:
    if floating is double:
        gemm_multiply_f64(
            m, n, k, A, a_row, a_col, B, ldb, panel, start, start_row, C, ldc)
    else:
        gemm_multiply_f32(
            m, n, k, A, a_row, a_col, B, ldb, panel, start, start_row, C, ldc)


cdef void multiply(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *A, Py_ssize_t a_row, Py_ssize_t a_col,
    const floating *B, Py_ssize_t ldb, const floating *start, Py_ssize_t start_row,
    floating *C, Py_ssize_t ldc,
) noexcept nogil:
    if n == 1 and ldb == 1 and a_col == 1:
        if floating is double:
            gemm_dots_f64(m, k, A, a_row, B, start, start_row, C, ldc)
        else:
            gemm_dots_f32(m, k, A, a_row, B, start, start_row, C, ldc)
    elif n == 1 and ldc == 1 and a_row == 1 and (start == NULL or start_row == 1):
        # C^T = B^T A^T, whose right operand has contiguous rows
        product(1, m, k, B, 1, ldb, A, a_col, 0, start, m, C, m)
    else:
        product(m, n, k, A, a_row, a_col, B, ldb, 0, start, start_row, C, ldc)


cdef void affine(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *X, Py_ssize_t ldx, const floating *W, Py_ssize_t ldw,
    const floating *b, bint accumulate, floating *Y, Py_ssize_t ldy,
) noexcept nogil:
    if accumulate:
        multiply(m, n, k, X, ldx, 1, W, ldw, <const floating *> Y, ldy, Y, ldy)
    else:
        multiply(m, n, k, X, ldx, 1, W, ldw, b, 0, Y, ldy)


cdef Py_ssize_t packed_size(Py_ssize_t k, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t panel = 2 * GEMM_LINE_BYTES // sizeof(float)
    return (k + panel - 1) // panel * panel * n


cdef void pack_transposed(
    Py_ssize_t k, Py_ssize_t n, const floating *W, Py_ssize_t ldw, floating *packed,
) noexcept nogil:
    if floating is double:
        gemm_transpose_f64(k, n, W, ldw, packed)
    else:
        gemm_transpose_f32(k, n, W, ldw, packed)


cdef void pack(
    Py_ssize_t k, Py_ssize_t n, const floating *W, Py_ssize_t ldw, floating *packed,
) noexcept nogil:
    if floating is double:
        gemm_panels_f64(k, n, W, ldw, packed)
    else:
        gemm_panels_f32(k, n, W, ldw, packed)


cdef void multiply_packed(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *A, Py_ssize_t a_row, Py_ssize_t a_col, const floating *packed,
    const floating *start, Py_ssize_t start_row, floating *C, Py_ssize_t ldc,
) noexcept nogil:
    cdef Py_ssize_t panel = 2 * GEMM_LINE_BYTES // <Py_ssize_t> sizeof(floating)
    product(m, n, k, A, a_row, a_col, packed, panel, panel, start, start_row, C, ldc)


cdef void input_gradient(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *dY, Py_ssize_t ldy, const floating *packed,
    bint accumulate, floating *dX, Py_ssize_t ldx,
) noexcept nogil:
    cdef const floating *start = dX if accumulate else NULL
    multiply_packed(m, k, n, dY, ldy, 1, packed, start, ldx, dX, ldx)


cdef void weight_gradient(
    Py_ssize_t m, Py_ssize_t n, Py_ssize_t k,
    const floating *X, Py_ssize_t ldx, const floating *dY, Py_ssize_t ldy,
    floating *dW, Py_ssize_t ldw,
) noexcept nogil:
    multiply(k, n, m, X, 1, ldx, dY, ldy, <const floating *> dW, ldw, dW, ldw)


cdef void bias_gradient(
    Py_ssize_t m, Py_ssize_t n, const floating *dY, Py_ssize_t ldy, floating *db,
) noexcept nogil:
    if floating is double:
        gemm_column_sums_f64(m, n, dY, ldy, db)
    else:
        gemm_column_sums_f32(m, n, dY, ldy, db)


# What follows is called by tests and benchmarks alone.


def product_of(
    const floating[:, :] A,
    const floating[:, :] B,  # contiguous rows
    const floating[::1] b,  # or None
    bint accumulate,
    floating[:, :] C,  # OUT, contiguous rows
    Py_ssize_t repeats=1,
):
    """C = A B + b, or C += A B."""
    cdef Py_ssize_t size = sizeof(floating), _
    cdef Py_ssize_t ldc = C.strides[0] // size, start_row = 0
    cdef const floating *start = NULL
    if accumulate:
        start = &C[0, 0]
        start_row = ldc
    elif b is not None:
        start = &b[0]
    with nogil:
        for _ in range(repeats):
            multiply(
                C.shape[0], C.shape[1], A.shape[1], &A[0, 0], A.strides[0] // size,
                A.strides[1] // size, &B[0, 0], B.strides[0] // size, start, start_row,
                &C[0, 0], ldc)


def packed_product_of(
    const floating[:, :] A,
    const floating[:, :] B,  # contiguous rows
    floating[::1] packed,  # scratch
    floating[:, :] C,  # OUT, contiguous rows, added to
):
    """C += A B."""
    cdef Py_ssize_t size = sizeof(floating)
    cdef Py_ssize_t ldc = C.strides[0] // size
    cdef const floating *start = &C[0, 0]
    pack(B.shape[0], B.shape[1], &B[0, 0], B.strides[0] // size, &packed[0])
    multiply_packed(
        C.shape[0], C.shape[1], A.shape[1], &A[0, 0], A.strides[0] // size,
        A.strides[1] // size, <const floating *> &packed[0], start, ldc, &C[0, 0], ldc)


def scratch_size(Py_ssize_t k, Py_ssize_t n):
    return packed_size(k, n)


def input_gradient_of(
    const floating[:, :] dY,  # contiguous rows, as all
    const floating[:, :] W,
    bint accumulate,
    floating[::1] packed,  # scratch
    floating[:, :] dX,  # OUT
    Py_ssize_t repeats=1,
    Py_ssize_t parts=1,
):
    """dX = dY W^T, or added to it; W is packed once for so many products."""
    cdef Py_ssize_t size = sizeof(floating), r
    with nogil:
        for r in range(repeats):
            if r % parts == 0:
                pack_transposed(
                    W.shape[0], W.shape[1], &W[0, 0], W.strides[0] // size, &packed[0])
            input_gradient(
                dX.shape[0], dY.shape[1], dX.shape[1], &dY[0, 0],
                dY.strides[0] // size, &packed[0], accumulate, &dX[0, 0],
                dX.strides[0] // size)


def parameter_gradients_of(
    const floating[:, :] X,  # contiguous rows, as all
    const floating[:, :] dY,
    floating[:, :] dW,  # OUT, added to
    floating[::1] db,  # OUT, added to
    Py_ssize_t repeats=1,
):
    """dW += X^T dY and db += sums of the columns of dY."""
    cdef Py_ssize_t size = sizeof(floating), m = X.shape[0], n = dY.shape[1], _
    cdef Py_ssize_t ldy = dY.strides[0] // size
    with nogil:
        for _ in range(repeats):
            weight_gradient(
                m, n, X.shape[1], &X[0, 0], X.strides[0] // size, &dY[0, 0], ldy,
                &dW[0, 0], dW.strides[0] // size)
            bias_gradient(m, n, &dY[0, 0], ldy, &db[0])
