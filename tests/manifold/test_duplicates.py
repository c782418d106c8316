"""Distinct rows, against numpy.unique."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from skmanifold_nn.manifold import _duplicates
from skmanifold_nn.manifold._duplicates import distinct_rows


@pytest.fixture(params=["hashes", "collisions"])
def hashing(request, monkeypatch):
    if request.param == "collisions":
        monkeypatch.setattr(
            _duplicates, "_hashes", lambda X: np.arange(X.shape[0]) % 2 * 1.0
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("convert", [np.asarray, np.asfortranarray, sparse.csr_array])
@pytest.mark.parametrize("n_values", [2, 5])
def test_copies_are_found(dtype, convert, n_values, rng, hashing):
    X = rng.integers(0, n_values, (60, 3)).astype(dtype)
    first, inverse = distinct_rows(convert(X))
    assert len(first) == len(np.unique(X, axis=0))
    assert np.all(np.diff(first) > 0)
    assert_array_equal(X[first][inverse], X)
    assert_array_equal(inverse[first], np.arange(len(first)))


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_array])
def test_rows_that_differ(convert, rng, hashing):
    X = rng.standard_normal((50, 4))
    X[:, 2] = 0
    X[0] = 0
    assert distinct_rows(convert(X)) == (None, None)


def test_zeros_of_both_signs_are_equal(hashing):
    first, inverse = distinct_rows(np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, -1.0]]))
    assert_array_equal(first, [0, 2])
    assert_array_equal(inverse, [0, 0, 1])


def test_permuted_and_shifted_values_are_told_apart():
    X = np.array([[1.0, 2.0], [2.0, 1.0], [1.5, 1.5], [0.0, 3.0], [1.0, 2.0]])
    assert_array_equal(distinct_rows(X)[0], [0, 1, 2, 3])


def test_stored_zeros_and_unsorted_columns_do_not_matter():
    X = sparse.csr_array(
        (np.array([1.0, 2.0, 2.0, 1.0, 0.0]), np.array([0, 2, 2, 0, 1]), [0, 2, 5]),
        shape=(2, 3),
    )
    assert_array_equal(distinct_rows(X)[1], [0, 0])
