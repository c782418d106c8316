"""Ops by which samples enter a network, against NumPy and SciPy."""

import ctypes

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import Source, collect, make_op, run_op
from scipy import sparse

from skmanifold_nn._kernels._inputs import ADDRESSES, count_tasks

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
# Every width of a block of columns, of either dtype, and several blocks.
WIDTHS = [*range(1, 20), 24, 31, 32, 33, 63, 64, 65, 100, 113, 128, 129, 150, 300]


class Samples:
    """Samples as an op sees them, dense or CSR."""

    def __init__(self, values, width, columns=None, starts=None):
        self.arrays = [values, columns, starts]  # kept alive
        pointers = [None if a is None else a.ctypes.data for a in self.arrays]
        self.source = Source(*pointers, width)

    def words(self, rows):
        self.rows = np.asarray(rows, dtype=np.int64)
        return {
            "source": ctypes.addressof(self.source),
            "rows": self.rows.ctypes.data,
            "n_rows": len(rows),
        }


def csr_samples(x):
    columns, starts = x.indices.astype(np.int32), x.indptr.astype(np.int64)
    return Samples(x.data, x.shape[1], columns, starts)


def random_csr(n, width, dtype, *, seed=5, density=0.3):
    """Rows with unsorted and repeated columns; row 1 is empty."""
    rng = np.random.default_rng([seed, n, width])
    counts = rng.binomial(2 * width, density / 2, size=n)
    counts[1:2] = 0
    starts = np.append(0, counts.cumsum())
    columns = rng.integers(width, size=starts[-1], dtype=np.int32)
    values = rng.normal(size=starts[-1]).astype(dtype)
    return sparse.csr_matrix((values, columns, starts), shape=(n, width))


def outputs_of(kind, samples, rows, dtype, **words):
    """What an op writes, behind two elements that it leaves alone."""
    width = samples.source.width
    op = make_op(output=2, n_in=width, n_out=width, **words)
    values = np.full(3 + len(rows) * width, 7, dtype)
    forward, backward, *_ = ADDRESSES[kind][np.dtype(dtype).name]
    run_op(forward, op, values, **samples.words(rows))
    assert_array_equal(values[[0, 1, -1]], 7)
    before = values.copy()
    run_op(backward, op, values, values, **samples.words(rows))
    assert_array_equal(values, before)
    return values[2:-1].reshape(len(rows), width)


@both_dtypes
@pytest.mark.parametrize("rows", [[3], [5, 0, 5, 2], []], ids=str)
@pytest.mark.parametrize("width", [1, 7, 40])
def test_gather_copies_rows(width, rows, dtype):
    x = np.random.default_rng([3, width]).normal(size=(6, width)).astype(dtype)
    assert_array_equal(outputs_of("gather", Samples(x, width), rows, dtype), x[rows])


@both_dtypes
@pytest.mark.parametrize("rows", [[3], [5, 0, 5, 2], []], ids=str)
@pytest.mark.parametrize("width", [1, 7, 40, 131])
def test_gather_scaled_and_bytes(width, rows, dtype):
    rng = np.random.default_rng([6, width])
    x = rng.normal(size=(6, width)).astype(dtype)
    scaled = outputs_of("gather_scaled", Samples(x, width), rows, dtype, reals=1 / 3)
    assert_array_equal(scaled, x[rows] * dtype(1 / 3))
    x = rng.integers(256, size=(6, width), dtype=np.uint8)
    x[0, 0], x[5, -1] = 0, 255
    scaled = outputs_of("gather_bytes", Samples(x, width), rows, dtype, reals=1 / 255)
    assert_array_equal(scaled, x[rows].astype(dtype) * dtype(1 / 255))


@both_dtypes
@pytest.mark.parametrize("rows", [[3], [1], [5, 0, 5, 2], []], ids=str)
@pytest.mark.parametrize("width", [1, 7, 40])
def test_densify_as_scipy(width, rows, dtype):
    x = random_csr(6, width, dtype)
    dense = outputs_of("densify", csr_samples(x), rows, dtype)
    assert_allclose(dense, x.toarray()[rows], rtol=1e-5, atol=1e-6)


@both_dtypes
def test_densify_without_entries(dtype):
    samples = csr_samples(sparse.csr_matrix((4, 9), dtype=dtype))
    assert_array_equal(outputs_of("densify", samples, [3, 0], dtype), np.zeros((2, 9)))


class SparseDense:
    """The op with its vectors."""

    def __init__(self, x, n_out, dtype, has_bias=True, rows=None):
        self.x, self.n_out, self.samples = x, n_out, csr_samples(x)
        self.rows = np.arange(x.shape[0]) if rows is None else rows
        rng = np.random.default_rng([11, *x.shape, n_out])
        n_params = (x.shape[1] + has_bias) * n_out
        self.params = np.append(np.nan, rng.normal(size=n_params)).astype(dtype)
        self.dy = rng.normal(size=(len(self.rows), n_out)).astype(dtype)
        words = {"params": 1, "flags": 0, "ints": int(has_bias), "output": 2}
        words["n_tasks"] = max(count_tasks(x.shape[1], n_out), min(3, x.shape[1]))
        self.op = make_op(n_in=x.shape[1], n_out=n_out, **words)
        self.addresses = ADDRESSES["sparse_dense"][np.dtype(dtype).name]

    @property
    def weights(self):
        size = self.x.shape[1] * self.n_out
        return self.params[1 : 1 + size].reshape(-1, self.n_out)

    @property
    def bias(self):
        bias = self.params[1 + self.weights.size :]
        return bias if len(bias) else np.zeros(self.n_out)

    def forward(self, rows=None):
        rows = self.rows if rows is None else rows
        values = np.full(3 + len(rows) * self.n_out, 7, self.params.dtype)
        words = self.samples.words(rows) | {"params": self.params.ctypes.data}
        run_op(self.addresses[0], self.op, values, **words)
        assert_array_equal(values[[0, 1, -1]], 7)
        return values[2:-1].reshape(len(rows), -1)

    def backward(self):
        gradients = np.full(3 + self.dy.size, np.nan, self.dy.dtype)
        gradients[2:-1] = self.dy.ravel()
        dparams = np.ones(len(self.params) + 1, self.params.dtype)
        words = self.samples.words(self.rows)
        words |= {"params": self.params.ctypes.data}
        words |= {"param_gradients": dparams.ctypes.data}
        collect(self.addresses[3], self.op, gradients, gradients, **words)
        assert_array_equal(gradients[2:-1], self.dy.ravel())
        assert_array_equal(dparams[[0, -1]], 1)
        return dparams[1:-1]


def assert_as_scipy(layer, dtype):
    tolerance = {"rtol": 1e-12, "atol": 1e-12}
    if dtype == np.float32:
        tolerance = {"rtol": 1e-4, "atol": 1e-4}
    x = layer.x.astype(np.float64)[layer.rows]
    W, dy = layer.weights.astype(np.float64), layer.dy.astype(np.float64)
    assert_allclose(layer.forward(), x @ W + layer.bias, **tolerance)
    dparams = layer.backward()
    assert_allclose(dparams[: W.size].reshape(W.shape), x.T @ dy, **tolerance)
    db = dy.sum(axis=0) if len(dparams) > W.size else []
    assert_allclose(dparams[W.size :], db, **tolerance)


@both_dtypes
@pytest.mark.parametrize("n_out", WIDTHS)
def test_sparse_dense_as_scipy(n_out, dtype):
    x = random_csr(17, 23, dtype)
    assert_as_scipy(SparseDense(x, n_out, dtype), dtype)
    assert_as_scipy(SparseDense(x, n_out, dtype, has_bias=False), dtype)
    assert_as_scipy(SparseDense(x, n_out, dtype, rows=[5, 0, 5, 16]), dtype)


@both_dtypes
@pytest.mark.parametrize("n_out", [1, 5, 37, 200])
@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (33, 1), (64, 5000)], ids=str)
def test_sparse_dense_of_other_shapes(shape, n_out, dtype):
    x = random_csr(*shape, dtype, density=min(0.5, 40 / shape[1]))
    assert_as_scipy(SparseDense(x, n_out, dtype), dtype)


@both_dtypes
@pytest.mark.parametrize("n_out", [1, 20, 5000])
def test_sparse_dense_without_entries(n_out, dtype):
    empty = sparse.csr_matrix((3, 60), dtype=dtype)
    assert_as_scipy(SparseDense(empty, n_out, dtype), dtype)
    # A row without entries between others, in a matrix that is far from the caches.
    x = random_csr(3, 5000, dtype, density=0.01)
    assert_as_scipy(SparseDense(x, 60, dtype, rows=[0, 1, 2, 1]), dtype)


def test_gradients_as_finite_differences():
    layer = SparseDense(random_csr(5, 4, np.float64, density=0.8), 3, np.float64)
    dparams = layer.backward()
    scale = np.abs(dparams).max()
    for index in range(1, len(layer.params)):
        saved, ends = layer.params[index], []
        for step in (1e-6, -1e-6):
            layer.params[index] = saved + step
            ends.append((layer.forward() * layer.dy).sum())
        layer.params[index] = saved
        slope = (ends[0] - ends[1]) / 2e-6
        assert_allclose(dparams[index - 1], slope, rtol=1e-6, atol=1e-7 * scale)


@both_dtypes
@pytest.mark.parametrize("n_out", [1, 6, 37, 200])
def test_a_row_has_the_same_bits_alone(n_out, dtype):
    layer = SparseDense(random_csr(33, 2000, dtype, density=0.02), n_out, dtype)
    together = layer.forward()
    for row in range(33):
        assert_array_equal(layer.forward([row])[0], together[row])
