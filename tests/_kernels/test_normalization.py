"""Ops of batch and layer normalisation against NumPy, differences and PyTorch."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import (
    ADDS_TO_INPUT_GRADIENT,
    FROZEN,
    MEET_BACKWARD,
    MEET_FORWARD,
    NEEDS_INPUT_GRADIENT,
    make_op,
    meet,
    run_op,
)

from skmanifold_nn._kernels._batch_normalization import ADDRESSES as BATCH
from skmanifold_nn._kernels._batch_normalization import scratch_sizes
from skmanifold_nn._kernels._normalization import ADDRESSES as LAYER
from skmanifold_nn._kernels._normalization import scratch_per_row

NEEDS, ADDS = NEEDS_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT
EPSILON, MOMENTUM = 1e-3, 0.3
# rows, positions, channels: one value; folded rows, with and without a rest; lanes that
# overlap; several spans of channels and chunks of rows; long rows
SHAPES = [(1, 1, 1), (1, 1, 7), (2, 1, 5), (5, 1, 1), (33, 9, 3), (70, 1, 17)]
SHAPES += [(67, 1, 33), (40, 2, 128), (3, 1, 257), (35, 1, 530), (2, 1, 3001)]
NAMES = ["batch_norm", "layer_norm"]
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
either_mode = pytest.mark.parametrize("training", [0, 1])


class Normalization:
    """The op with its vectors; x, y and the scratch lie in one workspace a part.

    Batch normalisation is two ops, between which the parts meet.
    """

    def __init__(
        self, name, shape, dtype, *, training=1, affine=True, flags=NEEDS, n_parts=1
    ):
        self.name, self.training, self.affine = name, training, affine
        n_rows, positions, self.channels = shape
        n_in = positions * self.channels
        rng = np.random.default_rng([6, *shape])
        self.x, self.dy = rng.normal(size=(2, n_rows, n_in)).astype(dtype)
        self.x = 2 * self.x + 1
        self.params = rng.normal(size=1 + 2 * self.channels).astype(dtype)
        self.state = rng.uniform(1, 2, size=1 + 2 * self.channels).astype(dtype)
        self.ends = np.arange(n_parts + 1) * n_rows // n_parts
        rows = -(-n_rows // n_parts)
        self.output = 16 + rows * n_in
        self.cache = -(-(self.output + rows * n_in + 1) // 16) * 16
        words = {
            "inputs": 16,
            "n_in": n_in,
            "n_out": n_in,
            "params": 1,
            "n_params": 2 * self.channels * affine,
            "state": 1,
            "flags": flags,
            "ints": [self.channels, int(affine)],
            "reals": [EPSILON, MOMENTUM],
        }
        dtype = np.dtype(dtype)
        if name == "layer_norm":
            scratch, shared = rows * scratch_per_row(n_in, self.channels), 0
            self.addresses = [LAYER[name][dtype.name]]
            ops = [make_op(output=self.output, cache=self.cache, **words)]
        else:
            first, second, shared = scratch_sizes(self.channels)
            first = -(-first // 16) * 16
            scratch = first + second
            names = ("batch_statistics", "batch_norm")
            self.addresses = [BATCH[name][dtype.name] for name in names]
            ops = [
                make_op(output=16, cache=self.cache, **(words | {"flags": 0})),
                make_op(output=self.output, cache=self.cache + first, **words),
            ]
        self.ops = np.vstack(ops)
        self.shared = np.full(shared + 1, 7, dtype)
        shape = n_parts, -(-(self.cache + scratch + 1) // 16) * 16
        self.values, self.gradients = np.full((2, *shape), 7, dtype)
        self.end = self.cache + scratch

    def words(self):
        names = "params", "state", "shared"
        words = {name: getattr(self, name).ctypes.data for name in names}
        return words | {"training": self.training}

    def passes(self, **words):
        """The words of the passes of all parts, and their workspaces."""
        for part, n_rows in enumerate(np.diff(self.ends)):
            yield (
                self.values[part],
                self.gradients[part],
                self.words() | {"n_rows": int(n_rows)} | words,
            )

    def meet(self, task):
        if self.name == "batch_norm" and self.training:
            passes = list(self.passes())
            meet(self.addresses[1][4], self.ops[1], passes, task)

    def forward(self):
        for k, functions in enumerate(self.addresses):
            if k == 1:
                self.meet(MEET_FORWARD)
            for part, (values, _, words) in enumerate(self.passes()):
                rows = slice(*self.ends[part : part + 2])
                values[16 : 16 + self.x[rows].size] = self.x[rows].ravel()
                run_op(functions[0], self.ops[k], values, **words)
                assert values[15] == values[self.end] == self.shared[-1] == 7
        return self.rows_of(self.values, self.output)

    def backward(self):
        dparams = np.ones_like(self.params)
        for k in reversed(range(len(self.addresses))):
            passes = self.passes(param_gradients=dparams.ctypes.data)
            for part, (values, gradients, words) in enumerate(passes):
                dy = self.dy[slice(*self.ends[part : part + 2])].ravel()
                gradients[self.output : self.output + dy.size] = dy
                run_op(self.addresses[k][1], self.ops[k], values, gradients, **words)
                assert gradients[15] == gradients[self.end] == 7
            if k == 1:
                self.meet(MEET_BACKWARD)
        assert dparams[0] == 1
        return self.rows_of(self.gradients, 16), dparams[1:] - 1

    def rows_of(self, workspaces, start):
        """A tensor, of all parts."""
        n_in = self.x.shape[1]
        return np.vstack(
            [
                workspace[start : start + n_rows * n_in].reshape(n_rows, n_in)
                for workspace, n_rows in zip(
                    workspaces, np.diff(self.ends), strict=True
                )
            ]
        )

    def twin(self):
        """y, dx, the gradients of the parameters and the new state, in NumPy."""
        x, dy = (
            a.astype(np.float64).reshape(-1, self.channels) for a in (self.x, self.dy)
        )
        scale, offset = self.params[1:].astype(np.float64).reshape(2, -1)
        if not self.affine:
            scale, offset = np.ones_like(scale), np.zeros_like(offset)
        axis = 0 if self.name == "batch_norm" else 1
        mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
        state = self.state.astype(np.float64)
        running = state[1:].reshape(2, -1)
        given = not self.training and self.name == "batch_norm"
        if given:
            mean, variance = running.copy()
        elif self.name == "batch_norm":
            batch = np.vstack([mean, x.var(0, ddof=min(len(x) - 1, 1))])
            running[:] = (1 - MOMENTUM) * running + MOMENTUM * batch
        z = (x - mean) / np.sqrt(variance + EPSILON)
        p = dx = dy * scale
        if not given:
            dx = p - p.mean(axis, keepdims=True) - z * (p * z).mean(axis, keepdims=True)
        dx = dx / np.sqrt(variance + EPSILON)
        dparams = np.append((dy * z).sum(axis=0), dy.sum(axis=0)) * self.affine
        shape = self.x.shape
        return (z * scale + offset).reshape(shape), dx.reshape(shape), dparams, state


def tolerance(dtype):
    """Rounding of values of order one, whose sums are of at most some hundred."""
    bound = 2e-5 if dtype == np.float32 else 1e-12
    return {"rtol": bound, "atol": bound}


@both_dtypes
@either_mode
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_forward_and_backward_as_numpy(name, shape, affine, training, dtype):
    op = Normalization(name, shape, dtype, training=training, affine=affine)
    y, dx, dparams, state = op.twin()
    assert_allclose(op.forward(), y, **tolerance(dtype))
    assert_allclose(op.state, state, **tolerance(dtype))
    results = op.backward()
    assert_allclose(results[0], dx, **tolerance(dtype))
    assert_allclose(results[1], dparams, **tolerance(dtype))


@either_mode
@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 1, 4), (3, 2, 5), (2, 1, 40)])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_as_finite_differences(name, shape, training):
    op = Normalization(name, shape, np.float64, training=training)
    state = op.state.copy()
    op.forward()
    results = dict(zip(("x", "params"), op.backward(), strict=True))

    def value():
        op.state[:] = state
        return (op.forward() * op.dy).sum()

    def slope(vector, index, step):
        saved, ends = vector.flat[index], []
        for multiple in (-2, -1, 1, 2):
            vector.flat[index] = saved + multiple * step
            ends.append(value())
        vector.flat[index] = saved
        return (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)

    slopes = [slope(op.x, index, 1e-3) for index in range(op.x.size)]
    error = np.abs(results["x"].ravel() - slopes).max()
    assert error <= 1e-6 * np.abs(slopes).max() + 1e-12
    slopes = [slope(op.params, index, 1e-3) for index in range(1, len(op.params))]
    error = np.abs(results["params"] - slopes).max()
    assert error <= 1e-6 * np.abs(slopes).max() + 1e-12


@both_dtypes
@either_mode
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(9, 3, 5), (20, 1, 300)], ids=str)
def test_flags(shape, name, training, dtype):
    plain, adds, none = (
        Normalization(name, shape, dtype, training=training, flags=flags)
        for flags in (NEEDS, ADDS, 0)
    )
    for op in (plain, adds, none):
        op.forward()
    dx, dparams = plain.backward()
    for op, expected in ((adds, dx + 7), (none, np.full_like(dx, 7))):
        result = op.backward()
        assert_allclose(result[0], expected, rtol=2e-6)
        assert_array_equal(result[1], dparams)
    bare = Normalization(name, shape, dtype, affine=False, flags=0)
    bare.forward()
    assert_array_equal(bare.backward()[0], 7)


@both_dtypes
@pytest.mark.parametrize("shape", [(1, 1, 5), (1, 1, 300), (9, 4, 3), (100, 1, 40)])
@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_vary_is_the_offset(name, shape, dtype):
    op = Normalization(name, shape, dtype)
    op.x[:] = 1234.567
    offset = op.params[1 + op.channels :]
    y = op.forward().reshape(-1, op.channels)
    if name == "batch_norm":
        assert_array_equal(y, np.broadcast_to(offset, y.shape))
    else:
        # what summing up leaves, over sqrt(epsilon)
        atol = 1e-5 if dtype == np.float32 else 1e-12
        assert_allclose(y, np.broadcast_to(offset, y.shape), atol=atol)
    dx, _ = op.backward()
    if name == "batch_norm" and op.x.size == op.channels:
        assert_array_equal(dx, 0)
    assert np.isfinite(dx).all()


@both_dtypes
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(3000, 1, 7), (500, 1, 100), (4, 1, 5000)], ids=str)
@pytest.mark.parametrize("start", ["plain", "sorted", "outlier"])
def test_large_means_and_uneven_values(start, shape, name, dtype):
    op = Normalization(name, shape, dtype, affine=False)
    op.x = (1e4 + (op.x - 1) / 2).astype(dtype)
    if start == "sorted":
        op.x.sort(axis=0)
    elif start == "outlier":
        op.x[0] += 300
        op.x[:, 0] += 300
    y, dx, *_ = op.twin()
    assert_allclose(op.forward(), y, rtol=1e-5, atol=3e-6)
    assert_allclose(op.backward()[0], dx, rtol=3e-5, atol=1e-5)


@both_dtypes
@pytest.mark.parametrize("shape", [(9, 1, 5), (70, 1, 40), (3, 1, 300)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_where_it_belongs(name, shape, dtype):
    op = Normalization(name, shape, dtype)
    op.x[1, 2] = np.nan
    expected = np.zeros_like(op.x, dtype=bool)
    expected[(slice(None), 2) if name == "batch_norm" else (1, slice(None))] = True
    assert_array_equal(np.isnan(op.forward()), expected)
    assert_array_equal(np.isnan(op.backward()[0]), expected)


@pytest.mark.parametrize("name", NAMES)
def test_variances_that_overflow_are_not_taken_for_zero(name):
    op = Normalization(name, (40, 1, 40), np.float32)
    op.x *= np.float32(1e25)
    y = op.forward()
    assert not np.isfinite(y).all() or np.abs(y).max() < 100


@both_dtypes
def test_running_statistics_come_to_those_of_the_data(dtype):
    op = Normalization("batch_norm", (50, 1, 20), dtype)
    for _ in range(60):
        op.forward()
    mean, variance = op.state[1:].reshape(2, -1)
    assert_allclose(mean, op.x.mean(axis=0), rtol=1e-5, atol=1e-5)
    assert_allclose(variance, op.x.var(axis=0, ddof=1), rtol=1e-5)
    state = op.state.copy()
    op.training = 0
    op.forward()
    op.backward()
    assert_array_equal(op.state, state)


@both_dtypes
@pytest.mark.parametrize("shape", [(20, 3, 7), (33, 1, 100), (9, 1, 700)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_row_has_the_same_bits_alone_outside_training(name, shape, dtype):
    op = Normalization(name, shape, dtype, training=0)
    whole, x = op.forward(), op.x
    for row in range(len(x)):
        alone = Normalization(name, (1, *shape[1:]), dtype, training=0)
        alone.params, alone.state, alone.x = op.params, op.state, x[row : row + 1]
        assert_array_equal(alone.forward()[0], whole[row])


@both_dtypes
@either_mode
@pytest.mark.parametrize("shape", [(40, 1, 17), (9, 12, 8), (30, 1, 300)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_as_pytorch(name, shape, training, dtype):
    torch = pytest.importorskip("torch")
    op = Normalization(name, shape, dtype, training=training)
    c, rows = op.channels, (-1, op.channels)
    x = torch.tensor(op.x.reshape(rows), requires_grad=True)
    scale, offset = (
        torch.tensor(a, requires_grad=True) for a in op.params[1:].reshape(2, -1)
    )
    running = [torch.tensor(a) for a in op.state[1:].reshape(2, -1)]
    if name == "batch_norm":
        y = torch.nn.functional.batch_norm(
            x, *running, scale, offset, bool(training), MOMENTUM, EPSILON
        )
    else:
        y = torch.nn.functional.layer_norm(x, (c,), scale, offset, EPSILON)
    y.backward(torch.tensor(op.dy.reshape(rows)))
    limits = {"rtol": 1e-5, "atol": 1e-5}
    assert_allclose(op.forward().reshape(rows), y.detach().numpy(), **limits)
    assert_allclose(op.state[1:], np.concatenate(running), **limits)
    dx, dparams = op.backward()
    assert_allclose(dx.reshape(rows), x.grad.numpy(), **limits)
    expected = np.append(scale.grad.numpy(), offset.grad.numpy())
    assert_allclose(dparams, expected, rtol=1e-5, atol=2e-5)


# --- batch normalisation of parts ---


@both_dtypes
@pytest.mark.parametrize("n_parts", [2, 3, 8])
@pytest.mark.parametrize("shape", [(5, 3, 7), (40, 2, 33), (16, 1, 300)], ids=str)
def test_parts_have_the_statistics_of_all(shape, n_parts, dtype):
    op = Normalization("batch_norm", shape, dtype, n_parts=n_parts)
    y, dx, dparams, state = op.twin()
    assert_allclose(op.forward(), y, **tolerance(dtype))
    assert_allclose(op.state, state, **tolerance(dtype))
    results = op.backward()
    assert_allclose(results[0], dx, **tolerance(dtype))
    assert_allclose(results[1], dparams, **tolerance(dtype))


@pytest.mark.parametrize("n_parts", [1, 3])
def test_large_means_of_parts(n_parts):
    op = Normalization("batch_norm", (300, 1, 7), np.float32, n_parts=n_parts)
    op.x = (1e4 + np.sort(op.x, axis=0)).astype(np.float32)
    y, dx, *_ = op.twin()
    assert_allclose(op.forward(), y, rtol=1e-5, atol=1e-5)
    assert_allclose(op.backward()[0], dx, rtol=3e-5, atol=1e-5)


@both_dtypes
@pytest.mark.parametrize("name", NAMES)
def test_frozen_parameters_and_statistics(name, dtype):
    op = Normalization(name, (9, 3, 5), dtype, flags=NEEDS | FROZEN)
    given = Normalization(name, (9, 3, 5), dtype, training=0)
    state = op.state.copy()
    assert_array_equal(op.forward(), given.forward())
    dx, dparams = op.backward()
    assert_array_equal(dx, given.backward()[0])
    assert_array_equal(dparams, 0)
    assert_array_equal(op.state, state)
