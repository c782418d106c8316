"""Smallest eigenpairs, against scipy.linalg.eigh and analytic spectra."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.linalg import eigh
from sklearn.exceptions import ConvergenceWarning

from skmanifold_nn import _smallest
from skmanifold_nn.eigen import smallest_eigenpairs

FACTORISING = ["krylov", "arpack"]
SOLVERS = ["auto", "dense", *FACTORISING, "lobpcg", "amg"]
# |A v - lambda v| / |A|
RESIDUAL = dict.fromkeys(SOLVERS, 2e-10) | {"lobpcg": 1e-7, "amg": 1e-7}


@pytest.fixture(autouse=True)
def _skip_without_pyamg(request):
    callspec = getattr(request.node, "callspec", None)
    if callspec is not None and callspec.params.get("solver") == "amg":
        pytest.importorskip("pyamg")


def laplacian(adjacency):
    adjacency = sparse.csr_array(adjacency)
    return sparse.csr_array(sparse.diags_array(adjacency.sum(axis=1)) - adjacency)


def path(n):
    return sparse.diags_array([1.0, 1.0], offsets=[-1, 1], shape=(n, n))


def cycle(n):
    ends = sparse.coo_array(([1.0, 1.0], ([0, n - 1], [n - 1, 0])), shape=(n, n))
    return sparse.csr_array(path(n) + ends)


def torus(a, b):
    return sparse.kronsum(cycle(a), cycle(b))


def ones(n):
    return np.full((n, 1), 1 / np.sqrt(n))


def cosines(n, step):
    return 2 - 2 * np.cos(step * np.arange(n) / n)


ANALYTIC = {
    "path": (laplacian(path(600)), cosines(600, np.pi)),
    "cycle": (laplacian(cycle(500)), cosines(500, 2 * np.pi)),
    "torus": (
        laplacian(torus(20, 24)),
        np.add.outer(cosines(20, 2 * np.pi), cosines(24, 2 * np.pi)).ravel(),
    ),
    "square torus": (
        laplacian(torus(22, 22)),
        np.add.outer(cosines(22, 2 * np.pi), cosines(22, 2 * np.pi)).ravel(),
    ),
    "complete": (
        laplacian(np.ones((450, 450)) - np.eye(450)),
        np.append(0, np.full(449, 450.0)),
    ),
}


def check(matrix, pairs, expected, solver, null_space):
    scale = np.abs(expected).max()
    assert_allclose(pairs.values, expected[: len(pairs.values)], atol=1e-12 * scale)
    vectors = pairs.vectors
    residual = matrix @ vectors - vectors * pairs.values
    assert np.linalg.norm(residual, axis=0).max() <= RESIDUAL[solver] * scale
    assert_allclose(vectors.T @ vectors, np.eye(vectors.shape[1]), atol=1e-12)
    assert_allclose(null_space.T @ vectors, 0, atol=1e-7 if "b" in solver else 1e-11)
    assert np.all(vectors.max(axis=0) >= -vectors.min(axis=0))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("k", [1, 4, 9])
@pytest.mark.parametrize("name", ANALYTIC)
def test_analytic_spectra_with_their_multiplicities(name, k, solver):
    matrix, spectrum = ANALYTIC[name]
    null_space = ones(matrix.shape[0])
    pairs = smallest_eigenpairs(matrix, k, null_space=null_space, eigen_solver=solver)
    check(matrix, pairs, np.sort(spectrum)[1:], solver, null_space)


@pytest.mark.parametrize("seed", range(101, 401))
def test_random_graphs(seed):
    solver = FACTORISING[seed % 2]
    rng = np.random.default_rng(seed)
    n = int(rng.integers(80, 160))
    edges = rng.random((n, n)) < rng.choice([0.03, 0.1, 0.4])
    weights = np.triu(rng.random((n, n)) * edges, 1)
    weights[np.arange(n - 1), np.arange(1, n)] += 0.1  # in one piece
    matrix = laplacian(weights + weights.T)
    expected = eigh(matrix.toarray(), eigvals_only=True)[1:]
    pairs = smallest_eigenpairs(matrix, 3, null_space=ones(n), eigen_solver=solver)
    check(matrix, pairs, expected, solver, ones(n))


@pytest.mark.parametrize("solver", ["auto", "dense", *FACTORISING])
def test_one_null_vector_a_component(solver):
    parts = [laplacian(cycle(n)) for n in (150, 90, 300)]
    matrix = sparse.csr_array(sparse.block_diag(parts))
    labels = np.repeat([0, 1, 2], [150, 90, 300])
    null_space = np.eye(3)[labels] / np.sqrt([150, 90, 300])
    pairs = smallest_eigenpairs(matrix, 4, null_space=null_space, eigen_solver=solver)
    expected = np.sort(np.concatenate([cosines(n, 2 * np.pi) for n in (150, 90, 300)]))
    check(matrix, pairs, expected[3:], solver, null_space)
    # Unknown null vectors are found like others.
    pairs = smallest_eigenpairs(matrix, 4, eigen_solver=solver)
    assert_allclose(pairs.values, expected[:4], atol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 12])
def test_few_rows(solver, n):
    matrix = laplacian(np.ones((n, n)) - np.eye(n))
    pairs = smallest_eigenpairs(matrix, 3, null_space=ones(n), eigen_solver=solver)
    assert pairs.vectors.shape == (n, min(3, n - 1))
    assert_allclose(pairs.values, n, atol=1e-12)
    assert pairs.solver == "dense"


@pytest.mark.parametrize("width", [1.0, 4.0])
@pytest.mark.parametrize("solver", SOLVERS[:-1])
def test_dense_matrices_and_zero(solver, width, rng):
    points = rng.standard_normal((500, 3))
    kernel = np.exp(-width * np.square(points[:, None] - points).sum(axis=2))
    matrix = np.diag(kernel.sum(axis=1)) - kernel
    pairs = smallest_eigenpairs(matrix, 3, null_space=ones(500), eigen_solver=solver)
    check(matrix, pairs, eigh(matrix, eigvals_only=True)[1:], solver, ones(500))
    pairs = smallest_eigenpairs(0 * matrix, 2, eigen_solver=solver)
    assert_array_equal(pairs.values, 0)


def test_the_precision_of_the_matrix_is_kept():
    matrix, spectrum = ANALYTIC["cycle"]
    for dtype in (np.float32, np.float64):
        pairs = smallest_eigenpairs(matrix.astype(dtype), 2, null_space=ones(500))
        assert pairs.vectors.dtype == dtype and pairs.values.dtype == np.float64
        assert_allclose(pairs.values, np.sort(spectrum)[1:3], rtol=1e-9)


def test_missed_eigenvalues_are_counted_and_found(monkeypatch):
    """A start block without any part in the wanted eigenvectors."""
    matrix, spectrum = ANALYTIC["path"]
    n = matrix.shape[0]
    honest, calls = _smallest.start_block, []

    def blind(operator, k):
        calls.append(k)
        block = honest(operator, k)
        if len(calls) > 1:
            return block
        wanted = eigh(operator @ np.eye(n), subset_by_index=[n - 3, n - 1])[1]
        return block - wanted @ (wanted.T @ block)

    monkeypatch.setattr(_smallest, "start_block", blind)
    monkeypatch.setattr(_smallest, "MIN_PASSES", 1)
    monkeypatch.setattr(_smallest, "LOOSEST", 1e-4)
    monkeypatch.setattr(_smallest, "WANTED", 1.0)
    pairs = smallest_eigenpairs(matrix, 3, null_space=ones(n), eigen_solver="krylov")
    assert_allclose(pairs.values, np.sort(spectrum)[1:4], rtol=1e-6)
    assert len(calls) > 1


@pytest.mark.parametrize("solver", ["krylov", "lobpcg"])
def test_what_has_not_converged_is_said(solver):
    matrix, _ = ANALYTIC["square torus"]
    null_space = ones(matrix.shape[0])
    with pytest.warns(ConvergenceWarning, match=f"eigen_solver='{solver}' did not"):
        pairs = smallest_eigenpairs(
            matrix, 3, null_space=null_space, eigen_solver=solver, max_iter=1, tol=1e-9
        )
    assert pairs.vectors.shape == (matrix.shape[0], 3)


def too_dear(monkeypatch, **limits):
    for name, value in limits.items():
        monkeypatch.setattr(f"skmanifold_nn.eigen.{name}", value)


@pytest.mark.parametrize(
    "limits, solver",
    [
        ({"DEAR_OPERATIONS": 0.0}, "krylov"),
        ({"DEAR_OPERATIONS": 0.0, "TRIAL_PASSES": 1}, "krylov"),
        ({"MAX_OPERATIONS": 0.0}, "krylov"),
        ({"MAX_OPERATIONS": 0.0, "TRIAL_PASSES": 1}, "amg"),
        ({"FACTOR_MEMORY": 0.0, "has_pyamg": lambda: False}, "krylov"),
    ],
)
def test_where_a_factor_is_dear(limits, solver, monkeypatch):
    if solver == "amg":
        pytest.importorskip("pyamg")
    too_dear(monkeypatch, **limits)
    matrix, spectrum = ANALYTIC["square torus"]
    null_space = ones(matrix.shape[0])
    pairs = smallest_eigenpairs(matrix, 3, null_space=null_space)
    assert pairs.solver == solver
    check(matrix, pairs, np.sort(spectrum)[1:], solver, null_space)


def test_what_has_not_converged_without_a_factor_is_said(monkeypatch):
    too_dear(monkeypatch, MAX_OPERATIONS=0.0, has_pyamg=lambda: False)
    matrix, _ = ANALYTIC["path"]
    with pytest.warns(ConvergenceWarning, match="too large to be factorised"):
        smallest_eigenpairs(matrix, 3, null_space=ones(600), max_iter=2)


def test_multigrid_is_missed_by_name(monkeypatch):
    monkeypatch.setattr("skmanifold_nn.eigen.has_pyamg", lambda: False)
    with pytest.raises(ValueError, match="pyamg is not available"):
        smallest_eigenpairs(np.eye(500), 2, eigen_solver="amg")


@pytest.mark.parametrize(
    "matrix, params, message",
    [
        (np.ones((2, 3)), {}, "2-dimensional and square"),
        (np.eye(2, dtype=int), {}, "float32 or float64; got int"),
        (np.diag([1.0, np.nan]), {}, "NaN"),
        (np.eye(2), {"null_space": np.ones(2)}, "columns of length 2"),
        (np.eye(2), {"eigen_solver": "power"}, "one of .*'amg'.*; got 'power'"),
        (np.eye(2), {"n_components": 0}, "at least 1; got 0"),
        (np.eye(500), {"eigen_solver": "amg"}, "dense matrices|not available"),
    ],
)
def test_arguments_are_checked(matrix, params, message):
    with pytest.raises(ValueError, match=message):
        smallest_eigenpairs(matrix, **({"n_components": 1} | params))


def test_large_sheet_without_warnings():
    matrix = laplacian(sparse.kronsum(path(150), path(97)))
    n = matrix.shape[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pairs = smallest_eigenpairs(matrix, 5, null_space=ones(n))
    expected = np.add.outer(cosines(150, np.pi), cosines(97, np.pi)).ravel()
    check(matrix, pairs, np.sort(expected)[1:], "krylov", ones(n))
