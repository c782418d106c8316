"""Dijkstra's algorithm against Floyd and Warshall."""

import numpy as np
import pytest
from kernel_cases import dense_weights, floyd_warshall, random_graph
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _dijkstra


def searched(graph, seeds, n_threads=1, keep=False):
    n, dtype = graph.shape[0], graph.dtype
    out = np.full((len(seeds), n), np.nan, dtype=dtype)
    predecessors = np.full((len(seeds) if keep else 0, n), -7, dtype=np.int32)
    _dijkstra.dijkstra(
        0,
        len(seeds),
        graph.indptr,
        graph.indices,
        graph.data,
        np.cumsum([0] + [len(vertices) for vertices, _ in seeds]),
        np.concatenate([v for v, _ in seeds]).astype(np.int32),
        np.concatenate([o for _, o in seeds]).astype(dtype),
        n_threads,
        np.empty((n_threads, 2 * n), dtype=np.int32),
        predecessors,
        out,
    )
    return out, predecessors


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n, density", [(1, 0.0), (5, 0.0), (33, 0.06), (60, 0.3)])
def test_distances_and_predecessors(rng, n, density, dtype, n_threads):
    graph = random_graph(rng, n, density, dtype)
    seeds = [([i], [0.0]) for i in range(n)]
    out, predecessors = searched(graph, seeds, n_threads, keep=True)
    weights = dense_weights(graph)
    rtol = 1e-13 if dtype == np.float64 else 1e-5
    assert_allclose(out, floyd_warshall(weights), rtol=rtol)
    for source in range(n):
        reached = np.isfinite(out[source]) & (np.arange(n) != source)
        before = predecessors[source]
        assert_array_equal(before[~reached], -1)
        step = out[source, before[reached]] + weights[before[reached], reached]
        assert_array_equal(step.astype(dtype), out[source, reached])


def test_zero_weights_end(rng):
    graph = random_graph(rng, 60, 0.15, integers=True)
    out, before = searched(graph, [([i], [0.0]) for i in range(60)], keep=True)
    assert_array_equal(out, floyd_warshall(dense_weights(graph)))
    for source in range(60):
        for vertex in np.flatnonzero(np.isfinite(out[source])):
            steps = 0
            while vertex != source:
                vertex = before[source, vertex]
                steps += 1
                assert steps <= 60


def test_several_seeds(rng):
    graph = random_graph(rng, 40, 0.1)
    vertices, offsets = np.array([3, 8, 8, 21]), np.array([0.5, 0.9, 0.2, 0.0])
    out, _ = searched(graph, [(vertices, offsets)])
    distances = floyd_warshall(dense_weights(graph))
    assert_allclose(out[0], (offsets[:, None] + distances[vertices]).min(axis=0))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_farthest_vertices(rng, dtype):
    graph = random_graph(rng, 50, 0.12, dtype)
    distances = floyd_warshall(dense_weights(graph))
    chosen = np.empty(12, dtype=np.int32)
    _dijkstra.farthest_vertices(
        graph.indptr,
        graph.indices,
        graph.data,
        0,
        np.empty((2, 50), dtype=np.int32),
        np.empty(50, dtype=dtype),
        chosen,
    )
    nearest = distances[0]
    for count, vertex in enumerate(chosen):
        assert nearest[vertex] >= nearest.max() * (1 - 1e-5)
        nearest = distances[chosen[: count + 1]].min(axis=0)


def test_farthest_vertices_are_different_even_among_copies():
    graph = random_graph(np.random.default_rng(3), 9, 1.0)
    graph.data[:] = 0
    chosen = np.empty(9, dtype=np.int32)
    _dijkstra.farthest_vertices(
        graph.indptr,
        graph.indices,
        graph.data,
        4,
        np.empty((2, 9), dtype=np.int32),
        np.empty(9),
        chosen,
    )
    assert sorted(chosen) == list(range(9))
