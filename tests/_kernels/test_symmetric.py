"""Merging a graph with its transpose against dictionaries."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels._symmetric import merge_with_transpose


def csr_of(edges, n, dtype):
    """Sorted rows; an edge may come several times."""
    edges = sorted(edges)
    counts = np.bincount([i for i, _, _ in edges], minlength=n)
    return (
        np.r_[0, counts.cumsum()].astype(np.int32),
        np.array([j for _, j, _ in edges], dtype=np.int32),
        np.array([w for _, _, w in edges], dtype=dtype),
    )


def merged(edges, n, dtype):
    arrays = (
        *csr_of(edges, n, dtype),
        *csr_of([(j, i, w) for i, j, w in edges], n, dtype),
    )
    indptr = np.empty(n + 1, dtype=np.int32)
    nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=dtype)
    difference = merge_with_transpose(*arrays, indptr, *nothing)
    indices, weights = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], dtype)
    if len(indices):
        merge_with_transpose(*arrays, indptr, indices, weights)
    return indptr, indices, weights, difference


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n, n_edges", [(1, 2), (6, 0), (9, 20), (15, 300)])
def test_smallest_weight_of_both_directions(rng, n, n_edges, dtype):
    ends = rng.integers(0, n, (n_edges, 2))
    weights = rng.integers(0, 5, n_edges).astype(dtype)
    pairs = zip(ends.tolist(), weights.tolist(), strict=True)
    edges = [(i, j, w) for (i, j), w in pairs]
    least, differences = {}, [0]
    for i, j, w in edges:
        least[i, j] = min(w, least.get((i, j), np.inf))
    expected = {}
    for (i, j), w in least.items():
        if i != j:
            back = least.get((j, i), w)
            differences.append(abs(w - back))
            expected[i, j] = expected[j, i] = min(w, back)
    indptr, indices, weights, difference = merged(edges, n, dtype)
    found = {
        (i, int(indices[p])): weights[p]
        for i in range(n)
        for p in range(indptr[i], indptr[i + 1])
    }
    assert found == expected
    assert difference == max(differences)
    for i in range(n):
        assert np.all(np.diff(indices[indptr[i] : indptr[i + 1]]) > 0)


def test_zeros_are_edges():
    indptr, indices, weights, _ = merged([(0, 1, 0.0)], 2, np.float64)
    assert_array_equal(indptr, [0, 1, 2])
    assert_array_equal(indices, [1, 0])
    assert_allclose(weights, 0)
