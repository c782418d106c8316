"""The last states of sequences, against plain indexing."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from op_cases import ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, make_op, run_op

from skmanifold_nn._kernels._steps import ADDRESSES

LENGTHS = [[], [1], [4], [3, 3], [6, 4, 4, 2, 1]]
NEEDS = NEEDS_INPUT_GRADIENT
either_direction = pytest.mark.parametrize("reverse", [0, 1])
both_dtypes = pytest.mark.parametrize("dtype", ["float64", "float32"])


class Last:
    """The op on sequences whose steps are packed by time."""

    def __init__(self, lengths, dtype, reverse, flags=NEEDS, width=3):
        steps = range(max(lengths, default=0))
        self.active = np.array([sum(T > t for T in lengths) for t in steps], np.int64)
        places = [(j, t) for t in steps for j in range(self.active[t])]
        ends = [(j, 0 if reverse else T - 1) for j, T in enumerate(lengths)]
        self.rows = [places.index(end) for end in ends]  # of the wanted states
        rng = np.random.default_rng(4)
        self.x = rng.normal(size=(len(places), width)).astype(dtype)
        self.dy = rng.normal(size=(len(lengths), width)).astype(dtype)
        self.output = 2 + self.x.size
        self.values, self.gradients = np.full((2, self.output + self.dy.size), 7, dtype)
        words = {"inputs": 1, "output": self.output, "n_in": width, "n_out": width}
        self.op = make_op(flags=flags, ints=reverse, **words)
        self.addresses = ADDRESSES["last"][dtype]

    def run(self, which):
        words = {"n_rows": len(self.dy), "n_sequences": len(self.dy)}
        words |= {"active": self.active.ctypes.data, "n_steps": len(self.active)}
        run_op(self.addresses[which], self.op, self.values, self.gradients, **words)

    def forward(self):
        self.values[1 : self.output - 1] = self.x.ravel()
        self.run(0)
        return self.values[self.output :].reshape(self.dy.shape)

    def backward(self):
        self.gradients[self.output :] = self.dy.ravel()
        self.run(1)
        assert self.gradients[0] == self.gradients[self.output - 1] == 7
        return self.gradients[1 : self.output - 1].reshape(self.x.shape)


@both_dtypes
@either_direction
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_last(lengths, reverse, dtype):
    last = Last(lengths, dtype, reverse)
    assert_array_equal(last.forward(), last.x[last.rows])
    expected = np.zeros_like(last.x)
    expected[last.rows] = last.dy
    assert_array_equal(last.backward(), expected)


@both_dtypes
@either_direction
def test_flags(reverse, dtype):
    adds = Last(LENGTHS[-1], dtype, reverse, flags=NEEDS | ADDS_TO_INPUT_GRADIENT)
    expected = np.full_like(adds.x, 7)
    expected[adds.rows] += adds.dy
    assert_array_equal(adds.backward(), expected)
    none = Last(LENGTHS[-1], dtype, reverse, flags=0)
    assert (none.backward() == 7).all()
