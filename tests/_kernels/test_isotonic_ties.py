"""Sorting within blocks of ties, and the primary treatment that needs it."""

from itertools import pairwise

import numpy as np
import pytest
from isotonic_cases import minmax, regress, tied
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _isotonic_ties


def sort_ties(tie_starts, values, n_threads=1):
    m = len(values)
    values = values.copy()
    positions = np.full(m, -1, dtype=np.int64)
    _isotonic_ties.sort_ties(
        tie_starts,
        n_threads,
        np.full(m, np.nan),
        np.full(m, -1, dtype=np.int64),
        values,
        positions,
    )
    return values, positions


@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 16, 17, 65, 130, 1500])
def test_sort_ties(n, n_threads, rng):
    samples = [
        rng.random(n),
        rng.integers(0, n, n),
        rng.integers(0, 5, n),
        9.0 ** rng.integers(-300, 300, n),
        np.full(n, 0.7),
        np.where(np.arange(n) % 7 == 3, 1e-300, 0),
    ]
    for distances in samples:
        for n_levels in (1, 3, n):
            starts = tied(rng, n, n_levels)[1]
            values, positions = sort_ties(starts, distances.astype(float), n_threads)
            for a, b in pairwise(starts):
                # stable, so that equal distances have one order
                expected = a + np.argsort(distances[a:b], kind="stable")
                assert_array_equal(positions[a:b], expected)
            assert_array_equal(values, distances[positions])


def test_primary_ties_are_the_best_order_within_blocks(rng):
    """No other order of the tied pairs gives a smaller sum of squares."""
    starts = np.array([0, 1, 4, 6, 11], dtype=np.int64)
    distances = rng.random(11)
    values, positions = sort_ties(starts, distances)
    disparities = np.empty(11)
    disparities[positions] = regress(values)[0]
    assert_allclose(disparities[positions], minmax(values, np.ones(11)), rtol=1e-13)
    least = ((disparities - distances) ** 2).sum()
    for _ in range(200):
        order = np.concatenate(
            [a + rng.permutation(b - a) for a, b in pairwise(starts)]
        )
        other = regress(distances[order])[0]
        assert ((other - distances[order]) ** 2).sum() >= least - 1e-14
