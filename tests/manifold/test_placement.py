import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from skmanifold_nn.manifold._placement import place


def fixed_points(n=60, d=2):
    return np.random.default_rng(17).normal(size=(n, d))


def stress(y, dissimilarities, configuration, weights):
    e = np.linalg.norm(configuration - y, axis=1)
    return np.nansum(weights * np.square(dissimilarities - e))


@pytest.mark.parametrize("d", [1, 2, 3, 5])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_points_are_found_from_their_distances(d, dtype):
    X = fixed_points(d=d)
    wanted = np.random.default_rng(3).normal(size=(20, d))
    given = cdist(wanted, X).astype(dtype)
    given[::2, 10:30] = np.nan
    places = place(given, X.astype(dtype))
    assert places.dtype == dtype
    assert_allclose(places, wanted, atol=1e-5 if dtype == np.float64 else 1e-3)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_a_minimum_of_the_stress(is_weighted):
    X, rng = fixed_points(), np.random.default_rng(23)
    given = cdist(rng.normal(size=(12, 2)), X) * rng.uniform(0.5, 1.5, (12, 60))
    weights = rng.uniform(0, 2, 60) if is_weighted else np.ones(60)
    places = place(given, X, weights if is_weighted else None)
    for row, y in zip(given, places, strict=True):
        reached = stress(y, row, X, weights)
        around = minimize(stress, y, (row, X, weights), method="Nelder-Mead")
        assert reached <= around.fun * (1 + 1e-6)
        starts = rng.normal(size=(10, 2))
        best = min(minimize(stress, s, (row, X, weights)).fun for s in starts)
        assert reached <= best * 1.05


def test_rows_do_not_see_each_other_or_threads():
    X, rng = fixed_points(), np.random.default_rng(5)
    given = rng.uniform(0.5, 3, (9, 60))
    together = place(given, X, n_jobs=3)
    assert_array_equal(together, np.vstack([place(row[None], X) for row in given]))


def test_zero_dissimilarity_is_that_point():
    X = fixed_points()
    given = np.random.default_rng(6).uniform(0.5, 3, (3, 60))
    given[0, 7] = given[2, 50] = given[2, 51] = 0
    assert_array_equal(place(given, X)[[0, 2]], X[[7, 50]])


def test_flat_and_single_configurations():
    line = np.column_stack((np.linspace(0, 1, 9), np.zeros(9)))
    places = place(cdist([[0.3, 0.0]], line), line)
    assert_allclose(places, [[0.3, 0]], atol=1e-6)
    point = np.zeros((1, 2))
    assert_allclose(np.linalg.norm(place(np.array([[2.0]]), point)), 2.0)


def test_a_row_without_dissimilarities_is_refused():
    given = np.full((2, 60), np.nan)
    given[0] = 1
    with pytest.raises(ValueError, match=r"Row 1 of X has only missing"):
        place(given, fixed_points())
