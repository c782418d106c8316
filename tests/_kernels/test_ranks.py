"""Ranks of distances against NumPy's stable sort."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels._ranks import compare_ranks, count_pairs, ranks_of_targets


def naive_ranks(distances, rows):
    """From 1 on; the own point is last."""
    distances = distances.copy()
    distances[np.arange(len(rows)), rows] = np.nan  # which argsort puts last
    order = np.argsort(distances, axis=1, kind="stable")
    return np.argsort(order, axis=1) + 1


def random_distances(rng, shape):
    """Plain ones, with ties, zeros of both signs, or equal up to float32's rounding."""
    plain = rng.random(shape)
    with_ties = np.where(rng.random(shape) < 0.5, np.round(plain, 1), plain)
    with_ties[:, ::7] = -0.0
    extreme = plain * 10.0 ** rng.integers(-60, 60, shape)
    return plain, with_ties, 3 + plain * 1e-9, 7 + np.round(plain, 2) * 1e-8, extreme


def scratch(n, n_threads):
    words = np.empty((n_threads, 2 * n), dtype=np.uint64)
    return words, np.empty((n_threads, n), dtype=np.int32)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("n, n_targets", [(2, 1), (37, 5), (5003, 11)])
def test_ranks_of_targets(rng, n, n_targets, n_threads):
    rows = rng.integers(n, size=9, dtype=np.int32)
    targets = np.empty((9, n_targets), dtype=np.int32)
    for row, own in zip(targets, rows, strict=True):
        row[:] = rng.choice(np.delete(np.arange(n), own), n_targets, replace=False)
    for distances in random_distances(rng, (9, n)):
        expected = np.take_along_axis(naive_ranks(distances, rows), targets, axis=1)
        ranks = np.empty((9, n_targets), dtype=np.int64)
        ranks_of_targets(distances, rows, targets, n_threads, ranks)
        assert_array_equal(ranks, expected)


def naive_sums(a, b, n):
    def total(at, values, where):
        weights = np.where(where, values, 0).ravel()
        return np.bincount(at.ravel(), weights, minlength=n + 1)

    return np.transpose(
        [
            total(np.maximum(a, b), np.ones_like(a), a > 0),
            total(b, a - b, a > b),
            total(a, a - b, a > b),
            total(a, b - a, b > a),
            total(b, b - a, b > a),
        ]
    )


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("n", [2, 3, 41, 2500])
def test_pairs_of_ranks(rng, n, n_threads):
    rows = rng.integers(n, size=7, dtype=np.int32)
    others = np.arange(n) != rows[:, None]
    kinds = random_distances(rng, (7, n))
    for first, second in zip(kinds, [*kinds[1:], kinds[0]], strict=True):
        a, b = (naive_ranks(d, rows)[others].reshape(7, n - 1) for d in (first, second))
        sums = np.zeros((n_threads, n + 1, 5), dtype=np.int64)
        words, ranks = scratch(n, n_threads)
        first, second = first.copy(), second.copy()
        compare_ranks(first, second, rows, n_threads, words, ranks, sums)
        assert_array_equal(sums.sum(axis=0), naive_sums(a, b, n))
        matrix, expected = np.zeros((2, n, n), dtype=np.int32)
        count_pairs(first, second, rows, words[0], ranks[0], matrix)
        np.add.at(expected, (a - 1, b - 1), 1)
        assert_array_equal(matrix, expected)
