"""Numeric (min, +) elimination against the same steps on a dense matrix."""

import numpy as np
import pytest
from kernel_cases import (
    dense_weights,
    eliminated,
    floyd_warshall,
    minplus,
    random_graph,
)
from numpy.testing import assert_allclose, assert_array_equal


def naive_blocks(graph, columns, panels):
    """E and P of every supernode from dense blocks."""
    weights = dense_weights(graph)[np.ix_(columns.order, columns.order)]
    for s in range(panels.n_supernodes):
        C = np.arange(panels.first[s], panels.first[s + 1])
        R = panels.rows[panels.row_start[s] : panels.row_start[s + 1]]
        E = floyd_warshall(weights[np.ix_(C, C)])
        P = minplus(E, weights[np.ix_(C, R)])
        update = np.minimum(weights[np.ix_(R, R)], minplus(P.T, P))
        weights[np.ix_(R, R)] = update
        yield E, P


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("max_width", [1, 5, 64])
@pytest.mark.parametrize("n, density", [(1, 0.0), (7, 0.0), (33, 0.1), (70, 0.3)])
def test_blocks(rng, n, density, max_width, dtype):
    graph = random_graph(rng, n, density, dtype)
    columns, panels, values = eliminated(graph, rng, 1, max_width)
    rtol = 1e-13 if dtype == np.float64 else 1e-5
    for s, (E, P) in enumerate(naive_blocks(graph, columns, panels)):
        block = values[panels.value_start[s] : panels.value_start[s + 1]]
        k = len(E)
        assert_allclose(block[: k * k].reshape(k, k), E, rtol=rtol)
        assert_allclose(block[k * k :].reshape(P.shape), P, rtol=rtol)


def test_zero_weights_and_ties(rng):
    graph = random_graph(rng, 60, 0.15, integers=True)
    columns, panels, values = eliminated(graph, rng, 1)
    for s, (E, P) in enumerate(naive_blocks(graph, columns, panels)):
        block = values[panels.value_start[s] : panels.value_start[s + 1]]
        assert_array_equal(block, np.r_[E.ravel(), P.ravel()])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_threads_do_not_change_a_bit(dtype):
    # dense enough that updates are cut up for threads
    graph = random_graph(np.random.default_rng(7), 700, 0.05, dtype)
    one = eliminated(graph, np.random.default_rng(8), 1)[2]
    two = eliminated(graph, np.random.default_rng(8), 2)[2]
    three = eliminated(graph, np.random.default_rng(8), 3)[2]
    assert_array_equal(one, two)
    assert_array_equal(one, three)
