"""Edges: which pairs a graph joins, and where estimators keep their graphs."""

from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.manifold
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors, kneighbors_graph

from skmanifold_nn.manifold import (
    MDS,
    DiffusionMap,
    Isomap,
    LocallyLinearEmbedding,
    SpectralEmbedding,
)
from skmanifold_nn.plotting._edges import (
    draw_edges,
    graph_of_estimator,
    pairs_of_graph,
    thinned,
)


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def joined(dense):
    """Pairs of a symmetric pattern, one by one."""
    n = len(dense)
    return [
        [i, j] for i in range(n) for j in range(i + 1, n) if dense[i, j] or dense[j, i]
    ]


@pytest.mark.parametrize("n", [1, 2, 30])
def test_pairs_of_a_sparse_graph(rng, n):
    graph = sparse.random_array((n, n), density=0.2, rng=rng, format="csr")
    assert pairs_of_graph(graph, n).tolist() == joined(graph.toarray() != 0)
    assert pairs_of_graph(sparse.csr_matrix(graph), n).tolist() == joined(
        graph.toarray() != 0
    )


def test_stored_zeros_are_edges_and_a_dense_graphs_infinities_are_not():
    graph = sparse.coo_array(([0.0, 1, 1], ([0, 1, 2], [2, 1, 0])), shape=(3, 3))
    assert pairs_of_graph(graph, 3).tolist() == [[0, 2]]
    dense = [[0, 2, np.inf], [2, 0, 0], [np.inf, 0, 0]]
    assert pairs_of_graph(dense, 3).tolist() == [[0, 1]]


def test_graph_of_other_points():
    with pytest.raises(ValueError, match=r"each of the 4 points, got shape \(3, 3\)"):
        pairs_of_graph(np.eye(3), 4)


def test_thinned_pairs_are_spread_evenly():
    pairs = np.arange(2000).reshape(1000, 2)
    few = thinned(pairs, 10)
    np.testing.assert_array_equal(few[:, 0], np.arange(50, 1000, 100) * 2)
    assert thinned(pairs, 1000) is pairs
    assert thinned(pairs, None) is pairs
    assert thinned(pairs, 0).shape == (0, 2)
    assert len(np.unique(thinned(pairs, 999), axis=0)) == 999


@pytest.mark.parametrize(
    "estimator",
    [
        Isomap(n_neighbors=6),
        Isomap(n_neighbors=None, radius=1.5),
        LocallyLinearEmbedding(n_neighbors=6),
        SpectralEmbedding(n_neighbors=6),
        DiffusionMap(n_neighbors=6),
        sklearn.manifold.Isomap(n_neighbors=6),
        sklearn.manifold.Isomap(n_neighbors=None, radius=1.5),
        sklearn.manifold.LocallyLinearEmbedding(n_neighbors=6),
        sklearn.manifold.SpectralEmbedding(
            n_neighbors=6, affinity="nearest_neighbors", random_state=1
        ),
    ],
    ids=lambda e: f"{type(e).__module__.split('.')[0]}.{type(e).__name__}",
)
def test_graph_of_an_estimator_joins_its_neighbours(rng, estimator):
    X = rng.uniform(size=(60, 2))
    pairs = pairs_of_graph(graph_of_estimator(estimator.fit(X)), 60)
    nbrs = NearestNeighbors(n_neighbors=5, radius=1.5).fit(X)
    by_radius = getattr(estimator, "radius", None) is not None
    least = nbrs.radius_neighbors_graph() if by_radius else nbrs.kneighbors_graph()
    pairs, least = set(map(tuple, pairs)), set(map(tuple, pairs_of_graph(least, 60)))
    # Some count a point among its own neighbours, and have one less.
    assert pairs >= least
    assert len(pairs) < 60 * 6 + 1 or by_radius


def test_copies_of_a_row_have_no_edges(rng):
    X = rng.uniform(size=(40, 2))
    X[[7, 30]] = X[3]
    lle = LocallyLinearEmbedding(n_neighbors=5).fit(X)
    pairs = pairs_of_graph(graph_of_estimator(lle), 40)
    assert not np.isin(pairs, [7, 30]).any()
    distinct = np.delete(np.arange(40), [7, 30])
    expected = kneighbors_graph(X[distinct], 5)
    np.testing.assert_array_equal(pairs, distinct[pairs_of_graph(expected, 38)])


def test_estimators_without_a_graph(rng):
    X = rng.uniform(size=(12, 2))
    with pytest.raises(ValueError, match="MDS keeps no neighbourhood graph"):
        graph_of_estimator(MDS().fit(X))
    with pytest.raises(ValueError, match="joins all pairs"):
        graph_of_estimator(SpectralEmbedding(affinity="rbf").fit(X))
    with pytest.raises(ValueError, match="PCA keeps no neighbourhood graph"):
        graph_of_estimator(PCA(2).fit(X))
    strange = SimpleNamespace(graph_=np.eye(3), embedding_=np.zeros((5, 1)))
    with pytest.raises(ValueError, match="has 3 points and its embedding 5"):
        graph_of_estimator(strange)


def test_segments_join_the_pairs(rng, ax):
    places, pairs = rng.normal(size=(6, 2)), np.array([[0, 3], [2, 5]])
    edges = draw_edges(ax, places, pairs, None, {"lw": 3})
    np.testing.assert_array_equal(edges.get_segments(), places[pairs])
    assert edges.get_linewidth() == [3]
    assert edges in ax.collections
    np.testing.assert_array_equal(edges.get_color(), [to_rgba("0.6")])


def test_edges_have_the_mean_of_their_ends_colours(rng, ax):
    colours = rng.uniform(size=(4, 4))
    pairs = np.array([[0, 1], [1, 3]])
    edges = draw_edges(ax, rng.normal(size=(4, 2)), pairs, colours, None)
    np.testing.assert_allclose(
        edges.get_color(), [colours[:2].mean(axis=0), colours[1::2].mean(axis=0)]
    )
    one = draw_edges(ax, rng.normal(size=(4, 2)), pairs, colours, {"color": "red"})
    np.testing.assert_array_equal(one.get_color(), [to_rgba("red")])


def test_edges_in_space(rng):
    ax = Figure().add_subplot(projection="3d")
    places, pairs = rng.normal(size=(6, 3)), np.array([[0, 3], [2, 5]])
    edges = draw_edges(ax, places, pairs, None, None)
    np.testing.assert_array_equal(edges._segments3d, places[pairs])
