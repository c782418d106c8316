"""Gradients with respect to samples against finite differences of predictions."""

import numpy as np
import pytest
from layer_cases import Network
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn.neural_network.layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerNorm,
    MaxPool2D,
    Residual,
    _engine,
)

MEMBERS = {
    "dense": [Dense(6, "tanh"), Dense(3)],
    "normalised": [Dense(6), BatchNorm(), Activation("gelu"), LayerNorm(), Dense(3)],
    "dropout of the samples": [Dropout(0.5), Dense(4, "elu"), Dense(3)],
    "the samples twice": [Residual([("inner", Dense(12, "softplus"))]), Dense(3)],
    "maps": [
        *(Conv2D(4, 3, "tanh", padding="same"), BatchNorm(), MaxPool2D((2, 1))),
        *(Flatten(), Dense(3)),
    ],
}


def case(name, dtype=np.float64, scale=1.0):
    shape = (4, 3, 1) if name == "maps" else (12,)
    options = {"dtype": dtype, "scale": scale}
    plain = Network(MEMBERS[name], shape, **options)
    bent = Network(MEMBERS[name], shape, frozen=None, **options)
    rng = np.random.default_rng(5)
    for net in (plain, bent):
        net.statistics[:] = rng.uniform(0.5, 1.5, net.statistics.size)
        rng = np.random.default_rng(5)
    X = rng.normal(size=(7, *shape)).astype(dtype)
    return plain, bent, X, rng.normal(size=(7, 3)).astype(dtype)


def slopes_of(net, X, directions, n_threads=1):
    vectors = net.params, net.statistics
    samples = net.samples(X)
    return _engine.input_slopes(net.plan, *vectors, samples, directions, n_threads)


@pytest.mark.parametrize("scale", [1.0, 0.1])
@pytest.mark.parametrize("name", MEMBERS)
def test_as_finite_differences(name, scale):
    plain, bent, X, directions = case(name, scale=scale)
    slopes = slopes_of(bent, X, directions)
    rows, step = X.reshape(len(X), -1), 1e-3
    for k in range(rows.shape[1]):
        ends = []
        for multiple in (-2, -1, 1, 2):
            moved = rows.copy()
            moved[:, k] += multiple * step
            outputs = plain.outputs(moved.reshape(X.shape))
            ends.append((outputs * directions).sum(axis=1))
        expected = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
        assert_allclose(slopes[:, k], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", MEMBERS)
def test_threads_and_cuts_do_not_change_the_bits(name, monkeypatch):
    _, bent, X, directions = case(name, np.float32)
    expected = slopes_of(bent, X, directions)
    assert expected.dtype == np.float32
    monkeypatch.setattr(_engine, "CHUNK_ELEMENTS", 2 * bent.plan.size_of(1))
    for n_threads in (1, 2, 3):
        assert_array_equal(slopes_of(bent, X, directions, n_threads), expected)


def test_no_samples():
    _, bent, X, directions = case("dense")
    assert slopes_of(bent, X[:0], directions[:0]).shape == (0, 12)
