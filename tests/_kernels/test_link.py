"""Links of new points against NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels import _link


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("sizes", [[1], [3, 0, 5], [7, 2, 2, 9, 1]])
def test_links(rng, sizes, dtype, n_threads):
    n, n_sources = 23, 11
    start = np.cumsum([0, *sizes])
    vertices = rng.integers(0, n, start[-1]).astype(np.int32)
    offsets = rng.random(start[-1]).astype(dtype)
    rows = rng.random((n, n_sources)).astype(dtype)
    out = np.empty((len(sizes), n_sources), dtype=dtype)
    _link.link_rows(rows, start, vertices, offsets, n_threads, out)
    columnwise = np.empty((n_sources, len(sizes)), dtype=dtype)
    _link.link_columns(
        np.ascontiguousarray(rows.T), start, vertices, offsets, n_threads, columnwise
    )
    for i in range(len(sizes)):
        q = slice(start[i], start[i + 1])
        through = offsets[q, None] + rows[vertices[q]]
        assert_array_equal(out[i], through.min(axis=0, initial=np.inf))
    assert_array_equal(columnwise.T, out)
