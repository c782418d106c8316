"""Alignment matrices: what all local views of the data cost, in one sparse matrix."""

import numpy as np
from scipy import sparse

from .._kernels._alignment import (
    bitset_words,
    count_entries,
    fill_entries,
    list_blocks,
)
from .._threads import effective_n_threads

__all__ = ["alignment_matrix", "outer_alignment_matrix"]

MIN_MEMBERS_PER_THREAD = 10_000


def alignment_matrix(chunks, n, n_jobs=None):
    """Sum of symmetric blocks, each over a few of n points.

    Parameters
    ----------
    chunks : iterable of (members, blocks)
        Indices of points of shape (n_blocks, m), int32, and what each block adds to
        the rows and columns of its members, of shape (n_blocks, m, m), float64.
    n : int
        Number of points.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Returns
    -------
    matrix : csr_array of shape (n, n)
        Symmetric, int32 indices in ascending order.
    """
    members, blocks, n_blocks = None, None, 0
    for part, block in chunks:
        end = n_blocks + len(part)
        if members is None:
            members = np.empty((n, part.shape[1]), dtype=np.int32)
            blocks = np.empty((n, part.shape[1] ** 2))
        if end > len(members):  # more blocks than points, which methods do not have
            members, blocks = (
                np.concatenate((array, np.empty((end,) + array.shape[1:], array.dtype)))
                for array in (members, blocks)
            )
        members[n_blocks:end] = part
        blocks[n_blocks:end] = block.reshape(len(part), blocks.shape[1])
        n_blocks = end
    if not n_blocks:
        return sparse.csr_array((n, n))
    return _assemble(members[:n_blocks], blocks[:n_blocks], False, n, n_jobs)


def outer_alignment_matrix(members, weights, n, n_jobs=None):
    """The same for blocks ``w w'`` of rank one.

    Parameters
    ----------
    members : ndarray of shape (n_blocks, m), int32
    weights : ndarray of shape (n_blocks, m), float64
        A row w for each block.
    n : int
        Number of points.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Returns
    -------
    matrix : csr_array of shape (n, n)
        Symmetric, int32 indices in ascending order.
    """
    return _assemble(members, weights, True, n, n_jobs)


def _assemble(members, blocks, outer, n, n_jobs):
    if members.size > np.iinfo(np.int32).max:
        raise ValueError(_too_many(members.size, "neighbors"))
    # starting threads takes longer than a small sum
    worthwhile = members.size // MIN_MEMBERS_PER_THREAD
    n_threads = max(1, min(effective_n_threads(n_jobs), worthwhile))
    start = np.empty(n + 1, dtype=np.int32)
    places = np.empty(members.size, dtype=np.int32)
    list_blocks(members, start, places)
    sets = np.zeros((n_threads, bitset_words(n)), dtype=np.uint64)
    counts = np.empty(n, dtype=np.int32)
    count_entries(members, start, places, n_threads, sets, counts)
    indptr = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    if indptr[-1] > np.iinfo(np.int32).max:
        raise ValueError(_too_many(indptr[-1], "entries"))
    indptr = indptr.astype(np.int32)
    indices = np.empty(indptr[-1], dtype=np.int32)
    data = np.empty(indptr[-1])
    sums = np.zeros((n_threads, n))
    fill_entries(
        members,
        blocks,
        outer,
        start,
        places,
        indptr,
        n_threads,
        sets,
        sums,
        indices,
        data,
    )
    return sparse.csr_array((data, indices, indptr), shape=(n, n))


def _too_many(count, things):
    return (
        f"The alignment matrix has {count:,d} {things}, more than int32 indices can "
        "address. Decrease n_neighbors."
    )
