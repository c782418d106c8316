"""Patches that cover all points, chunks, and axes of sparse rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from skmanifold_nn.manifold import _patches


def nearest(X, k):
    indices = NearestNeighbors(n_neighbors=k + 1).fit(X).kneighbors(X)[1]
    return np.ascontiguousarray(indices[:, 1:], dtype=np.int32)


@pytest.mark.parametrize("n", [1, 5, 1000, 20_001])
@pytest.mark.parametrize("numbers", [1, 144, 2**30])
def test_chunks_are_consecutive(n, numbers):
    parts = _patches.chunks_of(n, numbers)
    edges = [0, *(part.stop for part in parts)]
    assert edges[-1] == n
    assert [part.start for part in parts] == edges[:-1]
    assert all(np.diff(edges) > 0)


def test_few_patches_on_one_thread():
    assert _patches.threads_for(0, 2) == _patches.threads_for(100, 2) == 1
    assert _patches.threads_for(128, 2) == 2
    assert _patches.threads_for(10**6, None) == 1


def test_patches_that_cover_all_points_are_kept():
    angle = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    neighbors = nearest(np.column_stack((np.cos(angle), np.sin(angle))), 4)
    assert _patches.covering(neighbors) is neighbors


@pytest.mark.parametrize("k", [2, 5])
def test_every_point_gets_a_patch(rng, k):
    neighbors = nearest(rng.standard_normal((300, 20)), k)
    before = neighbors.copy()
    alone = np.setdiff1d(np.arange(300), neighbors)
    assert len(alone) > 10
    patches = _patches.covering(neighbors)
    assert_array_equal(neighbors, before)
    assert_array_equal(np.unique(patches), np.arange(300))
    changed = np.flatnonzero((patches != neighbors).any(axis=1))
    assert set(alone) <= set(changed)
    assert_array_equal(patches[changed, 0], changed)
    assert_array_equal(patches[changed, 1:], neighbors[changed, :-1])


@pytest.mark.parametrize("about_points", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_have_the_axes_of_dense_ones(rng, monkeypatch, dtype, about_points):
    X = rng.standard_normal((120, 40)).astype(dtype)
    X[rng.random(X.shape) < 0.8] = 0
    neighbors = nearest(X, 7)
    X[5] = X[neighbors[5]] = 0  # a patch without an entry
    monkeypatch.setattr(_patches, "CHUNK_ENTRIES", 2**12)

    def all_axes(rows, numbers):
        found = list(
            _patches.principal_axes(
                rows,
                neighbors,
                _patches.chunks_of(len(neighbors), numbers),
                7,
                about_points=about_points,
                n_jobs=2,
            )
        )
        values, axes = (np.concatenate([f[i] for f in found]) for i in (1, 2))
        return len(found), values, np.einsum("nai,na,naj->nij", axes, values, axes)

    _, values, gram = all_axes(X, 1)
    monkeypatch.setattr(_patches, "CHUNK_NUMBERS", 2**12)
    n_pieces, sparse_values, sparse_gram = all_axes(sparse.csr_array(X), 2**6)
    assert n_pieces > 2
    assert_allclose(sparse_values, values, atol=1e-13)
    assert_allclose(sparse_gram, gram, atol=1e-13)
