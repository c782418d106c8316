"""What the examples of the documentation show, in small."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skmanifold_nn._kernels._normalization import ADDRESSES as NORMALIZATIONS
from skmanifold_nn._kernels._normalization import scratch_per_row
from skmanifold_nn.datasets import load_page_views
from skmanifold_nn.manifold import Isomap
from skmanifold_nn.neural_network import (
    MLPClassifier,
    MLPRegressor,
    SequentialClassifier,
)
from skmanifold_nn.neural_network.layers import Dense, Layer, LayerNorm


def best_start(net, X, y, n_starts):
    """The highest of the scores from several starts."""
    starts = (clone(net).set_params(random_state=k) for k in range(n_starts))
    return max(net.fit(X, y).score(X, y) for net in starts)


def test_exclusive_or_has_three_hidden_states():
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    net = MLPClassifier((2,), "logistic", solver="lbfgs", alpha=1e-3, random_state=4)
    hidden = net.fit(X, y).transform(X)
    assert net.score(X, y) == 1
    _, states = np.unique(hidden.round(1), axis=0, return_inverse=True)
    assert len(np.unique(states)) == 3
    assert states[1] == states[2]


@pytest.mark.parametrize("width", [2, 4])
def test_two_spirals_come_apart_in_four_layers(width):
    radius = np.sqrt(np.linspace(0.02, 1, 100))
    angle = 2 * np.pi * radius
    arm = 3 * np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    X, y = np.vstack([arm, -arm]), np.repeat([0, 1], 100)
    net = MLPClassifier(
        (width,) * 4,
        "tanh",
        initializer="orthogonal",
        solver="lbfgs",
        alpha=1e-3,
        max_iter=2000,
        max_fun=10**6,
        tol=1e-5,
    )
    # Not every start gets there.
    assert best_start(net, X, y, 4) == 1


@pytest.fixture(scope="module")
def disc_and_ring():
    rng = np.random.default_rng(3)
    angle = rng.uniform(0, 2 * np.pi, 1200)
    squares = [rng.uniform(0, 1, 600), rng.uniform(1.5**2, 2**2, 600)]
    radius = np.sqrt(np.concatenate(squares))
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return X, np.repeat([0, 1], 600)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_disc_and_ring_need_a_third_unit(disc_and_ring, activation):
    net = MLPClassifier(
        activation=activation,
        learning_rate="one_cycle",
        learning_rate_init=0.03,
        batch_size=50,
        alpha=0,
        max_iter=100,
        n_iter_no_change=np.inf,
    )
    for depth in (1, 2, 4):
        net.set_params(hidden_layer_sizes=(2,) * depth)
        assert best_start(net, *disc_and_ring, 3) < 0.995
    net.set_params(hidden_layer_sizes=(3, 3))
    assert best_start(net, *disc_and_ring, 3) == 1


@pytest.mark.parametrize(
    ("curve", "n_units", "activation", "error"),
    [
        (np.square, 4, "tanh", 0.02),
        (lambda x: np.sin(np.pi * x), 5, "tanh", 0.05),
        (np.abs, 2, "relu", 0.01),
        (lambda x: (x > 0.5).astype(float), 1, "logistic", 0.02),
    ],
    ids=["square", "sine", "absolute value", "step"],
)
def test_hidden_units_add_up_to_curves(curve, n_units, activation, error):
    x = np.linspace(-2, 2, 201)[:, np.newaxis]
    y = curve(x[:, 0])
    nets = [
        MLPRegressor(
            hidden_layer_sizes=(n_units,),
            activation=activation,
            solver="lbfgs",
            alpha=1e-5,
            max_iter=2000,
            tol=1e-3,
            random_state=seed,
        ).fit(x, y)
        for seed in range(6)
    ]
    net = min(nets, key=lambda net: net.loss_)
    assert np.abs(net.predict(x) - y).mean() < error
    summands = net.transform(x) * net.coefs_[1][:, 0]
    total = summands.sum(axis=1) + net.intercepts_[1]
    np.testing.assert_allclose(total, net.predict(x), atol=1e-10)


def test_forecast_from_a_lag_window_overfits():
    series = load_page_views()
    dates = np.arange(series.dates[0], series.dates[-1] + 1)
    values = np.interp(
        dates.astype(int), series.dates.astype(int), np.log(series.views)
    ).astype(np.float32)
    known = values[dates < np.datetime64("2014-01-01")]
    values = (values - known.mean()) / known.std()
    windows = np.lib.stride_tricks.sliding_window_view(values, 56)[:-1]
    X, y = np.ascontiguousarray(windows), values[56:]
    years = dates[56:].astype("datetime64[Y]").astype(int) + 1970
    train, watched, unseen = years < 2014, years == 2014, years == 2015

    def error(net, part):
        return np.sqrt(np.mean((net.predict(X[part]) - y[part]) ** 2))

    nets = {}
    for sizes in ((), (100,), (100,) * 4):
        net = MLPRegressor(
            hidden_layer_sizes=sizes,
            alpha=0,
            batch_size=32,
            learning_rate="cosine",
            max_iter=60,
            n_iter_no_change=np.inf,
            random_state=1,
        )
        nets[len(sizes)] = net.fit(
            X[train], y[train], X_val=X[watched], y_val=y[watched]
        )
    # The more layers the better the memory, but not the forecast.
    assert error(nets[0], train) > 1.2 * error(nets[1], train)
    assert error(nets[1], train) > 1.5 * error(nets[4], train)
    assert error(nets[1], unseen) < error(nets[0], unseen)
    assert error(nets[4], unseen) > error(nets[1], unseen)
    yesterday = np.sqrt(np.mean((X[unseen, -1] - y[unseen]) ** 2))
    assert error(nets[0], unseen) < 0.9 * yesterday
    deep = nets[4]
    assert len(deep.loss_curve_) == len(deep.validation_loss_curve_) == 60
    # Losses are halves of squares.
    last = np.sqrt(2 * deep.validation_loss_curve_[-1])
    assert last == pytest.approx(error(deep, watched), rel=1e-4)
    assert np.argmin(deep.validation_loss_curve_) < 25


def test_digits_in_a_grid_search_and_their_features():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(
        X.astype(np.float32), y, test_size=1 / 3, stratify=y, random_state=5
    )
    net = MLPClassifier(
        (64, 32),
        batch_size=32,
        dropout=0.1,
        learning_rate="cosine",
        learning_rate_init=0.003,
        warmup=2,
        max_iter=25,
        early_stopping=True,
        scoring="loss",
        n_iter_no_change=np.inf,
        random_state=5,
    )
    grid = {"mlpclassifier__activation": ["relu", "gelu"]}
    search = GridSearchCV(make_pipeline(MinMaxScaler(), net), grid, cv=3)
    search.fit(X, y)
    assert search.best_score_ > 0.93
    assert search.score(X_test, y_test) > 0.95
    best = search.best_estimator_[-1]
    losses = best.validation_loss_curve_
    np.testing.assert_allclose(best.validation_scores_, np.negative(losses))
    hidden = search.best_estimator_.transform(X_test)
    assert hidden.shape == (599, 32)
    assert Isomap(n_neighbors=20).fit_transform(hidden).dtype == np.float32


class Bottleneck(Layer):
    """The layer of the guide."""

    def __init__(self, n_units, activation="relu"):
        self.n_units = n_units
        self.activation = activation

    def plan(self, planner, tensor):
        narrow = Dense(self.n_units, self.activation).plan(planner, tensor)
        return Dense(tensor.size).plan(planner, narrow)


def test_a_layer_of_the_users():
    X, y = load_digits(return_X_y=True)
    net = SequentialClassifier([("narrow", Bottleneck(8))], solver="lbfgs")
    net.set_params(narrow__n_units=12, alpha=0.1, tol=0.01, random_state=5)
    net.fit(X[:500] / 16, y[:500])
    assert [W.shape for W in net.coefs_] == [(64, 12), (12, 64), (64, 10)]
    assert net.score(X[:500] / 16, y[:500]) > 0.95


class Gains(Layer):
    """Layer normalisation whose numbers are listed under names of their own."""

    def plan(self, planner, tensor):
        shape = tensor.shape[-1:]
        start = planner.parameter("gains_", shape, lambda draws: np.ones(shape))
        planner.parameter("shifts_", shape, lambda draws: np.zeros(shape))
        return planner.op(
            NORMALIZATIONS["layer_norm"],
            [tensor],
            tensor.shape,
            reads="input",
            ints=(shape[0], 1),
            reals=(1e-5, 0.0),
            cache_per_row=scratch_per_row(tensor.size, shape[0]),
            params=start,
            n_params=2 * shape[0],
        )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_numbers_of_a_users_layer_are_listed():
    X, y = load_digits(return_X_y=True)
    X, y = X[:300] / 16, y[:300]
    nets = [
        SequentialClassifier(
            [("dense", Dense(9, "tanh")), ("norm", layer)], max_iter=5, random_state=5
        ).fit(X, y)
        for layer in (Gains(), LayerNorm())
    ]
    np.testing.assert_array_equal(nets[0].gains_, nets[1].scales_)
    np.testing.assert_array_equal(nets[0].shifts_, nets[1].offsets_)
    expected = nets[0].predict_proba(X)
    copy = pickle.loads(pickle.dumps(nets[0]))
    np.testing.assert_array_equal(copy.predict_proba(X), expected)
    copy.gains_[0] = 2 * copy.gains_[0]
    assert np.abs(copy.predict_proba(X) - expected).max() > 0.001
    nets[0].set_params(warm_start=True).fit(X, y)
    assert len(nets[0].loss_curve_) == 10
