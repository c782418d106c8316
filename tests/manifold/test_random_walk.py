"""Eigenvectors of the random walk against dense generalised eigenproblems."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from scipy.linalg import eigh

from skmanifold_nn.manifold import _random_walk
from skmanifold_nn.manifold._random_walk import (
    difference,
    reciprocal,
    scaled,
    solver_for,
    walk_eigenvectors,
)

both_formats = pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def weights_of(rng, n):
    weights = np.triu(rng.uniform(size=(n, n)) * (rng.uniform(size=(n, n)) < 0.3))
    weights += np.triu(weights, 1).T
    cycle = np.arange(n), (np.arange(n) + 1) % n
    weights[cycle] = weights[cycle[::-1]] = 0.5
    return weights


@both_formats
def test_scaled_and_difference(rng, kind):
    weights, factors = weights_of(rng, 12), rng.uniform(1, 2, 12)
    expected = factors[:, None] * weights * factors
    given = kind(weights)
    product = scaled(given, factors)
    assert_allclose(dense(product), expected, rtol=1e-15)
    assert_allclose(
        dense(difference(factors, product)), np.diag(factors) - expected, rtol=1e-12
    )
    assert_allclose(dense(given), weights)


@pytest.mark.parametrize("alpha", [0, 0.5, 1])
@both_formats
def test_eigenvectors_of_the_walk(rng, kind, alpha):
    weights = weights_of(rng, 70)
    q = weights.sum(axis=1)
    kernel = weights / np.outer(q, q) ** alpha
    mass = kernel.sum(axis=1)
    values, vectors = eigh(np.diag(mass) - kernel, np.diag(mass))
    found, psi, total, solver = walk_eigenvectors(
        kind(weights), alpha, 4, eigen_solver="auto"
    )
    assert_allclose(found, values[1:5], atol=1e-12)
    assert_allclose(total, mass.sum(), rtol=1e-13)
    vectors = vectors[:, 1:5] * np.sqrt(total)
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), range(4)])
    assert_allclose(psi, vectors, atol=1e-9)
    assert_allclose((mass / total) @ psi**2, 1, rtol=1e-12)
    assert isinstance(solver, str)


def test_reciprocals_are_bounded():
    assert_allclose(reciprocal(np.array([0.5, -2, 0, -1e-9])), [2, -0.5, 1e6, -1e6])


def test_multigrid_gives_way_where_it_does_not_serve(monkeypatch):
    graph = sparse.eye_array(100, format="csr")
    monkeypatch.setattr(_random_walk, "has_pyamg", lambda: True)
    assert solver_for(None, graph, 2) == "auto"
    assert solver_for("dense", graph, 2) == "dense"
    assert solver_for("amg", graph, 2) == "amg"
    with pytest.warns(RuntimeWarning, match="small graphs"):
        assert solver_for("amg", graph, 20) == "auto"
    with pytest.warns(RuntimeWarning, match="dense matrices"):
        assert solver_for("amg", graph.toarray(), 2) == "auto"
    monkeypatch.setattr(_random_walk, "has_pyamg", lambda: False)
    with pytest.raises(ValueError, match="pyamg is not available"):
        solver_for("amg", graph, 2)
