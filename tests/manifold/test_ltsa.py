"""Blocks of local tangent space alignment, against scikit-learn's matrix."""

import numpy as np
import pytest
from local_cases import (
    assert_valid,
    cloud,
    degenerate_clouds,
    nearest,
    scikit_learn_matrix,
    summed,
)
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn.manifold import _ltsa
from skmanifold_nn.manifold._ltsa import ltsa_blocks


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "name, k, d", [("roll", 12, 2), ("roll", 7, 1), ("tall", 9, 3), ("flat", 8, 2)]
)
def test_as_scikit_learn(rng, monkeypatch, name, k, d, dtype):
    X = cloud(rng, name).astype(dtype)
    neighbors = nearest(X, k)
    # scikit-learn leaves out rows that are nobody's neighbours
    monkeypatch.setattr(_ltsa, "covering", lambda patches: patches)
    expected = scikit_learn_matrix(X.astype(np.float64), k, d, "ltsa")
    found = summed(ltsa_blocks(X, neighbors, d), len(X))
    assert_allclose(found, expected, atol=1e-12)


def test_rows_that_are_nobodys_neighbours_have_a_part(rng):
    X = cloud(rng, "tall")
    neighbors = nearest(X, 9)
    alone = np.setdiff1d(np.arange(len(X)), neighbors)
    assert len(alone)
    matrix = summed(ltsa_blocks(X, neighbors, 2), len(X))
    assert np.all(np.diag(matrix)[alone] > 1e-3)


@pytest.mark.parametrize("n_features", [1, 2, 3, 40])
@pytest.mark.parametrize("name", degenerate_clouds)
def test_degenerate_patches(rng, name, n_features):
    X, neighbors = degenerate_clouds[name](rng, n_features)
    for members, blocks in ltsa_blocks(X, neighbors, 2):
        assert members.shape == (60, 7)
        assert_valid(blocks)


def test_sparse_rows_and_threads(rng):
    X = cloud(rng, "tall")
    X[np.abs(X) < 0.7] = 0
    neighbors = nearest(X, 9)
    one = summed(ltsa_blocks(X, neighbors, 2, n_jobs=1), len(X))
    assert_array_equal(summed(ltsa_blocks(X, neighbors, 2, n_jobs=2), len(X)), one)
    found = summed(ltsa_blocks(sparse.csr_array(X), neighbors, 2), len(X))
    assert_allclose(found, one, atol=1e-11)
