"""Networks of any layers, one after the other."""

import pickle
import re

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_digits, make_friedman1
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmanifold_nn.neural_network import (
    MLPClassifier,
    MLPRegressor,
    SequentialClassifier,
    SequentialRegressor,
)
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    Activation,
    AlphaDropout,
    BatchNorm,
    Bidirectional,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNorm,
    Reshape,
    Residual,
    SimpleRNN,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SHORT = {"max_iter": 8, "tol": 0, "random_state": 3, "n_iter_no_change": np.inf}


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:500] / 16, y[:500]


def every_layer():
    """A network in which every kind of layer occurs."""
    block = [("dense", Dense(12, "tanh")), ("norm", LayerNorm())]
    branches = [("bent", Dense(6, "relu")), ("same", "passthrough")]
    return [
        ("square", Reshape((8, 8))),
        ("flat", Flatten()),
        ("noise", GaussianNoise(0.05)),
        ("first", Dense(12, "selu", initializer="lecun_normal")),
        ("alpha", AlphaDropout(0.1)),
        ("residual", Residual(block, activation="relu")),
        ("wide", Concatenate(branches)),
        ("norm", BatchNorm()),
        ("mish", Activation("mish")),
        ("drop", Dropout(0.1)),
    ]


@parametrize_with_checks([SequentialClassifier(), SequentialRegressor()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


# --- the same numbers as the perceptrons ---


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_dense_layers_are_a_perceptron(digits, solver):
    X, y = digits
    shared = {**SHORT, "solver": solver}
    ours = SequentialClassifier([("a", Dense(9, "relu")), ("b", Dense(7, "relu"))])
    ours.set_params(**shared).fit(X, y)
    theirs = MLPClassifier((9, 7), **shared).fit(X, y)
    for got, expected in zip(ours.coefs_, theirs.coefs_, strict=True):
        assert_array_equal(got, expected)
    assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    assert_array_equal(ours.transform(X, layer="a"), theirs.transform(X, layer=0))


def test_no_layers_are_a_linear_model():
    X, y = make_friedman1(200, random_state=7)
    ours = SequentialRegressor([], **SHORT).fit(X, y)
    assert_array_equal(
        ours.predict(X),
        MLPRegressor(hidden_layer_sizes=(), **SHORT).fit(X, y).predict(X),
    )
    assert_allclose(ours.predict(X), X @ ours.coefs_[0][:, 0] + ours.intercepts_[0])
    assert ours.layer_names_ == []
    for rows in (X, csr_matrix(X)):
        assert_array_equal(ours.transform(rows), X)
    assert len(ours.get_feature_names_out()) == X.shape[1]
    with pytest.raises(ValueError, match="layer must be a number below 0"):
        ours.transform(X, layer=0)


def test_default_layers_are_the_perceptrons(digits):
    X, y = digits
    ours, theirs = SequentialClassifier(**SHORT), MLPClassifier(**SHORT)
    assert_array_equal(
        ours.fit(X, y).predict_proba(X), theirs.fit(X, y).predict_proba(X)
    )
    assert ours.get_params()["layers"] is None and ours.layer_names_ == ["hidden"]


def test_activation_and_dropout_as_layers(digits):
    X, y = digits
    layers = [("dense", Dense(9)), ("relu", Activation("relu")), ("drop", Dropout(0.3))]
    ours = SequentialClassifier(layers, **SHORT).fit(X, y)
    theirs = MLPClassifier((9,), dropout=0.3, **SHORT).fit(X, y)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-12)


# --- parameters ---


def test_parameters_of_layers_are_reachable():
    net = SequentialClassifier(every_layer())
    assert net.get_params()["residual__dense__n_units"] == 12
    net.set_params(
        residual__dense__n_units=5, first__activation="elu", drop__rate=0.4, alpha=1
    )
    layers = dict(net.layers)
    assert layers["residual"].layers[0][1].n_units == 5
    assert layers["first"].activation == "elu"
    assert layers["drop"].rate == 0.4


def test_a_parameter_named_like_a_layer_stays_the_layer():
    # every_layer() has a layer "alpha", which is a parameter of the estimator
    with pytest.raises(ValueError, match="conflict with constructor arguments"):
        SequentialClassifier(every_layer()).fit(np.eye(64), np.arange(64) % 2)


@pytest.mark.parametrize("none", ["passthrough", None])
def test_layers_are_replaced_and_removed(digits, none):
    X, y = digits
    net = SequentialClassifier(
        [("a", Dense(9, "relu")), ("b", Residual([("dense", Dense(9))]))], **SHORT
    )
    listed = net.layers
    net.set_params(b=none, a=Dense(5, "tanh"), a__n_units=6).fit(X, y)
    assert [name for name, _ in listed] == ["a", "b"] and listed[1][1] is not none
    expected = MLPClassifier((6,), "tanh", **SHORT).fit(X, y)
    assert_array_equal(net.predict_proba(X), expected.predict_proba(X))
    assert net.layer_names_ == ["a"]


def test_layers_removed_inside_of_containers(digits):
    X, y = digits
    residual = Residual([("dense", Dense(64, "relu")), ("drop", "passthrough")])
    wide = Concatenate([("same", None), ("dense", Dense(3, "relu"))])
    net = SequentialClassifier([("residual", residual), ("wide", wide)], **SHORT)
    net.fit(X, y)
    (W, V, _), (b, c, _) = net.coefs_, net.intercepts_
    summed = X + np.maximum(X @ W + b, 0)
    expected = np.hstack([summed, np.maximum(summed @ V + c, 0)])
    assert_allclose(net.transform(X), expected, atol=1e-12)
    assert net.layer_names_ == ["residual__dense", "residual", "wide__dense", "wide"]
    assert_allclose(net.transform(X, "residual"), summed, atol=1e-12)


def test_grid_search_in_threads(digits):
    X, y = digits
    net = SequentialClassifier(
        [("hidden", Dense(8, "relu")), ("drop", Dropout(0.2))], **SHORT
    )
    grid = {
        "sequentialclassifier__hidden__n_units": [4, 16],
        "sequentialclassifier__drop": [Dropout(0.5), "passthrough", LayerNorm()],
    }
    search = {"param_grid": grid, "cv": 2, "error_score": "raise"}
    pipeline = make_pipeline(MinMaxScaler(), net)
    serial = GridSearchCV(pipeline, **search).fit(X, y)
    with joblib.parallel_backend("threading", n_jobs=2):
        parallel = GridSearchCV(pipeline, **search).fit(X, y)
    expected = serial.cv_results_["mean_test_score"]
    assert np.unique(expected).size > 2
    assert_allclose(parallel.cv_results_["mean_test_score"], expected, rtol=1e-9)
    assert net.layers[0][1].n_units == 8 and net.layers[1][1].rate == 0.2


def test_fits_leave_layers_alone_and_are_left_alone(digits):
    X, y = digits
    layers = [("hidden", Dense(8, "relu"))]
    net = SequentialClassifier(layers, **SHORT).fit(X, y)
    assert net.layers is layers and vars(layers[0][1]) == vars(Dense(8, "relu"))
    expected = net.predict_proba(X)
    net.set_params(hidden__n_units=4, hidden__activation="tanh", input_shape=(8, 8))
    assert_array_equal(net.predict_proba(X), expected)
    assert_array_equal(pickle.loads(pickle.dumps(net)).predict_proba(X), expected)


# --- shapes ---


def test_input_shape(digits):
    X, y = digits
    net = SequentialClassifier(
        [("flat", Flatten()), ("hidden", Dense(8, "relu"))],
        input_shape=(8, 8, 1),
        **SHORT,
    ).fit(X, y)
    expected = SequentialClassifier([("hidden", Dense(8, "relu"))], **SHORT).fit(X, y)
    for rows in (X, csr_matrix(X)):
        assert_allclose(
            net.predict_proba(rows), expected.predict_proba(rows), rtol=1e-12
        )
    # normalised over the last axis: eight rows of eight values each
    rows_of = SequentialClassifier(
        [("norm", LayerNorm(affine=False)), ("flat", Flatten())],
        input_shape=[8, 8],
        **SHORT,
    ).fit(X, y)
    blocks = X.reshape(-1, 8, 8)
    centered = blocks - blocks.mean(axis=2, keepdims=True)
    normed = centered / np.sqrt(blocks.var(axis=2, keepdims=True) + 1e-5)
    assert_allclose(rows_of.transform(X), normed.reshape(X.shape), atol=1e-9)


DENSE = Dense(4, "relu")
REFUSED = [
    ({"layers": [("a", Dense(0))]}, ["layer 'a'", "n_units", "got 0"]),
    ({"layers": [("a", Dense(3, "bent"))]}, ["layer 'a'", "activation", "'bent'"]),
    (
        {"layers": [("a", Dense(3, initializer="big"))]},
        ["layer 'a'", "initializer", "'big'"],
    ),
    ({"layers": [("a", Dropout(1))]}, ["layer 'a'", "rate", "got 1"]),
    (
        {"layers": [("a", Reshape((5, -1)))]},
        ["layer 'a'", "64 values", "(64,)", "(5, -1)"],
    ),
    (
        {"layers": [("a", DENSE), ("b", Residual([("c", Dense(3))]))]},
        ["layer 'b'", "(4,)", "(3,)"],
    ),
    (
        {"layers": [("b", Residual([("c", Reshape((2, 3)))]))]},
        ["layer 'b__c'", "64 values", "(2, 3)"],
    ),
    ({"layers": [], "input_shape": (8, 8)}, ["layer 'output'", "(8, 8)", "Flatten"]),
    (
        {"layers": [("a", DENSE)], "input_shape": (8, 8)},
        ["layer 'a'", "(8, 8)", "Flatten"],
    ),
    ({"input_shape": (8, 7)}, ["input_shape", "(8, 7)", "56", "64"]),
    ({"input_shape": (-8, -8)}, ["input_shape", "(-8, -8)"]),
    ({"input_shape": "square"}, ["input_shape", "'square'"]),
    ({"layers": DENSE}, ["layers", "Dense"]),
    ({"layers": [DENSE]}, ["(name, layer)", "Dense"]),
    ({"layers": [(3, DENSE)]}, ["name", "str", "3"]),
    ({"layers": [("a", Dense)]}, ["layer 'a'", "Dense"]),
    ({"layers": [("a", MinMaxScaler())]}, ["layer 'a'", "MinMaxScaler"]),
    ({"layers": [("a", DENSE), ("a", DENSE)]}, ["not unique", "'a'"]),
    ({"layers": [("a__b", DENSE)]}, ["must not contain __", "a__b"]),
    ({"layers": [("solver", DENSE)]}, ["conflict", "solver"]),
    ({"layers": [("output", DENSE)]}, ["'output'", "another name"]),
    (
        {"layers": [("a", Residual([("activation", DENSE)]))]},
        ["conflict", "activation"],
    ),
    ({"layers": [("a", Concatenate((("b", DENSE),)))]}, ["Concatenate", "list"]),
]


@pytest.mark.parametrize("params, fragments", REFUSED, ids=lambda p: str(p)[:50])
def test_errors_name_the_layer(digits, params, fragments):
    with pytest.raises((ValueError, TypeError)) as caught:
        SequentialClassifier(**params).fit(*digits)
    message = str(caught.value)
    assert all(fragment in message for fragment in fragments), message


# --- training further, copies, other targets ---


def renamed():
    return [(f"{name}_{k}", layer) for k, (name, layer) in enumerate(every_layer())]


def through_pickle(net, folder):
    return pickle.loads(pickle.dumps(net))


def through_skops(net, folder):
    data = skops.io.dumps(net)
    unknown = skops.io.get_untrusted_types(data=data)
    assert all(re.match(r"(skmanifold_nn|sklearn|scipy|numpy)\.", t) for t in unknown)
    return skops.io.loads(data, trusted=unknown)


def through_file(net, folder):
    pytest.importorskip("safetensors")
    net.save(folder / "net")
    return type(net).load(folder / "net")


@pytest.mark.parametrize("copy", [through_pickle, through_skops, through_file])
def test_copies(digits, copy, tmp_path):
    X, y = digits
    net = SequentialClassifier(renamed(), **SHORT).fit(X, y)
    copied = copy(net, tmp_path)
    assert repr(copied.layers) == repr(net.layers)
    assert_array_equal(copied.predict_proba(X), net.predict_proba(X))
    assert_array_equal(copied.transform(X, "wide_6"), net.transform(X, "wide_6"))
    for fitted in (net, copied):
        fitted.set_params(warm_start=True).fit(X, y)
    assert_array_equal(copied.predict_proba(X), net.predict_proba(X))


def test_samples_of_more_axes_are_refused(digits):
    X, y = digits
    images = X.reshape(-1, 8, 8, 1)
    layers = [("conv", Conv2D(2, 3)), ("flat", Flatten())]
    net = SequentialClassifier(layers, input_shape=(8, 8, 1))
    remedy = r"X.reshape\(len\(X\), -1\), with input_shape=\(8, 8, 1\)"
    with pytest.raises(ValueError, match=remedy):
        net.fit(images, y)
    net.set_params(max_iter=1).fit(X, y)
    with pytest.raises(ValueError, match=remedy):
        net.predict(images)


def test_a_network_trained_further_keeps_its_layers(digits):
    X, y = digits
    layers = [(f"layer{k}", Dense(6, "relu")) for k in range(40)]
    net = SequentialClassifier([("block", Residual([])), *layers], **SHORT)
    net.set_params(max_iter=1, block__layers=[("a", Dense(64))])
    net.fit(X, y)
    net.partial_fit(X, y).set_params(warm_start=True).fit(X, y)
    changes = (
        {"layer21__activation": "tanh"},
        {"block__a__bias": False},
        {"block": None},
    )
    for change in changes:
        changed = pickle.loads(pickle.dumps(net)).set_params(**change)
        with pytest.raises(ValueError, match="layers cannot change between fits"):
            changed.partial_fit(X, y)
    with pytest.raises(ValueError, match="input_shape cannot change"):
        pickle.loads(pickle.dumps(net)).set_params(input_shape=(8, 8)).fit(X, y)
    net.set_params(layer21__activation="tanh", warm_start=False).fit(X, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_layer_learns(digits, dtype):
    X, y = digits
    X = X.astype(dtype)
    net = SequentialClassifier(renamed(), **{**SHORT, "max_iter": 80}).fit(X, y)
    assert net.score(X, y) > 0.8
    assert net.predict_proba(X).dtype == dtype
    assert all(array.dtype == dtype for array in net.coefs_ + net.running_means_)
    assert_allclose(net.predict_proba(X[:1]), net.predict_proba(X)[:1], rtol=1e-4)
    again = clone(net).set_params(n_jobs=2).fit(X, y)
    assert_array_equal(again.predict_proba(X), net.predict_proba(X))


def test_several_labels_and_several_numbers(digits):
    X, y = digits
    layers = [("hidden", Dense(12, "relu"))]
    labels = np.stack([y % 2, y > 4, y == 3], axis=1).astype(int)
    net = SequentialClassifier(layers, **{**SHORT, "max_iter": 100}).fit(X, labels)
    assert net.predict(X).shape == labels.shape and net.score(X, labels) > 0.5
    numbers = SequentialRegressor(layers, solver="lbfgs", random_state=3)
    numbers.fit(X[:, 10:], X[:, :3])
    assert numbers.predict(X[:, 10:]).shape == (500, 3)


def test_data_frames_in_a_pipeline(digits):
    X, y = digits
    frame = pd.DataFrame(X, columns=[f"p{k}" for k in range(64)])
    net = SequentialClassifier([("hidden", Dense(5, "relu"))], **SHORT)
    net.set_output(transform="pandas").fit(frame, y)
    assert list(net.transform(frame).columns) == [
        f"sequentialclassifier{k}" for k in range(5)
    ]


# --- recurrent layers, for rows that are sequences of one length ---

STEPS = {"input_shape": (8, 3), **SHORT}


def series(n=90):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, 24))
    return X, (X[:, 0] + X[:, 21] > 0).astype(int)


def recurrent_layers():
    return [
        ("lstm", LSTM(5, return_sequences=True, peephole=True, dropout=0.1)),
        ("norm", LayerNorm()),
        ("both", Bidirectional(GRU(4, recurrent_dropout=0.1), merge="concat")),
        ("hidden", Dense(6, "tanh")),
    ]


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("kind", [SequentialClassifier, SequentialRegressor])
def test_recurrent_layers(kind, solver):
    X, y = series()
    layers = [("rnn", SimpleRNN(6, return_sequences=True)), ("gru", GRU(5))]
    net = kind(layers, **STEPS | {"max_iter": 60, "solver": solver})
    net.set_params(learning_rate_init=0.02, batch_size=30).fit(X, y)
    assert net.score(X, y) > 0.8
    assert net.loss_curve_[-1] < net.loss_curve_[0] / 2
    assert [W.shape for W in net.recurrent_coefs_] == [(6, 6), (5, 15)]
    assert [b.shape for b in net.recurrent_intercepts_] == [(5,)]
    assert net.peephole_coefs_ == []


def test_outputs_of_recurrent_layers():
    X, y = series()
    net = SequentialClassifier(recurrent_layers(), **STEPS).fit(X, y)
    names = ["lstm", "norm", "both__forward", "both__backward", "both", "hidden"]
    assert net.layer_names_ == names
    shapes = {name: net.transform(X, layer=name).shape for name in names}
    assert shapes["lstm"] == shapes["norm"] == (90, 8 * 5)
    assert shapes["both__forward"] == shapes["both__backward"] == (90, 8 * 4)
    assert shapes["both"] == (90, 8) and shapes["hidden"] == (90, 6)
    # the state after the last step, and that of the other direction after the first
    forward = net.transform(X, layer="both__forward")[:, -4:]
    backward = net.transform(X, layer="both__backward")[:, :4]
    expected = np.hstack([forward, backward])
    assert_array_equal(net.transform(X, layer="both"), expected)
    assert_array_equal(net.transform(X), net.transform(X, layer="hidden"))
    for name in names:
        alone = net.transform(X[7:8], layer=name)
        assert_array_equal(alone, net.transform(X, layer=name)[7:8])
    assert_array_equal(net.predict_proba(csr_matrix(X)), net.predict_proba(X))


def test_parameters_of_recurrent_layers_are_reachable():
    X, y = series()
    net = SequentialClassifier(recurrent_layers(), **STEPS)
    net.set_params(lstm__n_units=3, both__layer__n_units=2, both__merge="mean")
    other = clone(net).fit(X, y)
    assert [W.shape for W in other.recurrent_coefs_] == [(3, 12), (2, 6), (2, 6)]
    assert not hasattr(net, "coefs_")
    assert other.set_params(both=LSTM(4), norm=None).fit(X, y).layer_names_ == [
        *("lstm", "both", "hidden")
    ]
    assert [W.shape for W in other.recurrent_coefs_] == [(3, 12), (4, 16)]
    assert other.recurrent_intercepts_ == []
    grid = {"both__layer": [GRU(3), LSTM(3)], "lstm__reverse": [True, False]}
    search = GridSearchCV(net, grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    # without recurrent layers, their lists of an earlier fit are gone
    net.fit(X, y).set_params(layers=[("flat", Dense(3))], input_shape=None).fit(X, y)
    assert net.recurrent_coefs_ == net.peephole_coefs_ == []
    assert net.recurrent_intercepts_ == []


def test_recurrent_networks_are_saved_and_trained_further(tmp_path):
    X, y = series()
    net = SequentialClassifier(recurrent_layers(), warm_start=True, **STEPS).fit(X, y)
    net.save(tmp_path / "net")
    copies = [
        SequentialClassifier.load(tmp_path / "net"),
        pickle.loads(pickle.dumps(net)),
    ]
    for other in copies:
        assert_array_equal(other.predict_proba(X), net.predict_proba(X))
        assert repr(other) == repr(net)
        assert other.layers[2][1].layer.n_units == 4
    for other in (net, *copies):
        other.fit(X, y).partial_fit(X, y)
        assert_array_equal(other.predict_proba(X), net.predict_proba(X))
    with pytest.raises(ValueError, match="layers cannot change"):
        net.set_params(both__layer__n_units=9).fit(X, y)


@pytest.mark.parametrize("kind", [SequentialClassifier, SequentialRegressor])
@pytest.mark.parametrize(
    "layers, name",
    [
        ([("lstm", LSTM(5, return_sequences=True))], "lstm"),
        ([("both", Bidirectional(GRU(5, return_sequences=True)))], "both"),
        ([("rnn", SimpleRNN(2, return_sequences=True)), ("top", Dense(2))], "top"),
        ([("lstm", LSTM(5, return_sequences=True)), ("none", "passthrough")], "lstm"),
    ],
)
def test_networks_that_end_at_every_step_are_refused(layers, name, kind):
    with pytest.raises(ValueError, match=rf"'{name}'.*8 steps.*return_sequences=False"):
        kind(layers, **STEPS).fit(*series())
    kind([*layers, ("flat", Flatten())], **STEPS | {"max_iter": 1}).fit(*series())


def test_recurrent_layers_without_a_shape_of_sequences():
    with pytest.raises(ValueError, match=r"'lstm'.*\(24,\).*input_shape"):
        SequentialRegressor([("lstm", LSTM(5))], **SHORT).fit(*series())
