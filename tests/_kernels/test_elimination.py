"""Symbolic analysis against dense elimination."""

import numpy as np
import pytest
from kernel_cases import eliminated_pattern, random_graph
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels import _elimination
from skmanifold_nn._symbolic import build_panels, eliminate_columns

CASES = [(1, 0.0), (2, 1.0), (9, 0.0), (17, 0.1), (40, 0.05), (41, 0.2), (30, 1.0)]


def invert(order):
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=np.int32)
    return position


@pytest.mark.parametrize("n, density", CASES)
def test_elimination_tree(rng, n, density):
    graph = random_graph(rng, n, density)
    order = rng.permutation(n).astype(np.int32)
    parent, work = np.empty((2, n), dtype=np.int32)
    _elimination.elimination_tree(
        graph.indptr, graph.indices, order, invert(order), work, parent
    )
    pattern = eliminated_pattern(graph, order)
    for k in range(n):
        below = k + 1 + np.flatnonzero(pattern[k + 1 :, k])
        assert parent[k] == (below[0] if len(below) else -1)


def test_postorder():
    #        6     5
    #      / | \   |
    #     0  4  3  1
    #        |
    #        2
    parent = np.array([6, 5, 4, 6, 6, -1, -1], dtype=np.int32)
    head, sibling, stack, post = np.empty((4, 7), dtype=np.int32)
    _elimination.postorder(parent, head, sibling, stack, post)
    assert_array_equal(post, [1, 5, 0, 3, 2, 4, 6])


@pytest.mark.parametrize("n, density", CASES)
def test_column_counts(rng, n, density):
    graph = random_graph(rng, n, density)
    columns = eliminate_columns(
        graph.indptr, graph.indices, rng.permutation(n).astype(np.int32)
    )
    pattern = eliminated_pattern(graph, columns.order)
    assert_array_equal(columns.counts, pattern.sum(axis=0))
    assert columns.n_entries == pattern.sum()
    # a postorder: every subtree is an interval that ends with its root
    has_parent = columns.parent >= 0
    assert np.all(columns.parent[has_parent] > np.flatnonzero(has_parent))


@pytest.mark.parametrize("max_width, slack", [(1, 0.0), (3, 0.0), (64, 0.0), (8, 0.5)])
@pytest.mark.parametrize("n, density", CASES)
def test_supernodes(rng, n, density, max_width, slack):
    graph = random_graph(rng, n, density)
    columns = eliminate_columns(
        graph.indptr, graph.indices, rng.permutation(n).astype(np.int32)
    )
    panels = build_panels(
        graph.indptr, graph.indices, columns, max_width=max_width, slack=slack
    )
    pattern = eliminated_pattern(graph, columns.order)
    assert panels.first[0] == 0 and panels.first[-1] == n
    assert panels.widths.min() >= 1 and panels.widths.max() <= max_width
    covered = np.zeros_like(pattern)
    for s in range(panels.n_supernodes):
        start, end = panels.first[s : s + 2]
        rows = panels.rows[panels.row_start[s] : panels.row_start[s + 1]]
        below = np.flatnonzero(pattern[:, start:end].any(axis=1))
        assert_array_equal(rows, below[below >= end])  # ascending, none missing
        assert_array_equal(panels.owner[start:end], s)
        covered[start:end, start:end] = True
        covered[np.ix_(rows, np.arange(start, end))] = True
    assert np.all(covered >= pattern)
    stored = np.tril(covered)
    assert stored.sum() <= pattern.sum() / (1 - slack) + 1e-9
    assert panels.n_values == (panels.widths * (panels.widths + panels.heights)).sum()


def test_fundamental_supernodes_store_nothing_more(rng):
    graph = random_graph(rng, 60, 0.08)
    columns = eliminate_columns(
        graph.indptr, graph.indices, rng.permutation(60).astype(np.int32)
    )
    panels = build_panels(graph.indptr, graph.indices, columns, slack=0)
    lower = panels.widths * (panels.widths + 1) // 2 + panels.widths * panels.heights
    assert lower.sum() == columns.n_entries
    assert panels.n_supernodes < 60
