"""Classical multidimensional scaling, exact or from landmarks."""

from collections.abc import Callable
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from .._memory import require_memory
from .._sklearn_compat import (
    Interval,
    RealNotInt,
    StrOptions,
    fit_context,
    with_callbacks,
)
from .._typing import MatrixLike, RandomState
from ..base import Embedding
from ._classical_scaling import (
    decompose,
    negative_ratio,
    place_by_landmarks,
    positive_part,
    project,
    projection_axes,
)
from ._dissimilarities import (
    METRIC_CONSTRAINTS,
    SPARSE_METRICS,
    blocks_of_dissimilarities,
    new_rows,
    pairwise,
    refuse_negative,
    training_dissimilarities,
    training_rows,
)
from ._landmarks import count_landmarks, landmark_distances

__all__ = ["ClassicalMDS"]

REMEDY = "Set n_landmarks, or to a smaller number, or use float32 input."


class ClassicalMDS(Embedding):
    """Classical multidimensional scaling: places from dissimilarities, in closed form.

    Also called principal coordinates analysis, or Torgerson's scaling [1]_. The squared
    dissimilarities are centred by rows and columns; the leading eigenvectors of
    ``K = -1/2 J (D o D) J`` are the coordinates. Of Euclidean distances these are the
    principal components; of others they are the best fit to K of any configuration of
    so many dimensions [2]_.

    K is never formed and only its top eigenpairs are computed, so that the pairwise
    dissimilarities take most of the time. With landmarks no n x n matrix is needed
    either, for 100,000 rows and more.

    A drop-in superset of :class:`sklearn.manifold.ClassicalMDS`.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates of the embedding; there are n_samples where that is less.

    metric : str or callable, default='euclidean'
        Dissimilarity between rows: a metric of
        :func:`sklearn.metrics.pairwise_distances`, or a function of two rows. With
        'precomputed', X is a square matrix of dissimilarities.

    metric_params : dict, default=None
        Further keyword arguments of the metric.

    n_landmarks : int, float or None, default=None
        None: all n x n dissimilarities. Otherwise only those from this many landmarks
        (a float: this part of the rows) are computed and kept, in O(n_samples x
        n_landmarks) time and memory, and every row is placed from its dissimilarities
        to the landmarks [4]_: exactly, where they are Euclidean distances and the
        landmarks span their dimensions. Must exceed `n_components`.

    landmarks : {'maxmin', 'random'} or array-like of int, default='maxmin'
        'maxmin': each landmark is the row farthest from those before it; 'random':
        drawn by `random_state`; an array: the indices of the landmarks.

    eigen_solver : {'auto', 'arpack', 'dense'}, default='auto'
        'auto' uses LAPACK for small kernels and a block Krylov method for large ones,
        'arpack' ARPACK, 'dense' LAPACK on an explicit second n x n matrix.

    random_state : int, RandomState instance or None, default=None
        Draws the landmarks when ``landmarks='random'``; nothing else is random.

    n_jobs : int or None, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_backend`
        context, -1 all processors. The result does not depend on it.

    verbose : int, default=0
        If positive, print each step and its seconds.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        Places of the training rows, in the unit of the dissimilarities; centred, with
        landmarks on their mean. The entry of largest magnitude of each column is
        positive.

    dissimilarity_matrix_ : ndarray of shape (n_samples, n_samples)
        Pairwise dissimilarities; a precomputed matrix is not copied. Not with
        landmarks.

    eigenvalues_ : ndarray of shape (n_components,)
        Algebraically largest eigenvalues of K, descending, in squared units; with
        landmarks of the K of the landmarks. One that is not positive has a column of
        zeros in ``embedding_``.

    negative_eigenvalue_ratio_ : float
        Smallest eigenvalue of K, if negative, as a part of the largest one: how far
        the dissimilarities are from Euclidean distances, which have 0. To about a
        percent; exact for a few hundred rows. With landmarks of the K of the landmarks.

    landmark_dissimilarities_ : ndarray of shape (n_landmarks, n_samples)
        From every landmark to every row; only with landmarks.

    landmark_indices_ : ndarray of shape (n_landmarks,)
        Rows that are landmarks; only with landmarks.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where they are all strings.

    See Also
    --------
    sklearn.decomposition.PCA : The same embedding of rows under Euclidean distance.
    Isomap : The same of distances along a curved sheet.

    References
    ----------
    .. [1] Torgerson, "Multidimensional scaling: I. Theory and method", Psychometrika
       17 (1952), 401-419.
    .. [2] Gower, "Some distance properties of latent root and vector methods used in
       multivariate analysis", Biometrika 53 (1966), 325-338.
    .. [3] Gower, "Adding a point to vector diagrams in multivariate analysis",
       Biometrika 55 (1968), 582-585.
    .. [4] de Silva, Tenenbaum, "Sparse multidimensional scaling using landmark points",
       Stanford University (2004).
    .. [5] Borg, Groenen, "Modern Multidimensional Scaling", 2nd edition, Springer
       (2005), chapter 12.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.manifold import ClassicalMDS
    >>> X, _ = load_digits(return_X_y=True)
    >>> scaling = ClassicalMDS(n_components=2, metric="manhattan")
    >>> scaling.fit_transform(X[:500]).shape
    (500, 2)
    >>> scaling.transform(X[500:503]).shape
    (3, 2)

    City blocks are not Euclidean:

    >>> print(f"{scaling.negative_eigenvalue_ratio_:.2f}")
    0.08
    """

    dissimilarity_matrix_: NDArray[np.floating]
    eigenvalues_: NDArray[np.floating]
    negative_eigenvalue_ratio_: float
    landmark_dissimilarities_: NDArray[np.floating]
    landmark_indices_: NDArray[np.integer]

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        **METRIC_CONSTRAINTS,
        "n_landmarks": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="right"),
            None,
        ],
        "landmarks": [StrOptions({"maxmin", "random"}), "array-like"],
        "eigen_solver": [StrOptions({"auto", "arpack", "dense"})],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components: int = 2,
        *,
        metric: str | Callable[..., float] = "euclidean",
        metric_params: dict[str, Any] | None = None,
        n_landmarks: int | float | None = None,
        landmarks: Literal["maxmin", "random"] | ArrayLike = "maxmin",
        eigen_solver: Literal["auto", "arpack", "dense"] = "auto",
        random_state: RandomState = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_components = n_components
        self.metric = metric
        self.metric_params = metric_params
        self.n_landmarks = n_landmarks
        self.landmarks = landmarks
        self.eigen_solver = eigen_solver
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: Any = None) -> Self:
        """Place the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
                (n_samples, n_samples)
            Training rows; with ``metric='precomputed'`` their dissimilarities.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a value of X is not allowed; names which.
        MemoryError
            If the dissimilarities do not fit in memory; names the bytes and the remedy.
        """
        exact = self.n_landmarks is None and isinstance(self.landmarks, str)
        indices = None
        with self._fit_tasks(2, X, y) as task:
            with task("dissimilarities"):
                if exact:
                    distances, rows = training_dissimilarities(self, X, remedy=REMEDY)
                else:
                    distances, rows, indices = self._measure_landmarks(X)
            with task("scaling"):
                scaling = self._scale(distances, indices)
            self._keep(rows, distances, indices, *scaling)
        return self

    def _measure_landmarks(self, X):
        """Dissimilarities from landmarks, the rows that these are, their indices."""
        X = training_rows(self, X)
        n_samples = X.shape[0]
        count = count_landmarks(
            self.n_landmarks, self.landmarks, n_samples, self.n_components
        )
        require_memory(
            count * n_samples * X.dtype.itemsize,
            f"ClassicalMDS of {n_samples} samples with {count} landmarks",
            REMEDY,
        )
        is_precomputed = self.metric == "precomputed"
        distances = np.empty((count, n_samples), dtype=X.dtype)
        indices = landmark_distances(
            self.landmarks,
            lambda rows: X[rows] if is_precomputed else pairwise(self, X[rows], X),
            self.random_state,
            distances,
        )
        return distances, X[indices], indices

    def _scale(self, distances, indices):
        """Top eigenvectors of -1/2 J D^2 J give the embedding, or the landmarks'."""
        square = distances
        if indices is not None:
            square = np.ascontiguousarray(distances[:, indices])
        kernel, eigenvalues, eigenvectors = decompose(
            square,
            self.n_components,
            eigen_solver=self.eigen_solver,
            n_jobs=self.n_jobs,
        )
        # Of Euclidean distances no eigenvalue is negative.
        is_euclidean = self.metric in ("euclidean", "l2") and not self.metric_params
        ratio = 0.0 if is_euclidean else negative_ratio(kernel, eigenvalues[0])
        positive = positive_part(eigenvalues, square.dtype)
        axes = projection_axes(positive, eigenvectors)
        if indices is None:
            embedding = eigenvectors * np.sqrt(positive).astype(eigenvectors.dtype)
        else:
            embedding, signs = place_by_landmarks(
                distances, kernel.row_means, kernel.grand_mean, axes
            )
            axes *= signs
        projection = kernel.row_means, kernel.grand_mean, axes
        return embedding, eigenvalues, ratio, projection

    def _keep(
        self, rows, distances, indices, embedding, eigenvalues, ratio, projection
    ):
        """Set all that is fitted, once everything has succeeded."""
        for name in (
            "dissimilarity_matrix_",
            "landmark_dissimilarities_",
            "landmark_indices_",
        ):
            self.__dict__.pop(name, None)
        if indices is None:
            self.dissimilarity_matrix_ = distances
        else:
            self.landmark_dissimilarities_ = distances
            self.landmark_indices_ = indices
        self.embedding_, self.eigenvalues_ = embedding, eigenvalues
        self.negative_eigenvalue_ratio_ = ratio
        # A copy of the rows: what becomes of the caller's does not matter.
        is_precomputed = self.metric == "precomputed"
        self._rows = None if is_precomputed else rows.copy()
        self._row_means, self._grand_mean, self._axes = projection

    def transform(self, X: MatrixLike) -> NDArray[np.floating]:
        """Place new rows among the training rows.

        By Gower's addition of a point, with landmarks by triangulation from them: both
        project the centred kernel of the new row on the eigenvectors. A row at
        dissimilarity zero from a training row gets the place of that row, whether
        the dissimilarities are Euclidean or not: to 1e-6 of the largest coordinate in
        float64 and 1e-4 in float32.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_queries, n_features)
            New rows; with ``metric='precomputed'`` their dissimilarities to the
            training rows, of shape (n_queries, n_samples). With landmarks those to the
            landmarks suffice, of shape (n_queries, n_landmarks).

        Returns
        -------
        X_new : ndarray of shape (n_queries, n_components)
            Places, float32 if X is, float64 otherwise.

        Raises
        ------
        ValueError
            If the number of features differs, or a value of X is not allowed.
        """
        check_is_fitted(self)
        columns = getattr(self, "landmark_indices_", slice(None))
        if self._is_from_landmarks(X):
            columns = slice(None)
            X = check_array(X, dtype=[np.float64, np.float32])
            refuse_negative(X)
        else:
            X = new_rows(self, X)
        placed = np.empty((X.shape[0], self._n_features_out), dtype=X.dtype)
        for rows, distances in blocks_of_dissimilarities(
            self, X, self._rows, columns=columns
        ):
            placed[rows] = project(
                distances, self._row_means, self._grand_mean, self._axes
            )
        return placed

    def _is_from_landmarks(self, X):
        """Whether the columns of X are the landmarks, not the training rows."""
        if self.metric != "precomputed" or not hasattr(self, "landmark_indices_"):
            return False
        shape = np.shape(X)
        n_landmarks = len(self.landmark_indices_)
        return len(shape) == 2 and n_landmarks == shape[1] != self.n_features_in_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.sparse = self.metric in SPARSE_METRICS
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags
