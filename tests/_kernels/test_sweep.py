"""Sweeps over an eliminated graph against Floyd and Warshall."""

import numpy as np
import pytest
from kernel_cases import (
    LANE_BYTES,
    dense_weights,
    eliminated,
    floyd_warshall,
    random_graph,
)
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _sweep


def swept(columns, panels, values, seeds, sequence, n_threads):
    """Distances from every source; `seeds` is a list of (vertices, offsets)."""
    n, dtype = len(columns.order), values.dtype
    lanes = LANE_BYTES // dtype.itemsize
    out = np.full((len(seeds), n), np.nan, dtype=dtype)
    _sweep.sweep(
        0,
        len(seeds),
        columns.position,
        panels.first,
        panels.owner,
        panels.row_start,
        panels.rows,
        panels.value_start,
        values,
        np.cumsum([0] + [len(vertices) for vertices, _ in seeds]),
        np.concatenate([v for v, _ in seeds]).astype(np.int32),
        np.concatenate([o for _, o in seeds]).astype(dtype),
        sequence.astype(np.int32),
        n_threads,
        np.empty((n_threads, panels.n_supernodes), dtype=np.uint8),
        np.empty((n_threads, n * lanes), dtype=dtype),
        out,
    )
    return out


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "n, density", [(1, 0.0), (5, 0.0), (19, 0.2), (33, 0.06), (75, 0.1), (64, 1.0)]
)
def test_all_sources(rng, n, density, dtype, n_threads):
    graph = random_graph(rng, n, density, dtype)
    seeds = [([i], [0.0]) for i in range(n)]
    out = swept(*eliminated(graph, rng, 1), seeds, rng.permutation(n), n_threads)
    expected = floyd_warshall(dense_weights(graph))
    assert_allclose(out, expected, rtol=1e-13 if dtype == np.float64 else 1e-5)
    assert_array_equal(np.diag(out), 0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sources_outside_the_graph(rng, dtype):
    graph = random_graph(rng, 50, 0.08, dtype)
    seeds = [
        (rng.choice(50, size, replace=False), rng.random(size))
        for size in (1, 3, 0, 7, 50)
    ]
    out = swept(*eliminated(graph, rng, 1), seeds, np.arange(5), 1)
    distances = floyd_warshall(dense_weights(graph))
    for row, (vertices, offsets) in zip(out, seeds, strict=True):
        through = np.asarray(offsets)[:, None] + distances[vertices]
        expected = through.min(axis=0, initial=np.inf)
        assert_allclose(row, expected, rtol=1e-13 if dtype == np.float64 else 1e-5)


def test_the_nearest_of_two_offsets_to_one_vertex_counts(rng):
    graph = random_graph(rng, 20, 0.3)
    out = swept(*eliminated(graph, rng, 1), [([4, 4], [2.0, 1.0])], np.arange(1), 1)
    assert out[0, 4] == 1
