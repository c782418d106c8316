"""The order in which sequences and their steps are run, against plain sorting."""

import numpy as np
import pytest
from layer_cases import Network
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels._network import predict
from skmanifold_nn._kernels._packing import places_size
from skmanifold_nn.neural_network.layers._engine import Samples

LENGTHS = [[1], [6], [4, 4, 4], [1, 2, 3], [7, 5, 5, 2, 1], [2, 9, 1, 1, 30, 2, 9]]
WIDTH = 2


def call(samples, lengths, wanted, n_fixed=0):
    """Outputs, and the scratch as the kernel leaves it; one chunk of all sequences."""
    net = Network([], (WIDTH,), sequences=True)  # outputs are the steps as they are
    total, longest = int(lengths[wanted].sum()), int(lengths[wanted].max())
    ops, starts, size = net.plan.layout(len(wanted), total, "float64")
    outputs = np.full((total, WIDTH), np.nan)
    places = np.full((1, places_size(len(wanted), longest, total) + 1), -7)
    # Outputs stand in the order in which sequences are wanted, backwards.
    out_starts = total - np.cumsum(lengths[wanted])
    predict(
        ops,
        starts[net.plan.output.slot],
        *samples.arguments,
        n_fixed,
        wanted,
        np.array([0, len(wanted)]),
        1,
        net.params,
        net.statistics,
        None,
        np.empty((1, size)),
        places,
        out_starts,
        outputs,
    )
    assert places[0, -1] == -7
    return outputs, places[0, :-1], out_starts


def check(samples, steps, starts, lengths, wanted, n_fixed=0):
    outputs, places, out_starts = call(samples, lengths, wanted, n_fixed)
    n, longest = len(wanted), lengths[wanted].max()
    order = sorted(range(n), key=lambda k: -lengths[wanted[k]])  # is stable
    rows = wanted[order]
    active = [int((lengths[rows] > t).sum()) for t in range(longest)]
    step_rows = [starts[r] + t for t in range(longest) for r in rows[: active[t]]]
    assert_array_equal(places[:n], order)
    assert_array_equal(places[n : 2 * n], rows)
    assert_array_equal(places[2 * n :][:longest], active)
    assert_array_equal(places[2 * n + 2 * longest :], step_rows)
    for row, start in zip(wanted, out_starts, strict=True):
        expected = steps[starts[row] : starts[row] + lengths[row]]
        assert_array_equal(outputs[start : start + lengths[row]], expected)


def several(n):
    """All, backwards, one, and some of them several times."""
    rng = np.random.default_rng(n)
    rows = np.arange(n)
    return [rows, rows[::-1].copy(), rows[-1:], rng.integers(n, size=2 * n)]


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_sequences_of_any_lengths(lengths):
    starts, lengths = np.cumsum([0, *lengths]), np.array(lengths)
    steps = np.random.default_rng(4).normal(size=(starts[-1], WIDTH))
    samples = Samples.of_sequences(steps, starts)
    for wanted in several(len(lengths)):
        check(samples, steps, starts, lengths, wanted)


@pytest.mark.parametrize("n, n_steps", [(1, 1), (1, 5), (6, 1), (5, 7)])
def test_samples_of_equally_many_steps(n, n_steps):
    steps = np.random.default_rng(4).normal(size=(n * n_steps, WIDTH))
    starts = n_steps * np.arange(n + 1)
    without_starts = Samples(steps.reshape(-1), None, None, n, WIDTH)
    for wanted in several(n):
        lengths = np.full(n, n_steps)
        check(Samples.of_sequences(steps, starts), steps, starts, lengths, wanted)
        check(without_starts, steps, starts, lengths, wanted, n_steps)
