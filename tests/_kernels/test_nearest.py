"""Bounds kept in heaps and decisions by exact distances, against plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _nearest

INF = np.float32(np.inf)


def heaps(n, size):
    return np.full((n, size), INF, np.float32), np.full((n, size), -1, np.int32)


def naive_bounds(products, norms, rows, size):
    """The smallest norms[j] - 2 products[i, j], j != i, ascending, and their j."""
    values = norms - 2 * products
    values[np.arange(len(rows)), rows] = INF
    order = np.argsort(values, axis=1)[:, :size]
    return np.take_along_axis(values, order, axis=1), order


def by_bound(bounds, items):
    order = np.argsort(bounds, axis=1)
    return (
        np.take_along_axis(bounds, order, axis=1),
        np.take_along_axis(items, order, axis=1),
    )


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize("n", [11, 79, 331])
def test_rows_in_two_pieces(rng, n, size, n_threads):
    products = rng.standard_normal((n, n)).astype(np.float32)
    norms = rng.random(n).astype(np.float32)
    rows = np.arange(1, n, 2, dtype=np.int32)
    bounds, items = heaps(len(rows), size)
    for first, last in ((0, n // 3), (n // 3, n)):
        piece = np.ascontiguousarray(products[rows, first:last])
        _nearest.keep_nearest_of_rows(
            piece, norms, rows, first, n_threads, bounds, items
        )
    expected = naive_bounds(products[rows], norms, rows, size)
    for found, known in zip(by_bound(bounds, items), expected, strict=True):
        assert_array_equal(found, known)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("height", [1, 5, 40])
@pytest.mark.parametrize("width", [3, 64, 256, 301, 530])
def test_columns(rng, width, height, n_threads):
    size, first, skipped = 4, 2, 2
    n = first + height + width
    products = rng.standard_normal((height, skipped + width)).astype(np.float32)
    norms = rng.random(n).astype(np.float32)
    bounds, items = heaps(n, size)
    _nearest.keep_nearest_of_columns(
        products, norms, first, n - width - skipped, skipped, n_threads, bounds, items
    )
    assert np.isinf(bounds[: n - width]).all()
    values = norms[first : first + height] - 2 * products[:, skipped:].T
    kept = min(size, height)
    order = np.argsort(values, axis=1)[:, :kept]
    found = by_bound(bounds[n - width :], items[n - width :])
    assert_array_equal(found[0][:, :kept], np.take_along_axis(values, order, axis=1))
    assert_array_equal(found[1][:, :kept], first + order)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 15, 16, 50])
def test_squared_distances_of_pairs(rng, d, dtype):
    X = rng.standard_normal((20, d)).astype(dtype)
    rows, columns = rng.integers(0, 20, (2, 101)).astype(np.int32)
    squares, mirrored = np.empty((2, 101))
    _nearest.squared_distances_of_pairs(X, rows, columns, 2, squares)
    _nearest.squared_distances_of_pairs(X, columns, rows, 1, mirrored)
    difference = X[rows].astype(np.float64) - X[columns]
    # sums of d terms that are not negative
    assert_allclose(squares, (difference**2).sum(axis=1), rtol=d * 1e-16 + 1e-15)
    assert_array_equal(squares, mirrored)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_decisions(rng, dtype, n_threads):
    n, k, size = 60, 3, 7
    X = rng.integers(0, 3, (n, 4)).astype(dtype)  # many ties
    exact = ((X[:, None].astype(np.float64) - X) ** 2).sum(axis=2)
    slack = 0.25
    rows = np.arange(0, n, 3, dtype=np.int32)
    bounds, items = heaps(len(rows), size)
    for first in range(0, n, 20):
        products = -0.5 * (exact[rows, first : first + 20] - slack)
        _nearest.keep_nearest_of_rows(
            products.astype(np.float32),
            np.zeros(n, np.float32),
            rows,
            first,
            n_threads,
            bounds,
            items,
        )
    last = bounds.max(axis=1)
    squares = np.empty((len(rows), k))
    neighbors = np.empty((len(rows), k), np.int32)
    proved = np.empty(len(rows), np.uint8)
    norms = np.zeros(len(rows))
    _nearest.decide_nearest(
        X, norms, 1.0, rows, n_threads, bounds, items, squares, neighbors, proved
    )
    np.put_along_axis(exact, np.arange(n)[:, None], INF, axis=1)
    order = np.argsort(exact[rows], axis=1, kind="stable")[:, :k]
    nearest = np.take_along_axis(exact[rows], order, axis=1)
    assert_array_equal(squares, nearest)
    assert_array_equal(proved, nearest[:, -1] < last)
    assert 0 < proved.sum() < len(rows)
    assert_array_equal(neighbors[proved == 1], order[proved == 1])
