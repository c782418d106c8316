"""Ways along the manifold between points of the input space."""

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from ..graph import geodesic_path
from ._reconstruction import walk

__all__ = ["GeodesicPathMixin"]


class GeodesicPathMixin:
    """Shortest paths over the fitted neighbourhood graph.

    The estimator has ``graph_`` and defines what follows.
    """

    graph_: sparse.csr_array

    def _links(self, X):
        """Distances from new rows to their neighbours."""
        raise NotImplementedError

    def _training_rows(self, method):
        """The rows of the input space, or an error that names the method."""
        raise NotImplementedError

    def geodesic_path(self, a: int | ArrayLike, b: int | ArrayLike) -> NDArray[np.intp]:
        """Training rows along the shortest path between two points.

        Parameters
        ----------
        a, b : int or array-like of shape (n_features,)
            A training row by its index, or a new row.

        Returns
        -------
        path : ndarray of int
            Indices of training rows. A new row is not in it: its path starts or ends at
            the neighbour through which the way is shortest.
        """
        check_is_fitted(self)
        n_samples = self.graph_.shape[0]
        ends = [self._end_links(name, end) for name, end in (("a", a), ("b", b))]
        # Both ends join the graph as vertices n and n + 1.
        graph = sparse.block_array(
            [[self.graph_, None], [sparse.vstack(ends), sparse.csr_array((2, 2))]],
            format="csr",
        )
        path = geodesic_path(graph, n_samples, n_samples + 1)[1:-1]
        return path

    def _end_links(self, name, end):
        n_samples = self.graph_.shape[0]
        if isinstance(end, Integral):
            if not 0 <= end < n_samples:
                raise ValueError(
                    f"{name} must be a row or the index of a training row from 0 to "
                    f"{n_samples - 1}, got {end!r}."
                )
            return sparse.csr_array(([0.0], ([0], [end])), shape=(1, n_samples))
        return self._links(np.asarray(end).reshape(1, -1))

    def interpolate(
        self, a: int | ArrayLike, b: int | ArrayLike, n_steps: int
    ) -> NDArray[np.floating]:
        """Points of the input space along the manifold, from one point to another.

        The shortest path over the neighbourhood graph is walked in steps of equal
        length; between two neighbours the way is straight.

        Parameters
        ----------
        a, b : int or array-like of shape (n_features,)
            A training row by its index, or a new row.
        n_steps : int
            Number of points, both ends included; at least 2.

        Returns
        -------
        points : ndarray of shape (n_steps, n_features)
            The first is `a`, the last `b`.

        Raises
        ------
        ValueError
            If the estimator was fitted on precomputed distances.
        """
        check_is_fitted(self)
        rows = self._training_rows("interpolate")
        if not isinstance(n_steps, Integral) or n_steps < 2:
            raise ValueError(f"n_steps must be an integer >= 2, got {n_steps!r}.")
        path = rows[self.geodesic_path(a, b)]
        path = np.asarray(path.toarray() if sparse.issparse(path) else path)
        ends = [
            path[place] if isinstance(end, Integral) else np.asarray(end, dtype=float)
            for end, place in ((a, 0), (b, -1))
        ]
        return walk(np.vstack((ends[0], path, ends[1])), n_steps)
