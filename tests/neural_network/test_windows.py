"""Windows and forecasts."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmanifold_nn.neural_network import MLPRegressor
from skmanifold_nn.neural_network._windows import (
    ContextWindow,
    SlidingWindow,
    forecast,
)

LENGTHS = [4, 1, 6, 3]


@parametrize_with_checks([ContextWindow(), ContextWindow(0, 2, mask="nan")])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


# --- ContextWindow ---


def naive_context(X, before, after):
    """Of one sequence, step by step."""
    n_steps, n_features = X.shape
    zeros = np.zeros(n_features)
    return np.array(
        [
            np.concatenate(
                [
                    X[t + d] if 0 <= t + d < n_steps else zeros
                    for d in range(-before, after + 1)
                ]
            )
            for t in range(n_steps)
        ]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("before, after", [(0, 0), (2, 0), (0, 3), (1, 2), (20, 20)])
def test_context_of_lists(rng, before, after, dtype):
    X = [rng.normal(size=(n, 3)).astype(dtype) for n in LENGTHS]
    frames = ContextWindow(before, after).fit_transform(X)
    assert isinstance(frames, list)
    for found, array in zip(frames, X, strict=True):
        assert_array_equal(found, naive_context(array, before, after))
        assert found.dtype == dtype


def test_context_of_arrays(rng):
    X = rng.normal(size=(4, 6, 2))
    expected = np.stack([naive_context(x, 2, 1) for x in X])
    window = ContextWindow(2, 1)
    assert_array_equal(window.fit_transform(X), expected)
    rows = ContextWindow(2, 1, input_shape=(6, 2))
    assert_array_equal(rows.fit_transform(X.reshape(4, 12)), expected)
    X = X[:, :, :1]
    expected = np.stack([naive_context(x, 2, 1) for x in X])
    assert_array_equal(window.fit_transform(X[:, :, 0]), expected)


def test_context_of_padded_arrays(rng):
    X = np.full((4, 7, 2), np.nan)
    for row, n in zip(X, LENGTHS, strict=True):
        row[:n] = rng.normal(size=(n, 2))
    frames = ContextWindow(2, 1, mask="nan").fit_transform(X)
    assert frames.shape == (4, 7, 8)
    for found, row, n in zip(frames, X, LENGTHS, strict=True):
        assert_array_equal(found[:n], naive_context(row[:n], 2, 1))
        assert np.isnan(found[n:]).all()


def test_context_refuses(rng, monkeypatch):
    for params in ({"before": -1}, {"after": 1.5}, {"mask": "zero"}):
        with pytest.raises(ValueError, match=next(iter(params))):
            ContextWindow(**params).fit(np.ones((3, 4)))
    window = ContextWindow().fit([np.ones((3, 2))])
    with pytest.raises(ValueError, match=r"3 features.*ContextWindow is expecting 2"):
        window.transform([np.ones((3, 3))])
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 500)
    with pytest.raises(MemoryError, match=r"around each of 9 steps.*`before`"):
        window.transform([np.ones((9, 2))])


# --- SlidingWindow ---


def naive_windows(series, targets, window):
    """By the meaning of the parameters."""
    X, y = [], []
    for start in range(0, len(series), window.stride):
        lags = [start + k * window.spacing for k in range(window.window)]
        ahead = [lags[-1] + 1 + window.gap + k for k in range(window.horizon)]
        if ahead[-1] < len(series):
            X.append(series[lags])
            y.append(targets[ahead].ravel())
    return np.array(X), np.array(y)


@pytest.mark.parametrize("window", [1, 4])
@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("gap", [0, 2])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("spacing", [1, 2])
def test_windows(rng, window, horizon, gap, stride, spacing):
    parameters = locals()
    parameters.pop("rng")
    sliding = SlidingWindow(**parameters)
    series, other = rng.normal(size=(40, 2)), rng.integers(0, 9, 40)
    for targets in (None, other):
        X, y = sliding.make(series, targets)
        expected, ahead = naive_windows(
            series, series if targets is None else targets, sliding
        )
        assert_array_equal(X, expected)
        assert X.flags.c_contiguous
        assert_array_equal(y, ahead[:, 0] if ahead.shape[1] == 1 else ahead)
        assert y.dtype == (float if targets is None else int)
        flat, _ = clone(sliding).set_params(flatten=True).make(series, targets)
        assert_array_equal(flat, X.reshape(len(X), -1))
        assert_array_equal(sliding.last(series)[0], series[-sliding.reach :][::spacing])


def test_windows_of_several_series(rng):
    arrays = [rng.normal(size=n) for n in (9, 3, 7)]
    sliding = SlidingWindow(4, horizon=2)
    parts = [sliding.make(arrays[k]) for k in (0, 2)]  # the second one is too short
    for form in (arrays, tuple(arrays), [a.tolist() for a in arrays]):
        X, y = sliding.make(form)
        assert_array_equal(X, np.concatenate([part[0] for part in parts]))
        assert_array_equal(y, np.concatenate([part[1] for part in parts]))
    X, y = sliding.make(
        arrays, [np.full(len(a), "ab"[k % 2]) for k, a in enumerate(arrays)]
    )
    assert y.shape == (6, 2) and set(y.ravel()) == {"a"}
    cube = rng.normal(size=(3, 9, 2))
    X, y = sliding.make(cube)
    assert X.shape == (12, 4, 2) and y.shape == (12, 4)
    assert_array_equal(X[4:8], sliding.make(cube[1])[0])
    assert sliding.last(cube).shape == (3, 4, 2)


@pytest.mark.parametrize("form", [list, tuple, pd.Series, np.ndarray.tolist])
def test_one_series_of_any_form(rng, form):
    series = rng.normal(size=9)
    X, y = SlidingWindow(3).make(form(series))
    assert X.shape == (6, 3, 1)
    assert_array_equal(y, series[3:])
    table = rng.normal(size=(9, 2))
    for several in (table.tolist(), pd.DataFrame(table)):  # no list of nine series
        X, y = SlidingWindow(3).make(several)
        assert X.shape == (6, 3, 2) and y.shape == (6, 2)


def test_dtype_of_windows():
    for given, expected in ((np.float32, np.float32), (int, float), (bool, float)):
        X, y = SlidingWindow(3).make(np.ones(9, dtype=given))
        assert X.dtype == y.dtype == expected


def refused(call, *fragments, kind=ValueError):
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert all(re.search(part, message, re.DOTALL) for part in fragments), message


def test_windows_refuse(rng, monkeypatch):
    series = np.arange(9.0)
    for name in ("window", "horizon", "stride", "spacing", "gap"):
        sliding = SlidingWindow().set_params(**{name: -1})
        refused(lambda sliding=sliding: sliding.make(series), name, "Got -1|got -1")
    long = SlidingWindow(5, horizon=4, gap=1)
    refused(lambda: long.make(series), "window=5", "horizon=4", "gap=1", "10 .* 9")
    refused(lambda: long.make([series, series[:3]]), "the longest series has 9")
    refused(lambda: long.last([series, series[:3]]), r"series\[1\] has 3", "over 5")
    few = SlidingWindow(3)
    refused(lambda: few.make(series, series[1:]), r"\[9\] steps, got \[8\]")
    refused(
        lambda: few.make([series, series[1:]], series), r"\[9, 8\] steps, got \[9\]"
    )
    gaps = np.where(series == 4, np.nan, series)
    refused(lambda: few.make([series, gaps]), r"NaN: series\[1\] in step 4")
    refused(lambda: few.make(np.ones((2, 3, 4, 5))), r"\(2, 3, 4, 5\)", "as a list")
    refused(lambda: few.make(3.0), r"\(\)", "must have steps")
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 100)
    refused(lambda: few.make(series), "6 windows", "`stride`", kind=MemoryError)


# --- forecast ---


class LinearOnSequences(RegressorMixin, BaseEstimator):
    """Least squares that takes (n, n_steps, n_features) alone, as recurrent nets."""

    def fit(self, X, y):
        n, _, self.n_features_in_ = X.shape
        self.n_steps_in_ = None
        self.linear_ = LinearRegression().fit(X.reshape(n, -1), y)
        return self

    def predict(self, X):
        assert X.ndim == 3 and X.shape[2] == self.n_features_in_
        return self.linear_.predict(X.reshape(len(X), -1))


def waves(n_steps, n_features=1):
    """What a linear recurrence of four steps continues without error."""
    steps = np.arange(n_steps)[:, None]
    phases = np.arange(n_features)
    return np.sin(0.3 * steps + phases) + 0.5 * np.cos(0.7 * steps - phases)


@pytest.mark.parametrize("horizon", [1, 4, 12], ids=["recursive", "blocks", "direct"])
@pytest.mark.parametrize("n_features", [1, 2])
@pytest.mark.parametrize(
    "estimator",
    [
        LinearRegression(),
        LinearOnSequences(),
        make_pipeline(StandardScaler(), LinearRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_forecasts_continue_a_linear_recurrence(estimator, n_features, horizon):
    series = waves(92, n_features)
    if n_features == 1:
        series = series[:, 0]
    flatten = not isinstance(estimator, LinearOnSequences)
    for size, spacing in ((4, 1), (5, 3)):
        window = SlidingWindow(size, horizon=horizon, spacing=spacing, flatten=flatten)
        net = clone(estimator).fit(*window.make(series[:80]))
        for given in (window, size) if spacing == 1 else (window,):
            found = forecast(net, series[:80], 12, window=given)
            assert found.shape == series[80:].shape
            assert_allclose(found, series[80:], atol=1e-6)
            several = forecast(net, [series[:80], series[:70]], 10, window=given)
            assert_allclose(several, [series[80:90], series[70:80]], atol=1e-6)
            assert_allclose(
                forecast(net, series[:80], 5, window=given), found[:5], atol=1e-9
            )
    assert window.get_params()["horizon"] == horizon  # is not changed


def test_forecast_from_one_step(rng):
    series = 0.9 ** np.arange(30.0)
    for estimator in (LinearRegression(), LinearOnSequences()):
        flatten = isinstance(estimator, LinearRegression)
        estimator.fit(*SlidingWindow(1, flatten=flatten).make(series[:20]))
        found = forecast(estimator, series[:20], 10, window=1)
        assert_allclose(found, series[20:], atol=1e-12)


class PersistentEverywhere(RegressorMixin, BaseEstimator):
    """Predicts 0.9 of every step as the next one, as a many-to-many net would."""

    def fit(self, X, y):
        self.per_step_, self.n_features_in_, self.n_steps_in_ = True, X.shape[2], None
        return self

    def predict(self, X):
        return 0.9 * (X if self.n_features_in_ > 1 else X[:, :, 0])


@pytest.mark.parametrize("n_features", [1, 2])
def test_forecast_by_the_last_step_of_many(n_features):
    series = 0.9 ** np.arange(30.0)[:, None] * np.arange(1, n_features + 1)
    X = SlidingWindow(4).make(series[:20])[0]
    search = GridSearchCV(
        make_pipeline("passthrough", PersistentEverywhere()),
        {"memory": [None]},
        scoring=lambda net, X, y: 1.0,
        cv=2,
    )
    for net in (PersistentEverywhere(), search):
        net.fit(X, X)
        assert_allclose(forecast(net, series[:20], 10, window=4), series[20:])


def test_forecast_of_a_network():
    series = waves(300)[:, 0].astype(np.float32)
    window = SlidingWindow(12, flatten=True)
    net = MLPRegressor(
        hidden_layer_sizes=(), solver="lbfgs", alpha=0, max_iter=500, random_state=3
    )
    net.fit(*window.make(series[:250]))
    found = forecast(net, series[:250], 20, window=12)
    assert found.dtype == np.float32
    assert_allclose(found, series[250:270], atol=0.05)


def test_forecast_refuses():
    series = waves(30)[:, 0]
    X, y = SlidingWindow(4, flatten=True).make(series)
    net = LinearRegression().fit(X, y)
    for horizon in (0, 1.5, None):
        refused(
            lambda horizon=horizon: forecast(net, series, horizon, window=4),
            "horizon must be",
            repr(horizon),
        )
    refused(lambda: forecast(net, series, 3, window=0), "window", "Got 0|got 0")
    refused(lambda: forecast(net, series, 3, window=5), "window=5", "on 4")
    refused(lambda: forecast(net, series, 3, window=SlidingWindow(4, gap=2)), "gap=2")
    refused(lambda: forecast(net, series[:3], 3, window=4), r"series\[0\] has 3", "4")
    wide = LinearRegression().fit(np.hstack([X, X]), np.stack([y, y, y], axis=1))
    refused(
        lambda: forecast(wide, np.stack([series, series], axis=1), 3, window=4),
        "2 features",
        r"\(1, 3\)",
    )
    classifier = GaussianNB().fit(X, y > 0)
    refused(
        lambda: forecast(classifier, series, 3, window=4), "GaussianNB", "regressor"
    )
