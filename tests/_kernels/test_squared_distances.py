"""Squared distances by products against SciPy's by differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist

from skmanifold_nn._kernels._squared_distances import squared_distances


def measured(x, y, n_threads):
    norms = np.square(x).sum(axis=1), np.square(y).sum(axis=1)
    squares = np.full((len(x), len(y)), np.nan)
    columns = np.ascontiguousarray(y.T)
    squared_distances(-2 * x, norms[0], columns, norms[1], n_threads, squares)
    return squares


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(
    "m, n, d", [(1, 1, 1), (7, 45, 3), (33, 31, 130), (70, 515, 9)]
)
def test_squares(rng, m, n, d, n_threads):
    x, y = rng.standard_normal((m, d)), rng.standard_normal((n, d))
    x[: min(m, n) // 2] = y[: min(m, n) // 2]
    squares = measured(x, y, n_threads)
    assert_allclose(squares, cdist(x, y, "sqeuclidean"), rtol=1e-12, atol=1e-12 * d)
    assert squares.min() >= 0


def test_rows_and_copies_have_the_same_bits(rng):
    x, y = rng.standard_normal((40, 20)), rng.standard_normal((50, 20))
    y[30:35] = y[3]
    squares = measured(x, y, 1)
    assert_array_equal(measured(x, y, 2), squares)
    assert_array_equal(measured(x[17:18], y, 1), squares[17:18])
    assert_array_equal(squares[:, 30:35], np.repeat(squares[:, 3:4], 5, axis=1))
