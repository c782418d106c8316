"""Co-ranking against its matrix, written out, and against closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import pairwise_distances

from skmanifold_nn.metrics import (
    co_ranking,
    continuity,
    coranking_matrix,
    trustworthiness,
)


def naive_ranks(X):
    D = pairwise_distances(X, metric="sqeuclidean")
    np.fill_diagonal(D, np.inf)
    return np.argsort(np.argsort(D, axis=1, kind="stable"), axis=1) + 1


def pairs_of_ranks(X, Y):
    others = ~np.eye(len(X), dtype=bool)
    return naive_ranks(X)[others], naive_ranks(Y)[others]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [3, 4, 37, 90])
def test_curves_and_matrix(rng, n, dtype):
    X = rng.standard_normal((n, 4)).astype(dtype)
    Y = (X[:, :2] + rng.standard_normal((n, 2)) / 3).astype(dtype)
    a, b = pairs_of_ranks(X.astype(float), Y.astype(float))
    matrix = np.zeros((n - 1, n - 1), dtype=int)
    np.add.at(matrix, (a - 1, b - 1), 1)
    assert_array_equal(coranking_matrix(X, Y), matrix)
    found = co_ranking(X, Y)
    for k in range(1, n):
        assert found.q_nx[k - 1] == pytest.approx(matrix[:k, :k].sum() / (n * k))
        worst = n * sum(abs(n - 2 * j) / j for j in range(1, k + 1))
        into = (np.abs(a - b) / b)[b <= k].sum() / worst
        assert found.intrusion_errors[k - 1] == pytest.approx(into)
        out_of = (np.abs(a - b) / a)[a <= k].sum() / worst
        assert found.extrusion_errors[k - 1] == pytest.approx(out_of)
        if k < n / 2:
            expected = trustworthiness(X, Y, n_neighbors=k)
            assert found.trustworthiness[k - 1] == pytest.approx(expected, abs=1e-12)
            expected = continuity(X, Y, n_neighbors=k)
            assert found.continuity[k - 1] == pytest.approx(expected, abs=1e-12)
        else:
            assert np.isnan(found.trustworthiness[k - 1])
            assert np.isnan(found.continuity[k - 1])


def test_areas(rng):
    X = rng.standard_normal((50, 3))
    found = co_ranking(X, X[:, :2])
    k = found.n_neighbors
    assert_array_equal(k, np.arange(1, 50))
    assert_allclose(found.lcmc, found.q_nx - k / 49)
    r_nx = (49 * found.q_nx[:-1] - k[:-1]) / (49 - k[:-1])
    assert_allclose(found.r_nx[:-1], r_nx, atol=1e-12)
    assert np.isnan(found.r_nx[-1])
    assert found.auc_r_nx == pytest.approx(np.average(r_nx, weights=1 / k[:-1]))
    assert found.auc_q_nx == pytest.approx(found.q_nx.mean())
    assert found.auc_lcmc == pytest.approx(found.lcmc.mean())
    assert found.lcmc[found.k_max - 1] == found.lcmc.max()
    assert found.q_local == pytest.approx(found.q_nx[: found.k_max].mean())
    assert found.q_global == pytest.approx(found.q_nx[found.k_max - 1 :].mean())


def test_closed_forms(rng):
    X = rng.standard_normal((60, 12))
    same = co_ranking(X, 3 * X + 1)
    assert_array_equal(same.q_nx, 1)
    assert_array_equal(same.r_nx[:-1], 1)
    assert same.auc_r_nx == pytest.approx(1)
    for errors in (same.intrusion_errors, same.extrusion_errors):
        assert_array_equal(errors, 0)
    assert_array_equal(same.trustworthiness[:29], 1)
    assert_array_equal(same.continuity[:29], 1)
    # by chance
    chance = co_ranking(rng.standard_normal((800, 2)), rng.standard_normal((800, 2)))
    assert abs(chance.auc_r_nx) < 0.01
    # all ranks reversed: the corners of a simplex, almost, and their opposites
    distances = np.triu(rng.random((30, 30)), 1) / 100
    distances = 1 + distances + distances.T
    opposite = 2 - distances
    np.fill_diagonal(opposite, 0)
    centering = np.eye(30) - 1 / 30
    values, vectors = np.linalg.eigh(-centering @ opposite**2 @ centering / 2)
    places = vectors * np.sqrt(np.maximum(values, 0))
    np.fill_diagonal(distances, 0)
    reverse = co_ranking(distances, places, metric="precomputed")
    assert_allclose(reverse.intrusion_errors, 1)
    assert_allclose(reverse.extrusion_errors, 1)
    assert_array_equal(reverse.q_nx[:14], 0)


def test_ties_and_copies():
    X = np.stack(np.meshgrid(range(6), range(5)), axis=-1).reshape(-1, 2) / 4
    X = np.vstack((X, X[:7], X[:7]))
    Y = X @ [[1.0], [0.5]]
    a, b = pairs_of_ranks(X, Y)
    found = co_ranking(X, Y)
    for k in (1, 5, 20):
        shared = ((a <= k) & (b <= k)).sum() / (len(X) * k)
        assert found.q_nx[k - 1] == pytest.approx(shared)


CURVES = ["q_nx", "intrusion_errors", "extrusion_errors", "trustworthiness"]


def test_threads_do_not_change_a_bit(rng):
    X = rng.standard_normal((300, 20))
    one, two = (co_ranking(X, X[:, :2], n_jobs=n_jobs) for n_jobs in (1, 2))
    for name in [*CURVES, "continuity"]:
        assert_array_equal(getattr(one, name), getattr(two, name))


def test_sample_of_anchors(rng):
    X = rng.standard_normal((300, 20))
    exact = co_ranking(X, X[:, :2])
    sample = co_ranking(X, X[:, :2], n_anchors=150, random_state=3)
    for name in CURVES:
        assert_allclose(
            getattr(sample, name)[20:140], getattr(exact, name)[20:140], atol=0.02
        )
    value = trustworthiness(X, X[:, :2], n_anchors=150, random_state=3)
    assert sample.trustworthiness[4] == pytest.approx(value, abs=1e-12)


def test_errors():
    with pytest.raises(ValueError, match=r"X must have 3 samples or more .* got 2"):
        co_ranking([[0.0], [1.0]], [[0.0], [1.0]])
    with pytest.raises(MemoryError, match="Use co_ranking"):
        coranking_matrix(np.zeros((10**7, 1)), np.zeros((10**7, 1)))
