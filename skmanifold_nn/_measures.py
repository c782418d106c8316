"""Measures that both estimators and metrics need."""

import numpy as np
from numpy.typing import NDArray

from ._kernels._distance_sums import distance_sums
from ._threads import effective_n_threads

__all__ = ["residual_variances", "unexplained_variances"]


def residual_variances(blocks, embedding, *, n_jobs=None):
    """1 - R^2 between given and embedded distances, for the first 1, 2, ... columns.

    Parameters
    ----------
    blocks : iterable of (ndarray of shape (b,), ndarray of shape (b, n))
        Indices of rows, and the distances from each of these to all rows.
    embedding : ndarray of shape (n, n_components)
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Returns
    -------
    variances : ndarray of shape (n_components,)
        R is Pearson's correlation over all pairs; NaN where all distances are equal.

    References
    ----------
    .. [1] Tenenbaum, de Silva, Langford, "A global geometric framework for nonlinear
       dimensionality reduction", Science 290 (2000), note 42.
    """
    columns = np.ascontiguousarray(embedding.T, dtype=np.float64)
    n_components, n_samples = columns.shape
    n_threads = effective_n_threads(n_jobs)
    squared = np.empty((n_threads, n_samples))
    # sums of 1, d, d^2 and, for every number of columns, of e, e^2, d e
    given, placed = np.zeros(3), np.zeros((n_components, 3))
    for rows, distances in blocks:
        distances = np.ascontiguousarray(distances)
        given[:2] += distances.size, distances.sum(dtype=np.float64)
        given[2] += np.square(distances, dtype=np.float64).sum()
        sums = np.empty((len(rows), n_components, 3))
        rows = np.asarray(rows, dtype=np.intp)
        distance_sums(distances, rows, columns, n_threads, squared, sums)
        placed += sums.sum(axis=0)
    count, total, total_squares = given
    return unexplained_variances(count, total, total_squares, *placed.T)


def unexplained_variances(
    count: float | NDArray,
    d: float | NDArray,
    dd: float | NDArray,
    e: NDArray,
    ee: NDArray,
    de: NDArray,
) -> NDArray[np.float64]:
    """1 - R^2 from sums over pairs of distances d and e.

    Parameters
    ----------
    count : float or ndarray
        Number of pairs.
    d, dd : float or ndarray
        Sums of d and d^2.
    e, ee, de : ndarray
        Sums of e, e^2 and d e.

    Returns
    -------
    variances : ndarray
        NaN where all distances of a kind are equal.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = de - d * e / count
        spread = dd - d**2 / count
        return 1 - covariance**2 / (spread * (ee - e**2 / count))
