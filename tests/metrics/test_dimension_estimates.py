"""Each formula against a naive twin, on points where twins are quick."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist

from skmanifold_nn.metrics._dimension_estimates import (
    correlation_dimension,
    local_pca,
    maximum_likelihood,
    overlapping_error,
    two_nearest,
)
from skmanifold_nn.metrics._distances import RowDistances


def nearest(X, k):
    """(distances, neighbours) of all rows, by sorting."""
    D = cdist(X, X)
    np.fill_diagonal(D, np.inf)
    order = np.argsort(D, axis=1)[:, :k]
    return np.take_along_axis(D, order, axis=1), order.astype(np.int32)


@pytest.fixture
def X(rng):
    return rng.normal(size=(120, 4))


def naive_error(influences, neighbors):
    n = len(influences)
    members = [{i, *neighbors[i]} for i in range(n)]
    size = len(members[0])
    shares = [[len(a & b) / size for b in members] for a in members]
    total = sum(
        shares[i][j] * influences[i] * influences[j] for i in range(n) for j in range(n)
    )
    return math.sqrt(total / (1 - np.sum(shares) / n**2))


def test_overlapping_error(X, rng):
    _, neighbors = nearest(X, 5)
    influences = rng.normal(size=len(X))
    influences -= influences.mean()
    assert_allclose(
        overlapping_error(influences, neighbors), naive_error(influences, neighbors)
    )


def test_no_error_is_known_where_all_neighbourhoods_are_the_same(X):
    _, neighbors = nearest(X[:6], 5)
    assert np.isnan(overlapping_error(np.arange(6) - 2.5, neighbors))


@pytest.mark.parametrize("k", [2, 7])
def test_maximum_likelihood(X, k):
    distances, neighbors = nearest(X, k)
    local = []
    for row in distances:
        logs = [math.log(row[k - 1] / row[j]) for j in range(k - 1)]
        local.append(1 / (sum(logs) / (k - 1)))
    estimate = maximum_likelihood(distances, neighbors)
    assert_allclose(estimate.pointwise, local)
    dimension = len(X) / sum(1 / each for each in local)
    assert_allclose(estimate.dimension, dimension)
    # The derivative of n / sum(1 / local) in the mean of one point's logs.
    means = 1 / np.array(local)
    influences = (1 - dimension * means) * dimension / len(X)
    assert_allclose(
        estimate.standard_error, naive_error(influences, neighbors), rtol=1e-9
    )


@pytest.mark.parametrize("share", [0.0, 0.1, 0.34])
def test_two_nearest(X, share):
    distances, neighbors = nearest(X, 2)
    logs = np.sort([math.log(b / a) for a, b in distances])
    m = len(X) - int(share * len(X))
    estimate = two_nearest(distances, neighbors, share)
    rest = (len(X) - m) * logs[m - 1]
    assert_allclose(estimate.dimension, m / (sum(logs[:m]) + rest))
    assert_allclose(np.sort(1 / estimate.pointwise), logs)

    def log_likelihood(d):
        return m * math.log(d) - d * sum(logs[:m]) - d * rest

    best = log_likelihood(estimate.dimension)
    assert best > max(log_likelihood(c * estimate.dimension) for c in (0.999, 1.001))


def test_two_nearest_without_discarding_is_maximum_likelihood_of_two(X):
    arrays = nearest(X, 2)
    two, more = two_nearest(*arrays, 0.0), maximum_likelihood(*arrays)
    assert_allclose(two.dimension, more.dimension)
    assert_allclose(two.pointwise, more.pointwise)
    assert_allclose(two.standard_error, more.standard_error)


def test_what_is_discarded_does_not_matter(X):
    distances, neighbors = nearest(X, 2)
    ratios = distances[:, 1] / distances[:, 0]
    far = distances.copy()
    far[ratios >= np.sort(ratios)[-9], 1] *= 1e3
    plain, changed = (two_nearest(d, neighbors, 0.1) for d in (distances, far))
    assert changed.dimension == plain.dimension
    assert_allclose(changed.standard_error, plain.standard_error)


def naive_correlation(D, low, high):
    """(dimension, its error, pointwise), pair by pair."""
    n = len(D)
    counted, logs = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i != j and D[i, j] <= high:
                counted[i, j] = D[i, j] > low
                logs[i, j] = math.log(high / max(D[i, j], low))
    dimension = counted.sum() / logs.sum()
    h = np.triu(counted - dimension * logs)  # of unordered pairs
    # Pairs are correlated with themselves and those that share a point.
    both = h + h.T
    variance = (both.sum(axis=1) ** 2).sum() - (h**2).sum()
    variance = max(variance, (h**2).sum())
    error = math.sqrt(variance) / (logs.sum() / 2)
    with np.errstate(invalid="ignore"):
        return dimension, error, counted.sum(axis=1) / logs.sum(axis=1)


@pytest.mark.parametrize("metric", ["euclidean", "precomputed", "cityblock"])
def test_correlation_dimension(X, metric):
    D = cdist(X, X, "cityblock" if metric == "cityblock" else "euclidean")
    given = D if metric == "precomputed" else X
    ascending = np.sort(D, axis=1)[:, 1:7]
    estimate = correlation_dimension(RowDistances(given, metric, "X"), ascending)
    low, high = np.median(ascending[:, 0]), np.median(ascending[:, 5])
    assert estimate.scaling_range == pytest.approx((low, high), rel=1e-12)
    dimension, error, local = naive_correlation(D, low, high)
    assert_allclose(estimate.dimension, dimension)
    assert_allclose(estimate.standard_error, error)
    assert_allclose(estimate.pointwise, local)


def test_correlation_dimension_is_the_slope_of_its_range(X):
    # Were all pairs in the range or below it, the slope between its ends would be d.
    distances, _ = nearest(X, 60)
    low, high = np.median(distances[:, 0]), np.median(distances[:, 59])
    pairs = cdist(X, X)[np.triu_indices(len(X), 1)]
    slope = math.log(np.mean(pairs < high) / np.mean(pairs <= low))
    slope /= math.log(high / low)
    estimate = correlation_dimension(RowDistances(X, "euclidean", "X"), distances)
    assert estimate.dimension == pytest.approx(slope, rel=0.2)


def test_correlation_dimension_in_blocks(X, monkeypatch):
    distances, _ = nearest(X, 6)
    given = RowDistances(X, "euclidean", "X")
    whole = correlation_dimension(given, distances)
    monkeypatch.setattr(given, "block_rows", lambda: 7)
    parts = correlation_dimension(given, distances)
    assert parts.dimension == pytest.approx(whole.dimension, rel=1e-12)
    assert parts.standard_error == pytest.approx(whole.standard_error, rel=1e-9)
    assert_array_equal(parts.pointwise, whole.pointwise)


@pytest.mark.parametrize("d", [2, 3])
def test_correlation_dimension_of_a_lattice(rng, d):
    # Pairs at the ends of the range are many, and equal but for rounding.
    X = np.stack(np.meshgrid(*[np.arange(10.0)] * d), -1).reshape(-1, d)
    X = X @ np.linalg.qr(rng.normal(size=(d, d)))[0]
    distances, _ = nearest(X, 10)
    estimate = correlation_dimension(RowDistances(X, "euclidean", "X"), distances)
    pairs, (low, high) = cdist(X, X).round(9), estimate.scaling_range
    logs = np.log(high / np.maximum(pairs, low))[(pairs > 0) & (pairs < high + 1e-6)]
    n_counted = np.sum((pairs > low + 1e-6) & (pairs < high + 1e-6))
    assert n_counted > len(X)
    assert estimate.dimension == pytest.approx(n_counted / logs.sum(), rel=1e-6)


def test_correlation_dimension_of_no_pair_is_refused():
    # Half of the points have all others at 1, half at 2: no pair is in between.
    distances = np.repeat([[1.0, 1.0], [1.0, 2.0]], 3, axis=0)
    given = RowDistances(1 - np.eye(6), "precomputed", "X")
    with pytest.raises(ValueError, match="n_neighbors = 2 nearest samples"):
        correlation_dimension(given, distances)


def naive_local_pca(X, neighbors, threshold, criterion):
    counts = []
    for i, around in enumerate(neighbors):
        patch = X[[i, *around]]
        values = np.linalg.eigvalsh(np.cov(patch.T, ddof=0).reshape(X.shape[1], -1))
        values = sorted(np.maximum(values, 0), reverse=True)[: len(around)]
        floor = threshold * values[0]
        if criterion == "threshold":
            counts.append(sum(value > floor for value in values))
            continue
        after = [*values[1:], 0.0]
        gaps = [(a + floor) / (b + floor) for a, b in zip(values, after, strict=True)]
        counts.append(1 + gaps.index(max(gaps)))
    return np.array(counts, dtype=float)


@pytest.mark.parametrize("n_features", [1, 3, 30])
@pytest.mark.parametrize("k", [4, 12])
@pytest.mark.parametrize("criterion", ["gap", "threshold"])
def test_local_pca(rng, n_features, k, criterion, monkeypatch):
    X = rng.normal(size=(60, n_features)) * 0.7 ** np.arange(n_features)
    _, neighbors = nearest(X, k)
    expected = naive_local_pca(X, neighbors, 0.1, criterion)
    estimate = local_pca(X, neighbors, 0.1, criterion)
    assert_array_equal(estimate.pointwise, expected)
    assert estimate.dimension == expected.mean()
    influences = (expected - expected.mean()) / len(X)
    assert_allclose(
        estimate.standard_error, naive_error(influences, neighbors), atol=1e-12
    )
    monkeypatch.setattr("skmanifold_nn.metrics._dimension_estimates.PATCH_BYTES", 9000)
    parts = local_pca(X, neighbors, 0.1, criterion)
    assert_array_equal(parts.pointwise, expected)


@pytest.mark.parametrize("rounding", [0, 1e-15])
def test_distances_that_are_all_equal_are_refused(rounding):
    distances = np.ones((5, 4)) + rounding * np.arange(4)
    neighbors = np.array([[j for j in range(5) if j != i] for i in range(5)], np.int32)
    with pytest.raises(ValueError, match="n_neighbors = 4 nearest samples are all"):
        maximum_likelihood(distances, neighbors)
    with pytest.raises(ValueError, match=r"n_neighbors = 2 .* Use method='mle'"):
        two_nearest(distances[:, :2], neighbors[:, :2], 0.1)
    given = RowDistances(1 - np.eye(5), "precomputed", "X")
    with pytest.raises(ValueError, match="method='local_pca'"):
        correlation_dimension(given, distances)
