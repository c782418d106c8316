"""Neighbour graphs, new rows' neighbours, bandwidths, components."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import kneighbors_graph, sort_graph_by_row_values

from skmanifold_nn.manifold import _affinity
from skmanifold_nn.manifold._affinity import (
    DiagonalBlocks,
    EqualRows,
    NearRows,
    NeighborGraph,
    bridged,
    check_affinities,
    components,
    degrees,
    heaviest_component,
    median_gamma,
    slope_gamma,
    times_columns,
    without_diagonal,
)


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def random_weights(rng, n, density=0.2):
    weights = np.triu(rng.uniform(size=(n, n)) * (rng.uniform(size=(n, n)) < density))
    return weights + np.triu(weights, 1).T


both_formats = pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])


# --- graphs ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_neighbors", [1, 2, 7, 60])
def test_connectivity_is_scikit_learns(rng, n_neighbors, dtype):
    X = rng.standard_normal((60, 3)).astype(dtype)
    directed = kneighbors_graph(X, n_neighbors, include_self=True).toarray()
    graph = NeighborGraph.of_rows(X, n_neighbors, None)
    assert_array_equal(graph.connectivity().toarray(), (directed + directed.T) / 2)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_heat_weights_and_radii(rng, kind):
    X = rng.standard_normal((50, 4))
    X[X < -1] = 0
    graph = NeighborGraph.of_rows(kind(X), 6, None)
    distances = pairwise_distances(X)
    directed = kneighbors_graph(X, 6, include_self=True).toarray()
    expected = np.exp(-0.7 * distances**2) * ((directed + directed.T) > 0)
    assert_allclose(graph.heat(0.7).toarray(), expected, rtol=1e-12, atol=1e-15)
    assert_allclose(graph.radii, np.sort(distances)[:, 5], rtol=1e-12)


def test_graph_of_distances(rng):
    X = rng.standard_normal((40, 2))
    full = kneighbors_graph(X, 12, mode="distance", include_self=True)
    graph, expected = (
        NeighborGraph.of_distances(full, 5, None),
        NeighborGraph.of_rows(X, 5, None),
    )
    assert_array_equal(
        graph.connectivity().toarray(), expected.connectivity().toarray()
    )
    assert_allclose(graph.radii, expected.radii, rtol=1e-12)


# --- new rows ---


def naive_shares(X, rows, radii, n_neighbors):
    distances = pairwise_distances(X, rows)
    kth = np.sort(distances, axis=1)[:, n_neighbors - 1 : n_neighbors]
    shares = 0.5 * (distances <= kth) + 0.5 * (distances <= radii)
    return shares, distances


def shares_of(near, X, n):
    row, column, squares, shares = near(X)
    assert np.all(np.diff(row * n + column) > 0)
    full, distances = np.zeros((2, X.shape[0], n))
    full[row, column] = shares
    distances[row, column] = np.sqrt(squares)
    return full, distances


@pytest.mark.parametrize("few", [0, 1000], ids=["tree", "all pairs"])
@pytest.mark.parametrize("n_features", [2, 20])
def test_neighbours_in_either_direction(rng, monkeypatch, few, n_features):
    monkeypatch.setattr(_affinity, "FEW_QUERIES", few)
    monkeypatch.setattr(_affinity, "BLOCK_ENTRIES", 1000)
    rows = rng.standard_normal((90, n_features))
    rows[:3] *= 50  # outliers that reach everything
    graph = NeighborGraph.of_rows(rows, 7, None)
    X = rng.standard_normal((31, n_features)) * 1.5
    found, lengths = shares_of(NearRows(graph.nbrs, graph.radii, len(X)), X, 90)
    expected, distances = naive_shares(X, rows, graph.radii, 7)
    assert_array_equal(found, expected)
    assert_allclose(lengths[found > 0], distances[found > 0], rtol=1e-12)
    assert found[:, :3].any()


@pytest.mark.parametrize("offset", [0.0, 1e5])
@pytest.mark.parametrize("few", [0, 1000])
def test_training_rows_get_their_rows_of_the_graph(rng, monkeypatch, few, offset):
    monkeypatch.setattr(_affinity, "FEW_QUERIES", few)
    X = rng.standard_normal((80, 3)) + offset
    graph = NeighborGraph.of_rows(X, 9, None)
    found, _ = shares_of(NearRows(graph.nbrs, graph.radii, len(X)), X, 80)
    assert_array_equal(found, graph.connectivity().toarray())


def test_new_rows_of_sparse_features_and_of_graphs(rng):
    rows = rng.standard_normal((50, 3)) * (rng.uniform(size=(50, 3)) < 0.7)
    rows += np.arange(50)[:, None] / 1000
    X = rng.standard_normal((9, 3))
    graph = NeighborGraph.of_rows(sparse.csr_array(rows), 6, None)
    near = NearRows(graph.nbrs, graph.radii, 9)
    expected, distances = naive_shares(X, rows, graph.radii, 6)
    assert_array_equal(shares_of(near, sparse.csr_array(X), 50)[0], expected)
    full = kneighbors_graph(rows, 49, mode="distance", include_self=True)
    graph = NeighborGraph.of_distances(full, 6, None)
    near = NearRows(graph.nbrs, graph.radii, 9)
    stored = sort_graph_by_row_values(
        sparse.csr_array(distances), warn_when_not_sorted=False
    )
    assert_array_equal(shares_of(near, stored, 50)[0], expected)


def test_equal_rows(rng):
    training = rng.integers(0, 3, (40, 4)).astype(np.float64)
    X = np.vstack([training[::3], training[:4] + 0.5]).astype(np.float32)
    X[0, X[0] == 0] = -0.0
    expected = [
        next((i for i, row in enumerate(training) if np.array_equal(row, x)), -1)
        for x in X
    ]
    assert_array_equal(EqualRows(training)(X), expected)
    assert_array_equal(
        EqualRows(sparse.csr_array(training))(sparse.csr_array(X)), expected
    )


# --- bandwidths ---


def test_bandwidth_of_a_graph():
    squares = sparse.csr_array([[0, 1.0, 4.0], [0, 0, 9.0], [0, 0, 0]])
    assert median_gamma(squares) == 2 / 6.5
    assert median_gamma(sparse.csr_array((3, 3))) == 1


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_slope_at_the_bandwidth_tells_the_dimension(rng, dimension):
    X = rng.uniform(size=(1200, dimension))
    squares = pairwise_distances(X) ** 2
    gamma = slope_gamma(squares)

    def log_sum(scale):
        return np.log(np.exp(-squares * gamma / scale).sum())

    slope = (log_sum(1.05) - log_sum(1 / 1.05)) / (2 * np.log(1.05))
    assert 0.75 * dimension / 2 < slope < 1.1 * dimension / 2
    assert slope_gamma(squares * 16) == pytest.approx(gamma / 16, rel=1e-9)
    assert slope_gamma(np.zeros((3, 3))) == 1


# --- matrices ---


@both_formats
def test_simple_parts_of_matrices(rng, kind):
    weights = random_weights(rng, 30)
    hollow = weights - np.diag(np.diag(weights))
    assert_array_equal(dense(without_diagonal(kind(weights))), hollow)
    assert_allclose(degrees(kind(weights)), weights.sum(axis=1))
    factors = rng.uniform(size=30)
    assert_array_equal(dense(times_columns(kind(weights), factors)), weights * factors)
    labels = rng.integers(0, 4, 30)
    blocks = DiagonalBlocks(kind(weights), labels)
    for label in range(4):
        rows = np.flatnonzero(labels == label)
        assert_array_equal(dense(blocks[label]), weights[np.ix_(rows, rows)])


@both_formats
@pytest.mark.parametrize("n, density", [(1, 0), (9, 0), (40, 0.03), (600, 0.002)])
def test_components(rng, kind, n, density):
    weights = random_weights(rng, n, density) * 1e-100
    n_expected, expected = connected_components(sparse.csr_array(weights))
    found = components(kind(weights))
    assert found[0] == n_expected
    assert_array_equal(found[1], expected)


@both_formats
def test_edges_that_are_rounding_do_not_connect(kind):
    weights = np.zeros((5, 5))
    for i, j, weight in [(0, 1, 1.0), (1, 2, 1e-20), (2, 3, 1.0), (3, 4, 1e-20)]:
        weights[i, j] = weights[j, i] = weight
    # vertex 4 has no heavier edge, so that the light one counts
    assert_array_equal(components(kind(weights))[1], [0, 0, 1, 1, 1])


def test_bridges_weigh_as_the_lightest_edge_beside_them():
    weights = np.zeros((5, 5))
    weights[0, 1] = weights[1, 0] = 0.5
    weights[2, 3] = weights[3, 2] = 0.25
    joined = bridged(sparse.csr_array(weights), np.array([1, 4]), np.array([2, 0]))
    assert joined[1, 2] == joined[2, 1] == 0.25
    assert joined[4, 0] == joined[0, 4] == 0.5


@both_formats
def test_rows_keep_their_heaviest_component(kind):
    weights = np.array([[1.0, 2, 0, 2.5], [1, 0, 0, 2]])
    kept, label = heaviest_component(kind(weights), np.array([0, 0, 1, 1]))
    assert_array_equal(label, [0, 1])
    assert_array_equal(dense(kept), [[1, 2, 0, 0], [0, 0, 0, 2]])


@both_formats
def test_affinities_are_checked(rng, kind):
    weights = random_weights(rng, 20)
    assert_array_equal(dense(check_affinities(kind(weights))), weights)
    lopsided = weights.copy()
    lopsided[3, 5] += 1
    with pytest.warns(UserWarning, match="not symmetric"):
        made = check_affinities(kind(lopsided))
    assert_allclose(dense(made), (lopsided + lopsided.T) / 2)
    with pytest.raises(ValueError, match="must be >= 0, got -"):
        check_affinities(kind(weights - 0.5))
    with pytest.raises(ValueError, match=r"2-dimensional and square.*\(20, 19\)"):
        check_affinities(kind(weights[:, 1:]))
    weights[2, 2] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        check_affinities(kind(weights))
