"""The dimension of the surface on which samples lie."""

import warnings
from collections.abc import Callable
from functools import partial
from itertools import chain
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags
from sklearn.utils.validation import validate_data

from .._sklearn_compat import (
    VALID_METRICS,
    Interval,
    StrOptions,
    fit_context,
    with_callbacks,
)
from ..base import WatchedFit
from ._dimension_estimates import (
    correlation_dimension,
    local_pca,
    maximum_likelihood,
    two_nearest,
)
from ._dimension_neighbors import (
    MIN_DISTINCT,
    centered_and_scaled,
    distinct_neighborhoods,
)
from ._distances import RowDistances

__all__ = ["IntrinsicDimension", "dimension_curves"]

# Neighbours among n points: where the bias on bodies of 1 to 8 dimensions is least.
DEFAULT_NEIGHBORS = {
    "mle": lambda n: 10,
    "two_nn": lambda n: 2,
    "correlation": lambda n: 10,
    "local_pca": lambda n: min(max(n // 25, 15), 50),
}
# Those of curves, each some half more than the last.
SIZES = (5, 7, 10, 15, 22, 33, 50, 75, 100)
# Linear maps of X have its dimension: no parameters for those that need some.
METRICS = (VALID_METRICS | {"precomputed"}) - {"mahalanobis", "seuclidean"}


class IntrinsicDimension(WatchedFit):
    """Estimate of the dimension of the surface on which samples lie.

    Data with many columns often vary in a few ways only: they lie near a curved
    surface whose dimension is the number of coordinates that tell its points apart.
    Three methods read it from how the number of neighbours grows with distance, one
    from the axes of small patches.

    Parameters
    ----------
    method : {"mle", "two_nn", "correlation", "local_pca"}, default="mle"
        - "mle": Levina and Bickel's maximum likelihood [1]_ of the distances to the
          `n_neighbors` nearest points, averaged as MacKay and Ghahramani correct
          it [2]_: the harmonic mean over all points.
        - "two_nn": Facco et al.'s ratios of the distances to the two nearest [3]_,
          by maximum likelihood with the largest ratios censored [4]_. Looks closest:
          the least bias by curvature and density, the most by noise.
        - "correlation": Grassberger and Procaccia's correlation dimension [5]_, the
          exponent with which the number of pairs grows with distance, by maximum
          likelihood [6]_ from the median distance to the nearest up to that to the
          `n_neighbors`-th nearest point. Too low above four dimensions.
        - "local_pca": the number of principal axes of a neighbourhood that stand out by
          their eigenvalues, averaged over all points; see `criterion`. Bears most
          noise.

    n_neighbors : int, default=None
        Size of neighbourhoods, without the point itself; at least 2. None takes 10 for
        "mle" and "correlation", and for "local_pca" n / 25 of n distinct samples, no
        fewer than 15 and no more than 50; all if there are fewer. "two_nn" always takes
        2.
    metric : str or callable, default="euclidean"
        As for :class:`~sklearn.neighbors.NearestNeighbors`, without those that need
        parameters, or "precomputed" for distances. Must grow with length: with what
        grows with its square, as "sqeuclidean" and "cosine" do, the result is half of
        the dimension. "local_pca" needs coordinates, and "euclidean".
    discard_fraction : float, default=0.1
        Of "two_nn": share of the points, those of the largest ratios, that only count
        as having at least the largest ratio of the others.
    criterion : {"gap", "threshold"}, default="gap"
        Of "local_pca": which axes stand out. "gap" takes those before the largest ratio
        of an eigenvalue and the next [8]_, each with `threshold` of the largest added:
        right in spite of noise and curvature where there is a gap, too low where
        eigenvalues fall off smoothly. "threshold" takes Fukunaga and Olsen's
        count [7]_ of eigenvalues above that share of the largest.
    threshold : float, default=0.1
        Share of the largest eigenvalue, for `criterion`.
    n_jobs : int, default=None
        Number of threads; the result is the same for any.
    verbose : int, default=0
        Print the time of each step if not 0.

    Attributes
    ----------
    dimension_ : float
        The estimate, of all points together.
    dimension_pw_ : ndarray of shape (n_samples,)
        The estimate at each sample, from its own neighbourhood; noisy. ``dimension_``
        is its harmonic mean for "mle", and for "two_nn" with
        ``discard_fraction=0``; its mean for "local_pca". Infinite where all distances
        of a neighbourhood are equal. NaN for "correlation" where no pair is near
        enough.
    standard_error_ : float
        Standard deviation that ``dimension_`` would have over other samples of the same
        size from the same distribution. It accounts for neighbourhoods that overlap,
        and knows nothing of bias: see the Notes. Near zero for "local_pca" where nearly
        all points have the same whole number. NaN if each neighbourhood holds all
        points.
    n_neighbors_ : int
        The size of neighbourhoods that was used.
    scaling_range_ : tuple of two floats or None
        Of "correlation", the distances between which pairs were counted.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during fit, if all are strings.

    See Also
    --------
    skmanifold_nn.manifold.Isomap.residual_variance : What embeddings of one, two, ...
        dimensions leave unexplained.

    Notes
    -----
    All methods assume that neighbourhoods are small: flat, evenly filled and without an
    edge. Where they are not, estimates are biased, and more so in more dimensions,
    where neighbourhoods of few points are wide. Edges make estimates too low, noise
    makes them too high. More samples help, fewer neighbours help against all but noise.
    The user guide shows by how much.

    Copies of a sample count once. Memory is O(n_samples n_neighbors) and the rows, for
    any method.

    References
    ----------
    .. [1] Levina and Bickel, "Maximum likelihood estimation of intrinsic dimension",
       NIPS 2004.
    .. [2] MacKay and Ghahramani, "Comments on 'Maximum likelihood estimation of
       intrinsic dimension' by E. Levina and P. Bickel" (2005).
    .. [3] Facco, d'Errico, Rodriguez and Laio, "Estimating the intrinsic dimension of
       datasets by a minimal neighborhood information", Scientific Reports 7 (2017).
    .. [4] Epstein and Sobel, "Life testing", Journal of the American Statistical
       Association 48 (1953).
    .. [5] Grassberger and Procaccia, "Measuring the strangeness of strange attractors",
       Physica D 9 (1983).
    .. [6] Takens, "On the numerical determination of the dimension of an attractor",
       Lecture Notes in Mathematics 1125 (1985).
    .. [7] Fukunaga and Olsen, "An algorithm for finding intrinsic dimensionality of
       data", IEEE Transactions on Computers C-20 (1971).
    .. [8] Ahn and Horenstein, "Eigenvalue ratio test for the number of factors",
       Econometrica 81 (2013).

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.metrics import IntrinsicDimension
    >>> X, _ = make_swiss_roll(2000, random_state=1)
    >>> estimate = IntrinsicDimension().fit(X)
    >>> print(f"{estimate.dimension_:.2f} +- {estimate.standard_error_:.2f}")
    1.96 +- 0.02
    """

    dimension_: float
    dimension_pw_: NDArray[np.float64]
    standard_error_: float
    n_neighbors_: int
    scaling_range_: tuple[float, float] | None
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    _parameter_constraints: ClassVar[dict] = {
        "method": [StrOptions(set(DEFAULT_NEIGHBORS))],
        "n_neighbors": [Interval(Integral, 2, None, closed="left"), None],
        "metric": [StrOptions(METRICS), callable],
        "discard_fraction": [Interval(Real, 0, 1, closed="left")],
        "criterion": [StrOptions({"gap", "threshold"})],
        "threshold": [Interval(Real, 0, 1, closed="neither")],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        method: str = "mle",
        *,
        n_neighbors: int | None = None,
        metric: str | Callable = "euclidean",
        discard_fraction: float = 0.1,
        criterion: str = "gap",
        threshold: float = 0.1,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.method = method
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.discard_fraction = discard_fraction
        self.criterion = criterion
        self.threshold = threshold
        self.n_jobs = n_jobs
        self.verbose = verbose

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: object = None) -> "IntrinsicDimension":
        """Estimate the dimension of the samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples; with ``metric='precomputed'`` distances of shape (n_samples,
            n_samples). At least three must be distinct.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : IntrinsicDimension
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or a value of X is not allowed, if fewer than three samples,
            or not more than `n_neighbors`, are distinct, or if all distances are equal.
        MemoryError
            If the neighbourhoods do not fit in memory; names the bytes and the remedy.
        """
        with self._fit_tasks(2, X, y) as task:
            points = self._points(X)
            with task("neighbors"):
                default = DEFAULT_NEIGHBORS[self.method]
                found, scale = self._neighborhoods(points, default)
            with task("dimension"):
                estimate = self._estimate(found)
            self.dimension_ = estimate.dimension
            self.dimension_pw_ = estimate.pointwise[found.places]
            self.standard_error_ = estimate.standard_error
            self.n_neighbors_ = found.neighbors.shape[1]
            self.scaling_range_ = None
            if estimate.scaling_range is not None:
                low, high = estimate.scaling_range
                self.scaling_range_ = low / scale, high / scale
        return self

    def _points(self, X):
        """Valid samples, or distances."""
        X = validate_data(self, X, ensure_min_samples=MIN_DISTINCT)
        self._check(X)
        return X

    def _neighborhoods(self, X, default):
        """Those of distinct samples, and what distances were multiplied by."""
        scale = 1.0
        if self.metric in ("euclidean", "l2"):
            X, scale = centered_and_scaled(X)
        elif self.metric != "precomputed" and X.dtype.kind in "fiu":
            X = X.astype(np.float64, copy=False)
        neighborhoods = distinct_neighborhoods(
            X, self.n_neighbors, self.metric, default=default, n_jobs=self.n_jobs
        )
        return neighborhoods, scale

    def _check(self, X):
        """Raise where parameters do not fit each other or X."""
        n = len(X)
        if self.method == "two_nn" and self.n_neighbors not in (None, 2):
            raise ValueError(
                "n_neighbors must be None or 2 with method='two_nn', which looks at "
                f"the two nearest samples, got {self.n_neighbors}. method='mle' takes "
                "any number."
            )
        if self.method == "local_pca" and self.metric not in ("euclidean", "l2"):
            raise ValueError(
                "metric must be 'euclidean' with method='local_pca', whose principal "
                f"axes need coordinates, got {self.metric!r}. Use method='mle', which "
                "needs distances only."
            )
        if self.n_neighbors is not None and self.n_neighbors >= n:
            raise ValueError(
                "n_neighbors must be less than n_samples, got n_neighbors = "
                f"{self.n_neighbors} with n_samples = {n}. Use fewer neighbors, or "
                "more samples."
            )
        if self.metric == "precomputed":
            RowDistances(X, "precomputed", "X").require_zero_diagonal()

    def _estimate(self, found):
        """The estimate by the method, of distinct points."""
        if self.method == "mle":
            return maximum_likelihood(found.distances, found.neighbors)
        if self.method == "two_nn":
            return two_nearest(found.distances, found.neighbors, self.discard_fraction)
        if self.method == "local_pca":
            arrays = found.points, found.neighbors
            return local_pca(*arrays, self.threshold, self.criterion)
        given = RowDistances(found.points, self.metric, "X", self.n_jobs)
        return correlation_dimension(given, found.distances)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags


def dimension_curves(
    X: ArrayLike,
    methods: list[str] | None,
    sizes: list[int] | None,
    metric: str | Callable,
    n_jobs: int | None,
) -> dict[str, NDArray[np.float64]]:
    """Estimates against the number of neighbours, which are searched once.

    Which of equally near neighbours count is that of the largest search.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
    methods : list of str or None
        None takes all that `metric` allows, but for those, named in a warning, that
        refuse the samples.
    sizes : list of int or None
        Numbers of neighbours, ascending, of all methods but "two_nn". None takes some
        up to 100, and to a quarter of the distinct samples.
    metric : str or callable
    n_jobs : int or None

    Returns
    -------
    curves : dict of ndarray of shape (n_sizes, 3)
        By method: number of neighbours, dimension, standard error.
    """
    with_metric = partial(IntrinsicDimension, metric=metric, n_jobs=n_jobs)
    names = list(DEFAULT_NEIGHBORS) if methods is None else methods
    if methods is None and metric not in ("euclidean", "l2"):
        names.remove("local_pca")
    if names == ["two_nn"]:
        sizes = [2]
    search = with_metric("mle", n_neighbors=sizes[-1] if sizes else None)
    search._validate_params()
    points = search._points(X)
    found, _ = search._neighborhoods(points, lambda n: _sizes_among(n)[-1])
    sizes = sizes or _sizes_among(len(found.distances))
    estimators = {
        name: [with_metric(name, n_neighbors=k) for k in sizes]
        if name != "two_nn"
        else [with_metric(name, n_neighbors=2)]
        for name in names
    }
    for estimator in chain.from_iterable(estimators.values()):
        estimator._validate_params()
        estimator._check(points)
    curves = {}
    for name, of_sizes in estimators.items():
        try:
            curves[name] = np.array([_row_of(each, found) for each in of_sizes])
        except ValueError as error:
            if methods is not None or (not curves and name == names[-1]):
                raise
            warnings.warn(f"method {name!r} is left out: {error}", stacklevel=3)
    return curves


def _sizes_among(n):
    """Numbers of neighbours among so many samples."""
    most = max(n // 4, 2)
    return [k for k in SIZES if k <= most] or [most]


def _row_of(estimator, found):
    """Number of neighbours, estimate and error."""
    k = estimator.n_neighbors
    estimate = estimator._estimate(found.nearest(k))
    return k, estimate.dimension, estimate.standard_error
