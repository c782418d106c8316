import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import pairwise_distances

from skmanifold_nn.manifold._dissimilarities import (
    blocks_of_dissimilarities,
    check_dissimilarities,
    new_rows,
    pairwise,
    training_dissimilarities,
)

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


class Measures(BaseEstimator):
    def __init__(self, metric="euclidean", metric_params=None, n_jobs=None):
        self.metric = metric
        self.metric_params = metric_params
        self.n_jobs = n_jobs

    def fit_like(self, D):
        self.n_features_in_ = D.shape[1]
        return self


def points(n=30, n_features=4, dtype=np.float64):
    return np.random.default_rng(61).normal(size=(n, n_features)).astype(dtype)


def table(n=400):
    X = points(n)
    return cdist(X, X)


def measured(estimator, X, training=None, **more):
    """All blocks of the dissimilarities of new rows."""
    X = new_rows(estimator, X)
    blocks = blocks_of_dissimilarities(estimator, X, training, **more)
    return np.vstack([block for _, block in blocks])


@both_dtypes
@pytest.mark.parametrize("metric", ["euclidean", "cityblock", "correlation"])
def test_rows_are_measured_by_the_metric(metric, dtype):
    X = points(dtype=dtype)
    estimator = Measures(metric=metric)
    D, rows = training_dissimilarities(estimator, X)
    assert D.dtype == dtype and D.flags.c_contiguous and estimator.n_features_in_ == 4
    assert_array_equal(rows, X)
    expected = cdist(X.astype(np.float64), X.astype(np.float64), metric)
    tolerance = 1e-7 if dtype == np.float64 else 1e-3
    assert_allclose(D, expected, atol=tolerance)
    new = measured(estimator, X[:5] + 1, X)
    assert new.shape == (5, 30) and new.dtype == dtype
    expected = cdist(X[:5].astype(float) + 1, X.astype(float), metric)
    assert_allclose(new, expected, atol=tolerance)


@both_dtypes
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_blocks_make_up_a_symmetric_matrix(metric, dtype, monkeypatch):
    X = points(103, dtype=dtype)
    X[70] = X[3]
    whole = pairwise(Measures(metric), X)
    monkeypatch.setattr("skmanifold_nn.manifold._dissimilarities.FEW_FEATURES", 0)
    monkeypatch.setattr("skmanifold_nn.manifold._dissimilarities.CACHED_ENTRIES", 900)
    D = pairwise(Measures(metric), X)
    assert D.dtype == dtype and D.flags.c_contiguous
    assert_array_equal(D, D.T)
    assert not D.diagonal().any()
    for other in (whole, pairwise_distances(X, metric=metric)):
        atol = 1e-7 if dtype == np.float64 else 2e-3
        assert_allclose(D, other, atol=atol)


@both_dtypes
def test_distances_of_few_features_do_not_cancel(dtype):
    X = points(300, dtype=dtype) + 1000
    X[70] = X[3]
    X[71] = X[3] + np.array(2.0**-10, dtype)
    D = pairwise(Measures(), X)
    assert D.dtype == dtype and D.flags.c_contiguous
    assert_array_equal(D, D.T)
    assert not D.diagonal().any() and D[70, 3] == 0
    exact = cdist(X.astype(np.float64), X.astype(np.float64))
    assert_allclose(D, exact, rtol=1e-14 if dtype == np.float64 else 1e-6)
    assert_array_equal(pairwise(Measures(n_jobs=2), X), D)
    squared = pairwise(Measures(metric_params={"squared": True}), X)
    assert_allclose(squared, exact**2, atol=1e-3 if dtype == np.float64 else 1)


def test_metric_params_and_callables():
    X = points()
    estimator = Measures(metric="minkowski", metric_params={"p": 3})
    assert_allclose(pairwise(estimator, X), cdist(X, X, "minkowski", p=3))
    largest = Measures(metric=lambda x, y: np.abs(x - y).max())
    assert_allclose(pairwise(largest, X), cdist(X, X, "chebyshev"))


def test_truth_values_are_no_news_to_metrics_of_these():
    X = points() > 0
    estimator = Measures(metric="jaccard")
    D, rows = training_dissimilarities(estimator, X)  # a warning is an error
    assert_allclose(D, cdist(X, X, "jaccard"))
    assert_allclose(measured(estimator, X[:5], rows), D[:5])
    with pytest.warns(DataConversionWarning, match="jaccard"):
        training_dissimilarities(estimator, points())


def test_sparse_rows():
    X = np.where(points() > 0.5, points(), 0)
    dense, _ = training_dissimilarities(Measures(), X)
    D, _ = training_dissimilarities(Measures(), sparse.csr_array(X))
    assert_allclose(D, dense, atol=1e-7)
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        training_dissimilarities(Measures("precomputed"), sparse.csr_array(dense))


def test_the_same_bits_for_any_n_jobs():
    X = points(101)
    for metric in ("euclidean", "cityblock", "cosine"):
        single = pairwise(Measures(metric, n_jobs=1), X)
        assert_array_equal(pairwise(Measures(metric, n_jobs=2), X), single)


def test_precomputed_is_not_copied():
    D = table()
    got, _ = training_dissimilarities(Measures("precomputed"), D)
    assert np.shares_memory(got, D)
    estimator = Measures("precomputed").fit_like(D)
    assert_array_equal(measured(estimator, D[:3]), D[:3])
    assert_array_equal(measured(estimator, D[:3], columns=[4, 1]), D[:3, [4, 1]])


@both_dtypes
def test_rounding_passes(dtype):
    D = table(30).astype(dtype)
    D *= 1 + np.random.default_rng(8).uniform(0, np.finfo(dtype).eps, D.shape)
    D[np.arange(30), np.arange(30)] = 4 * np.finfo(dtype).eps
    check_dissimilarities(D.astype(dtype))


def spoilt(i, j, value):
    D = table()
    D[i, j] = value
    return D


@pytest.mark.parametrize(
    "D, fragments",
    [
        (table()[:, :300], ["array must be 2-dimensional and square", "(400, 300)"]),
        (spoilt(3, 390, 7.0), ["Array must be symmetric", "[3, 390] = 7", "D.T"]),
        (spoilt(390, 3, 7.0), ["Array must be symmetric", "[3, 390]"]),
        (spoilt(300, 310, 7.0), ["Array must be symmetric", "[300, 310]"]),
        (spoilt(270, 270, 0.5), ["diagonal", "[270, 270] is 0.5", "Similarities"]),
        (-table(), ["must not be negative", "S.max() - S"]),
    ],
)
def test_refused_by_name(D, fragments):
    with pytest.raises(ValueError) as caught:
        training_dissimilarities(Measures("precomputed"), D)
    assert all(fragment in str(caught.value) for fragment in fragments), caught.value


def test_missing_values():
    D = table()
    D[2, 5] = D[5, 2] = np.nan
    got, _ = training_dissimilarities(Measures("precomputed"), D, missing=True)
    assert np.isnan(got[2, 5])
    with pytest.raises(ValueError, match="NaN"):
        training_dissimilarities(Measures("precomputed"), D)
    D[7, 9] = np.nan
    with pytest.raises(ValueError, match=r"symmetric.*\[7, 9\] = nan"):
        training_dissimilarities(Measures("precomputed"), D, missing=True)
    D[9, 7] = D[7, 9] = np.inf
    with pytest.raises(ValueError, match="inf"):
        training_dissimilarities(Measures("precomputed"), D, missing=True)


def test_new_rows_block_by_block(monkeypatch):
    monkeypatch.setattr("skmanifold_nn.manifold._classical_scaling.BLOCK_ENTRIES", 70)
    X = points()
    estimator = Measures("cityblock").fit_like(X)
    blocks = list(blocks_of_dissimilarities(estimator, X[:9], X))
    assert [len(block) for _, block in blocks] == [2, 2, 2, 2, 1]
    together = np.empty((9, 30))
    for rows, block in blocks:
        together[rows] = block
    assert_allclose(together, cdist(X[:9], X, "cityblock"))


def test_what_a_metric_must_not_give():
    X = points()
    with pytest.raises(ValueError, match="gives negative dissimilarities, -1"):
        pairwise(Measures(lambda x, y: -1.0), X)
    X[4] = 2.0
    with pytest.raises(ValueError, match="'correlation' gives NaN"):
        pairwise(Measures("correlation"), X)


@pytest.mark.parametrize("scale", [1e-80, 1e90])
def test_extreme_units_are_refused(scale):
    for metric, X in (("precomputed", table(30)), ("euclidean", points())):
        with pytest.raises(ValueError, match=r"between 1e-70 and 1e\+70 in float64"):
            training_dissimilarities(Measures(metric), X * scale)
    small = (table(30) * 1e-18).astype(np.float32)
    with pytest.raises(ValueError, match=r"in float32.*Change the unit"):
        training_dissimilarities(Measures("precomputed"), small)
    training_dissimilarities(Measures("precomputed"), np.zeros((3, 3)))


@pytest.mark.parametrize("metric", ["seuclidean", "mahalanobis"])
def test_metrics_that_learn_from_the_training_rows(metric):
    X, estimator = points() * [1, 2, 3, 4], Measures(metric)
    D, _ = training_dissimilarities(estimator, X)
    assert_allclose(D, pairwise_distances(X, metric=metric))
    assert_allclose(measured(estimator, X[:3], X), D[:3], atol=1e-12)
    given = {"V": np.ones(4)} if metric == "seuclidean" else {"VI": np.eye(4)}
    estimator = Measures(metric, metric_params=given)
    D, _ = training_dissimilarities(estimator, X)
    assert_allclose(D, cdist(X, X), atol=1e-12)


def test_metrics_that_refuse_sparse_rows_say_so():
    X = sparse.csr_array(points())
    for metric in ("seuclidean", "mahalanobis"):
        with pytest.raises(TypeError, match="sparse"):
            training_dissimilarities(Measures(metric), X)


def test_negative_queries_are_refused():
    estimator = Measures("precomputed").fit_like(table())
    with pytest.raises(ValueError, match=r"negative.*\[1, 3\]"):
        new_rows(estimator, spoilt(1, 3, -2.0)[:4])


def test_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 10_000)
    with pytest.raises(MemoryError, match=r"30 samples.*GiB.*Use n_pivots"):
        training_dissimilarities(
            Measures(), points(), itemsizes=2, remedy="Use n_pivots."
        )
