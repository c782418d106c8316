"""Predictions of planned networks against NumPy."""

import numpy as np
import pytest
from layer_cases import Network
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn._kernels._network import WORDS, predict
from skmanifold_nn.neural_network.layers import BatchNorm, Dense, Dropout, _engine

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def network(dtype, sparse=False):
    layers = [Dense(7, "tanh"), Dropout(0.5), Dense(2)]
    return Network(layers, (5,), dtype=dtype, sparse=sparse)


def rows(n, dtype):
    return np.random.default_rng(77).normal(size=(n, 5)).astype(dtype)


def call(net, samples, wanted, chunk, n_threads):
    ops, starts, size = net.plan.layout(chunk, 0, net.params.dtype.name)
    assert ops.shape[1] == WORDS
    outputs = np.full((len(wanted), 2), np.nan, net.params.dtype)
    predict(
        ops,
        starts[net.plan.output.slot],
        *samples.arguments,
        0,
        wanted,
        np.append(np.arange(0, len(wanted), chunk), len(wanted)),
        n_threads,
        net.params,
        net.statistics,
        None,
        np.empty((n_threads, size), net.params.dtype),
        None,
        None,
        outputs,
    )
    return outputs


@both_dtypes
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("n", [1, 6, 43])
def test_predictions(n, form, dtype):
    X = rows(n, dtype)
    net = network(dtype, sparse=form is not np.asarray)
    expected = net.twin("numpy", X.astype(np.float64))
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    samples = _engine.Samples.of(form(X))
    for chunk in (1, 4, 50):
        for n_threads in (1, 2, 3):
            outputs = call(net, samples, np.arange(n), chunk, n_threads)
            assert_allclose(outputs, expected, atol=tolerance)
    wanted = np.random.default_rng(3).integers(n, size=17)
    outputs = call(net, samples, wanted, 4, 2)
    assert_allclose(outputs, expected[wanted], atol=tolerance)


@both_dtypes
def test_threads_do_not_change_the_bits(dtype):
    X, net = rows(203, dtype), network(dtype)
    samples, wanted = _engine.Samples.of(X), np.arange(203)
    expected = call(net, samples, wanted, 16, 1)
    for n_threads in (2, 3):
        assert_array_equal(call(net, samples, wanted, 16, n_threads), expected)


def test_statistics_are_read_and_kept():
    net = Network([BatchNorm(affine=False)], (5,))
    net.statistics[:5], net.statistics[5:] = 3.0, 4.0
    X, before = rows(9, np.float64), net.statistics.copy()
    assert_allclose(net.outputs(X), (X - 3) / 2, rtol=1e-5)
    assert_array_equal(net.statistics, before)
