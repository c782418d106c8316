"""Neighbours against scikit-learn's and against naive distances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from skmanifold_nn import _neighbors
from skmanifold_nn._neighbors import kneighbors, kneighbors_graph, nearest_rows


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


HARD_CASES = {
    "more copies than neighbors": lambda rng: np.vstack(
        (np.ones((40, 30)), rng.standard_normal((400, 30)))
    ),
    "pairs": lambda rng: np.repeat(rng.standard_normal((300, 24)), 2, axis=0),
    "grid": lambda rng: rng.integers(0, 4, (500, 40)).astype(float),
    "float32 grid": lambda rng: rng.integers(0, 4, (500, 40)).astype(np.float32),
    "far": lambda rng: 1e6 + rng.standard_normal((400, 30)),
    "wide": lambda rng: rng.random((301, 784)),
    "far clusters": lambda rng: clusters(rng)[:600],
    "uneven scales": lambda rng: (
        rng.standard_normal((500, 30)) * np.exp(rng.uniform(-6, 6, (500, 1)))
    ),
    "tiny": lambda rng: 1e-30 * rng.standard_normal((400, 30)),
    "huge": lambda rng: 1e30 * rng.standard_normal((400, 30)),
}


def kernel_squares(X):
    """All squared distances as the kernel rounds them; no row with itself."""
    n = len(X)
    row, column = np.divmod(np.arange(n * n), n)
    squares = np.empty(n * n)
    _neighbors.squared_distances_of_pairs(
        X, row.astype(np.int32), column.astype(np.int32), 2, squares
    )
    squares[:: n + 1] = np.inf
    return squares.reshape(n, n)


@pytest.mark.parametrize("k", [1, 10])
@pytest.mark.parametrize("case", HARD_CASES)
def test_exact_for_any_blocks(case, k, rng, monkeypatch):
    """By (distance, index) to the last bit, whatever float32 can tell apart."""
    X = HARD_CASES[case](rng)
    squares = kernel_squares(X)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    monkeypatch.setattr(_neighbors, "MAX_UNPROVED", 1.0)
    for rows, columns in ((1024, 8192), (64, 150), (100, 100), (64, 37)):
        monkeypatch.setattr(_neighbors, "BLOCK_ROWS", rows)
        monkeypatch.setattr(_neighbors, "BLOCK_COLUMNS", columns)
        found, neighbors = nearest_rows(X, k, 2)
        assert_array_equal(found, np.take_along_axis(squares, order, axis=1))
        assert_array_equal(neighbors, order)


def test_without_spare_candidates_all_rows_are_searched(rng, monkeypatch):
    X = rng.standard_normal((700, 33))
    expected = nearest_rows(X, 4, 1)
    monkeypatch.setattr(_neighbors, "MAX_UNPROVED", 1.0)
    monkeypatch.setattr(_neighbors, "N_SPARE", 0)
    searched = []
    search = _neighbors._search

    def counted(X, filtered, rows, *rest):
        searched.extend(rows)
        search(X, filtered, rows, *rest)

    monkeypatch.setattr(_neighbors, "_search", counted)
    for actual, wanted in zip(nearest_rows(X, 4, 2), expected, strict=True):
        assert_array_equal(actual, wanted)
    assert len(searched) == len(X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [0, 1e-200, 1e306])
def test_scales_left_to_scikit_learn(scale, dtype):
    X = np.full((1000, 48), 1e38 if scale == 1e306 else scale, dtype=dtype)
    if dtype == np.float64:
        X[::2] = scale
    assert nearest_rows(X, 5, 1) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_where_the_kernel_searches(dtype, n_jobs, rng, monkeypatch):
    X = rng.standard_normal((1200, 50)).astype(dtype)
    nbrs = NearestNeighbors().fit(X)
    peer = nbrs.kneighbors_graph(n_neighbors=7, mode="distance")
    monkeypatch.setattr(nbrs, "kneighbors_graph", None)
    graph = kneighbors_graph(nbrs, 7, n_jobs)
    assert isinstance(graph, sparse.csr_array) and graph.dtype == np.float64
    assert_array_equal(graph.indptr, peer.indptr)
    assert_array_equal(graph.indices, peer.indices)
    # scikit-learn's squares come from a a - 2 a b + b b
    assert_allclose(graph.data, peer.data, rtol=1e-12 if dtype == np.float64 else 1e-5)


@pytest.mark.parametrize(
    ("shape", "parameters"),
    [
        ((1200, 50), {"metric": "sqeuclidean"}),
        ((1200, 50), {"metric": "minkowski", "metric_params": {"w": np.ones(50)}}),
        ((1200, 50), {"algorithm": "ball_tree"}),
        ((1200, 5), {"algorithm": "brute"}),
        ((300, 50), {}),
        ((1200, 50), {"n_neighbors": 11}),
    ],
)
def test_where_scikit_learn_searches(shape, parameters, rng, monkeypatch):
    nbrs = NearestNeighbors(**parameters).fit(rng.random(shape))
    monkeypatch.setattr(_neighbors, "nearest_rows", None)
    k = nbrs.n_neighbors
    graph = kneighbors_graph(nbrs, k, 1)
    peer = nbrs.kneighbors_graph(n_neighbors=k, mode="distance")
    assert_array_equal(graph.indices, peer.indices)
    assert_array_equal(graph.data, peer.data)


def test_sparse_and_precomputed_are_left_to_scikit_learn(rng, monkeypatch):
    monkeypatch.setattr(_neighbors, "nearest_rows", None)
    for nbrs in (
        NearestNeighbors().fit(sparse.csr_array(rng.random((1100, 50)))),
        NearestNeighbors(metric="precomputed").fit(1 - np.eye(1100)),
    ):
        assert kneighbors_graph(nbrs, 3, 1).nnz == 3300


TREE_CASES = {
    "sheet": lambda rng: rng.standard_normal((900, 3)),
    "line": lambda rng: rng.standard_normal((300, 1)),
    "one point": lambda rng: np.full((60, 2), 0.25),
    "more copies than neighbors": lambda rng: np.repeat(
        rng.standard_normal((20, 3)), 15, axis=0
    ),
    "grid": lambda rng: rng.integers(0, 5, (400, 3)).astype(np.float32),
    "uneven scales": lambda rng: np.exp(8 * rng.standard_normal((500, 3))),
    "two rows": lambda rng: rng.standard_normal((2, 3)),
}


@pytest.mark.parametrize("case", TREE_CASES)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_trees_find_the_nearest_other_rows(case, n_jobs, rng):
    X = TREE_CASES[case](rng)
    k = min(7, len(X) - 1)
    nbrs = NearestNeighbors(algorithm="kd_tree").fit(X)
    graph = kneighbors_graph(nbrs, k, n_jobs)
    distances, neighbors = (a.reshape(len(X), k) for a in (graph.data, graph.indices))
    all_distances = np.sqrt(naive_squares(X.astype(np.float64)))
    assert_allclose(distances, np.take_along_axis(all_distances, neighbors, axis=1))
    np.fill_diagonal(all_distances, np.inf)
    assert_allclose(distances, np.sort(all_distances, axis=1)[:, :k])
    assert all(len(set(row)) == k for row in neighbors)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 4, 30])
def test_of_equally_near_rows_the_first_are_neighbours(k, dtype):
    rng = np.random.default_rng(7)
    X = rng.integers(0, 3, (400, 6)).astype(dtype)  # more ties than are prepared for
    queries = rng.integers(0, 3, (55, 6)).astype(dtype)
    nbrs = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X)
    squares = ((queries[:, None] - X) ** 2).sum(axis=2)
    expected = np.argsort(squares, axis=1, kind="stable")[:, :k]

    distances, neighbors = kneighbors(nbrs, queries)
    assert_array_equal(neighbors, expected)
    assert_allclose(distances**2, np.take_along_axis(squares, expected, 1), atol=1e-5)
    alone = [kneighbors(nbrs, row[None])[1][0] for row in queries]
    assert_array_equal(alone, expected)
    assert_array_equal(kneighbors(nbrs, sparse.csr_array(queries))[1], expected)


def test_of_equally_near_others_the_first_are_neighbours():
    X = np.random.default_rng(7).integers(0, 3, (300, 5)).astype(float)
    squares = ((X[:, None] - X) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    expected = np.argsort(squares, axis=1, kind="stable")[:, :6]
    nbrs = NearestNeighbors(algorithm="brute").fit(X)
    assert_array_equal(kneighbors(nbrs, None, 6)[1], expected)
    graph = kneighbors_graph(nbrs, 6)
    assert_array_equal(graph.indices.reshape(300, 6), expected)
    assert graph.indices.dtype == np.int32


def test_all_rows_can_be_neighbours():
    X = np.random.default_rng(7).integers(0, 3, (20, 2)).astype(float)
    nbrs = NearestNeighbors(algorithm="brute").fit(X)
    distances, neighbors = kneighbors(nbrs, X[:3], 20)
    assert_array_equal(np.sort(neighbors), np.tile(np.arange(20), (3, 1)))
    assert kneighbors(nbrs, None, 19)[0].shape == (20, 19)
    assert (np.diff(distances) >= 0).all()
