"""The sparse factorisation against dense algebra."""

import numpy as np
import pytest
from cholesky_cases import (
    NAMES,
    cases,
    definite_shift,
    dense_factor,
    laplacian,
    symmetric_matrix,
)
from graph_cases import empty, grid
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn._cholesky import Factor, SymbolicFactor, TooMuchFill


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("definite", [True, False])
def test_the_product_of_the_factors_is_the_permuted_matrix(rng, name, definite):
    A = symmetric_matrix(name, rng)
    shift = definite_shift(A) if definite else 0.3217
    factor = Factor(A, shift=shift)
    order, L, signs = dense_factor(factor)
    shifted = A.toarray() - shift * np.eye(len(order))
    permuted = shifted[np.ix_(order, order)]
    # Without pivoting L may grow: rounding is relative to |L| |L'|.
    size = (abs(L) @ abs(L).T).max()
    assert_allclose((L * signs) @ L.T, permuted, atol=1e-13 * size)
    assert np.all((signs == 1) | (not definite))
    assert factor.n_perturbed == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("m", [None, 1, 3, 8, 21])
def test_solve(rng, name, m):
    A = symmetric_matrix(name, rng)
    n, shift = A.shape[0], definite_shift(A)
    B = rng.normal(size=n if m is None else (n, m))
    X = Factor(A, shift=shift).solve(B)
    assert X.shape == B.shape and X.dtype == np.float64
    expected = np.linalg.solve(A.toarray() - shift * np.eye(n), B)
    assert_allclose(X, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_inertia_counts_the_eigenvalues_below_the_shift(rng, name):
    A = symmetric_matrix(name, rng)
    n = A.shape[0]
    eigenvalues = np.linalg.eigvalsh(A.toarray())
    symbolic = SymbolicFactor(A)
    for shift in rng.uniform(eigenvalues[0] - 0.5, eigenvalues[-1] + 0.5, size=8):
        if np.min(abs(eigenvalues - shift)) < 1e-3:
            continue
        factor = Factor(A, shift=shift, symbolic=symbolic)
        assert factor.n_negative == np.sum(eigenvalues < shift)
        if n < 100:
            B = rng.normal(size=(n, 2))
            X = factor.solve(B)
            residual = A @ X - shift * X - B
            assert abs(residual).max() < 1e-7 * max(1, abs(X).max())


@pytest.mark.parametrize("method", ["minimum_degree", "dissection"])
@pytest.mark.parametrize("n_jobs", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(rng, method, n_jobs):
    A = sparse.csr_array(laplacian(grid(45, 44)) + 0.01 * sparse.eye_array(45 * 44))
    symbolic = SymbolicFactor(A, method=method)
    assert len(symbolic.tasks) > 3 and len(symbolic.tops) > 3
    B = rng.normal(size=(A.shape[0], 5))
    one = Factor(A, shift=0.7, symbolic=symbolic, n_jobs=1)
    other = Factor(A, shift=0.7, symbolic=symbolic, n_jobs=n_jobs)
    assert_array_equal(dense_factor(one)[1], dense_factor(other)[1])
    assert_array_equal(one.solve(B), other.solve(B))


def test_large_fronts_are_shared_by_threads(rng):
    # three cliques in a row: fronts of 520 pivots with 520 rows below them
    chain = sparse.diags_array([1.0, 1.0, 1.0], offsets=[-1, 0, 1], shape=(3, 3))
    values = rng.normal(size=(520, 520))
    A = sparse.csr_array(sparse.kron(chain, values + values.T))
    n, shift = A.shape[0], definite_shift(A)
    symbolic = SymbolicFactor(A)
    assert symbolic.tops.size and np.diff(symbolic.row_start).max() == 520
    B = rng.normal(size=(n, 16))
    one, two = (Factor(A, shift=shift, symbolic=symbolic, n_jobs=j) for j in (1, 2))
    assert_array_equal(one._values, two._values)
    X = one.solve(B)
    assert_array_equal(X, two.solve(B))
    assert abs(A @ X - shift * X - B).max() < 1e-12 * abs(B).max()


@pytest.mark.parametrize("shape", [(150, 140), (22, 21, 20)])
def test_residuals_of_large_systems(rng, shape):
    A = laplacian(grid(*shape))
    factor = Factor(A, shift=-1e-8)
    X = factor.solve(rng.normal(size=(A.shape[0], 8)))
    B = A @ X
    again = factor.solve(B + 1e-8 * X)
    assert abs(again - X).max() < 1e-6 * abs(X).max()
    assert factor.n_negative == factor.n_perturbed == 0
    residual = A @ again + 1e-8 * again - B - 1e-8 * X
    assert abs(residual).max() < 1e-12 * abs(X).max()


def test_one_analysis_serves_several_shifts(rng):
    A = symmetric_matrix("grid", rng)
    symbolic = SymbolicFactor(A)
    for shift in (definite_shift(A), 0.1234, 1.2):
        alone, shared = (
            Factor(A, shift=shift),
            Factor(A, shift=shift, symbolic=symbolic),
        )
        assert_array_equal(dense_factor(alone)[1], dense_factor(shared)[1])
    full = sparse.csr_array(A + 3 * sparse.eye_array(A.shape[0]))
    assert (
        Factor(full, shift=3.1234, symbolic=symbolic).n_negative
        == Factor(A, shift=0.1234).n_negative
    )


@pytest.mark.parametrize("name", ["path", "tree", "grid", "dense", "diagonal"])
def test_singular_matrices_are_reported_and_stay_finite(rng, name):
    A = laplacian(cases(rng)[name])
    factor = Factor(A)
    assert factor.n_perturbed >= 1 or name in ("dense", "grid")
    assert np.isfinite(factor.solve(rng.normal(size=A.shape[0]))).all()


def test_exact_cancellation_of_a_pivot():
    A = sparse.csr_array([[0.0, 1.0], [1.0, 0.0]])
    factor = Factor(A)
    assert factor.n_perturbed == 1 and factor.n_negative == 1
    assert np.isfinite(factor.solve(np.array([3.0, 5.0]))).all()


def test_float32_unsorted_and_repeated_entries(rng):
    A = symmetric_matrix("sparse", rng).tocoo()
    shift = definite_shift(A)
    halves = [np.concatenate([x, x]) for x in (A.row, A.col)]
    order = rng.permutation(2 * A.nnz)
    twice = sparse.coo_array(
        (np.tile(A.data / 2, 2)[order], (halves[0][order], halves[1][order])), A.shape
    )
    messy = sparse.csr_array(A.shape)
    messy.indptr = np.concatenate(
        ([0], np.cumsum(np.bincount(twice.row, minlength=200)))
    )
    rows = np.argsort(twice.row, kind="stable")
    messy.indices, messy.data = twice.col[rows].astype(np.int64), twice.data[rows]
    before = messy.data.copy()
    B = rng.normal(size=200)
    expected = Factor(sparse.csr_array(A), shift=shift).solve(B)
    assert_allclose(Factor(messy, shift=shift).solve(B), expected, rtol=1e-12)
    assert_array_equal(messy.data, before)
    single = Factor(sparse.csr_array(A, dtype=np.float32), shift=shift).solve(B)
    assert_allclose(single, expected, rtol=1e-4, atol=1e-6)


def test_the_analysis_knows_the_cost(rng):
    A = symmetric_matrix("grid", rng)
    symbolic = SymbolicFactor(A)
    _, L, _ = dense_factor(Factor(A, shift=definite_shift(A), symbolic=symbolic))
    assert symbolic.n_entries == np.count_nonzero(L)
    assert symbolic.n_operations == np.square(np.count_nonzero(L, axis=0)).sum()
    assert symbolic.bytes >= 8 * symbolic.n_entries
    assert symbolic.work_bytes > 0


def test_read_only_and_strided_right_hand_sides(rng):
    A = symmetric_matrix("grid", rng)
    factor = Factor(A, shift=definite_shift(A))
    B = rng.normal(size=(A.shape[0], 6))
    expected = factor.solve(B)
    B.flags.writeable = False
    assert_array_equal(factor.solve(B), expected)
    assert_array_equal(factor.solve(np.asfortranarray(B)), expected)
    assert_array_equal(factor.solve(B[:, ::2]), expected[:, ::2])
    assert factor.solve(B[:, :0]).shape == (A.shape[0], 0)


def test_what_is_refused(rng):
    A = symmetric_matrix("grid", rng)
    with pytest.raises(ValueError, match="square"):
        SymbolicFactor(sparse.csr_array((3, 4)))
    with pytest.raises(ValueError, match="pattern that was analysed"):
        Factor(A, symbolic=SymbolicFactor(empty(3)))
    with pytest.raises(ValueError, match="pattern that was analysed"):
        Factor(A, symbolic=SymbolicFactor(empty(A.shape[0])))
    for lopsided in (
        sparse.triu(A),
        sparse.tril(A),
        sparse.triu(A) + sparse.eye_array(323),
    ):
        with pytest.raises(ValueError, match="must be symmetric"):
            SymbolicFactor(sparse.csr_array(lopsided))
    with pytest.raises(ValueError, match="B must have shape"):
        Factor(A, shift=definite_shift(A)).solve(np.zeros(3))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_factor_moved_to_another_shift_is_that_factor(n_jobs, rng):
    A = sparse.random_array((90, 90), density=0.05, rng=rng)
    A = sparse.csr_array(A + A.T + sparse.eye_array(90))
    moved = Factor(A, shift=-3.0, n_jobs=n_jobs)
    block = rng.standard_normal((90, 3))
    for shift in (0.7, -2.0):
        moved.move(shift)
        fresh = Factor(A, shift=shift)
        assert moved.n_negative == fresh.n_negative
        assert_array_equal(moved.solve(block), fresh.solve(block))


def test_an_analysis_is_given_up_where_operations_are_too_many():
    A = sparse.csr_array(np.ones((40, 40)))
    needed = SymbolicFactor(A).n_operations
    assert SymbolicFactor(A, max_operations=1.1 * needed).n_operations == needed
    with pytest.raises(TooMuchFill, match="more than"):
        SymbolicFactor(A, max_operations=0.5 * needed)
