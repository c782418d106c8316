"""Distinct points and their neighbours."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist

from skmanifold_nn.metrics._dimension_neighbors import (
    centered_and_scaled,
    distinct_neighborhoods,
)


def find(X, k=4, metric="euclidean", default=None):
    return distinct_neighborhoods(
        X, k, metric, default=default or (lambda n: 4), n_jobs=1
    )


def assert_nearest(found, D, k):
    np.fill_diagonal(D, np.inf)
    assert_allclose(found.distances, np.sort(D, axis=1)[:, :k], rtol=1e-9)
    at = np.take_along_axis(D, found.neighbors.astype(int), axis=1)
    assert_allclose(at, found.distances, rtol=1e-9)


@pytest.mark.parametrize("n_features", [1, 3, 20])
@pytest.mark.parametrize("metric", ["euclidean", "cityblock", "precomputed"])
def test_neighbors(rng, n_features, metric):
    X = rng.normal(size=(50, n_features))
    D = cdist(X, X, "cityblock" if metric == "cityblock" else "euclidean")
    found = find(D.copy() if metric == "precomputed" else X, metric=metric)
    assert_nearest(found, D, 4)
    assert_array_equal(found.places, np.arange(50))


def test_fewer_of_the_neighbors(rng):
    X = np.repeat(rng.normal(size=(30, 5)), 2, axis=0)
    fewer, found = find(X, 9).nearest(4), find(X, 4)
    for name, array in vars(found).items():
        assert_array_equal(getattr(fewer, name), array)


@pytest.mark.parametrize("precomputed", [False, True])
@pytest.mark.parametrize("n_copies", [2, 30])
def test_copies_count_once(rng, precomputed, n_copies):
    distinct = rng.normal(size=(20, 12))
    kinds = rng.permutation(np.repeat(np.arange(20), n_copies))
    X = distinct[kinds]
    metric = "precomputed" if precomputed else "euclidean"
    found = find(cdist(X, X) if precomputed else X, metric=metric)
    assert len(found.distances) == 20
    same = found.places[:, None] == found.places
    assert_array_equal(same, kinds[:, None] == kinds)
    of_point = np.empty(20, dtype=int)
    of_point[found.places] = kinds
    rows = distinct[of_point]
    assert_array_equal(found.points, cdist(rows, rows) if precomputed else rows)
    assert_nearest(found, cdist(rows, rows), 4)


def test_distances_are_exact_next_to_far_points(rng):
    # By products, |x|^2 + |y|^2 - 2 x.y, they would be 0 or some 1e-2.
    X = 1e6 * rng.normal(size=(40, 30))
    X[20:] = X[:20] + 1e-4 * rng.normal(size=(20, 30))
    distances = find(X, 1).distances[:, 0]
    expected = np.linalg.norm(X[20:] - X[:20], axis=1)
    assert_allclose(distances, np.tile(expected, 2), rtol=1e-12)


def test_default_depends_on_the_number_of_distinct_points(rng):
    X = np.tile(rng.normal(size=(30, 2)), (4, 1))
    assert find(X, None, default=lambda n: n // 5).neighbors.shape == (30, 6)
    assert find(X[:5], None, default=lambda n: 50).neighbors.shape == (5, 4)


def test_too_few_distinct_points(rng):
    X = np.tile(rng.normal(size=(6, 2)), (3, 1))
    with pytest.raises(ValueError, match=r"n_neighbors = 6 with 6 distinct .* 18"):
        find(X, 6)
    with pytest.raises(ValueError, match=r"at least 3 distinct samples, got 2 .* = 9"):
        find(np.repeat(X[:2], [4, 5], axis=0))


@pytest.mark.parametrize(
    "factor, dtype",
    [(1e-250, float), (1e250, float), (1e30, np.float32), (3, np.float32), (3, int)],
)
def test_centering_and_scaling(rng, factor, dtype):
    X = (factor * rng.integers(-9, 9, size=(30, 3))).astype(dtype, order="F")
    before = X.copy()
    scaled, scale = centered_and_scaled(X)
    assert scaled.dtype == np.float64
    assert scaled.flags.c_contiguous
    assert_array_equal(X, before)
    assert_allclose(scaled.mean(axis=0), 0, atol=1e-15)
    assert 0.25 < np.abs(scaled).max() <= 1
    assert np.frexp(scale)[0] == 0.5, "a power of two is exact"
    expected = (X.astype(float) - X[0].astype(float)) * scale
    assert_allclose(scaled - scaled[0], expected, atol=1e-15)


def test_constant_rows_are_zeros():
    scaled, _ = centered_and_scaled(np.full((5, 2), 7.0))
    assert_array_equal(scaled, np.zeros((5, 2)))
