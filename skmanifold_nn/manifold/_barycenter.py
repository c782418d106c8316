"""Barycentric weights: each point as an affine combination of its neighbours."""

import numpy as np
from scipy import sparse

from .._kernels import _barycenter as kernel
from .._threads import effective_n_threads

__all__ = ["barycenter_weights"]

# Entries of a chunk of neighbours that are copied out of sparse or other rows: few,
# as sparse rows of a small chunk use few columns.
CHUNK_ENTRIES = 2**18
MIN_POINTS_PER_THREAD = 64


def barycenter_weights(points, rows, neighbors, *, reg=1e-3, n_jobs=None):
    """Weights of sum 1 with which neighbours rebuild points best.

    Parameters
    ----------
    points : {ndarray, csr_array} of shape (n_points, n_features)
    rows : {ndarray, csr_array} of shape (n_rows, n_features)
    neighbors : ndarray of shape (n_points, k), int32
        Indices of rows.
    reg : float, default=1e-3
        Multiplies the trace of the k x k Gram matrix of differences; the product is
        added to its diagonal.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Returns
    -------
    weights : ndarray of shape (n_points, k), float64
        Computed in float64 for float32 input, too. A neighbour that equals its point
        has weight 1.
    """
    neighbors = np.ascontiguousarray(neighbors, dtype=np.int32)
    weights = np.empty(neighbors.shape)
    n_threads = effective_n_threads(n_jobs)
    size = kernel.scratch_size(neighbors.shape[1])
    scratch = np.empty((n_threads, size))
    for part, chunk in _dense_chunks(points, rows, neighbors):
        # starting threads takes longer than a small chunk
        n_busy = max(1, min(n_threads, len(chunk[0]) // MIN_POINTS_PER_THREAD))
        kernel.barycenter_weights(*chunk, reg, n_busy, scratch, weights[part])
    return weights


def _dense_chunks(points, rows, neighbors):
    """Slices of the points, with (points, rows, neighbors) that the kernel takes."""
    is_sparse = sparse.issparse(points) or sparse.issparse(rows)
    if not is_sparse and points.dtype == rows.dtype:
        points, rows = np.ascontiguousarray(points), np.ascontiguousarray(rows)
        yield slice(None), (points, rows, neighbors)
        return
    n_points, k = neighbors.shape
    step = _chunk_length(rows, k)
    for start in range(0, n_points, step):
        part = slice(start, start + step)
        used, places = np.unique(neighbors[part], return_inverse=True)
        chunk = _same_columns(points[part], rows[used])
        yield part, (*chunk, places.reshape(-1, k).astype(np.int32))


def _chunk_length(rows, k):
    """Points whose neighbours have about CHUNK_ENTRIES entries in the columns used."""
    width = rows.shape[1]
    if sparse.issparse(rows):
        a_point = (k + 1) * (rows.nnz / rows.shape[0] + 1)  # columns, at most
        in_used_columns = np.sqrt(CHUNK_ENTRIES / (a_point * (k + 1)))
        return max(1, int(max(in_used_columns, CHUNK_ENTRIES / (width * (k + 1)))))
    return max(1, CHUNK_ENTRIES // (width * (k + 1)))


def _same_columns(points, rows):
    """Float64 rows, dense, without the columns that are empty in all sparse ones."""
    matrices = points, rows
    if all(sparse.issparse(matrix) for matrix in matrices):
        columns = np.concatenate([matrix.indices for matrix in matrices])
        used, columns = np.unique(columns, return_inverse=True)
        columns = np.split(columns, [points.nnz])
        matrices = [
            sparse.csr_array(
                (matrix.data, own, matrix.indptr),
                shape=(matrix.shape[0], max(len(used), 1)),
            )
            for matrix, own in zip(matrices, columns, strict=True)
        ]
    return [
        np.ascontiguousarray(
            matrix.toarray() if sparse.issparse(matrix) else matrix, dtype=np.float64
        )
        for matrix in matrices
    ]
