"""Locally linear embedding, and the methods that align local views as it does."""

from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted, validate_data

from .._memory import require_memory
from .._neighbors import kneighbors, kneighbors_graph
from .._sklearn_compat import (
    Interval,
    StrOptions,
    fit_context,
    training_rows,
    with_callbacks,
)
from .._typing import EigenSolver, MatrixLike, RandomState
from ..base import Embedding
from ..eigen import smallest_eigenpairs
from ._alignment import alignment_matrix, outer_alignment_matrix
from ._barycenter import barycenter_weights
from ._components import lay_out, warn_of_components
from ._duplicates import distinct_rows
from ._hessian_lle import hessian_blocks, least_neighbors
from ._ltsa import ltsa_blocks
from ._modified_lle import modified_blocks

__all__ = ["LocallyLinearEmbedding", "locally_linear_embedding"]

FLOATS = [np.float64, np.float32]
SEPARATE = (
    "Every component is embedded by itself, and they are laid side by side along the "
    "first axis."
)


class LocallyLinearEmbedding(Embedding):
    """Locally linear embedding: what rebuilds a row from its neighbours does so below.

    Each row has a local view, its nearest neighbours. Every method turns a view into a
    small quadratic cost of the places of its rows; the costs are summed to one sparse
    matrix, and its bottom eigenvectors after the constant one are the embedding. There
    are four methods: barycentric weights ("standard" [1]_), several weights a row
    ("modified" [2]_), the Hessian of functions on the sheet ("hessian" [3]_), and local
    tangent coordinates ("ltsa" [4]_).

    A drop-in superset of :class:`sklearn.manifold.LocallyLinearEmbedding`, except that
    ``method="hessian"`` is Donoho and Grimes' estimator, and that rows that occur
    several times and data in several pieces are embedded.

    Parameters
    ----------
    n_neighbors : int, default=5
        Number of neighbours of every row.

    n_components : int, default=2
        Number of coordinates of the embedding, at most the number of features.

    reg : float, default=1e-3
        Regularisation of barycentric weights, which multiplies the trace of the local
        Gram matrix.

    eigen_solver : {'auto', 'arpack', 'dense', 'krylov', 'lobpcg', 'amg'}, \
            default='auto'
        See :func:`skmanifold_nn.eigen.smallest_eigenpairs`: 'auto' is 'dense' for few
        rows, else 'krylov' on a sparse factorisation.

    tol : float, default=1e-6
        Tolerance of ``eigen_solver='arpack'``. The other solvers do not use it: bottom
        eigenvalues are so small that 1e-6 would be too coarse for them.

    max_iter : int, default=100
        Largest number of iterations of ``eigen_solver='arpack'``.

    method : {'standard', 'hessian', 'modified', 'ltsa'}, default='standard'
        How local views are aligned. 'hessian' needs ``n_neighbors > n_components *
        (n_components + 3) / 2``, 'ltsa' ``n_neighbors > n_components`` and 'modified'
        ``n_neighbors >= n_components``.

    hessian_tol : float, default=1e-4
        Part of a product of tangent coordinates that must be left beside those before
        it for ``method='hessian'`` to count it as independent.

    modified_tol : float, default=1e-12
        Length up to which the mean of the weight vectors of ``method='modified'``
        counts as zero; an arbitrary one of them then takes its part.

    neighbors_algorithm : {'auto', 'brute', 'kd_tree', 'ball_tree'}, default='auto'
        Passed to :class:`~sklearn.neighbors.NearestNeighbors`.

    random_state : int, RandomState instance or None, default=None
        Accepted for compatibility. Nothing is random: the eigensolvers' start vectors
        are fixed.

    n_jobs : int or None, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_backend`
        context, -1 all processors. The result does not depend on it.

    on_disconnected : {'separate', 'raise'}, default='separate'
        What to do when the graph of neighbours has several components, which would each
        collapse to a point: embed every component by itself and lay them side by side
        along the first axis, with a warning, or raise.

    verbose : int, default=0
        If positive, print each step and its seconds.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        Places of the training rows: columns of unit norm, in the dtype of X. They are
        computed in float64.

    reconstruction_error_ : float
        What the embedding costs, the sum of ``eigenvalues_``.

    eigenvalues_ : ndarray of shape (n_components,)
        Cost of each column, ascending. With several components the mean of theirs,
        weighted by their numbers of rows.

    eigen_solver_ : str
        Name of the eigensolver that was used, on the first component if there are
        several.

    nbrs_ : :class:`~sklearn.neighbors.NearestNeighbors`
        Finds the neighbours of new rows, among the distinct training rows.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where they are all strings.

    See Also
    --------
    sklearn.manifold.LocallyLinearEmbedding : The class whose superset this is.
    Isomap : Keeps distances along the sheet.

    References
    ----------
    .. [1] Roweis, Saul, "Nonlinear dimensionality reduction by locally linear
       embedding", Science 290 (2000), 2323-2326.
    .. [2] Zhang, Wang, "MLLE: Modified locally linear embedding using multiple
       weights", NIPS 19 (2006).
    .. [3] Donoho, Grimes, "Hessian eigenmaps: Locally linear embedding techniques for
       high-dimensional data", PNAS 100 (2003), 5591-5596.
    .. [4] Zhang, Zha, "Principal manifolds and nonlinear dimensionality reduction via
       tangent space alignment", SIAM J. Sci. Comput. 26 (2004), 313-338.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.manifold import LocallyLinearEmbedding
    >>> X, arc = make_swiss_roll(1000, random_state=1)
    >>> lle = LocallyLinearEmbedding(n_neighbors=12)
    >>> lle.fit_transform(X).shape
    (1000, 2)
    >>> lle.transform(X[:3]).shape
    (3, 2)
    """

    reconstruction_error_: float
    eigenvalues_: NDArray[np.floating]
    eigen_solver_: str
    nbrs_: NearestNeighbors

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "reg": [Interval(Real, 0, None, closed="left")],
        "eigen_solver": [
            StrOptions({"auto", "arpack", "dense", "krylov", "lobpcg", "amg"})
        ],
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "method": [StrOptions({"standard", "hessian", "modified", "ltsa"})],
        "hessian_tol": [Interval(Real, 0, None, closed="left")],
        "modified_tol": [Interval(Real, 0, None, closed="left")],
        "neighbors_algorithm": [StrOptions({"auto", "brute", "kd_tree", "ball_tree"})],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "on_disconnected": [StrOptions({"separate", "raise"})],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        n_neighbors: int = 5,
        n_components: int = 2,
        reg: float = 1e-3,
        eigen_solver: EigenSolver = "auto",
        tol: float = 1e-6,
        max_iter: int = 100,
        method: Literal["standard", "hessian", "modified", "ltsa"] = "standard",
        hessian_tol: float = 1e-4,
        modified_tol: float = 1e-12,
        neighbors_algorithm: Literal["auto", "brute", "kd_tree", "ball_tree"] = "auto",
        random_state: RandomState = None,
        n_jobs: int | None = None,
        on_disconnected: Literal["separate", "raise"] = "separate",
        verbose: int = 0,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_components = n_components
        self.reg = reg
        self.eigen_solver = eigen_solver
        self.tol = tol
        self.max_iter = max_iter
        self.method = method
        self.hessian_tol = hessian_tol
        self.modified_tol = modified_tol
        self.neighbors_algorithm = neighbors_algorithm
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.on_disconnected = on_disconnected
        self.verbose = verbose

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: MatrixLike | NearestNeighbors, y: Any = None) -> Self:
        """Embed the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
                NearestNeighbors
            Training rows, or a fitted search among them.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a value of X is not allowed, if there are too few
            neighbours for the method, or with ``on_disconnected='raise'`` if the graph
            of neighbours has several components.
        MemoryError
            If the sparse matrix does not fit in memory; names the bytes and the remedy.
        """
        with self._fit_tasks(3, X, y) as task:
            with task("neighbors"):
                nbrs, first, inverse = self._fit_neighbors(X)
                neighbors = self._neighborhoods(nbrs)
            with task("weights"):
                matrix = self._alignment(_rows_of(nbrs), neighbors)
                n_found, labels = self._components(matrix)
            if n_found > 1:
                warn_of_components(n_found, "n_neighbors", SEPARATE)
            with task("eigenvectors"):
                values, places, solver = self._bottom(matrix, n_found, labels)
            self.nbrs_, self._first = nbrs, first
            self.eigenvalues_, self.eigen_solver_ = values, solver
            self.reconstruction_error_ = float(values.sum())
            places = places.astype(training_rows(nbrs).dtype, copy=False)
            self.embedding_ = places if inverse is None else places[inverse]
        return self

    def _fit_neighbors(self, X):
        """A search among the distinct rows, with their indices and each row's."""
        if isinstance(X, NearestNeighbors):
            search = X
            X = _rows_of(search)
            self.n_features_in_ = X.shape[1]
        else:
            X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, order="C")
            search = NearestNeighbors(
                n_neighbors=self.n_neighbors,
                algorithm=self.neighbors_algorithm,
                n_jobs=self.n_jobs,
            )
        self._check_sizes(*X.shape)
        first, inverse = distinct_rows(X)
        if first is not None:
            X = X[first]
            n_neighbors = min(self.n_neighbors, len(first))
            search = clone(search).set_params(n_neighbors=n_neighbors)
        if not hasattr(search, "n_samples_fit_"):
            search.fit(X)
        return search, first, inverse

    def _check_sizes(self, n_samples, n_features):
        if self.n_components > n_features:
            raise ValueError(
                "output dimension must be less than or equal to input dimension: "
                f"n_components={self.n_components}, but X has {n_features} feature(s). "
                "Decrease n_components."
            )
        if self.n_neighbors >= n_samples:
            raise ValueError(
                f"Expected n_neighbors < n_samples, but n_samples = {n_samples}, "
                f"n_neighbors = {self.n_neighbors}. Decrease n_neighbors."
            )
        self._check_neighbors(self.n_neighbors, "n_neighbors")
        m = min(self.n_neighbors + 1, n_samples)
        # indices and values of the matrix, and the blocks that it sums
        itemsize = 12 if self.method == "standard" else 20
        require_memory(
            n_samples * m**2 * itemsize,
            f"The alignment matrix of {n_samples} samples with {self.n_neighbors} "
            "neighbors each",
            "Decrease n_neighbors.",
        )

    def _check_neighbors(self, n_neighbors, what):
        """Refuse too few neighbours for the method; `what` tells where they are few."""
        d = self.n_components
        if self.method == "hessian" and n_neighbors < least_neighbors(d):
            raise ValueError(
                "for method='hessian', n_neighbors must be greater than "
                "[n_components * (n_components + 3) / 2]: at least "
                f"{least_neighbors(d)} for n_components={d}, but {what} is "
                f"{n_neighbors}."
            )
        if self.method == "modified" and n_neighbors < d:
            raise ValueError(
                "modified LLE requires n_neighbors >= n_components, but "
                f"n_components={d} and {what} is {n_neighbors}."
            )
        if self.method == "ltsa" and n_neighbors <= d:
            raise ValueError(
                "for method='ltsa', n_neighbors must be greater than n_components, or "
                f"every embedding fits: at least {d + 1} for n_components={d}, but "
                f"{what} is {n_neighbors}."
            )

    def _neighborhoods(self, nbrs):
        """The neighbours of each row, by distance: (n_rows, k), int32."""
        n_rows = nbrs.n_samples_fit_
        k = min(self.n_neighbors, n_rows - 1)
        if k == 0:
            return np.empty((1, 0), dtype=np.int32)
        self._check_neighbors(k, "the number of other distinct rows")
        graph = kneighbors_graph(nbrs, k, self.n_jobs)
        return graph.indices.reshape(n_rows, k).astype(np.int32, copy=False)

    def _alignment(self, X, neighbors):
        """The cost of places y is y' M y, with the method's M."""
        n, n_jobs = len(neighbors), self.n_jobs
        if not neighbors.size:
            return sparse.csr_array((n, n))
        if self.method == "standard":
            return _reconstruction_cost(X, neighbors, self.reg, n_jobs)
        blocks_of, parameters = {
            "hessian": (hessian_blocks, {"tol": self.hessian_tol}),
            "modified": (modified_blocks, {"reg": self.reg, "tol": self.modified_tol}),
            "ltsa": (ltsa_blocks, {}),
        }[self.method]
        chunks = blocks_of(X, neighbors, self.n_components, n_jobs=n_jobs, **parameters)
        return alignment_matrix(chunks, n, n_jobs)

    def _components(self, matrix):
        """Number of pieces that the costs do not join, and each row's piece."""
        # Of a symmetric graph, strong components are quicker to find.
        n_found, labels = connected_components(matrix, connection="strong")
        if n_found > 1 and self.on_disconnected == "raise":
            raise ValueError(
                "The number of connected components of the neighbors graph is "
                f"{n_found} > 1. Increase n_neighbors, or pass "
                "on_disconnected='separate' to embed every component by itself."
            )
        return n_found, labels

    def _bottom(self, matrix, n_found, labels):
        """Eigenvalues, places and solver; by components if there are several."""
        if n_found == 1:
            return self._smallest(matrix)
        solvers, values = [], np.zeros(self.n_components)

        def embed(rows):
            own, vectors, solver = self._smallest(matrix[rows][:, rows])
            values[:] += own * len(rows) / len(labels)
            solvers.append(solver)
            return vectors

        places = lay_out(labels, embed, self.n_components)
        return values, places, solvers[0]

    def _smallest(self, matrix):
        """Bottom eigenpairs after the constant; columns that do not exist are zero."""
        n = matrix.shape[0]
        limits = {}
        if self.eigen_solver == "arpack":
            limits = {"tol": self.tol, "max_iter": self.max_iter}
        values, vectors, solver = smallest_eigenpairs(
            matrix,
            self.n_components,
            null_space=np.full((n, 1), n**-0.5),
            eigen_solver=self.eigen_solver,
            n_jobs=self.n_jobs,
            **limits,
        )
        missing = self.n_components - len(values)
        if missing:
            values = np.pad(values, (0, missing))
            vectors = np.pad(vectors, ((0, 0), (0, missing)))
        return values, vectors, solver

    def transform(self, X: MatrixLike) -> NDArray[np.floating]:
        """Place new rows in the embedding.

        A new row is rebuilt from its nearest training rows by barycentric weights, and
        placed where these put it in the embedding, whatever the method. A row that
        equals a training row gets its place exactly, so that the training rows return
        ``embedding_``; a row close to one is off by what `reg` displaces.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_queries, n_features)
            New rows.

        Returns
        -------
        X_new : ndarray of shape (n_queries, n_components)
            Places, float32 if X is, float64 otherwise.

        Raises
        ------
        ValueError
            If the number of features differs.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, reset=False)
        n_neighbors = min(self.n_neighbors, self.nbrs_.n_samples_fit_)
        _, neighbors = kneighbors(self.nbrs_, X, n_neighbors)
        weights = barycenter_weights(
            X, training_rows(self.nbrs_), neighbors, reg=self.reg, n_jobs=self.n_jobs
        )
        places = self.embedding_
        if self._first is not None:
            places = places[self._first]
        placed = np.einsum("ij,ijk->ik", weights, places[neighbors])
        return placed.astype(X.dtype, copy=False)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.sparse = True
        return tags


def _rows_of(nbrs):
    if nbrs.effective_metric_ == "precomputed":
        raise ValueError(
            "X is a NearestNeighbors with metric='precomputed', but local views need "
            "the rows. Fit it on rows."
        )
    rows = training_rows(nbrs)
    return rows if sparse.issparse(rows) else np.ascontiguousarray(rows)


def _reconstruction_cost(X, neighbors, reg, n_jobs):
    """M = (I - W)' (I - W), W the barycentric weights."""
    n, k = neighbors.shape
    members = np.empty((n, k + 1), dtype=np.int32)
    members[:, 0], members[:, 1:] = np.arange(n), neighbors
    weights = np.empty((n, k + 1))
    weights[:, 0] = 1
    weights[:, 1:] = -barycenter_weights(X, X, neighbors, reg=reg, n_jobs=n_jobs)
    return outer_alignment_matrix(members, weights, n, n_jobs)


def locally_linear_embedding(
    X: MatrixLike | NearestNeighbors,
    *,
    n_neighbors: int,
    n_components: int,
    reg: float = 1e-3,
    eigen_solver: EigenSolver = "auto",
    tol: float = 1e-6,
    max_iter: int = 100,
    method: Literal["standard", "hessian", "modified", "ltsa"] = "standard",
    hessian_tol: float = 1e-4,
    modified_tol: float = 1e-12,
    random_state: RandomState = None,
    n_jobs: int | None = None,
) -> tuple[NDArray[np.floating], float]:
    """Embed rows by locally linear embedding: the estimator as a function.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            NearestNeighbors
        Rows, or a fitted search among them.
    n_neighbors : int
        Number of neighbours of every row.
    n_components : int
        Number of coordinates.
    reg : float, default=1e-3
        This and all that follow: as for :class:`LocallyLinearEmbedding`.
    eigen_solver : str, default='auto'
        Name of the eigensolver.
    tol : float, default=1e-6
        Tolerance of 'arpack'.
    max_iter : int, default=100
        Largest number of its iterations.
    method : {'standard', 'hessian', 'modified', 'ltsa'}, default='standard'
        How local views are aligned.
    hessian_tol : float, default=1e-4
        Of the method 'hessian'.
    modified_tol : float, default=1e-12
        Of the method 'modified'.
    random_state : int, RandomState instance or None, default=None
        Accepted for compatibility; nothing is random.
    n_jobs : int or None, default=None
        Number of threads.

    Returns
    -------
    Y : ndarray of shape (n_samples, n_components)
        Places of the rows.
    squared_error : float
        What they cost, the sum of the eigenvalues.

    Raises
    ------
    ValueError
        If a parameter or a value of X is not allowed.

    References
    ----------
    .. [1] Roweis, Saul, "Nonlinear dimensionality reduction by locally linear
       embedding", Science 290 (2000), 2323-2326. Those of the other methods stand at
       :class:`LocallyLinearEmbedding`.

    Examples
    --------
    >>> from sklearn.datasets import make_s_curve
    >>> from skmanifold_nn.manifold import locally_linear_embedding
    >>> X, _ = make_s_curve(300, random_state=1)
    >>> Y, error = locally_linear_embedding(X, n_neighbors=10, n_components=2)
    >>> Y.shape
    (300, 2)
    """
    estimator = LocallyLinearEmbedding(
        n_neighbors=n_neighbors,
        n_components=n_components,
        reg=reg,
        eigen_solver=eigen_solver,
        tol=tol,
        max_iter=max_iter,
        method=method,
        hessian_tol=hessian_tol,
        modified_tol=modified_tol,
        random_state=random_state,
        n_jobs=n_jobs,
    ).fit(X)
    return estimator.embedding_, estimator.reconstruction_error_
