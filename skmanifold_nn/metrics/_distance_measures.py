"""Measures of all distances: residual variance, stress, geodesics, Procrustes."""

from collections.abc import Iterator
from typing import Literal, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.utils import check_array

from .._kernels._distance_sums import distance_sums
from .._measures import unexplained_variances
from .._memory import require_memory
from .._typing import MatrixLike, RandomState
from ..graph import geodesics, neighborhood_graph
from ._anchors import choose_anchors, jackknife_error, split_anchors, value_and_error
from ._distances import Metric, RowDistances, check_integer, check_pair

__all__ = [
    "geodesic_correlation",
    "procrustes_distance",
    "residual_variance",
    "stress",
]

KINDS = ("raw", "stress_1", "scale_free")
Kind: TypeAlias = Literal["raw", "stress_1", "scale_free"]


@overload
def residual_variance(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    metric: Metric = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[False] = ...,
) -> float: ...
@overload
def residual_variance(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    metric: Metric = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[True],
) -> tuple[float, float]: ...
def residual_variance(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    metric: Metric = "euclidean",
    n_jobs: int | None = None,
    n_anchors: int | None = None,
    random_state: RandomState = None,
    return_error: bool = False,
) -> float | tuple[float, float]:
    """1 - R^2 between given and embedded distances, R Pearson's correlation.

    What a straight line through the Shepard diagram leaves unexplained.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances, as geodesic ones.
    X_embedded : array-like of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    metric : str or callable, default='euclidean'
        Of X, as for :func:`sklearn.metrics.pairwise_distances`.
    n_jobs : int, optional
        Number of threads; the result is the same for any.
    n_anchors : int, optional
        Use the distances from a sample of so many points only.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.
    return_error : bool, default=False
        Whether to return the standard error of the sample's value also.

    Returns
    -------
    variance : float
        0 where the distances are proportional, up to a constant; NaN where all are
        equal.
    error : float
        Only with ``return_error=True``; zero without `n_anchors`.

    Raises
    ------
    ValueError
        If there are not as many rows in both, or if precomputed distances are negative
        or not zero on the diagonal.

    Notes
    -----
    Over all ordered pairs, those of a point with itself included, as Isomap's
    ``residual_variance`` and the paper's program have it.

    References
    ----------
    .. [1] Tenenbaum, de Silva and Langford, "A global geometric framework for
       nonlinear dimensionality reduction", Science 290 (2000), note 42.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmanifold_nn.metrics import residual_variance
    >>> X = load_iris().data
    >>> print(f"{residual_variance(X, X[:, 2:]):.3f}")
    0.025
    """
    given, placed = check_pair(X, X_embedded, metric, n_jobs, least=2)
    given.require_zero_diagonal()
    n = given.n_samples
    rows = choose_anchors(n, n_anchors, random_state)
    columns = placed.X.toarray() if issparse(placed.X) else placed.X
    columns = np.ascontiguousarray(columns.T)
    squared = np.empty((given.n_threads, n))
    sums = np.empty((len(rows), 5))
    for part in _parts(given, len(rows)):
        d = given.distances(rows[part])
        found = np.empty((len(d), len(columns), 3))
        distance_sums(
            d, rows[part].astype(np.intp), columns, given.n_threads, squared, found
        )
        sums[part] = np.column_stack((d.sum(axis=1), _squares(d), found[:, -1]))

    def value(sums: NDArray, m: int) -> NDArray:
        return unexplained_variances(m * n, *np.moveaxis(sums, -1, 0))

    return value_and_error(value, sums, n, return_error)


@overload
def stress(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    kind: Kind = ...,
    metric: Metric = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[False] = ...,
) -> float: ...
@overload
def stress(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    kind: Kind = ...,
    metric: Metric = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[True],
) -> tuple[float, float]: ...
def stress(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    kind: Kind = "stress_1",
    metric: Metric = "euclidean",
    n_jobs: int | None = None,
    n_anchors: int | None = None,
    random_state: RandomState = None,
    return_error: bool = False,
) -> float | tuple[float, float]:
    """How far embedded distances e are from given ones, delta.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances.
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    kind : {"stress_1", "raw", "scale_free"}, default="stress_1"
        "raw": the sum of (delta - e)^2 over pairs i < j; "stress_1": the root of the
        raw stress over the sum of e^2; "scale_free": the root of the raw stress over
        the sum of delta^2, after the scaling of the embedding for which it is least.
    metric : str or callable, default='euclidean'
        Of X, as for :func:`sklearn.metrics.pairwise_distances`.
    n_jobs : int, optional
        For metrics that scikit-learn measures in parallel.
    n_anchors : int, optional
        Estimate the sums by the pairs with a sample of so many points.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.
    return_error : bool, default=False
        Whether to return the standard error of the sample's value also.

    Returns
    -------
    stress : float
        Zero where all distances are as given. "stress_1" is infinite where the
        embedding is one point.
    error : float
        Only with ``return_error=True``; zero without `n_anchors`.

    Raises
    ------
    ValueError
        If there are not as many rows in both, or if precomputed distances are negative
        or not zero on the diagonal.

    References
    ----------
    .. [1] Borg and Groenen, "Modern multidimensional scaling" (2005), chapters 3, 11.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmanifold_nn.metrics import stress
    >>> X = load_iris().data
    >>> Y = X[:, 2:]
    >>> print(f"{stress(X, Y):.2f}, {stress(X, Y, kind='scale_free'):.2f}")
    0.16, 0.11
    """
    if kind not in KINDS:
        raise ValueError(
            f"kind must be one of {KINDS}, got {kind!r}. 'scale_free' does not depend "
            "on the embedding's unit."
        )
    given, placed = check_pair(X, X_embedded, metric, n_jobs, least=2)
    given.require_zero_diagonal()
    n = given.n_samples
    rows = choose_anchors(n, n_anchors, random_state)
    scale = 1.0
    if kind == "scale_free":
        products, squares = _sums(given, placed, rows)[:, 1:3].sum(axis=0)
        scale = products / squares if squares > 0 else 0.0

    def value(sums: NDArray, m: int) -> NDArray:
        residual, _, squares, given_squares = np.moveaxis(sums, -1, 0)
        if kind == "raw":
            return residual / 2 * n / m
        # The scale is that of all anchors: about the best, its error hardly matters.
        total = squares if kind == "stress_1" else given_squares
        worst = np.where(residual > 0, np.inf, 0.0)  # all in one place
        return np.sqrt(np.divide(residual, total, worst, where=total > 0))

    return value_and_error(value, _sums(given, placed, rows, scale), n, return_error)


def _parts(given: RowDistances, n_rows: int) -> Iterator[slice]:
    step = given.block_rows()
    return (slice(start, start + step) for start in range(0, n_rows, step))


def _squares(rows: NDArray) -> NDArray:
    return np.einsum("ij,ij->i", rows, rows)


def _sums(
    given: RowDistances, placed: RowDistances, rows: NDArray, scale: float = 1.0
) -> NDArray[np.float64]:
    """Sums over j of (delta - s e)^2, delta e, e^2 and delta^2, for each row."""
    sums = np.empty((len(rows), 4))
    for part in _parts(given, len(rows)):
        delta, e = given.distances(rows[part]), placed.distances(rows[part])
        sums[part, 1] = np.einsum("ij,ij->i", delta, e)
        sums[part, 2], sums[part, 3] = _squares(e), _squares(delta)
        delta -= scale * e
        sums[part, 0] = _squares(delta)
    return sums


@overload
def geodesic_correlation(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    n_neighbors: int = ...,
    metric: Metric = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[False] = ...,
) -> float: ...
@overload
def geodesic_correlation(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    n_neighbors: int = ...,
    metric: Metric = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[True],
) -> tuple[float, float]: ...
def geodesic_correlation(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    n_neighbors: int = 5,
    metric: Metric = "euclidean",
    n_jobs: int | None = None,
    n_anchors: int | None = None,
    random_state: RandomState = None,
    return_error: bool = False,
) -> float | tuple[float, float]:
    """Spearman's rank correlation of geodesic and embedded distances.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances.
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    n_neighbors : int, default=5
        Of the graph whose shortest paths stand for geodesics.
    metric : str or callable, default='euclidean'
        Of X, for the graph.
    n_jobs : int, optional
        Number of threads; the result is the same for any.
    n_anchors : int, optional
        Use the distances from a sample of so many points only, in
        O(n_anchors n_samples) memory.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.
    return_error : bool, default=False
        Whether to return the standard error of the sample's value also.

    Returns
    -------
    correlation : float
        1 where both order all pairs alike; NaN where all distances are equal.
    error : float
        Only with ``return_error=True``; zero without `n_anchors`.

    Raises
    ------
    ValueError
        If there are not as many rows in both, or `n_neighbors` is out of range.
    MemoryError
        If the distances of the anchors to all would not fit in memory.

    References
    ----------
    .. [1] Tenenbaum, de Silva and Langford, "A global geometric framework for
       nonlinear dimensionality reduction", Science 290 (2000).

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.metrics import geodesic_correlation
    >>> angle = np.linspace(0, 5, 50)
    >>> arc = np.column_stack((np.cos(angle), np.sin(angle)))
    >>> unrolled = geodesic_correlation(arc, angle[:, None])
    >>> print(f"{unrolled:.2f}, {geodesic_correlation(arc, arc):.2f}")
    1.00, 0.94
    """
    given, placed = check_pair(X, X_embedded, metric, n_jobs, least=2)
    n = given.n_samples
    check_integer(
        n_neighbors, "n_neighbors", 1, n - 1, "A point is not its own neighbor."
    )
    rows = choose_anchors(n, n_anchors, random_state)
    require_memory(
        8 * 8 * len(rows) * n,  # both distances, their copies, orders and ranks
        f"The geodesic distances of {n} samples",
        "Set n_anchors, for instance to 500.",
    )
    searched, metric, params = given.searchable()
    graph = neighborhood_graph(
        searched,
        n_neighbors=n_neighbors,
        metric=metric,
        metric_params=params,
        n_jobs=n_jobs,
    )
    paths = geodesics(graph, rows, n_jobs=n_jobs)
    distances = np.empty((len(rows), n))
    for part in _parts(given, len(rows)):
        distances[part] = placed.distances(rows[part])
    is_pair = np.ones((len(rows), n), dtype=bool)
    is_pair[np.arange(len(rows)), rows] = False
    ranks = [_ranks(d[is_pair]).reshape(len(rows), -1) for d in (paths, distances)]
    value = _correlation(*ranks)
    if not return_error:
        return value
    left_out = [
        _correlation(*(_ranks_among(np.delete(r, group, axis=0)) for r in ranks))
        for group in split_anchors(rows, n)
        if len(rows) < n
    ]
    return value, float(jackknife_error(np.array(left_out), len(rows), n))


def _ranks(values: NDArray) -> NDArray[np.int64]:
    """Twice the mean ranks, which are whole numbers."""
    order = np.argsort(values)
    ordered = values[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, len(values))
    starts = np.append(0, ends[:-1])
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.repeat(starts + ends + 1, ends - starts)
    return ranks


def _ranks_among(ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Twice the mean ranks of some among themselves, by counting."""
    counts = np.bincount(ranks.ravel())
    return (2 * np.cumsum(counts) - counts + 1)[ranks]


def _correlation(first: NDArray, second: NDArray) -> float:
    first, second = (a.ravel() - a.mean() for a in (first, second))
    # einsum, as threads of BLAS wait for each other at every small product.
    xy, xx, yy = (
        np.einsum("i,i->", a, b)
        for a, b in ((first, second), (first, first), (second, second))
    )
    return float(xy / np.sqrt(xx * yy)) if xx * yy > 0 else float("nan")


def procrustes_distance(X: ArrayLike, X_embedded: ArrayLike) -> float:
    """Distance of two configurations but for shift, rotation, reflection and scale.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        One configuration.
    X_embedded : array-like of shape (n_samples, n_components)
        The other one; columns of zeros are added to the one that has fewer.

    Returns
    -------
    distance : float
        The full Procrustes distance, from 0 to 1: the root of what
        :func:`scipy.spatial.procrustes` calls disparity.

    Raises
    ------
    ValueError
        If there are not as many rows in both, or if all points of one are equal.

    References
    ----------
    .. [1] Dryden and Mardia, "Statistical shape analysis" (1998), section 4.2.

    Examples
    --------
    >>> from skmanifold_nn.metrics import procrustes_distance
    >>> square = [[0, 0], [0, 1], [1, 1], [1, 0]]
    >>> turned = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    >>> print(f"{procrustes_distance(square, turned):.2f}")
    0.00
    """
    first = _standardized(X, "X")
    second = _standardized(X_embedded, "X_embedded")
    if len(first) != len(second):
        raise ValueError(
            "X and X_embedded must have one row a sample, got "
            f"{len(first)} and {len(second)} rows. Pass the rows that were embedded, "
            "in their order."
        )
    left, values, right = np.linalg.svd(second.T @ first, full_matrices=False)
    aligned = values.sum() * (second @ left) @ right
    return min(float(np.linalg.norm(first - aligned)), 1.0)


def _standardized(X: ArrayLike, name: str) -> NDArray[np.float64]:
    """Centred, of norm 1."""
    X = check_array(X, dtype=np.float64, ensure_min_samples=2, input_name=name)
    centered = X - X.mean(axis=0)
    largest = np.abs(centered).max()
    if largest <= 1e-14 * np.abs(X).max():
        raise ValueError(
            f"{name} must hold points that differ, but all its rows are equal. A "
            "configuration in one place has no shape."
        )
    centered /= largest
    return centered / np.linalg.norm(centered)
