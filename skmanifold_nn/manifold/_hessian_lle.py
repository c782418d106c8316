"""Hessian eigenmaps of Donoho and Grimes, also called Hessian LLE."""

import numpy as np

from .._kernels import _local_blocks as kernel
from ._patches import chunks_of, covering, principal_axes, threads_for

__all__ = ["hessian_blocks", "least_neighbors"]


def least_neighbors(n_components):
    """Neighbours that determine 1 + d + d (d + 1) / 2 quadratic coefficients."""
    return 1 + n_components + n_components * (n_components + 1) // 2


def hessian_blocks(X, neighbors, n_components, *, tol=1e-4, n_jobs=None):
    """What each patch adds to the estimate of the integral of squared Hessians.

    With the d largest principal axes V of a patch about its mean, Gram-Schmidt
    orthonormalisation of [1, V, v_a v_b (a <= b)] leaves d (d + 1) / 2 last columns;
    these, transposed, estimate the Hessian H, and the block is H'H. As they are
    orthogonal to 1, their sums are zero: dividing by sums that exceed a tolerance, as
    some codes do, never happens. `tol` is the tolerance of the orthonormalisation
    instead: a product of which a smaller part is left is a combination of the others on
    this patch (points on a conic, or fewer axes than components) and gives no row.

    Parameters
    ----------
    X : {ndarray, csr_array} of shape (n, n_features), float32 or float64
    neighbors : ndarray of shape (n, k), int32
        Of each row, without the row itself, by distance; k at least
        ``least_neighbors(n_components)``.
    n_components : int
        Dimension d of the tangent spaces.
    tol : float, default=1e-4
        Relative to the length of the product.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Yields
    ------
    members : ndarray of shape (n_blocks, k), int32
        The neighbours of consecutive rows; a row that is nobody's neighbour stands in
        its own patch in place of the last one.
    blocks : ndarray of shape (n_blocks, k, k), float64
        Symmetric, positive semidefinite, zero on functions affine in V.

    References
    ----------
    .. [1] Donoho and Grimes, "Hessian eigenmaps: locally linear embedding techniques
       for high-dimensional data", PNAS 100 (2003).
    """
    patches = covering(neighbors)
    n, k = patches.shape
    n_rows = n_components * (n_components + 1) // 2 + 1
    for part, _, axes in principal_axes(
        X, patches, chunks_of(n, k * k), n_components, about_points=False, n_jobs=n_jobs
    ):
        n_threads = threads_for(len(axes), n_jobs)
        scratch = np.empty((n_threads, n_rows, axes.shape[2]))
        blocks = np.empty((len(axes), k, k))
        kernel.hessian_blocks(axes, tol, n_threads, scratch, blocks)
        yield patches[part], blocks
