"""Local tangent space alignment."""

import numpy as np

from .._kernels import _local_blocks as kernel
from ._patches import chunks_of, covering, principal_axes, threads_for

__all__ = ["ltsa_blocks"]


def ltsa_blocks(X, neighbors, n_components, *, n_jobs=None):
    """What each patch adds to the alignment matrix of local tangent spaces.

    The block of a patch is I - G G', G = [1/sqrt(k), V] with the d largest principal
    axes V of its points about their mean: it measures what is not affine in local
    tangent coordinates. Axes that the patch does not determine are left out.

    Parameters
    ----------
    X : {ndarray, csr_array} of shape (n, n_features), float32 or float64
    neighbors : ndarray of shape (n, k), int32
        Of each row, without the row itself, by distance.
    n_components : int
        Dimension d of the tangent spaces.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Yields
    ------
    members : ndarray of shape (n_blocks, k), int32
        The neighbours of consecutive rows; a row that is nobody's neighbour stands in
        its own patch in place of the last one.
    blocks : ndarray of shape (n_blocks, k, k), float64
        Symmetric, positive semidefinite, zero on constants.

    References
    ----------
    .. [1] Zhang and Zha, "Principal manifolds and nonlinear dimensionality reduction
       via tangent space alignment", SIAM J. Sci. Comput. 26 (2004).
    """
    patches = covering(neighbors)
    n, k = patches.shape
    for part, _, axes in principal_axes(
        X, patches, chunks_of(n, k * k), n_components, about_points=False, n_jobs=n_jobs
    ):
        n_threads = threads_for(len(axes), n_jobs)
        scratch = np.empty((n_threads, n_components + 2, axes.shape[2]))
        blocks = np.empty((len(axes), k, k))
        kernel.tangent_blocks(axes, n_threads, scratch, blocks)
        yield patches[part], blocks
