"""Drivers and naive twins of monotone regression that two kernel tests share."""

import numpy as np

from skmanifold_nn._kernels import _isotonic

CHUNK = _isotonic.CHUNK


def regress(distances, weights=None, tie_starts=None, n_threads=1):
    """Disparities, the sum of their squares, and the levels with their ends."""
    n = len(distances) if tie_starts is None else len(tie_starts) - 1
    sums, masses = np.full((2, n), np.nan)
    ends = np.full(n, -1, dtype=np.int64)
    counts = np.full(-(-n // CHUNK), -1, dtype=np.int64)
    values = distances.copy()
    total = _isotonic.monotone_regression(
        weights, tie_starts, n_threads, sums, masses, ends, counts, values
    )
    n_blocks = counts[-1] if n else 0
    return values, total, sums[:n_blocks], ends[:n_blocks]


def minmax(values, weights):
    """max over a <= k of min over b >= k of the weighted mean of a..b."""
    n = len(values)
    return [
        max(
            min(
                np.average(values[a : b + 1], weights=weights[a : b + 1])
                for b in range(k, n)
            )
            for a in range(k + 1)
        )
        for k in range(n)
    ]


def tied(rng, n, n_levels):
    """Sorted dissimilarities with ties, and where each block of them starts."""
    dissimilarities = np.sort(rng.integers(0, n_levels, n)).astype(float)
    changes = np.flatnonzero(np.diff(dissimilarities, prepend=-1))
    return dissimilarities, np.r_[changes, n].astype(np.int64)
