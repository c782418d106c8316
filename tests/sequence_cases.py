"""Sequences, their targets, and small recurrent networks for several test files."""

import numpy as np
from numpy.testing import assert_allclose

from skmanifold_nn.neural_network import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SimpleRNNClassifier,
    SimpleRNNRegressor,
)

REGRESSORS = [LSTMRegressor, GRURegressor, SimpleRNNRegressor]
CLASSIFIERS = [LSTMClassifier, GRUClassifier, SimpleRNNClassifier]


def small(kind, **params):
    settings = {"hidden_layer_sizes": (6,), "max_iter": 4, "random_state": 3}
    return kind(**settings | {"batch_size": 8, "learning_rate_init": 0.02} | params)


def ragged(n=24, n_features=2, dtype=np.float64, least=1):
    rng = np.random.default_rng(7)
    lengths = rng.integers(least, 9, size=n)
    lengths[:2] = 8, least
    return [rng.normal(size=(k, n_features)).astype(dtype) for k in lengths]


def padded(arrays, width=None):
    width = width or max(map(len, arrays))
    shape = (len(arrays), width, *arrays[0].shape[1:])
    table = np.full(shape, np.nan, arrays[0].dtype)
    for row, array in zip(table, arrays, strict=True):
        row[: len(array)] = array
    return table


def regular(n=24, n_steps=5, n_features=2, dtype=np.float64):
    rng = np.random.default_rng(7)
    return rng.normal(size=(n, n_steps, n_features)).astype(dtype)


def numbers(X):
    """One target for each sequence."""
    return np.array([np.sin(x[:, 0]).sum() - x[-1, 1] for x in X])


def numbers_of_steps(X):
    return [np.cumsum(x[:, 0]) - x[:, 1] for x in X]


def labels(X):
    return np.array(["no", "often", "yes"])[np.digitize(numbers(X), [-0.5, 0.5])]


def labels_of_steps(X):
    names = np.array(["low", "middle", "top"])
    return [names[np.digitize(y, [-0.5, 0.5])] for y in numbers_of_steps(X)]


def weights_of(net):
    lists = (net.coefs_, net.intercepts_, net.recurrent_coefs_)
    return np.concatenate([array.ravel() for arrays in lists for array in arrays])


def assert_same_net(net, other, atol=0.0):
    assert_allclose(weights_of(net), weights_of(other), rtol=0, atol=atol)
    assert_allclose(net.loss_curve_, other.loss_curve_, rtol=1e-9)
