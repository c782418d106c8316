"""Trustworthiness and continuity: neighbours won and lost, by how far off they were."""

from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from .._kernels._ranks import ranks_of_targets
from .._typing import MatrixLike, RandomState
from ._anchors import choose_anchors, value_and_error
from ._distances import Metric, RowDistances, check_integer, check_pair

__all__ = ["continuity", "trustworthiness"]


@overload
def trustworthiness(
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
def trustworthiness(
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
def trustworthiness(
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
    """Whether the neighbours in an embedding are neighbours in the data.

    1 - 2 / (n k (2 n - 3 k - 1)) sum_i sum_j max(0, r(i, j) - k), over the k points j
    nearest to i in the embedding, which are the r(i, j)-th nearest to i in the data.
    Where no distances in X are equal, the values are scikit-learn's, in O(n) memory:
    ranks are counted in blocks of rows.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances, squared or not.
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    n_neighbors : int, default=5
        Fewer than half of the samples, so that the value lies within [0, 1].
    metric : str or callable, default='euclidean'
        Of X, as for :func:`sklearn.metrics.pairwise_distances`.
    n_jobs : int, optional
        Number of threads; the result is the same for any.
    n_anchors : int, optional
        Take the sum over a sample of so many points i only, in O(n_anchors n) time.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.
    return_error : bool, default=False
        Whether to return the standard error of the sample's value also.

    Returns
    -------
    trustworthiness : float
        1 where no neighbour is an intruder.
    error : float
        Only with ``return_error=True``; zero without `n_anchors`.

    Raises
    ------
    ValueError
        If `n_neighbors` is not fewer than half of the samples, or if there are not as
        many rows in both.

    Notes
    -----
    Of points at equal distances in X the one of the lower number has the lower rank;
    scikit-learn leaves it to its sort, so that values differ a little where there are
    many ties. Which points are the k nearest of an embedding, is up to scikit-learn's
    search, as there. Distances are computed in float64 also of float32 rows.

    References
    ----------
    .. [1] Venna and Kaski, "Neighborhood preservation in nonlinear projection methods:
       an experimental study", ICANN 2001.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.metrics import trustworthiness
    >>> X, angle = make_swiss_roll(500, random_state=1)
    >>> unrolled = [(a * a / 2, width) for a, width in zip(angle, X[:, 1])]
    >>> print(f"{trustworthiness(X, unrolled):.2f}, {trustworthiness(X, X[:, :2]):.2f}")
    1.00, 0.81
    """
    given, placed = check_pair(X, X_embedded, metric, n_jobs)
    return _preserved(given, placed, n_neighbors, n_anchors, random_state, return_error)


@overload
def continuity(
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
def continuity(
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
def continuity(
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
    """Whether the neighbours in the data are neighbours in an embedding.

    Trustworthiness with the roles of data and embedding exchanged: the sum is over the
    k points nearest in the data, and what counts is by how much their rank in the
    embedding exceeds k. A torn surface loses continuity, a folded one trustworthiness.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances.
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    n_neighbors : int, default=5
        Fewer than half of the samples, so that the value lies within [0, 1].
    metric : str or callable, default='euclidean'
        Of X, as for :func:`sklearn.metrics.pairwise_distances`.
    n_jobs : int, optional
        Number of threads; the result is the same for any.
    n_anchors : int, optional
        Take the sum over a sample of so many points only, in O(n_anchors n) time.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.
    return_error : bool, default=False
        Whether to return the standard error of the sample's value also.

    Returns
    -------
    continuity : float
        1 where no neighbour is lost.
    error : float
        Only with ``return_error=True``; zero without `n_anchors`.

    Raises
    ------
    ValueError
        If `n_neighbors` is not fewer than half of the samples, or if there are not as
        many rows in both.

    References
    ----------
    .. [1] Venna and Kaski, "Neighborhood preservation in nonlinear projection methods:
       an experimental study", ICANN 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.metrics import continuity, trustworthiness
    >>> angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    >>> circle = np.column_stack((np.cos(angle), np.sin(angle)))
    >>> cut = angle[:, None]
    >>> print(f"{trustworthiness(circle, cut):.3f}, {continuity(circle, cut):.3f}")
    0.999, 0.981
    """
    given, placed = check_pair(X, X_embedded, metric, n_jobs)
    return _preserved(placed, given, n_neighbors, n_anchors, random_state, return_error)


def _preserved(
    ranked: RowDistances,
    searched: RowDistances,
    k: int,
    n_anchors: int | None,
    random_state: RandomState,
    return_error: bool,
) -> float | tuple[float, float]:
    """1 less what neighbours in `searched` are too far off in `ranked`."""
    n = ranked.n_samples
    if isinstance(k, int | np.integer) and k >= n / 2:
        raise ValueError(
            f"n_neighbors ({k}) should be less than n_samples / 2 ({n / 2}). Use fewer "
            "neighbors, or more samples."
        )
    check_integer(
        k, "n_neighbors", 1, (n - 1) // 2, "It is how many neighbors of a point count."
    )
    anchors = choose_anchors(n, n_anchors, random_state)
    neighbors = searched.neighbors(k, anchors)
    excesses = np.empty((len(anchors), 1), dtype=np.int64)
    step = ranked.block_rows()
    for start in range(0, len(anchors), step):
        part = slice(start, start + step)
        distances = ranked.distances(anchors[part], squares=True)
        ranks = np.empty(neighbors[part].shape, dtype=np.int64)
        ranks_of_targets(
            distances, anchors[part], neighbors[part], ranked.n_threads, ranks
        )
        excesses[part, 0] = np.maximum(ranks - k, 0).sum(axis=1)
    scale = 2.0 / (k * (2.0 * n - 3.0 * k - 1.0))

    def value(sums: NDArray, m: int) -> NDArray:
        return 1.0 - scale * (sums[..., 0] / m)

    return value_and_error(value, excesses, n, return_error)
