"""Metric and non-metric multidimensional scaling."""

import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from .._memory import require_memory
from .._sklearn_compat import Interval, StrOptions, fit_context, with_callbacks
from .._typing import MatrixLike, RandomState
from ..base import Embedding
from ..eigen import flip_signs
from ._affinity import EqualRows
from ._configuration import aligned, check_configuration, first_zero, reunited
from ._dissimilarities import (
    METRIC_CONSTRAINTS,
    SPARSE_METRICS,
    blocks_of_dissimilarities,
    new_rows,
    pairwise,
    training_dissimilarities,
    training_rows,
)
from ._landmarks import landmark_distances
from ._majorization import ACCELERATIONS
from ._placement import place
from ._stochastic import pivot_weights
from ._stress import AllPairs, FromPivots, Run, check_weights

__all__ = ["MDS"]

# n x n arrays that a fit takes at its peak, measured.
NONMETRIC_ARRAYS = 7
WEIGHTED_ARRAYS = 5
MISSING_ARRAYS = 8
REMEDY = "Set solver='sgd' and n_pivots, or use float32 input."
OPTIONAL_ATTRIBUTES = (
    "dissimilarity_matrix_",
    "disparity_curve_",
    "weights_",
    "pivot_indices_",
    "pivot_dissimilarities_",
)


class MDS(Embedding):
    """Multidimensional scaling: distances that follow given dissimilarities.

    The configuration minimises the stress, the weighted sum over all pairs of the
    squared difference between its distance and the pair's dissimilarity ("metric"), or
    the best monotone function of that ("non-metric": only the order of dissimilarities
    counts). It is found by stress majorisation, SMACOF [1]_, or by stochastic gradient
    descent over pairs [2]_, of which a sampled variant needs no n x n matrix.

    A superset of :class:`sklearn.manifold.MDS`, with missing values, weights, new
    points and a result that does not depend on `n_jobs`.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates of the configuration.

    metric_mds : bool, default=True
        False: non-metric scaling. Pairs at dissimilarity zero keep disparity zero then.

    n_init : int, default=1
        Number of random starts, of which the one with the smallest final stress is
        kept. There is only one classical start, whatever this says.

    init : {'random', 'classical_mds'}, default='classical_mds'
        The start: uniform random coordinates, or classical scaling of the same
        dissimilarities, where missing ones are replaced by shortest paths.

    max_iter : int, default=300
        Largest number of iterations of a start.

    verbose : int, default=0
        1: print each step and its seconds; 2: the stress of every iteration, too.

    eps : float, default=1e-6
        An iteration that lowers the stress by less than this part of the sum of squared
        distances is the last one.

    n_jobs : int or None, default=None
        Number of threads: None means 1 unless in a :obj:`joblib.parallel_backend`
        context, -1 all processors. The result does not depend on it.

    random_state : int, RandomState instance or None, default=None
        Draws random starts, and with ``solver='sgd'`` the order of pairs and the
        pivots.

    metric : str or callable, default='euclidean'
        Dissimilarity of rows: 'precomputed', or a name or function that
        :func:`sklearn.metrics.pairwise_distances` takes. With 'precomputed', X is the
        matrix of dissimilarities, in which NaN stands for missing ones.

    metric_params : dict, default=None
        Further keyword arguments of the metric.

    normalized_stress : bool or 'auto', default='auto'
        Whether ``stress_`` is Stress-1, ``sqrt(stress / sum of squared distances)``,
        instead of the raw stress. 'auto': for non-metric scaling only.

    solver : {'smacof', 'sgd'}, default='smacof'
        How stress is lowered. 'sgd' is for metric scaling; its first steps are so large
        that the start hardly matters.

    acceleration : {None, 'nesterov'}, default=None
        'nesterov': 'smacof' goes on beyond the Guttman transform with growing momentum,
        which takes 2 to 5 times fewer iterations to the same stress; where that would
        raise the stress, it goes back to the plain transform.

    ties : {'secondary', 'primary'}, default='secondary'
        Non-metric scaling of equal dissimilarities: 'secondary' keeps their disparities
        equal, 'primary' lets them differ.

    n_pivots : int or None, default=None
        For ``solver='sgd'``: use dissimilarities to this many random rows only, each of
        which stands for those nearest to it [4]_; memory O(n_samples x n_pivots).

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The configuration, centred unless a reference was given, in the unit of the
        dissimilarities (non-metric: with disparities of mean square 1).

    stress_ : float
        Final stress, raw or normalised, as `normalized_stress` says. With `n_pivots`
        it is an estimate for all pairs.

    stresses_ : ndarray of shape (n_starts,)
        The same for every start.

    scale_free_stress_ : float
        Stress-1 after the best scaling of the configuration, at most 1: of different
        data sets, sizes and units, these can be compared.

    stress_per_point_ : ndarray of shape (n_samples,)
        Part of each row in the raw stress; they sum to 1, or are all zero.

    loss_curve_ : ndarray of shape (`n_iter_`,)
        Raw stress after each iteration of the best start. Of 'sgd' that of each pass,
        every pair as it was before its own move; with `n_pivots` first the passes over
        the pivots, then those over the rows.

    n_iter_ : int
        Number of iterations of the best start; with `n_pivots` of pivots and rows
        together, to each of which `max_iter` applies.

    dissimilarity_matrix_ : ndarray of shape (n_samples, n_samples)
        Dissimilarities of the rows. Not with `n_pivots`.

    disparity_curve_ : ndarray of shape (n_bends, 2)
        Non-metric scaling: dissimilarities, ascending, and their disparities, between
        which the function is linear.

    weights_ : ndarray of shape (n_samples, n_samples)
        Weights of the pairs, zero where missing; only if there are any but 1.

    pivot_indices_ : ndarray of shape (n_pivots,)
        Rows that are pivots; only with `n_pivots`.

    pivot_dissimilarities_ : ndarray of shape (n_samples, n_pivots)
        Dissimilarities to the pivots; only with `n_pivots`.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where they are all strings.

    See Also
    --------
    ClassicalMDS : Closed form for squared distances.
    smacof : The same on a matrix of dissimilarities, as a function.
    Isomap : Classical scaling of distances along a manifold.

    References
    ----------
    .. [1] I. Borg, P. Groenen, "Modern Multidimensional Scaling", 2nd edition,
       Springer, 2005, chapters 8 and 9.
    .. [2] J. X. Zheng, S. Pawar, D. F. M. Goodman, "Graph drawing by stochastic
       gradient descent", IEEE Transactions on Visualization and Computer Graphics 25,
       2019.
    .. [3] J. B. Kruskal, "Multidimensional scaling by optimizing goodness of fit to a
       nonmetric hypothesis", Psychometrika 29, 1964.
    .. [4] M. Ortmann, M. Klimenta, U. Brandes, "A sparse stress model", Journal of
       Graph Algorithms and Applications 21, 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.manifold import MDS
    >>> X, _ = load_digits(return_X_y=True)
    >>> mds = MDS().fit(X[:300])
    >>> mds.embedding_.shape
    (300, 2)
    >>> mds.transform(X[300:305]).shape
    (5, 2)
    """

    stress_: float
    stresses_: NDArray[np.float64]
    scale_free_stress_: float
    stress_per_point_: NDArray[np.floating]
    loss_curve_: NDArray[np.floating]
    n_iter_: int
    dissimilarity_matrix_: NDArray[np.floating]
    disparity_curve_: NDArray[np.floating]
    weights_: NDArray[np.floating]
    pivot_indices_: NDArray[np.integer]
    pivot_dissimilarities_: NDArray[np.floating]

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "metric_mds": ["boolean"],
        "n_init": [Interval(Integral, 1, None, closed="left")],
        "init": [StrOptions({"random", "classical_mds"})],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "verbose": ["verbose"],
        "eps": [Interval(Real, 0.0, None, closed="left")],
        "n_jobs": [None, Integral],
        "random_state": ["random_state"],
        **METRIC_CONSTRAINTS,
        "normalized_stress": ["boolean", StrOptions({"auto"})],
        "solver": [StrOptions({"smacof", "sgd"})],
        "acceleration": [StrOptions(set(ACCELERATIONS) - {None}), None],
        "ties": [StrOptions({"primary", "secondary"})],
        "n_pivots": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n_components: int = 2,
        *,
        metric_mds: bool = True,
        n_init: int = 1,
        init: Literal["random", "classical_mds"] = "classical_mds",
        max_iter: int = 300,
        verbose: int = 0,
        eps: float = 1e-6,
        n_jobs: int | None = None,
        random_state: RandomState = None,
        metric: str | Callable[..., float] = "euclidean",
        metric_params: dict[str, Any] | None = None,
        normalized_stress: bool | Literal["auto"] = "auto",
        solver: Literal["smacof", "sgd"] = "smacof",
        acceleration: Literal["nesterov"] | None = None,
        ties: Literal["secondary", "primary"] = "secondary",
        n_pivots: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.metric_mds = metric_mds
        self.n_init = n_init
        self.init = init
        self.max_iter = max_iter
        self.verbose = verbose
        self.eps = eps
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.metric = metric
        self.metric_params = metric_params
        self.normalized_stress = normalized_stress
        self.solver = solver
        self.acceleration = acceleration
        self.ties = ties
        self.n_pivots = n_pivots

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: MatrixLike,
        y: Any = None,
        init: ArrayLike | None = None,
        *,
        weights: ArrayLike | None = None,
        reference: ArrayLike | None = None,
    ) -> Self:
        """Find a configuration for the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
                (n_samples, n_samples)
            Rows, or with ``metric='precomputed'`` dissimilarities: symmetric, not
            negative, zero on the diagonal, NaN where missing.
        y : Ignored
            Not used, present for API consistency by convention.
        init : array-like of shape (n_samples, n_components), default=None
            The start, instead of what the parameter `init` says. It also decides the
            number of components and the orientation.
        weights : array-like of shape (n_samples, n_samples), default=None
            Symmetric weights of the pairs, zero for missing ones.
        reference : array-like of shape (n_samples, n_components), default=None
            The final configuration is rotated, reflected and shifted to it.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, X or another array is not allowed, or if the known
            dissimilarities leave groups of rows without a link.
        MemoryError
            If the matrix of all pairs cannot fit in memory.
        """
        self._check_parameters()
        random_state = check_random_state(self.random_state)
        with self._fit_tasks(3, X, y) as task:
            with task("dissimilarities"):
                # scope: weights of all pairs, or indices of the pivots
                parts, rows = self._measure(X, weights, random_state)
                scope, dissimilarities = parts
            n_samples = len(dissimilarities)
            init = check_configuration("init", init, n_samples)
            reference = check_configuration("reference", reference, n_samples)
            n_components = self.n_components if init is None else init.shape[1]
            self._check_start(init, n_components)
            if reference is not None and reference.shape[1] != n_components:
                raise ValueError(
                    "reference must have the shape of the configuration, "
                    f"{(n_samples, n_components)}, got {reference.shape}."
                )
            kind = AllPairs if self.n_pivots is None else FromPivots
            stress = kind(scope, dissimilarities, self, n_components)
            with task("runs"):
                runs = list(self._runs(stress, rows, init, random_state))
            with task("attributes"):
                self._keep(stress, runs, rows, init, reference)
        return self

    def fit_transform(
        self,
        X: MatrixLike,
        y: Any = None,
        init: ArrayLike | None = None,
        *,
        weights: ArrayLike | None = None,
        reference: ArrayLike | None = None,
    ) -> NDArray[np.floating]:
        """Find a configuration for the rows of X and return it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
                (n_samples, n_samples)
            This and all that follow: as for `fit`.
        y : Ignored
            Not used.
        init : array-like of shape (n_samples, n_components), default=None
            The start.
        weights : array-like of shape (n_samples, n_samples), default=None
            Of the pairs.
        reference : array-like of shape (n_samples, n_components), default=None
            What the configuration is aligned to.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_components)
            ``embedding_``.
        """
        self.fit(X, y, init=init, weights=weights, reference=reference)
        return self.embedding_

    def _check_parameters(self):
        """Rules that hold between parameters."""
        if self.solver == "sgd" and not self.metric_mds:
            raise ValueError(
                "solver='sgd' is for metric scaling only, got metric_mds=False. Use "
                "solver='smacof'."
            )
        if self.n_pivots is not None and self.solver != "sgd":
            raise ValueError(
                f"n_pivots={self.n_pivots} needs solver='sgd', got solver="
                f"{self.solver!r}. Set n_pivots=None to use all pairs."
            )
        if self.solver == "sgd" and self.acceleration is not None:
            raise ValueError(
                f"acceleration={self.acceleration!r} is for solver='smacof', got "
                "solver='sgd'. Set acceleration=None."
            )

    def _check_start(self, init, n_components):
        """Rules for the start and its number of components."""
        if self.n_pivots is not None and self.n_pivots <= n_components:
            raise ValueError(
                f"n_pivots={self.n_pivots} must be larger than n_components="
                f"{n_components}."
            )
        if init is not None and len(init) > 1 and not np.ptp(init, axis=0).any():
            raise ValueError(
                "All rows of init are equal, so that no pair has a direction in which "
                "to move. Use different ones, or init=None."
            )

    def _measure(self, X, weights, random_state):
        """What the stress is made of, dissimilarities last, and the rows."""
        if self.n_pivots is not None:
            return self._measure_pivots(X, weights, random_state)
        dissimilarities, rows = training_dissimilarities(
            self,
            X,
            missing=True,
            itemsizes=self._itemsizes(weights),
            remedy=REMEDY,
        )
        is_precomputed = self.metric == "precomputed"
        if is_precomputed and np.isnan(rows.sum()):  # before more is allocated
            require_memory(
                int(MISSING_ARRAYS * rows.size * 8),
                f"MDS of {len(rows)} samples with missing dissimilarities",
                REMEDY,
            )
        if not is_precomputed and rows.shape[0] == rows.shape[1] > 1:
            warnings.warn(
                "The provided input is a square matrix. Note that fit measures "
                f"metric={self.metric!r} between its rows; for a matrix of "
                "dissimilarities set metric='precomputed'.",
                stacklevel=2,
            )
        weights = check_weights(weights, dissimilarities)
        return (weights, dissimilarities), rows

    def _itemsizes(self, weights):
        """Values an entry of the matrix of pairs that a fit takes at its peak."""
        arrays = 1.5 if self.metric_mds else NONMETRIC_ARRAYS
        return arrays if weights is None else max(arrays, WEIGHTED_ARRAYS)

    def _measure_pivots(self, X, weights, random_state):
        """Pivots and the dissimilarities to them, and the rows."""
        if weights is not None:
            raise ValueError(
                "weights are for all pairs, but n_pivots leaves most of them out. Set "
                "n_pivots=None."
            )
        rows = training_rows(self, X)
        n_samples = rows.shape[0]
        if self.n_pivots > n_samples:
            raise ValueError(
                f"n_pivots={self.n_pivots} must not exceed n_samples={n_samples}."
            )
        require_memory(
            2 * n_samples * self.n_pivots * rows.dtype.itemsize,
            f"MDS of {n_samples} samples with {self.n_pivots} pivots",
            "Set n_pivots to a smaller number, or use float32 input.",
        )

        def measure(indices):
            if self.metric == "precomputed":
                return rows[indices]
            return pairwise(self, rows[indices], rows)

        dissimilarities = np.empty((n_samples, self.n_pivots), rows.dtype)
        indices = landmark_distances("random", measure, random_state, dissimilarities.T)
        return (indices, dissimilarities), rows

    def _runs(self, stress, rows, init, random_state):
        """A run from every start, one after the other."""
        n_starts = self.n_init
        if init is not None and n_starts != 1:
            warnings.warn(
                "Explicit initial positions passed: performing only one init of the "
                f"MDS instead of {n_starts}",
                stacklevel=2,
            )
        if init is not None or self.init == "classical_mds":
            n_starts = 1
        shape = stress.n_samples, stress.n_components
        for index in range(n_starts):
            if init is not None:
                start = init
            elif self.init == "classical_mds":
                start = stress.classical_start()
            else:
                start = random_state.uniform(size=shape[0] * shape[1]).reshape(shape)
            configuration, losses = stress.lower(
                start, random_state, self._reporter(index)
            )
            if self.solver == "sgd" and self.metric != "precomputed":
                configuration = reunited(configuration, rows)
            yield Run(configuration, losses, *stress.measure(configuration))

    def _reporter(self, index):
        """What to call after each iteration of a start."""
        if self.verbose < 2:
            return None

        def report(n_iter, loss):
            print(f"[MDS] start {index}, iteration {n_iter}: stress {loss:.6g}")

        return report

    def _keep(self, stress, runs, rows, init, reference):
        """Set all that is fitted, once everything has succeeded."""
        is_normalized = self.normalized_stress
        if is_normalized == "auto":
            is_normalized = not self.metric_mds
        stresses = np.array([run.reported(is_normalized) for run in runs])
        best = runs[int(stresses.argmin())]
        attributes = stress.attributes(best)
        configuration = best.configuration
        if reference is not None:
            configuration = aligned(configuration, reference)
        elif init is None and self.init == "classical_mds":
            configuration = flip_signs(configuration).astype(rows.dtype, copy=False)
        for name in OPTIONAL_ATTRIBUTES:
            self.__dict__.pop(name, None)
        for name, value in attributes.items():
            setattr(self, name, value)
        self.embedding_ = configuration
        self.stresses_, self.stress_ = stresses, float(stresses.min())
        self.loss_curve_, self.n_iter_ = best.losses, len(best.losses)
        # A copy: what becomes of the caller's rows does not matter.
        self._rows = None if self.metric == "precomputed" else rows.copy()

    def transform(self, X: MatrixLike) -> NDArray[np.floating]:
        """Place new rows in the configuration, each by itself.

        The stress of a new point against the fixed training points (with `n_pivots`:
        the pivots) is majorised until it does not fall any more. A copy of a training
        row gets its place, exactly; of several the first one's. So does, with
        ``metric='precomputed'``, a row at dissimilarity zero from it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_queries, n_features)
            New rows; with ``metric='precomputed'`` their dissimilarities to the
            training rows, of shape (n_queries, n_samples), NaN where missing.

        Returns
        -------
        X_new : ndarray of shape (n_queries, n_components)
            Places, float32 if X is, float64 otherwise.

        Raises
        ------
        ValueError
            If the number of features differs, or all dissimilarities of a row are
            missing.
        """
        check_is_fitted(self)
        X = new_rows(self, X, missing=True)
        fixed, training, weights, columns = self.embedding_, self._rows, None, None
        if hasattr(self, "pivot_indices_"):
            columns = self.pivot_indices_
            fixed = fixed[columns]
            training = None if training is None else training[columns]
            weights = pivot_weights(self.pivot_dissimilarities_)
        placed = np.empty((X.shape[0], self._n_features_out), dtype=X.dtype)
        for rows, block in blocks_of_dissimilarities(
            self, X, training, columns=slice(None) if columns is None else columns
        ):
            placed[rows] = place(
                self._disparities(block), fixed, weights, n_jobs=self.n_jobs
            )
        if self._rows is None:
            twins = first_zero(X)
        else:
            twins = EqualRows(self._rows)(X)
        placed[twins >= 0] = self.embedding_[twins[twins >= 0]]
        return placed

    def _disparities(self, dissimilarities):
        """Disparities of new pairs: on the curve, beyond it on straight lines."""
        if self.metric_mds:
            return dissimilarities
        x, y = np.vstack(([[0.0, 0.0]], self.disparity_curve_)).T
        disparities = np.interp(dissimilarities, x, y)
        if x[-1] > 0:
            beyond = dissimilarities > x[-1]
            disparities[beyond] = dissimilarities[beyond] * (y[-1] / x[-1])
        return disparities.astype(dissimilarities.dtype)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.sparse = self.metric in SPARSE_METRICS
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags
