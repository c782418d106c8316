"""Products with squared distances read in place, against plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _centered_kernel

LANES = _centered_kernel.LANES
ROWS = _centered_kernel.ROWS
# around a group of rows, around a tile of 256, and more row tiles than parts
SIZES = [1, 2, 7, 8, 9, 255, 256, 257, 530, 801]


def upper_squares(distances):
    """D o D in float64, mirrored from its upper triangle."""
    upper = np.triu(distances.astype(np.float64)) ** 2
    return upper + np.triu(upper, 1).T


def product(distances, block, n_threads, n_parts=3):
    n = len(distances)
    n_rows = -(-n // ROWS) * ROWS
    panel = np.zeros((n_rows, LANES))
    panel[:n] = block
    parts = np.full((n_parts, n_rows, LANES), np.nan)
    _centered_kernel.squares_times_lanes(distances, panel, n_threads, parts)
    return parts[0, :n]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", SIZES)
def test_squares_times_lanes(n, dtype, rng):
    distances = rng.random((n, n)).astype(dtype)
    block = rng.standard_normal((n, LANES))
    expected = upper_squares(distances) @ block
    for n_parts in (1, 2, 3, 16):
        computed = product(distances, block, 1, n_parts)
        # sums of n terms of order one
        assert_allclose(computed, expected, rtol=0, atol=1e-15 * (n + 10) * 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_entries_below_the_diagonal_are_not_used(dtype, rng):
    distances = rng.random((300, 300)).astype(dtype)
    block = rng.standard_normal((300, LANES))
    expected = product(distances, block, 1)
    distances[np.tril_indices(300, -1)] = np.nan
    assert_array_equal(product(distances, block, 1), expected)


@pytest.mark.parametrize("n_threads", [2, 3])
def test_same_bits_for_any_number_of_threads(n_threads, rng):
    distances = rng.random((1100, 1100))
    block = rng.standard_normal((1100, LANES))
    expected = product(distances, block, 1, 16)
    for _ in range(3):
        assert_array_equal(product(distances, block, n_threads, 16), expected)


def test_read_only_input(rng):
    distances = rng.random((20, 20))
    distances.flags.writeable = False
    block = rng.standard_normal((20, LANES))
    assert_allclose(product(distances, block, 1), upper_squares(distances) @ block)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("n_threads", [1, 2])
def test_centered_row_norms(n, n_threads, dtype, rng):
    distances = rng.random((n, n)).astype(dtype)
    similarities = -upper_squares(distances) / 2
    means = similarities.mean(axis=0)
    kernel = similarities - means - means[:, None] + means.mean()
    expected = 2 * (np.triu(kernel) ** 2).sum(axis=1) - np.diag(kernel) ** 2
    norms = np.full(n, np.nan)
    _centered_kernel.centered_row_norms(
        distances, means, means.mean(), n_threads, norms
    )
    assert_allclose(norms, expected, rtol=1e-11, atol=1e-13)
