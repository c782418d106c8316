"""Rows that occur more than once: embedded once, their copies share the place."""

import numpy as np
from scipy import sparse

__all__ = ["distinct_rows"]

SEED = 7919


def distinct_rows(X):
    """Which rows differ from all before them.

    Parameters
    ----------
    X : ndarray or CSR array of shape (n, n_features), float32 or float64

    Returns
    -------
    first : ndarray of int, or None
        Rows that are no copy of an earlier one, ascending; None where no two are equal.
    inverse : ndarray of shape (n,), or None
        ``X[first][inverse]`` equals X.
    """
    if sparse.issparse(X):
        X = sparse.csr_array(X, copy=True)
        X.sum_duplicates()
        X.eliminate_zeros()
    hashes = _hashes(X)
    ascending = np.sort(hashes)
    if not (ascending[1:] == ascending[:-1]).any():
        return None, None
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    first, inverse = _in_order(first, inverse)
    if _differ(X, first[inverse]):  # two rows with the same hash
        rows = X.toarray() if sparse.issparse(X) else X
        _, first, inverse = np.unique(
            rows, axis=0, return_index=True, return_inverse=True
        )
        first, inverse = _in_order(first, inverse)
        if len(first) == len(rows):
            return None, None
    return first, inverse


def _hashes(X):
    """One integer a row, equal for equal rows: a random integer combination."""
    rng = np.random.default_rng(SEED)
    odd = rng.integers(0, 2**63, X.shape[1], dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    if sparse.issparse(X):
        words = _words(X.data) * odd[X.indices]
        return np.add.reduceat(np.append(words, np.uint64(0)), X.indptr[:-1]) * (
            np.diff(X.indptr) > 0
        )
    hashes = np.zeros(len(X), dtype=np.uint64)
    for column, factor in zip(X.T, odd, strict=True):
        hashes += _words(column) * factor
    return hashes


def _words(values):
    """The bits of floats, mixed, as unsigned integers; one for both zeros."""
    bits = np.ascontiguousarray(values + 0.0)
    words = bits.view(np.uint32 if bits.dtype == np.float32 else np.uint64)
    words = words.astype(np.uint64)
    return words ^ (words >> np.uint64(29))


def _in_order(first, inverse):
    """Groups renumbered by their first row."""
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse.ravel()]


def _differ(X, other):
    """Whether any row is unlike the row of X that `other` names."""
    moved = np.flatnonzero(other != np.arange(len(other)))
    difference = X[moved] != X[other[moved]]
    return bool(difference.nnz if sparse.issparse(X) else difference.any())
