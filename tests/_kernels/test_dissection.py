"""Nested dissection (with coarsening and separators): the separators separate."""

import numpy as np
import pytest
from graph_cases import complete, empty, from_edges, grid, star
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import random_graph
from numpy.testing import assert_array_equal
from scipy.sparse.csgraph import connected_components

from skmanifold_nn._kernels._dissection import dissect


def depths_of(graph, leaf_size=20, seed=3, arena=None):
    n = graph.shape[0]
    depths = np.full(n, -7, dtype=np.int32)
    size = 16 * n + 8 * graph.nnz + 64 if arena is None else arena
    dissect(
        graph.indptr,
        graph.indices,
        leaf_size,
        seed,
        np.empty((19, n), dtype=np.int32),
        np.empty(size, dtype=np.int32),
        depths,
    )
    return depths


def largest_component(graph, keep):
    if not keep.any():
        return 0
    return np.bincount(connected_components(graph[keep][:, keep])[1]).max()


@pytest.mark.parametrize("shape", [(2000,), (31, 40), (50, 8), (9, 10, 11)])
def test_separators_of_grids(shape):
    graph = grid(*shape)
    n = graph.shape[0]
    depths = depths_of(graph)
    assert largest_component(graph, depths < 0) <= 20
    for depth in range(4):
        left = (depths < 0) | (depths > depth)
        # a side has up to 0.65 of its region
        assert largest_component(graph, left) <= 0.65 ** (depth + 1) * n + 2
    # a plane across the longest side separates
    assert np.sum(depths == 0) <= 1.2 * n / max(shape)


@given(
    n=st.integers(1, 150),
    degree=st.floats(0, 8),
    leaf_size=st.integers(1, 40),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=60)
def test_depths_nest(n, degree, leaf_size, seed):
    graph = random_graph(np.random.default_rng(seed), n, min(1.0, degree / n))
    depths = depths_of(graph, leaf_size, seed)
    assert depths.min() >= -1
    # every separation leaves at least two sides, so what lies deeper is smaller
    sizes = [np.sum((depths < 0) | (depths >= d)) for d in range(depths.max() + 2)]
    assert np.all(np.diff(sizes) <= 0)
    for depth in range(depths.max() + 1):
        left = (depths < 0) | (depths > depth)
        before = (depths < 0) | (depths >= depth)
        assert largest_component(graph, left) <= largest_component(graph, before)


@pytest.mark.parametrize("n", [300, 4000])
def test_stars_have_their_hub_as_separator(n):
    depths = depths_of(star(n))
    assert np.sum(depths == 0) == 1
    assert depths[0] == 0


def test_stars_joined_in_a_ring():
    n, n_hubs = 3000, 6
    i = np.arange(n)
    hub = np.where(i < n_hubs, (i + 1) % n_hubs, i % n_hubs)
    depths = depths_of(from_edges(n, i, hub), leaf_size=600)
    assert np.all(np.flatnonzero(depths >= 0) < n_hubs)


def test_what_cannot_be_split():
    depths = depths_of(complete(80))
    assert_array_equal(np.unique(depths[depths >= 0]), np.arange(depths.max() + 1))
    assert_array_equal(depths_of(grid(1)), -1)
    assert len(depths_of(empty(0))) == 0


def test_vertices_without_edges_need_no_separator():
    assert_array_equal(depths_of(empty(500)), -1)


def test_disconnected_parts_need_no_separator():
    i = np.arange(399)
    i = i[i % 40 != 39]  # ten paths of 40
    depths = depths_of(from_edges(400, i, i + 1), leaf_size=200)
    assert np.sum(depths == 0) <= 1


def test_a_small_arena_only_ends_coarsening_early():
    graph = grid(40, 40)
    finest = 4 * 1600 + 1 + 2 * graph.nnz
    for arena in (100, finest + 1, finest + 500, 2 * finest, 3 * finest):
        depths = depths_of(graph, arena=arena)
        if arena < finest:
            assert_array_equal(depths, -1)
        else:
            assert largest_component(graph, depths < 0) <= 20
            assert np.sum(depths == 0) <= 80


def test_same_seed_same_separators():
    graph = grid(30, 30)
    assert_array_equal(depths_of(graph, seed=8), depths_of(graph, seed=8))
    assert np.any(depths_of(graph, seed=8) != depths_of(graph, seed=9))
