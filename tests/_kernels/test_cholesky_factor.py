"""Numeric factorisation of fronts against LDL' without pivoting, column by column."""

import numpy as np
import pytest
from cholesky_cases import NAMES, definite_shift, dense_factor, symmetric_matrix
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._cholesky import Factor, SymbolicFactor
from skmanifold_nn._kernels import _cholesky_factor


def naive_factor(matrix, threshold):
    """(L, signs, replaced) with L S L' = matrix."""
    rest, n = matrix.copy(), len(matrix)
    lower, signs, replaced = np.zeros((n, n)), np.ones(n), np.zeros(n, dtype=bool)
    for p in range(n):
        pivot = rest[p, p]
        signs[p] = -1 if pivot < 0 else 1
        replaced[p] = abs(pivot) < threshold
        root = np.sqrt(max(abs(pivot), threshold))
        lower[p:, p] = rest[p:, p] / (root * signs[p])
        lower[p, p] = root
        below = lower[p + 1 :, p]
        rest[p + 1 :, p + 1 :] -= signs[p] * np.outer(below, below)
    return lower, signs, replaced


def factorized(matrix, symbolic, shift, threshold, n_threads):
    """The kernel called as `Factor` does, with a threshold of the test's choice."""
    factor = Factor.__new__(Factor)
    factor.symbolic, factor.shape = symbolic, symbolic.shape
    n, size = symbolic.shape[0], int(symbolic.value_start[-1])
    factor._values, factor._signs = np.zeros(size), np.empty(n)
    tiny = np.empty(n, dtype=np.uint8)
    _cholesky_factor.factorize(
        symbolic.tasks,
        symbolic.roots,
        symbolic.tops,
        symbolic.first,
        symbolic.row_start,
        symbolic.rows,
        symbolic.descendant,
        symbolic.value_start,
        symbolic.update_start,
        symbolic.kinds,
        matrix.indptr.astype(np.int32),
        np.append(matrix.indices, 0).astype(np.int32),
        np.append(matrix.data, 0.0),
        symbolic.columns.order,
        symbolic.columns.position,
        shift,
        threshold,
        n_threads,
        np.empty((n_threads, 5), dtype=np.int64),
        np.zeros((n_threads, 2 * n + 1), dtype=np.int32),
        np.full((n_threads, _cholesky_factor.WORK_SIZE + symbolic._stack + 1), np.nan),
        np.full(symbolic._shared + 1, np.nan),
        factor._values,
        factor._signs,
        tiny,
    )
    return factor, tiny


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("method", ["minimum_degree", "dissection"])
@pytest.mark.parametrize("name", NAMES)
def test_definite(rng, name, method, n_threads):
    A = symmetric_matrix(name, rng)
    shift = definite_shift(A)
    symbolic = SymbolicFactor(A, method=method)
    factor, tiny = factorized(A, symbolic, shift, 1e-300, n_threads)
    order, L, signs = dense_factor(factor)
    permuted = A.toarray()[np.ix_(order, order)] - shift * np.eye(len(order))
    assert_allclose(L, np.linalg.cholesky(permuted), rtol=1e-12, atol=1e-14)
    assert_array_equal(signs, 1)
    assert not tiny.any()


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("threshold", [1e-300, 0.05])
@pytest.mark.parametrize("name", ["one", "pair", "tree", "grid", "sparse", "dense"])
def test_indefinite_and_small_pivots(rng, name, threshold, n_threads):
    A = symmetric_matrix(name, rng)
    symbolic = SymbolicFactor(A)
    factor, tiny = factorized(A, symbolic, 0.217, threshold, n_threads)
    order, L, signs = dense_factor(factor)
    permuted = A.toarray()[np.ix_(order, order)] - 0.217 * np.eye(len(order))
    expected, expected_signs, replaced = naive_factor(permuted, threshold)
    assert_allclose(L, expected, rtol=1e-6, atol=1e-8 * abs(expected).max())
    assert_array_equal(signs, expected_signs)
    assert_array_equal(tiny, replaced)
