"""Products of matrices and their gradients against NumPy in float64."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels import _gemm

SMALL = range(1, 10)
DEEP = [(3, 5, 256), (13, 33, 257), (40, 70, 600), (300, 9, 513), (2, 300, 700)]
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def strided(rng, rows, columns, dtype, gap=3):
    """Random rows that are further apart than they are long."""
    return rng.standard_normal((rows, columns + gap)).astype(dtype)[:, :columns]


def wide(*arrays):
    return tuple(a.astype(np.float64) for a in arrays)


def check(found, A, B, start):
    """start + A B, up to the rounding of every term and partial sum."""
    A, B, start = wide(A, B, start)
    bound = np.abs(A) @ np.abs(B) + np.abs(start)
    unit = np.finfo(found.dtype).eps * (A.shape[1] + 2)
    assert np.all(np.abs(found - (start + A @ B)) <= unit * bound), found.shape


def check_affine(rng, m, n, k, dtype):
    """Y += X W, Y = X W + b, Y = X W; what is between the rows of Y stays."""
    X, W, Y = (strided(rng, *s, dtype) for s in ((m, k), (k, n), (m, n)))
    b = rng.standard_normal(n).astype(dtype)
    gaps, before = Y.base[:, n:].copy(), Y.copy()
    _gemm.product_of(X, W, None, True, Y)
    check(Y, X, W, before)
    _gemm.product_of(X, W, b, False, Y)
    check(Y, X, W, b)
    Y[:] = np.nan
    _gemm.product_of(X, W, None, False, Y)
    check(Y, X, W, np.zeros(n))
    assert_array_equal(Y.base[:, n:], gaps)


def check_gradients(rng, m, n, k, dtype):
    X, W, dY = (strided(rng, *s, dtype) for s in ((m, k), (k, n), (m, n)))
    dX, dW = strided(rng, m, k, dtype), strided(rng, k, n, dtype)
    db = rng.standard_normal(n).astype(dtype)
    packed = np.full(_gemm.scratch_size(k, n), np.nan, dtype)
    dx, dw, d = dX.copy(), dW.copy(), db.copy()
    gaps = dX.base[:, k:].copy(), dW.base[:, n:].copy()
    _gemm.input_gradient_of(dY, W, True, packed, dX)
    check(dX, dY, W.T, dx)
    dX[:] = np.nan
    _gemm.input_gradient_of(dY, W, False, packed, dX)
    check(dX, dY, W.T, np.zeros(k))
    _gemm.parameter_gradients_of(X, dY, dW, db)
    check(dW, X.T, dY, dw)
    check(db[None], np.ones((1, m)), dY, d)
    for matrix, gap in zip((dX, dW), gaps, strict=True):
        assert_array_equal(matrix.base[:, matrix.shape[1] :], gap)


@dtypes
@pytest.mark.parametrize("m", SMALL)
def test_small_products(rng, m, dtype):
    for n in range(1, 71):
        check_affine(rng, m, n, 1 + (n * m) % 9, dtype)
    for k in range(1, 71):
        check_affine(rng, m, 1 + (k + m) % 9, k, dtype)


@dtypes
@pytest.mark.parametrize("n", SMALL)
def test_small_gradients(rng, n, dtype):
    for k in range(1, 71):
        check_gradients(rng, 1 + (k + n) % 9, n, k, dtype)
        check_gradients(rng, k, n, 1 + (k * n) % 9, dtype)
        check_gradients(rng, n, k, 1 + (k + 2 * n) % 9, dtype)


@dtypes
@pytest.mark.parametrize(("m", "n", "k"), DEEP)
def test_blocks_of_rows_columns_and_terms(rng, m, n, k, dtype):
    check_affine(rng, m, n, k, dtype)
    check_gradients(rng, m, n, k, dtype)


@dtypes
@pytest.mark.parametrize("n", [1, 2, 17, 130, 300])
@pytest.mark.parametrize("k", [1, 7, 64, 530])
def test_a_row_has_the_same_bits_alone(rng, n, k, dtype):
    m = 301
    X, W, b = (rng.standard_normal(s).astype(dtype) for s in ((m, k), (k, n), (n,)))
    Y, dX = np.empty((m, n), dtype), np.empty((m, k), dtype)
    packed = np.empty(_gemm.scratch_size(k, n), dtype)
    _gemm.product_of(X, W, b, False, Y)
    _gemm.input_gradient_of(Y, W, False, packed, dX)
    pieces = [slice(i, i + 1) for i in (0, 7, 255, 300)]
    pieces += [slice(i, i + i % 11 + 2) for i in (1, 40, 130, 242, 260)]
    for rows in pieces:
        y, dx = np.empty_like(Y[rows]), np.empty_like(dX[rows])
        _gemm.product_of(X[rows], W, b, False, y)
        _gemm.input_gradient_of(y, W, False, packed, dx)
        assert_array_equal(y, Y[rows])
        assert_array_equal(dx, dX[rows])


@dtypes
@pytest.mark.parametrize(("m", "n", "k"), [(1, 1, 1), (9, 1, 70), (17, 40, 33)])
def test_left_operand_of_any_strides(rng, m, n, k, dtype):
    A = rng.standard_normal((2 * k, 3 * m)).astype(dtype).T[::3, ::2]
    B = rng.standard_normal((k, n)).astype(dtype)
    for column in (slice(None), slice(None, None, -1)):
        C = np.empty((m, n), dtype)
        _gemm.product_of(A[:, column], B, None, False, C)
        check(C, A[:, column], B, np.zeros(n))


@dtypes
@pytest.mark.parametrize(("m", "n", "k"), [(1, 2, 1), (9, 31, 70), (33, 165, 300)])
def test_packed_right_operand_gives_the_same_bits(rng, m, n, k, dtype):
    A, B, C = (strided(rng, *s, dtype) for s in ((m, k), (k, n), (m, n)))
    packed = np.full(_gemm.scratch_size(n, k), np.nan, dtype)
    expected = C.copy()
    _gemm.product_of(A, B, None, True, expected)
    _gemm.packed_product_of(A, B, packed, C)
    assert_array_equal(C, expected)


@dtypes
def test_one_column_with_gaps(rng, dtype):
    X, W, Y = (strided(rng, *s, dtype) for s in ((5, 90), (90, 1), (5, 1)))
    for column in (np.ascontiguousarray(W), W):
        _gemm.product_of(X, column, None, False, Y)
        check(Y, X, W, np.zeros(1))
