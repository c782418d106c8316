"""Distances of listed pairs, and values back into a matrix, against plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _isotonic_pairs


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 65, 130])
def test_listed_distances(n, d, dtype, rng):
    places = rng.standard_normal((d, n)).astype(dtype)
    places[:, n // 2] = places[:, 0]
    rows, columns = (a.astype(np.int32) for a in np.triu_indices(n, 1))
    steps = places.astype(np.float64)[:, rows] - places[:, columns]
    for n_threads in (1, 2, 3):
        distances = np.full(len(rows), np.nan)
        _isotonic_pairs.listed_distances(rows, columns, places, n_threads, distances)
        assert_allclose(distances, np.sqrt((steps**2).sum(axis=0)), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 7, 130])
def test_scatter_disparities(n, n_threads, dtype, rng):
    pairs = np.triu_indices(n, 1)
    order = rng.permutation(len(pairs[0]))
    rows, columns = (a[order].astype(np.int32) for a in pairs)
    values, positions = rng.random(len(rows)), rng.permutation(len(rows))
    for p in (None, positions):
        expected = np.full((n, n), -1, dtype=dtype)
        i, j = (rows, columns) if p is None else (rows[p], columns[p])
        expected[i, j] = 2.5 * values
        disparities = np.full((n, n), -1, dtype=dtype)
        _isotonic_pairs.scatter_disparities(
            rows, columns, p, values, 2.5, n_threads, disparities
        )
        assert_array_equal(disparities, expected)
