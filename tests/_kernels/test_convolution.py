"""Convolution ops, full and depthwise, against loops over places."""

import numpy as np
import pytest
from convolution_twins import convolve, pads_of, taps
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import (
    ADDS_TO_INPUT_GRADIENT,
    NEEDS_INPUT_GRADIENT,
    collect,
    make_op,
    run_op,
)

from skmanifold_nn._kernels._convolution import ADDRESSES, cache_size, shared_size
from skmanifold_nn._kernels._depthwise import ADDRESSES as DEPTHWISE

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
# Rows, (height, width, channels), filters, kernel, stride, dilation, padding, groups.
CASES = [
    (1, (1, 1, 1), 1, (1, 1), (1, 1), (1, 1), 0, 1),
    (3, (5, 7, 2), 3, (3, 2), (1, 1), (1, 1), 0, 1),
    (2, (6, 5, 1), 17, (2, 3), (2, 1), (1, 1), 1, 1),
    (1, (7, 6, 3), 2, (3, 3), (1, 2), (2, 1), 2, 1),
    (5, (1, 9, 4), 6, (1, 5), (1, 3), (1, 2), (0, 4), 1),
    (3, (4, 3, 33), 40, (1, 1), (1, 1), (1, 1), 0, 1),
    (2, (5, 4, 3), 4, (1, 1), (2, 2), (1, 1), 0, 1),
    (3, (4, 5, 6), 4, (2, 2), (1, 1), (1, 1), 1, 2),
    (2, (4, 3, 6), 9, (1, 1), (1, 1), (1, 1), 0, 3),
    (2, (5, 5, 4), 4, (3, 3), (1, 1), (1, 1), 1, 2),
    (2, (5, 5, 4), 2, (3, 2), (2, 1), (1, 2), 1, 2),
    (17, (9, 9, 2), 5, (5, 5), (1, 1), (1, 1), 2, 1),
    (3, (6, 7, 5), 4, (3, 3), (1, 1), (1, 1), 0, 1),
    (2, (4, 6, 20), 3, (2, 3), (2, 1), (1, 1), 1, 1),
    (2, (3, 6, 48), 4, (2, 2), (1, 1), (2, 1), 1, 2),
    (1, (40, 33, 1), 7, (3, 4), (1, 1), (1, 1), 1, 1),  # two strips of planes
    (3, (9, 8, 4), 8, (2, 3), (1, 1), (2, 3), (0, 2), 1),
    (2, (9, 9, 3), 6, (5, 5), (1, 1), (1, 1), "same", 1),
    (2, (1, 70, 2), 3, (1, 4), (1, 1), (1, 1), (0, 3), 1),
    (2, (1, 9, 16), 7, (1, 5), (1, 1), (1, 1), (0, 3), 1),
]
ALONE = [
    (2, (4, 5, 3), 3, (3, 2), (1, 1), (1, 1), 1, 3),
    (3, (6, 5, 17), 17, (2, 3), (2, 1), (1, 2), 2, 17),
    (3, (4, 5, 3), 6, (3, 2), (1, 1), (1, 1), 1, 3),
    (2, (6, 4, 5), 15, (2, 3), (1, 2), (2, 1), 1, 5),
]


class Convolution:
    """The op with its vectors; x, y and the scratch lie in one workspace."""

    def __init__(self, case, dtype, *, has_bias=True, flags=1, chunk=7, groups=None):
        n, shape, filters, kernel, stride, dilation, padding, self.groups = case
        window = {"stride": stride, "dilation": dilation, "padding": padding}
        self.window, self.n, self.kernel = window, n, kernel
        pads, places = pads_of(shape[:2], kernel, stride, dilation, padding)
        rng = np.random.default_rng([5, n, *shape, filters])
        self.weights_shape = (*kernel, shape[2] // self.groups, filters)
        n_weights = np.prod(self.weights_shape)
        size = n_weights + has_bias * filters
        self.params = np.append(np.nan, rng.normal(size=size)).astype(dtype)
        self.weights = self.params[1 : 1 + n_weights].reshape(self.weights_shape)
        self.bias = self.params[1 + n_weights :] if has_bias else None
        self.x = rng.normal(size=(n, *shape)).astype(dtype)
        self.dy = rng.normal(size=(n, *places, filters)).astype(dtype)
        self.output = 2 + self.x.size
        self.end = self.output + self.dy.size
        terms = n_weights // filters
        geometry = (*shape, *places, *kernel, *stride, *dilation, pads[0][0])
        ints = (*geometry, pads[1][0], filters, self.groups, int(has_bias), chunk)
        size = self.end + cache_size(ints)
        self.values, self.gradients = np.full((2, size + 1), 7.0, dtype)
        sizes = terms, filters // self.groups, self.groups
        self.shared = np.full(shared_size(*sizes), np.nan, dtype)
        self.op = make_op(
            inputs=2,
            output=self.output,
            n_in=np.prod(shape),
            n_out=np.prod(self.dy.shape[1:]),
            params=1,
            flags=flags,
            n_tasks=1,
            cache=self.end,
            ints=ints,
        )
        alone = self.groups == shape[2] > 1
        table = DEPTHWISE["depthwise"] if alone else ADDRESSES["convolution"]
        self.addresses = table[np.dtype(dtype).name]

    def words(self, **words):
        return {"params": self.params.ctypes.data, "n_rows": self.n} | words

    def forward(self, **words):
        self.values[2 : self.output] = self.x.ravel()
        run_op(self.addresses[0], self.op, self.values, **self.words(**words))
        return self.values[self.output : self.end].reshape(self.dy.shape).copy()

    def backward(self):
        self.gradients[self.output : self.end] = self.dy.ravel()
        dparams = np.ones_like(self.params)
        words = self.words(
            param_gradients=dparams.ctypes.data, shared=self.shared.ctypes.data
        )
        if self.addresses[2]:
            run_op(self.addresses[2], self.op, self.values, **words)
        together = self.forward(**words)
        run_op(self.addresses[1], self.op, self.values, self.gradients, **words)
        collect(self.addresses[3], self.op, self.values, self.gradients, **words)
        assert dparams[0] == 1  # what lies before the parameters is left alone
        dx = self.gradients[2 : self.output].reshape(self.x.shape)
        return together, dx.copy(), dparams[1:]

    def twins(self):
        """y, dx, dW, db: the op is linear in x and in W."""
        x, W, dy = (a.astype(float) for a in (self.x, self.weights, self.dy))
        b = None if self.bias is None else self.bias.astype(float)
        y = convolve(x, W, b, groups=self.groups, **self.window)
        dx, dW = np.zeros_like(x), np.zeros_like(W)
        # The place in x of every tap, or -1 where it is padding.
        places = np.arange(1.0, x[0].size + 1).reshape(1, *x.shape[1:])
        places = taps(places, self.kernel, **self.window)[0].astype(int) - 1
        channels, filters = W.shape[2], W.shape[3] // self.groups
        for f in range(W.shape[3]):
            first = f // filters * channels
            at = places[..., first : first + channels]
            for row in range(len(x)):
                np.add.at(
                    dx[row].reshape(-1),
                    at[at >= 0],
                    (dy[row, ..., f, None, None, None] * W[..., f])[at >= 0],
                )
                seen = np.where(at >= 0, x[row].ravel()[at], 0)
                dW[..., f] += (dy[row, ..., f, None, None, None] * seen).sum((0, 1))
        return y, dx, dW, dy.sum((0, 1, 2))


@both_dtypes
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("case", CASES + ALONE, ids=str)
def test_as_loops_over_places(case, has_bias, dtype):
    op = Convolution(case, dtype, has_bias=has_bias)
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    y, dx, dW, db = op.twins()
    alone = op.forward()
    together, *gradients = op.backward()
    for actual in (alone, together):
        assert_allclose(actual, y, rtol=tolerance, atol=tolerance)
    assert_allclose(gradients[0], dx, rtol=tolerance, atol=tolerance)
    expected = np.append(dW.ravel(), db[: has_bias * len(db)])
    atol = tolerance * np.abs(expected).max()
    assert_allclose(gradients[1], expected, rtol=tolerance, atol=atol)


@both_dtypes
@pytest.mark.parametrize("case", [CASES[1], CASES[5], CASES[7], ALONE[0]], ids=str)
def test_flags(case, dtype):
    plain = Convolution(case, dtype).backward()[1]
    flags = NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT
    added = Convolution(case, dtype, flags=flags).backward()[1]
    assert_allclose(added, plain + 7, rtol=1e-5, atol=1e-5)
    none = Convolution(case, dtype, flags=0).backward()[1]
    assert_array_equal(none, np.full_like(none, 7))


@both_dtypes
@pytest.mark.parametrize("case", [CASES[2], CASES[11], CASES[8], ALONE[1]], ids=str)
def test_a_row_has_the_same_bits_alone_and_by_any_chunks(case, dtype):
    op = Convolution(case, dtype)
    together = op.forward()
    other = Convolution(case, dtype, chunk=64)
    assert_array_equal(other.forward(), together)
    assert_array_equal(other.backward()[0], together)
    x, op.n = op.x, 1
    for row in range(len(x)):
        op.values[2 : 2 + x[row].size] = x[row].ravel()
        run_op(op.addresses[0], op.op, op.values, **op.words())
        alone = op.values[op.output : op.output + together[row].size]
        assert_array_equal(alone, together[row].ravel())
