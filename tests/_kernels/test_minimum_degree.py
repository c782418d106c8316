"""Minimum degree (with its quotient graph) against elimination on sets."""

import numpy as np
import pytest
from graph_cases import from_edges, grid, star
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import eliminated_pattern, random_graph
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels._minimum_degree import minimum_degree

CASES = [(1, 0.0), (2, 1.0), (9, 0.0), (40, 0.05), (41, 0.2), (80, 0.04), (30, 1.0)]


def ordered(graph, stages=None, max_work=np.inf, room=0):
    """Order, costs and whether the order is complete."""
    n = graph.shape[0]
    stages = np.zeros(n, dtype=np.int32) if stages is None else stages
    order, costs = np.full(n, -7, dtype=np.int32), np.full(2, np.nan)
    complete = minimum_degree(
        graph.indptr,
        graph.indices,
        stages,
        max_work,
        np.empty((n, 8), dtype=np.int32),
        np.empty((3, n), dtype=np.int32),
        np.empty(graph.nnz + n + room, dtype=np.int32),
        order,
        costs,
    )
    return order, costs, complete


def naive_minimum_degree(graph):
    """Eliminate a vertex of least degree until none is left."""
    neighbours = [
        set(graph.indices[graph.indptr[i] : graph.indptr[i + 1]].tolist())
        for i in range(graph.shape[0])
    ]
    left, order = set(range(graph.shape[0])), []
    while left:
        pivot = min(left, key=lambda i: len(neighbours[i]))
        left.remove(pivot)
        order.append(pivot)
        for i in neighbours[pivot]:
            neighbours[i] = (neighbours[i] | neighbours[pivot]) - {i, pivot}
    return np.array(order, dtype=np.int32)


def naive_costs(graph, order):
    counts = eliminated_pattern(graph, order).sum(axis=0) - 1
    return np.array([counts.sum(), (counts**2).sum()])


@pytest.mark.parametrize("n, density", CASES)
@pytest.mark.parametrize("room", [0, 1000])
def test_fill_is_that_of_exact_minimum_degree(rng, n, density, room):
    graph = random_graph(rng, n, density)
    order, costs, complete = ordered(graph, room=room)
    assert complete
    assert_array_equal(np.sort(order), np.arange(n))
    found = naive_costs(graph, order)
    wanted = naive_costs(graph, naive_minimum_degree(graph))
    # Both are heuristics; ties alone make a difference of a few entries.
    assert found[0] <= 1.15 * wanted[0] + 5
    assert np.all(found <= costs + 1e-9)


@given(
    n=st.integers(1, 40),
    density=st.floats(0, 1),
    n_stages=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_any_graph_any_stages(n, density, n_stages, seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(rng, n, density**2)
    stages = rng.integers(0, n_stages, n).astype(np.int32)
    order, costs, complete = ordered(graph, stages)
    assert complete
    assert_array_equal(np.sort(order), np.arange(n))
    assert np.all(naive_costs(graph, order) <= costs + 1e-9)


def test_a_separator_of_a_later_stage_separates_the_factor(rng):
    left, right, separator = np.arange(25), np.arange(25, 50), np.arange(50, 60)
    edges = random_graph(rng, 60, 0.15).toarray()
    edges[np.ix_(left, right)] = edges[np.ix_(right, left)] = 0
    graph = from_edges(60, *np.triu(edges).nonzero())
    stages = np.zeros(60, dtype=np.int32)
    stages[separator] = 1
    order, _, _ = ordered(graph, stages)
    factor = eliminated_pattern(graph, order)
    position = np.argsort(order)
    assert not factor[np.ix_(position[left], position[right])].any()
    assert not factor[np.ix_(position[right], position[left])].any()


def test_stages_come_in_order():
    stages = np.array([1, 1, 0, 0, 1, 1], dtype=np.int32)
    order, costs, _ = ordered(grid(6), stages)
    assert set(order[:2]) == {2, 3}
    # columns of 2, 2, 1, 1, 1 and 0 entries instead of 1, 1, 1, 1, 1, 0
    assert_array_equal(costs, [7, 11])


def test_stops_at_the_work_limit(rng):
    graph = random_graph(rng, 50, 0.2)
    order, costs, _ = ordered(graph)
    assert ordered(graph, max_work=costs[1])[2]
    stopped, spent, complete = ordered(graph, max_work=costs[1] / 2)
    assert not complete
    assert costs[1] / 2 < spent[1] <= costs[1]
    assert_array_equal(stopped, -7)
    assert_array_equal(order, ordered(graph)[0])


def test_vertices_of_very_high_degree_come_last():
    n, hub = 900, 17  # n - 1 > 10 sqrt(n)
    order, costs, _ = ordered(star(n, hub))
    assert order[-1] == hub
    assert_array_equal(costs, n - 1)
