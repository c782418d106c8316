"""Epochs of planned networks against the same epochs in NumPy."""

import numpy as np
import pytest
from layer_cases import Network
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn._kernels._epochs import MOST
from skmanifold_nn.neural_network._optimizers import Optimizer
from skmanifold_nn.neural_network.layers import Dense, LayerNorm, _engine

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
N_INPUTS, N_HIDDEN, N_OUTPUTS = 5, 7, 2
RATE, MOMENTUM, L2 = 0.05, 0.9, 0.3


@pytest.fixture
def cut(monkeypatch):
    """Cuts minibatches into so many parts."""

    def set_parts(n_parts):
        counted = lambda plan, batch_size, *_: min(n_parts, batch_size)  # noqa: E731
        monkeypatch.setattr(_engine, "count_parts", counted)

    return set_parts


def data(n=43, dtype=np.float64):
    rng = np.random.default_rng(77)
    X = rng.normal(size=(n, N_INPUTS))
    y = np.stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2]], axis=1)
    weights = rng.uniform(0.5, 2, size=(n, 1))
    return tuple(np.ascontiguousarray(a, dtype) for a in (X, y, weights))


def network(dtype=np.float64, layers=None, source="dense"):
    layers = layers or [Dense(N_HIDDEN, "tanh"), Dense(N_OUTPUTS)]
    return Network(layers, (N_INPUTS,), dtype=dtype, source=source)


def naive(X, y, weights, params, order, batch_size, max_norm, starts=None):
    """Epochs of stochastic gradients with momentum, by the book."""
    params, velocity, losses = params.astype(float), np.zeros(len(params)), 0.0
    for first in range(0, len(order), batch_size):
        rows = order[first : first + batch_size]
        if starts is not None:  # steps of sequences
            rows = np.concatenate([np.arange(*starts[k : k + 2]) for k in rows])
        if weights[rows].sum() == 0:
            continue
        W1, b1 = params[:35].reshape(5, 7), params[35:42]
        W2, b2 = params[42:56].reshape(7, 2), params[56:]
        hidden = np.tanh(X[rows] @ W1 + b1)
        errors = hidden @ W2 + b2 - y[rows]
        w = weights[rows] / weights[rows].sum()
        losses += (weights[rows] * np.square(errors)).sum() / (2 * N_OUTPUTS)
        dy = w * errors / N_OUTPUTS
        dh = dy @ W2.T * (1 - hidden**2)
        g = [X[rows].T @ dh, dh.sum(axis=0), hidden.T @ dy, dy.sum(axis=0)]
        penalty = L2 / weights[rows].sum()
        g[0], g[2] = g[0] + penalty * W1, g[2] + penalty * W2
        g = np.concatenate([part.ravel() for part in g])
        if max_norm:
            g *= min(1, max_norm / np.linalg.norm(g))
        velocity = MOMENTUM * velocity - RATE * g
        params = params + velocity
    return params, losses


def order_of(n):
    return np.random.default_rng(5).permutation(n)


def train(net, X, y, weights, *, max_norm=0.0, n_threads=1, batch_size=10):
    """One epoch; returns the trainer, steps done and the loss."""
    trainer = net.trainer(X, y, weights, batch_size=batch_size, n_threads=n_threads)
    optimizer = Optimizer("sgd", momentum=MOMENTUM, nesterovs_momentum=False)
    n = net.samples(X).n_samples
    n_batches = -(-n // batch_size)
    states = optimizer.initial_state(len(net.params), net.params.dtype)
    trainer.prepare_steps(optimizer, l2=L2, l1=0.0, clip_norm=max_norm, states=states)
    rates = optimizer.rates(np.full(n_batches, RATE), 0)
    steps, (loss,) = trainer.epochs(order_of(n), rates, 0)
    return trainer, steps, loss


@both_dtypes
@pytest.mark.parametrize("max_norm", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("n_parts", [1, 2, 3, 10])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_an_epoch_as_in_numpy(form, n_parts, weighted, max_norm, dtype, cut):
    cut(n_parts)
    X, y, weights = data(dtype=dtype)
    net = network(dtype, source="dense" if form is np.asarray else "csr")
    start = net.params.copy()
    trainer, steps, _ = train(
        net, form(X), y, weights if weighted else None, max_norm=max_norm
    )
    X, y, weights = data()
    weights = weights if weighted else np.ones_like(weights)
    expected, losses = naive(X, y, weights, start, order_of(len(y)), 10, max_norm)
    tolerance = 1e-12 if dtype == np.float64 else 2e-5
    assert_allclose(net.params, expected, atol=tolerance)
    sums = trainer.sums
    assert_allclose(sums[0], losses, rtol=1e-10 if dtype == np.float64 else 1e-5)
    assert_allclose(sums[1], weights.sum(), rtol=1e-6)
    assert sums[2] > 0 and steps == 5


@both_dtypes
@pytest.mark.parametrize("n_parts", [2, 3, 4, MOST])
def test_threads_do_not_change_the_bits(dtype, n_parts, cut):
    cut(n_parts)
    X, y, weights = data(200, dtype)
    for layers in (None, [Dense(9, "elu"), LayerNorm(), Dense(2)]):
        results = []
        for n_threads in (1, 2, 3):
            net = network(dtype, layers)
            trainer, *_ = train(net, X, y, weights, n_threads=n_threads, batch_size=64)
            loss, gradient, weight = trainer.gradient(order_of(200))
            results.append((net.params, trainer.sums, gradient, [loss, weight]))
        for result in results[1:]:
            for mine, expected in zip(result, results[0], strict=True):
                assert_array_equal(mine, expected)


def test_parts_change_rounding_only(cut):
    X, y, weights = data(60)
    results = []
    for n_parts in (1, 2, 5):
        cut(n_parts)
        net = network(layers=[Dense(9, "elu"), LayerNorm(), Dense(2)])
        train(net, X, y, weights, batch_size=24)
        results.append(net.params)
    assert_allclose(results[1:], [results[0]] * 2, atol=1e-13)


def test_a_loss_that_is_not_finite_stops_the_epoch(cut):
    for n_parts in (1, 3):
        cut(n_parts)
        X, y, _ = data()
        X[order_of(43)[23]] = np.nan
        net = network()
        _, steps, _ = train(net, X, y, None)
        assert steps == 2 and np.isfinite(net.params).all()
        clean = network()
        X, y, _ = data()
        rows = order_of(43)[:20]
        expected, _ = naive(X, y, np.ones((43, 1)), clean.params, rows, 10, 0.0)
        assert_allclose(net.params, expected, atol=1e-12)


def test_minibatches_of_weight_zero_are_no_steps(cut):
    cut(2)
    X, y, weights = data()
    weights[order_of(43)[10:20]] = 0
    net = network()
    start = net.params.copy()
    trainer, steps, loss = train(net, X, y, weights)
    expected, losses = naive(X, y, weights, start, order_of(43), 10, 0.0)
    assert_allclose(net.params, expected, atol=1e-12)
    assert steps == 5
    assert_allclose(loss, (losses + trainer.sums[2]) / weights.sum())


@both_dtypes
@pytest.mark.parametrize("batch_size", [43, 10, 1])
def test_the_gradient_of_all_samples_comes_block_by_block(dtype, batch_size, cut):
    X, y, weights = data(dtype=dtype)
    weights[5] = 0
    cut(1)
    net = network(dtype)
    trainer = net.trainer(X, y, weights)
    loss, gradient, weight = trainer.gradient(order_of(43))
    for n_parts in (1, 2):
        cut(n_parts)
        blocks = net.trainer(X, y, weights, batch_size=batch_size)
        other = blocks.gradient(order_of(43))
        tolerance = 1e-12 if dtype == np.float64 else 1e-5
        assert_allclose(other[0], loss, rtol=tolerance)
        assert_allclose(other[1], gradient, atol=tolerance)
        assert other[2] == weight
        # The scratch is not added to from call to call.
        assert_array_equal(blocks.gradient(order_of(43))[1], other[1])
    part = trainer.gradient(np.array([7]))
    mean = ((net.outputs(X[7:8]) - y[7]) ** 2).mean() / 2
    assert_allclose(part[0], mean, rtol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 37, 300])
def test_several_epochs_in_one_call(n):
    X, y, _ = data(n=n)
    results = []
    for n_calls in (1, 4):
        net = network(np.float64)
        order, random_state = np.arange(n), np.random.RandomState(11)
        bits = np.random.MT19937()
        bits.state = random_state.get_state(legacy=False)
        trainer = net.trainer(X, y, None, batch_size=10, n_threads=1)
        optimizer = Optimizer("adam")
        states = optimizer.initial_state(len(net.params), net.params.dtype)
        trainer.prepare_steps(optimizer, l2=L2, l1=0.0, clip_norm=None, states=states)
        n_batches, losses = -(-n // 10), []
        for call in range(n_calls):
            first, n_epochs = call * n_batches, 4 // n_calls
            rates = optimizer.rates(np.full(n_epochs * n_batches, RATE), first)
            if n_calls > 1:
                random_state.shuffle(order)
            shuffler = bits if n_calls == 1 else None
            steps, part = trainer.epochs(order, rates, first, n_epochs, shuffler)
            assert steps == n_epochs * n_batches
            losses += part
        results.append((order, net.params, losses))
    for one, several in zip(*results, strict=True):
        assert_array_equal(one, several)


def sequences(n=19, dtype=np.float64):
    """Of 1 to 6 steps, with the numbers of `data`, and where they begin."""
    lengths = np.random.default_rng(9).integers(1, 7, size=n)
    starts = np.cumsum([0, *lengths])
    return data(starts[-1], dtype), starts


@both_dtypes
@pytest.mark.parametrize("max_norm", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("n_parts", [1, 3, 4])
def test_an_epoch_of_sequences_as_in_numpy(n_parts, weighted, max_norm, dtype, cut):
    cut(n_parts)
    (X, y, weights), starts = sequences(dtype=dtype)
    for k in order_of(19)[4:8]:  # a minibatch of weight zero is no step
        weights[starts[k] : starts[k + 1]] = 0
    members = [Dense(N_HIDDEN, "tanh"), Dense(N_OUTPUTS)]
    net = Network(members, (N_INPUTS,), dtype=dtype, sequences=True)
    start, results = net.params.copy(), []
    for n_threads in (1, 2):
        net.params[:] = start
        trainer, steps, _ = train(
            *(net, np.split(X, starts[1:-1]), y, weights if weighted else None),
            max_norm=max_norm,
            n_threads=n_threads,
            batch_size=4,
        )
        results.append((net.params.copy(), trainer.sums, steps))
    for one, two in zip(*results, strict=True):
        assert_array_equal(one, two)
    (X, y, _), weights = data(starts[-1]), weights.astype(float)
    weights = weights if weighted else np.ones_like(weights)
    order = order_of(19)
    expected, losses = naive(X, y, weights, start, order, 4, max_norm, starts)
    exact = dtype == np.float64
    assert_allclose(net.params, expected, atol=1e-12 if exact else 2e-5)
    assert_allclose(trainer.sums[0], losses, rtol=1e-10 if exact else 1e-5)
    assert_allclose(trainer.sums[1], weights.sum(), rtol=1e-6)
    assert steps == 5
