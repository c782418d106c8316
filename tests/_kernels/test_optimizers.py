"""Steps of optimisers against the formulas of scikit-learn and PyTorch in NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels._optimizers import (
    ADDRESSES,
    BLOCK,
    RATES,
    SETTINGS,
    clipping_factor,
    run,
)

STEPS = ["sgd", "adagrad", "rmsprop", "adadelta", "adam"]
DTYPES = [np.float64, np.float32]
NO_RANGES = np.empty((0, 2), np.int64)
RTOL = {np.float64: 1e-12, np.float32: 1e-5}


def call(name, vectors, *, rates, settings, penalty=(0, 0), scale=1.0, **how):
    """The kernel on (gradients, params, states), changed in place; its sum."""
    gradients, params, states = vectors
    address = ADDRESSES[name][params.dtype.name]
    start, stop = how.get("cut", (0, -1))
    return run(
        address,
        np.array([rates[r] for r in RATES], float),
        np.array([settings[s] for s in SETTINGS], float),
        scale,
        *penalty,
        np.asarray(how.get("ranges", NO_RANGES), np.int64).reshape(-1, 2),
        start,
        stop,
        how.get("n_threads", 1),
        gradients,
        params,
        states,
        np.full(len(params) // BLOCK + 1, np.nan),
    )


def twin(name, w, g, states, rates, settings, decayed):
    """One step in NumPy: w, states."""
    rate, momentum, correction = (rates[r] for r in RATES)
    rho, epsilon, decay, nesterov = (settings[s] for s in SETTINGS)
    s, u = states
    if name == "sgd":
        s = momentum * s - rate * g
        return w + (momentum * s - rate * g if nesterov else s), [s, u]
    if name == "adagrad":
        s = s + g**2
        return w - rate * g / (np.sqrt(s) + epsilon), [s, u]
    if name == "rmsprop":
        s = rho * s + (1 - rho) * g**2
        return w - rate * g / (np.sqrt(s) + epsilon), [s, u]
    if name == "adadelta":
        s = rho * s + (1 - rho) * g**2
        delta = np.sqrt(u + epsilon) / np.sqrt(s + epsilon) * g
        return w - rate * delta, [s, rho * u + (1 - rho) * delta**2]
    w = np.where(decayed, w - rate * decay * w, w)
    s = momentum * s + (1 - momentum) * g
    u = rho * u + (1 - rho) * g**2
    return w - rate * correction * s / (np.sqrt(u) + epsilon), [s, u]


def problem(rng, n, dtype):
    gradients = rng.standard_normal(n) * 10.0 ** rng.integers(-3, 2, n)
    params = rng.standard_normal(n)
    params[::7] = 0
    states = np.abs(rng.standard_normal((2, n)))
    return gradients.astype(dtype), params.astype(dtype), states.astype(dtype)


def constants(nesterov=1.0):
    rates = {"learning_rate": 0.03, "momentum": 0.8, "correction": 0.4}
    settings = {
        "rho": 0.95,
        "epsilon": 1e-6,
        "weight_decay": 0.1,
        "nesterov": nesterov,
    }
    return rates, settings


def penalised(n):
    """Ranges, one of them empty, and a mask of the same."""
    ranges = np.array([[0, n // 3], [n // 2, n // 2], [n // 2 + 1, max(n - 2, 0)]])
    mask = np.zeros(n, bool)
    for start, stop in ranges:
        mask[start:stop] = True
    return ranges[ranges[:, 0] <= ranges[:, 1]], mask


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("nesterov", [0.0, 1.0])
@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("n", [1, 5, 33, 1000, 2 * BLOCK + 17])
def test_step(rng, n, name, nesterov, dtype):
    rates, settings = constants(nesterov)
    vectors = problem(rng, n, dtype)
    ranges, mask = penalised(n)
    l2, l1, scale = 0.3, 0.05, 0.7
    g, w, states = (v.astype(np.float64) for v in vectors)
    expected_penalty = (l2 / 2 * w**2 + l1 * np.abs(w))[mask].sum()
    for _ in range(3):
        pull = np.where(mask, l2 * w + l1 * np.sign(w), 0)
        w, states = twin(name, w, scale * (g + pull), states, rates, settings, mask)
    common = {"rates": rates, "settings": settings, "ranges": ranges}
    penalty = call(name, vectors, penalty=(l2, l1), scale=scale, **common)
    for _ in range(2):
        call(name, vectors, penalty=(l2, l1), scale=scale, **common)
    rtol = RTOL[dtype]
    assert_allclose(penalty, expected_penalty, rtol=rtol)
    assert_allclose(vectors[1], w, rtol=rtol, atol=rtol)
    assert_allclose(vectors[2], states, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*STEPS, "penalize"])
def test_cuts_and_threads_do_not_change_a_bit(rng, name, dtype):
    n = 3 * BLOCK + 101
    rates, settings = constants()
    ranges, _ = penalised(n)
    common = {"rates": rates, "settings": settings, "ranges": ranges}
    start = problem(rng, n, dtype)
    whole = [v.copy() for v in start]
    total = call(name, whole, penalty=(0.2, 0.01), **common)
    for n_threads in (2, 3):
        again = [v.copy() for v in start]
        other = call(name, again, penalty=(0.2, 0.01), n_threads=n_threads, **common)
        assert other == total
        for found, expected in zip(again, whole, strict=True):
            assert_array_equal(found, expected)
    for n_cuts in (1, 7, 400):
        cuts = np.sort(rng.integers(0, n + 1, n_cuts))
        pieces, parts = [v.copy() for v in start], 0
        for cut in zip([0, *cuts], [*cuts, n], strict=True):
            parts += call(name, pieces, penalty=(0.2, 0.01), cut=cut, **common)
        for found, expected in zip(pieces, whole, strict=True):
            assert_array_equal(found, expected)
        assert_allclose(parts, total, rtol=RTOL[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*STEPS, "penalize", "squared_norm"])
def test_alignment_does_not_change_a_bit(rng, name, dtype):
    n = 1003
    rates, settings = constants()
    ranges, _ = penalised(n)
    start = problem(rng, n, dtype)
    results = []
    for shift in range(4):
        vectors = [np.empty(v.size + shift, dtype) for v in start]
        for vector, value in zip(vectors, start, strict=True):
            vector[shift:] = value.ravel()
        vectors = [v[shift:].reshape(s.shape) for v, s in zip(vectors, start)]  # noqa: B905
        common = {"rates": rates, "settings": settings, "ranges": ranges}
        total = call(name, vectors, penalty=(0.2, 0.01), **common)
        results.append((total, vectors))
    for total, vectors in results[1:]:
        assert total == results[0][0]
        for found, expected in zip(vectors, results[0][1], strict=True):
            assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 31, BLOCK, 2 * BLOCK + 5])
def test_penalties_and_norm(rng, n, dtype):
    rates, settings = constants()
    gradients, params, states = vectors = problem(rng, n, dtype)
    ranges, mask = penalised(n)
    common = {"rates": rates, "settings": settings, "ranges": ranges}
    common |= {"penalty": (0.3, 0.2), "scale": 0.5}
    w = params.astype(np.float64)
    g = 0.5 * (gradients + np.where(mask, 0.3 * w + 0.2 * np.sign(w), 0))
    norm = call("squared_norm", vectors, **common)
    assert_allclose(norm, (g**2).sum(), rtol=RTOL[dtype])
    kept = params.copy(), states.copy()
    penalty = call("penalize", vectors, **common)
    assert_allclose(penalty, (0.15 * w**2 + 0.2 * np.abs(w))[mask].sum(), rtol=1e-5)
    assert_allclose(gradients, g, rtol=RTOL[dtype], atol=RTOL[dtype])
    assert_array_equal(params, kept[0])
    assert_array_equal(states, kept[1])


def test_norm_of_floats_is_summed_in_doubles(rng):
    # One by one in float32 the sum would stop at 2^24.
    n = 2**24 + 2**16
    vectors = np.ones(n, np.float32), np.zeros(n, np.float32), np.empty((0, n), "f4")
    rates, settings = constants()
    assert call("squared_norm", vectors, rates=rates, settings=settings) == n


def test_clipping_factor():
    assert clipping_factor(0.0, 1.0) == 1
    assert clipping_factor(4.0, 2.0) == 1
    assert clipping_factor(100.0, 2.5) == 0.25
    assert clipping_factor(np.nan, 2.5) == 1  # NaN stays in the gradients


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_parameters(dtype):
    vectors = np.empty(0, dtype), np.empty(0, dtype), np.empty((2, 0), dtype)
    rates, settings = constants()
    assert call("adam", vectors, rates=rates, settings=settings) == 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["sgd", "rmsprop", "adadelta", "adam"])
def test_states_of_vanished_gradients_become_zero(name, dtype):
    """They would stay subnormal for ever, which makes arithmetic slow."""
    tiny = np.finfo(dtype).tiny
    vectors = np.zeros(37, dtype), np.ones(37, dtype), np.full((2, 37), tiny, dtype)
    rates, settings = constants()
    call(name, vectors, rates=rates, settings=settings)
    used = vectors[2] if name in ("adam", "adadelta") else vectors[2][:1]
    assert_array_equal(used, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STEPS)
def test_what_is_not_finite_stays_visible(name, dtype):
    rates, settings = constants()
    vectors = np.ones(35, dtype), np.ones(35, dtype), np.zeros((2, 35), dtype)
    vectors[0][[3, 34]] = np.nan
    call(
        name, vectors, rates=rates, settings=settings, scale=clipping_factor(np.nan, 1)
    )
    assert_array_equal(np.flatnonzero(np.isnan(vectors[1])), [3, 34])
