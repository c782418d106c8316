"""Pairs: which ones count, their distances, disparities and stress."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import MDS, ClassicalMDS, Isomap
from skmanifold_nn.plotting._pairs import (
    EmbeddedPairs,
    pairs_of_arrays,
    pairs_of_estimator,
)


class Fitted(BaseEstimator):
    """An embedding with the fitted attributes given."""

    def fit(self, X, y=None, **attributes):
        vars(self).update(attributes)
        return self


@pytest.fixture
def case(rng):
    """Coordinates, and dissimilarities that they do not quite reproduce."""
    embedding = rng.normal(size=(23, 2))
    distances = squareform(pdist(embedding))
    noise = rng.uniform(0.8, 1.2, size=distances.shape)
    return SimpleNamespace(
        embedding=embedding,
        distances=distances,
        given=distances * (noise + noise.T) / 2,
        upper=np.triu_indices(23, 1),
    )


def naive_stress(d_hat, d, w=1.0):
    return np.sqrt(
        1 - (w * d_hat * d).sum() ** 2 / ((w * d_hat**2).sum() * (w * d**2).sum())
    )


def test_every_pair_once(case):
    pairs = EmbeddedPairs(case.given, case.embedding)
    dissimilarities, distances = pairs.sample(None, None)
    np.testing.assert_array_equal(dissimilarities, case.given[case.upper])
    np.testing.assert_allclose(distances, case.distances[case.upper], rtol=1e-14)
    assert pairs.n_pairs == 23 * 22 // 2


def test_stress_and_shares_agree_with_their_formulas(case):
    pairs = EmbeddedPairs(case.given, case.embedding)
    given, distances = case.given[case.upper], case.distances[case.upper]
    assert pairs.stress == pytest.approx(naive_stress(given, distances))
    residuals = ((case.given - case.distances) ** 2).sum(axis=1)
    np.testing.assert_allclose(pairs.shares, residuals / residuals.sum(), rtol=1e-12)


def test_stress_does_not_depend_on_the_scale(case):
    stresses = [EmbeddedPairs(case.given, s * case.embedding).stress for s in (1, 0.01)]
    assert stresses[0] == pytest.approx(stresses[1])


def test_missing_pairs_do_not_count(case, rng):
    weights = np.triu(rng.integers(3, size=case.given.shape), 1).astype(float)
    weights += weights.T
    given = case.given.copy()
    given[3, 5] = given[5, 3] = np.nan
    pairs = EmbeddedPairs(given, case.embedding, weights=weights)
    counts = (weights > 0) & ~np.isnan(given)
    chosen = counts[case.upper]
    assert pairs.n_pairs == chosen.sum()
    dissimilarities, distances = pairs.sample(None, None)
    np.testing.assert_array_equal(dissimilarities, given[case.upper][chosen])
    assert pairs.stress == pytest.approx(
        naive_stress(dissimilarities, distances, weights[case.upper][chosen])
    )
    residuals = np.where(counts, weights * (case.given - case.distances) ** 2, 0)
    residuals = residuals.sum(axis=1)
    np.testing.assert_allclose(pairs.shares, residuals / residuals.sum(), rtol=1e-12)


def test_disparities_lie_on_the_curve(case):
    curve = np.array([[0.0, 0.5], [1, 0.5], [2, 3], [9, 3]])
    pairs = EmbeddedPairs(case.given, case.embedding, disparity_curve=curve)
    np.testing.assert_allclose(
        pairs.disparities(np.array([0.3, 1.5, 4])), [0.5, 1.75, 3]
    )
    d_hat = np.interp(case.given[case.upper], *curve.T)
    expected = naive_stress(d_hat, case.distances[case.upper])
    assert pairs.stress == pytest.approx(expected)


def test_zero_dissimilarities_have_no_disparity(case):
    given = np.where(case.given < 1, 0, np.round(2 * case.given))
    mds = MDS(metric="precomputed", metric_mds=False).fit(given)
    pairs = pairs_of_arrays(given, mds.embedding_, disparity_curve=mds.disparity_curve_)
    assert pairs.stress == pytest.approx(mds.scale_free_stress_, rel=1e-6)
    np.testing.assert_allclose(pairs.shares, mds.stress_per_point_, atol=1e-8)


def test_no_dissimilarity_but_zero():
    mds = MDS(metric_mds=False).fit(np.ones((4, 3)))
    assert pairs_of_estimator(mds).shares.sum() == pairs_of_estimator(mds).stress == 0
    nowhere = EmbeddedPairs(
        np.zeros((4, 4)), np.zeros((4, 2)), disparity_curve=np.empty((0, 2))
    )
    assert nowhere.stress == nowhere.shares.sum() == 0


@pytest.mark.parametrize("sources", [[4], [7, 2, 19], np.arange(23)[::-1]])
def test_pairs_from_some_points(case, sources):
    pairs = EmbeddedPairs(case.given[sources], case.embedding, sources=sources)
    expected = {
        frozenset((i, j)) for i in np.asarray(sources) for j in range(23) if i != j
    }
    found = [
        frozenset((source, j))
        for row, source in enumerate(pairs.sources)
        for j in pairs.known(row)
    ]
    assert len(found) == len(expected) == pairs.n_pairs
    assert set(found) == expected


@pytest.mark.parametrize("seed", [1, 2])
def test_sample_is_of_known_pairs_without_repetition(case, seed):
    given = case.given.copy()
    given[:9, 9:] = given[9:, :9] = np.nan
    pairs = EmbeddedPairs(given, case.embedding)
    everything = np.stack(pairs.sample(None, None), axis=1)
    sample = np.stack(pairs.sample(40, seed), axis=1)
    assert sample.shape == (40, 2)
    assert {*map(tuple, sample)} <= {*map(tuple, everything)}
    assert len({*map(tuple, sample)}) == 40
    np.testing.assert_array_equal(sample, np.stack(pairs.sample(40, seed), axis=1))


def test_sample_is_fair(case):
    pairs = EmbeddedPairs(case.given, case.embedding)
    drawn = np.concatenate([pairs.sample(50, seed)[0] for seed in range(1, 301)])
    counts = [(drawn == value).sum() for value in case.given[case.upper]]
    # Binomial, mean 300 * 50 / 253 = 59, standard deviation 7.
    assert 59 - 5 * 7 < min(counts) <= max(counts) < 59 + 5 * 7


def test_perfect_embedding_has_no_stress(case):
    pairs = EmbeddedPairs(case.distances, case.embedding)
    assert pairs.stress == pytest.approx(0, abs=1e-7)
    assert EmbeddedPairs(np.zeros((4, 4)), np.zeros((4, 2))).stress == 0
    assert EmbeddedPairs(1 - np.eye(4), np.zeros((4, 2))).stress == 1
    np.testing.assert_array_equal(
        EmbeddedPairs(np.zeros((4, 4)), np.zeros((4, 2))).shares, np.zeros(4)
    )


def test_one_point_has_no_pairs():
    pairs = EmbeddedPairs(np.zeros((1, 1)), np.zeros((1, 2)))
    assert [len(a) for a in pairs.sample(5, None)] == [0, 0]
    assert pairs.stress == 0


def test_dissimilarities_are_found_under_each_name(case):
    embedding_, pivots = case.embedding, np.array([3, 8])
    variants = [
        {"dissimilarity_matrix_": case.given},
        {"dist_matrix_": case.given},
        {"pivot_dissimilarities_": case.given[:, pivots], "pivot_indices_": pivots},
        {"landmark_dissimilarities_": case.given[pivots], "landmark_indices_": pivots},
        {"dist_matrix_": case.given[pivots], "landmark_indices_": pivots},
    ]
    n_pairs = []
    for attributes in variants:
        estimator = Fitted().fit(None, embedding_=embedding_, **attributes)
        pairs = pairs_of_estimator(estimator)
        n_pairs.append(pairs.n_pairs)
        given = pairs.sample(None, None)[0]
        assert np.isin(given, case.given[case.upper]).all()
    assert n_pairs == [253, 253, 43, 43, 43]


def test_what_the_estimator_reports_is_used(case):
    shares = np.full(23, 1 / 23)
    estimator = Fitted().fit(
        None,
        embedding_=case.embedding,
        dissimilarity_matrix_=case.given,
        stress_per_point_=shares,
        scale_free_stress_=np.float64(0.25),
        weights_=np.ones_like(case.given),
        disparity_curve_=np.array([[0.0, 0.0], [9, 9]]),
    )
    pairs = pairs_of_estimator(estimator)
    assert pairs.stress == 0.25
    assert pairs.shares is shares
    assert pairs.weights is estimator.weights_
    assert pairs.disparity_curve is estimator.disparity_curve_


@pytest.mark.parametrize("n_landmarks", [None, 20])
def test_isomap_in_a_pipeline(n_landmarks):
    X = load_iris().data
    isomap = Isomap(n_neighbors=60, n_landmarks=n_landmarks, random_state=3)
    pairs = pairs_of_estimator(make_pipeline(StandardScaler(), isomap).fit(X))
    assert pairs.n_pairs == (11_175 if n_landmarks is None else 20 * 149 - 190)
    assert 0 < pairs.stress < 0.2


@pytest.mark.parametrize(
    "mds",
    [
        MDS(metric="precomputed"),
        MDS(metric="precomputed", metric_mds=False),
        MDS(metric="precomputed", solver="sgd", random_state=3),
    ],
    ids=str,
)
def test_agrees_with_what_mds_reports(case, rng, mds):
    case.given[2, 9] = case.given[9, 2] = np.nan
    weights = rng.uniform(0.5, 1.5, size=case.given.shape)
    mds.fit(case.given, weights=weights + weights.T)
    pairs = pairs_of_estimator(mds)
    computed = EmbeddedPairs(
        mds.dissimilarity_matrix_,
        mds.embedding_,
        weights=mds.weights_,
        disparity_curve=pairs.disparity_curve,
    )
    assert computed.n_pairs == pairs.n_pairs == 252
    assert computed.stress == pytest.approx(pairs.stress, rel=1e-6)
    np.testing.assert_allclose(computed.shares, pairs.shares, rtol=1e-6)


def test_pivots_and_landmarks_of_scaling():
    X = load_iris().data
    mds = MDS(solver="sgd", n_pivots=12, random_state=3).fit(X)
    pairs = pairs_of_estimator(mds)
    assert pairs.n_pairs == 12 * 149 - 66
    assert pairs.stress == mds.scale_free_stress_
    pairs = pairs_of_estimator(ClassicalMDS(n_landmarks=12).fit(X))
    assert pairs.n_pairs == 12 * 149 - 66
    assert 0 < pairs.stress < 0.1
    assert pairs_of_estimator(ClassicalMDS().fit(X)).n_pairs == 11_175


def test_estimators_that_cannot_be_drawn(case):
    with pytest.raises(NotFittedError):
        pairs_of_estimator(Isomap())
    estimator = Fitted().fit(None, embedding_=case.embedding)
    with pytest.raises(ValueError, match="Fitted does not keep dissimilarities"):
        pairs_of_estimator(estimator)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dissimilarities": np.ones((23, 22))}, "2-dimensional and square"),
        ({"embedding": np.ones((22, 2))}, "inconsistent numbers"),
        ({"weights": np.ones((3, 3))}, "weights must have the shape"),
        ({"disparity_curve": np.ones((3, 3))}, "disparity_curve must have two columns"),
        ({"disparity_curve": [[1, 0], [0, 1]]}, "ascend"),
        ({"embedding": np.full((23, 2), np.nan)}, "NaN"),
    ],
)
def test_arrays_that_do_not_fit(case, arguments, message):
    valid = {"dissimilarities": case.given, "embedding": case.embedding}
    with pytest.raises(ValueError, match=message):
        pairs_of_arrays(**(valid | arguments))


def test_lists_are_arrays():
    pairs = pairs_of_arrays([[0, 2], [2, 0]], [[0], [1]], weights=[[0, 1], [1, 0]])
    assert [a.tolist() for a in pairs.sample(None, None)] == [[2.0], [1.0]]
