"""Patterns of sparse graphs for the tests of orderings."""

import numpy as np
from scipy import sparse


def from_edges(n, i, j):
    """Symmetric CSR without a diagonal, int32 indices, sorted."""
    keep = np.asarray(i) != np.asarray(j)
    i, j = np.asarray(i)[keep], np.asarray(j)[keep]
    ones = np.ones(2 * len(i))
    graph = sparse.coo_array((ones, (np.r_[i, j], np.r_[j, i])), (n, n)).tocsr()
    graph.sort_indices()
    graph.indptr = graph.indptr.astype(np.int32)
    graph.indices = graph.indices.astype(np.int32)
    return graph


def neighbours(matrix):
    """The same of the entries of a directed neighbourhood graph."""
    return from_edges(matrix.shape[0], *matrix.tocoo().nonzero())


def grid(*shape):
    nodes = np.arange(np.prod(shape)).reshape(shape)
    pairs = [
        (np.delete(nodes, -1, axis).ravel(), np.delete(nodes, 0, axis).ravel())
        for axis in range(len(shape))
    ]
    return from_edges(nodes.size, *np.concatenate(pairs, axis=1))


def star(n, hub=0):
    return from_edges(n, np.full(n, hub), np.arange(n))


def complete(n):
    return from_edges(n, *np.triu_indices(n, 1))


def empty(n):
    return from_edges(n, [], [])
