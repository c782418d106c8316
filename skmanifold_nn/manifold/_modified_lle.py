"""Modified locally linear embedding: several weight vectors for each point."""

import numpy as np

from .._kernels import _local_blocks as kernel
from ._patches import chunks_of, principal_axes, threads_for

__all__ = ["modified_blocks"]

# Weights for less are those for this, the limit for none up to rounding.
LEAST_REG = 1e-12


def modified_blocks(X, neighbors, n_components, *, reg=1e-3, tol=1e-12, n_jobs=None):
    """What each point adds to the alignment matrix of modified LLE.

    The differences of the k neighbours from their point have s almost linear
    dependencies, each a weight vector: W = V H + (1 - alpha) w 1', where V spans the
    eigenvectors of the s smallest eigenvalues of the k x k Gram matrix, w are the
    regularised weights of LLE, alpha = |V'1| / sqrt(s) and H is the reflection that
    takes V'1 to alpha 1. The block of the point and its neighbours is that of
    sum_t (y_i - sum_j W_jt y_j)^2. The number s of each point is the largest for which
    the ratio of the s smallest eigenvalues' sum to that of the others is less than the
    median over all points of the same ratio with `n_components` others.

    Parameters
    ----------
    X : {ndarray, csr_array} of shape (n, n_features), float32 or float64
    neighbors : ndarray of shape (n, k), int32
        Of each row, without the row itself.
    n_components : int
        At most k.
    reg : float, default=1e-3
        Multiplies the trace of the Gram matrix; the product regularises w.
    tol : float, default=1e-12
        Where |V'1| is not greater, 1 is no combination of the dependencies, alpha
        counts as 0 and an arbitrary one of them takes the part of V V'1.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Yields
    ------
    members : ndarray of shape (n_blocks, k + 1), int32
        Consecutive points, each followed by its neighbours.
    blocks : ndarray of shape (n_blocks, k + 1, k + 1), float64
        Symmetric, positive semidefinite, zero on constants.

    References
    ----------
    .. [1] Zhang and Wang, "MLLE: modified locally linear embedding using multiple
       weights", NIPS 19 (2007).
    """
    n, k = neighbors.shape
    n_axes = min(k, X.shape[1])
    parts = chunks_of(n, (k + 1) ** 2)
    # The median needs all eigenvalues before the first block.
    values = np.empty((n, n_axes))
    pieces = []
    for part, some, axes in principal_axes(
        X, neighbors, parts, n_axes, about_points=True, n_jobs=n_jobs
    ):
        values[part] = some
        pieces.append((part, axes))
    ranks = _weightless_axes(values, n_components, k)
    ridges = max(reg, LEAST_REG) * values.sum(axis=1)
    for part, axes in pieces:
        n_threads = threads_for(len(axes), n_jobs)
        scratch = np.empty((n_threads, n_axes + 3, axes.shape[2]))
        blocks = np.empty((len(axes), k + 1, k + 1))
        kernel.modified_blocks(
            values[part],
            axes,
            ranks[part],
            ridges[part],
            tol,
            n_threads,
            scratch,
            blocks,
        )
        points = np.arange(part.start, part.stop, dtype=np.int32)
        yield np.column_stack((points, neighbors[part])), blocks


def _weightless_axes(values, n_components, k):
    """Number k - s of the axes of each patch that no weight vector uses.

    Axes without length are not among them: they are exact dependencies.
    """
    sums = values.cumsum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = sums[:, -1:] / sums - 1  # of the rest to the first j + 1
        of_components = values[:, n_components:].sum(axis=1) / values[
            :, :n_components
        ].sum(axis=1)
    limit = np.median(np.nan_to_num(of_components))
    used = values.shape[1] - np.count_nonzero(ratios[:, :-1] < limit, axis=1)
    used = np.minimum(used, np.count_nonzero(values, axis=1))
    return np.minimum(used, k - 1).astype(np.int32)
