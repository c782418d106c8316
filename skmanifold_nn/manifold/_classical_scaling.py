"""Classical scaling: coordinates from the centred kernel of a distance matrix.

What Isomap and classical multidimensional scaling share: K = -1/2 J (D o D) J, its top
eigenpairs, and the place of a row from its distances to the rows, or the landmarks,
whose kernel was decomposed.

References
----------
.. [1] Torgerson, "Multidimensional scaling: I. Theory and method", Psychometrika 17
   (1952), 401-419.
.. [2] Gower, "Adding a point to vector diagrams in multivariate analysis", Biometrika
   55 (1968), 582-585.
.. [3] de Silva, Tenenbaum, "Sparse multidimensional scaling using landmark points",
   Stanford University (2004).
"""

import numpy as np

from ..eigen import (
    CenteredKernel,
    flip_signs,
    largest_eigenpairs,
    lowest_eigenvalue,
)

__all__ = [
    "blocks",
    "decompose",
    "negative_ratio",
    "place_by_landmarks",
    "positive_part",
    "project",
    "projection_axes",
]

# Entries of a block of distances that is worked on at a time: 8 MB in float64, as much
# again for each temporary array.
BLOCK_ENTRIES = 2**20
# Of the largest eigenvalue: what KernelPCA takes for zero, by precision.
ROUNDING = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 2e-7}

# Of the largest eigenvalue: negative ones that distances' rounding, or that of the
# matrix product from which they came, explains.
NEGATIVE_ROUNDING = {np.dtype(np.float64): 1e-10, np.dtype(np.float32): 1e-5}


def blocks(n_rows, n_columns):
    """Slices of rows with about BLOCK_ENTRIES entries each."""
    step = max(1, BLOCK_ENTRIES // max(n_columns, 1))
    return [slice(start, start + step) for start in range(0, n_rows, step)]


def decompose(distances, n_components, *, n_jobs=None, **solver):
    """The centred kernel of a distance matrix and its top eigenpairs.

    Parameters
    ----------
    distances : ndarray of shape (n, n), float32 or float64, C-contiguous
        Symmetric. Not copied.
    n_components : int
        Number of eigenpairs; all n where there are fewer than that many.
    n_jobs : int, default=None
        Threads. The result does not depend on it.
    **solver
        `eigen_solver`, `tol` and `max_iter` of `largest_eigenpairs`.

    Returns
    -------
    kernel : CenteredKernel
    eigenvalues : ndarray of shape (n_components,), float64
        Algebraically largest, descending.
    eigenvectors : ndarray of shape (n, n_components)
    """
    kernel = CenteredKernel(distances, n_jobs=n_jobs)
    n_components = min(n_components, len(distances))
    return kernel, *largest_eigenpairs(kernel, n_components, **solver)


def positive_part(eigenvalues, dtype=np.float64):
    """Eigenvalues with those that are negative, or zero up to rounding, set to zero.

    Parameters
    ----------
    eigenvalues : ndarray of shape (n_components,)
    dtype : dtype, default=float64
        Precision to which they count.

    Returns
    -------
    positive : ndarray of shape (n_components,)
    """
    noise = ROUNDING[np.dtype(dtype)] * max(eigenvalues.max(initial=0), 0)
    return np.where(eigenvalues <= noise, 0, eigenvalues)


def negative_ratio(kernel, largest):
    """How far the spectrum reaches below zero, relative to its largest eigenvalue.

    Parameters
    ----------
    kernel : CenteredKernel
    largest : float
        Its largest eigenvalue.

    Returns
    -------
    ratio : float
        Exactly 0 where the negative part is rounding, as of Euclidean distances.
    """
    if largest <= 0:
        return 0.0
    ratio = -lowest_eigenvalue(kernel, largest) / largest
    return ratio if ratio > NEGATIVE_ROUNDING[kernel.dtype] else 0.0


def projection_axes(eigenvalues, eigenvectors):
    """Axes on which a centred kernel row is projected: u / sqrt(lambda), or zeros.

    Parameters
    ----------
    eigenvalues : ndarray of shape (n_components,)
        From `positive_part`.
    eigenvectors : ndarray of shape (n, n_components)

    Returns
    -------
    axes : ndarray of shape (n, n_components), float64
    """
    values = eigenvalues.astype(np.float64)
    scales = np.divide(1, np.sqrt(values), out=np.zeros_like(values), where=values > 0)
    return eigenvectors * scales


def project(distances, row_means, grand_mean, axes):
    """Coordinates of rows from their distances to the decomposed rows.

    The kernel -1/2 d^2 is centred as the training kernel was and projected on its
    eigenvectors: Gower's addition of a point [2]_, which is distance-based
    triangulation [3]_ (equation 3) where the decomposed rows are landmarks. A
    decomposed row has its row of K, and K u = lambda u gives its own place.

    Parameters
    ----------
    distances : ndarray of shape (n_queries, n)
    row_means, grand_mean : ndarray of shape (n,), float
        Of the training kernel; see `CenteredKernel`.
    axes : ndarray of shape (n, n_components)
        From `projection_axes`.

    Returns
    -------
    places : ndarray of shape (n_queries, n_components), float64
    """
    kernel = np.square(distances, dtype=np.float64)
    kernel *= -0.5
    kernel -= kernel.mean(axis=1, keepdims=True)
    kernel += grand_mean - row_means
    return kernel @ axes


def place_by_landmarks(distances, row_means, grand_mean, axes):
    """Every row from its distances to the landmarks, block by block.

    Parameters
    ----------
    distances : ndarray of shape (n_landmarks, n_samples)
    row_means, grand_mean, axes
        Of the landmarks, as for `project`.

    Returns
    -------
    embedding : ndarray of shape (n_samples, n_components), the distances' dtype
        The entry of largest magnitude of each column is positive.
    signs : ndarray of shape (n_components,), int
        -1 where a column, and so its axis, has been turned for that.
    """
    n_landmarks, n_samples = distances.shape
    embedding = np.empty((n_samples, axes.shape[1]), dtype=distances.dtype)
    for rows in blocks(n_samples, n_landmarks):
        embedding[rows] = project(distances[:, rows].T, row_means, grand_mean, axes)
    flipped = flip_signs(embedding).astype(embedding.dtype, copy=False)
    return flipped, np.where((flipped != embedding).any(axis=0), -1, 1)
