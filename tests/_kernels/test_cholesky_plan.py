"""Places of update matrices and patterns, against naive bookkeeping."""

import numpy as np
import pytest
from kernel_cases import random_graph
from numpy.testing import assert_array_equal
from scipy import sparse

from skmanifold_nn._cholesky import SymbolicFactor
from skmanifold_nn._kernels import _cholesky_plan
from skmanifold_nn._kernels._cholesky_plan import Kind


def planned(rng, n, density):
    return SymbolicFactor(random_graph(rng, n, density))


CASES = [(1, 0.0), (30, 0.05), (80, 0.03), (81, 0.2), (300, 0.01)]


@pytest.mark.parametrize("n, density", CASES)
def test_front_tree(rng, n, density):
    symbolic = planned(rng, n, density)
    n_fronts = len(symbolic.kinds)
    owner = np.repeat(np.arange(n_fronts), np.diff(symbolic.first)).astype(np.int32)
    parent, descendant = np.empty((2, n_fronts), dtype=np.int32)
    work = np.ones(n_fronts)
    _cholesky_plan.front_tree(
        owner, symbolic.row_start, symbolic.rows, parent, descendant, work
    )
    for s in range(n_fronts):
        below = symbolic.rows[symbolic.row_start[s] : symbolic.row_start[s + 1]]
        assert parent[s] == (owner[below[0]] if len(below) else -1)
        subtree = {s}
        for t in range(s - 1, -1, -1):
            if parent[t] in subtree:
                subtree.add(t)
        assert descendant[s] == min(subtree) and work[s] == len(subtree)


@pytest.mark.parametrize("n_fronts", [1, 2, 17, 200])
def test_updates_that_live_together_do_not_overlap(rng, n_fronts):
    # a postordered tree: the parent of s is the root of the subtree after it
    parent = np.full(n_fronts, -1, dtype=np.int32)
    stack = []
    for s in range(n_fronts):
        for _ in range(rng.integers(0, len(stack) + 1)):
            parent[stack.pop()] = s
        stack.append(s)
    kinds = np.full(n_fronts, Kind.INNER, dtype=np.uint8)
    height = np.zeros(n_fronts, dtype=int)
    for s in range(n_fronts):
        if parent[s] >= 0:
            height[parent[s]] = max(height[parent[s]], height[s] + 1)
    above = height > 2
    kinds[above] = Kind.TOP
    kinds[~above & ((parent < 0) | above[parent])] = Kind.ROOT
    sizes = rng.integers(0, 50, size=n_fronts)
    places, peaks = np.empty(n_fronts, dtype=np.int64), np.empty(3, dtype=np.int64)
    _cholesky_plan.place_updates(
        parent,
        kinds,
        sizes,
        np.empty(n_fronts, dtype=np.uint8),
        np.empty(n_fronts, dtype=np.int64),
        places,
        peaks,
    )
    for kind, peak in (
        (Kind.INNER, peaks[0]),
        (Kind.ROOT, peaks[1]),
        (Kind.TOP, peaks[2]),
    ):
        live = np.full(peak, -1)
        for s in range(n_fronts):
            if kinds[s] == kind:
                start = places[s] + (peak if places[s] < 0 else 0)
                assert 0 <= start and start + sizes[s] <= peak
                held = live[start : start + sizes[s]]
                assert np.all(held == -1)
                held[:] = s
            if kind != Kind.ROOT:  # a parent, of whatever kind, frees its children
                for c in np.flatnonzero((parent == s) & (kinds == kind)):
                    live[live == c] = -1


@pytest.mark.parametrize("n, density", CASES)
def test_without_diagonal(rng, n, density):
    graph = random_graph(rng, n, density)
    some = sparse.coo_array((np.ones((n + 1) // 2), (np.arange(0, n, 2),) * 2), (n, n))
    matrix = sparse.csr_array(graph + some)
    matrix.sort_indices()
    indptr = matrix.indptr.astype(np.int32)
    indices = matrix.indices.astype(np.int32)
    out_indptr, out_indices = np.empty_like(indptr), np.empty_like(indices)
    kept = _cholesky_plan.without_diagonal(indptr, indices, out_indptr, out_indices)
    pattern = sparse.csr_array(
        (np.ones(kept), out_indices[:kept], out_indptr), shape=(n, n)
    )
    assert_array_equal(pattern.toarray(), graph.toarray() != 0)


@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_is_symmetric(rng, n):
    work = np.empty(n, dtype=np.int32)
    for density in (0.0, 0.1, 0.5, 1.0):
        graph = random_graph(rng, n, density)
        assert _cholesky_plan.is_symmetric(graph.indptr, graph.indices, work)
        if not graph.nnz:
            continue
        for dropped in range(0, graph.nnz, max(1, graph.nnz // 7)):
            rows, columns = (np.delete(x, dropped) for x in graph.tocoo().coords)
            other = sparse.coo_array((np.ones(len(rows)), (rows, columns)), (n, n))
            other = other.tocsr()
            indptr, indices = other.indptr.astype(np.int32), other.indices.astype("i4")
            assert not _cholesky_plan.is_symmetric(indptr, indices, work)
