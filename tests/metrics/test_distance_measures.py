"""Measures of distances against SciPy, MDS and closed forms."""

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist, squareform
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import pairwise_distances

from skmanifold_nn.graph import geodesics, neighborhood_graph
from skmanifold_nn.manifold import MDS
from skmanifold_nn.metrics import (
    co_ranking,
    continuity,
    geodesic_correlation,
    procrustes_distance,
    residual_variance,
    stress,
    trustworthiness,
)
from skmanifold_nn.metrics._distance_measures import _ranks, _ranks_among


@pytest.fixture(params=[np.float64, np.float32])
def data(request, rng):
    X = rng.standard_normal((90, 12))
    return X.astype(request.param), (2 * X[:, :3]).astype(request.param)


def test_residual_variance(data):
    X, Y = data
    full = [squareform(pdist(x)).ravel() for x in data]
    expected = 1 - np.corrcoef(*full)[0, 1] ** 2
    assert residual_variance(X, Y) == pytest.approx(expected, rel=1e-5)
    given = squareform(pdist(X))
    found = residual_variance(given, Y, metric="precomputed")
    assert found == pytest.approx(expected, rel=1e-5)
    assert residual_variance(X, -3 * X[:, ::-1]) == pytest.approx(0, abs=1e-6)
    sample = residual_variance(X, Y, n_anchors=60, random_state=3)
    assert sample == pytest.approx(expected, rel=0.1)


def test_stress(data):
    X, Y = data
    delta, e = pdist(X), pdist(Y)
    raw = ((delta - e) ** 2).sum()
    assert stress(X, Y, kind="raw") == pytest.approx(raw, rel=1e-5)
    assert stress(X, Y) == pytest.approx(np.sqrt(raw / (e @ e)), rel=1e-5)
    scale_free = np.sqrt(1 - (delta @ e) ** 2 / (delta @ delta * (e @ e)))
    for scale in (1, 7):
        found = stress(X, scale * Y, kind="scale_free")
        assert found == pytest.approx(scale_free, rel=1e-5)
    sample = stress(X, Y, kind="raw", n_anchors=60, random_state=3)
    assert sample == pytest.approx(raw, rel=0.1)
    assert stress(X, X) == pytest.approx(0, abs=1e-7)
    assert stress(X, np.zeros_like(Y), kind="scale_free") == 1
    with pytest.raises(ValueError, match=r"kind must be one of .*stress_1"):
        stress(X, Y, kind="loose")


def test_stress_of_mds(rng):
    X = rng.standard_normal((40, 5))
    mds = MDS(max_iter=20, normalized_stress=False, random_state=3).fit(X)
    assert stress(X, mds.embedding_, kind="raw") == pytest.approx(mds.stress_)
    found = stress(X, mds.embedding_, kind="scale_free")
    assert found == pytest.approx(mds.scale_free_stress_)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_geodesic_correlation(data, n_jobs):
    X, Y = data
    paths = geodesics(neighborhood_graph(X, n_neighbors=6))
    others = ~np.eye(len(X), dtype=bool)
    expected = spearmanr(paths[others], squareform(pdist(Y))[others]).statistic
    found = geodesic_correlation(X, Y, n_neighbors=6, n_jobs=n_jobs)
    assert found == pytest.approx(expected, abs=1e-5)
    sample = geodesic_correlation(X, Y, n_neighbors=6, n_anchors=60, random_state=3)
    assert sample == pytest.approx(expected, abs=0.1)
    given = squareform(pdist(X.astype(float)))
    found = geodesic_correlation(given, Y, n_neighbors=6, metric="precomputed")
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("metric", ["seuclidean", "mahalanobis", "nan_euclidean"])
def test_geodesics_by_metrics_that_learn_from_all_rows(rng, metric):
    X = rng.standard_normal((60, 3)) * [1, 5, 25]
    if metric == "nan_euclidean":
        X[::7, 0] = np.nan
    D = pairwise_distances(X, metric=metric)
    Y = rng.standard_normal((60, 2))
    expected = geodesic_correlation((D + D.T) / 2, Y, metric="precomputed")
    assert geodesic_correlation(X, Y, metric=metric) == pytest.approx(expected)


def unlike(a, b):
    """Of pairs of words."""
    return abs(len(a[0]) - len(b[0])) + (a[1] != b[1])


@pytest.mark.parametrize(
    "measure",
    [co_ranking, continuity, geodesic_correlation, residual_variance, trustworthiness],
)
def test_rows_that_are_no_numbers(rng, measure):
    words = np.array([["x" * n, "abc"[n % 3]] for n in rng.permutation(40)], dtype="O")
    D = np.array([[unlike(a, b) for b in words] for a in words])
    Y = rng.standard_normal((40, 2))
    found = measure(words, Y, metric=unlike)
    expected = measure(D, Y, metric="precomputed")
    if measure is co_ranking:
        found, expected = found.q_nx, expected.q_nx
    assert found == pytest.approx(expected)


def test_boolean_embeddings(rng):
    X, Y = rng.random((30, 12)) < 0.5, rng.random((30, 3)) < 0.5
    for measure in (residual_variance, stress, geodesic_correlation):
        assert measure(X, Y) == pytest.approx(measure(X * 1.0, Y * 1.0))


def test_ranks_of_ties_and_infinities(rng):
    """Twice SciPy's, also among some only."""
    values = rng.integers(0, 9, (6, 20)).astype(float)
    values[values == 8] = np.inf
    ranks = _ranks(values.ravel()).reshape(6, 20)
    np.testing.assert_array_equal(ranks.ravel(), 2 * rankdata(values))
    some = _ranks_among(ranks[2:])
    np.testing.assert_array_equal(some.ravel(), 2 * rankdata(values[2:]))


def test_geodesic_correlation_of_an_arc():
    angle = np.linspace(0, 5, 80)
    arc = np.column_stack((np.cos(angle), np.sin(angle)))
    assert geodesic_correlation(arc, angle[:, None]) > 0.999
    assert geodesic_correlation(arc, arc) < 0.96


def test_procrustes_distance(rng, data):
    X, Y = data
    first, second = X[:, :3].astype(float), rng.standard_normal((90, 3))
    expected = np.sqrt(procrustes(first, second)[2])
    assert procrustes_distance(first, second) == pytest.approx(expected)
    wide = np.hstack((second, np.zeros((90, 2))))
    assert procrustes_distance(first, wide) == pytest.approx(expected)
    assert procrustes_distance(wide, first) == pytest.approx(expected)
    turn = np.linalg.qr(rng.standard_normal((12, 12)))[0]
    assert procrustes_distance(X, -5 * X @ turn + 7) < 1e-6
    with pytest.raises(ValueError, match="got 90 and 89 rows"):
        procrustes_distance(X, Y[1:])
    with pytest.raises(ValueError, match="X_embedded must hold points that differ"):
        procrustes_distance(X, np.ones_like(Y))


def test_embeddings_in_one_place(rng):
    """A point is no good embedding, whatever is divided by whatever."""
    X = rng.standard_normal((20, 3))
    Y = np.zeros((20, 2))
    assert stress(X, Y) == np.inf
    assert stress(X, Y, kind="scale_free") == 1
    assert stress(0 * X, Y) == stress(0 * X, Y, kind="scale_free") == 0
    assert np.isnan(residual_variance(X, Y))
    assert np.isnan(geodesic_correlation(X, Y))
    sample = stress(X, Y, n_anchors=5, random_state=3, return_error=True)
    assert sample[0] == np.inf
    assert np.isnan(sample[1])


@pytest.mark.parametrize("measure", [residual_variance, stress, geodesic_correlation])
def test_too_few_samples(measure):
    with pytest.raises(ValueError, match=r"X must have 2 samples or more .* got 1"):
        measure([[1.0]], [[1.0]])


def test_neighbors_of_geodesics(data):
    X, Y = data
    message = r"n_neighbors must be an integer from 1 to 89, got 90"
    with pytest.raises(ValueError, match=message):
        geodesic_correlation(X, Y, n_neighbors=90)


@pytest.mark.parametrize("measure", [residual_variance, stress])
def test_similarities_are_no_distances(measure, data):
    X, Y = data
    similarities = np.exp(-squareform(pdist(X)))
    with pytest.raises(ValueError, match="X must have zeros on its diagonal"):
        measure(similarities, Y, metric="precomputed")
