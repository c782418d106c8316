"""Layers, activations, losses and their compositions: values, gradients, errors."""

import numpy as np
import pytest
from layer_cases import (
    ACTIVATIONS,
    BRANCHES,
    COMPOSITIONS,
    LOSSES,
    ROWS,
    Network,
    assert_gradient,
    named,
    targets_of,
)
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from torch_cases import assert_as_torch

from skmanifold_nn.neural_network import layers
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    Activation,
    AlphaDropout,
    BatchNorm,
    Bidirectional,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNorm,
    Reshape,
    Residual,
    SimpleRNN,
)
from skmanifold_nn.neural_network.layers._activations import ACTIVATIONS as PUBLIC

every_row = pytest.mark.parametrize("row", ROWS, ids=str)
every_composition = pytest.mark.parametrize("name", COMPOSITIONS)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
RANDOM = (Dropout, AlphaDropout, GaussianNoise)


def test_every_layer_and_activation_has_a_row():
    covered = {type(row.layer).__name__ for row in ROWS}
    assert covered == set(layers.__all__) - {"Layer"}
    covered = {r.layer.activation for r in ROWS if isinstance(r.layer, Activation)}
    assert covered == set(ACTIVATIONS) == set(PUBLIC)


def surrounded(row, **options):
    """A row's layer between dense ones, so that its input has a gradient."""
    size = int(np.prod(row.input_shape))
    members = [Dense(size), Reshape(row.input_shape), row.layer, Flatten(), Dense(3)]
    return Network(members, (4,), **options)


def rows_of(n, n_features, dtype=np.float64):
    rng = np.random.default_rng([n, n_features, 8])
    return rng.normal(size=(n, n_features)).astype(dtype)


def is_random(layer):
    if isinstance(layer, Bidirectional):
        return is_random(layer.layer)
    inner = [member for _, member in getattr(layer, "layers", ())]
    rates = getattr(layer, "dropout", 0), getattr(layer, "recurrent_dropout", 0)
    return isinstance(layer, RANDOM) or any(rates) or any(map(is_random, inner))


# --- values ---


@both_dtypes
@every_row
def test_shapes_and_values(row, dtype):
    network = Network([row.layer], row.input_shape, dtype=dtype)
    assert network.output_shape == row.output_shape
    assert tuple(p.shape for p in network.plan.parameters) == row.parameters
    X = np.random.default_rng(6).normal(size=(9, *row.input_shape)).astype(dtype)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    if network.plan.n_statistics:
        # In predictions, the running statistics take the place of the minibatch's.
        X = normalised_with_trained_statistics(network, X)
        tolerance *= 10
    outputs = network.outputs(X)
    assert outputs.dtype == dtype
    expected = network.twin("numpy", X.astype(np.float64))
    assert_allclose(outputs, expected, rtol=tolerance, atol=tolerance)


def normalised_with_trained_statistics(network, X):
    """Make every running statistic that of X, through the layers one after the other.

    A pass in training fills them with the variances without bias.
    """
    before = [entry for entry in network.plan.statistics]
    n_epochs = 1500 if network.plan.statistics else 0
    targets = np.zeros((len(X), network.plan.output.size), X.dtype)
    trainer = network.trainer(X, targets)
    for _ in range(n_epochs):
        trainer.gradient(np.arange(len(X)))
    for entry in before:
        if entry.kind == "running_variances_":
            n = len(X) * int(np.prod(network.plan.output.shape[:-1]))
            network.statistics[entry.start : entry.stop] *= (n - 1) / n
    return X


@every_composition
def test_values_of_compositions_and_a_row_alone(name):
    network = Network(COMPOSITIONS[name], (5,))
    X = rows_of(33, 5)
    outputs = network.outputs(X)
    assert outputs.shape == (33, 3)
    if not network.plan.needs_whole_batch:
        assert_allclose(outputs, network.twin("numpy", X), atol=1e-12)
    alone = np.vstack([network.outputs(x[None]) for x in X])
    assert_allclose(alone, outputs, rtol=1e-12, atol=1e-14)


@both_dtypes
def test_csr_rows_as_dense_rows(dtype):
    X = rows_of(29, 5, dtype) * (rows_of(29, 5) > 0.3)
    X = X.astype(dtype)
    names = "deep", "residual of the input", "branches in place", "linear"
    for name in (*names, "a recurrent layer", "residual steps"):
        dense = Network(COMPOSITIONS[name], (5,), dtype=dtype)
        sparse_ = Network(COMPOSITIONS[name], (5,), dtype=dtype, sparse=True)
        targets = targets_of("squared_error", 29, 3, dtype)
        order = np.arange(29)
        tolerance = 1e-12 if dtype == np.float64 else 1e-5
        csr = sparse.csr_matrix(X)
        assert_allclose(sparse_.outputs(csr), dense.outputs(X), atol=tolerance)
        loss, gradient, weight = dense.trainer(X, targets).gradient(order)
        other = sparse_.trainer(csr, targets).gradient(order)
        assert_allclose(other[0], loss, rtol=tolerance)
        assert_allclose(other[1], gradient, atol=tolerance)
        assert other[2] == weight == 29


# --- gradients ---


@pytest.mark.parametrize("n_rows", [1, 6])
@every_row
def test_gradients_of_layers(row, n_rows):
    network = surrounded(row)
    assert_gradient(network, rows_of(n_rows, 4), rows_of(n_rows, 3))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_of_activations_and_losses(activation, loss):
    for n_outputs in (1, 3) if loss != "log_loss" else (2, 3):
        network = Network([Dense(5, activation), Dense(n_outputs)], (3,))
        weights = np.random.default_rng(2).uniform(0, 2, size=(7, 1))
        weights[3] = 0
        targets = targets_of(loss, 7, n_outputs)
        gradient = assert_gradient(network, rows_of(7, 3), targets, weights, loss)
        assert np.abs(gradient).max() > 1e-4


@pytest.mark.parametrize("n_rows", [1, 7])
@every_composition
def test_gradients_of_compositions(name, n_rows):
    network = Network(COMPOSITIONS[name], (5,))
    weights = np.random.default_rng(2).uniform(0.5, 2, size=(n_rows, 1))
    for loss in ("squared_error", "log_loss"):
        targets = targets_of(loss, n_rows, 3)
        assert_gradient(network, rows_of(n_rows, 5), targets, weights, loss)


# --- random layers ---


@pytest.mark.parametrize("layer", [Dropout(0.3), AlphaDropout(0.3), GaussianNoise(0.3)])
def test_random_layers_are_random_in_training_only(layer):
    network = Network([Dense(40), layer, Dense(2)], (5,))
    X, targets = rows_of(20, 5), rows_of(20, 2)
    order = np.arange(20)
    losses = [network.trainer(X, targets, seed=s).gradient(order)[0] for s in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]
    assert_allclose(network.outputs(X), network.twin("numpy", X), atol=1e-12)


def test_random_layers_of_amount_zero_are_none():
    plan = Network([Dense(3), Dropout(0), AlphaDropout(0), GaussianNoise(0)], (2,)).plan
    assert not plan.draws_in_training


# --- PyTorch ---


# PyTorch draws other random numbers.
@both_dtypes
@pytest.mark.parametrize(
    "row", [r for r in ROWS if r.torch and not is_random(r.layer)], ids=str
)
def test_layers_as_in_pytorch(row, dtype):
    assert_as_torch(surrounded(row, dtype=dtype), rows_of(17, 4, dtype))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_and_losses_as_in_pytorch(activation, loss):
    for dtype in (np.float64, np.float32):
        network = Network([Dense(9, activation), Dense(3)], (4,), dtype=dtype)
        assert_as_torch(network, rows_of(17, 4, dtype), loss)


@both_dtypes
@pytest.mark.parametrize(
    "name",
    [k for k, members in COMPOSITIONS.items() if not any(map(is_random, members))],
)
def test_compositions_as_in_pytorch(name, dtype):
    network = Network(COMPOSITIONS[name], (5,), dtype=dtype)
    assert_as_torch(network, rows_of(17, 5, dtype), "log_loss")


# --- specifications ---


@every_row
def test_specifications_are_parameters(row):
    copied = clone(row.layer)
    assert repr(copied) == repr(row.layer)
    again = Network([copied], row.input_shape)
    assert again.output_shape == row.output_shape


def test_parameters_inside_containers_are_reached():
    block = Residual([("wide", clone(BRANCHES)), ("narrow", Dense(4))])
    params = block.get_params()
    assert params["wide__dense0__activation"] == "tanh"
    block.set_params(wide__dense0__n_units=8, narrow=Dense(4, "relu"))
    assert block.layers[0][1].layers[0][1].n_units == 8
    assert block.layers[1][1].activation == "relu"
    with pytest.raises(ValueError, match="Invalid parameter"):
        block.set_params(wide__dense9__n_units=8)


@pytest.mark.parametrize(
    "members, shape, fragments",
    [
        ([Dense(0)], (3,), ["'dense0'", "n_units", "got 0"]),
        ([Dense(2.5)], (3,), ["'dense0'", "n_units", "got 2.5"]),
        ([Dense(2)], (3, 2), ["'dense0'", "(3, 2)", "Flatten"]),
        ([Activation("bent")], (3,), ["'activation0'", "mish", "got 'bent'"]),
        ([Activation("elu", alpha=-1)], (3,), ["alpha", "at least 0", "got -1"]),
        ([Dropout(1.0)], (3,), ["'dropout0'", "rate", "[0, 1)", "got 1.0"]),
        ([AlphaDropout(-0.1)], (3,), ["'alphadropout0'", "rate", "got -0.1"]),
        ([GaussianNoise(np.inf)], (3,), ["deviation", "finite", "got inf"]),
        ([BatchNorm(momentum=0)], (3,), ["'batchnorm0'", "momentum", "got 0"]),
        ([BatchNorm(epsilon=0)], (3,), ["'batchnorm0'", "epsilon", "got 0"]),
        ([LayerNorm(epsilon=-1)], (3,), ["'layernorm0'", "epsilon", "got -1"]),
        ([Reshape((2, 2))], (3,), ["'reshape0'", "3 values", "(2, 2)"]),
        ([Reshape((-1, -1))], (4,), ["'reshape0'", "(-1, -1)"]),
        ([Reshape((-1, 3))], (4,), ["'reshape0'", "(-1, 3)"]),
        ([Reshape((0,))], (4,), ["'reshape0'", "(0,)"]),
        ([Reshape((-1, 0))], (4,), ["'reshape0'", "(-1, 0)"]),
        ([Reshape("ab")], (4,), ["'reshape0'", "'ab'"]),
        ([Reshape(None)], (4,), ["'reshape0'", "None"]),
        ([Reshape(())], (1,), ["'reshape0'", "()"]),
        (
            [Flatten(), Residual(named(Dense(2)))],
            (3,),
            ["'residual1'", "(3,)", "(2,)"],
        ),
        (
            [Concatenate(named(Flatten(), Reshape((3, 2))))],
            (2, 3),
            ["'concatenate0'", "(6,)", "(3, 2)"],
        ),
        (
            [Residual(named(Residual(named(Dense(-1)))))],
            (3,),
            ["'residual0__residual0__dense0'", "got -1"],
        ),
        ([LSTM(0)], (4, 3), ["'lstm0'", "n_units", "got 0"]),
        ([GRU(2, dropout=1)], (4, 3), ["'gru0'", " dropout must", "got 1"]),
        (
            [SimpleRNN(2, recurrent_dropout=-1)],
            (4, 3),
            ["'simplernn0'", "recurrent_dropout", "got -1"],
        ),
        ([LSTM(2, truncate_steps=0)], (4, 3), ["truncate_steps", "got 0", "50"]),
        ([LSTM(2, initializer="no")], (4, 3), ["'lstm0'", " initializer", "'no'"]),
        ([GRU(2, recurrent_initializer=3)], (4, 3), ["recurrent_initializer", "got 3"]),
        ([SimpleRNN(2, nonlinearity="elu")], (4, 3), ["'relu'", "got 'elu'"]),
        ([Bidirectional(Dense(2))], (4, 3), ["'bidirectional0'", "LSTM", "Dense"]),
        ([Bidirectional(GRU(2), "max")], (4, 3), ["merge", "concat", "got 'max'"]),
        (
            [Bidirectional(GRU(0))],
            (4, 3),
            ["'bidirectional0__forward'", "n_units", "got 0"],
        ),
        ([LSTM(2)], (4,), ["'lstm0'", "(n_steps, n_features)", "(4,)", "Reshape"]),
        ([Bidirectional(LSTM(2))], (4, 3, 2), ["'bidirectional0'", "(4, 3, 2)"]),
        ([LSTM(2), GRU(2)], (4, 3), ["'gru1'", "(n_steps, n_features)", "(2,)"]),
        (
            [LSTM(2, return_sequences=True), Reshape((8, 1)), GRU(2)],
            (4, 3),
            ["'gru2'", "8 steps", "4 steps"],
        ),
        (
            [Residual(named(LSTM(3)))],
            (4, 3),
            ["'residual0'", "(4, 3)", "(3,)"],
        ),
        (
            [Concatenate(named(LSTM(2, return_sequences=True), LSTM(2)))],
            (4, 3),
            ["'concatenate0'", "each step", "return sequences"],
        ),
    ],
)
def test_errors_name_the_layer(members, shape, fragments):
    with pytest.raises(ValueError) as caught:
        Network(members, shape)
    message = str(caught.value)
    assert all(fragment in message for fragment in fragments), message


def test_batch_norm_keeps_running_statistics():
    network = Network([BatchNorm(momentum=0.2)], (3,))
    X = 3 + 2 * rows_of(8, 3)
    network.trainer(X, X).gradient(np.arange(8))
    means, variances = network.statistics.reshape(2, 3)
    assert_allclose(means, 0.2 * X.mean(axis=0))
    assert_allclose(variances, 0.8 + 0.2 * X.var(axis=0, ddof=1))
    before = network.statistics.copy()
    network.outputs(X)
    assert_array_equal(network.statistics, before)
