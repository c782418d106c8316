"""Largest eigenpairs, against scipy.linalg.eigh on the explicit matrix."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import eigh
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import KernelPCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import KernelCenterer
from sklearn.utils.extmath import svd_flip

from skmanifold_nn import _centering
from skmanifold_nn.eigen import (
    CenteredKernel,
    flip_signs,
    largest_eigenpairs,
    lowest_eigenvalue,
)

SOLVERS = ["auto", "dense", "krylov", "arpack"]
DTYPES = [np.float32, np.float64]
# Of K v / lambda against v, relative to v's largest entry.
RESIDUAL = {np.float32: 1e-5, np.float64: 1e-7}


def points(n, n_features, seed=7):
    # with a spectrum that falls by a constant factor
    scales = 0.7 ** np.arange(n_features)
    return np.random.default_rng(seed).standard_normal((n, n_features)) * scales


def euclidean(n, n_features=6):
    return squareform(pdist(points(n, n_features)))


def bent(n):
    """Distances that no Euclidean points have: an indefinite kernel."""
    return squareform(pdist(points(n, 3), "cityblock")) ** 1.3


def noise(n):
    """Symmetric without structure: no gaps in the spectrum."""
    half = np.random.default_rng(11).random((n, n))
    return half + half.T


def ring(n):
    """Arc lengths on a circle: every eigenvalue twice."""
    angles = 2 * np.pi * np.arange(n) / n
    gaps = np.abs(angles - angles[:, None])
    return np.minimum(gaps, 2 * np.pi - gaps)


CASES = {
    "euclidean": euclidean,
    "bent": bent,
    "noise": noise,
    "ring": ring,
    "equidistant": lambda n: 1 - np.eye(n),
    "line": lambda n: euclidean(n, 1),
    "duplicates": lambda n: squareform(pdist(np.repeat(points(3, 2), n // 3, axis=0))),
    "zero": lambda n: np.zeros((n, n)),
}


def centered(distances):
    """-1/2 J (D o D) J, formed plainly in float64."""
    squares = -0.5 * np.asarray(distances, dtype=np.float64) ** 2
    return squares - squares.mean(0) - squares.mean(1)[:, None] + squares.mean()


class Counted:
    """An operator that has only what the protocol asks for, and counts products."""

    def __init__(self, matrix):
        self.matrix, self.n_products = matrix, 0
        self.shape, self.dtype = matrix.shape, matrix.dtype

    def __matmul__(self, block):
        self.n_products += 1
        return self.matrix @ block


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES)
def test_kernel_is_the_centered_one(case, dtype, rng):
    distances = CASES[case](147).astype(dtype)
    expected = centered(distances)
    scale = np.abs(distances.astype(np.float64)).max() ** 2
    kernel = CenteredKernel(distances)
    block = rng.standard_normal((147, 11))
    array = kernel.toarray()
    assert array.dtype == np.float64
    assert_array_equal(array, array.T)
    assert_allclose(array, expected, rtol=0, atol=1e-13 * scale)
    assert_allclose(kernel @ block, expected @ block, rtol=0, atol=1e-12 * scale)
    assert_allclose(
        kernel.squared_norm(), (expected**2).sum(), rtol=1e-12, atol=1e-24 * scale**2
    )
    assert kernel.shape == (147, 147)
    assert kernel.dtype == dtype
    assert kernel.distances is distances


def test_means_are_those_of_kernel_centerer():
    distances = bent(90)
    centerer = KernelCenterer().fit(-0.5 * distances**2)
    kernel = CenteredKernel(distances)
    assert_allclose(kernel.row_means, centerer.K_fit_rows_, rtol=1e-13)
    assert_allclose(kernel.grand_mean, centerer.K_fit_all_, rtol=1e-13)


@pytest.mark.parametrize(
    "distances",
    [
        [[0.0, 1.0], [1.0, 0.0]],
        np.zeros((2, 3)),
        np.zeros((0, 0)),
        np.zeros(4),
        np.zeros((2, 2), dtype=np.int64),
        np.zeros((6, 6))[::2, ::2],
    ],
)
def test_kernel_refuses_other_arrays(distances):
    with pytest.raises(ValueError, match="C-contiguous float32 or float64"):
        CenteredKernel(distances)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_kernel_refuses_non_finite_distances(value):
    distances = bent(20)
    distances[3, 5] = distances[5, 3] = value
    with pytest.raises(ValueError, match="NaN or infinity"):
        CenteredKernel(distances)


@pytest.mark.parametrize("k", [2, 7])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("case", CASES)
def test_agreement_with_eigh(case, solver, dtype, k):
    n = 153
    distances = CASES[case](n).astype(dtype)
    kernel = CenteredKernel(distances)
    matrix = centered(distances)
    expected = eigh(matrix, eigvals_only=True)[::-1]
    scale = np.abs(expected).max()
    values, vectors = largest_eigenpairs(kernel, k, eigen_solver=solver)

    assert values.dtype == np.float64
    assert vectors.dtype == dtype
    assert vectors.shape == (n, k)
    assert np.all(np.diff(values) <= 0)
    # Eigenvalues err by the residual's square over a gap: rounding in either dtype.
    assert_allclose(values, expected[:k], rtol=0, atol=1e-9 * scale)
    vectors = vectors.astype(np.float64)
    assert_allclose(vectors.T @ vectors, np.eye(k), rtol=0, atol=1e-6)
    residuals = np.abs(matrix @ vectors - vectors * values).max(axis=0)
    limit = RESIDUAL[dtype] * np.abs(values) + 10 * np.finfo(dtype).eps * scale
    assert np.all(residuals <= limit * np.abs(vectors).max(axis=0))
    assert np.all(np.max(vectors, axis=0) >= -np.min(vectors, axis=0))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("make", [euclidean, bent])
def test_one_step_projection_gives_the_vector(make, dtype):
    kernel = CenteredKernel(make(700).astype(dtype))
    values, vectors = largest_eigenpairs(kernel, 3)
    projected = (kernel @ vectors.astype(np.float64)) / values
    error = np.abs(projected - vectors).max(axis=0) / np.abs(vectors).max(axis=0)
    assert error.max() < RESIDUAL[dtype]


@pytest.mark.parametrize("solver", SOLVERS)
def test_tiny_and_complete(solver):
    for n in (1, 2, 3, 12):
        distances = squareform(pdist(points(n, 2))) if n > 1 else np.zeros((1, 1))
        matrix = centered(distances)
        for k in (1, n, n + 5):
            values, vectors = largest_eigenpairs(
                CenteredKernel(distances), k, eigen_solver=solver
            )
            assert vectors.shape == (n, min(k, n))
            assert_allclose(matrix @ vectors, vectors * values, rtol=0, atol=1e-13)


def test_eigenvalues_are_ranked_by_value():
    # The largest in magnitude are negative.
    rng = np.random.default_rng(5)
    basis = np.linalg.qr(rng.standard_normal((400, 400)))[0]
    spectrum = np.r_[3.0, 2.0, 1.0, np.linspace(-50, -1, 397)]
    operator = Counted((basis * spectrum) @ basis.T)
    for solver in SOLVERS:
        values, vectors = largest_eigenpairs(operator, 3, eigen_solver=solver)
        assert_allclose(values, [3, 2, 1], rtol=1e-9)
        assert_allclose(np.abs(np.sum(vectors * basis[:, :3], axis=0)), 1, rtol=1e-9)


def test_guess_that_misses_everything_is_mended():
    n = 600
    operator = Counted(np.diag(np.r_[10.0, 9.0, np.linspace(1, 0, n - 2)]))
    # eigenvectors, but the wrong ones
    operator.guess = lambda n_columns: np.eye(n)[:, 50 : 50 + n_columns]
    values, _ = largest_eigenpairs(operator, 2)
    assert_allclose(values, [10, 9], rtol=1e-12)


@pytest.mark.parametrize("multiplicity", [2, 8, 20])
def test_multiplicity_beyond_the_block(multiplicity):
    spectrum = np.linspace(0, 1, 900)
    spectrum[-multiplicity:] = 2
    operator = Counted(np.diag(spectrum))
    values, vectors = largest_eigenpairs(operator, 7, eigen_solver="krylov")
    assert_allclose(values, np.sort(spectrum)[: -7 - 1 : -1], atol=1e-12)
    assert_allclose(vectors.T @ vectors, np.eye(7), atol=1e-12)


def test_few_passes():
    operator = CenteredKernel(euclidean(900))
    counted = Counted(operator)
    counted.guess = operator.guess
    largest_eigenpairs(counted, 2)
    assert counted.n_products <= 10


def test_restarts_converge():
    # 600 eigenvalues without a gap need more columns than the basis has
    matrix = noise(600)
    operator = Counted(centered(matrix))
    values, _ = largest_eigenpairs(operator, 6)
    assert operator.n_products > 256 // 8
    expected = eigh(operator.matrix, eigvals_only=True)[: -6 - 1 : -1]
    assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("solver", ["krylov", "arpack"])
def test_non_convergence_warns(solver):
    kernel = CenteredKernel(noise(300))
    message = rf"{solver}.* tol=0.* max_iter=4: .*residual .*Increase max_iter"
    with pytest.warns(ConvergenceWarning, match=message):
        values, vectors = largest_eigenpairs(kernel, 5, eigen_solver=solver, max_iter=4)
    assert vectors.shape == (300, 5)
    assert np.all(np.isfinite(vectors))
    expected = eigh(kernel.toarray(), eigvals_only=True)[: -5 - 1 : -1]
    assert_allclose(values, expected, rtol=0.4)  # nothing is left out or made up


def test_tolerance_saves_passes():
    n_products = []
    for tol in (0, 1e-2):
        operator = Counted(centered(noise(600)))
        _, vectors = largest_eigenpairs(operator, 2, tol=tol)
        n_products.append(operator.n_products)
    assert n_products[1] < n_products[0] / 2
    values = np.sum(vectors * (operator.matrix @ vectors), axis=0)
    residuals = np.abs(operator.matrix @ vectors / values - vectors).max(axis=0)
    assert np.all(residuals <= 1e-2 * np.abs(vectors).max(axis=0))


@pytest.mark.parametrize("solver", SOLVERS)
def test_same_bits_for_any_n_jobs(solver, monkeypatch):
    monkeypatch.setattr(
        _centering, "ENTRIES_PER_THREAD", 1
    )  # threads for few samples too
    distances = bent(620)
    expected = largest_eigenpairs(CenteredKernel(distances), 3, eigen_solver=solver)
    for n_jobs in (1, 2, 3, -1):
        kernel = CenteredKernel(distances, n_jobs=n_jobs)
        assert_array_equal(
            kernel.squared_norm(), CenteredKernel(distances).squared_norm()
        )
        computed = largest_eigenpairs(kernel, 3, eigen_solver=solver)
        assert_array_equal(computed[0], expected[0])
        assert_array_equal(computed[1], expected[1])


def test_last_bits_below_the_diagonal_do_not_matter():
    distances = bent(500)
    upset = np.triu(distances) + np.tril(distances) * (1 + 1e-16 * np.arange(500))
    assert np.any(upset != upset.T)
    kernel = CenteredKernel(upset)
    array = kernel.toarray()
    assert_array_equal(array, array.T)
    values, vectors = largest_eigenpairs(kernel, 2)
    expected, _ = largest_eigenpairs(CenteredKernel(distances), 2)
    assert_allclose(values, expected, rtol=1e-14)
    assert_allclose((kernel @ vectors) / values, vectors, rtol=0, atol=1e-8)


def test_read_only_distances():
    distances = bent(60)
    distances.flags.writeable = False
    values, _ = largest_eigenpairs(CenteredKernel(distances), 2)
    assert np.all(values > 0)


def test_no_second_matrix():
    n = 2000
    distances = euclidean(n)
    tracemalloc.start()
    kernel = CenteredKernel(distances)
    largest_eigenpairs(kernel, 2)
    kernel.squared_norm()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < distances.nbytes / 2


def test_agreement_with_kernel_pca():
    distances = bent(420)
    peer = KernelPCA(3, kernel="precomputed", eigen_solver="dense")
    embedding = peer.fit_transform(-0.5 * distances**2)
    values, vectors = largest_eigenpairs(CenteredKernel(distances), 3)
    assert_allclose(values, peer.eigenvalues_, rtol=1e-10)
    scale = np.abs(embedding).max()
    assert_allclose(vectors * np.sqrt(values), embedding, rtol=0, atol=1e-7 * scale)


def test_reconstruction_error_from_the_norm():
    distances = bent(300)
    kernel = CenteredKernel(distances)
    values, _ = largest_eigenpairs(kernel, 2)
    plain = KernelCenterer().fit_transform(-0.5 * distances**2)
    expected = np.sqrt(np.sum(plain**2) - np.sum(values**2)) / 300
    error = np.sqrt(kernel.squared_norm() - np.sum(values**2)) / 300
    assert_allclose(error, expected, rtol=1e-9)


def test_flip_signs_is_svd_flip(rng):
    vectors = rng.standard_normal((30, 9))
    assert_array_equal(flip_signs(vectors), svd_flip(vectors, None)[0])


def test_parameters_are_checked():
    kernel = CenteredKernel(bent(10))
    with pytest.raises(ValueError, match=r"eigen_solver must be one of .*'amg'"):
        largest_eigenpairs(kernel, 2, eigen_solver="amg")
    with pytest.raises(ValueError, match="n_components must be at least 1; got 0"):
        largest_eigenpairs(kernel, 0)


def test_dense_solver_too_large_for_memory_is_refused():
    class Huge(Counted):
        def __init__(self):
            self.shape, self.dtype = (10**8, 10**8), np.dtype(np.float64)

    with pytest.raises(MemoryError, match=r"100000000 samples .*eigen_solver='auto'"):
        largest_eigenpairs(Huge(), 2, eigen_solver="dense")


# --- the other end of the spectrum ---


def counted(kernel, monkeypatch):
    """A list that grows with every product of the kernel."""
    products = []
    multiply = type(kernel).__matmul__

    def note(self, block):
        products.append(block.shape)
        return multiply(self, block)

    monkeypatch.setattr(type(kernel), "__matmul__", note)
    return products


@pytest.mark.parametrize(
    "metric, rtol", [("cityblock", 0.01), ("chebyshev", 0.01), ("sqeuclidean", 0.01)]
)
def test_lowest_eigenvalue_takes_no_longer_than_the_largest(metric, rtol, monkeypatch):
    X = np.random.default_rng(71).standard_normal((500, 6)) ** 3
    kernel = CenteredKernel(squareform(pdist(X, metric)))
    values = np.linalg.eigvalsh(kernel.toarray())
    products = counted(kernel, monkeypatch)
    largest_eigenpairs(kernel, 2)
    n_products = len(products)
    assert_allclose(lowest_eigenvalue(kernel, values[-1]), values[0], rtol=rtol)
    assert len(products) <= 2 * n_products + 2  # the first n_products are the others


@pytest.mark.parametrize("n", [1, 2, 30, 399])
def test_lowest_eigenvalue_of_few_rows_is_exact(n):
    rng = np.random.default_rng(72)
    upper = np.triu(rng.uniform(1, 2, (n, n)), 1)
    kernel = CenteredKernel(upper + upper.T)
    values = np.linalg.eigvalsh(kernel.toarray())
    assert_allclose(lowest_eigenvalue(kernel, values[-1]), values[0], atol=1e-11)


def test_lowest_eigenvalue_of_euclidean_distances_is_not_searched_for_long(monkeypatch):
    X = np.random.default_rng(73).standard_normal((450, 200))
    kernel = CenteredKernel(squareform(pdist(X)))
    products = counted(kernel, monkeypatch)
    value = lowest_eigenvalue(kernel, 1000.0)
    assert -1e-9 < value < 10
    assert len(products) <= 6
