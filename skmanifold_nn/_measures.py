"""Measures that both estimators and metrics need."""

import numpy as np

__all__ = ["residual_variances"]


def residual_variances(blocks, embedding):
    """1 - R^2 between given and embedded distances, for the first 1, 2, ... columns.

    Parameters
    ----------
    blocks : iterable of (ndarray of shape (b,), ndarray of shape (b, n))
        Indices of rows, and the distances from each of these to all rows.
    embedding : ndarray of shape (n, n_components)

    Returns
    -------
    variances : ndarray of shape (n_components,)
        R is Pearson's correlation over all pairs; NaN where all distances are equal.

    References
    ----------
    .. [1] Tenenbaum, de Silva, Langford, "A global geometric framework for nonlinear
       dimensionality reduction", Science 290 (2000), note 42.
    """
    n_components = embedding.shape[1]
    columns = np.ascontiguousarray(embedding.T, dtype=np.float64)
    # sums of 1, d, d^2 and, for every number of columns, of e, e^2, d e
    given, placed = np.zeros(3), np.zeros((3, n_components))
    for rows, distances in blocks:
        distances = np.asarray(distances, dtype=np.float64)
        given += distances.size, distances.sum(), np.vdot(distances, distances)
        squared = np.zeros(distances.shape)
        for k, column in enumerate(columns):
            step = column[rows, None] - column
            squared += np.square(step, out=step)
            embedded = np.sqrt(squared, out=step)
            placed[:, k] += (
                embedded.sum(),
                squared.sum(),
                np.vdot(distances, embedded),
            )
    count, total, total_squares = given
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = placed[2] - total * placed[0] / count
        spread = total_squares - total**2 / count
        spreads = placed[1] - placed[0] ** 2 / count
        return 1 - covariance**2 / (spread * spreads)
