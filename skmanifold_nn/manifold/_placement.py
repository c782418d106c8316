"""New points in a fixed configuration."""

import numpy as np

from .._kernels._placement import place_rows
from .._threads import effective_n_threads

__all__ = ["place"]

MAX_ITER = 1000
# Decrease of a point's stress, in parts of its squared distances, that ends its search.
EPS = 1e-15


def place(dissimilarities, configuration, weights=None, *, n_jobs=None):
    """Places of new points, whose stress against fixed points is majorised.

    For every new point by itself, sum_j w_j (delta_j - |y - x_j|)^2 is lowered by
    y <- (sum_j w_j (x_j + delta_j (y - x_j) / |y - x_j|)) / sum_j w_j. There are two
    starts, beside the fixed point at the smallest dissimilarity and the triangulation
    of squared dissimilarities [1]_; the one that ends lower is kept. A point at
    dissimilarity zero from a fixed one gets its place.

    Parameters
    ----------
    dissimilarities : ndarray of shape (q, n), float32 or float64
        From the new points to the fixed ones; NaN where missing.
    configuration : ndarray of shape (n, d)
        Fixed points.
    weights : ndarray of shape (n,), optional
        Of the fixed points.
    n_jobs : int, optional
        Number of threads; the result does not depend on it.

    Returns
    -------
    places : ndarray of shape (q, d), in the dissimilarities' dtype

    Raises
    ------
    ValueError
        If all dissimilarities of a point are missing.

    References
    ----------
    .. [1] J. C. Gower, "Adding a point to vector diagrams in multivariate analysis",
       Biometrika 55, 1968.
    """
    known = ~np.isnan(dissimilarities)
    lost = np.flatnonzero(~known.any(axis=1))
    if lost.size:
        raise ValueError(
            f"Row {lost[0]} of X has only missing dissimilarities, NaN, so that it has "
            "no place. Give it at least one, better n_components + 1 of them."
        )
    nearest = np.where(known, dissimilarities, np.inf).argmin(axis=1)
    smallest = dissimilarities[np.arange(len(nearest)), nearest]
    fixed = np.ascontiguousarray(configuration.T, dtype=np.float64)
    if weights is not None:
        weights = weights.astype(np.float64, copy=False)
    n_threads = min(effective_n_threads(n_jobs), len(nearest))
    n_components, n_fixed = fixed.shape
    scratch = np.empty((n_threads, 3 * n_components + 2 * n_fixed))
    best = lowest = None
    for start in (
        _beside(configuration, nearest, smallest),
        _triangulate(dissimilarities, known, configuration),
    ):
        places = np.ascontiguousarray(start, dtype=dissimilarities.dtype)
        stresses = np.empty(len(places))
        counts = np.empty(len(places), dtype=np.intp)
        place_rows(
            dissimilarities,
            weights,
            fixed,
            n_threads,
            MAX_ITER,
            EPS,
            scratch,
            places,
            stresses,
            counts,
        )
        if best is None:
            best, lowest = places, stresses
        else:
            better = stresses < lowest
            best[better] = places[better]
    best[smallest == 0] = configuration[nearest[smallest == 0]]
    return best


def _beside(configuration, nearest, smallest):
    """At the smallest dissimilarity from its fixed point, away from the centre."""
    outwards = configuration[nearest] - configuration.mean(axis=0)
    lengths = np.sqrt(np.square(outwards).sum(axis=1, keepdims=True))
    first_axis = np.eye(1, configuration.shape[1])
    outwards = np.where(
        lengths > 0, outwards / np.where(lengths > 0, lengths, 1), first_axis
    )
    return configuration[nearest] + smallest[:, None] * outwards


def _triangulate(dissimilarities, known, configuration):
    """Least-squares solution of |y - x_j|^2 = delta_j^2 with |y|^2 free: linear in y.

    For missing dissimilarities the equations are as if they held at the centre.
    """
    centre = configuration.mean(axis=0, dtype=np.float64)
    X = configuration - centre
    # delta_j^2 - |x_j|^2 = |y|^2 - 2 x_j y; sums row by row, whatever the batch
    excess = np.square(dissimilarities, dtype=np.float64) - np.square(X).sum(axis=1)
    excess[~known] = 0
    excess -= excess.sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True)
    excess[~known] = 0
    axes = np.linalg.pinv(X, rcond=1e-8)
    places = np.stack([(excess * axis).sum(axis=1) for axis in axes], axis=1)
    return -0.5 * places + centre
