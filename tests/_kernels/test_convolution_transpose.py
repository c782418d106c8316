"""Transposed convolutions: adjoints of the convolutions of convolution_twins."""

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

from skmanifold_nn._kernels._convolution_transpose import (
    ADDRESSES,
    cache_size,
    shared_size,
)

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
# Rows, (height, width, filters) of the output, channels, kernel, stride, padding.
CASES = [
    (1, (1, 1, 1), 1, (1, 1), (1, 1), 0),
    (3, (5, 7, 2), 3, (3, 2), (1, 1), 0),
    (2, (8, 7, 6), 5, (3, 3), (1, 1), 1),
    (2, (9, 8, 1), 17, (3, 3), (2, 1), "same"),
    (1, (7, 6, 3), 2, (2, 3), (3, 2), 1),
    (5, (1, 9, 33), 4, (1, 5), (1, 3), (0, 2)),
    (3, (4, 3, 33), 40, (1, 1), (1, 1), 0),
]


class Transpose:
    """The op with its vectors; y is the map of a convolution back to x."""

    def __init__(self, case, dtype, *, flags=NEEDS_INPUT_GRADIENT, chunk=7):
        self.n, shape, channels, kernel, stride, padding = case
        self.window = {"stride": stride, "padding": padding}
        pads, places = pads_of(shape[:2], kernel, stride, (1, 1), padding)
        rng = np.random.default_rng([6, self.n, *shape, channels])
        self.weights_shape = (*kernel, shape[2], channels)
        self.terms = np.prod(self.weights_shape) // channels
        size = self.terms * channels + shape[2]
        self.params = np.append(np.nan, rng.normal(size=size)).astype(dtype)
        self.weights = self.params[1 : -shape[2]].reshape(self.weights_shape)
        self.bias = self.params[-shape[2] :]
        self.x = rng.normal(size=(self.n, *places, channels)).astype(dtype)
        self.dy = rng.normal(size=(self.n, *shape)).astype(dtype)
        self.output, self.kernel = 2 + self.x.size, kernel
        self.end = self.output + self.dy.size
        single = kernel == stride == (1, 1) and padding == 0
        size = cache_size(self.terms, channels, shape[2], 0 if single else chunk)
        self.values, self.gradients = np.full((2, self.end + size), 7.0, dtype)
        self.shared = np.full(shared_size(self.terms, channels), np.nan, dtype)
        before = [pad[0] for pad in pads]
        geometry = (*shape, *places, *kernel, *stride, 1, 1, *before)
        self.op = make_op(
            inputs=2,
            output=self.output,
            n_in=self.x[0].size,
            n_out=self.dy[0].size,
            params=1,
            flags=flags,
            n_tasks=1,
            cache=self.end,
            ints=(*geometry, channels, 1, 1, chunk),
        )
        self.addresses = ADDRESSES["convolution_transpose"][np.dtype(dtype).name]

    def forward(self, x=None, **words):
        x = self.x if x is None else x
        self.values[2 : 2 + x.size] = x.ravel()
        words = {"params": self.params.ctypes.data, "n_rows": len(x), **words}
        run_op(self.addresses[0], self.op, self.values, **words)
        y = self.values[self.output : self.output + self.dy[0].size * len(x)]
        return y.reshape(len(x), *self.dy.shape[1:]).copy()

    def backward(self):
        self.gradients[self.output : self.end] = self.dy.ravel()
        dparams = np.ones_like(self.params)
        words = {
            "params": self.params.ctypes.data,
            "n_rows": self.n,
            "param_gradients": dparams.ctypes.data,
            "shared": self.shared.ctypes.data,
        }
        run_op(self.addresses[2], self.op, self.values, **words)
        together = self.forward(**words)
        run_op(self.addresses[1], self.op, self.values, self.gradients, **words)
        collect(self.addresses[3], self.op, self.values, self.gradients, **words)
        assert dparams[0] == 1  # what lies before the parameters is left alone
        dx = self.gradients[2 : self.output].reshape(self.x.shape)
        return together, dx.copy(), dparams[1:]


@both_dtypes
@pytest.mark.parametrize("case", CASES, ids=str)
def test_adjoint_of_the_convolution(case, dtype):
    op = Transpose(case, dtype)
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    x, W, b, dy = (a.astype(float) for a in (op.x, op.weights, op.bias, op.dy))
    y = op.forward()
    together, dx, dparams = op.backward()
    assert_array_equal(together, y)
    # <y - b, dy> = <x, convolution of dy>, for dy and for all of the unit vectors
    back = convolve(dy, W, **op.window)
    assert_allclose(dx, back, rtol=tolerance, atol=10 * tolerance)
    units = np.eye(dy[0].size).reshape(-1, *dy.shape[1:])
    columns = convolve(units, W, **op.window).reshape(len(units), -1)
    expected = x.reshape(len(x), -1) @ columns.T
    expected = expected.reshape(dy.shape) + b
    assert_allclose(y, expected, rtol=tolerance, atol=10 * tolerance)
    windows = taps(dy, op.kernel, **op.window)
    axes = [0, 1, 2], [0, 1, 2]
    expected = np.tensordot(windows, x, axes).ravel()
    expected = np.append(expected, dy.sum((0, 1, 2)))
    atol = tolerance * np.abs(expected).max()
    assert_allclose(dparams, expected, rtol=tolerance, atol=atol)


@both_dtypes
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_row_has_the_same_bits_alone(case, dtype):
    for chunk in (2, 50):
        op = Transpose(case, dtype, chunk=chunk)
        together = op.forward()
        for k, x in enumerate(op.x):
            assert_array_equal(op.forward(x[None])[0], together[k])


@both_dtypes
@pytest.mark.parametrize("case", [CASES[2], CASES[6]], ids=str)
def test_flags(case, dtype):
    plain = Transpose(case, dtype).backward()[1]
    flags = NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT
    added = Transpose(case, dtype, flags=flags).backward()[1]
    assert_allclose(added, plain + 7, rtol=1e-5, atol=1e-5)
    none = Transpose(case, dtype, flags=0).backward()[1]
    assert_array_equal(none, np.full_like(none, 7))
