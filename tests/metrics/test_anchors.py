"""Standard errors of measures on samples of anchors: what they are for, and of what."""

import inspect
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_swiss_roll

from skmanifold_nn import metrics
from skmanifold_nn.metrics import (
    CoRanking,
    co_ranking,
    local_distortion,
    neighborhood_hit,
    residual_variance,
    stress,
)
from skmanifold_nn.metrics._anchors import (
    N_GROUPS,
    choose_anchors,
    jackknife_error,
    split_anchors,
    value_and_error,
)

N, M, REPEATS = 400, 60, 40
MEASURES = [
    "trustworthiness",
    "continuity",
    "residual_variance",
    "stress",
    "stress raw",
    "stress scale_free",
    "geodesic_correlation",
    "neighborhood_hit",
]


@pytest.fixture(scope="module")
def case():
    """A roll in the order of its arc, pressed flat, with classes along the arc."""
    X, arc = make_swiss_roll(N, noise=0.3, random_state=3)
    X, arc = X[np.argsort(arc)], np.sort(arc)
    Y = X[:, [0, 2]].copy()
    Y[N // 3 :] *= 1.3
    return X, Y, (1.3 * arc).astype(int)


def measure_of(name, case):
    X, Y, y = case
    name, *kind = name.split()
    function = getattr(metrics, name)
    if name == "neighborhood_hit":
        return partial(function, Y, y)
    return partial(function, X, Y, **({"kind": kind[0]} if kind else {}))


@pytest.mark.parametrize("name", MEASURES)
def test_errors_are_the_spread_over_samples(case, name):
    measure = measure_of(name, case)
    exact, none = measure(return_error=True)
    assert none == 0
    whole = measure(n_anchors=N, return_error=True)
    assert whole == (pytest.approx(exact, rel=1e-12), 0)
    values, errors = np.array(
        [
            measure(n_anchors=M, random_state=seed, return_error=True)
            for seed in range(1, REPEATS + 1)
        ]
    ).T
    # 40 samples know a spread to 11%, and a mean to 0.16 of the spread
    assert 0.7 < errors.mean() / values.std() < 1.45
    assert abs(values.mean() - exact) < 0.6 * values.std()
    assert measure(n_anchors=M, random_state=5) == values[4]


@pytest.mark.parametrize("name", ["auc_r_nx", "q_local", "q_nx", "continuity"])
def test_errors_of_co_ranking(case, name):
    X, Y, _ = case
    results = [
        co_ranking(X, Y, n_anchors=M, random_state=seed) for seed in range(REPEATS)
    ]
    values = np.array([getattr(result, name) for result in results])
    errors = np.array([result.standard_error(name) for result in results])
    assert errors.shape == values.shape
    ratio = errors.mean(axis=0) / values.std(axis=0).clip(1e-12)
    if values.ndim == 2:
        ratio = ratio[[4, 20, 100]]
    assert np.all((ratio > 0.7) & (ratio < 1.7))


@pytest.mark.parametrize("name", ["median_shear", "stretch_spread"])
def test_errors_of_local_distortion(case, name):
    X, Y, _ = case
    results = [
        local_distortion(X, Y, n_anchors=120, random_state=seed)
        for seed in range(REPEATS)
    ]
    values = [getattr(result, name) for result in results]
    errors = [result.standard_error(name) for result in results]
    # a quantile's jackknife is rough
    assert 0.6 < np.mean(errors) / np.std(values) < 2.2


def test_results_of_all_have_no_error(case):
    X, Y, _ = case
    result = co_ranking(X, Y)
    assert result.standard_error("auc_r_nx") == 0
    assert_array_equal(result.standard_error("q_nx"), np.zeros(N - 1))
    assert co_ranking(X, Y, n_anchors=N).standard_error("auc_r_nx") == 0
    distortion = local_distortion(X, Y)
    assert distortion.standard_error("median_shear") == 0
    assert_array_equal(distortion.anchors, np.arange(N))


def test_results_made_by_hand_have_no_error():
    curves = [np.ones(4)] * 5
    assert CoRanking(*curves).standard_error("auc_q_nx") == 0


def test_values_of_single_anchors_have_no_common_error(case):
    X, Y, _ = case
    result = local_distortion(X, Y, n_anchors=50, random_state=3)
    assert result.shear.shape == (50,) == result.anchors.shape
    with pytest.raises(ValueError, match="got 'shear', which has one value an anchor"):
        result.standard_error("shear")


def test_error_of_a_mean_is_the_textbooks(rng):
    """sqrt((1 - m / n) s^2 / m)."""
    values = rng.standard_normal((50, 1))
    _, error = value_and_error(lambda sums, m: sums[..., 0] / m, values, 200, True)
    expected = values.std(ddof=1) * np.sqrt((1 - 50 / 200) / 50)
    assert error == pytest.approx(expected)


def test_infinite_values_have_no_error():
    left_out = np.array([[1.0, np.inf, np.nan], [2, np.inf, 1]])
    error = jackknife_error(left_out, 2, 10)
    assert error[0] > 0
    assert np.isnan(error[1:]).all()


def test_groups_are_random_and_complete():
    anchors = choose_anchors(1000, 230, 3)
    groups = split_anchors(anchors, 1000)
    assert len(groups) == N_GROUPS
    assert_array_equal(np.sort(np.concatenate(groups)), np.arange(230))
    # not by turns: groups of rows in order would be too much alike
    assert len({tuple(np.diff(group)) for group in groups}) == N_GROUPS
    assert max(np.diff(groups[0])) > 1.5 * N_GROUPS
    assert [len(g) for g in split_anchors(np.arange(3), 5)] == [1, 1, 1]
    assert [len(g) for g in split_anchors(np.arange(5), 5)] == [5]


def test_samples_are_of_the_rows(rng):
    """Sums over the rows of the sample, written out."""
    X, Y = rng.standard_normal((40, 4)), rng.standard_normal((40, 2))
    rows = choose_anchors(40, 15, 7)
    d = np.linalg.norm(X[rows, None] - X, axis=2)
    e = np.linalg.norm(Y[rows, None] - Y, axis=2)
    sample = {"n_anchors": 15, "random_state": 7}
    expected = 1 - np.corrcoef(d.ravel(), e.ravel())[0, 1] ** 2
    assert residual_variance(X, Y, **sample) == pytest.approx(expected)
    expected = np.sqrt(((d - e) ** 2).sum() / (e**2).sum())
    assert stress(X, Y, **sample) == pytest.approx(expected)
    y = rng.integers(3, size=40)
    e[np.arange(15), rows] = np.inf
    near = np.argsort(e, axis=1)[:, :5]
    expected = (y[near] == y[rows, None]).mean()
    assert neighborhood_hit(Y, y, **sample) == pytest.approx(expected)


def test_every_measure_takes_anchors_the_same_way():
    sampled = [
        name
        for name in metrics.__all__
        if "n_anchors" in inspect.signature(getattr(metrics, name)).parameters
        and not inspect.isclass(getattr(metrics, name))
    ]
    assert {name.split()[0] for name in MEASURES} <= set(sampled)
    for name in sampled:
        parameters = inspect.signature(getattr(metrics, name)).parameters
        assert parameters["n_anchors"].default is None
        assert parameters["random_state"].default is None
    assert_allclose(len(sampled), len({name.split()[0] for name in MEASURES}) + 2)
