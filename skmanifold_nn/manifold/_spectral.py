"""What embeddings by the eigenvectors of an affinity matrix share.

Affinities -> components -> eigenvectors of each -> places; and the places of new rows
by Nystroem's method: an eigenvector of the walk's matrix P is known at a new row x from
its affinities, lambda psi(x) = sum_j p(x, j) psi(j).
"""

import inspect
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted, validate_data

from .._memory import require_memory
from .._sklearn_compat import fit_context, with_callbacks
from .._typing import MatrixLike
from ..base import Embedding
from ..graph import closest_pairs
from ._affinity import (
    DiagonalBlocks,
    EqualRows,
    NearRows,
    NeighborGraph,
    bridged,
    check_affinities,
    components,
    degrees,
    heaviest_component,
    median_gamma,
    require_nonnegative,
    slope_gamma,
    times_columns,
    without_diagonal,
)
from ._components import lay_out, warn_of_components
from ._duplicates import distinct_rows
from ._random_walk import solver_for

__all__ = ["FLOATS", "SpectralMethod"]

FLOATS = [np.float64, np.float32]
# How rows are validated; in one order, for the same bits.
ROWS = {"accept_sparse": "csr", "dtype": FLOATS, "order": "C"}
# Entries of affinities of new rows that are worked on at a time.
BLOCK_ENTRIES = 2**23
# New rows that are joined to a graph at a time.
BLOCK_QUERIES = 2**16


@dataclass
class Affinities:
    """Affinities of the training rows, and what `transform` needs of them."""

    matrix: np.ndarray | sparse.csr_array
    fitted: dict
    graph: NeighborGraph | None = None
    first: np.ndarray | None = None
    inverse: np.ndarray | None = None


@dataclass
class Parts:
    """Places of the distinct rows, component by component."""

    places: np.ndarray
    labels: np.ndarray
    # of every component
    offsets: np.ndarray
    eigenvalues: np.ndarray
    solver: str


@dataclass
class Joined:
    """New rows, joined to the training rows.

    Parameters
    ----------
    weights : csr_array or ndarray of shape (n_rows, n_samples)
        Affinities of new rows and training rows, each row divided by its scale.
    scales : ndarray of shape (n_rows,)
    nearest : ndarray of shape (n_rows,)
        The training row nearest to each row.
    nearest_weight : ndarray of shape (n_rows,)
        The weight of that.
    twins : ndarray of shape (n_rows,)
        The training row that equals each row, -1 where none does.
    """

    weights: np.ndarray | sparse.csr_array
    scales: np.ndarray
    nearest: np.ndarray
    nearest_weight: np.ndarray
    twins: np.ndarray

    def require_places(self, start):
        """Refuse rows of no affinity; `start` is the number of the first row."""
        lost = np.flatnonzero((degrees(self.weights) <= 0) & (self.twins < 0))
        if len(lost):
            raise ValueError(
                f"Row {start + lost[0]} of X has no affinity to any training row, so "
                "that it has no place."
            )


def require_two_arguments(affinity):
    """Refuse a function that cannot give the affinities of new rows."""
    try:
        inspect.signature(affinity).bind(None, None)
    except ValueError:  # it does not tell
        return
    except TypeError:
        raise ValueError(
            "transform needs the affinities of new rows to training rows: affinity "
            "must take two arguments, affinity(X_new, X_train), the second optional."
        ) from None


class SpectralMethod(Embedding):
    """Base of embeddings by the eigenvectors of an affinity matrix.

    A subclass has the parameters n_components, affinity, gamma, n_neighbors, n_jobs,
    eigen_solver, eigen_tol, on_disconnected and verbose, and defines what follows.
    """

    affinity_matrix_: NDArray[np.floating] | sparse.csr_array
    eigenvalues_: NDArray[np.floating]
    eigen_solver_: str
    n_neighbors_: int
    gamma_: float
    nbrs_: NearestNeighbors

    # How neighbours of each affinity that makes a graph are weighted.
    _graph_weights: dict
    # Whether the affinity of a row to itself counts.
    _self_loops: bool

    def _default_neighbors(self, n_samples):
        """Number of neighbours where n_neighbors is None."""
        raise NotImplementedError

    def _decompose(self, weights, n_components):
        """Places of connected rows, eigenvalues, name of the solver."""
        raise NotImplementedError

    def _extension(self, eigenvalues, degree, nearest):
        """What the mean of the neighbours' places is multiplied by at a new row.

        `degree` is the sum of its weights, or of those of the nearest training row if
        that is larger; `nearest` the nearest row's part of its weights.
        """
        raise NotImplementedError

    @property
    def _density_power(self):
        """The power of the rows' density by which affinities are divided."""
        return 0

    @property
    def _unit_columns(self):
        """Whether columns have unit norm rather than unit variance."""
        return False

    # --- fit ---

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: Any = None) -> Self:
        """Embed the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training rows. With ``affinity='precomputed'`` their affinities, >= 0, of
            shape (n_samples, n_samples), dense or sparse; with
            'precomputed_nearest_neighbors' a sparse graph of distances.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a value of X is not allowed, or if the graph has several
            components and ``on_disconnected='raise'``.
        MemoryError
            If the affinities do not fit in memory; names the bytes and the remedy.
        """
        with self._fit_tasks(2, X, y) as task:
            with task("affinities"):
                rows = validate_data(self, X, ensure_min_samples=2, **ROWS)
                affinities = self._affinities(rows)
                weights = affinities.matrix
                if not self._self_loops:
                    weights = without_diagonal(weights)
                n_parts, labels = components(weights)
                if n_parts > 1 and self.on_disconnected != "separate":
                    weights = self._connect(affinities, weights, n_parts, labels)
                    labels = np.zeros_like(labels)
            with task("eigenvectors"):
                parts = self._embed(weights, labels)
            self._keep(affinities, weights, parts, rows.dtype)
        return self

    def _affinities(self, X):
        if callable(self.affinity):
            return self._affinities_of_matrix(self.affinity(X), {"_fit_X": X})
        if self.affinity in self._graph_weights:
            return self._affinities_of_neighbors(X)
        if self.affinity == "precomputed":
            return self._affinities_of_matrix(X, {"_fit_X": X})
        n = X.shape[0]
        require_memory(
            24 * n * n,
            f"affinity='rbf' of {n} samples",
            "Use affinity='nearest_neighbors'.",
        )
        fitted = {"_fit_X": X}
        kernel = euclidean_distances(X.astype(np.float64), squared=True)
        gamma = 1 / X.shape[1] if self.gamma is None else self.gamma
        if self.gamma == "auto":
            gamma = slope_gamma(kernel)
        fitted["gamma_"] = gamma
        kernel *= -gamma
        return Affinities(np.exp(kernel, out=kernel), fitted)

    def _affinities_of_matrix(self, matrix, fitted):
        """Affinities that were given, or that a function gave."""
        if not sparse.issparse(matrix):
            matrix = np.asarray(matrix)
            n = len(matrix)
            require_memory(
                16 * n * n,
                f"Dense affinities of {n} samples",
                "Use affinity='nearest_neighbors', or sparse affinities.",
            )
        return Affinities(check_affinities(matrix), fitted)

    def _affinities_of_neighbors(self, X):
        n = X.shape[0]
        n_neighbors = self._count_neighbors(n)
        require_memory(
            100 * n * n_neighbors,
            f"{type(self).__name__} of {n} samples with {n_neighbors} neighbors",
            "Use a smaller n_neighbors.",
        )
        first = inverse = None
        if self.affinity == "precomputed_nearest_neighbors":
            graph = NeighborGraph.of_distances(X, n_neighbors, self.n_jobs)
        else:
            first, inverse = distinct_rows(X)
            rows = X if first is None else X[first]
            n_nearest = min(n_neighbors, rows.shape[0])
            graph = NeighborGraph.of_rows(rows, n_nearest, self.n_jobs)
        fitted = {"n_neighbors_": n_neighbors, "nbrs_": graph.nbrs}
        fitted["_radii"] = graph.radii
        if self._graph_weights[self.affinity] == "connectivity":
            return Affinities(graph.connectivity(), fitted, graph, first, inverse)
        gamma = self.gamma
        if gamma in (None, "auto"):
            squares = graph.directed.astype(np.float64)
            squares.data *= squares.data
            gamma = median_gamma(squares)
        fitted["gamma_"] = gamma
        return Affinities(graph.heat(gamma), fitted, graph, first, inverse)

    @property
    def _what_joins(self):
        """What to increase for fewer components."""
        if isinstance(self.affinity, str) and self.affinity in self._graph_weights:
            return "n_neighbors"
        return "1 / gamma" if self.affinity == "rbf" else "the affinities"

    def _count_neighbors(self, n_samples):
        if self.n_neighbors is None:
            return self._default_neighbors(n_samples)
        if self.n_neighbors > n_samples:
            raise ValueError(
                f"n_neighbors={self.n_neighbors} must be at most the number of "
                f"samples, {n_samples}."
            )
        return self.n_neighbors

    def _connect(self, affinities, weights, n_parts, labels):
        """The weights of one piece, or the error that says why they are not."""
        found = f"The number of connected components of the affinities is {n_parts} > 1"
        if self.on_disconnected == "raise":
            raise ValueError(
                f"{found}. Increase {self._what_joins}, or use "
                "on_disconnected='separate'."
            )
        if self.affinity not in ("nearest_neighbors", "heat"):
            raise ValueError(
                f"{found}, and on_disconnected='bridge' needs rows and their nearest "
                f"neighbors; affinity is {self.affinity!r}. Use 'separate'."
            )
        warn_of_components(
            n_parts,
            self._what_joins,
            "Graph is not fully connected, spectral embedding may not work as "
            "expected: every two components are joined by their closest rows.",
        )
        row, column, _ = closest_pairs(affinities.graph.nbrs, labels, n_parts)
        return bridged(weights, row, column)

    def _embed(self, weights, labels):
        """Each component by itself; several of them side by side."""
        n = len(labels)
        sizes = np.bincount(labels)
        eigenvalues = np.zeros((len(sizes), self.n_components))
        offsets = np.zeros((len(sizes), self.n_components))
        if len(sizes) == 1:
            places, eigenvalues[0], solver = self._padded(weights)
            return Parts(places, labels, offsets, eigenvalues, solver)
        warn_of_components(
            len(sizes),
            self._what_joins,
            "Graph is not fully connected, spectral embedding may not work as "
            "expected: every component is embedded by itself, side by side.",
        )
        blocks = DiagonalBlocks(weights, labels)
        alone = np.zeros((n, self.n_components))
        solvers = {}

        def embed(rows):
            label = labels[rows[0]]
            found = self._padded(blocks[label])
            alone[rows], eigenvalues[label], solvers[label] = found
            return alone[rows] / (1 if self._unit_columns else np.sqrt(len(rows)))

        places = lay_out(labels, embed, self.n_components)
        if self._unit_columns:
            alone *= np.sqrt(sizes[labels] / n)[:, None]
        else:
            places *= np.sqrt(n)
        for column, shift in zip(offsets.T, (places - alone).T, strict=True):
            column[:] = np.bincount(labels, shift) / sizes
        solver = solvers.get(int(np.argmax(sizes)), "dense")
        return Parts(places, labels, offsets, eigenvalues, solver)

    def _padded(self, weights):
        """Places, eigenvalues, solver; zeros where there are too few rows."""
        n = weights.shape[0]
        wanted = min(self.n_components, n - 1)
        places = np.zeros((n, self.n_components))
        values = np.zeros(self.n_components)
        if not wanted:
            return places, values, "dense"
        places[:, :wanted], values[:wanted], solver = self._decompose(weights, wanted)
        return places, values, solver

    def _solver_options(self, weights, n_components):
        """Arguments of `smallest_eigenpairs`."""
        return {
            "eigen_solver": solver_for(self.eigen_solver, weights, n_components),
            "tol": 0.0 if self.eigen_tol == "auto" else self.eigen_tol,
            "n_jobs": self.n_jobs,
        }

    def _keep(self, affinities, weights, parts, dtype):
        """Set all that is fitted, once everything has succeeded."""
        for name in ("nbrs_", "gamma_", "n_neighbors_", "_radii", "_fit_X"):
            self.__dict__.pop(name, None)
        vars(self).update(affinities.fitted)
        self.affinity_matrix_ = affinities.matrix.astype(dtype, copy=False)
        places = parts.places.astype(dtype, copy=False)
        self.embedding_ = places
        if affinities.inverse is not None:
            self.embedding_ = places[affinities.inverse]
        largest = np.argmax(np.bincount(parts.labels))
        self.eigenvalues_ = parts.eigenvalues[largest]
        self.eigen_solver_ = parts.solver
        self._first = affinities.first
        self._labels, self._offsets = parts.labels, parts.offsets
        self._eigenvalues = parts.eigenvalues
        self._degrees = degrees(affinities.matrix)
        power = self._density_power
        density = degrees(weights) if power else None
        self._density = np.where(density > 0, density, 1) ** -power if power else None

    # --- transform ---

    def transform(self, X: MatrixLike) -> NDArray[np.floating]:
        """Place new rows in the embedding, by Nystroem's method.

        A row equal to a training row gets its place exactly. Any other is joined to the
        training rows by its affinities and placed where the eigenvectors' equation
        holds at it; a new row without affinity to itself.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_queries, n_features)
            New rows; with ``affinity='precomputed'`` their affinities to the training
            rows, of shape (n_queries, n_samples), with 'precomputed_nearest_neighbors'
            a sparse graph of their distances to the training rows.

        Returns
        -------
        X_new : ndarray of shape (n_queries, n_components)
            Places, float32 if X is, float64 otherwise.

        Raises
        ------
        ValueError
            If a row has no affinity to any training row, or if the affinity is a
            function that does not take two sets of rows.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, **ROWS)
        places = (
            self.embedding_ if self._first is None else self.embedding_[self._first]
        )
        n_queries, n_training = rows.shape[0], len(places)
        join = self._joining(n_queries)
        placed = np.empty((n_queries, places.shape[1]), dtype=rows.dtype)
        step = max(1, BLOCK_ENTRIES // n_training)
        if self.affinity in self._graph_weights:
            step = max(step, BLOCK_QUERIES)
        for start in range(0, n_queries, step):
            part = slice(start, start + step)
            joined = join(rows[part])
            joined.require_places(start)
            placed[part] = self._extend(joined, places)
            known = joined.twins >= 0
            placed[part][known] = places[joined.twins[known]]
        return placed

    def _joining(self, n_queries):
        """Function of new rows that joins them to the training rows."""
        if self.affinity in self._graph_weights:
            near = NearRows(self.nbrs_, self._radii, n_queries)
            return lambda X: self._join_neighbors(near, X)
        equal_rows = EqualRows(self._fit_X)
        if self.affinity == "rbf":
            return lambda X: self._join_rbf(equal_rows, X)
        if callable(self.affinity):
            require_two_arguments(self.affinity)
        return lambda X: self._join_matrix(equal_rows, X)

    def _join_neighbors(self, near, X):
        row, column, squares, weights = near(X)
        n = X.shape[0]
        indptr = np.searchsorted(row, np.arange(n + 1))
        least = np.minimum.reduceat(squares, indptr[:-1])
        first = np.flatnonzero(squares == least[row])[::-1]
        nearest = np.empty(n, dtype=np.intp)
        nearest[row[first]] = first
        scales = np.ones(n)
        if self._graph_weights[self.affinity] == "heat":
            # the largest weight is 1, or far rows would have none
            weights = np.exp(-self.gamma_ * (squares - least[row]))
            scales = np.exp(-self.gamma_ * least)
        shape = n, len(self._radii)
        return Joined(
            sparse.csr_array((weights, column, indptr), shape=shape),
            scales,
            column[nearest],
            weights[nearest],
            np.where(least == 0, column[nearest], -1),
        )

    def _join_rbf(self, equal_rows, X):
        training = self._fit_X.astype(np.float64)
        kernel = euclidean_distances(X.astype(np.float64), training, squared=True)
        nearest = kernel.argmin(axis=1)
        least = kernel[np.arange(len(kernel)), nearest]
        kernel -= least[:, None]
        kernel *= -self.gamma_
        np.exp(kernel, out=kernel)
        return Joined(
            kernel,
            np.exp(-self.gamma_ * least),
            nearest,
            np.ones(len(kernel)),
            equal_rows(X),
        )

    def _join_matrix(self, equal_rows, X):
        weights = X
        if callable(self.affinity):
            weights = self.affinity(X, self._fit_X)
        if sparse.issparse(weights):
            weights = sparse.csr_array(weights, dtype=np.float64)
        else:
            weights = np.array(weights, dtype=np.float64)
        require_nonnegative(weights)
        n = X.shape[0]
        nearest = np.asarray(weights.argmax(axis=1)).ravel()
        heaviest = np.asarray(weights[np.arange(n), nearest]).ravel()
        twins = equal_rows(X)
        return Joined(weights, np.ones(n), nearest, heaviest, twins)

    def _extend(self, joined, places):
        """Places of new rows from those of the training rows."""
        weights, density = joined.weights, np.ones(len(places))
        if self._density is not None:
            density = self._density
            weights = times_columns(weights, density)
        label = np.zeros(weights.shape[0], dtype=np.intp)
        if len(self._offsets) > 1:
            weights, label = heaviest_component(weights, self._labels)
        nearest = joined.nearest
        own = np.where(self._labels[nearest] == label, joined.nearest_weight, 0)
        degree = degrees(weights)
        divisor = np.where(degree > 0, degree, 1)
        centered = places - self._offsets[self._labels]
        means = (weights @ centered) / divisor[:, None]
        means *= self._extension(
            self._eigenvalues[label],
            np.maximum(degree * joined.scales, self._degrees[nearest])[:, None],
            (own * density[nearest] / divisor)[:, None],
        )
        return means + self._offsets[label]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = self.affinity in (
            "precomputed",
            "precomputed_nearest_neighbors",
        )
        return tags
