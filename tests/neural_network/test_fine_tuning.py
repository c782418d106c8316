"""Layers of fitted networks in new ones, and layers that are not trained."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV

from skmanifold_nn.neural_network import ConvNetClassifier, MLPClassifier
from skmanifold_nn.neural_network.layers import (
    LSTM,
    BatchNorm,
    Dense,
    LayerNorm,
)


def net(**params):
    settings = {
        "n_filters": (4, 6),
        "normalization": "batch",
        "hidden_layer_sizes": (12,),
        "input_shape": (8, 8, 1),
        "max_iter": 3,
        "tol": 0,
        "n_iter_no_change": 10,
        "batch_size": 50,
        "random_state": 3,
    }
    return ConvNetClassifier(**(settings | params))


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400] / 16, y[:400]


def low(X, y):
    return X[y < 5], y[y < 5]


def high(X, y):
    return X[y >= 5], y[y >= 5]


@pytest.fixture(scope="module")
def source(digits):
    with pytest.warns(UserWarning, match="Maximum iterations"):
        return net().fit(*low(*digits))


def numbers(estimator, layer):
    """All arrays of the layers whose names begin so."""
    plan = estimator._plan()
    params, statistics = estimator._numbers()
    return [
        vector[entry.start : entry.stop]
        for vector, entries in (
            (params, plan.parameters),
            (statistics, plan.statistics),
        )
        for entry in entries
        if entry.layer.startswith(layer)
    ]


def unfinished():
    return pytest.warns(UserWarning, match="Maximum iterations")


@pytest.mark.parametrize("solver", ["adam", "sgd", "adamw", "rmsprop"])
def test_frozen_layers_keep_their_numbers(source, digits, solver):
    tuned = net(
        pretrained=source, freeze=("conv1", "conv2"), solver=solver, alpha=1.0, l1=0.1
    )
    with unfinished():
        tuned.fit(*high(*digits))
    assert tuned.reused_layers_ == ["conv1", "conv2", "hidden1"]
    for layer in ("conv1", "conv2"):
        ours, theirs = numbers(tuned, layer), numbers(source, layer)
        assert len(ours) == len(theirs) == 5
        for a, b in zip(ours, theirs, strict=True):
            assert_array_equal(a, b)
    assert np.abs(numbers(tuned, "hidden1")[0] - numbers(source, "hidden1")[0]).max()


def test_the_rest_trains_as_on_fixed_features(source, digits):
    """Frozen layers are a transformer before a network of the other layers."""
    X, y = high(*digits)
    features = source.transform(X, layer="pool2")
    options = {"normalization": "batch", "batch_size": 40, "shuffle": False}
    settings = {"tol": 0, "random_state": 3, "n_iter_no_change": 10}
    tuned = net(
        pretrained=source, freeze=("conv1", "conv2"), warm_start=True, **options
    )
    head = MLPClassifier((12,), warm_start=True, **options, **settings)
    for estimator, samples in ((tuned, X), (head, features)):
        estimator.set_params(max_iter=1, learning_rate_init=1e-300)  # does not move
        with unfinished():
            estimator.fit(samples, y)
    params, statistics = head._numbers()
    params[:] = tuned._numbers()[0][-len(params) :]
    statistics[:] = np.concatenate(numbers(tuned, "hidden1")[-2:])
    for estimator, samples in ((tuned, X), (head, features)):
        estimator.set_params(max_iter=4, learning_rate_init=1e-3)
        with unfinished():
            estimator.fit(samples, y)
    assert_allclose(head.loss_curve_[1:], tuned.loss_curve_[1:], rtol=1e-9)
    assert_allclose(head.coefs_[-1], tuned.coefs_[-1], rtol=1e-6, atol=1e-9)


def test_warm_starts_thaw_and_freeze(source, digits):
    X, y = high(*digits)
    tuned = net(pretrained=source, freeze="conv1", warm_start=True)
    with unfinished():
        tuned.fit(X, y)
    assert_array_equal(tuned.coefs_[0], source.coefs_[0])
    with unfinished():
        tuned.set_params(freeze=()).fit(X, y)
    assert np.abs(tuned.coefs_[0] - source.coefs_[0]).max() > 0
    before = tuned.coefs_[0].copy()
    tuned.set_params(freeze=("conv1",)).partial_fit(X, y)
    assert_array_equal(tuned.coefs_[0], before)


def test_no_momentum_moves_a_layer_that_was_trained_before(digits):
    tuned = net(solver="sgd", momentum=0.9).partial_fit(*digits, classes=range(10))
    before = numbers(tuned, "conv1")
    before = [array.copy() for array in before]
    tuned.set_params(freeze=("conv1",)).partial_fit(*digits)
    for a, b in zip(numbers(tuned, "conv1"), before, strict=True):
        assert_array_equal(a, b)


def test_clones_and_searches_keep_frozen_estimators(source, digits):
    tuned = net(pretrained=FrozenEstimator(source), freeze=("conv1",))
    search = GridSearchCV(tuned, {"learning_rate_init": [1e-3, 1e-2]}, cv=2)
    with unfinished():
        search.fit(*high(*digits))
    assert_array_equal(search.best_estimator_.coefs_[0], source.coefs_[0])
    with pytest.raises(ValueError, match=r"pretrained must be fitted.*FrozenEstimator"):
        clone(net(pretrained=source)).fit(*digits)


def test_saved_networks(source, digits, tmp_path):
    pytest.importorskip("safetensors")
    path = str(tmp_path / "net.safetensors")
    source.save(path)
    for pretrained in (Path(path), path, FrozenEstimator(source), source):
        tuned = net(pretrained=pretrained, freeze=("conv1",))
        with unfinished():
            tuned.fit(*high(*digits))
        assert_array_equal(tuned.coefs_[0], source.coefs_[0])
        if isinstance(pretrained, Path):  # no plain data
            continue
        tuned.save(str(tmp_path / "tuned.safetensors"))
        again = ConvNetClassifier.load(str(tmp_path / "tuned.safetensors"))
        assert_array_equal(
            again.predict_proba(digits[0]), tuned.predict_proba(digits[0])
        )


def test_layers_of_other_shapes_start_anew(source, digits):
    tuned = net(pretrained=source, hidden_layer_sizes=(5,))
    with unfinished():
        tuned.fit(*digits)
    assert tuned.reused_layers_ == ["conv1", "conv2"]
    with unfinished():
        assert net().fit(*digits).reused_layers_ == []


def test_refused(source, digits):
    with pytest.raises(ValueError, match=r"freeze names.*conv7.*conv1"):
        net(freeze=("conv7",)).fit(*digits)
    with pytest.raises(ValueError, match=r"freeze must be names of layers, got \(1,\)"):
        net(freeze=(1,)).fit(*digits)
    with pytest.raises(ValueError, match="no hidden layer with the name and shapes"):
        net(pretrained=source, n_filters=(5,), hidden_layer_sizes=()).fit(*digits)
    with pytest.raises(TypeError, match="pretrained must be a fitted network"):
        from sklearn.dummy import DummyClassifier

        net(pretrained=DummyClassifier()).fit(*digits)


@pytest.mark.parametrize(
    "layer", [Dense(3), LayerNorm(), BatchNorm(), LSTM(4)], ids=lambda x: str(x)[:9]
)
def test_gradients_of_frozen_layers_are_zero_and_others_as_before(layer):
    from layer_cases import Network

    shape = (3, 4) if isinstance(layer, LSTM) else (5,)
    first = LSTM(4, return_sequences=True) if len(shape) > 1 else Dense(5, "tanh")
    members = [first, layer, Dense(2)]
    X = np.random.default_rng(4).normal(size=(9, *shape))
    targets = np.random.default_rng(5).normal(size=(9, 2))
    gradients = []
    whole = Network(members, shape)
    name = list(whole.plan.layers)[-2]
    for frozen in ((), (name,)):
        network = Network(members, shape, frozen=frozen)
        gradients.append(network.trainer(X, targets).gradient(np.arange(9))[1])
    frozen = np.zeros(len(gradients[0]), dtype=bool)
    for entry in whole.plan.parameters:
        frozen[entry.start : entry.stop] = entry.layer == name
    assert frozen.any() and not frozen.all()
    assert_array_equal(gradients[1][frozen], 0)
    if not isinstance(layer, BatchNorm):  # which then goes by running statistics
        assert_allclose(gradients[1][~frozen], gradients[0][~frozen], rtol=1e-12)
