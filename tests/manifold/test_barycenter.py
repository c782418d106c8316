"""Barycentric weights of dense, sparse and mixed rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn.manifold import _barycenter
from skmanifold_nn.manifold._barycenter import barycenter_weights


@pytest.fixture
def case(rng):
    rows = rng.standard_normal((60, 40)) * (rng.random((60, 40)) < 0.2)
    points = np.vstack((rows[:5], rng.standard_normal((30, 40))))
    neighbors = rng.random((35, 60)).argsort(axis=1)[:, :7]
    neighbors[:5, 2] = np.arange(5)
    return points, rows, neighbors


def test_weights_rebuild_points_as_well_as_least_squares(case):
    points, rows, neighbors = case
    weights = barycenter_weights(points, rows, neighbors, reg=1e-12)
    assert_allclose(weights.sum(axis=1), 1, rtol=1e-10)
    assert_array_equal(weights[:5], np.arange(7) == 2 * np.ones((5, 1)))
    for point, indices, w in zip(points[5:], neighbors[5:], weights[5:], strict=True):
        last = rows[indices[-1]]
        steps = (rows[indices[:-1]] - last).T
        best = np.linalg.lstsq(steps, point - last)[0]
        assert_allclose(w[:-1], best, rtol=0, atol=1e-8)


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("entries", [1, 3000, 2**18])
def test_sparse_rows(case, dtype, n_jobs, entries, monkeypatch):
    monkeypatch.setattr(_barycenter, "CHUNK_ENTRIES", entries)
    monkeypatch.setattr(_barycenter, "MIN_POINTS_PER_THREAD", 1)
    points, rows = (array.astype(dtype) for array in case[:2])
    dense = barycenter_weights(points, rows, case[2], n_jobs=n_jobs)
    given = sparse.csr_array(points), sparse.csr_array(rows)
    weights = barycenter_weights(*given, case[2], n_jobs=n_jobs)
    # columns that are left out regroup the sums
    assert_allclose(weights, dense, rtol=0, atol=1e-9)
    half = barycenter_weights(points, given[1], case[2], n_jobs=n_jobs)
    assert_allclose(half, dense, rtol=0, atol=1e-9)


def test_sparse_rows_of_zeros():
    rows = sparse.csr_array((6, 4))
    neighbors = np.array([[1, 2], [0, 2]])
    weights = barycenter_weights(rows[:2], rows, neighbors)
    assert_array_equal(weights, [[1, 0], [1, 0]])


def test_two_dtypes(case):
    points, rows, neighbors = case
    single = points.astype(np.float32)
    mixed = barycenter_weights(single, rows, neighbors)
    expected = barycenter_weights(single.astype(np.float64), rows, neighbors)
    assert_allclose(mixed, expected, rtol=0, atol=1e-12)
    assert_array_equal(mixed[:, 0] == 1, expected[:, 0] == 1)
