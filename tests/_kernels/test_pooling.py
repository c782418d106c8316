"""Pooling ops against loops over places."""

import numpy as np
import pytest
from convolution_twins import pads_of, taps
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, make_op, run_op

from skmanifold_nn._kernels._pooling import ADDRESSES

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
# Rows, (height, width, channels), size, stride, padding.
CASES = [
    (1, (1, 1, 1), (1, 1), (1, 1), 0),
    (3, (5, 7, 2), (2, 2), (2, 2), 0),
    (2, (6, 5, 17), (3, 2), (1, 2), 1),
    (5, (1, 9, 3), (1, 4), (1, 3), (0, 2)),
    (2, (4, 3, 33), (4, 3), (1, 1), 0),
    (3, (7, 6, 5), (3, 3), (2, 2), "same"),
]


class Pool:
    """The op with its vectors in one workspace; "upsample" goes back to `x`."""

    def __init__(self, name, case, dtype, flags=NEEDS_INPUT_GRADIENT):
        self.n, shape, self.size, self.stride, self.padding = case
        pads, places = pads_of(shape[:2], self.size, self.stride, (1, 1), self.padding)
        rng = np.random.default_rng([4, self.n, *shape])
        self.x = rng.normal(size=(self.n, *shape)).astype(dtype)
        self.dy = rng.normal(size=(self.n, *places, shape[2])).astype(dtype)
        if name == "upsample":
            self.x, self.dy = self.dy, self.x
        self.output = 2 + self.x.size
        self.end = self.output + self.dy.size
        size = self.end + self.dy.size + 1
        self.values, self.gradients = np.full((2, size), 7.0, dtype)
        geometry = (*shape, *places, *self.size, *self.stride, 1, 1)
        self.op = make_op(
            inputs=2,
            output=self.output,
            n_in=self.x[0].size,
            n_out=self.dy[0].size,
            flags=flags,
            cache=self.end,
            ints=(*geometry, *(pad[0] for pad in pads)),
        )
        self.addresses = ADDRESSES[name][np.dtype(dtype).name]

    def forward(self):
        self.values[2 : self.output] = self.x.ravel()
        run_op(self.addresses[0], self.op, self.values, n_rows=self.n)
        assert self.values[-1] == 7
        return self.values[self.output : self.end].reshape(self.dy.shape).copy()

    def backward(self):
        self.forward()
        self.gradients[self.output : self.end] = self.dy.ravel()
        run_op(self.addresses[1], self.op, self.values, self.gradients, n_rows=self.n)
        return self.gradients[2 : self.output].reshape(self.x.shape).copy()

    def windows(self, x, fill):
        return taps(x, self.size, self.stride, 1, self.padding, fill)

    def places(self):
        """The place in a map of every tap, or -1 where it is padding."""
        shape = self.values_shape
        numbers = np.arange(1.0, np.prod(shape) + 1).reshape(1, *shape)
        return self.windows(numbers, 0.0)[0].astype(int) - 1

    def spread(self, y, share):
        """Adds y, (n, places, channels), to the places of its windows."""
        at = self.places()
        out = np.zeros((self.n, *self.values_shape))
        for row in range(self.n):
            values = share[row] * y[row][:, :, None, None]
            np.add.at(out[row].reshape(-1), at[at >= 0], values[at >= 0])
        return out


def pool_of(name, case, dtype, **options):
    op = Pool(name, case, dtype, **options)
    op.values_shape = case[1]
    return op


def tolerance_of(dtype):
    return 1e-12 if dtype == np.float64 else 1e-5


@both_dtypes
@pytest.mark.parametrize("case", CASES, ids=str)
def test_maxima(case, dtype):
    op = pool_of("max_pool", case, dtype)
    windows = op.windows(op.x, -np.inf)
    largest = windows.max((3, 4))
    assert_array_equal(op.forward(), largest)
    where = windows == largest[:, :, :, None, None]  # without ties
    expected = op.spread(op.dy.astype(float), where)
    assert_allclose(op.backward(), expected, rtol=1e-5, atol=tolerance_of(dtype))


def test_the_first_of_equal_maxima_has_the_gradient():
    op = pool_of("max_pool", (1, (2, 2, 1), (2, 2), (2, 2), 0), np.float64)
    op.x[:] = np.array([1.0, 3.0, 3.0, 3.0]).reshape(op.x.shape)
    op.dy[:] = 2
    assert op.backward().ravel().tolist() == [0, 2, 0, 0]


@both_dtypes
@pytest.mark.parametrize("case", CASES, ids=str)
def test_means_of_what_is_not_padding(case, dtype):
    op = pool_of("average_pool", case, dtype)
    windows = op.windows(op.x.astype(float), np.nan)
    tolerance = tolerance_of(dtype)
    means = np.nanmean(windows, axis=(3, 4))
    assert_allclose(op.forward(), means, rtol=tolerance, atol=tolerance)
    counted = ~np.isnan(windows)
    share = counted / counted.sum((3, 4), keepdims=True)
    expected = op.spread(op.dy.astype(float), share)
    assert_allclose(op.backward(), expected, rtol=tolerance, atol=tolerance)


@both_dtypes
@pytest.mark.parametrize("case", CASES, ids=str)
def test_upsampling_is_the_adjoint_of_sums(case, dtype):
    op = pool_of("upsample", case, dtype)
    tolerance = 10 * tolerance_of(dtype)
    ones = np.ones((op.n, *op.places().shape))
    expected = op.spread(op.x.astype(float), ones)
    assert_allclose(op.forward(), expected, rtol=tolerance, atol=tolerance)
    sums = op.windows(op.dy.astype(float), 0.0).sum((3, 4))
    assert_allclose(op.backward(), sums, rtol=tolerance, atol=tolerance)


@both_dtypes
@pytest.mark.parametrize("name", ADDRESSES)
def test_flags(name, dtype):
    plain = pool_of(name, CASES[2], dtype).backward()
    flags = NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT
    added = pool_of(name, CASES[2], dtype, flags=flags).backward()
    assert_allclose(added, plain + 7, rtol=1e-5, atol=1e-5)
    none = pool_of(name, CASES[2], dtype, flags=0).backward()
    assert_array_equal(none, np.full_like(none, 7))
