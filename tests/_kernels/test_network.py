"""Epochs of planned networks against the same epochs in NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import NEEDS_INPUT_GRADIENT, make_op

from skmanifold_nn._kernels import _activations, _dense, _losses, _optimizers
from skmanifold_nn._kernels._network import WORDS, predict, train_epoch

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
N_INPUTS, N_HIDDEN, N_OUTPUTS = 5, 7, 2


def plan(capacity, dtype):
    """Dense, tanh, dense for parts of so many rows, and the size of a workspace."""
    name = np.dtype(dtype).name
    ends = np.cumsum([0, N_INPUTS, N_HIDDEN, N_OUTPUTS]) * capacity
    ops = []
    for kind, start, stop, sizes, params, flags in (
        ("dense", 0, 1, (N_INPUTS, N_HIDDEN), 0, 0),
        ("tanh", 1, 1, (N_HIDDEN, N_HIDDEN), 0, NEEDS_INPUT_GRADIENT),
        ("dense", 1, 2, (N_HIDDEN, N_OUTPUTS), 42, NEEDS_INPUT_GRADIENT),
    ):
        module = _dense if kind == "dense" else _activations
        op = make_op(
            inputs=ends[start],
            output=ends[stop],
            n_in=sizes[0],
            n_out=sizes[1],
            params=params,
            cache=ends[-1],
            flags=flags,
            index=len(ops),
            ints=1 if kind == "dense" else _activations.KINDS["tanh"],
        )
        op[:2] = module.ADDRESSES[kind][name]
        ops.append(op)
    return np.array(ops), ends, ends[-1] + _dense.scratch_size(N_HIDDEN, N_OUTPUTS)


def data(n=43, dtype=np.float64):
    rng = np.random.default_rng(77)
    X = rng.normal(size=(n, N_INPUTS))
    y = np.stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2]], axis=1)
    params = rng.normal(size=42 + 16) / 3
    weights = rng.uniform(0.5, 2, size=(n, 1))
    return tuple(np.ascontiguousarray(a, dtype) for a in (X, y, params, weights))


def naive(X, y, weights, params, order, batch_size, rate, momentum, l2, max_norm):
    """Epochs of stochastic gradients with momentum, by the book."""
    params, velocity, losses = params.astype(float), np.zeros(len(params)), 0.0
    for first in range(0, len(order), batch_size):
        rows = order[first : first + batch_size]
        W1, b1 = params[:35].reshape(5, 7), params[35:42]
        W2, b2 = params[42:56].reshape(7, 2), params[56:]
        hidden = np.tanh(X[rows] @ W1 + b1)
        errors = hidden @ W2 + b2 - y[rows]
        w = weights[rows] / weights[rows].sum()
        losses += (weights[rows] * np.square(errors)).sum() / (2 * N_OUTPUTS)
        dy = w * errors / N_OUTPUTS
        dh = dy @ W2.T * (1 - hidden**2)
        g = [X[rows].T @ dh, dh.sum(axis=0), hidden.T @ dy, dy.sum(axis=0)]
        penalty = l2 / weights[rows].sum()
        g[0], g[2] = g[0] + penalty * W1, g[2] + penalty * W2
        g = np.concatenate([part.ravel() for part in g])
        if max_norm:
            g *= min(1, max_norm / np.linalg.norm(g))
        velocity = momentum * velocity - rate * g
        params = params + velocity
    return params, losses


def run(n_parts=1, n_threads=1, dtype=np.float64, weighted=True, **changed):
    X, y, params, weights = data(dtype=dtype)
    X = changed.get("X", X)
    batch_size, max_norm = 10, changed.get("max_norm", 0.0)
    capacity = -(-batch_size // n_parts)
    ops, ends, size = plan(capacity, dtype)
    name = np.dtype(dtype).name
    values, gradients = np.full((2, n_parts, size), np.nan, dtype)
    order = np.random.default_rng(5).permutation(len(X))
    rates = np.array([[0.05, 0.9, 1.0]] * 5)
    sums = np.zeros(3)
    steps = train_epoch(
        ops,
        X,
        y,
        weights if weighted else None,
        order,
        batch_size,
        np.array([0, ends[2], N_OUTPUTS]),
        _losses.ADDRESSES["squared_error"][name],
        np.zeros(1),
        np.array(
            [_optimizers.ADDRESSES[step][name] for step in ("sgd", "squared_norm")],
            dtype=np.uintp,
        ),
        rates,
        np.zeros(4),
        np.array([0.3, 0.0, max_norm]),
        np.array([[0, 35], [42, 56]]),
        np.array([1, 0], dtype=np.uint64),
        n_threads,
        values,
        gradients,
        np.empty((n_parts, len(params)), dtype),
        np.empty((n_parts, capacity, N_OUTPUTS + 1), dtype),
        np.empty(max(n_parts, 2)),
        params,
        np.zeros((1, len(params)), dtype),
        np.empty(0, dtype),
        sums,
    )
    return params, sums, steps, order


@both_dtypes
@pytest.mark.parametrize("max_norm", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("n_parts", [1, 2, 3])
def test_an_epoch_as_in_numpy(n_parts, weighted, max_norm, dtype):
    params, sums, steps, order = run(
        n_parts, dtype=dtype, weighted=weighted, max_norm=max_norm
    )
    X, y, start, weights = data(dtype=np.float64)
    weights = weights if weighted else np.ones_like(weights)
    expected, losses = naive(X, y, weights, start, order, 10, 0.05, 0.9, 0.3, max_norm)
    tolerance = 1e-12 if dtype == np.float64 else 2e-5
    assert_allclose(params, expected, atol=tolerance)
    assert_allclose(sums[0], losses, rtol=1e-10 if dtype == np.float64 else 1e-5)
    assert_allclose(sums[1], weights.sum(), rtol=1e-6)
    assert sums[2] > 0 and steps == 5


@both_dtypes
def test_threads_do_not_change_the_bits(dtype):
    expected = run(3, 1, dtype)
    for n_threads in (2, 3):
        params, sums, *_ = run(3, n_threads, dtype)
        assert_array_equal(params, expected[0])
        assert_array_equal(sums, expected[1])


def test_a_loss_that_is_not_finite_stops_the_epoch():
    X, *_ = data()
    order = run()[3]
    X[order[23]] = np.nan
    params, _, steps, _ = run(X=X)
    assert steps == 2 and np.isfinite(params).all()


@both_dtypes
def test_predictions(dtype):
    X, _, params, _ = data(dtype=dtype)
    ops, ends, size = plan(50, dtype)
    assert ops.shape[1] == WORDS
    outputs, values = np.empty((len(X), N_OUTPUTS), dtype), np.empty(size, dtype)
    nothing = np.empty(0, dtype)
    predict(ops, X, 0, ends[2], params, nothing, values, outputs)
    hidden = np.tanh(X @ params[:35].reshape(5, 7) + params[35:42])
    expected = hidden @ params[42:56].reshape(7, 2) + params[56:]
    assert_allclose(outputs, expected, rtol=1e-12 if dtype == np.float64 else 1e-4)
