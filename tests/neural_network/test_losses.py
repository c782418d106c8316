"""Losses under their public names: what networks learn by them."""

import numpy as np
import pytest
import sklearn.neural_network
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_poisson_deviance

from skmanifold_nn.neural_network import MLPClassifier, MLPRegressor
from skmanifold_nn.neural_network._losses import (
    REGRESSION_LOSSES,
    check_targets,
    classification_loss,
    regression_loss,
)

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")


def fit_constant(y, loss, **params):
    """Prediction of a linear model that sees nothing: the loss's own mean."""
    net = MLPRegressor(
        loss, (), solver="adam", learning_rate_init=0.05, max_iter=600,
        n_iter_no_change=np.inf, batch_size=len(y), random_state=3, alpha=0, **params,
    )  # fmt: skip
    return net.fit(np.zeros((len(y), 1)), y).predict(np.zeros((1, 1)))[0]


def skewed(n=301):
    return np.random.default_rng(5).gamma(2.0, size=n)


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "gamma"])
def test_losses_that_find_the_mean(loss):
    y = skewed()
    assert_allclose(fit_constant(y, loss), y.mean(), rtol=1e-3)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_the_quantile_is_found(quantile):
    y = skewed()
    found = fit_constant(y, "quantile", quantile=quantile, learning_rate="cosine")
    assert_allclose(np.mean(y < found), quantile, atol=0.015)


def test_absolute_error_finds_the_median():
    y = skewed()
    found = fit_constant(y, "absolute_error", learning_rate="cosine")
    assert_allclose(np.mean(y < found), 0.5, atol=0.015)


def test_huber_lies_between_mean_and_median():
    y = skewed()
    params = {"learning_rate": "cosine"}
    assert_allclose(fit_constant(y, "huber", huber_delta=100.0), y.mean(), rtol=1e-3)
    found = fit_constant(y, "huber", huber_delta=1e-3, **params)
    assert_allclose(found, np.median(y), atol=0.03)
    assert np.median(y) < fit_constant(y, "huber", huber_delta=1.0) < y.mean()


def test_quantiles_of_a_line_with_growing_noise():
    rng = np.random.default_rng(8)
    X = rng.uniform(0, 1, size=(600, 1))
    y = X[:, 0] * (1 + rng.normal(size=600))
    shares = []
    for quantile in (0.1, 0.9):
        net = MLPRegressor(
            "quantile", (8,), quantile=quantile, max_iter=150,
            learning_rate_init=0.02, learning_rate="cosine", random_state=2,
        )  # fmt: skip
        shares.append(np.mean(y < net.fit(X, y).predict(X)))
    assert_allclose(shares, [0.1, 0.9], atol=0.035)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_positive_predictions(loss):
    X = np.random.default_rng(8).normal(size=(200, 2))
    y = np.exp(X[:, 0])
    net = MLPRegressor(loss, (), max_iter=300, learning_rate_init=0.05, random_state=2)
    net.set_params(n_iter_no_change=np.inf, tol=0, alpha=0).fit(X, y)
    assert net.out_activation_ == "exp"
    assert (net.predict(20 * X) > 0).all()
    assert_allclose(net.coefs_[0][:, 0], [1, 0], atol=0.02)


def test_targets_of_count_losses():
    X, y = np.ones((5, 1)), np.arange(-1.0, 4)
    with pytest.raises(ValueError, match=r"loss='poisson' needs y >= 0, got .*-1"):
        MLPRegressor("poisson").fit(X, y)
    with pytest.raises(ValueError, match=r"loss='gamma' needs y > 0, got .*0\.0"):
        MLPRegressor("gamma").fit(X, y + 1)
    with pytest.raises(ValueError, match="gamma"):
        MLPRegressor("gamma").fit(X, y + 2, X_val=X, y_val=y)
    check_targets("poisson", y + 1)
    check_targets("gamma", y + 2)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_label_smoothing_bounds_probabilities(n_classes):
    rng = np.random.default_rng(4)
    y = np.arange(90) % n_classes
    X = np.eye(n_classes)[y] + 0.01 * rng.normal(size=(90, n_classes))
    net = MLPClassifier(
        (), label_smoothing=0.3, max_iter=500, learning_rate_init=0.1, alpha=0,
        random_state=1, n_iter_no_change=np.inf,
    )  # fmt: skip
    highest = net.fit(X, y).predict_proba(X).max(axis=1)
    # The smooth targets themselves: 1 - p + p / n_classes.
    assert_allclose(highest, 0.7 + 0.3 / n_classes, atol=0.03)
    plain = MLPClassifier((), max_iter=500, learning_rate_init=0.1, random_state=1)
    assert plain.fit(X, y).predict_proba(X).max(axis=1).min() > 0.95


def test_names():
    assert classification_loss("multiclass", 0.1).link == "softmax"
    assert classification_loss("binary").link == "logistic"
    assert classification_loss("multilabel-indicator").link == "logistic"
    links = [regression_loss(name).link for name in REGRESSION_LOSSES]
    assert links == ["identity"] * 4 + ["exp"] * 2
    assert regression_loss("huber", huber_delta=2.0).setting == 2.0
    assert regression_loss("quantile", quantile=0.9).setting == 0.9


@pytest.mark.parametrize("loss", REGRESSION_LOSSES)
def test_the_reported_loss(loss):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(50, 3))
    y = np.exp(rng.normal(size=50))
    net = MLPRegressor(loss, (5,), max_iter=3, quantile=0.2, random_state=1)
    net.fit(X, y, X_val=X, y_val=y)
    p = net.predict(X)
    errors = y - p
    expected = {
        "squared_error": errors**2 / 2,
        "absolute_error": np.abs(errors),
        "huber": np.where(np.abs(errors) < 1, errors**2 / 2, np.abs(errors) - 0.5),
        "quantile": np.maximum(0.2 * errors, -0.8 * errors),
        "poisson": p - y + y * np.log(y / p),  # half the deviance
        "gamma": np.log(p) + y / p,
    }[loss]
    assert_allclose(net.validation_loss_curve_[-1], expected.mean())


@pytest.mark.parametrize("params", [{}, {"solver": "lbfgs"}, {"early_stopping": True}])
@pytest.mark.parametrize("weighted", [False, True])
def test_poisson_losses_are_half_the_deviance(params, weighted):
    rng = np.random.default_rng(23)
    X = rng.normal(size=(120, 4))
    y = rng.poisson(np.exp(X[:, 0])).astype(float)
    weights = rng.uniform(0.5, 2, 120) if weighted else None
    params = {"random_state": 1, "max_iter": 4} | params
    validation = {} if params.get("early_stopping") else {"X_val": X, "y_val": y}
    net = MLPRegressor("poisson", alpha=0, **params)
    with pytest.warns(ConvergenceWarning):
        net.fit(X, y, weights, **validation)
    with pytest.warns(ConvergenceWarning):
        theirs = sklearn.neural_network.MLPRegressor("poisson", alpha=0, **params)
        theirs.fit(X, y, weights)
    assert_allclose(net.loss_, theirs.loss_, rtol=1e-12)
    if validation:
        deviance = mean_poisson_deviance(y, net.predict(X))
        assert_allclose(net.validation_loss_curve_[-1], deviance / 2)
