"""Trustworthiness and continuity against scikit-learn and against the formula."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_array
from sklearn.manifold import trustworthiness as sklearn_trustworthiness
from sklearn.metrics import pairwise_distances

from skmanifold_nn.metrics import continuity, trustworthiness


def naive(ranked, searched, k):
    """From two distance matrices; of equal distances the first columns are nearer."""
    n = len(ranked)
    total = 0
    for i in range(n):
        others = np.delete(np.arange(n), i)
        near = others[np.argsort(searched[i, others], kind="stable")[:k]]
        order = others[np.argsort(ranked[i, others], kind="stable")]
        ranks = np.argsort(order)[np.searchsorted(others, near)] + 1
        total += np.maximum(ranks - k, 0).sum()
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * total


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_features", [3, 20])
@pytest.mark.parametrize("n, k", [(3, 1), (30, 1), (31, 15), (500, 7)])
def test_values_are_scikit_learns(rng, n, k, n_features, dtype):
    X = rng.standard_normal((n, n_features)).astype(dtype)
    Y = (X[:, :2] + rng.standard_normal((n, 2)) / 2).astype(dtype)
    # scikit-learn rounds distances of float32 rows to float32
    expected = sklearn_trustworthiness(X.astype(float), Y.astype(float), n_neighbors=k)
    assert trustworthiness(X, Y, n_neighbors=k) == pytest.approx(expected, abs=1e-12)
    expected = sklearn_trustworthiness(Y.astype(float), X.astype(float), n_neighbors=k)
    assert continuity(X, Y, n_neighbors=k) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "metric", ["manhattan", "cosine", "l2", "seuclidean", "mahalanobis", "chebyshev"]
)
def test_metrics(rng, metric):
    X = rng.standard_normal((80, 10)) * np.arange(1, 11)
    Y = X[:, -2:]
    D, E = pairwise_distances(X, metric=metric), pairwise_distances(Y)
    assert trustworthiness(X, Y, metric=metric) == pytest.approx(naive(D, E, 5))
    assert continuity(X, Y, metric=metric) == pytest.approx(naive(E, D, 5))


def test_callables_sparse_rows_and_distances(rng):
    X = rng.standard_normal((60, 12)) * (rng.random((60, 12)) < 0.7)
    Y = rng.standard_normal((60, 2))
    D = pairwise_distances(X)
    for measure in (trustworthiness, continuity):
        expected = measure(X, Y)
        given = D.copy()
        given.flags.writeable = False
        assert measure(given, Y, metric="precomputed") == pytest.approx(expected)
        assert measure(csr_array(X), Y) == pytest.approx(expected)
        assert measure(X, csr_array(Y)) == pytest.approx(expected)
        of_rows = measure(X, Y, metric=lambda x, y: ((x - y) ** 2).sum())
        assert of_rows == pytest.approx(expected)


@pytest.mark.parametrize("k", [2, 20])
def test_unknown_values_are_scikit_learns(rng, k):
    X = rng.standard_normal((100, 4))
    X[::3, 1] = X[::5, 2] = np.nan
    Y = rng.standard_normal((100, 2))
    expected = sklearn_trustworthiness(X, Y, n_neighbors=k, metric="nan_euclidean")
    found = trustworthiness(X, Y, n_neighbors=k, metric="nan_euclidean")
    assert found == pytest.approx(expected, abs=1e-12)
    D = pairwise_distances(X, metric="nan_euclidean")
    found = continuity(X, Y, n_neighbors=k, metric="nan_euclidean")
    assert found == pytest.approx(naive(pairwise_distances(Y), D, k))


def test_closed_forms():
    line = np.arange(40.0)[:, None] ** 1.1
    assert trustworthiness(line, -line, n_neighbors=19) == 1
    assert continuity(line, -line, n_neighbors=19) == 1
    # the nearest place is that of the farthest point, for every point
    n = 20
    D = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    D = (D - 1) % n + np.triu(np.full((n, n), 0.5))
    np.fill_diagonal(D, 0)
    worst = naive(D, np.where(D > 0, 99 - D, 0), 1)
    assert 0 <= worst < 1


def test_ties_and_copies():
    """On a grid the first of equally distant points is the nearest."""
    X = np.stack(np.meshgrid(range(6), range(5)), axis=-1).reshape(-1, 2) / 4
    X = np.vstack((X, X[:7], X[:7]))
    D = pairwise_distances(X, metric="sqeuclidean")
    Y = np.random.default_rng(5).standard_normal((len(X), 2))
    E = pairwise_distances(Y)
    assert trustworthiness(X, Y, n_neighbors=8) == pytest.approx(naive(D, E, 8))
    wide = np.hstack((4 * X, np.zeros((len(X), 20)), np.ones((len(X), 1))))
    assert trustworthiness(wide, Y, n_neighbors=8) == pytest.approx(naive(D, E, 8))
    same = np.zeros((9, 3))
    assert 0 <= trustworthiness(same, same, n_neighbors=2) <= 1
    assert 0 <= continuity(same, same, n_neighbors=2) <= 1


@pytest.mark.parametrize("k", [2, 8, 20])
def test_ties_in_the_embedding_are_scikit_learns(rng, k):
    """More copies of a place than neighbours: which of them count, is its choice."""
    X = rng.standard_normal((200, 5))
    Y = rng.integers(0, 4, (200, 2)).astype(float)
    expected = sklearn_trustworthiness(X, Y, n_neighbors=k)
    assert trustworthiness(X, Y, n_neighbors=k) == pytest.approx(expected, abs=1e-12)


def test_far_from_the_origin(rng):
    """Distances that products of the rows as they are would lose."""
    X = rng.standard_normal((100, 20))
    Y = X[:, :2]
    expected = trustworthiness(X, Y)
    assert trustworthiness(X + 1e7, Y) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("measure", [trustworthiness, continuity])
def test_threads_do_not_change_a_bit(rng, measure):
    X = rng.standard_normal((700, 30))
    assert measure(X, X[:, :2], n_jobs=2) == measure(X, X[:, :2], n_jobs=1)


@pytest.mark.parametrize("measure", [trustworthiness, continuity])
def test_sample_of_anchors(rng, measure):
    X = rng.standard_normal((400, 10))
    Y = X[:, :2]
    exact, no_error = measure(X, Y, return_error=True)
    assert no_error == 0
    whole = measure(X, Y, n_anchors=400, return_error=True)
    assert whole == (pytest.approx(exact, abs=1e-12), 0)
    found = np.array(
        [
            measure(X, Y, n_anchors=60, random_state=seed, return_error=True)
            for seed in range(1, 41)
        ]
    )
    values, errors = found.T
    assert abs(values.mean() - exact) < 4 * values.std() / np.sqrt(40)
    # the error estimates the spread over samples; 40 of these know it to 11%
    assert_allclose(errors.mean(), values.std(), rtol=0.4)
    assert measure(X, Y, n_anchors=60, random_state=7) == values[6]


@pytest.mark.parametrize("measure", [trustworthiness, continuity])
def test_errors(measure):
    X, Y = np.arange(10.0)[:, None], np.arange(10.0)[:, None]
    message = r"n_neighbors \(5\) should be less than n_samples / 2 \(5.0\)"
    with pytest.raises(ValueError, match=message):
        measure(X, Y, n_neighbors=5)
    with pytest.raises(ValueError, match=r"n_neighbors \(12\) should be less than"):
        measure(X, Y, n_neighbors=12)
    with pytest.raises(ValueError, match=r"n_neighbors must be an integer .* got 0"):
        measure(X, Y, n_neighbors=0)
    with pytest.raises(ValueError, match=r"n_neighbors must be an integer .* got 2\.5"):
        measure(X, Y, n_neighbors=2.5)
    with pytest.raises(ValueError, match="got 10 and 9 rows"):
        measure(X, Y[:9], n_neighbors=3)
    with pytest.raises(ValueError, match=r"n_anchors must be an integer .* got 11"):
        measure(X, Y, n_neighbors=3, n_anchors=11)
    with pytest.raises(ValueError, match="X contains NaN"):
        measure(X * np.nan, Y, n_neighbors=3)
    with pytest.raises(ValueError, match="X_embedded contains inf"):
        measure(X, Y + np.inf, n_neighbors=3)
    with pytest.raises(ValueError, match=r"X must be square .* got shape"):
        measure(X, Y, n_neighbors=3, metric="precomputed")
    with pytest.raises(ValueError, match=r"X must not hold negative .* got -1"):
        measure(-np.ones((10, 10)), Y, n_neighbors=3, metric="precomputed")
