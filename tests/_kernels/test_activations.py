"""Activations against NumPy in higher precision, and their derivatives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import (
    ADDS_TO_INPUT_GRADIENT,
    NEEDS_INPUT_GRADIENT,
    make_op,
    run_op,
)
from scipy import special

from skmanifold_nn._kernels._activations import (
    ADDRESSES,
    FROM_INPUT,
    KINDS,
    PARAMETERS,
)

HIGH = np.longdouble
SCALE = HIGH("1.0507009873554804934193349852946")
ALPHA = HIGH("1.6732632423543772848170429916717")
DTYPES = [np.float32, np.float64]
ELEMENTWISE = sorted(set(KINDS) - {"softmax"})


def logistic(x, _=None):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def softplus(x, _=None):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def elu(x, alpha):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def normal(x):
    a = np.abs(x)
    tail = np.exp(-a * a / 2) / 2 * special.erfcx((a / np.sqrt(HIGH(2))).astype(float))
    return np.where(x < 0, tail, 1 - tail)


def softmax(x):
    return special.softmax(x, axis=-1)


TWINS = {
    "identity": lambda x, _: x,
    "logistic": logistic,
    "tanh": lambda x, _: np.tanh(x),
    "relu": lambda x, _: np.maximum(x, 0),
    "leaky_relu": lambda x, slope: np.where(x > 0, x, slope * x),
    "elu": elu,
    "selu": lambda x, _: SCALE * elu(x, ALPHA),
    "gelu": lambda x, _: x * normal(x),
    "softplus": softplus,
    "softsign": lambda x, _: x / (1 + np.abs(x)),
    "hard_sigmoid": lambda x, _: np.clip(x + 3, 0, 6) / 6,
    "hard_tanh": lambda x, _: np.clip(x, -1, 1),
    "silu": lambda x, _: x * logistic(x),
    "mish": lambda x, _: x * np.tanh(softplus(x)),
}
# Roundings of float32 that a value may be wrong by; 6e-8 each.
ROUNDINGS = {"gelu": 7, "mish": 5}


def forward(name, x, *, parameter=None, width=1, in_place=False):
    x = np.ascontiguousarray(x)
    parameter = PARAMETERS.get(name, 0) if parameter is None else parameter
    output = 0 if in_place else x.size
    values = np.concatenate([x.ravel(), np.full(x.size, np.nan, x.dtype)])
    op = make_op(
        output=output, n_in=width, n_out=width, ints=[KINDS[name], width],
        reals=parameter,
    )  # fmt: skip
    address, _ = ADDRESSES[name][x.dtype.name]
    run_op(address, op, values, n_rows=x.size // width)
    if not in_place:
        assert_array_equal(values[: x.size], x.ravel())
    return values[output : output + x.size].reshape(x.shape)


def backward(name, x, dy, *, parameter=None, width=1, start=None, in_place=False):
    """Derivative by x, of a workspace without what the derivative does not want."""
    parameter = PARAMETERS.get(name, 0) if parameter is None else parameter
    x = np.ascontiguousarray(x)
    n = x.size
    y = forward(name, x, parameter=parameter, width=width)
    values = np.full(2 * n, np.nan, x.dtype)
    gradients = np.full(2 * n, np.nan, x.dtype)
    output = 0 if in_place else n
    place = slice(0, n) if name in FROM_INPUT else slice(output, output + n)
    values[place] = (x if name in FROM_INPUT else y).ravel()
    flags = NEEDS_INPUT_GRADIENT
    if start is not None:
        gradients[:n] = start.ravel()
        flags |= ADDS_TO_INPUT_GRADIENT
    gradients[output : output + n] = dy.ravel()
    op = make_op(
        output=output, n_in=width, n_out=width, flags=flags,
        ints=[KINDS[name], width], reals=parameter,
    )  # fmt: skip
    run_op(ADDRESSES[name][x.dtype.name][1], op, values, gradients, n_rows=n // width)
    return gradients[:n].reshape(x.shape)


def arguments(rng, dtype, n=20_001):
    """Small, common and large numbers of either sign."""
    magnitudes = 10.0 ** rng.uniform(-30, 3, n)
    return np.concatenate(
        [rng.uniform(-2, 2, n), rng.normal(0, 20, n), magnitudes, -magnitudes]
    ).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_to_a_few_roundings(rng, name, dtype):
    x = arguments(rng, dtype)
    parameter = HIGH(dtype(PARAMETERS.get(name, 0)))
    with np.errstate(under="ignore"):
        expected = TWINS[name](x.astype(HIGH), parameter)
    y = forward(name, x)
    assert y.dtype == dtype
    # Below the smallest normal number, or x times less than that, may be zero.
    smallest = 1000 * np.finfo(dtype).tiny
    tolerance = ROUNDINGS.get(name, 3.4) * np.finfo(dtype).eps / 2
    if dtype == np.float64:
        tolerance = 2e-15  # where long double is no longer, the twin errs too
    assert_allclose(y, expected, rtol=tolerance, atol=smallest)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 3, 16, 37])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_odd_sizes_and_in_place(rng, name, n, dtype):
    x = rng.normal(0, 3, n).astype(dtype)
    tolerance = 8 * np.finfo(dtype).eps
    parameter = PARAMETERS.get(name, 0)
    expected = TWINS[name](x.astype(HIGH), parameter)
    y = forward(name, x)
    assert_allclose(y, expected, rtol=tolerance)
    if name not in FROM_INPUT:
        assert_array_equal(forward(name, x, in_place=True), y)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_extremes(name, dtype):
    big = np.finfo(dtype).max
    x = np.array([-np.inf, -big, -1e5, -0.0, 0.0, 1e5, big, np.inf, np.nan], dtype)
    limits = dict.fromkeys(["relu", "softplus", "gelu", "silu", "mish"], (0, None))
    limits |= dict.fromkeys(["tanh", "softsign", "hard_tanh"], (-1, 1))
    limits |= {"logistic": (0, 1), "hard_sigmoid": (0, 1), "elu": (-1, None)}
    y = forward(name, x)
    assert np.isnan(y[-1])
    assert not np.isnan(y[:-1]).any()
    low, high = limits.get(name, (None, None))
    if low is not None:
        assert_allclose(y[:3], low, atol=1.1e-5)  # softsign(-1e5)
    if high is not None:
        assert_allclose(y[5:8], high, rtol=1.1e-5)
    elif name != "selu":
        assert_array_equal(y[5:8], x[5:8])
    slopes = backward(name, x, np.ones_like(x))
    assert np.isfinite(slopes[:-1]).all()


@pytest.mark.parametrize("parameter", [None, 0.3])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_numerically(rng, name, parameter):
    x = rng.normal(0, 2, 101)
    for kink in (-3, -1, 0, 1, 3):  # differences must not reach across
        x = x[np.abs(x - kink) > 1e-3]
    dy = rng.normal(size=len(x))
    parameter = PARAMETERS.get(name, 0) if parameter is None else parameter
    h = HIGH(1e-5)
    plus, minus = (TWINS[name](x.astype(HIGH) + s, parameter) for s in (h, -h))
    expected = (dy * (plus - minus) / (2 * h)).astype(np.float64)
    dx = backward(name, x, dy, parameter=parameter)
    assert_allclose(dx, expected, rtol=1e-6, atol=1e-9)
    single = backward(name, x.astype(np.float32), dy.astype(np.float32),
                      parameter=parameter)  # fmt: skip
    assert_allclose(single, dx, rtol=1e-5, atol=1e-6)
    start = rng.normal(size=len(x))
    added = backward(name, x, dy, parameter=parameter, start=start)
    assert_allclose(added, start + dx, rtol=1e-14, atol=1e-15)
    if name not in FROM_INPUT:
        over = backward(name, x, dy, parameter=parameter, in_place=True)
        assert_array_equal(over, dx)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_unwanted_gradient_is_left(name):
    values, gradients = np.full(4, 0.5), np.arange(4.0)
    op = make_op(output=2, n_in=2, n_out=2, ints=[KINDS[name], 2], reals=1.0)
    run_op(ADDRESSES[name]["float64"][1], op, values, gradients, n_rows=1)
    assert_array_equal(gradients, np.arange(4.0))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 2), (3, 16), (40, 3), (9, 5001)])
def test_softmax(rng, shape, dtype):
    x = (rng.normal(0, 10, shape)).astype(dtype)
    x[0, 0] = 1e4
    x[-1, -1] = -np.inf if shape[1] > 1 else 3
    y = forward("softmax", x, width=shape[1])
    eps = np.finfo(dtype).eps
    smallest = np.finfo(dtype).tiny
    assert_allclose(y, softmax(x.astype(HIGH)), rtol=150 * eps, atol=smallest)
    assert_array_equal(forward("softmax", x, width=shape[1], in_place=True), y)
    dy = rng.normal(size=shape).astype(dtype)
    y = y.astype(float)
    expected = y * (dy - (dy * y).sum(axis=1, keepdims=True))
    dx = backward("softmax", x, dy, width=shape[1])
    assert_allclose(dx, expected, rtol=1e-4, atol=100 * eps)
    start = rng.normal(size=shape).astype(dtype)
    added = backward("softmax", x, dy, width=shape[1], start=start)
    assert_allclose(added, start + dx, atol=4 * eps)


def test_softmax_of_several_axes_and_nan(rng):
    """A sample of 6 elements in two rows of 3."""
    x = rng.normal(size=(4, 2, 3))
    x[2, 1, 0] = np.nan
    op = make_op(output=24, n_in=6, n_out=6, ints=[KINDS["softmax"], 3])
    values = np.concatenate([x.ravel(), np.zeros(24)])
    run_op(ADDRESSES["softmax"]["float64"][0], op, values, n_rows=4)
    y = values[24:].reshape(x.shape)
    assert np.isnan(y[2, 1]).all()
    assert_allclose(y, softmax(x), rtol=1e-14)


def test_softmax_numerically(rng):
    x, dy, h = rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 1e-5
    dx = backward("softmax", x, dy, width=5)
    for k in range(5):
        step = h * (np.arange(5) == k)
        slope = (softmax(x + step) - softmax(x - step)) / (2 * h)
        assert_allclose(dx[:, k], (dy * slope).sum(axis=1), rtol=1e-6, atol=1e-9)
