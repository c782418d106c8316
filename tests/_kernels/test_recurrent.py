"""Sizes of recurrent ops; what they compute is tested with each cell."""

import pytest

from skmanifold_nn._kernels._recurrent import cache_size, count_tasks, shared_size

KINDS = {"lstm": (4, 2), "gru": (3, 1), "simple_rnn": (1, 0)}


@pytest.mark.parametrize("kind", KINDS)
def test_sizes(kind):
    n_gates, n_cached = KINDS[kind]
    assert cache_size(kind, 5, False) == 5 * n_cached
    assert cache_size(kind, 5, True) == 5 * (n_cached + 1)
    # whole panels of 32 columns need no padding
    assert shared_size(kind, 64) == 2 * n_gates * 64 * 64
    assert shared_size(kind, 5) >= 2 * n_gates * 25


@pytest.mark.parametrize("kind", KINDS)
def test_tasks(kind):
    assert count_tasks(kind, 1) == count_tasks(kind, 100) == 1
    assert count_tasks(kind, 256) == 4
