"""Dense ops against NumPy, and their gradients against finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import (
    ADDS_TO_INPUT_GRADIENT,
    NEEDS_INPUT_GRADIENT,
    collect,
    make_op,
    run_op,
)

from skmanifold_nn._kernels._dense import ADDRESSES, count_tasks, shared_size

SHAPES = [(1, 1, 1), (1, 7, 3), (5, 1, 4), (9, 6, 1), (33, 17, 40), (64, 20, 65)]
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


class Dense:
    """The op with its vectors; x, y and the scratch lie in one workspace."""

    def __init__(self, shape, dtype, has_bias=True, flags=NEEDS_INPUT_GRADIENT):
        self.m, self.n_in, self.n_out = shape
        rng = np.random.default_rng([3, *shape])
        n_params = self.n_in * self.n_out + has_bias * self.n_out
        self.params = np.append(np.nan, rng.normal(size=n_params)).astype(dtype)
        self.x = rng.normal(size=(self.m, self.n_in)).astype(dtype)
        self.dy = rng.normal(size=(self.m, self.n_out)).astype(dtype)
        self.output = 2 + self.x.size
        size = self.output + self.dy.size + 1
        self.shared = np.full(shared_size(self.n_in, self.n_out), np.nan, dtype)
        self.values, self.gradients = np.full((2, size), 7.0, dtype)
        self.op = make_op(
            inputs=2,
            output=self.output,
            n_in=self.n_in,
            n_out=self.n_out,
            params=1,
            flags=flags,
            n_tasks=count_tasks(self.n_in, self.n_out),
            ints=int(has_bias),
        )
        self.addresses = ADDRESSES["dense"][np.dtype(dtype).name]

    @property
    def weights(self):
        return self.params[1 : 1 + self.n_in * self.n_out].reshape(self.n_in, -1)

    @property
    def bias(self):
        bias = self.params[1 + self.n_in * self.n_out :]
        return bias if len(bias) else np.zeros(self.n_out)

    def forward(self):
        self.values[2 : self.output] = self.x.ravel()
        words = {"params": self.params.ctypes.data, "n_rows": self.m}
        run_op(self.addresses[0], self.op, self.values, **words)
        end = self.output + self.dy.size
        return self.values[self.output : end].reshape(self.m, -1).copy()

    def backward(self):
        end = self.output + self.dy.size
        self.gradients[self.output : end] = self.dy.ravel()
        dparams = np.ones_like(self.params)
        words = {"params": self.params.ctypes.data, "n_rows": self.m}
        words["param_gradients"] = dparams.ctypes.data
        words["shared"] = self.shared.ctypes.data
        run_op(self.addresses[2], self.op, self.values, **words)
        run_op(self.addresses[1], self.op, self.values, self.gradients, **words)
        collect(self.addresses[3], self.op, self.values, self.gradients, **words)
        dx = self.gradients[2 : self.output].reshape(self.m, -1)
        return dx.copy(), dparams[1:], dparams[0]


@both_dtypes
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_forward_and_backward_as_numpy(shape, has_bias, dtype):
    dense = Dense(shape, dtype, has_bias)
    tolerance = {"rtol": 1e-12, "atol": 1e-12}
    if dtype == np.float32:
        tolerance = {"rtol": 1e-4, "atol": 1e-4}
    x, W, dy = (a.astype(np.float64) for a in (dense.x, dense.weights, dense.dy))
    assert_allclose(dense.forward(), x @ W + dense.bias, **tolerance)
    dx, dparams, before = dense.backward()
    assert_allclose(dx, dy @ W.T, **tolerance)
    dW = dparams[: W.size].reshape(W.shape)
    assert_allclose(dW, x.T @ dy, **tolerance)
    assert_allclose(
        dparams[W.size :], dy.sum(axis=0)[: has_bias * len(dy[0])], **tolerance
    )
    assert before == 1  # what lies before the parameters is left alone


def test_gradients_as_finite_differences():
    dense = Dense((5, 4, 3), np.float64)
    dense.forward()
    dx, dparams, _ = dense.backward()

    def slope(vector, index, step=1e-6):
        saved, ends = vector.flat[index], []
        for sign in (1, -1):
            vector.flat[index] = saved + sign * step
            ends.append((dense.forward() * dense.dy).sum())
        vector.flat[index] = saved
        return (ends[0] - ends[1]) / (2 * step)

    for index in range(dense.x.size):
        assert_allclose(dx.flat[index], slope(dense.x, index), rtol=1e-6)
    for index in range(1, len(dense.params)):
        assert_allclose(dparams[index - 1], slope(dense.params, index), rtol=1e-6)


@both_dtypes
def test_flags(dtype):
    plain = Dense((9, 6, 5), dtype)
    plain.forward()
    dx, *_ = plain.backward()
    adds = Dense((9, 6, 5), dtype, flags=NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT)
    adds.forward()
    assert_allclose(adds.backward()[0], dx + 7, rtol=1e-5)
    none = Dense((9, 6, 5), dtype, flags=0)
    none.forward()
    assert_array_equal(none.backward()[0], np.full_like(dx, 7))


@both_dtypes
def test_a_row_has_the_same_bits_alone(dtype):
    dense = Dense((33, 17, 40), dtype)
    together = dense.forward()
    dense.m, x = 1, dense.x
    for row in range(33):
        dense.x = x[row : row + 1]
        dense.values[2 : 2 + 17] = dense.x.ravel()
        words = {"params": dense.params.ctypes.data, "n_rows": 1}
        run_op(dense.addresses[0], dense.op, dense.values, **words)
        alone = dense.values[dense.output : dense.output + 40]
        assert_array_equal(alone, together[row])
