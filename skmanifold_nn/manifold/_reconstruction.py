"""From points of an embedding, or on a path, back to the input space."""

import numpy as np
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from .._neighbors import kneighbors

__all__ = ["reconstruct", "walk"]


def reconstruct(points, embedding, rows, n_neighbors):
    """Rows of the input space for points of the embedding, by local linear fits.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_components)
    embedding : ndarray of shape (n_samples, n_components)
        Places of the training rows.
    rows : {ndarray, sparse matrix} of shape (n_samples, n_features)
        The training rows.
    n_neighbors : int
        Embedded rows that a fit looks at.

    Returns
    -------
    restored : ndarray of shape (n_points, n_features)
    """
    n_neighbors = min(n_neighbors, len(embedding))
    nearest = NearestNeighbors(n_neighbors=n_neighbors).fit(embedding)
    distances, indices = kneighbors(nearest, points)
    weights = _local_linear_weights(points, embedding[indices], distances)
    smoother = sparse.csr_array(
        (weights.ravel(), indices.ravel(), np.arange(0, indices.size + 1, n_neighbors)),
        shape=(len(points), len(embedding)),
    )
    restored = smoother @ rows
    return restored.toarray() if sparse.issparse(restored) else restored


def _local_linear_weights(points, neighbors, distances):
    """Weights of neighbours in a local linear fit, evaluated at the points.

    Minimises sum_i w_i (X_i - a - B (y_i - y))^2 with w_i = 1 / |y_i - y|^2; the value
    at y is a, a combination of the X_i with coefficients that add up to one.

    Parameters
    ----------
    points : ndarray of shape (q, d)
    neighbors : ndarray of shape (q, k, d)
    distances : ndarray of shape (q, k)

    Returns
    -------
    weights : ndarray of shape (q, k)
    """
    reach = distances.max(axis=1, keepdims=True)
    reach[reach == 0] = 1
    steps = (neighbors - points[:, None]) / reach[..., None]
    closeness = 1 / np.maximum((distances / reach) ** 2, 1e-16)
    design = np.concatenate((np.ones((*distances.shape, 1)), steps), axis=2)
    weighted = closeness[..., None] * design
    normal = np.einsum("qki,qkj->qij", weighted, design)
    # Slopes that the neighbours do not determine are held at zero.
    size = normal.shape[-1]
    slopes = np.arange(1, size)
    normal[:, slopes, slopes] += 1e-9 * closeness.sum(axis=1, keepdims=True)
    first = np.zeros((len(points), size, 1))
    first[:, 0] = 1
    return (weighted @ np.linalg.solve(normal, first))[..., 0]


def walk(corners, n_steps):
    """Points at equal distances along a polygonal path, both ends included.

    Parameters
    ----------
    corners : ndarray of shape (n_corners, n_features)
    n_steps : int

    Returns
    -------
    points : ndarray of shape (n_steps, n_features)
    """
    lengths = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    walked = np.concatenate(([0.0], lengths.cumsum()))
    steps = np.linspace(0, walked[-1], n_steps)
    return np.stack([np.interp(steps, walked, column) for column in corners.T], axis=1)
