"""Graphs, naive twins and drivers that several kernel tests share."""

import numpy as np
from scipy import sparse

from skmanifold_nn._kernels import _closure, _sweep
from skmanifold_nn._symbolic import build_panels, eliminate_columns

LANE_BYTES = _sweep.LANE_BYTES


def random_graph(rng, n, density, dtype=np.float64, integers=False):
    """Symmetric CSR with int32 indices; integer weights give ties and zeros."""
    n_edges = round(density * n * (n - 1) / 2)
    upper = rng.choice(n * n, size=4 * n_edges, replace=True) if n_edges else []
    i, j = np.divmod(np.asarray(upper, dtype=np.int64), n)
    keep = np.unique((i * n + j)[i < j])[:n_edges]
    i, j = np.divmod(keep, n)
    weights = rng.integers(0, 4, len(keep)) if integers else rng.random(len(keep))
    graph = sparse.coo_array(
        (np.r_[weights, weights].astype(dtype), (np.r_[i, j], np.r_[j, i])), (n, n)
    ).tocsr()
    graph.sort_indices()
    return sparse.csr_array(
        (graph.data, graph.indices.astype(np.int32), graph.indptr.astype(np.int32)),
        shape=(n, n),
    )


def dense_weights(graph):
    """Infinite where there is no edge, zero on the diagonal."""
    weights = np.full(graph.shape, np.inf)
    for i in range(graph.shape[0]):
        span = slice(graph.indptr[i], graph.indptr[i + 1])
        weights[i, graph.indices[span]] = graph.data[span]
    np.fill_diagonal(weights, 0)
    return weights


def floyd_warshall(weights):
    distances = weights.copy()
    for k in range(len(distances)):
        np.minimum(distances, distances[:, k, None] + distances[k], out=distances)
    return distances


def minplus(a, b):
    return np.min(a[:, :, None] + b[None], axis=1, initial=np.inf)


def eliminated_pattern(graph, order):
    """Pattern of the factor, by eliminating vertex after vertex of a dense matrix."""
    pattern = np.isfinite(dense_weights(graph))[np.ix_(order, order)]
    for k in range(len(order)):
        later = k + 1 + np.flatnonzero(pattern[k, k + 1 :])
        pattern[np.ix_(later, later)] = True
    return np.tril(pattern)


def eliminated(graph, rng, n_threads, max_width=64):
    """The values that the kernel computes, with the structure they belong to."""
    n, dtype = graph.shape[0], graph.dtype
    order = rng.permutation(n).astype(np.int32)
    columns = eliminate_columns(graph.indptr, graph.indices, order)
    panels = build_panels(graph.indptr, graph.indices, columns, max_width=max_width)
    lanes = LANE_BYTES // dtype.itemsize
    longest = max(int(panels.heights.max()), 1)
    padded = -(-longest // lanes) * lanes
    layout = panels.first, panels.owner, panels.row_start, panels.rows
    values = np.full(panels.n_values, np.inf, dtype=dtype)
    _closure.scatter_edges(
        graph.indptr,
        graph.indices,
        graph.data,
        columns.order,
        columns.position,
        *layout,
        panels.value_start,
        np.empty(n, dtype=np.int32),
        values,
    )
    _closure.eliminate(
        0,
        panels.n_supernodes,
        *layout,
        panels.value_start,
        n_threads,
        np.empty(padded * int(panels.widths.max()), dtype),
        np.empty((n_threads, 4 * padded), dtype),
        np.empty((n_threads, longest), dtype=np.int32),
        values,
    )
    return columns, panels, values
