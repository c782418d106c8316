"""Sums, means and concatenations of two tensors as ops, against NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, make_op, run_op

from skmanifold_nn._kernels._combination import ADDRESSES

NEEDS, ADDS = NEEDS_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT
# rows, positions, elements of the last axis of the first and of the second input
SHAPES = [(1, 1, 1, 1), (1, 5, 3, 2), (7, 1, 40, 9), (4, 9, 1, 33), (5, 3, 17, 64)]
NAMES = sorted(ADDRESSES)
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def naive(name, a, b):
    if name == "concatenate":
        return np.concatenate([a, b], axis=-1)
    return a + b if name == "add" else (a + b) / 2


class Combination:
    """The op with its vectors: a, b and y lie in one workspace, with gaps."""

    def __init__(self, name, shape, dtype, flags=(NEEDS, NEEDS), same=False):
        n_rows, positions, first, second = shape
        if name != "concatenate" or same:
            second = first
        rng = np.random.default_rng([8, *shape])
        self.a = rng.normal(size=(n_rows, positions, first)).astype(dtype)
        self.b = rng.normal(size=(n_rows, positions, second)).astype(dtype)
        if same:
            self.b = self.a
        self.y = naive(name, self.a, self.b)
        self.dy = rng.normal(size=self.y.shape).astype(dtype)
        starts = 1 + np.cumsum([0, self.a.size + 1, self.b.size + 1])
        if same:
            starts[1] = starts[0]
        self.starts = starts.tolist()
        self.values, self.gradients = np.full((2, starts[2] + self.y.size + 1), 7.0)
        self.values = self.values.astype(dtype)
        self.gradients = self.gradients.astype(dtype)
        self.op = make_op(
            inputs=self.starts[:2],
            output=self.starts[2],
            n_in=positions * first,
            n_out=self.y[0].size,
            flags=flags[0],
            ints=[first, second, flags[1]],
        )
        self.addresses = ADDRESSES[name][np.dtype(dtype).name]

    def place(self, vector, which, like):
        """The part of a workspace that holds a, b or y."""
        start = self.starts[which]
        return vector[start : start + like.size].reshape(like.shape)

    def forward(self):
        self.place(self.values, 0, self.a)[:] = self.a
        self.place(self.values, 1, self.b)[:] = self.b
        run_op(self.addresses[0], self.op, self.values, n_rows=len(self.a))
        return self.place(self.values, 2, self.y)

    def backward(self):
        self.place(self.gradients, 2, self.y)[:] = self.dy
        run_op(
            self.addresses[1], self.op, self.values, self.gradients, n_rows=len(self.a)
        )
        gradients = self.gradients
        return self.place(gradients, 0, self.a), self.place(gradients, 1, self.b)

    def parts_of_dy(self, name):
        if name != "concatenate":
            share = self.dy if name == "add" else self.dy / 2
            return share, share
        return np.split(self.dy, [self.a.shape[-1]], axis=-1)


@both_dtypes
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_forward_and_backward_as_numpy(shape, name, dtype):
    op = Combination(name, shape, dtype)
    assert_array_equal(op.forward(), op.y)
    for result, expected in zip(op.backward(), op.parts_of_dy(name), strict=True):
        assert_array_equal(result, expected)
    for vector in (op.values, op.gradients):  # the gaps are left alone
        gaps = [op.starts[0] - 1, op.starts[1] - 1, op.starts[2] - 1, len(vector) - 1]
        assert_array_equal(vector[gaps], 7)


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_the_adjoint(name):
    # both are linear: <y, dy> = <a, da> + <b, db>
    op = Combination(name, (4, 3, 5, 2), np.float64)
    product = (op.forward() * op.dy).sum()
    da, db = op.backward()
    assert_allclose((op.a * da).sum() + (op.b * db).sum(), product, rtol=1e-12)


@both_dtypes
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("second", [0, NEEDS, ADDS])
@pytest.mark.parametrize("first", [0, NEEDS, ADDS])
def test_flags_of_each_input(first, second, name, dtype):
    op = Combination(name, (3, 5, 18, 7), dtype, flags=(first, second))
    results, parts = op.backward(), op.parts_of_dy(name)
    for flags, result, part in zip((first, second), results, parts, strict=True):
        start = np.full_like(part, 7)
        assert_array_equal(result, {0: start, NEEDS: part, ADDS: start + part}[flags])


@both_dtypes
@pytest.mark.parametrize("name", NAMES)
def test_a_tensor_with_itself(name, dtype):
    op = Combination(name, (3, 2, 9, 9), dtype, flags=(NEEDS, ADDS), same=True)
    assert_array_equal(op.forward(), naive(name, op.a, op.a))
    both = op.parts_of_dy(name)
    assert_array_equal(op.backward()[0], both[0] + both[1])


@both_dtypes
@pytest.mark.parametrize("name", NAMES)
def test_rows_have_the_same_bits_alone(name, dtype):
    together = Combination(name, (6, 3, 11, 5), dtype)
    whole = together.forward().copy()
    for row in range(6):
        alone = Combination(name, (1, 3, 11, 5), dtype)
        alone.a, alone.b = together.a[row : row + 1], together.b[row : row + 1]
        assert_array_equal(alone.forward()[0], whole[row])
