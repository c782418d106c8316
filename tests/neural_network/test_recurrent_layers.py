"""Recurrent layers on sequences of any lengths: values, gradients, padding, order."""

import numpy as np
import pytest
from layer_cases import SEQUENCES, Network, assert_gradient, targets_of
from numpy.testing import assert_allclose, assert_array_equal
from torch_cases import assert_as_torch

from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    BatchNorm,
    Bidirectional,
    Dense,
    Dropout,
    SimpleRNN,
    _engine,
)

RAGGED = [7, 1, 4, 12, 4, 2, 1, 5]
CELLS = [LSTM, GRU, SimpleRNN]
WITHOUT_DROPOUT = [name for name in SEQUENCES if "dropout" not in name]
every_network = pytest.mark.parametrize("name", SEQUENCES)
every_fixed_network = pytest.mark.parametrize("name", WITHOUT_DROPOUT)
every_cell = pytest.mark.parametrize("cell", CELLS)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def sequences(lengths, dtype=np.float64):
    rng = np.random.default_rng([9, *lengths])
    return [rng.normal(size=(length, 3)).astype(dtype) for length in lengths]


def network(members, dtype=np.float64):
    members = SEQUENCES[members] if isinstance(members, str) else members
    return Network(members, (3,), dtype=dtype, sequences=True)


def labels(net, X, *, zeros=0.0):
    """Targets and weights of sequences or steps, some weights of them zero."""
    n_rows = sum(map(len, X)) if net.plan.output.over_steps else len(X)
    targets = targets_of("squared_error", n_rows, net.plan.output.size)
    rng = np.random.default_rng([n_rows, 3])
    weights = rng.uniform(0.5, 2, size=(n_rows, 1))
    weights[1:][rng.uniform(size=n_rows - 1) < zeros] = 0
    return targets.astype(net.params.dtype), weights.astype(net.params.dtype)


def joined(outputs):
    return np.concatenate(outputs) if isinstance(outputs, list) else outputs


# --- values ---


@both_dtypes
@every_network
def test_values_as_the_textbooks(name, dtype):
    net, X = network(name, dtype), sequences(RAGGED, dtype)
    outputs = net.outputs(X)
    assert net.plan.output.over_steps == ("each step" in name)
    expected = net.twin("numpy", [x.astype(float) for x in X])
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    for got, twin in zip(outputs, expected, strict=True):
        assert got.dtype == dtype
        assert_allclose(got, twin, rtol=tolerance, atol=tolerance)


@both_dtypes
@pytest.mark.parametrize("name", [k for k in WITHOUT_DROPOUT if "peephole" not in k])
def test_layers_as_in_pytorch(name, dtype):
    for lengths in (RAGGED, [1], [6]):
        assert_as_torch(network(name, dtype), sequences(lengths, dtype))


# --- gradients ---


@every_network
@pytest.mark.parametrize("lengths", [[1], [5, 2, 7, 1, 2]], ids=str)
def test_gradients(name, lengths):
    net, X = network(name), sequences(lengths)
    for zeros in (0, 0.4):
        gradient = assert_gradient(net, X, *labels(net, X, zeros=zeros))
        assert np.abs(gradient).max() > 1e-4


@every_cell
@pytest.mark.parametrize("loss", ["log_loss", "poisson"])
def test_gradients_of_losses_at_each_step(cell, loss):
    net = network([cell(3, return_sequences=True), Dense(3)])
    X = sequences([4, 6, 1])
    weights = labels(net, X, zeros=0.4)[1]
    assert_gradient(net, X, targets_of(loss, 11, 3), weights, loss)
    assert_gradient(net, X, targets_of(loss, 11, 3), None, loss)


def test_gradients_with_normalised_minibatches_of_steps():
    members = [GRU(3, return_sequences=True), BatchNorm(), LSTM(3), BatchNorm()]
    net, X = network([*members, Dense(2)]), sequences([4, 6, 1])
    assert_gradient(net, X, *labels(net, X))


TRUNCATED = {
    "last": lambda cell, cut: [cell(2, truncate_steps=cut), Dense(2)],
    "each step": lambda cell, cut: [
        cell(2, truncate_steps=cut, return_sequences=True),
        Dense(2),
    ],
    "reversed": lambda cell, cut: [
        cell(2, truncate_steps=cut, reverse=True, return_sequences=True),
        Dense(2),
    ],
    "both": lambda cell, cut: [
        Bidirectional(cell(2, truncate_steps=cut), "concat"),
        Dense(2),
    ],
    "stacked": lambda cell, cut: [
        *(cell(2, return_sequences=True), cell(2, truncate_steps=cut), Dense(1)),
    ],
}


@every_cell
@pytest.mark.parametrize("kind", TRUNCATED)
def test_truncated_gradients_hold_earlier_states_constant(cell, kind):
    X, gradients = sequences([7, 1, 3, 6]), {}
    for cut in (None, 100, 1, 3):
        net = network(TRUNCATED[kind](cell, cut))
        targets, weights = labels(net, X, zeros=0.3)
        trainer = net.trainer(X, targets, weights)
        gradients[cut] = gradient = trainer.gradient(np.arange(4))[1]
        if cut not in (1, 3):
            continue
        for parameter in net.plan.parameters:
            direction = np.zeros(len(gradient))
            rows = slice(parameter.start, parameter.stop)
            direction[rows] = np.random.default_rng(cut).normal(size=rows.stop)[rows]
            params = net.params + 1e-30j * direction  # real parts are constants
            outputs = net.twin("numpy", X, net.numbers(params))
            outputs = np.concatenate([np.atleast_2d(rows) for rows in outputs])
            losses = ((outputs - targets) ** 2).mean(axis=1, keepdims=True) / 2
            expected = (losses * weights).sum().imag / 1e-30 / weights.sum()
            tolerance = 1e-12 * max(1, abs(gradient).max())
            assert_allclose(gradient @ direction, expected, atol=10 * tolerance)
    assert_array_equal(gradients[100], gradients[None])
    assert abs(gradients[3] - gradients[None]).max() > 1e-4
    assert abs(gradients[1] - gradients[3]).max() > 1e-4


# --- padding, order, threads ---


@both_dtypes
@every_fixed_network
def test_a_ragged_batch_is_its_sequences_one_by_one(name, dtype):
    net, X = network(name, dtype), sequences(RAGGED, dtype)
    outputs = net.outputs(X)
    for k, x in enumerate(X):
        assert_array_equal(net.outputs([x])[0], outputs[k])
    targets, weights = labels(net, X, zeros=0.2)
    loss, gradient, weight = net.trainer(X, targets, weights).gradient(np.arange(8))
    sums, first = np.zeros(len(gradient) + 1), 0
    for x in X:
        n_rows = len(x) if net.plan.output.over_steps else 1
        rows, first = slice(first, first + n_rows), first + n_rows
        if weights[rows].any():
            part = net.trainer([x], targets[rows], weights[rows]).gradient(np.arange(1))
            sums += part[2] / weight * np.append(part[1], part[0])
    tolerance = 1e-12 if dtype == np.float64 else 1e-6
    scale = tolerance * max(1, abs(gradient).max())
    assert_allclose(np.append(gradient, loss), sums, atol=scale)


@both_dtypes
@every_fixed_network
def test_the_order_of_samples_does_not_matter(name, dtype):
    net, X = network(name, dtype), sequences(RAGGED, dtype)
    order = np.random.default_rng(5).permutation(len(X))
    outputs, others = net.outputs(X), net.outputs([X[k] for k in order])
    for k, other in zip(order, others, strict=True):
        assert_array_equal(outputs[k], other)


@every_cell
@pytest.mark.parametrize("stacked", [False, True])
def test_steps_of_weight_zero_are_as_if_they_were_not_there(cell, stacked):
    members = [cell(3, return_sequences=True), cell(2, return_sequences=True)]
    net, X = network([*members[: 1 + stacked], Dense(2)]), sequences(RAGGED)
    targets, weights = labels(net, X)
    starts, kept = np.cumsum([0, *RAGGED]), [-(-length // 2) for length in RAGGED]
    steps = [s + np.arange(n) for s, n in zip(starts[:-1], kept, strict=True)]
    steps = np.concatenate(steps)
    masked = np.zeros_like(weights)
    masked[steps] = weights[steps]
    loss, gradient, weight = net.trainer(X, targets, masked).gradient(np.arange(8))
    short = [x[:n] for x, n in zip(X, kept, strict=True)]
    trainer = net.trainer(short, targets[steps], weights[steps])
    other = trainer.gradient(np.arange(8))
    assert_allclose([loss, weight], [other[0], other[2]], rtol=1e-12)
    assert_allclose(gradient, other[1], atol=1e-12)


@both_dtypes
@every_cell
def test_one_very_long_sequence_among_short_ones(cell, dtype):
    members = [Bidirectional(cell(5, return_sequences=True)), cell(4), Dense(2)]
    net = network(members, dtype)
    X = sequences([1, 300, 2, 1, 3], dtype)
    expected = net.twin("numpy", [x.astype(float) for x in X])
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    assert_allclose(net.outputs(X), expected, atol=tolerance)
    targets, weights = labels(net, X)
    gradient = net.trainer(X, targets, weights).gradient(np.arange(5))[1]
    parts = [
        net.trainer([x], targets[[k]], weights[[k]]).gradient(np.arange(1))
        for k, x in enumerate(X)
    ]
    expected = sum(part * weight for _, part, weight in parts) / weights.sum()
    assert_allclose(gradient, expected, atol=10 * tolerance * abs(expected).max())


@both_dtypes
@every_cell
@pytest.mark.parametrize("steps", [False, True])
def test_samples_of_one_shape_are_sequences_of_one_length(cell, steps, dtype):
    members = [Bidirectional(cell(4, return_sequences=steps)), Dense(2)]
    ragged, fixed = network(members, dtype), Network(members, (6, 3), dtype=dtype)
    X = np.random.default_rng(8).normal(size=(7, 6, 3)).astype(dtype)
    assert_array_equal(fixed.params, ragged.params)
    assert_array_equal(fixed.outputs(X), ragged.outputs(list(X)))
    targets, weights = labels(ragged, list(X), zeros=0.3)
    order = np.random.default_rng(3).permutation(7)
    for w in (weights, None):
        results = [
            net.trainer(samples, targets, w, batch_size=4).gradient(order)
            for net, samples in ((fixed, X), (ragged, list(X)))
        ]
        for mine, expected in zip(*results, strict=True):
            assert_array_equal(mine, expected)


# --- dropout ---


@every_cell
def test_recurrent_dropout_is_random_in_training_only(cell):
    net = network([cell(20, recurrent_dropout=0.4), Dense(2)])
    assert net.plan.draws_in_training
    X = sequences(RAGGED)
    targets, _ = labels(net, X)
    losses = [
        net.trainer(X, targets, seed=seed).gradient(np.arange(8))[0]
        for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]
    assert_allclose(net.outputs(X), net.twin("numpy", X), atol=1e-12)


@every_cell
def test_recurrent_dropout_hides_units_of_earlier_steps_only(cell):
    """Sequences of one step have no earlier output that could be hidden."""
    X = sequences([1, 1, 1])
    losses = []
    for rate in (0.0, 0.7):
        net = network([cell(9, recurrent_dropout=rate), Dense(2)])
        targets, _ = labels(net, X)
        losses.append(net.trainer(X, targets).gradient(np.arange(3))[0])
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    "members",
    [
        [Dense(9, "tanh"), Dropout(0.5), SimpleRNN(3), Dense(2)],
        [LSTM(9, recurrent_dropout=0.5), Dense(2)],
        [GRU(9, recurrent_dropout=0.5, return_sequences=True), Dense(2)],
    ],
    ids=["dropout", "lstm", "gru"],
)
def test_each_part_draws_its_own_random_numbers(members, monkeypatch):
    (x,), losses = sequences([6]), []
    for n in (1, 2, 4):  # the same sequence in all parts
        monkeypatch.setattr(_engine, "count_parts", lambda *_, n=n: n)
        net = network(members)
        targets, _ = labels(net, [x])
        trainer = net.trainer([x] * n, np.tile(targets, (n, 1)))
        losses.append(trainer.gradient(np.arange(n))[0])
    assert abs(np.diff(losses)).min() > 1e-3 * max(losses)


# --- threads and parts; see also test_engine.py ---


@both_dtypes
@pytest.mark.parametrize(
    "name", ["LSTM concat stacked", "GRU dropout each step", "SimpleRNN last"]
)
@pytest.mark.parametrize("n_parts", [2, 4])
def test_threads_do_not_change_the_bits(name, n_parts, dtype, monkeypatch):
    monkeypatch.setattr(_engine, "count_parts", lambda *_: n_parts)
    X = sequences([*RAGGED, 3, 9, 1], dtype)
    results = []
    for n_threads in (1, 2, 3):
        net = network(name, dtype)
        trainer = net.trainer(X, *labels(net, X, zeros=0.1), n_threads=n_threads)
        results.append(trainer.gradient(np.arange(11)))
    for result in results[1:]:
        for mine, expected in zip(result, results[0], strict=True):
            assert_array_equal(mine, expected)


@every_fixed_network
def test_parts_change_rounding_only(name, monkeypatch):
    X, results = sequences(RAGGED), []
    for n_parts in (1, 3, 8):
        monkeypatch.setattr(_engine, "count_parts", lambda *_, n=n_parts: n)
        net = network(name)
        trainer = net.trainer(X, *labels(net, X, zeros=0.2))
        results.append(trainer.gradient(np.arange(8))[1])
    assert_allclose(results[1:], [results[0]] * 2, atol=1e-12)
