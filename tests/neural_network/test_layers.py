"""Layers, activations, losses and their compositions: values, gradients, errors."""

import numpy as np
import pytest
from dense_twins import ACTIVATIONS
from layer_cases import (
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
from skmanifold_nn.neural_network._optimizers import Optimizer
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    Activation,
    AlphaDropout,
    AveragePool2D,
    BatchNorm,
    Bidirectional,
    Concatenate,
    Conv1D,
    Conv2D,
    ConvTranspose1D,
    Dense,
    DenseBlock,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePool,
    InceptionBlock,
    LayerNorm,
    MaxPool1D,
    MaxPool2D,
    Reshape,
    Residual,
    ResidualBlock,
    SimpleRNN,
    UpSample2D,
    _engine,
)
from skmanifold_nn.neural_network.layers._activations import ACTIVATIONS as PUBLIC
from skmanifold_nn.neural_network.layers._engine import count_parts
from skmanifold_nn.neural_network.layers._planner import Planner
from skmanifold_nn.neural_network.layers._windows import windows

every_row = pytest.mark.parametrize("row", ROWS, ids=str)
every_composition = pytest.mark.parametrize("name", COMPOSITIONS)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
RANDOM = (Dropout, AlphaDropout, GaussianNoise)


def test_every_layer_and_activation_has_a_row():
    covered = {type(row.layer).__name__ for row in ROWS}
    # Augment stands where there is no gradient: test_augmentation.py.
    assert covered == set(layers.__all__) - {"Layer", "Augment"}
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
    if not network.plan.mixes_samples:
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
        sparse_ = Network(COMPOSITIONS[name], (5,), dtype=dtype, source="csr")
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


def test_dropout_by_channel_drops_a_channel_at_all_places():
    shape, rate = (3, 4, 50), 0.3
    member = Dropout(rate, by_channel=True)
    network = Network([Dense(600), Reshape(shape), member, Flatten()], (5,))
    network.params[:3000], network.params[3000:] = 0, 1
    # Targets of zero: the gradients of the intercepts are their squared factors.
    X, targets = np.ones((1, 5)), np.zeros((1, 600))
    trainer = network.trainer(X, targets)
    gradient = trainer.gradient(np.arange(1))[1][3000:].reshape(12, 50) * 600
    assert_allclose(gradient, np.tile(gradient[0], (12, 1)))
    dropped = gradient[0] == 0
    assert 5 <= dropped.sum() <= 25
    assert_allclose(gradient[0][~dropped], (1 - rate) ** -2)


def test_random_layers_of_amount_zero_are_none():
    plan = Network([Dropout(0, by_channel=True)], (2, 3)).plan
    assert not plan.draws_in_training
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


@pytest.mark.parametrize(
    "member, shape, fragments",
    [
        (Conv2D(0, 3), (4, 4, 1), ["'conv2d0'", "n_filters", "got 0"]),
        (Conv2D(2, (3, 3, 3)), (4, 4, 1), ["kernel_size", "2 of them", "(3, 3, 3)"]),
        (Conv1D(2, 2.5), (4, 1), ["'conv1d0'", "kernel_size", "got 2.5"]),
        (Conv2D(2, 3, stride=0), (4, 4, 1), ["stride", "positive", "got 0"]),
        (Conv2D(2, 3, dilation=(1, 0)), (4, 4, 1), ["dilation", "(1, 0)"]),
        (Conv2D(2, 3, padding="full"), (4, 4, 1), ["padding", "'same'", "'full'"]),
        (Conv2D(2, 3, padding=-1), (4, 4, 1), ["padding", "at least 0", "got -1"]),
        (Conv2D(2, 2, padding=2), (4, 4, 1), ["padding", "extent", "(2, 2)"]),
        (Conv2D(4, 3, groups=2), (4, 4, 3), ["groups", "3 channels", "4 filters"]),
        (Conv2D(4, 3, groups=0), (4, 4, 3), ["groups", "got 0"]),
        (Conv2D(4, 3, initializer="no"), (4, 4, 3), ["initializer", "'no'"]),
        (Conv2D(4, 3, "no"), (4, 4, 3), ["activation", "'no'"]),
        (Conv2D(4, 3), (4, 3), ["(height, width, n_channels)", "(4, 3)", "Reshape"]),
        (
            ConvTranspose1D(2, 3, padding=2),
            *((2, 1), ["below 1", "output would have 0 places", "less padding"]),
        ),
        (Conv1D(4, 3), (4,), ["(n_steps, n_channels)", "(4,)", "input_shape"]),
        (Conv2D(4, 5, padding=1), (4, 2, 1), ["4 x 2", "(2 + 2 * 1 - 5) / 1 + 1 < 1"]),
        (MaxPool2D(3), (2, 4, 1), ["'maxpool2d0'", "2 x 4", "smaller pool_size"]),
        (MaxPool1D(0), (4, 1), ["pool_size", "positive", "got 0"]),
        (AveragePool2D(2, stride=-1), (4, 4, 1), ["stride", "got -1"]),
        (UpSample2D(0), (2, 2, 1), ["factor", "got 0"]),
        (GlobalAveragePool(), (4,), ["'globalaveragepool0'", "(4,)", "Flatten"]),
        (ResidualBlock(0), (4, 4, 1), ["'residualblock0__conv1'", "n_filters"]),
        (ResidualBlock(2, 3, "no"), (4, 1), ["activation", "'no'"]),
        (ResidualBlock(2), (4,), ["'residualblock0", "(4,)", "input_shape"]),
        (ResidualBlock(2, n_convolutions=0), (4, 1), ["n_convolutions", "got 0"]),
        (ResidualBlock(2, normalization="no"), (4, 1), ["normalization", "'no'"]),
        (ResidualBlock(2, dropout=1), (4, 1), ["'residualblock0'", "rate", "got 1"]),
        (InceptionBlock(3), (4, 4, 1), ["'inceptionblock0'", "at least 4", "got 3"]),
        (InceptionBlock(4, "a"), (4, 1), ["'inceptionblock0'", "kernel_size", "'a'"]),
        (DenseBlock(2.5), (4, 1), ["'denseblock0'", "growth", "got 2.5"]),
        (DenseBlock(2, 0), (4, 1), ["n_convolutions", "got 0"]),
    ],
)
def test_errors_of_layers_of_maps_name_the_layer(member, shape, fragments):
    with pytest.raises(ValueError) as caught:
        Network([member], shape)
    message = str(caught.value)
    assert all(fragment in message for fragment in fragments), message


@pytest.mark.parametrize(
    "shape, kernel, options, single",
    [
        ((4, 3, 2), 1, {}, True),
        ((4, 3, 2), 1, {"dilation": 3, "padding": "same"}, True),
        ((1, 1, 2), 1, {"stride": 2}, True),
        ((1, 3, 2), 1, {"stride": (2, 1)}, True),
        ((4, 3, 2), 1, {"stride": (1, 2)}, False),
        ((4, 3, 2), 1, {"stride": 5}, False),
        ((3, 3, 2), (1, 2), {"padding": "same"}, False),
        ((1, 1, 2), 3, {"padding": "same"}, False),
    ],
)
def test_windows_of_single_places(shape, kernel, options, single):
    options = {"stride": 1} | options
    tensor = Planner(shape).input
    over = windows(None, tensor, kernel, name="kernel_size", **options)
    assert over.single == single


@pytest.mark.parametrize("stride", [1, 2, None])
def test_pooling_windows_far_larger_than_the_map(stride):
    X = rows_of(3, 30).reshape(3, 5, 3, 2)
    large = MaxPool2D(10**9, stride=stride, padding="same")
    outputs = Network([large], (5, 3, 2)).outputs(X)
    expected = np.broadcast_to(X.max(axis=(1, 2), keepdims=True), outputs.shape)
    assert_array_equal(outputs, expected)


@both_dtypes
def test_normalised_parts_have_the_same_bits_for_any_threads_as_one(dtype, monkeypatch):
    members = [
        *(Reshape((9, 9, 2)), Conv2D(24, 5, padding="same", bias=False), BatchNorm()),
        *(Activation("tanh"), Flatten(), Dense(40), BatchNorm(), Dense(3)),
    ]
    X, targets = rows_of(61, 162, dtype), rows_of(61, 3, dtype)
    results = []
    for n_threads in (1, 2, None):
        if n_threads is None:  # one part
            monkeypatch.setattr(_engine, "WORK_A_PART", 2**60)
        network = Network(members, (162,), dtype=dtype)
        assert (count_parts(network.plan, 61) > 1) == (n_threads is not None)
        trainer = network.trainer(X, targets, n_threads=n_threads or 1)
        _, gradient, _ = trainer.gradient(np.arange(61))
        results.append(np.append(gradient, network.statistics))
    assert_array_equal(results[0], results[1])
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    assert_allclose(results[0], results[2], atol=tolerance)


@pytest.mark.parametrize(
    "n, batch_size, sizes", [(50, 16, (12, 13, 12, 13)), (7, 7, (7,))]
)
def test_minibatches_of_normalised_networks_are_of_equal_size(n, batch_size, sizes):
    X = rows_of(n, 5)
    network = Network([BatchNorm(affine=False)], (5,))
    trainer = network.trainer(X, X, batch_size=batch_size)
    optimizer = Optimizer("sgd", momentum=0.0, nesterovs_momentum=False)
    states = optimizer.initial_state(0, np.float64)
    trainer.prepare_steps(optimizer, l2=0.0, l1=0.0, clip_norm=None, states=states)
    rates = np.ones((len(sizes), 3))
    n_steps, _ = trainer.epochs(np.arange(n), rates, 0)
    assert n_steps == len(sizes)
    means = np.zeros(5)
    for rows in np.split(X, np.cumsum(sizes)[:-1]):
        means += 0.1 * (rows.mean(axis=0) - means)
    assert_allclose(network.statistics[:5], means, rtol=1e-12)


@both_dtypes
def test_convolutions_in_parts_have_the_same_bits_for_any_threads(dtype):
    members = [
        *(Reshape((9, 9, 2)), Conv2D(24, 5, "tanh", padding="same"), MaxPool2D(3)),
        *(Conv2D(7, 2), Conv2D(7, 2, groups=7, padding=1), Flatten(), Dense(3)),
    ]
    X, targets = rows_of(61, 162, dtype), rows_of(61, 3, dtype)
    gradients = []
    for n_threads in (1, 2):
        network = Network(members, (162,), dtype=dtype)
        trainer = network.trainer(X, targets, n_threads=n_threads)
        gradients.append(trainer.gradient(np.arange(61)))
    assert count_parts(network.plan, 61) > 1
    assert gradients[0][0] == gradients[1][0]
    assert_array_equal(gradients[0][1], gradients[1][1])
    # One part at a time, and added up.
    halves = [trainer.gradient(rows) for rows in (np.arange(30), np.arange(30, 61))]
    both = sum(gradient * weight for _, gradient, weight in halves) / 61
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    assert_allclose(both, gradients[0][1], atol=tolerance)


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
