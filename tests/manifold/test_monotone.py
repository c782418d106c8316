import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import pdist, squareform
from sklearn.isotonic import IsotonicRegression

from skmanifold_nn.manifold._majorization import Crew
from skmanifold_nn.manifold._monotone import MonotoneRegression


def case(n=23, has_ties=True, dtype=np.float64):
    rng = np.random.default_rng(41)
    given = squareform(rng.uniform(1, 4, n * (n - 1) // 2))
    if has_ties:
        given = np.round(given)
    weights = squareform(rng.uniform(0.1, 2, n * (n - 1) // 2))
    return given.astype(dtype), weights.astype(dtype), rng.normal(size=(n, 2))


def upper(matrix):
    return matrix[np.triu_indices(len(matrix), 1)].astype(np.float64)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("has_ties", [False, True])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_secondary_ties_as_isotonic_regression(has_ties, is_weighted, dtype):
    D, W, X = case(has_ties=has_ties, dtype=dtype)
    W = W if is_weighted else None
    regression = MonotoneRegression(D, W, "secondary", Crew(2))
    regression(np.ascontiguousarray(X.T, dtype=dtype))
    w = np.ones(len(upper(D))) if W is None else upper(W)
    expected = IsotonicRegression().fit(upper(D), pdist(X), w).predict(upper(D))
    expected *= np.sqrt(w.sum() / (w * expected**2).sum())
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    assert_allclose(upper(regression.disparities), expected, rtol=tolerance)
    assert regression.disparities.dtype == dtype


def test_primary_ties_fit_at_least_as_well_and_stay_monotone():
    D, W, X = case()
    fits = {}
    for ties in ("primary", "secondary"):
        regression = MonotoneRegression(D, W, ties, Crew(1))
        regression(np.ascontiguousarray(X.T))
        fits[ties] = upper(regression.disparities)
    given, distances, w = upper(D), pdist(X), upper(W)
    # Within ties the order of the distances.
    order = np.lexsort((distances, given))
    plain = IsotonicRegression().fit(np.arange(len(order)), distances[order], w[order])
    expected = np.empty(len(order))
    expected[order] = plain.predict(np.arange(len(order)))
    expected *= np.sqrt(w.sum() / (w * expected**2).sum())
    assert_allclose(fits["primary"], expected, rtol=1e-12)

    def left(fit):
        """What the best multiple of the disparities leaves of the distances."""
        return (w * distances**2).sum() - (w * fit * distances).sum() ** 2 / w.sum()

    assert left(fits["primary"]) < left(fits["secondary"])
    for low, high in ((1, 2), (2, 3), (3, 4)):
        fit = fits["primary"]
        assert fit[given == low].max() <= fit[given == high].min() + 1e-12


def test_the_first_disparities_are_scaled_dissimilarities():
    D, W, _ = case()
    for weights in (None, W):
        regression = MonotoneRegression(D, weights, "secondary", Crew(1))
        w = np.ones(len(upper(D))) if weights is None else upper(W)
        got = upper(regression.disparities)
        assert_allclose(got / got[0], upper(D) / upper(D)[0])
        assert_allclose((w * got**2).sum(), w.sum())


def test_zeros_stay_and_missing_pairs_are_left_out():
    D, W, X = case()
    D[3, 4] = D[4, 3] = 0
    W[5, 6] = W[6, 5] = 0
    D[5, 6] = D[6, 5] = np.nan
    regression = MonotoneRegression(D, W, "secondary", Crew(1))
    regression(np.ascontiguousarray(X.T))
    assert regression.disparities[3, 4] == regression.disparities[5, 6] == 0
    got, w = upper(regression.disparities), upper(W)
    assert_allclose((w * got**2).sum(), w.sum())


@pytest.mark.parametrize("ties", ["secondary", "primary"])
def test_the_curve_runs_through_the_disparities(ties):
    for has_ties in (False, True):
        D, W, X = case(has_ties=has_ties)
        regression = MonotoneRegression(D, W, ties, Crew(1))
        regression(np.ascontiguousarray(X.T))
        curve = regression.curve()
        assert (np.diff(curve[:, 0]) > 0).all()
        assert (np.diff(curve[:, 1]) >= -1e-12).all()
        read = np.interp(upper(D), *curve.T)
        if ties == "secondary" or not has_ties:
            assert_allclose(read, upper(regression.disparities), rtol=1e-9)
        if not has_ties:
            assert len(curve) < len(read)


@pytest.mark.parametrize("ties", ["secondary", "primary"])
def test_memory(ties):
    D, _, places = case(600, has_ties=ties == "primary")
    tracemalloc.start()
    regression = MonotoneRegression(D, None, ties, Crew(1))
    regression(np.ascontiguousarray(places.T))
    regression.curve()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6.3 * D.nbytes  # the disparities and some lists of all pairs


def test_all_zero():
    regression = MonotoneRegression(np.zeros((4, 4)), None, "secondary", Crew(1))
    regression(np.zeros((2, 4)))
    assert_array_equal(regression.disparities, np.zeros((4, 4)))
    assert regression.curve().shape == (0, 2)
