"""The choice between elimination and search, and work in interruptible spans."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse.csgraph import shortest_path
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn import _geodesics
from skmanifold_nn._geodesics import EliminatedGraph, Seeds, plan, search
from skmanifold_nn.graph import symmetrize


def cloud(n, d, k=8):
    X = np.random.default_rng(13).standard_normal((n, d))
    return symmetrize(kneighbors_graph(X, k, mode="distance"))


def test_plan_eliminates_sheets_and_searches_clouds():
    assert plan(cloud(3000, 2), 3000) is not None
    assert plan(cloud(6000, 20), 6000) is None
    assert plan(cloud(3000, 2), 2) is None  # ordering would cost more than two searches


def test_one_elimination_serves_any_sources():
    graph = cloud(400, 3)
    expected = shortest_path(graph, directed=False)
    eliminated = EliminatedGraph(graph, plan(graph, 400), 2)
    for vertices in ([7], [3, 3, 399, 0], np.arange(400)[::-1]):
        out = np.empty((len(vertices), 400))
        eliminated.distances(Seeds.at(np.array(vertices), np.float64), out)
        assert_allclose(out, expected[vertices], rtol=1e-12)


@pytest.mark.parametrize("n_threads", [1, 3])
def test_spans_do_not_change_the_result(monkeypatch, n_threads):
    graph = cloud(300, 3)
    columns = plan(graph, 300)
    seeds = Seeds.at(np.arange(300), np.float64)

    def both():
        out = np.empty((2, 300, 300))
        EliminatedGraph(graph, columns, n_threads).distances(seeds, out[0])
        search(graph, seeds, n_threads, out[1])
        return out

    expected = both()
    monkeypatch.setattr(_geodesics, "CALL_SECONDS", 1e-9)
    assert len(_geodesics._spans(300, 1e-5, 16)) == 19
    assert_array_equal(both(), expected)


def test_a_source_without_seeds_reaches_nothing():
    graph = cloud(50, 2)
    seeds = Seeds(np.array([0, 1, 1, 2]), np.array([4, 9], np.int32), np.zeros(2))
    out = np.empty((3, 50))
    EliminatedGraph(graph, plan(cloud(50, 2), 5000), 1).distances(seeds, out)
    assert np.isinf(out[1]).all()
    assert out[0, 4] == out[2, 9] == 0
