"""Disparities of non-metric scaling: monotone regression on pairs sorted once."""

import numpy as np

from .._kernels._isotonic import CHUNK, monotone_regression
from .._kernels._isotonic_pairs import listed_distances, scatter_disparities
from .._kernels._isotonic_ties import sort_ties

__all__ = ["MonotoneRegression"]


class MonotoneRegression:
    """Best monotone function of the dissimilarities for the distances of the moment.

    Disparities are scaled so that their weighted mean square is 1. Pairs at
    dissimilarity zero keep the disparity zero.

    Parameters
    ----------
    dissimilarities : ndarray of shape (n, n), float32 or float64
    weights : ndarray of shape (n, n) or None
        Pairs of weight zero are left out.
    ties : {'secondary', 'primary'}
        Whether pairs of equal dissimilarity must have equal disparities.
    crew : Crew
        Tells how many threads to use.

    Attributes
    ----------
    disparities : ndarray of shape (n, n)
        Above the diagonal; scaled dissimilarities before the first call.

    References
    ----------
    .. [1] J. B. Kruskal, "Nonmetric multidimensional scaling: a numerical method",
       Psychometrika 29, 1964.
    """

    def __init__(self, dissimilarities, weights, ties, crew):
        n = len(dissimilarities)
        self._rows, self._columns = _ascending_pairs(dissimilarities, weights)
        self._dissimilarities = dissimilarities[self._rows, self._columns]
        self._weights, self._total = None, n * (n - 1) // 2
        if weights is not None:
            self._weights = weights[self._rows, self._columns].astype(np.float64)
            self._total = np.triu(weights, 1).sum(dtype=np.float64)
        n_pairs = len(self._rows)
        changes = np.flatnonzero(np.diff(self._dissimilarities)) + 1
        self._ties = np.concatenate(([0], changes, [n_pairs]), dtype=np.int64)
        del changes
        self._crew = crew
        has_ties = len(self._ties) <= n_pairs
        self._sorts_ties = has_ties and ties == "primary"
        self._joins_ties = has_ties and ties == "secondary"
        self._allocate(n_pairs)
        self.disparities = np.zeros_like(dissimilarities)
        self._values = self._dissimilarities.astype(np.float64)
        squares = np.square(self._values)
        self._spread(squares.sum() if weights is None else squares @ self._weights)

    def _allocate(self, n_pairs):
        n_observations = len(self._ties) - 1 if self._joins_ties else n_pairs
        self._sums, self._masses = np.empty((2, n_observations))
        self._ends = np.empty(n_observations, dtype=np.int64)
        self._counts = np.empty(-(-n_observations // CHUNK), dtype=np.int64)
        if self._sorts_ties:
            self._positions = np.empty((2, n_pairs), dtype=np.int64)
            self._scratch = np.empty(n_pairs)

    def __call__(self, places):
        """Fit the disparities to the distances of a configuration.

        Parameters
        ----------
        places : ndarray of shape (n_components, n), C-contiguous
        """
        listed_distances(
            self._rows, self._columns, places, self._crew.n_threads, self._values
        )
        weights, positions = self._weights, None
        if self._sorts_ties:
            scratch, positions = self._positions
            sort_ties(
                self._ties,
                self._crew.n_threads,
                self._scratch,
                scratch,
                self._values,
                positions,
            )
            weights = None if weights is None else weights[positions]
        squares = monotone_regression(
            weights,
            self._ties if self._joins_ties else None,
            self._crew.n_threads,
            self._sums,
            self._masses,
            self._ends,
            self._counts,
            self._values,
        )
        self._spread(squares, positions)

    def _spread(self, squares, positions=None):
        """Write the disparities, whose sum of w dhat^2 is given, scaled."""
        self._scale = np.sqrt(self._total / squares) if squares > 0 else 1.0
        scatter_disparities(
            self._rows,
            self._columns,
            positions,
            self._values,
            self._scale,
            self._crew.n_threads,
            self.disparities,
        )

    def curve(self):
        """Dissimilarities, ascending, and disparities where the function bends.

        Returns
        -------
        curve : ndarray of shape (n_bends, 2)
            Of primary ties the mean disparity.
        """
        if not len(self._values):
            return np.empty((0, 2))
        starts = self._ties[:-1]
        x = self._dissimilarities[starts].astype(np.float64, copy=False)
        y = np.add.reduceat(self._values, starts)
        y /= np.diff(self._ties)
        y *= self._scale
        bends = np.ones(len(x), dtype=bool)
        steps = np.diff(y) > 1e-12 * y[-1]
        bends[1:-1] = steps[:-1] | steps[1:]
        return np.column_stack((x[bends], y[bends]))


def _ascending_pairs(dissimilarities, weights):
    """Pairs i < j that count, by their dissimilarity: int32 rows and columns."""
    rows, columns = (
        index.astype(np.int32) for index in np.triu_indices(len(dissimilarities), 1)
    )
    values = dissimilarities[rows, columns]
    listed = values > 0
    if weights is not None:
        listed &= weights[rows, columns] > 0
    if not listed.all():
        rows, columns, values = rows[listed], columns[listed], values[listed]
    order = np.argsort(values, kind="stable")
    return rows[order], columns[order]
