"""Laplacian eigenmaps: the slowest vibrations of the neighbourhood graph."""

import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from .._sklearn_compat import Interval, StrOptions
from .._typing import EigenSolver, MatrixLike, RandomState
from ..eigen import flip_signs, smallest_eigenpairs
from ._affinity import (
    check_affinities,
    components,
    degrees,
    without_diagonal,
)
from ._random_walk import (
    difference,
    reciprocal,
    scaled,
    solver_for,
    walk_eigenvectors,
)
from ._spectral import FLOATS, SpectralMethod

__all__ = ["LaplacianEigenmaps", "SpectralEmbedding", "spectral_embedding"]


Affinity = Literal[
    "nearest_neighbors", "heat", "rbf", "precomputed", "precomputed_nearest_neighbors"
]


class SpectralEmbedding(SpectralMethod):
    """Laplacian eigenmaps: rows that are neighbours stay neighbours.

    The rows' neighbourhood graph, weighted by affinities, is embedded by the
    eigenvectors of its Laplacian with the smallest eigenvalues: of all maps of unit
    size, they keep joined rows closest together.

    A drop-in superset of :class:`sklearn.manifold.SpectralEmbedding`, which also places
    new rows, embeds the components of a disconnected graph one by one, lets copies of
    a row share their place, and uses sparse rows as they are.
    :class:`LaplacianEigenmaps` is the same class.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates of the embedding.

    affinity : {'nearest_neighbors', 'heat', 'rbf', 'precomputed', \
            'precomputed_nearest_neighbors'} or callable, default='nearest_neighbors'
        How affinities of rows are made:

        - 'nearest_neighbors': 1 for rows that are among each other's `n_neighbors`
          nearest (of which a row is itself the first), 1/2 if only one is;
        - 'heat': ``exp(-gamma * d**2)`` for rows of which one is among the nearest of
          the other, at distance d [1]_;
        - 'rbf': ``exp(-gamma * d**2)`` for all pairs of rows, a dense matrix;
        - 'precomputed': X is the matrix of affinities, dense or sparse, symmetric and
          not negative;
        - 'precomputed_nearest_neighbors': X is a sparse graph of distances, of which
          the `n_neighbors` smallest of each row are neighbours;
        - callable: ``affinity(X)`` gives the matrix; `transform` calls
          ``affinity(X_new, X)``.

    gamma : float, 'auto' or None, default=None
        Of 'rbf' and 'heat'. 'auto' is, for 'heat', 2 over the squared median distance
        to the last of the `n_neighbors` nearest, whose weight it makes exp(-2); for
        'rbf', as for :class:`DiffusionMap`. None is 1 / n_features for 'rbf' and 'auto'
        for 'heat'.

    random_state : int, RandomState instance or None, default=None
        Not used, as nothing is random; there for compatibility.

    eigen_solver : {'arpack', 'lobpcg', 'amg', 'krylov', 'dense', 'auto'} or None, \
            default=None
        As for :func:`skmanifold_nn.eigen.smallest_eigenpairs`; None is 'auto'. 'amg'
        needs the package pyamg. The solvers work in float64.

    eigen_tol : float or 'auto', default='auto'
        Relative residual at which iterative solvers stop; 'auto' for what float64
        allows.

    n_neighbors : int, default=None
        Number of nearest neighbours of a row, itself included. None is a tenth of the
        samples, and at least 1: give a number where there are many samples.

    n_jobs : int or None, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_backend`
        context, -1 all processors. The result does not depend on it.

    laplacian : {'symmetric', 'random_walk', 'unnormalized', 'geometric'}, \
            default='symmetric'
        Which Laplacian's eigenvectors f are the columns of the embedding. With W the
        affinities without those of rows to themselves and D their row sums:

        - 'symmetric': of ``I - D^-1/2 W D^-1/2``, divided by ``sqrt(D)``, as
          scikit-learn does; so that ``f' D f = 1``;
        - 'random_walk': of ``I - D^-1 W``, the solutions of ``(D - W) f = lambda D f``.
          They are those of 'symmetric' times ``sqrt(sum(D))``: of mean square 1 over
          the walk's stationary distribution ``D / sum(D)``, whatever n_samples;
        - 'unnormalized': of ``D - W``, with ``f' f = 1``;
        - 'geometric': as 'random_walk', for the weights ``D^-1 W D^-1``, which take the
          density of the rows out: the eigenvectors tend to those of the sheet's
          Laplace-Beltrami operator however the rows are spread over it [2]_.

    on_disconnected : {'separate', 'bridge', 'raise'}, default='separate'
        What to do when the graph has several components, whose eigenvectors would
        collapse each of them to a point: embed each by itself and lay them side by side
        along the first axis, with a warning; join every two by their closest rows,
        with a warning ('nearest_neighbors' and 'heat' only; such an edge weighs as much
        as the lightest at its ends); or raise.

    verbose : int, default=0
        If positive, print each step and its seconds.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        Places of the training rows. Columns for which there are too few rows are zeros.

    affinity_matrix_ : {ndarray, csr_array} of shape (n_samples, n_samples)
        The affinities. With 'nearest_neighbors' and 'heat' copies of a row are left
        out: rows and columns are the distinct rows of X in order of first occurrence.

    eigenvalues_ : ndarray of shape (n_components,)
        Of the Laplacian, ascending, without that of the constant; of several components
        embedded separately those of the largest.

    eigen_solver_ : str
        Name of the eigensolver that was used.

    n_neighbors_ : int
        Number of nearest neighbours effectively used.

    gamma_ : float
        The kernel's gamma effectively used.

    nbrs_ : :class:`~sklearn.neighbors.NearestNeighbors`
        Finds the neighbours of new rows.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where they are all strings.

    See Also
    --------
    DiffusionMap : Eigenvectors scaled so that distances are those of diffusion.
    spectral_embedding : The eigenvectors alone, for a matrix of affinities.

    Notes
    -----
    `transform` solves the eigenvectors' equation at a new row x for f(x). It is joined
    to the graph as training rows are: by its own nearest neighbours, and by being
    nearer to a training row than that row's last neighbour. With the walk from x to
    its neighbours p(x, .), ``f(x) = sum_j p(x, j) f(j) / (1 - lambda (1 - p(x, i)))``:
    the nearest training row i stands for x itself, whose affinity to itself does not
    count, so that a training row gets its own place. For 'unnormalized' it is
    ``f(x) = sum_j p(x, j) f(j) / (1 - lambda / d)``, where d is the sum of x's
    affinities, or of those of i if that is larger: far rows have next to none.

    float32 rows give a float32 embedding, solved in float64.

    References
    ----------
    .. [1] Belkin, Niyogi, "Laplacian eigenmaps for dimensionality reduction and data
       representation", Neural Computation 15 (2003), 1373-1396.
    .. [2] Coifman, Lafon, "Diffusion maps", Applied and Computational Harmonic Analysis
       21 (2006), 5-30.
    .. [3] Bengio, Paiement, Vincent, Delalleau, Le Roux, Ouimet, "Out-of-sample
       extensions for LLE, Isomap, MDS, eigenmaps, and spectral clustering", NIPS 16
       (2004).

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.manifold import SpectralEmbedding
    >>> X, arc = make_swiss_roll(1000, random_state=1)
    >>> eigenmaps = SpectralEmbedding(n_components=2, n_neighbors=10)
    >>> eigenmaps.fit_transform(X).shape
    (1000, 2)
    >>> eigenmaps.transform(X[:3] + 0.01).shape
    (3, 2)
    """

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "affinity": [
            StrOptions(
                {
                    "nearest_neighbors",
                    "heat",
                    "rbf",
                    "precomputed",
                    "precomputed_nearest_neighbors",
                }
            ),
            callable,
        ],
        "gamma": [
            Interval(Real, 0, None, closed="left"),
            StrOptions({"auto"}),
            None,
        ],
        "random_state": ["random_state"],
        "eigen_solver": [
            StrOptions({"auto", "dense", "krylov", "arpack", "lobpcg", "amg"}),
            None,
        ],
        "eigen_tol": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left"), None],
        "n_jobs": [None, Integral],
        "laplacian": [
            StrOptions({"symmetric", "random_walk", "unnormalized", "geometric"})
        ],
        "on_disconnected": [StrOptions({"separate", "bridge", "raise"})],
        "verbose": ["verbose"],
    }
    _graph_weights = {
        "nearest_neighbors": "connectivity",
        "heat": "heat",
        "precomputed_nearest_neighbors": "connectivity",
    }
    _self_loops = False

    def __init__(
        self,
        n_components: int = 2,
        *,
        affinity: Affinity | Callable[..., Any] = "nearest_neighbors",
        gamma: float | Literal["auto"] | None = None,
        random_state: RandomState = None,
        eigen_solver: EigenSolver | None = None,
        eigen_tol: float | Literal["auto"] = "auto",
        n_neighbors: int | None = None,
        n_jobs: int | None = None,
        laplacian: Literal[
            "symmetric", "random_walk", "unnormalized", "geometric"
        ] = "symmetric",
        on_disconnected: Literal["separate", "bridge", "raise"] = "separate",
        verbose: int = 0,
    ) -> None:
        self.n_components = n_components
        self.affinity = affinity
        self.gamma = gamma
        self.random_state = random_state
        self.eigen_solver = eigen_solver
        self.eigen_tol = eigen_tol
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs
        self.laplacian = laplacian
        self.on_disconnected = on_disconnected
        self.verbose = verbose

    def _default_neighbors(self, n_samples):
        return max(n_samples // 10, 1)

    @property
    def _density_power(self):
        return 1 if self.laplacian == "geometric" else 0

    @property
    def _unit_columns(self):
        return self.laplacian in ("symmetric", "unnormalized")

    def _decompose(self, weights, n_components):
        options = self._solver_options(weights, n_components)
        if self.laplacian == "unnormalized":
            n = weights.shape[0]
            values, places, name = smallest_eigenpairs(
                difference(degrees(weights), weights.copy()),
                n_components,
                null_space=np.full((n, 1), n**-0.5),
                **options,
            )
            return places, values, name
        values, places, total, name = walk_eigenvectors(
            weights, self._density_power, n_components, **options
        )
        if self.laplacian == "symmetric":
            places /= np.sqrt(total)
        return places, values, name

    def _extension(self, eigenvalues, degree, nearest):
        if self.laplacian == "unnormalized":
            return reciprocal(1 - eigenvalues / degree)
        return reciprocal(1 - eigenvalues * (1 - nearest))


LaplacianEigenmaps = SpectralEmbedding


def spectral_embedding(
    adjacency: MatrixLike,
    *,
    n_components: int = 8,
    eigen_solver: EigenSolver | None = None,
    random_state: RandomState = None,
    eigen_tol: float | Literal["auto"] = "auto",
    norm_laplacian: bool = True,
    drop_first: bool = True,
) -> NDArray[np.floating]:
    """First eigenvectors of the Laplacian of a graph, as for spectral clustering.

    Parameters
    ----------
    adjacency : {array-like, sparse matrix} of shape (n_samples, n_samples)
        Affinities, symmetric and not negative; those of a sample to itself do not
        count.
    n_components : int, default=8
        Number of eigenvectors.
    eigen_solver : {'arpack', 'lobpcg', 'amg', 'krylov', 'dense', 'auto'} or None, \
            default=None
        As for :class:`SpectralEmbedding`.
    random_state : int, RandomState instance or None, default=None
        Not used, as nothing is random; there for compatibility.
    eigen_tol : float or 'auto', default='auto'
        As for :class:`SpectralEmbedding`.
    norm_laplacian : bool, default=True
        Whether the Laplacian is ``I - D^-1/2 W D^-1/2``, its eigenvectors divided by
        ``sqrt(D)``, or else ``D - W``.
    drop_first : bool, default=True
        Whether to leave out the first eigenvector, which is constant.

    Returns
    -------
    embedding : ndarray of shape (n_samples, n_components)
        Solved in float64; float32 if `adjacency` is.

    Warns
    -----
    UserWarning
        If the graph has several components: the first eigenvectors are then constant
        on each. That is right for clustering; to embed, use :class:`SpectralEmbedding`.

    References
    ----------
    .. [1] von Luxburg, "A tutorial on spectral clustering", Statistics and Computing 17
       (2007), 395-416.

    Examples
    --------
    Two triangles, joined by an edge:

    >>> import numpy as np
    >>> from skmanifold_nn.manifold import spectral_embedding
    >>> adjacency = np.kron(np.eye(2), np.ones((3, 3)))
    >>> adjacency[2, 3] = adjacency[3, 2] = 1
    >>> spectral_embedding(adjacency, n_components=1).ravel().round(2)
    array([ 0.31,  0.31,  0.19, -0.19, -0.31, -0.31])
    """
    parameters: dict[str, Any] = {
        "n_components": n_components,
        "eigen_solver": eigen_solver,
    }
    SpectralEmbedding(**parameters, eigen_tol=eigen_tol)._validate_params()
    adjacency = check_array(adjacency, accept_sparse="csr", dtype=FLOATS)
    weights = without_diagonal(check_affinities(adjacency))
    n_parts, labels = components(weights)
    if n_parts > 1:
        warnings.warn(
            "Graph is not fully connected, spectral embedding may not work as "
            f"expected: its first eigenvectors tell its {n_parts} connected components "
            "apart and nothing else.",
            stacklevel=2,
        )
    diagonal = degree = degrees(weights)
    root = np.ones(len(degree))
    joined = np.ones(len(degree), dtype=bool)
    if norm_laplacian:
        joined = degree > 0  # others have the eigenvalue 1
        root = np.sqrt(np.where(joined, degree, 1))
        diagonal = np.ones(len(degree))
        weights = scaled(weights, 1 / root)
    n_wanted = min(n_components + bool(drop_first), len(degree))
    vectors = null_vectors(labels, root * joined, n_wanted)
    n_more = n_wanted - vectors.shape[1]
    if n_more:
        more = smallest_eigenpairs(
            difference(diagonal, weights),
            n_more,
            null_space=vectors,
            eigen_solver=solver_for(eigen_solver, adjacency, n_components),
            tol=0.0 if eigen_tol == "auto" else eigen_tol,
        ).vectors
        vectors = np.hstack((vectors, more))
    vectors = flip_signs(vectors / root[:, None] if norm_laplacian else vectors)
    return vectors[:, bool(drop_first) :].astype(adjacency.dtype, copy=False)


def null_vectors(labels, root, n_vectors):
    """Orthonormal combinations of `root` on each component, at most `n_vectors`.

    The first is `root` itself; with c the norms of `root` on the components, the
    others are given by the columns of the Householder reflection that maps e_1 to c.
    """
    norms = np.sqrt(np.bincount(labels, root**2))
    label = np.cumsum(norms > 0) - 1
    norms, labels = norms[norms > 0], np.where(root > 0, label[labels], 0)
    m = min(len(norms), n_vectors)
    if not m:
        return np.empty((len(labels), 0))
    first = norms / np.linalg.norm(norms)
    mirror = -first
    rest = np.square(first[1:]).sum()
    mirror[0] = rest / (1 + first[0])
    rotation = np.eye(len(norms), m)
    if rest > 0:
        rotation -= np.outer(mirror, mirror[:m]) * (2 / (mirror @ mirror))
    return (root / norms[labels])[:, None] * rotation[labels]
