"""Diffusion maps: places whose distances are those of a random walk over the rows."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np

from .._sklearn_compat import Interval, StrOptions
from .._typing import EigenSolver
from ._random_walk import reciprocal, walk_eigenvectors
from ._spectral import SpectralMethod

__all__ = ["DiffusionMap"]

# Neighbours of a row where none are given.
DEFAULT_NEIGHBORS = 30


Affinity = Literal[
    "nearest_neighbors", "rbf", "precomputed", "precomputed_nearest_neighbors"
]


class DiffusionMap(SpectralMethod):
    """Diffusion map: distances by which a random walk spreads over the rows.

    A walk steps from row to row with probabilities that fall with their distance. Rows
    from which it spreads alike, over many short ways, get close places: the distance of
    two places is the diffusion distance of the rows, up to the components left out. For
    ``alpha=1`` the places follow the sheet, however the rows are spread over it.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates of the embedding.

    affinity : {'nearest_neighbors', 'rbf', 'precomputed', \
            'precomputed_nearest_neighbors'} or callable, default='nearest_neighbors'
        The kernel K:

        - 'nearest_neighbors': ``exp(-gamma * d**2)`` for rows of which one is among the
          `n_neighbors` nearest of the other, at distance d, and 0 for others;
        - 'rbf': the same for all pairs of rows, a dense matrix;
        - 'precomputed': X is the kernel, dense or sparse, symmetric and not negative;
        - 'precomputed_nearest_neighbors': as 'nearest_neighbors', for a sparse graph of
          distances;
        - callable: ``affinity(X)`` gives the kernel; `transform` calls
          ``affinity(X_new, X)``.

    gamma : float or 'auto', default='auto'
        1 over the kernel's bandwidth. 'auto' is, on a graph, 2 over the squared median
        distance to the last of the `n_neighbors` nearest, whose affinity it makes
        exp(-2); for 'rbf', that for which the kernel's sum over all pairs grows fastest
        on logarithmic scales, as the bandwidth is then neither below the spacing of the
        rows nor above the size of the whole [2]_.

    n_neighbors : int, default=None
        Number of nearest neighbours of a row, itself included. None is 30, or all of
        fewer samples. Where the kernel is cut off before it has vanished, its width
        follows the density of the rows, which `alpha` does not take out: for rows that
        are spread very unevenly, give more neighbours and a larger gamma.

    alpha : float, default=1.0
        How much of the rows' density is taken out, from 0 to 1: 1 for the sheet's
        Laplace-Beltrami operator, 1/2 for the Fokker-Planck operator, 0 for the graph
        Laplacian, which follows the density.

    diffusion_time : float, default=1
        Number t of steps of the walk, >= 0. Column i is ``lambda_i**t * psi_i``: 0
        gives the plain eigenvectors; many steps leave large structures only.

    eigen_solver : {'auto', 'dense', 'krylov', 'arpack', 'lobpcg', 'amg'}, \
            default='auto'
        As for :func:`skmanifold_nn.eigen.smallest_eigenpairs`. The solvers work in
        float64.

    eigen_tol : float or 'auto', default='auto'
        Relative residual at which iterative solvers stop; 'auto' for what float64
        allows.

    n_jobs : int or None, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_backend`
        context, -1 all processors. The result does not depend on it.

    on_disconnected : {'separate', 'bridge', 'raise'}, default='separate'
        What to do when no walk leads from some rows to others, but for rounding: embed
        each component by itself and lay them side by side along the first axis, with a
        warning; join every two by their closest rows, with a warning
        ('nearest_neighbors' only; such an edge weighs as much as the lightest at its
        ends); or raise.

    verbose : int, default=0
        If positive, print each step and its seconds.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        Places of the training rows. Columns for which there are too few rows are zeros.

    eigenvalues_ : ndarray of shape (n_components,)
        Of the walk's matrix P, descending, without the 1 of the constant; of several
        components embedded separately those of the largest.

    affinity_matrix_ : {ndarray, csr_array} of shape (n_samples, n_samples)
        The kernel K. With 'nearest_neighbors' copies of a row are left out: rows and
        columns are the distinct rows of X in order of first occurrence.

    gamma_ : float
        The kernel's gamma effectively used.

    n_neighbors_ : int
        Number of nearest neighbours effectively used.

    eigen_solver_ : str
        Name of the eigensolver that was used.

    nbrs_ : :class:`~sklearn.neighbors.NearestNeighbors`
        Finds the neighbours of new rows.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where they are all strings.

    See Also
    --------
    SpectralEmbedding : Laplacian eigenmaps, without time and bandwidth.

    Notes
    -----
    With q the row sums of K, ``P = D^-1 K'`` where ``K' = K / (q_i q_j)^alpha`` and D
    are the row sums of K'. Its eigenvectors psi have mean square 1 over the stationary
    distribution ``pi = D / sum(D)``; then the squared distance of all n - 1 coordinates
    of two rows x and z is ``sum_u (p_t(x, u) - p_t(z, u))^2 / pi(u)``, with p_t(x, .)
    the probabilities after t steps from x [1]_. An eigenvalue below 0 keeps its sign
    where t is no integer.

    `transform` joins a new row x to the graph as training rows are joined: by its own
    nearest neighbours, and by being nearer to a training row than that row's last
    neighbour. Its place is ``sum_j p(x, j) f(j) / lambda``, f(j) being the places of
    the training rows.

    float32 rows give a float32 embedding, solved in float64.

    References
    ----------
    .. [1] Coifman, Lafon, "Diffusion maps", Applied and Computational Harmonic Analysis
       21 (2006), 5-30.
    .. [2] Coifman, Shkolnisky, Sigworth, Singer, "Graph Laplacian tomography from
       unknown random projections", IEEE Transactions on Image Processing 17 (2008),
       1891-1899.
    .. [3] Coifman, Lafon, "Geometric harmonics", Applied and Computational Harmonic
       Analysis 21 (2006), 31-52.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.manifold import DiffusionMap
    >>> angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle), np.zeros(200)], axis=1)
    >>> diffusion = DiffusionMap(n_neighbors=21, diffusion_time=0)
    >>> radii = np.linalg.norm(diffusion.fit_transform(circle), axis=1)
    >>> print(f"{radii.min():.4f} {radii.max():.4f}")
    1.4142 1.4142
    """

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "affinity": [
            StrOptions(
                {
                    "nearest_neighbors",
                    "rbf",
                    "precomputed",
                    "precomputed_nearest_neighbors",
                }
            ),
            callable,
        ],
        "gamma": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left"), None],
        "alpha": [Interval(Real, 0, 1, closed="both")],
        "diffusion_time": [Interval(Real, 0, None, closed="left")],
        "eigen_solver": [
            StrOptions({"auto", "dense", "krylov", "arpack", "lobpcg", "amg"})
        ],
        "eigen_tol": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
        "n_jobs": [None, Integral],
        "on_disconnected": [StrOptions({"separate", "bridge", "raise"})],
        "verbose": ["verbose"],
    }
    _graph_weights = {
        "nearest_neighbors": "heat",
        "precomputed_nearest_neighbors": "heat",
    }
    _self_loops = True

    def __init__(
        self,
        n_components: int = 2,
        *,
        affinity: Affinity | Callable[..., Any] = "nearest_neighbors",
        gamma: float | Literal["auto"] = "auto",
        n_neighbors: int | None = None,
        alpha: float = 1.0,
        diffusion_time: float = 1,
        eigen_solver: EigenSolver = "auto",
        eigen_tol: float | Literal["auto"] = "auto",
        n_jobs: int | None = None,
        on_disconnected: Literal["separate", "bridge", "raise"] = "separate",
        verbose: int = 0,
    ) -> None:
        self.n_components = n_components
        self.affinity = affinity
        self.gamma = gamma
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.diffusion_time = diffusion_time
        self.eigen_solver = eigen_solver
        self.eigen_tol = eigen_tol
        self.n_jobs = n_jobs
        self.on_disconnected = on_disconnected
        self.verbose = verbose

    def _default_neighbors(self, n_samples):
        return min(DEFAULT_NEIGHBORS, n_samples)

    @property
    def _density_power(self):
        return self.alpha

    def _decompose(self, weights, n_components):
        values, psi, _, name = walk_eigenvectors(
            weights,
            self.alpha,
            n_components,
            **self._solver_options(weights, n_components),
        )
        eigenvalues = 1 - values
        return psi * power(eigenvalues, self.diffusion_time), eigenvalues, name

    def _extension(self, eigenvalues, degree, nearest):
        return reciprocal(eigenvalues)


def power(eigenvalues, time):
    """``eigenvalues ** time``, the sign being kept where time is no integer."""
    if float(time).is_integer():
        return eigenvalues ** int(time)
    return np.sign(eigenvalues) * np.abs(eigenvalues) ** time
