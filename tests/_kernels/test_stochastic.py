"""Stochastic descent against the same steps in Python, pair by pair."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels._stochastic import LANES, pull_pairs


def pull(x, i, j, delta, w, rate):
    """One pair of the naive twin; its loss before the step."""
    if not np.isfinite(delta) or w == 0:
        return 0.0
    step = x[i] - x[j]
    e = np.linalg.norm(step)
    f = min(1, w * rate) / 2 * (delta - e) / e if e else 0.0
    x[i] += f * step
    x[j] -= f * step
    return w * (delta - e) ** 2


def naive(dissimilarities, weights, x, chunks, turns, shifts, rate):
    """The pass of pull_pairs; places and the sum of the losses."""
    x, n, loss = x.astype(np.float64), len(dissimilarities), 0.0

    def meet(i, j):
        if i >= n or j >= n:
            return 0.0
        w = 1.0 if weights is None else weights[i, j]
        return pull(x, i, j, dissimilarities[i, j], w, rate)

    def meet_blocks(first, second, shifts):
        size, total = len(first), 0.0
        for turn in turns:
            for shift in shifts:
                for a in range(size):
                    for lane in range(LANES):
                        i = first[a] * LANES + lane
                        other = second[(a + shift) % size]
                        j = other * LANES + (lane + turn) % LANES
                        total += meet(i, j)
        return total

    for block in chunks:
        for a, chunk in enumerate(block):
            first = chunk * LANES
            for i in range(LANES):
                for j in range(i + 1, LANES):
                    loss += meet(first + i, first + j)
            for b in range(a):
                loss += meet_blocks(block[b : b + 1], block[a : a + 1], [0])
    n_turns = len(chunks) - 1
    for turn in range(n_turns):
        for k in range(len(chunks) // 2):
            first = (turn + k) % n_turns
            second = (turn - k) % n_turns if k else n_turns
            loss += meet_blocks(chunks[first], chunks[second], shifts)
    return x, loss


def problem(rng, n, d, dtype, weighted):
    points = rng.standard_normal((n, d + 1))
    dissimilarities = np.linalg.norm(points[:, None] - points, axis=2)
    weights = None
    if weighted:
        weights = 10.0 ** rng.uniform(-2, 2, (n, n))
        weights *= rng.random((n, n)) < 0.7
        weights = (weights + weights.T).astype(dtype)
        missing = rng.random((n, n)) < 0.1
        dissimilarities[missing | missing.T] = np.nan
        dissimilarities[weights == 0] = np.inf
    return dissimilarities.astype(dtype), weights, rng.random((n, d))


def one_pass(dissimilarities, weights, start, order, rate, n_threads):
    chunks, turns, shifts = order
    n, d = start.shape
    dtype = dissimilarities.dtype
    m = chunks.shape[1] * LANES
    scratch = np.full((n_threads, 2 * m * (m + d)), np.nan, dtype)
    places = np.zeros((chunks.size * LANES, d), dtype)
    places[:n] = start
    places = places.reshape(-1, LANES, d).transpose(0, 2, 1).copy()
    losses = np.full(len(chunks), np.nan)
    pull_pairs(
        dissimilarities,
        weights,
        chunks.astype(np.int32),
        turns.astype(np.int32),
        shifts.astype(np.int32),
        rate,
        n_threads,
        scratch,
        places,
        losses,
    )
    return places.transpose(0, 2, 1).reshape(-1, d)[:n], losses.sum()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "n, d, n_blocks, size",
    [(1, 2, 2, 1), (3, 1, 2, 1), (17, 2, 2, 1), (50, 3, 2, 2), (97, 5, 4, 2)],
)
def test_pass(rng, n, d, n_blocks, size, weighted, dtype):
    dissimilarities, weights, start = problem(rng, n, d, dtype, weighted)
    chunks = rng.permutation(n_blocks * size).reshape(n_blocks, size)
    order = chunks, rng.permutation(LANES), rng.permutation(size)
    for rate in (0.3, 1.5 / n):
        # At first steps a pass multiplies rounding errors.
        rtol = 1e-3 if dtype == np.float32 else 1e-9
        expected, expected_loss = naive(dissimilarities, weights, start, *order, rate)
        places, loss = one_pass(dissimilarities, weights, start, order, rate, 1)
        assert_allclose(places, expected, rtol=rtol, atol=rtol)
        assert_allclose(loss, expected_loss, rtol=rtol, atol=1e-12)
        for n_threads in (2, 3):
            again = one_pass(dissimilarities, weights, start, order, rate, n_threads)
            assert_array_equal(again[0], places)
            assert again[1] == loss


def test_every_pair_is_met_once(rng):
    n, n_blocks, size = 90, 4, 2
    points = np.zeros((n, 1))
    dissimilarities = np.sqrt(rng.random((n, n)))
    dissimilarities = np.triu(dissimilarities, 1) + np.triu(dissimilarities, 1).T
    chunks = rng.permutation(n_blocks * size).reshape(n_blocks, size)
    order = chunks, rng.permutation(LANES), rng.permutation(size)
    # Points that coincide stay: the loss is the sum of all squares.
    places, loss = one_pass(dissimilarities, None, points, order, 1.0, 2)
    assert_array_equal(places, points)
    assert_allclose(loss, np.sum(dissimilarities**2) / 2, rtol=1e-12)


@pytest.mark.parametrize("rate, gap", [(1.0, 0.0), (0.25, 0.75)])
def test_two_points(rate, gap):
    dissimilarities = np.array([[0.0, 3.0], [3.0, 0.0]])
    start = np.array([[1.0, 1.0], [5.0, 1.0]])
    chunks = np.array([[1], [0]])
    order = chunks, np.arange(LANES), np.arange(1)
    places, loss = one_pass(dissimilarities, None, start, order, rate, 1)
    assert loss == 1.0
    assert_allclose(places.mean(axis=0), [3.0, 1.0])
    assert_allclose(np.linalg.norm(places[0] - places[1]), 3 + gap)
