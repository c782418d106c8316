"""Isomap: classical scaling of geodesic distances."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.neighbors import BallTree, KDTree, NearestNeighbors
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from .._measures import residual_variances
from .._memory import require_memory
from .._neighbors import kneighbors
from .._sklearn_compat import (
    VALID_METRICS,
    Interval,
    RealNotInt,
    StrOptions,
    fit_context,
    kernel_means,
    kernel_pca,
    training_rows,
    with_callbacks,
)
from .._typing import MatrixLike, RandomState
from ..base import Embedding
from ..eigen import CenteredKernel
from ..graph import (
    farthest_points,
    geodesics,
    link_geodesics,
    neighborhood_graph,
)
from ._classical_scaling import (
    blocks,
    decompose,
    place_by_landmarks,
    positive_part,
    project,
    projection_axes,
)
from ._geodesic_paths import GeodesicPathMixin
from ._landmarks import choose_landmarks, count_landmarks
from ._reconstruction import reconstruct

if TYPE_CHECKING:
    from sklearn.decomposition import KernelPCA

__all__ = ["Isomap"]

PATH_METHODS: dict[str, Any] = {"auto": "auto", "FW": "elimination", "D": "dijkstra"}


class Isomap(GeodesicPathMixin, Embedding):
    """Isomap: distances along the sheet, then classical multidimensional scaling.

    Neighbours are joined to a graph; the shortest paths over it approximate geodesic
    distances on the manifold from which the rows were drawn; the embedding reproduces
    them as well as straight distances can. Exact geodesics come from sparse
    elimination, so that 10,000 rows take about a second; landmarks serve where n x n
    distances do not fit in memory.

    A drop-in superset of :class:`sklearn.manifold.Isomap`.

    Parameters
    ----------
    n_neighbors : int or None, default=5
        Number of neighbours of every row. Give either this or `radius`.

    radius : float or None, default=None
        Rows at most this far apart are neighbours; set `n_neighbors` to None.

    n_components : int, default=2
        Number of coordinates of the embedding.

    eigen_solver : {'auto', 'arpack', 'dense'}, default='auto'
        'auto' uses LAPACK for small kernels and a block Krylov method for large ones,
        'arpack' ARPACK, 'dense' LAPACK on an explicit second n x n matrix.

    tol : float, default=0
        Relative residual at which eigenpairs count as converged; 0 asks for the
        precision at which `transform` of the training rows agrees with ``embedding_``.

    max_iter : int, default=None
        Largest number of iterations of the eigensolver.

    path_method : {'auto', 'FW', 'D'}, default='auto'
        How shortest paths are found: 'FW' eliminates vertices as Floyd and Warshall do,
        but sparsely; 'D' is Dijkstra's algorithm; 'auto' predicts the quicker one.

    neighbors_algorithm : {'auto', 'brute', 'kd_tree', 'ball_tree'}, default='auto'
        Passed to :class:`~sklearn.neighbors.NearestNeighbors`.

    n_jobs : int or None, default=None
        Number of threads for neighbours and geodesics: None means 1 unless in a
        :obj:`joblib.parallel_backend` context, -1 all processors. The result does not
        depend on it.

    metric : str or callable, default='minkowski'
        Distance between rows. With 'precomputed', X is a square matrix of distances,
        dense or a sparse neighbours graph.

    p : float, default=2
        Power of the Minkowski metric.

    metric_params : dict, default=None
        Further keyword arguments of the metric.

    n_landmarks : int, float or None, default=None
        None: exact Isomap, with all n x n geodesics. Otherwise only the geodesics from
        this many landmarks (a float: this part of the rows) are computed and kept, in
        O(n_samples x n_landmarks) memory, and every row is placed from its distances
        to the landmarks [2]_. Must exceed `n_components`.

    landmarks : {'maxmin', 'random'} or array-like of int, default='maxmin'
        'maxmin': each landmark is the row geodesically farthest from those before it;
        'random': drawn by `random_state`; an array: the indices of the landmarks.

    on_disconnected : {'bridge', 'raise'}, default='bridge'
        What to do when the neighbourhood graph has several components: join every two
        of them by their closest rows, with a warning, or raise.

    store_dist_matrix : bool, default=True
        Keep the n x n geodesics as ``dist_matrix_``. If False, pickles are small, and
        `transform` computes the geodesics of new rows over ``graph_`` when called.

    random_state : int, RandomState instance or None, default=None
        Draws the landmarks when ``landmarks='random'``; nothing else is random.

    verbose : int, default=0
        If positive, print each step and its seconds.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        Places of the training rows, centred, in the unit of the distances.

    eigenvalues_ : ndarray of shape (n_components,)
        Eigenvalues of the centred kernel, descending, in squared units. One that is not
        positive has a column of zeros in ``embedding_``.

    kernel_pca_ : :class:`~sklearn.decomposition.KernelPCA`
        The embedding as kernel PCA; its ``X_fit_`` is ``dist_matrix_`` (or the
        distances between landmarks), not a copy.

    nbrs_ : :class:`~sklearn.neighbors.NearestNeighbors`
        Finds the neighbours of new rows.

    graph_ : csr_array of shape (n_samples, n_samples)
        The neighbourhood graph, weighted by distance.

    dist_matrix_ : ndarray of shape (n_samples, n_samples) or (n_landmarks, n_samples)
        Geodesic distances from every row, or from every landmark. Only the exact one
        is subject to `store_dist_matrix`.

    landmark_indices_ : ndarray of shape (n_landmarks,)
        Rows that are landmarks; only with landmarks.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where they are all strings.

    See Also
    --------
    sklearn.manifold.Isomap : The same parameters without landmarks.
    skmanifold_nn.graph.geodesics : The distances alone.

    References
    ----------
    .. [1] Tenenbaum, de Silva, Langford, "A global geometric framework for nonlinear
       dimensionality reduction", Science 290 (2000), 2319-2323.
    .. [2] de Silva, Tenenbaum, "Sparse multidimensional scaling using landmark points",
       Stanford University (2004).

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.manifold import Isomap
    >>> X, arc = make_swiss_roll(1000, random_state=1)
    >>> isomap = Isomap(n_neighbors=8, n_components=2)
    >>> isomap.fit_transform(X).shape
    (1000, 2)
    >>> isomap.transform(X[:3]).shape
    (3, 2)
    """

    eigenvalues_: NDArray[np.floating]
    kernel_pca_: "KernelPCA"
    nbrs_: NearestNeighbors
    graph_: sparse.csr_array
    dist_matrix_: NDArray[np.floating]
    landmark_indices_: NDArray[np.integer]

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left"), None],
        "radius": [Interval(Real, 0, None, closed="both"), None],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "eigen_solver": [StrOptions({"auto", "arpack", "dense"})],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left"), None],
        "path_method": [StrOptions(set(PATH_METHODS))],
        "neighbors_algorithm": [StrOptions({"auto", "brute", "kd_tree", "ball_tree"})],
        "n_jobs": [Integral, None],
        "p": [Interval(Real, 1, None, closed="left")],
        "metric": [StrOptions(set(VALID_METRICS) | {"precomputed"}), callable],
        "metric_params": [dict, None],
        "n_landmarks": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="right"),
            None,
        ],
        "landmarks": [StrOptions({"maxmin", "random"}), "array-like"],
        "on_disconnected": [StrOptions({"bridge", "raise"})],
        "store_dist_matrix": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        n_neighbors: int | None = 5,
        radius: float | None = None,
        n_components: int = 2,
        eigen_solver: Literal["auto", "arpack", "dense"] = "auto",
        tol: float = 0,
        max_iter: int | None = None,
        path_method: Literal["auto", "FW", "D"] = "auto",
        neighbors_algorithm: Literal["auto", "brute", "kd_tree", "ball_tree"] = "auto",
        n_jobs: int | None = None,
        metric: str | Callable[..., float] = "minkowski",
        p: float = 2,
        metric_params: dict[str, Any] | None = None,
        n_landmarks: int | float | None = None,
        landmarks: Literal["maxmin", "random"] | ArrayLike = "maxmin",
        on_disconnected: Literal["bridge", "raise"] = "bridge",
        store_dist_matrix: bool = True,
        random_state: RandomState = None,
        verbose: int = 0,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.n_components = n_components
        self.eigen_solver = eigen_solver
        self.tol = tol
        self.max_iter = max_iter
        self.path_method = path_method
        self.neighbors_algorithm = neighbors_algorithm
        self.n_jobs = n_jobs
        self.metric = metric
        self.p = p
        self.metric_params = metric_params
        self.n_landmarks = n_landmarks
        self.landmarks = landmarks
        self.on_disconnected = on_disconnected
        self.store_dist_matrix = store_dist_matrix
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: MatrixLike | NearestNeighbors | BallTree | KDTree, y: Any = None
    ) -> Self:
        """Embed the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), BallTree, \
                KDTree or NearestNeighbors
            Training rows; with ``metric='precomputed'`` distances of shape (n_samples,
            n_samples), dense or a sparse graph.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a value of X is not allowed.
        RuntimeError
            If a sparse precomputed graph has several components.
        MemoryError
            If the geodesics do not fit in memory; names the bytes and the remedy.
        """
        with self._fit_tasks(3, X, y) as task:
            with task("neighbors"):
                nbrs = self._fit_neighbors(X)
                n_landmarks = self._count_landmarks(nbrs)
                graph = neighborhood_graph(
                    nbrs,
                    n_neighbors=self.n_neighbors,
                    radius=self.radius,
                    on_disconnected=self.on_disconnected,
                )
            with task("geodesics"):
                landmarks = choose_landmarks(
                    self.landmarks,
                    n_landmarks,
                    graph.shape[0],
                    self.random_state,
                    lambda count: farthest_points(graph, count),
                )
                distances = geodesics(
                    graph,
                    landmarks,
                    method=PATH_METHODS[self.path_method],
                    n_jobs=self.n_jobs,
                )
            with task("scaling"):
                scaling = self._scale(distances, landmarks)
            self._keep(nbrs, graph, distances, landmarks, *scaling)
        return self

    def _fit_neighbors(self, X):
        if self.n_neighbors is not None and self.radius is not None:
            raise ValueError(
                "Both n_neighbors and radius are provided. Use Isomap(radius="
                f"{self.radius}, n_neighbors=None) for neighbours within a radius."
            )
        if self.n_neighbors is None and self.radius is None:
            raise ValueError(
                "n_neighbors and radius are both None: give one of them, the number of "
                "neighbours of every row or the distance at which rows are neighbours."
            )
        return NearestNeighbors(
            n_neighbors=self.n_neighbors,
            radius=self.radius,
            algorithm=self.neighbors_algorithm,
            metric=self.metric,
            p=self.p,
            metric_params=self.metric_params,
            n_jobs=self.n_jobs,
        ).fit(X)

    def _count_landmarks(self, nbrs):
        """Number of landmarks, None for all rows, if their distances fit in memory."""
        n_samples = nbrs.n_samples_fit_
        n_landmarks = count_landmarks(
            self.n_landmarks, self.landmarks, n_samples, self.n_components
        )
        n_rows = n_samples if n_landmarks is None else n_landmarks
        itemsize = 4 if training_rows(nbrs).dtype == np.float32 else 8
        kernels = 2 * n_rows**2 if self.eigen_solver == "dense" else 0
        require_memory(
            (n_rows * n_samples + kernels) * itemsize,
            f"Isomap of {n_samples} samples with {n_rows} rows of geodesic distances",
            "Set n_landmarks to a smaller number, or use float32 input.",
        )
        return n_landmarks

    def _scale(self, distances, landmarks):
        """Classical scaling: top eigenvectors of -1/2 J D^2 J give the embedding."""
        square = distances
        if landmarks is not None:
            square = np.ascontiguousarray(distances[:, landmarks])
        solver = {
            "eigen_solver": self.eigen_solver,
            "tol": self.tol,
            "max_iter": self.max_iter,
            "n_jobs": self.n_jobs,
        }
        kernel, eigenvalues, eigenvectors = decompose(
            square, self.n_components, **solver
        )
        scaling = kernel_pca(
            square,
            kernel.row_means,
            kernel.grand_mean,
            positive_part(eigenvalues),
            eigenvectors,
            n_components=self.n_components,
            **solver,
        )
        if landmarks is None:
            scales = np.sqrt(scaling.eigenvalues_).astype(eigenvectors.dtype)
            return scaling, eigenvalues, eigenvectors * scales
        embedding, signs = place_by_landmarks(distances, *_projection_parts(scaling))
        scaling.eigenvectors_ *= signs
        return scaling, eigenvalues, embedding

    def _keep(self, nbrs, graph, distances, landmarks, scaling, eigenvalues, embedding):
        """Set all that is fitted, once everything has succeeded."""
        squared_norm = None
        keeps_distances = landmarks is not None or self.store_dist_matrix
        if not keeps_distances:
            kernel = CenteredKernel(distances, n_jobs=self.n_jobs)
            squared_norm = kernel.squared_norm()
            scaling.X_fit_ = np.empty((len(embedding), 1), dtype=distances.dtype)
        for name in ("dist_matrix_", "landmark_indices_", "feature_names_in_"):
            self.__dict__.pop(name, None)
        self.nbrs_, self.graph_ = nbrs, graph
        self.n_features_in_ = training_rows(nbrs).shape[1]
        if hasattr(nbrs, "feature_names_in_"):
            self.feature_names_in_ = nbrs.feature_names_in_
        self.kernel_pca_, self.eigenvalues_ = scaling, eigenvalues
        self.embedding_ = embedding
        self._kernel_squared_norm = squared_norm
        if landmarks is not None:
            self.landmark_indices_ = landmarks
        if keeps_distances:
            self.dist_matrix_ = distances

    def _links(self, X):
        """Distances from new rows to their neighbours, as a CSR over training rows."""
        if self.n_neighbors is not None:
            distances, indices = kneighbors(self.nbrs_, X)
            counts = np.full(len(distances), distances.shape[1])
            distances, indices = distances.ravel(), indices.ravel()
        else:
            distances, indices = self.nbrs_.radius_neighbors(X)
            counts = np.array([len(row) for row in indices], dtype=np.intp)
            if not counts.all():
                raise ValueError(
                    f"Row {counts.argmin()} of X has no training row within radius="
                    f"{self.radius}. Increase radius and fit again."
                )
            distances, indices = np.concatenate(distances), np.concatenate(indices)
        indptr = np.concatenate(([0], np.cumsum(counts)))
        return sparse.csr_array(
            (distances, indices, indptr),
            shape=(len(counts), self.nbrs_.n_samples_fit_),
        )

    def _geodesics_of(self, links):
        """Geodesics from new rows to all training rows, or to the landmarks."""
        if not hasattr(self, "dist_matrix_"):
            return geodesics(self.graph_, links, n_jobs=self.n_jobs)
        return link_geodesics(
            self.dist_matrix_,
            links,
            symmetric=not hasattr(self, "landmark_indices_"),
            n_jobs=self.n_jobs,
        )

    def transform(self, X: MatrixLike) -> NDArray[np.floating]:
        """Place new rows in the embedding.

        A new row is linked to its neighbours among the training rows; its geodesics go
        through them, and the kernel they give is projected on the training rows'. A row
        at distance zero from a training row gets the place of that row: to 1e-6 of the
        largest coordinate in float64 and 1e-4 in float32.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_queries, n_features)
            New rows; with ``metric='precomputed'`` their distances to the training
            rows, of shape (n_queries, n_samples), dense or a sparse graph.

        Returns
        -------
        X_new : ndarray of shape (n_queries, n_components)
            Places, float32 if X is, float64 otherwise.

        Raises
        ------
        ValueError
            If the number of features differs, or a row has no neighbour in `radius`.
        """
        check_is_fitted(self)
        links = self._links(X)
        dtype = np.float32 if getattr(X, "dtype", None) == np.float32 else np.float64
        placed = np.empty((links.shape[0], self._n_features_out), dtype=dtype)
        parts = _projection_parts(self.kernel_pca_)
        for rows in blocks(links.shape[0], self._n_sources):
            placed[rows] = project(self._geodesics_of(links[rows]), *parts)
        return placed

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Rows of the input space for points of the embedding.

        Local linear reconstruction: around each point, the training rows are regressed
        linearly on the coordinates of its `n_neighbors` nearest embedded rows (at least
        ``n_components + 2``), weighted by inverse squared distance. The error is of
        second order in the distance to these neighbours times the curvature of the
        sheet; embedded training rows return the training rows.

        Parameters
        ----------
        X : array-like of shape (n_points, n_components)
            Points of the embedding.

        Returns
        -------
        X_original : ndarray of shape (n_points, n_features)
            In the dtype of X.

        Raises
        ------
        ValueError
            If the estimator was fitted on precomputed distances, or X has another
            number of columns than the embedding.
        """
        check_is_fitted(self)
        rows = self._training_rows("inverse_transform")
        X = check_array(X, dtype=[np.float64, np.float32])
        if X.shape[1] != self._n_features_out:
            raise ValueError(
                f"X has {X.shape[1]} features, but the embedding has "
                f"{self._n_features_out} columns."
            )
        n_neighbors = max(self.n_neighbors or 0, self._n_features_out + 2)
        restored = reconstruct(X, self.embedding_, rows, n_neighbors)
        return restored.astype(X.dtype, copy=False)

    def _training_rows(self, method):
        if self.nbrs_.effective_metric_ == "precomputed":
            raise ValueError(
                f"{method} needs the rows of the input space, but the estimator was "
                "fitted with metric='precomputed'. Fit it on rows."
            )
        return training_rows(self.nbrs_)

    def reconstruction_error(self) -> float:
        """Root mean square of what the embedding leaves of the centred kernel.

        Returns
        -------
        reconstruction_error : float
            ``sqrt(sum(K ** 2) - sum(eigenvalues_ ** 2)) / n`` with K the centred kernel
            of the n rows, or of the n landmarks; in squared units of the distances.
        """
        check_is_fitted(self)
        squared_norm = self._kernel_squared_norm
        if squared_norm is None:
            kernel = CenteredKernel(self.kernel_pca_.X_fit_, n_jobs=self.n_jobs)
            squared_norm = kernel.squared_norm()
        explained = np.sum(np.square(self.kernel_pca_.eigenvalues_, dtype=np.float64))
        return np.sqrt(max(squared_norm - explained, 0.0)) / self._n_sources

    @property
    def _n_sources(self):
        """Number of rows, or landmarks, whose kernel was decomposed."""
        return len(self.kernel_pca_.eigenvectors_)

    def residual_variance(self, n_components: int | None = None) -> NDArray[np.float64]:
        """Part of the geodesic distances' variance that the embedding leaves.

        Parameters
        ----------
        n_components : int, optional
            The most columns of the embedding to look at; by default all.

        Returns
        -------
        variances : ndarray of shape (n_components,)
            ``1 - R ** 2`` of geodesic and embedded distances for the first 1, 2, ...
            columns. Look for the number from which it hardly falls.
        """
        check_is_fitted(self)
        fitted: int = self._n_features_out
        if n_components is None:
            n_components = fitted
        if not isinstance(n_components, Integral) or not 1 <= n_components <= fitted:
            raise ValueError(
                f"n_components must be an integer from 1 to {fitted}, the number of "
                f"columns fitted, got {n_components!r}. Fit with a larger n_components."
            )
        return residual_variances(
            self._distance_blocks(),
            self.embedding_[:, :n_components],
            n_jobs=self.n_jobs,
        )

    def _distance_blocks(self):
        """Indices of sources and their distances to all rows, block by block."""
        n_samples = len(self.embedding_)
        sources = getattr(self, "landmark_indices_", np.arange(n_samples))
        for rows in blocks(len(sources), 8 * n_samples):
            if hasattr(self, "dist_matrix_"):
                yield sources[rows], self.dist_matrix_[rows]
            else:
                yield (
                    sources[rows],
                    geodesics(self.graph_, sources[rows], n_jobs=self.n_jobs),
                )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags


def _projection_parts(scaling):
    """What `project` needs, of a fitted KernelPCA."""
    axes = projection_axes(scaling.eigenvalues_, scaling.eigenvectors_)
    return *kernel_means(scaling), axes
