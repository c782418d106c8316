"""Kernels of affinity graphs against dense matrices."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from skmanifold_nn._kernels._affinity import (
    drop_diagonal,
    label_components,
    merge_directions,
    transpose_pattern,
)

SIZES = [(1, 0.0), (1, 1.0), (7, 0.0), (8, 0.3), (23, 0.1), (40, 0.9)]


def pattern(rng, n, density):
    dense = rng.uniform(size=(n, n)) < density
    graph = sparse.csr_array(dense.astype(np.float64))
    return dense, graph.indptr.astype(np.int32), graph.indices.astype(np.int32)


def transposed(indptr, indices):
    out = np.full_like(indptr, -1), np.full_like(indices, -1)
    transpose_pattern(indptr, indices, *out)
    return out


@pytest.mark.parametrize("n, density", SIZES)
def test_transposed_rows_ascend(rng, n, density):
    dense, indptr, indices = pattern(rng, n, density)
    shuffled = np.concatenate(
        [rng.permutation(row) for row in np.split(indices, indptr[1:-1])]
    )
    expected = sparse.csr_array(dense.T.astype(np.float64))
    out_indptr, out_indices = transposed(indptr, shuffled.astype(np.int32))
    assert_array_equal(out_indptr, expected.indptr)
    assert_array_equal(out_indices, expected.indices)


@pytest.mark.parametrize("n, density", SIZES)
def test_mean_of_both_directions(rng, n, density):
    dense, indptr, indices = pattern(rng, n, density)
    room = 2 * len(indices) + n
    out = np.empty(n + 1, np.int32), np.empty(room, np.int32), np.empty(room)
    merge_directions(indptr, indices, *transposed(indptr, indices), *out)
    n_kept = out[0][-1]
    expected = (dense.astype(float) + dense.T) / 2
    np.fill_diagonal(expected, 1)
    graph = sparse.csr_array((out[2][:n_kept], out[1][:n_kept], out[0]), shape=(n, n))
    assert_array_equal(graph.toarray(), expected)
    assert n_kept == np.count_nonzero(expected)
    assert graph.has_canonical_format


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n, density", SIZES)
def test_diagonal_is_dropped(rng, n, density, dtype):
    _, indptr, indices = pattern(rng, n, density)
    weights = rng.uniform(1, 2, len(indices)).astype(dtype)
    out = np.empty_like(indptr), np.empty_like(indices), np.empty_like(weights)
    drop_diagonal(indptr, indices, weights, *out)
    expected = sparse.csr_array((weights, indices, indptr), shape=(n, n)).toarray()
    np.fill_diagonal(expected, 0)
    kept = slice(out[0][-1])
    graph = sparse.csr_array((out[2][kept], out[1][kept], out[0]), shape=(n, n))
    assert_array_equal(graph.toarray(), expected)
    assert graph.nnz == np.count_nonzero(expected)


@pytest.mark.parametrize("n, density", [*SIZES, (60, 0.02), (200, 0.006)])
def test_components_of_significant_edges(rng, n, density):
    dense, _, _ = pattern(rng, n, density)
    weights = np.triu(dense * 10.0 ** rng.integers(-12, 1, (n, n)), 1)
    weights += weights.T
    graph = sparse.csr_array(weights)
    heaviest = weights.max(axis=1)
    labels = np.empty(n, dtype=np.int32)
    n_found = label_components(
        graph.indptr.astype(np.int32),
        graph.indices.astype(np.int32),
        graph.data,
        heaviest,
        1e-6,
        np.empty(n, dtype=np.int32),
        labels,
    )
    least = 1e-6 * np.minimum(heaviest[:, None], heaviest)
    significant = (weights > 0) & (weights >= least)
    n_expected, expected = connected_components(sparse.csr_array(significant))
    assert n_found == n_expected
    assert_array_equal(labels, expected)  # both number them by their first row
