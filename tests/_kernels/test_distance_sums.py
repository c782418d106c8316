"""Sums over pairs against NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import pairwise_distances

from skmanifold_nn._kernels._distance_sums import distance_sums


def summed(distances, rows, embedding, n_threads):
    sums = np.empty((len(rows), embedding.shape[1], 3))
    columns = np.ascontiguousarray(embedding.T)
    squared = np.full((n_threads, len(embedding)), np.nan)
    distance_sums(distances, rows, columns, n_threads, squared, sums)
    return sums


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n, d", [(1, 1), (13, 3), (50, 2)])
def test_sums(rng, n, d, dtype):
    embedding = rng.standard_normal((n, d))
    rows = rng.permutation(n)[: n // 2 + 1]
    distances = rng.random((len(rows), n)).astype(dtype)
    sums = summed(distances, rows, embedding, 1)
    for k in range(d):
        embedded = pairwise_distances(embedding[rows, : k + 1], embedding[:, : k + 1])
        expected = [embedded, embedded**2, distances * embedded]
        expected = [e.sum(axis=1) for e in expected]
        assert_allclose(sums[:, k], np.transpose(expected), rtol=1e-6, atol=1e-6)
    assert_array_equal(summed(distances, rows, embedding, 2), sums)
