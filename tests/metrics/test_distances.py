"""Distances in blocks against scikit-learn's at once."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.metrics import pairwise_distances

from skmanifold_nn.metrics._distances import (
    CACHED_BYTES,
    MAX_BYTES,
    RowDistances,
    check_integer,
    check_pair,
)


@pytest.mark.parametrize("n_features", [2, 8, 9, 30])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_distances(rng, n_features, dtype):
    X = (5 * rng.standard_normal((40, n_features)) + 3).astype(dtype)
    rows = np.array([3, 39, 11])
    expected = pairwise_distances(X.astype(float))[rows]
    for given in (X, csr_array(X), X.tolist(), np.asfortranarray(X)):
        found = RowDistances(given, "euclidean", "X").distances(rows)
        assert found.dtype == np.float64
        # of a point to itself: the root of rounding
        assert_allclose(found, expected, rtol=1e-10, atol=1e-6)
    squares = RowDistances(X, "euclidean", "X").distances(rows, squares=True)
    assert_allclose(squares, expected**2, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "precomputed", "manhattan"])
@pytest.mark.parametrize("n_features", [2, 30])
def test_blocks_may_be_written_to(rng, metric, n_features):
    """Memory is used again, but the input stays, and each block is its own."""
    X = rng.standard_normal((20, n_features))
    given = pairwise_distances(X) if metric == "precomputed" else X
    distances = RowDistances(given, metric, "X")
    expected = pairwise_distances(given, metric=metric)
    for n_rows in (7, 12, 3):
        block = distances.distances(np.arange(n_rows))
        assert_allclose(block, expected[:n_rows], atol=1e-6)
        block[:] = -1


def test_whole_numbers_are_exact(rng):
    X = rng.integers(-9, 9, (50, 30))
    squares = RowDistances(X, "euclidean", "X").distances(np.arange(50), squares=True)
    assert_array_equal(squares, ((X[:, None] - X) ** 2).sum(axis=2))


def test_neighbors_do_not_include_the_row(rng):
    X = rng.standard_normal((30, 3))
    X[:12] = X[0]
    rows = np.array([2, 5, 20])
    neighbors = RowDistances(X, "euclidean", "X").neighbors(4, rows)
    assert neighbors.shape == (3, 4)
    assert not (neighbors == rows[:, None]).any()
    D = pairwise_distances(X)
    np.fill_diagonal(D, np.inf)
    found = np.take_along_axis(D[rows], neighbors, axis=1)
    assert_allclose(np.sort(found), np.sort(D[rows])[:, :4], atol=1e-12)


def test_blocks_are_bounded():
    distances = RowDistances(np.zeros((3, 1)), "euclidean", "X")
    for n in (1, 1000, 5000, 10**5, 10**6, 10**8):
        distances.n_samples = n
        n_rows = distances.block_rows()
        assert n_rows >= 1
        assert n_rows == 1 or 8 * n * n_rows <= max(MAX_BYTES, CACHED_BYTES)


def test_magnitudes_whose_squares_are_no_numbers(rng):
    X = rng.standard_normal((20, 3))
    for factor in (1e200, 1e-200):
        for given in (factor * X, csr_array(factor * X)):
            with pytest.raises(ValueError, match=r"X must have its largest magnitude"):
                RowDistances(given, "euclidean", "X")
    found = RowDistances(1e100 * X, "euclidean", "X").distances(np.arange(20))
    assert_allclose(found, 1e100 * pairwise_distances(X), atol=1e90)
    RowDistances(0 * X, "euclidean", "X")
    RowDistances(1e200 * pairwise_distances(X), "precomputed", "X")


def test_precomputed_distances_to_oneself(rng):
    X = rng.standard_normal((20, 3)).astype(np.float32)
    D = pairwise_distances(X)
    np.fill_diagonal(D, 1e-3 * D.max() * rng.random(20))
    RowDistances(D, "precomputed", "X").require_zero_diagonal()
    similarities = RowDistances(np.exp(-D), "precomputed", "X")
    with pytest.raises(
        ValueError, match=r"X must have zeros on its diagonal .* S\.max"
    ):
        similarities.require_zero_diagonal()
    RowDistances(X, "euclidean", "X").require_zero_diagonal()


@pytest.mark.parametrize("n_features", [2, 30])
def test_booleans(rng, n_features):
    X = rng.random((30, n_features)) < 0.5
    rows = np.array([3, 11])
    for metric in ("euclidean", "manhattan", "jaccard"):
        distances = RowDistances(X, metric, "X")
        given = X if metric == "jaccard" else X.astype(float)
        expected = pairwise_distances(given, metric=metric)[rows]
        assert_allclose(distances.distances(rows), expected, atol=1e-12)
        assert distances.neighbors(4, rows).shape == (2, 4)
        assert distances.X.dtype == given.dtype


def test_unknown_values(rng):
    X = rng.standard_normal((30, 3))
    X[::4, 0] = X[1::9, 2] = np.nan
    rows = np.array([3, 4, 11])
    distances = RowDistances(X, "nan_euclidean", "X")
    D = pairwise_distances(X, metric="nan_euclidean")
    assert_allclose(distances.distances(rows), D[rows])
    np.fill_diagonal(D, np.inf)
    assert_array_equal(distances.neighbors(5, rows), np.argsort(D[rows])[:, :5])
    X[:, 1], X[4], X[21] = np.nan, [1, np.nan, np.nan], [np.nan, np.nan, 1]
    with pytest.raises(ValueError, match=r"Rows of X must .* rows 1 and 4 have none"):
        RowDistances(X[[3, 21, 5, 7, 4]], "nan_euclidean", "X")
    with pytest.raises(ValueError, match="X contains inf"):
        RowDistances(X + np.inf, "nan_euclidean", "X")
    with pytest.raises(ValueError, match="X must have its largest magnitude"):
        RowDistances(X * 1e200, "nan_euclidean", "X")
    with pytest.raises(TypeError, match=r"Sparse data was passed.* X, but dense"):
        RowDistances(csr_array(np.eye(3)), "nan_euclidean", "X")


def test_rows_that_are_no_numbers():
    words = np.array(["a", "abc", "abcdef", "abcdefgh"], dtype=object)[:, None]
    distances = RowDistances(words, lambda a, b: abs(len(a[0]) - len(b[0])), "X")
    rows = np.array([0, 2])
    assert_array_equal(distances.distances(rows), [[0, 2, 5, 7], [5, 3, 0, 2]])
    assert_array_equal(distances.neighbors(2, rows), [[1, 2], [3, 1]])


def test_errors(rng):
    X = rng.standard_normal((4, 3))
    for metric in ("euclid", None):
        with pytest.raises(ValueError, match=r"metric must be .*Use 'euclidean'"):
            RowDistances(X, metric, "X")
    with pytest.raises(ValueError, match=r"X must have 5 samples or more .* got 4"):
        check_pair(X, X, "euclidean", least=5)
    with pytest.raises(ValueError, match=r"too few samples for n_neighbors=5"):
        check_integer(5, "n_neighbors", 1, 0, "")
    with pytest.raises(ValueError, match="got True"):
        check_integer(True, "n_neighbors", 0, 5, "")
