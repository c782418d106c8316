"""Pipelines for tables."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, make_friedman1
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmanifold_nn.neural_network import (
    SmoothClipScaler,
    make_tabular_classifier,
    make_tabular_regressor,
)

SMALL = {
    "hidden_layer_sizes": (16,),
    "learning_rate_init": 0.03,
    "weight_decay": 0.01,
    "max_iter": 40,
    "random_state": 3,
}


def table(n_samples=300):
    """Columns of every kind, with missing values, and the classes they tell."""
    rng = np.random.default_rng(1969)
    income = rng.lognormal(0, 2, n_samples)
    city = rng.choice(["Bergen", "Oslo", "Turku", "Vaasa"], n_samples)
    owner = rng.random(n_samples) < 0.5
    y = np.where((np.log(income) > 0) ^ (city == "Oslo") ^ owner, "yes", "no")
    return {
        "income": [None if k % 29 == 3 else v for k, v in enumerate(income)],
        "city": [None if k % 31 == 5 else str(v) for k, v in enumerate(city)],
        "owner": owner,
        "rooms": rng.integers(1, 9, n_samples),
    }, y


@parametrize_with_checks([SmoothClipScaler()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_scaler_is_its_formula(rng):
    X = rng.standard_cauchy((201, 3)) * [1, 1e4, 1e-4] + [0, 5, 0]
    first, median, third = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
    z = (X - median) / (third - first)
    for limit in (1.0, 3.0):
        scaled = SmoothClipScaler(limit).fit_transform(X)
        assert_allclose(scaled, z / np.sqrt(1 + (z / limit) ** 2), rtol=1e-12)
        assert np.abs(scaled).max() <= limit


def test_scaler_without_spread():
    X = np.array([[0, 2.0], [0, 2], [0, 2], [0, 2], [8, 2]])
    scaler = SmoothClipScaler().fit(X)
    assert_array_equal(scaler.scale_, [4, 1])
    assert_allclose(scaler.transform(X)[[0, 4]], [[0, 0], [2 / np.sqrt(13 / 9), 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scaler_dtype(dtype, rng):
    X = rng.normal(size=(9, 2))
    assert SmoothClipScaler(dtype=dtype).fit_transform(X).dtype == dtype
    assert SmoothClipScaler().fit_transform(X.astype(dtype)).dtype == dtype
    huge = SmoothClipScaler(dtype=dtype).fit(X).transform(X * 1e200)
    assert_allclose(np.abs(huge), 3, rtol=1e-6)


@pytest.mark.parametrize("params", [{"limit": 0}, {"dtype": np.int64}])
def test_scaler_refuses(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        SmoothClipScaler(**params).fit([[1.0], [2.0]])


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_data_frames(frame):
    columns, y = table()
    X = frame(columns)
    net = make_tabular_classifier(**{**SMALL, "max_iter": 80}).fit(X, y)
    assert net.score(X, y) > 0.85
    prepared = net["prepare"].transform(X)
    assert prepared.dtype == np.float32 and np.isfinite(prepared).all()
    # income, owner, rooms; four cities and the missing one
    assert prepared.shape == (300, 3 + 5)
    columns["city"][0] = "Tromsø"
    unseen = net.predict_proba(frame(columns))
    assert np.isfinite(unseen).all() and unseen.dtype == np.float32


def test_arrays_with_missing_values():
    X, y = load_breast_cancer(return_X_y=True)
    X[::7, 3] = np.nan
    net = make_tabular_classifier(**SMALL).fit(X[::2], y[::2])
    assert net.score(X[1::2], y[1::2]) > 0.94
    copied = pickle.loads(pickle.dumps(net))
    assert_array_equal(copied.predict_proba(X), net.predict_proba(X))


def test_regression_of_large_and_small_numbers():
    X, y = make_friedman1(300, random_state=7)
    plain = make_tabular_regressor(**SMALL).fit(X[:200], y[:200])
    assert plain.score(X[200:], y[200:]) > 0.6
    for factor, shift in ((1e6, 0), (1e-6, 5)):
        net = clone(plain).fit(X[:200], factor * y[:200] + shift)
        targets = factor * y[200:] + shift
        # float32 in the network: training ends a little elsewhere
        assert abs(net.score(X[200:], targets) - plain.score(X[200:], y[200:])) < 0.02
    net.fit(X, np.stack([y, -y], axis=1))
    assert net.predict(X).shape == (300, 2)


def test_parameters_are_the_nets_and_searchable():
    columns, y = table()
    net = make_tabular_classifier(**SMALL)
    assert net["net"].get_params()["hidden_layer_sizes"] == (16,)
    assert clone(net)["net"].activation == net["net"].activation
    grid = {
        "net__activation": ["relu", "selu"],
        "prepare__numbers__scale__limit": [2, 9],
    }
    search = GridSearchCV(net, grid, cv=2, error_score="raise")
    search.fit(pd.DataFrame(columns), y)
    assert np.unique(search.cv_results_["mean_test_score"]).size > 1
    regressor = make_tabular_regressor(loss="huber")
    assert regressor["net"].regressor.loss == "huber"
    with pytest.raises(TypeError, match="unknown"):
        make_tabular_classifier(unknown=3)


@pytest.mark.parametrize("n_samples, batch_size", [(8, "auto"), (70, 64)])
def test_few_samples(n_samples, batch_size):
    X, y = make_friedman1(n_samples, random_state=7)
    few = {"max_iter": 3, "batch_size": batch_size}
    assert np.isfinite(make_tabular_regressor(**few).fit(X, y).predict(X)).all()
    classifier = make_tabular_classifier(**few).fit(X, y > np.median(y))
    assert np.isfinite(classifier.predict_proba(X)).all()
