"""Blocks of modified LLE, against scikit-learn's matrix."""

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

from skmanifold_nn.manifold._modified_lle import modified_blocks


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "name, k, d",
    [("roll", 12, 2), ("roll", 7, 1), ("tall", 9, 3), ("tall", 25, 2), ("flat", 8, 2)],
)
def test_as_scikit_learn(rng, name, k, d, dtype):
    X = cloud(rng, name).astype(dtype)
    expected = scikit_learn_matrix(X.astype(np.float64), k, d, "modified")
    found = summed(modified_blocks(X, nearest(X, k), d), len(X))
    # regularised weights lose three digits of sixteen
    assert_allclose(found, expected, atol=1e-11)


def test_members_are_the_point_and_its_neighbours(rng):
    X = cloud(rng, "roll")
    neighbors = nearest(X, 9)
    members = np.concatenate([m for m, _ in modified_blocks(X, neighbors, 2)])
    assert members.dtype == np.int32
    assert_array_equal(members[:, 0], np.arange(len(X)))
    assert_array_equal(members[:, 1:], neighbors)


def test_reg_is_used(rng):
    X = cloud(rng, "roll")
    neighbors = nearest(X, 9)
    little = summed(modified_blocks(X, neighbors, 2, reg=1e-9), len(X))
    usual = summed(modified_blocks(X, neighbors, 2), len(X))
    none = summed(modified_blocks(X, neighbors, 2, reg=0.0), len(X))
    assert np.abs(little - usual).max() > 1e-6
    assert_allclose(little, none, atol=1e-4)


def test_exact_dependencies_of_a_sheet_in_space_are_all_used(rng):
    # rounding of a plane's third coordinate is no axis
    flat = rng.random((200, 2))
    X = flat @ rng.standard_normal((2, 3))
    for _, blocks in modified_blocks(X, nearest(X, 8), 2):
        eigenvalues = np.linalg.eigvalsh(blocks)
        assert_array_equal(np.count_nonzero(eigenvalues > 1e-9, axis=1), 6)


@pytest.mark.parametrize("reg", [0.0, 1e-3])
@pytest.mark.parametrize("n_features", [1, 2, 3, 40])
@pytest.mark.parametrize("name", degenerate_clouds)
def test_degenerate_patches(rng, name, n_features, reg):
    X, neighbors = degenerate_clouds[name](rng, n_features)
    for members, blocks in modified_blocks(X, neighbors, 2, reg=reg):
        assert members.shape == (60, 8)
        assert_valid(blocks)


def test_sparse_rows_and_threads(rng):
    X = cloud(rng, "tall")
    X[np.abs(X) < 0.7] = 0
    neighbors = nearest(X, 9)
    one = summed(modified_blocks(X, neighbors, 2, n_jobs=1), len(X))
    two = summed(modified_blocks(X, neighbors, 2, n_jobs=2), len(X))
    assert_array_equal(two, one)
    found = summed(modified_blocks(sparse.csr_array(X), neighbors, 2), len(X))
    assert_allclose(found, one, atol=1e-10)
