"""Rows or precomputed distances, checked once, and their distances block by block."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import PAIRWISE_BOOLEAN_FUNCTIONS
from sklearn.neighbors import VALID_METRICS, NearestNeighbors
from sklearn.utils import check_array

from .._kernels._squared_distances import squared_distances
from .._threads import effective_n_threads
from .._typing import MatrixLike

__all__ = ["Metric", "RowDistances", "check_integer", "check_pair"]

# As scikit-learn's pairwise_distances takes it.
Metric: TypeAlias = str | Callable[[NDArray, NDArray], float]

# Blocks of about this many bytes stay in the last cache, and threads start seldom ...
CACHED_BYTES = 2**23
# ... but have so many rows that products pay, up to this size.
MIN_ROWS = 64
MAX_BYTES = 2**26
# Up to so many features, differences are quicker than products, and exact in ties.
FEW_FEATURES = 8
# Magnitudes whose squares, summed over many features, are numbers above zero.
SQUARABLE = 1e-150, 1e150
# Of the largest distance: what a precomputed one from a point to itself may be.
OWN = 1e-2


class RowDistances:
    """Distances among the rows of a matrix, in float64, some rows at a time.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n, n_features) or (n, n)
    metric : str or callable
        As for :func:`sklearn.metrics.pairwise_distances`.
    name : str
        Of X, in errors.
    n_jobs : int, optional
    """

    def __init__(
        self, X: MatrixLike, metric: Metric, name: str, n_jobs: int | None = None
    ) -> None:
        _check_metric(metric)
        self.metric, self.name, self.n_jobs = metric, name, n_jobs
        precomputed, knows_gaps = metric == "precomputed", metric == "nan_euclidean"
        self.X = check_array(
            X,
            accept_sparse=False if precomputed or knows_gaps else "csr",
            dtype="numeric" if isinstance(metric, str) else None,
            order="C",
            ensure_all_finite="allow-nan" if knows_gaps else True,
            input_name=name,
        )
        self.n_samples = self.X.shape[0]
        if precomputed:
            self._check_precomputed()
        elif isinstance(metric, str) and metric not in PAIRWISE_BOOLEAN_FUNCTIONS:
            self.X = self.X.astype(np.float64, copy=False)
            self._check_magnitudes()
            if knows_gaps:
                self._check_overlaps()
        self._block = np.empty((0, self.n_samples))
        self._columns: Any = None
        self.is_plain = metric in ("euclidean", "l2") and not issparse(self.X)
        if self.is_plain and self.X.shape[1] > FEW_FEATURES:
            self._columns = np.ascontiguousarray(_centered(self.X).T)
            self._norms = np.square(self._columns).sum(axis=0)

    def _check_magnitudes(self) -> None:
        values = self.X.data if issparse(self.X) else self.X
        largest = np.fmax.reduce(np.abs(values), axis=None, initial=0)  # not NaN
        if largest and not SQUARABLE[0] <= largest <= SQUARABLE[1]:
            raise ValueError(
                f"{self.name} must have its largest magnitude between {SQUARABLE[0]:g} "
                f"and {SQUARABLE[1]:g}, or squares are not numbers, got {largest:g}. "
                "Divide it by a constant."
            )

    def _check_precomputed(self) -> None:
        if self.X.shape[0] != self.X.shape[1]:
            raise ValueError(
                f"{self.name} must be square with metric='precomputed', a distance "
                f"for every pair, got shape {self.X.shape}. For rows of coordinates "
                "set metric='euclidean'."
            )
        if self.X.min() < 0:
            raise ValueError(
                f"{self.name} must not hold negative distances with "
                f"metric='precomputed', got {self.X.min():g}. Turn similarities into "
                "dissimilarities first, for instance by S.max() - S."
            )

    def _check_overlaps(self) -> None:
        known = ~np.isnan(self.X)
        if known.all(axis=0).any():
            return
        columns = known.T.astype(np.float32)
        for start in range(0, self.n_samples, self.block_rows()):
            some = columns[:, start : start + self.block_rows()]
            missing = np.argwhere(some.T @ columns == 0)
            if len(missing):
                raise ValueError(
                    f"Rows of {self.name} must have a feature that both know, or there "
                    "is no distance with metric='nan_euclidean', but rows "
                    f"{start + missing[0, 0]} and {missing[0, 1]} have none. Leave out "
                    "rows of which little is known, or impute values."
                )

    def require_zero_diagonal(self) -> None:
        """Raise if precomputed distances of points to themselves are no distances.

        Up to rounding, which float32 makes large.
        """
        if self.metric != "precomputed":
            return
        own = np.diagonal(self.X).max()
        if own > OWN * self.X.max():
            raise ValueError(
                f"{self.name} must have zeros on its diagonal with "
                f"metric='precomputed', each sample's distance to itself, got {own:g}. "
                "Turn similarities into dissimilarities first, for instance by "
                "S.max() - S."
            )

    def block_rows(self) -> int:
        """Rows of a block; it does not depend on the number of threads."""
        row_bytes = 8 * self.n_samples
        n_rows = max(CACHED_BYTES // row_bytes, MIN_ROWS)
        return max(1, min(n_rows, MAX_BYTES // row_bytes))

    def distances(
        self, rows: NDArray[np.integer], *, squares: bool = False
    ) -> NDArray[np.float64]:
        """Distances from some rows to all, in an array that may be written to.

        The next call writes to it, too: fresh memory for every block would cost more
        time than what is computed.

        Parameters
        ----------
        rows : ndarray of int
        squares : bool, default=False
            Whether squared distances will do, as they do for ranks.

        Returns
        -------
        distances : ndarray of shape (len(rows), n), float64, C-contiguous, >= 0
        """
        if self.metric == "precomputed":
            found = self._scratch(len(rows))
            found[...] = self.X[rows]
            return found
        if not self.is_plain:
            measured = pairwise_distances(
                self.X[rows],
                self.X,
                metric=self.metric,
                n_jobs=self.n_jobs,
                **self._learned(),
            )
            measured = np.ascontiguousarray(measured, dtype=np.float64)
            return np.maximum(measured, 0, out=measured)
        if self._columns is None:
            found = self._scratch(len(rows))
            cdist(self.X[rows], self.X, "sqeuclidean", out=found)
        else:
            found = self._by_products(rows)
        return found if squares else np.sqrt(found, out=found)

    def _scratch(self, n_rows: int) -> NDArray[np.float64]:
        if len(self._block) < n_rows:
            self._block = np.empty((n_rows, self.n_samples))
        return self._block[:n_rows]

    def _by_products(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """By our own threads: BLAS's wait for each other at every small product."""
        found = self._scratch(len(rows))
        some = np.take(self._columns, rows, axis=1)
        squared_distances(
            np.ascontiguousarray(-2 * some.T),
            self._norms[rows],
            self._columns,
            self._norms,
            self.n_threads,
            found,
        )
        return found

    def _learned(self) -> dict[str, Any]:
        """What a metric takes from all rows."""
        if self.metric == "seuclidean":
            return {"V": np.var(self.X, axis=0, ddof=1)}
        if self.metric == "mahalanobis":
            return {"VI": np.linalg.inv(np.atleast_2d(np.cov(self.X.T))).T}
        return {}

    def searchable(self) -> tuple[Any, Metric, dict[str, Any] | None]:
        """Rows, metric and its parameters, as searches of neighbours take them.

        Which take rows of numbers only: of others, all distances.
        """
        if not callable(self.metric) or issparse(self.X) or self.X.dtype.kind in "biuf":
            return self.X, self.metric, self._learned() or None
        return self.distances(np.arange(self.n_samples)), "precomputed", None

    def neighbors(
        self, n_neighbors: int, rows: NDArray[np.integer]
    ) -> NDArray[np.int32]:
        """The nearest rows, by scikit-learn's search, as its trustworthiness has them.

        Parameters
        ----------
        n_neighbors : int
        rows : ndarray of int
            Ascending.

        Returns
        -------
        neighbors : ndarray of shape (len(rows), n_neighbors), int32
        """
        X, metric, params = self.searchable()
        nearest = NearestNeighbors(
            n_neighbors=n_neighbors,
            metric=metric,
            metric_params=params,
            n_jobs=self.n_jobs,
        ).fit(X)
        asked = X if len(rows) == self.n_samples else X[rows]  # no copy
        found = nearest.kneighbors(asked, n_neighbors + 1, return_distance=False)
        # Among many copies a row may not find itself: it leaves one of these out, the
        # first as scikit-learn does.
        other = found != rows[:, None]
        other[other.all(axis=1), 0] = False
        return found[other].reshape(len(rows), n_neighbors).astype(np.int32)

    @property
    def n_threads(self) -> int:
        return effective_n_threads(self.n_jobs)


def _check_metric(metric: Metric) -> None:
    if callable(metric) or metric in VALID_METRICS["brute"]:
        return
    raise ValueError(
        f"metric must be callable or one of {VALID_METRICS['brute']}, got {metric!r}. "
        "Use 'euclidean' for rows of coordinates."
    )


def _centered(X: NDArray) -> NDArray:
    """Rows less their mean, against cancellation.

    Whole numbers stay whole, and with them ties exact.
    """
    mean = X.mean(axis=0)
    return X - (np.rint(mean) if np.array_equal(X, np.rint(X)) else mean)


def check_pair(
    X: MatrixLike,
    X_embedded: MatrixLike,
    metric: Metric,
    n_jobs: int | None = None,
    *,
    least: int = 1,
) -> tuple[RowDistances, RowDistances]:
    """Distances before and after, of as many rows.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n, n_features) or (n, n)
    X_embedded : {array-like, sparse matrix} of shape (n, n_components)
    metric : str or callable
        Of X.
    n_jobs : int, optional
    least : int, default=1
        Number of samples that there must be.

    Returns
    -------
    given, placed : RowDistances
    """
    given = RowDistances(X, metric, "X", n_jobs)
    placed = RowDistances(X_embedded, "euclidean", "X_embedded", n_jobs)
    if given.n_samples != placed.n_samples:
        raise ValueError(
            f"X and X_embedded must have one row a sample, got {given.n_samples} and "
            f"{placed.n_samples} rows. Pass the rows that were embedded, in their "
            "order."
        )
    if given.n_samples < least:
        raise ValueError(
            f"X must have {least} samples or more to be compared, got "
            f"{given.n_samples}. Pass more rows."
        )
    return given, placed


def check_integer(value: Any, name: str, least: int, most: int, remedy: str) -> None:
    """Raise unless an integer parameter lies in its range.

    Parameters
    ----------
    value : int
    name : str
    least, most : int
    remedy : str
        What the user can do.
    """
    if most < least:
        raise ValueError(
            f"There are too few samples for {name}={value!r}, which must be {least} or "
            f"more, and {most} or less. Pass more rows."
        )
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_integer or not least <= value <= most:
        raise ValueError(
            f"{name} must be an integer from {least} to {most}, got {value!r}. {remedy}"
        )
