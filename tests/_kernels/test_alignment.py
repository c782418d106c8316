"""Assembly of blocks against dense sums."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn._kernels._alignment import (
    bitset_words,
    count_entries,
    fill_entries,
    list_blocks,
)


def lists_of(members, n):
    start = np.full(n + 1, -1, dtype=np.int32)
    places = np.full(members.size, -1, dtype=np.int32)
    list_blocks(members, start, places)
    return start, places


def assembled(members, blocks, outer, n, n_threads=1):
    """The matrix, through scratch that every kernel must leave as it was."""
    start, places = lists_of(members, n)
    sets = np.zeros((n_threads, bitset_words(n)), dtype=np.uint64)
    counts = np.full(n, -1, dtype=np.int32)
    count_entries(members, start, places, n_threads, sets, counts)
    assert not sets.any()
    indptr = np.r_[0, counts.cumsum()].astype(np.int32)
    indices = np.full(indptr[-1], -1, dtype=np.int32)
    data = np.full(indptr[-1], np.nan)
    sums = np.zeros((n_threads, n))
    arrays = start, places, indptr, n_threads, sets, sums, indices, data
    fill_entries(members, blocks, outer, *arrays)
    assert not sets.any() and not sums.any()
    return sparse.csr_array((data, indices, indptr), shape=(n, n))


def random_members(rng, n_blocks, m, n):
    draws = rng.random((n_blocks, n)).argsort(axis=1)[:, :m]
    return np.ascontiguousarray(draws, dtype=np.int32)


def naive_sum(members, blocks, n):
    total, pattern = np.zeros((n, n)), np.zeros((n, n), dtype=bool)
    for part, block in zip(members, blocks, strict=True):
        total[np.ix_(part, part)] += block
        pattern[np.ix_(part, part)] = True
    return total, pattern


def assert_rows_ascend(matrix):
    for i in range(matrix.shape[0]):
        row = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]]
        assert np.all(np.diff(row) > 0)


SIZES = pytest.mark.parametrize(
    "n_blocks, m, n", [(1, 1, 1), (3, 1, 5), (9, 4, 9), (40, 7, 130), (6, 3, 9001)]
)


@SIZES
def test_where_each_point_is_a_member(rng, n_blocks, m, n):
    members = random_members(rng, n_blocks, m, n)
    start, places = lists_of(members, n)
    for i in range(n):
        expected = np.flatnonzero(members.ravel() == i)
        assert_array_equal(places[start[i] : start[i + 1]], expected)


@SIZES
def test_full_blocks(rng, n_blocks, m, n):
    members = random_members(rng, n_blocks, m, n)
    blocks = rng.standard_normal((n_blocks, m, m))
    blocks += blocks.transpose(0, 2, 1)
    flat = blocks.reshape(n_blocks, -1)
    matrix = assembled(members, flat, False, n)
    used, places = np.unique(members, return_inverse=True)
    total, pattern = naive_sum(places.reshape(members.shape), blocks, len(used))
    assert matrix.nnz == np.count_nonzero(pattern)
    assert_allclose(matrix[used][:, used].toarray(), total, rtol=1e-12, atol=1e-12)
    assert_rows_ascend(matrix)
    assert abs(matrix - matrix.T).max() == 0
    again = assembled(members, flat, False, n, n_threads=2)
    assert_array_equal(again.data, matrix.data)
    assert_array_equal(again.indices, matrix.indices)


@SIZES
def test_blocks_of_rank_one(rng, n_blocks, m, n):
    members = random_members(rng, n_blocks, m, n)
    weights = rng.standard_normal((n_blocks, m))
    matrix = assembled(members, weights, True, n)
    blocks = (weights[:, :, None] * weights[:, None, :]).reshape(n_blocks, -1)
    expected = assembled(members, blocks, False, n)
    assert_array_equal(matrix.indices, expected.indices)
    assert_allclose(matrix.data, expected.data, rtol=1e-12, atol=1e-12)
    assert abs(matrix - matrix.T).max() == 0
    again = assembled(members, weights, True, n, n_threads=2)
    assert_array_equal(again.data, matrix.data)


def test_no_blocks():
    start, places = lists_of(np.empty((0, 3), dtype=np.int32), 4)
    assert not start.any() and not len(places)
