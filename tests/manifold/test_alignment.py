"""Alignment matrices against SciPy's sparse products."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn.manifold import _alignment
from skmanifold_nn.manifold._alignment import alignment_matrix, outer_alignment_matrix


def random_weights(rng, n, m):
    members = rng.random((n, n)).argsort(axis=1)[:, :m].astype(np.int32)
    return members, rng.standard_normal((n, m))


@pytest.fixture(autouse=True)
def small_sums_on_all_threads(monkeypatch):
    monkeypatch.setattr(_alignment, "MIN_MEMBERS_PER_THREAD", 1)


def assert_canonical(matrix):
    assert matrix.indices.dtype == matrix.indptr.dtype == np.int32
    assert matrix.has_canonical_format
    assert abs(matrix - matrix.T).max() == 0


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_rank_one(rng, n_jobs):
    members, weights = random_weights(rng, 50, 4)
    matrix = outer_alignment_matrix(members, weights, 50, n_jobs)
    indptr = np.arange(0, 201, 4)
    rows = sparse.csr_array((weights.ravel(), members.ravel(), indptr), shape=(50, 50))
    assert_allclose(matrix.toarray(), (rows.T @ rows).toarray(), rtol=0, atol=1e-13)
    assert_canonical(matrix)


@pytest.mark.parametrize("cuts", [[], [7], [20, 20, 49]])
def test_chunks_of_blocks(rng, cuts):
    members, weights = random_weights(rng, 50, 4)
    blocks = weights[:, :, None] * weights[:, None, :]
    chunks = zip(np.split(members, cuts), np.split(blocks, cuts), strict=True)
    matrix = alignment_matrix(chunks, 50, n_jobs=2)
    expected = outer_alignment_matrix(members, weights, 50)
    assert_array_equal(matrix.indices, expected.indices)
    assert_allclose(matrix.data, expected.data, rtol=0, atol=1e-13)
    assert_canonical(matrix)


def test_more_blocks_than_points(rng):
    members, weights = random_weights(rng, 12, 3)
    blocks = weights[:, :, None] * weights[:, None, :]
    once = alignment_matrix([(members, blocks)], 12)
    thrice = alignment_matrix([(members, blocks)] * 3, 12)
    assert_allclose(thrice.toarray(), 3 * once.toarray(), rtol=0, atol=1e-13)


def test_no_chunks():
    assert alignment_matrix([], 3).nnz == 0


def test_too_many_entries_are_refused(rng, monkeypatch):
    members, weights = random_weights(rng, 12, 3)

    class Small:
        max = 40

    monkeypatch.setattr(_alignment.np, "iinfo", lambda dtype: Small)
    with pytest.raises(ValueError, match=r"more than int32.*Decrease n_neighbors"):
        outer_alignment_matrix(members, weights, 12)
    monkeypatch.setattr(Small, "max", 30)
    with pytest.raises(ValueError, match="36 neighbors"):
        outer_alignment_matrix(members, weights, 12)
