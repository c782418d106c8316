"""Distinct points and their nearest neighbours, by exact distances."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import NearestNeighbors

from .._kernels._nearest import squared_distances_of_pairs
from .._memory import require_memory
from .._neighbors import kneighbors_graph
from .._threads import effective_n_threads

__all__ = ["Neighborhoods", "centered_and_scaled", "distinct_neighborhoods"]

# Two distances of one point have a ratio, and ratios need two other points.
MIN_DISTINCT = 3


@dataclass(frozen=True, eq=False)
class Neighborhoods:
    """Distinct points, and the nearest others of each.

    Parameters
    ----------
    points : ndarray of shape (m, n_features) or (m, m)
        The distinct rows, or the distances among them.
    places : ndarray of shape (n_samples,), int32
        The number of each sample's point.
    distances : ndarray of shape (m, k), float64
        Ascending, all > 0.
    neighbors : ndarray of shape (m, k), int32
    """

    points: NDArray
    places: NDArray
    distances: NDArray
    neighbors: NDArray

    def nearest(self, k: int) -> "Neighborhoods":
        """The same points with `k` neighbours each."""
        distances, neighbors = self.distances[:, :k], self.neighbors[:, :k]
        return replace(self, distances=distances, neighbors=neighbors)


def centered_and_scaled(X: NDArray) -> tuple[NDArray, float]:
    """Rows less their mean, times a power of two that brings them near 1.

    Dimensions do not depend on either, the precision of distances does.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)

    Returns
    -------
    X : ndarray of shape (n, n_features), float64
    scale : float
        What distances were multiplied by.
    """
    low, high = (np.float64(f(X)) for f in (np.min, np.max))
    exponent = int(np.frexp(max(abs(low), abs(high)))[1])
    scale = 2.0 ** -np.clip(exponent, -1000, 1000)
    X = X.astype(np.float64, order="C") * scale
    X -= X.mean(axis=0)
    largest = np.abs(X).max()
    if largest == 0:
        return X, scale
    again = 2.0 ** -np.clip(int(np.frexp(largest)[1]), -1000, 1000)
    X *= again
    return X, float(scale * again)


def _search(X, k, metric, n_jobs):
    """Distances and neighbours of shape (n, k), by distance."""
    nbrs = NearestNeighbors(n_neighbors=k, metric=metric, n_jobs=n_jobs).fit(X)
    graph = kneighbors_graph(nbrs, k, n_jobs)
    neighbors = graph.indices.reshape(-1, k).astype(np.int32)
    if metric not in ("euclidean", "l2"):
        return np.asarray(graph.data, dtype=np.float64).reshape(-1, k), neighbors
    # Those from products of rows are not exact: copies would seem to be apart.
    rows = np.repeat(np.arange(len(X), dtype=np.int32), k)
    distances = np.empty(len(rows))
    n_threads = effective_n_threads(n_jobs)
    squared_distances_of_pairs(X, rows, neighbors.ravel(), n_threads, distances)
    distances = np.sqrt(distances, out=distances).reshape(-1, k)
    order = np.argsort(distances, axis=1, kind="stable")
    return (np.take_along_axis(a, order, axis=1) for a in (distances, neighbors))


def distinct_neighborhoods(
    X: NDArray,
    n_neighbors: int | None,
    metric: str | Callable,
    *,
    default: Callable[[int], int],
    n_jobs: int | None,
) -> Neighborhoods:
    """The nearest distinct points of each distinct point.

    Points at distance zero from each other count once: copies tell nothing of how
    the number of neighbours grows with distance.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), or (n, n) distances
    n_neighbors : int or None
    metric : str or callable
    default : callable
        In place of None, the number of neighbours among so many distinct points.
    n_jobs : int or None

    Returns
    -------
    found : Neighborhoods
    """
    n = len(X)
    n_bytes = n * (n_neighbors or default(n)) * 60 + (
        0 if metric == "precomputed" else 2 * X.nbytes
    )
    remedy = "Use fewer neighbors (n_neighbors), or fit to a random sample of the rows."
    require_memory(n_bytes, f"The neighborhoods of {n} samples", remedy)
    kept, places = np.arange(n), np.arange(n)
    points = X
    while True:
        m = len(kept)
        if m < MIN_DISTINCT:
            raise ValueError(
                f"X must hold at least {MIN_DISTINCT} distinct samples, got {m} "
                f"(n_samples = {n}): what has a dimension are distances between "
                "different points."
            )
        if n_neighbors is not None and n_neighbors >= m:
            raise ValueError(
                f"n_neighbors must be less than the number of distinct samples, got "
                f"n_neighbors = {n_neighbors} with {m} distinct ones of n_samples = "
                f"{n}. Use fewer neighbors, or more samples."
            )
        k = n_neighbors or min(default(m), m - 1)
        distances, neighbors = _search(points, k, metric, n_jobs)
        row, column = np.nonzero(distances == 0)
        if len(row) == 0:
            return Neighborhoods(points, places.astype(np.int32), distances, neighbors)
        copies = sparse.csr_array(
            (np.ones(len(row)), (row, neighbors[row, column])), shape=(m, m)
        )
        labels = connected_components(copies, directed=False)[1]
        kept = kept[np.unique(labels, return_index=True)[1]]
        places = labels[places]
        points = X[np.ix_(kept, kept)] if metric == "precomputed" else X[kept]
