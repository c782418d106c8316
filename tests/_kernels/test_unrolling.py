"""Samples of equally many steps as sequences and back, against NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from op_cases import ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, make_op, run_op

from skmanifold_nn._kernels._unrolling import ADDRESSES

NEEDS, ADDS = NEEDS_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT
# samples, steps, elements of a step
SHAPES = [(1, 1, 1), (1, 5, 3), (7, 1, 4), (4, 9, 1), (6, 3, 17), (3, 20, 33)]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
both_ways = pytest.mark.parametrize("name", ["unroll", "roll"])
both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


class Unrolling:
    """The op with its vectors, which have gaps around both tensors."""

    def __init__(self, name, shape, dtype, flags=NEEDS):
        n, n_steps, width = shape
        rng = np.random.default_rng([8, *shape])
        self.x = rng.normal(size=shape if name == "unroll" else (n_steps, n, width))
        self.x = self.x.astype(dtype)
        # The steps of one time stand together.
        self.y = self.x.transpose(1, 0, 2)
        self.dy = rng.normal(size=self.y.shape).astype(dtype)
        self.output = self.x.size + 2
        size = self.output + self.y.size + 1
        self.values, self.gradients = np.full((2, size), 7, dtype)
        sizes = {"n_in": n_steps * width, "n_out": width}
        if name == "roll":
            sizes = {"n_in": width, "n_out": n_steps * width}
        self.op = make_op(inputs=1, output=self.output, flags=flags, **sizes)
        self.addresses = ADDRESSES[name][dtype]
        n_rows = n * n_steps if name == "unroll" else n
        self.words = {"n_rows": n_rows, "n_sequences": n, "n_steps": n_steps}

    def forward(self):
        self.values[1 : self.output - 1] = self.x.ravel()
        run_op(self.addresses[0], self.op, self.values, **self.words)
        return self.values[self.output : -1].reshape(self.y.shape)

    def backward(self):
        self.gradients[self.output : -1] = self.dy.ravel()
        run_op(self.addresses[1], self.op, self.values, self.gradients, **self.words)
        return self.gradients[1 : self.output - 1].reshape(self.x.shape)


@both_dtypes
@both_ways
@every_shape
def test_forward_and_backward_as_numpy(shape, name, dtype):
    op = Unrolling(name, shape, dtype)
    assert_array_equal(op.forward(), op.y)
    assert_array_equal(op.backward(), op.dy.transpose(1, 0, 2))
    for vector in (op.values, op.gradients):  # the gaps are left alone
        assert_array_equal(vector[[0, op.output - 1, -1]], 7)


@both_dtypes
@both_ways
@pytest.mark.parametrize("flags", [0, NEEDS, ADDS])
def test_flags(flags, name, dtype):
    op = Unrolling(name, (4, 3, 5), dtype, flags)
    part, start = op.dy.transpose(1, 0, 2), np.full_like(op.x, 7)
    expected = {0: start, NEEDS: part, ADDS: start + part}[flags]
    assert_array_equal(op.backward(), expected)


@both_dtypes
@every_shape
def test_one_undoes_the_other(shape, dtype):
    there = Unrolling("unroll", shape, dtype)
    back = Unrolling("roll", shape, dtype)
    back.x = there.forward()
    assert_array_equal(back.forward(), there.x)
