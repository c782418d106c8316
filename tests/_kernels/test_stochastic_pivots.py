"""Descent of rows against pivots, against the same steps in Python."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels._stochastic import LANES
from skmanifold_nn._kernels._stochastic_pivots import pull_to_pivots


def naive(dissimilarities, masses, pivots, start, order, rate):
    x, loss = start.astype(np.float64), 0.0
    for i in range(len(x)):
        for p in np.roll(order, -(i // LANES % len(order))):
            delta = dissimilarities[i, p]
            if not np.isfinite(delta):
                continue
            step = x[i] - pivots[p]
            e = np.linalg.norm(step)
            loss += masses[p] * (delta - e) ** 2
            if e > 0:
                x[i] += min(1, masses[p] * rate) / 2 * (delta - e) / e * step
    return x, loss


def one_pass(dissimilarities, masses, pivots, start, order, rate, n_threads):
    (n, n_pivots), d = dissimilarities.shape, start.shape[1]
    dtype = dissimilarities.dtype
    n_chunks = -(-n // LANES)
    places = np.zeros((n_chunks * LANES, d), dtype)
    places[:n] = start
    places = places.reshape(-1, LANES, d).transpose(0, 2, 1).copy()
    losses = np.full(n_chunks, np.nan)
    scratch = np.full((n_threads, n_pivots * LANES), np.nan, dtype)
    pull_to_pivots(
        dissimilarities,
        masses,
        pivots,
        order.astype(np.int32),
        rate,
        n_threads,
        scratch,
        places,
        losses,
    )
    return places.transpose(0, 2, 1).reshape(-1, d)[:n], losses.sum()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "n, n_pivots, d", [(1, 1, 2), (17, 3, 1), (50, 7, 3), (333, 20, 5)]
)
def test_pass(rng, n, n_pivots, d, dtype):
    pivots = rng.standard_normal((n_pivots, d)).astype(dtype)
    dissimilarities = rng.random((n, n_pivots)).astype(dtype)
    dissimilarities[rng.random((n, n_pivots)) < 0.1] = np.nan
    masses = rng.integers(1, 9, n_pivots).astype(dtype)
    # A row that starts on a pivot has no direction to leave it.
    start = rng.standard_normal((n, d)).astype(dtype)
    start[0] = pivots[0]
    order = rng.permutation(n_pivots)
    given = dissimilarities, masses, pivots, start, order, 0.02
    rtol = 1e-4 if dtype == np.float32 else 1e-10
    expected, expected_loss = naive(*given)
    places, loss = one_pass(*given, 1)
    assert_allclose(places, expected, rtol=rtol, atol=rtol)
    assert_allclose(loss, expected_loss, rtol=rtol)
    for n_threads in (2, 3):
        again = one_pass(*given, n_threads)
        assert_array_equal(again[0], places)
        assert again[1] == loss
