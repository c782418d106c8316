"""Neighbourhood graphs, their components, and geodesics against SciPy."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.sparse.csgraph import connected_components, shortest_path
from sklearn.datasets import load_digits, make_s_curve, make_swiss_roll
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import (
    BallTree,
    KDTree,
    KNeighborsTransformer,
    NearestNeighbors,
    RadiusNeighborsTransformer,
    kneighbors_graph,
)

from skmanifold_nn.graph import (
    farthest_points,
    geodesic_path,
    geodesics,
    link_geodesics,
    neighborhood_graph,
    symmetrize,
)


def grid(height, width):
    """Unit squares: many shortest paths of equal length."""
    row, column = (
        sparse.diags_array([np.ones(m - 1)], offsets=[1], shape=(m, m))
        for m in (height, width)
    )
    eyes = (sparse.eye_array(m) for m in (height, width))
    eye_row, eye_column = eyes
    return sparse.csr_array(sparse.kron(eye_row, column) + sparse.kron(row, eye_column))


def star(n, rng):
    weights = np.zeros((n, n))
    weights[0, 1:] = rng.random(n - 1) + 0.1
    return sparse.csr_array(weights)


def neighbours(X, k):
    return kneighbors_graph(X, k, mode="distance")


def cases():
    rng = np.random.default_rng(11)
    yield "roll", neighbours(make_swiss_roll(900, noise=0.05, random_state=1)[0], 8)
    yield "s-curve", neighbours(make_s_curve(700, random_state=2)[0], 6)
    yield "digits", neighbours(load_digits().data[:800], 7)
    for d in (2, 3, 5, 10):
        yield f"gaussian-{d}", neighbours(rng.standard_normal((400, d)), 6)
    yield "grid", grid(13, 17)
    yield "star", star(90, rng)
    yield "path", sparse.diags_array([rng.random(149)], offsets=[1]).tocsr()
    yield "complete", sparse.csr_array(np.triu(rng.random((70, 70)) + 0.01, 1))
    yield "disconnected", neighbours(rng.standard_normal((90, 2)), 1)
    yield "no edges", sparse.csr_array((6, 6))
    yield "one vertex", sparse.csr_array((1, 1))
    yield "dense roll", neighbours(make_swiss_roll(500, random_state=3)[0], 60)


CASES = [pytest.param(graph, id=name) for name, graph in cases()]


def assert_same_distances(actual, expected, dtype):
    """Equal but for the rounding of sums, which is relative to the sum."""
    assert actual.dtype == dtype
    rtol = 1e-12 if dtype == np.float64 else 2e-5
    assert_allclose(actual, expected, rtol=rtol)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("method", ["elimination", "dijkstra", "auto"])
@pytest.mark.parametrize("graph", CASES)
def test_all_pairs(graph, method, dtype):
    expected = shortest_path(graph, directed=False)
    distances = geodesics(graph, method=method, dtype=dtype, n_jobs=2)
    assert_same_distances(distances, expected, dtype)
    assert_array_equal(geodesics(graph, method=method, dtype=dtype), distances)


@pytest.mark.parametrize("method", ["elimination", "dijkstra", "auto"])
@pytest.mark.parametrize("graph", CASES)
def test_chosen_sources(graph, method):
    n = graph.shape[0]
    sources = np.random.default_rng(5).integers(0, n, min(n, 37))
    expected = shortest_path(graph, directed=False, indices=sources)
    distances = geodesics(graph, sources, method=method)
    assert_same_distances(distances, expected, np.float64)


@pytest.mark.parametrize("graph", CASES)
def test_predecessors(graph):
    distances, before = geodesics(graph, [0], return_predecessors=True)
    assert_same_distances(
        distances, shortest_path(graph, directed=False, indices=[0]), np.float64
    )
    weights = symmetrize(graph)
    for vertex in np.flatnonzero(before[0] >= 0):
        step = distances[0, before[0, vertex]] + weights[before[0, vertex], vertex]
        assert step == distances[0, vertex]
    assert_array_equal(
        np.flatnonzero(before[0] < 0),
        np.flatnonzero((distances[0] == 0) | np.isinf(distances[0])),
    )


@st.composite
def sparse_graphs(draw):
    n = draw(st.integers(1, 40))
    seed = draw(st.integers(0, 2**32 - 1))
    n_edges = draw(st.integers(0, 4 * n))
    rng = np.random.default_rng(seed)
    edges = np.unique(np.sort(rng.integers(0, n, (n_edges, 2)), axis=1), axis=0)
    kind = draw(st.sampled_from(["zeros", "ties", "any"]))
    top = {"zeros": 2, "ties": 4, "any": 2**20}[kind]
    weights = rng.integers(0, top, len(edges)).astype(float)
    return sparse.csr_array((weights, (edges[:, 0], edges[:, 1])), shape=(n, n))


def naive_distances(graph):
    """Floyd and Warshall, to which a stored zero is an edge (unlike SciPy's)."""
    edges = graph.tocoo()
    distances = np.full(graph.shape, np.inf)
    np.minimum.at(distances, (edges.row, edges.col), edges.data)
    np.minimum.at(distances, (edges.col, edges.row), edges.data)
    np.fill_diagonal(distances, 0)
    for k in range(len(distances)):
        np.minimum(distances, distances[:, k, None] + distances[k], out=distances)
    return distances


@given(sparse_graphs())
def test_random_graphs(graph):
    expected = naive_distances(graph)  # integers: sums are exact
    for method in ("elimination", "dijkstra", "auto"):
        assert_array_equal(geodesics(graph, method=method), expected)
    assert_array_equal(
        geodesics(graph, [0], return_predecessors=True)[0][0], expected[0]
    )


def test_a_source_outside_the_graph():
    graph = CASES[0].values[0]
    rng = np.random.default_rng(9)
    links = sparse.random_array((21, graph.shape[0]), density=0.01, rng=rng).tocsr()
    expected = shortest_path(graph, directed=False)
    through = [
        (row.data[:, None] + expected[row.indices]).min(axis=0, initial=np.inf)
        for row in (links[[i]] for i in range(21))
    ]
    for method in ("elimination", "dijkstra"):
        distances = geodesics(graph, links, method=method, n_jobs=2)
        assert_allclose(distances, through, rtol=1e-12)
    assert_allclose(link_geodesics(expected, links), through, rtol=1e-12)
    some = np.array([3, 1, 80])
    linked = link_geodesics(expected[some], links, symmetric=False, n_jobs=2)
    assert_allclose(linked, np.array(through)[:, some], rtol=1e-12)


def test_distances_are_symmetric_up_to_rounding_and_zero_on_the_diagonal():
    distances = geodesics(CASES[0].values[0])
    assert_allclose(distances, distances.T, rtol=1e-14)
    assert_array_equal(np.diag(distances), 0)


def test_kinds_of_input():
    graph = symmetrize(CASES[1].values[0])
    expected = geodesics(graph)
    for kind in (
        sparse.csc_array(graph),
        sparse.coo_matrix(graph),
        graph.toarray(),
        sparse.triu(graph),
        sparse.csr_array((graph.data, graph.indices.astype(np.int64), graph.indptr)),
    ):
        assert_array_equal(geodesics(kind), expected)
    dense = graph.toarray()
    dense[dense == 0] = np.inf
    assert_array_equal(geodesics(dense), expected)
    integers = sparse.csr_array(graph.astype(np.int64))
    assert geodesics(integers).dtype == np.float64
    assert geodesics(graph.astype(np.float32)).dtype == np.float32
    assert geodesics(np.zeros((0, 0))).shape == (0, 0)
    assert geodesics(graph, []).shape == (0, graph.shape[0])


@pytest.mark.parametrize(
    "graph, fragments",
    [
        (np.zeros((2, 3)), ["square", "(2, 3)"]),
        (np.zeros(4), ["square", "(4,)"]),
        ([[0, np.nan], [0, 0]], ["NaN"]),
        (sparse.csr_array([[0, np.inf], [0, 0]]), ["inf", "finite"]),
        ([[0, -1.5], [0, 0]], ["negative", "-1.5"]),
        ([[0, 1.0], [2.0, 0]], ["directed", "symmetric", "differ by 1"]),
    ],
)
def test_refused_graphs(graph, fragments):
    for function in (symmetrize, geodesics):
        with pytest.raises(ValueError) as caught:
            function(graph)
        assert all(fragment in str(caught.value) for fragment in fragments)


@pytest.mark.parametrize(
    "parameters, fragments",
    [
        ({"method": "bellman"}, ["method", "'bellman'"]),
        ({"dtype": np.int32}, ["dtype", "float32 or float64"]),
        ({"sources": [0, 2]}, ["sources", "0 to 1", "2"]),
        ({"sources": [-1]}, ["sources", "-1"]),
        ({"sources": [0.5]}, ["sources", "integers"]),
        ({"sources": sparse.csr_array((2, 3))}, ["sources", "3 columns", "2 vertices"]),
    ],
)
def test_refused_parameters(parameters, fragments):
    with pytest.raises(ValueError) as caught:
        geodesics([[0, 1.0], [1.0, 0]], **parameters)
    assert all(fragment in str(caught.value) for fragment in fragments)


def test_two_directions_may_differ_by_rounding():
    graph = sparse.csr_array([[0, 1.0], [1.0 + 1e-9, 0]])
    assert_array_equal(symmetrize(graph).toarray(), [[0, 1], [1, 0]])


@pytest.mark.parametrize("method", ["auto", "elimination"])
def test_too_large_is_refused_before_work(monkeypatch, method):
    graph = symmetrize(CASES[0].values[0])
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 2_000_000)
    with pytest.raises(MemoryError, match=r"6,480,000 bytes.*sources"):
        geodesics(graph, method=method)
    assert geodesics(graph, [0]).shape == (1, 900)


def test_a_factor_that_is_too_large_is_not_chosen(monkeypatch):
    graph = symmetrize(CASES[0].values[0])
    expected = geodesics(graph)
    limit = expected.nbytes + 1000
    for place in ("_memory", "_geodesics"):
        monkeypatch.setattr(f"skmanifold_nn.{place}.available_memory", lambda: limit)
    assert_same_distances(geodesics(graph), expected, np.float64)  # by Dijkstra
    with pytest.raises(MemoryError, match="dijkstra"):
        geodesics(graph, method="elimination")


# --- paths and landmarks ---


def test_geodesic_path():
    graph = CASES[0].values[0]
    weights = symmetrize(graph)
    expected = shortest_path(graph, directed=False, indices=[4])[0]
    for end in (4, 17, 600):
        path = geodesic_path(graph, 4, end)
        assert path[0] == 4 and path[-1] == end
        length = sum(weights[a, b] for a, b in itertools.pairwise(path))
        assert_allclose(length, expected[end], rtol=1e-12)


def test_geodesic_path_refuses():
    with pytest.raises(ValueError, match="no path from vertex 0 to vertex 1"):
        geodesic_path(np.zeros((2, 2)), 0, 1)
    with pytest.raises(ValueError, match="end must be a vertex from 0 to 1, got 2"):
        geodesic_path(np.zeros((2, 2)), 0, 2)


def test_farthest_points_are_the_ends_of_a_path():
    graph = sparse.diags_array([np.ones(20)], offsets=[1], shape=(21, 21)).tocsr()
    assert_array_equal(farthest_points(graph, 3, start=3), [20, 0, 10])
    with pytest.raises(ValueError, match="n_points must be from 0 to 21, got 22"):
        farthest_points(graph, 22)


def test_farthest_points_visit_every_component():
    graph = sparse.block_diag((grid(4, 4), grid(3, 3), grid(2, 2)), format="csr")
    labels = connected_components(graph, directed=False)[1]
    assert sorted(labels[farthest_points(graph, 3)]) == [0, 1, 2]


# --- neighbourhoods ---


def rows(n=120, d=3):
    return np.random.default_rng(21).standard_normal((n, d))


def test_nearest_neighbours():
    X = rows()
    graph = neighborhood_graph(X, n_neighbors=5)
    expected = neighbours(X, 5)
    expected = expected.maximum(expected.T)
    assert_array_equal(graph.toarray(), expected.toarray())
    assert graph.indices.dtype == graph.indptr.dtype == np.int32
    assert graph.has_sorted_indices


def test_radius_neighbours():
    X = rows()
    graph = neighborhood_graph(X, radius=1.4, on_disconnected="keep")
    distances = pairwise_distances(X)
    assert_allclose(graph.toarray(), np.where(distances <= 1.4, distances, 0))


def test_the_same_neighbours_from_every_kind_of_input():
    X = rows()
    expected = neighborhood_graph(X, n_neighbors=6).toarray()
    kinds = [
        (sparse.csr_array(X), {}),
        (BallTree(X), {}),
        (KDTree(X), {}),
        (NearestNeighbors().fit(X), {}),
        (pairwise_distances(X), {"metric": "precomputed"}),
        (
            KNeighborsTransformer(n_neighbors=6).fit_transform(X),
            {"metric": "precomputed"},
        ),
    ]
    for kind, parameters in kinds:
        graph = neighborhood_graph(kind, n_neighbors=6, **parameters)
        assert_allclose(graph.toarray(), expected, rtol=1e-12)
    within = RadiusNeighborsTransformer(radius=1.5).fit_transform(X)
    graph = neighborhood_graph(
        within, radius=1.5, metric="precomputed", on_disconnected="keep"
    )
    expected = neighborhood_graph(X, radius=1.5, on_disconnected="keep")
    assert_allclose(graph.toarray(), expected.toarray(), rtol=1e-12)


@pytest.mark.parametrize(
    "metric, parameters",
    [
        ("manhattan", {}),
        ("cosine", {}),
        ("chebyshev", {}),
        ("minkowski", {"p": 3}),
        (lambda a, b: np.abs(a - b).sum(), {}),
    ],
)
def test_metrics(metric, parameters):
    X = rows(60)
    graph = neighborhood_graph(X, n_neighbors=7, metric=metric, **parameters)
    distances = pairwise_distances(X, metric=metric, **parameters)
    stored = graph.tocoo()
    assert_allclose(stored.data, distances[stored.row, stored.col], atol=1e-12)
    order = np.sort(distances, axis=1)[:, 7]
    for i in range(60):
        assert set(np.flatnonzero(distances[i] < order[i])) - {i} <= set(
            graph[[i]].indices
        )


def test_copies_keep_their_neighbours_at_length_zero():
    X = np.vstack([rows(30), np.repeat(rows(1) + 0.3, 9, axis=0)])
    graph = neighborhood_graph(X, n_neighbors=4, on_disconnected="keep")
    assert np.all(np.diff(graph.indptr) >= 4)
    for i in range(30, 39):
        assert i not in graph[[i]].indices
        assert np.count_nonzero(graph[[i]].data == 0) >= 4
    distances = geodesics(graph)
    assert_array_equal(distances[30:, 30:], 0)


def test_float32_rows_give_a_float32_graph():
    graph = neighborhood_graph(rows().astype(np.float32), n_neighbors=5)
    assert graph.dtype == np.float32


@pytest.mark.parametrize("given, word", [((None, None), "Neither"), ((3, 1.0), "Both")])
def test_one_of_neighbours_and_radius(given, word):
    with pytest.raises(ValueError, match=f"{word} n_neighbors"):
        neighborhood_graph(rows(), n_neighbors=given[0], radius=given[1])


# --- components ---


def clusters():
    X = rows(90, 2) * 0.1
    X[:30] += [10, 0]
    X[30:50] += [0, 8]
    return X


def naive_bridges(X, labels):
    for i in range(labels.max() + 1):
        for j in range(i):
            a, b = np.flatnonzero(labels == i), np.flatnonzero(labels == j)
            distances = pairwise_distances(X[a], X[b])
            row, column = np.unravel_index(distances.argmin(), distances.shape)
            yield a[row], b[column], distances[row, column]


@pytest.mark.parametrize("kind", ["rows", "csr", "precomputed"])
def test_components_are_bridged_by_their_closest_points(kind):
    X = clusters()
    apart = neighborhood_graph(X, n_neighbors=5, on_disconnected="keep")
    n_components, labels = connected_components(apart, directed=False)
    assert n_components == 3
    expected = apart.toarray()
    for i, j, distance in naive_bridges(X, labels):
        expected[i, j] = expected[j, i] = distance
    given = {
        "rows": (X, {}),
        "csr": (sparse.csr_array(X), {}),
        "precomputed": (pairwise_distances(X), {"metric": "precomputed"}),
    }
    data, parameters = given[kind]
    with pytest.warns(UserWarning, match=r"connected components.* 3 > 1.*n_neighbors"):
        graph = neighborhood_graph(data, n_neighbors=5, **parameters)
    assert_allclose(graph.toarray(), expected, atol=1e-7)


def test_bridges_do_not_depend_on_the_size_of_blocks(monkeypatch):
    import sklearn

    X = clusters()
    graphs = []
    for megabytes in (1024, 0.001):
        with sklearn.config_context(working_memory=megabytes):
            with pytest.warns(UserWarning):
                graphs.append(neighborhood_graph(X, n_neighbors=5).toarray())
    assert_array_equal(*graphs)


def test_components_raise_on_request():
    message = (
        r"number of connected components.* 3 > 1.*radius.*on_disconnected='bridge'"
    )
    with pytest.raises(ValueError, match=message):
        neighborhood_graph(clusters(), radius=1.0, on_disconnected="raise")
    graph = neighborhood_graph(clusters(), n_neighbors=5, on_disconnected="keep")
    assert connected_components(graph, directed=False)[0] == 3


def test_a_sparse_precomputed_graph_cannot_be_bridged():
    graph = KNeighborsTransformer(n_neighbors=5).fit_transform(clusters())
    for policy in ("bridge", "raise"):
        with pytest.raises(RuntimeError, match="number of connected components"):
            neighborhood_graph(
                graph, n_neighbors=5, metric="precomputed", on_disconnected=policy
            )
