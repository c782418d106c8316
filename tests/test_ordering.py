"""Fill-reducing orders: valid, repeatable, and about as good as METIS's."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from graph_cases import complete, empty, from_edges, grid, neighbours, star
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import random_graph
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits, make_s_curve, make_swiss_roll
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn import _ordering
from skmanifold_nn._ordering import METHODS, fill_reducing_order
from skmanifold_nn._symbolic import eliminate_columns


def ordered(graph, **options):
    return fill_reducing_order(graph.indptr, graph.indices, **options)


def counts(graph, **options):
    """Off-diagonal entries of the factor's columns."""
    order = ordered(graph, **options)
    return eliminate_columns(graph.indptr, graph.indices, order).counts - 1.0


def roll():
    X, _ = make_swiss_roll(2000, noise=0.05, random_state=3)
    return neighbours(kneighbors_graph(X, 12))


def s_curve():
    X, _ = make_s_curve(2000, noise=0.05, random_state=3)
    return neighbours(kneighbors_graph(X, 10))


def digits():
    return neighbours(kneighbors_graph(load_digits().data, 10))


def cloud():
    X = np.random.default_rng(11).normal(size=(2000, 5))
    return neighbours(kneighbors_graph(X, 10))


# Fill per vertex of METIS 5's nested dissection with its default options.
METIS_FILL = {
    "grid": (lambda: grid(60, 60), 14.6),
    "cube": (lambda: grid(12, 12, 12), 35.7),
    "roll": (roll, 25.3),
    "s_curve": (s_curve, 21.5),
    "digits": (digits, 35.8),
    "cloud": (cloud, 174.6),
}


@pytest.mark.parametrize("name", METIS_FILL)
@pytest.mark.parametrize("method", METHODS)
def test_fill_is_near_that_of_metis(name, method):
    make, metis = METIS_FILL[name]
    graph = make()
    assert counts(graph, method=method).mean() <= 1.5 * metis


def test_auto_takes_the_better_order():
    graph = cloud()
    fill = {method: counts(graph, method=method).mean() for method in METHODS}
    assert fill["dissection"] < 0.8 * fill["minimum_degree"]
    assert fill["auto"] == fill["dissection"]


def test_auto_leaves_sheets_to_minimum_degree(monkeypatch):
    monkeypatch.setattr(_ordering, "_nested_dissection", None)
    graph = roll()
    assert_array_equal(ordered(graph), ordered(graph, method="minimum_degree"))


@pytest.mark.parametrize("method", METHODS)
@given(n=st.integers(0, 200), degree=st.floats(0, 12), seed=st.integers(0, 10**6))
@settings(max_examples=25)
def test_orders_are_permutations(method, n, degree, seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(rng, n, min(1.0, degree / max(n, 1)))
    graph.indptr.flags.writeable = graph.indices.flags.writeable = False
    order = ordered(graph, method=method)
    assert order.dtype == np.int32
    assert_array_equal(np.sort(order), np.arange(n))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2, 3, 500])
def test_extremes(method, n):
    def fill(graph):
        return counts(graph, method=method).mean()

    assert fill(empty(n)) == 0
    assert fill(complete(n)) == pytest.approx((n - 1) / 2)
    assert fill(star(n)) == pytest.approx((n - 1) / n)
    if method == "dissection":  # separators inside a path cost an entry each
        assert fill(grid(n)) <= 1.02
    else:
        assert fill(grid(n)) == pytest.approx((n - 1) / n)


def test_trees_have_no_fill(rng):
    n = 3000
    parent = (rng.random(n - 1) * np.arange(1, n)).astype(int)
    tree = from_edges(n, np.arange(1, n), parent)
    assert counts(tree).mean() == pytest.approx((n - 1) / n)
    assert counts(tree, method="dissection").mean() <= 1.03


def test_same_order_in_several_threads():
    graphs = [cloud(), digits()] * 2
    wanted = [ordered(graph, method="dissection") for graph in graphs[:2]] * 2
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda graph: ordered(graph, method="dissection"), graphs)
        for a, b in zip(found, wanted, strict=True):
            assert_array_equal(a, b)


@pytest.mark.parametrize("method", METHODS)
def test_max_work(method):
    graph = cloud()
    work = np.sum(counts(graph, method=method) ** 2)
    within = ordered(graph, method=method, max_work=1.01 * work)
    assert_array_equal(within, ordered(graph, method=method))
    for limit in (0.9 * work, 0.01 * work, 0.0):
        assert ordered(graph, method=method, max_work=limit) is None


def test_max_work_on_sheets():
    graph = roll()
    assert ordered(graph, max_work=1e4) is None
    assert ordered(graph, max_work=1e9) is not None


def test_unknown_method():
    with pytest.raises(ValueError, match="method must be one of"):
        ordered(grid(3), method="natural")
