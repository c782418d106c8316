"""Brute-force neighbours against scikit-learn's and against naive distances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from skmanifold_nn import _neighbors
from skmanifold_nn._neighbors import kneighbors_graph, nearest_rows


def clusters(rng):
    centers = 1e4 * rng.standard_normal((30, 40))
    return centers[rng.integers(0, 30, 1300)] + rng.standard_normal((1300, 40))


def copies(rng):
    X = rng.standard_normal((1100, 20))
    X[200:260] = X[3]
    return X


CASES = {
    "digits": lambda rng: np.ascontiguousarray(load_digits().data),
    "gaussian": lambda rng: rng.standard_normal((1501, 33)),
    "far from the origin": lambda rng: rng.standard_normal((1100, 50)) + 1e6,
    "clusters": clusters,
    "copies": copies,
    "ties": lambda rng: rng.integers(0, 3, (1200, 17)).astype(float),
    "one place": lambda rng: np.full((1100, 20), 0.1),
    "constant columns": lambda rng: np.pad(rng.random((1100, 18)), ((0, 0), (0, 9))),
}


def naive_squares(X):
    """From differences, so that copies are at distance zero."""
    X = X.astype(np.float64)
    return np.stack([np.square(X - row).sum(axis=1) for row in X])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("case", CASES)
def test_the_nearest_rows(rng, case, dtype):
    X = CASES[case](rng).astype(dtype)
    found = nearest_rows(X, 7, 2)
    if found is None:  # left to scikit-learn: bounds in float32 say too little
        assert case in (
            "clusters",
            "ties",
            "copies",
            "one place",
            "far from the origin",
        )
        return
    squares, neighbors = found
    expected = naive_squares(X)
    np.fill_diagonal(expected, np.inf)
    nearest = np.sort(expected, axis=1)[:, :7]
    assert_allclose(squares, nearest, rtol=1e-12, atol=1e-300)
    rows = np.arange(len(X))[:, None]
    assert_allclose(expected[rows, neighbors], squares, rtol=1e-12, atol=1e-300)
    assert np.all(neighbors != rows)
    assert all(len(set(row)) == 7 for row in neighbors.tolist())


def test_ties_go_to_the_first_rows(rng):
    X = rng.integers(0, 6, (1100, 16)).astype(float)
    _, neighbors = nearest_rows(X, 5, 1)
    expected = naive_squares(X)
    np.fill_diagonal(expected, np.inf)
    order = np.lexsort((np.broadcast_to(np.arange(1100), expected.shape), expected))
    assert_array_equal(neighbors, order[:, :5])


@pytest.mark.parametrize("case", ["digits", "gaussian"])
def test_threads_and_blocks_do_not_change_a_bit(rng, monkeypatch, case):
    X = CASES[case](rng)
    expected = nearest_rows(X, 6, 1)
    for n_threads in (2, 3):
        for actual, wanted in zip(nearest_rows(X, 6, n_threads), expected, strict=True):
            assert_array_equal(actual, wanted)
    monkeypatch.setattr(_neighbors, "BLOCK_ROWS", 170)
    monkeypatch.setattr(_neighbors, "BLOCK_COLUMNS", 413)
    for actual, wanted in zip(nearest_rows(X, 6, 2), expected, strict=True):
        assert_array_equal(actual, wanted)


def test_rows_that_float32_cannot_decide_are_searched_in_float64(rng, monkeypatch):
    monkeypatch.setattr(_neighbors, "MAX_UNPROVED", 1.0)
    X = rng.standard_normal((1100, 30))
    X[::20] = X[0] + 1e-9 * rng.standard_normal(X[::20].shape)
    squares, _ = nearest_rows(X, 8, 2)
    expected = naive_squares(X)
    np.fill_diagonal(expected, np.inf)
    assert_allclose(squares, np.sort(expected, axis=1)[:, :8], rtol=1e-10)


@pytest.mark.parametrize("algorithm", ["brute", "kd_tree"])
@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_the_graph_is_scikit_learns(rng, algorithm, metric):
    X = rng.standard_normal((1200, 24))
    nbrs = NearestNeighbors(n_neighbors=5, algorithm=algorithm, metric=metric).fit(X)
    graph = kneighbors_graph(nbrs, 9)
    expected = nbrs.kneighbors_graph(n_neighbors=9, mode="distance")
    assert graph.shape == expected.shape and graph.nnz == expected.nnz
    assert_allclose(graph.toarray(), expected.toarray(), atol=1e-6)


def test_scikit_learns_errors_and_small_data(rng):
    nbrs = NearestNeighbors(algorithm="brute").fit(rng.standard_normal((1000, 20)))
    with pytest.raises(ValueError, match="Expected n_neighbors < n_samples_fit"):
        kneighbors_graph(nbrs, 1000)
    X = rng.standard_normal((30, 20))
    graph = kneighbors_graph(NearestNeighbors(algorithm="brute").fit(X), 4)
    distances = np.sort(pairwise_distances(X), axis=1)[:, 1:5]
    found = np.sort(graph.data.reshape(30, 4), axis=1)
    assert_allclose(found, distances, rtol=1e-6)
