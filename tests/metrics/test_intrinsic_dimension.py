"""The estimator of intrinsic dimension: bodies of known dimension, errors, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.datasets import make_swiss_roll
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmanifold_nn.metrics import IntrinsicDimension

METHODS = ["mle", "two_nn", "correlation", "local_pca"]
every_method = pytest.mark.parametrize("method", METHODS)


@parametrize_with_checks([IntrinsicDimension(method) for method in METHODS[1:]])
def test_scikit_learn_checks_with_other_methods(estimator, check):
    check(estimator)


# --- bodies ---


def sphere(rng, n, d):
    X = rng.normal(size=(n, d + 1))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def cloud(rng, n, d):
    return rng.normal(size=(n, d))


def flat_torus(rng, n, d):
    angles = rng.uniform(0, 2 * np.pi, size=(n, d))
    return np.hstack((np.cos(angles), np.sin(angles)))


def torus(rng, n, d):
    # Uniform by area: of three times as many, those with the chance 3 + cos.
    u, v = rng.uniform(0, 2 * np.pi, size=(2, 3 * n))
    kept = np.flatnonzero(rng.uniform(0, 4, size=3 * n) < 3 + np.cos(v))[:n]
    u, v = u[kept], v[kept]
    away = 3 + np.cos(v)
    return np.column_stack((away * np.cos(u), away * np.sin(u), np.sin(v)))


def roll(rng, n, d):
    return make_swiss_roll(n, random_state=int(rng.integers(1000)))[0]


def turned(X, rng, n_features=12):
    """The rows in a space of more dimensions, along no axis of it."""
    axes = np.linalg.qr(rng.normal(size=(n_features, n_features)))[0]
    return X @ axes[: X.shape[1]]


BODIES = [
    (sphere, 1),
    (sphere, 4),
    (sphere, 8),
    (cloud, 2),
    (cloud, 5),
    (cloud, 8),
    (flat_torus, 3),
    (torus, 2),
    (roll, 2),
]


@pytest.mark.parametrize("body, d", BODIES)
def test_dimension_within_a_tenth(rng, body, d):
    X = turned(body(rng, 1300, d), rng)
    for method in METHODS:
        estimate = IntrinsicDimension(method).fit(X)
        if method == "correlation" and d > 4:
            assert 0.75 * d < estimate.dimension_ < d, "known to be too low"
        else:
            # Two distances a point tell less: two standard errors more.
            slack = 2 * estimate.standard_error_ if method == "two_nn" else 0
            assert estimate.dimension_ == pytest.approx(d, abs=0.1 * d + slack), method


def test_noise_raises_all_but_local_pca(rng):
    X = turned(sphere(rng, 1000, 3), rng)
    noisy = X + 0.05 * rng.normal(size=X.shape)
    for method in METHODS[:3]:
        assert IntrinsicDimension(method).fit(noisy).dimension_ > 4
    local = IntrinsicDimension("local_pca").fit(noisy).dimension_
    assert local == pytest.approx(3, abs=0.2)


def test_eigenvalues_that_fall_off_smoothly_have_no_gap(rng):
    X = rng.normal(size=(800, 10)) * 0.75 ** np.arange(10)
    gap = IntrinsicDimension("local_pca").fit(X).dimension_
    count = IntrinsicDimension("local_pca", criterion="threshold").fit(X).dimension_
    assert gap < 0.7 * count
    assert count == pytest.approx(IntrinsicDimension().fit(X).dimension_, rel=0.2)


def test_edges_lower_the_estimate_and_more_in_more_dimensions(rng):
    lacking = []
    for d in (2, 5):
        X = rng.uniform(size=(1500, d))
        lacking.append(1 - IntrinsicDimension().fit(X).dimension_ / d)
    assert 0 < lacking[0] < lacking[1] < 0.15


# --- standard errors ---


@pytest.mark.parametrize("method", METHODS[:3])
def test_standard_error_is_the_spread_over_samples(method):
    estimates, errors = [], []
    for seed in range(100, 180):
        X = np.random.default_rng(seed).normal(size=(300, 3))
        fitted = IntrinsicDimension(method).fit(X)
        estimates.append(fitted.dimension_)
        errors.append(fitted.standard_error_)
    # The spread of 80 samples is itself known to 8%.
    assert np.mean(errors) == pytest.approx(np.std(estimates, ddof=1), rel=0.25)
    z = (estimates - np.mean(estimates)) / errors
    assert 0.87 <= np.mean(np.abs(z) < 1.96) <= 1


# --- what is given does not matter ---


@pytest.fixture
def X(rng):
    return roll(rng, 400, 2)


def assert_same(fitted, expected, rtol=1e-9):
    assert fitted.dimension_ == pytest.approx(expected.dimension_, rel=rtol)
    assert_allclose(fitted.standard_error_, expected.standard_error_, rtol=1e-6)


@every_method
def test_scale_place_and_constant_columns_do_not_matter(X, method):
    expected = IntrinsicDimension(method).fit(X)
    wide = np.column_stack((X, np.full(len(X), 3.5)))
    for other in (1e-200 * X, 1e150 * X, X + 1e4, wide):
        assert_same(IntrinsicDimension(method).fit(other), expected)


@every_method
def test_copies_count_once(X, method):
    expected = IntrinsicDimension(method).fit(X)
    order = np.random.default_rng(8).permutation(3 * len(X))
    fitted = IntrinsicDimension(method).fit(np.vstack((X, X, X))[order])
    assert_same(fitted, expected)
    places = np.tile(expected.dimension_pw_, 3)[order]
    assert_allclose(fitted.dimension_pw_, places, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS[:3])
def test_precomputed_distances(X, method):
    expected = IntrinsicDimension(method).fit(X)
    fitted = IntrinsicDimension(method, metric="precomputed").fit(cdist(X, X))
    assert_same(fitted, expected)
    assert_allclose(fitted.dimension_pw_, expected.dimension_pw_, rtol=1e-6)
    twice = np.vstack((X, X[::2]))
    doubled = clone(fitted).fit(cdist(twice, twice))
    assert_same(doubled, expected)


@every_method
def test_single_precision_changes_little(X, method):
    expected = IntrinsicDimension(method).fit(X)
    single = IntrinsicDimension(method).fit(X.astype(np.float32))
    assert single.dimension_ == pytest.approx(expected.dimension_, rel=1e-3)


@every_method
def test_same_bits_for_any_n_jobs(X, method):
    one, three = (IntrinsicDimension(method, n_jobs=k).fit(X) for k in (1, 3))
    assert one.dimension_ == three.dimension_
    assert one.standard_error_ == three.standard_error_
    assert_array_equal(one.dimension_pw_, three.dimension_pw_)


def test_distances_that_grow_with_the_square_give_half(X):
    plain = IntrinsicDimension(metric="minkowski").fit(X).dimension_
    squared = IntrinsicDimension(metric="sqeuclidean").fit(X).dimension_
    assert squared == pytest.approx(plain / 2)


# --- fitted attributes ---


def test_pointwise_and_all_together(X):
    mle = IntrinsicDimension().fit(X)
    assert mle.dimension_ == pytest.approx(1 / np.mean(1 / mle.dimension_pw_))
    two = IntrinsicDimension("two_nn", discard_fraction=0).fit(X)
    assert two.dimension_ == pytest.approx(1 / np.mean(1 / two.dimension_pw_))
    local = IntrinsicDimension("local_pca").fit(X)
    assert local.dimension_ == pytest.approx(local.dimension_pw_.mean())
    for fitted in (mle, two, local):
        assert fitted.dimension_pw_.shape == (len(X),)
        assert type(fitted.dimension_) is float
        assert fitted.scaling_range_ is None


def test_two_dimensions_in_one_sample_show_at_their_points(rng):
    line = np.zeros((500, 3))
    line[:, 0] = rng.uniform(5, 50, size=500)
    ball = rng.normal(size=(500, 3))
    fitted = IntrinsicDimension(n_neighbors=25).fit(np.vstack((line, ball)))
    assert np.median(fitted.dimension_pw_[:500]) == pytest.approx(1, abs=0.15)
    assert np.median(fitted.dimension_pw_[500:]) == pytest.approx(3, abs=0.45)


def test_scaling_range_is_in_units_of_the_data(X):
    low, high = IntrinsicDimension("correlation").fit(X).scaling_range_
    D = np.sort(cdist(X, X), axis=1)
    assert (low, high) == pytest.approx((np.median(D[:, 1]), np.median(D[:, 10])))


def test_default_sizes(X):
    sizes = [IntrinsicDimension(method).fit(X).n_neighbors_ for method in METHODS]
    assert sizes == [10, 2, 10, 16]
    sizes = [IntrinsicDimension(method).fit(X[:8]).n_neighbors_ for method in METHODS]
    assert sizes == [7, 2, 7, 7]


@every_method
def test_three_samples_do(X, method):
    fitted = IntrinsicDimension(method).fit(X[:3])
    assert np.isfinite(fitted.dimension_)
    if method != "correlation":
        assert np.isnan(fitted.standard_error_), "one neighbourhood"


# --- refusals ---


def test_parameters_that_do_not_fit_each_other(X):
    with pytest.raises(ValueError, match=r"n_neighbors .* 2 .*'two_nn'.* got 5"):
        IntrinsicDimension("two_nn", n_neighbors=5).fit(X)
    for metric in ("cityblock", "precomputed"):
        with pytest.raises(ValueError, match=rf"'local_pca'.* got '{metric}'.*'mle'"):
            IntrinsicDimension("local_pca", metric=metric).fit(cdist(X, X))


@pytest.mark.parametrize("method", ["mle", "correlation", "local_pca"])
def test_more_neighbors_than_samples(X, method):
    estimator = IntrinsicDimension(method, n_neighbors=10)
    with pytest.raises(ValueError, match=r"n_neighbors = 10 .* n_samples = 10\. Use"):
        estimator.fit(X[:10])
    with pytest.raises(ValueError, match="10 distinct ones"):
        estimator.fit(X[[*range(10), 3]])


def test_distances_are_checked(X):
    estimator = IntrinsicDimension(metric="precomputed")
    with pytest.raises(ValueError, match="X must be square"):
        estimator.fit(X)
    with pytest.raises(ValueError, match="negative distances"):
        estimator.fit(-cdist(X, X))
    with pytest.raises(ValueError, match=r"zeros on its diagonal .*dissimilarities"):
        estimator.fit(np.exp(-cdist(X, X)))


# --- the package scikit-dimension ---


def test_against_scikit_dimension(rng):
    skdim = pytest.importorskip("skdim")
    X = turned(sphere(rng, 1000, 3), rng)
    theirs = skdim.id.MLE().fit(X, n_neighbors=15)
    ours = IntrinsicDimension(n_neighbors=15).fit(X)
    assert ours.dimension_ == pytest.approx(theirs.dimension_, rel=1e-9)
    assert_allclose(ours.dimension_pw_, theirs.dimension_pw_, rtol=1e-9)
    pairs = [("two_nn", skdim.id.TwoNN()), ("correlation", skdim.id.CorrInt())]
    for method, other in pairs:
        fitted = IntrinsicDimension(method).fit(X)
        # Other estimates of the same slope from nearly the same distances.
        difference = abs(fitted.dimension_ - other.fit(X).dimension_)
        assert difference < 2 * fitted.standard_error_
    local = skdim.id.lPCA().fit_pw(X, n_neighbors=40)
    ours = IntrinsicDimension("local_pca", n_neighbors=40).fit(X)
    assert_array_equal(ours.dimension_pw_, local.dimension_pw_)
