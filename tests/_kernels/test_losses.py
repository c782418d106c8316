"""Losses against NumPy, their gradients against differences, and the links."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from skmanifold_nn._kernels._losses import (
    ADDRESSES,
    LINKS,
    SETTINGS,
    TRANSFORMS,
    transform,
    value_and_gradients,
)

DTYPES = [np.float32, np.float64]
SHAPES = [(1, 1), (5, 1), (37, 1), (1, 2), (7, 3), (33, 10), (64, 17), (3, 5003)]
# Every loss with its default and another setting.
CASES = [(name, SETTINGS.get(name, 0.0)) for name in sorted(ADDRESSES)] + [
    ("log_loss", 0.1), ("binary_log_loss", 0.2), ("huber", 0.3), ("quantile", 0.9),
]  # fmt: skip


def log_loss(o, y, p):
    q = np.full(o.shape, p / o.shape[1])
    q[np.arange(len(o)), y[:, 0].astype(int)] += 1 - p
    logits = o - special.logsumexp(o, axis=1, keepdims=True)
    return -np.where(q > 0, q * logits, 0).sum(axis=1)


def binary_log_loss(o, y, p):
    t = (1 - p) * y + p / 2
    return (np.logaddexp(0, o) - t * o).sum(axis=1)


def huber(o, y, p):
    a = np.abs(o - y)
    return np.where(a <= p, a**2 / 2, p * (a - p / 2)).mean(axis=1)


TWINS = {
    "log_loss": log_loss,
    "binary_log_loss": binary_log_loss,
    "squared_error": lambda o, y, _: ((o - y) ** 2 / 2).mean(axis=1),
    "absolute_error": lambda o, y, _: np.abs(o - y).mean(axis=1),
    "huber": huber,
    "quantile": lambda o, y, p: np.maximum(p * (y - o), (p - 1) * (y - o)).mean(axis=1),
    "poisson": lambda o, y, _: (np.exp(o) - y * o).sum(axis=1),
    "gamma": lambda o, y, _: (o + y * np.exp(-o)).sum(axis=1),
}


def problem(rng, name, shape, dtype):
    """Outputs, targets and weights, some of them zero."""
    outputs = rng.normal(0, 1.5, shape)
    targets = rng.normal(0, 1.5, shape)
    if name == "log_loss":
        targets = rng.integers(0, shape[1], (shape[0], 1))
    elif name == "binary_log_loss":
        targets = rng.integers(0, 2, shape)
    elif name == "poisson":
        targets = rng.poisson(2, shape)
    elif name == "gamma":
        targets = rng.gamma(2, 1, shape)
    weights = rng.uniform(0.5, 2, shape[0]) * (rng.uniform(size=shape[0]) < 0.8)
    return (np.ascontiguousarray(a, dtype) for a in (outputs, targets, weights))


def evaluate(name, outputs, targets, weights, setting, scale=1.0):
    gradients = np.full_like(outputs, np.nan)
    value = value_and_gradients(
        name, outputs, targets, weights, setting, scale, gradients
    )
    return value, gradients


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name, setting", CASES)
def test_value(rng, name, setting, shape, dtype, weighted):
    outputs, targets, weights = problem(rng, name, shape, dtype)
    weights = weights if weighted else None
    value, gradients = evaluate(name, outputs, targets, weights, setting)
    setting = float(dtype(setting))
    losses = TWINS[name](outputs.astype(float), targets.astype(float), setting)
    expected = (losses if weights is None else losses * weights).sum()
    tolerance = 20 * np.finfo(dtype).eps
    magnitude = np.abs(losses).sum() + np.abs(outputs).max() * shape[0]
    assert_allclose(value, expected, rtol=tolerance, atol=tolerance * magnitude)
    scaled = evaluate(name, outputs, targets, weights, setting, 0.25)
    assert scaled[0] == value
    assert_allclose(scaled[1], gradients / 4, rtol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[1] < 100])
@pytest.mark.parametrize("name, setting", CASES)
def test_gradients_numerically(rng, name, setting, shape, weighted):
    outputs, targets, weights = problem(rng, name, shape, np.float64)
    if name in ("absolute_error", "huber", "quantile"):  # no kink in between
        outputs += 1e-3 * np.sign(outputs - targets)
        distance = np.abs(np.abs(outputs - targets) - setting)
        outputs[distance < 1e-3] = targets[distance < 1e-3] + 0.5 * setting
    weights = weights if weighted else None
    _, gradients = evaluate(name, outputs, targets, weights, setting, scale=0.7)
    factors = 0.7 * (np.ones(len(outputs)) if weights is None else weights)
    h = 1e-5
    for k in range(shape[1]):
        step = h * (np.arange(shape[1]) == k)
        plus, minus = (
            TWINS[name](outputs + s, targets, setting) for s in (step, -step)
        )
        slope = (plus - minus) / (2 * h) * factors
        assert_allclose(gradients[:, k], slope, rtol=1e-6, atol=2e-10 * shape[1] + 1e-9)
    singles = [
        None if a is None else a.astype(np.float32) for a in (outputs, targets, weights)
    ]
    _, single = evaluate(name, *singles, setting, scale=0.7)
    assert_allclose(single, gradients, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(9, 1), (9, 4)])
@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_rows_of_weight_zero_may_hold_nan(rng, name, shape, dtype):
    outputs, targets, _ = problem(rng, name, shape, dtype)
    weights = np.ones(9, dtype)
    weights[[0, 4, 8]] = 0
    kept = weights > 0
    expected = evaluate(name, outputs[kept], targets[kept], None, 0.1)
    outputs[~kept], targets[~kept] = np.nan, np.nan
    value, gradients = evaluate(name, outputs, targets, weights, 0.1)
    assert_allclose(value, expected[0], rtol=1e-6)
    assert_allclose(gradients[kept], expected[1], rtol=1e-6)
    assert_array_equal(gradients[~kept], 0)
    assert evaluate(name, outputs, targets, np.zeros(9, dtype), 0.1)[0] == 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["log_loss", "binary_log_loss"])
def test_log_losses_of_huge_outputs(name, dtype):
    far = 3e4
    outputs = np.array([[far, -far], [-far, far], [far, far], [-far, -far]], dtype)
    wrong = far * (2 if name == "log_loss" else 1)
    if name == "log_loss":
        targets = np.array([[0], [0], [1], [1]], dtype)
        expected = [0, wrong, np.log(2), np.log(2)]
        slopes = [[0, 0], [-1, 1], [0.5, -0.5], [0.5, -0.5]]
    else:
        targets = np.array([[1, 0], [1, 0], [1, 1], [1, 1]], dtype)
        expected = [0, 2 * wrong, 0, 2 * wrong]
        slopes = [[0, 0], [-1, 1], [0, 0], [-1, -1]]
    for row in range(4):
        here = slice(row, row + 1)
        value, gradients = evaluate(name, outputs[here], targets[here], None, 0.0)
        assert_allclose(value, expected[row], rtol=1e-6)
        assert_allclose(gradients[0], slopes[row], atol=1e-7)
    value, gradients = evaluate(name, outputs, targets, None, 0.1)
    assert np.isfinite(value) and np.isfinite(gradients).all()


@pytest.mark.parametrize("name", sorted(ADDRESSES))
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_outputs_make_the_value_bad(rng, name, bad):
    for shape in ((7, 1), (6, 3)):
        outputs, targets, _ = problem(rng, name, shape, np.float32)
        outputs[2, 0] = bad
        assert not np.isfinite(evaluate(name, outputs, targets, None, 0.5)[0])


def test_far_off_log_links_overflow_to_infinity():
    outputs, targets = np.full((3, 2), 800.0), np.ones((3, 2))
    assert evaluate("poisson", outputs, targets, None, 0.0)[0] == np.inf
    assert evaluate("gamma", -outputs, targets, None, 0.0)[0] == np.inf
    value, gradients = evaluate("poisson", -outputs, targets, None, 0.0)
    assert_allclose(value, 4800)
    assert_array_equal(gradients, -1)


def test_gradient_is_zero_at_kinks():
    at = np.ones((4, 3))
    for name in ("absolute_error", "quantile", "huber"):
        value, gradients = evaluate(name, at, at, None, 0.3)
        assert value == 0
        assert_array_equal(gradients, 0)


def test_sums_are_double_in_single_precision():
    """A million small losses after a large one."""
    outputs = np.full((2**20 + 1, 1), 1e-3, np.float32)
    outputs[0] = 1e4
    value, _ = evaluate("squared_error", outputs, np.zeros_like(outputs), None, 0.0)
    assert_allclose(
        value, 5e7 + 2**20 * np.float64(np.float32(1e-3)) ** 2 / 2, rtol=1e-9
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_links(rng, name, shape, dtype):
    outputs = rng.normal(0, 5, shape).astype(dtype)
    outputs[0, 0] = 80
    with np.errstate(under="ignore"):
        expected = {
            "identity": lambda o: o,
            "softmax": lambda o: special.softmax(o, axis=1),
            "logistic": special.expit,
            "exp": np.exp,
        }[name](outputs.astype(np.longdouble))
    predictions = np.empty_like(outputs)
    transform(name, outputs, predictions)
    eps, tiny = np.finfo(dtype).eps, np.finfo(dtype).tiny
    rtol = 150 * eps if name == "softmax" else 3 * eps
    assert_allclose(predictions, expected, rtol=rtol, atol=tiny)
    transform(name, outputs, outputs)
    assert_array_equal(outputs, predictions)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exponentials_up_to_overflow(dtype):
    most = np.log(np.finfo(dtype).max)
    x = np.r_[np.linspace(-most, most, 10_001), most * 1.001, np.inf, -np.inf, np.nan]
    x = x.astype(dtype)[None]
    x = x[:, (x[0] < most - 1e-4) | ~(x[0] < most + 1e-4)]
    y = np.empty_like(x)
    transform("exp", x, y)
    with np.errstate(over="ignore", under="ignore"):
        expected = np.exp(x.astype(np.longdouble)).astype(dtype)
    assert_allclose(y, expected, rtol=1.5 * np.finfo(dtype).eps,
                    atol=np.finfo(dtype).tiny)  # fmt: skip


def test_tables_agree():
    assert set(LINKS) == set(ADDRESSES)
    assert set(LINKS.values()) == set(TRANSFORMS)
    assert set(SETTINGS) <= set(ADDRESSES)
    for table in (ADDRESSES, TRANSFORMS):
        addresses = [address for row in table.values() for address in row.values()]
        assert len(set(addresses)) == 2 * len(table)
