"""The co-ranking matrix, and what follows from it for every number of neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._kernels._ranks import compare_ranks, count_pairs
from .._memory import require_memory
from .._typing import MatrixLike, RandomState
from ._anchors import SampledMeasure, choose_anchors, split_anchors
from ._distances import Metric, RowDistances, check_pair

__all__ = ["CoRanking", "co_ranking", "coranking_matrix"]


@dataclass(frozen=True, eq=False)
class CoRanking(SampledMeasure):
    """How ranks agree before and after, for k = 1, 2, ... n - 1 neighbours.

    Entry k - 1 of each array is the value for k neighbours. Returned by `co_ranking`.
    `standard_error` gives the error of any attribute, a curve or an area, that comes
    from looking from a sample of anchors.

    Parameters
    ----------
    q_nx : ndarray of shape (n_samples - 1,)
        Share of the k nearest points that data and embedding have in common.
    intrusion_errors, extrusion_errors : ndarray of shape (n_samples - 1,)
        Mean relative rank errors, of the embedding's neighbours (zero where none is an
        intruder) and of the data's neighbours (zero where none is lost).
    trustworthiness, continuity : ndarray of shape (n_samples - 1,)
        NaN from k >= n / 2 on, where they are not defined.
    n_anchors : int, optional
        Number of points looked from, by default all.
    left_out : tuple of CoRanking
        The same without each of some random groups of anchors, from which the errors
        follow; empty where all points are anchors.

    Attributes
    ----------
    n_samples : int
        Number of points.
    n_neighbors : ndarray of shape (n_samples - 1,)
        k, for the abscissa of a picture.
    lcmc : ndarray of shape (n_samples - 1,)
        Local continuity meta-criterion: `q_nx` less its value by chance, k / (n - 1).
    r_nx : ndarray of shape (n_samples - 1,)
        `q_nx` from 0, by chance, to 1; NaN for k = n - 1, where all agrees.
    auc_q_nx, auc_lcmc : float
        Means over all k.
    auc_r_nx : float
        Mean over k < n - 1 weighted by 1 / k, the area on a logarithmic scale.
    k_max : int
        The k with the largest `lcmc`, which separates local from global.
    q_local, q_global : float
        Means of `q_nx` up to `k_max`, and from there on.

    References
    ----------
    .. [1] Lee and Verleysen, "Quality assessment of dimensionality reduction:
       rank-based criteria", Neurocomputing 72 (2009).
    .. [2] Lee, Peluffo-Ordonez and Verleysen, "Multi-scale similarities in stochastic
       neighbour embedding", Neurocomputing 169 (2015).
    .. [3] Chen and Buja, "Local multidimensional scaling for nonlinear dimension
       reduction, graph drawing, and proximity analysis", JASA 104 (2009).

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.metrics import co_ranking
    >>> X = np.random.default_rng(1).standard_normal((50, 3))
    >>> result = co_ranking(X, 2 * X)
    >>> print(f"{result.auc_r_nx:.2f} for k up to {result.n_neighbors[-1]}")
    1.00 for k up to 49
    """

    q_nx: NDArray[np.float64]
    intrusion_errors: NDArray[np.float64]
    extrusion_errors: NDArray[np.float64]
    trustworthiness: NDArray[np.float64]
    continuity: NDArray[np.float64]
    n_anchors: int | None = None
    left_out: tuple["CoRanking", ...] = field(default=(), repr=False)

    @property
    def n_samples(self) -> int:
        return len(self.q_nx) + 1

    @property
    def n_neighbors(self) -> NDArray[np.intp]:
        return np.arange(1, len(self.q_nx) + 1)

    @property
    def lcmc(self) -> NDArray[np.float64]:
        return self.q_nx - self.n_neighbors / len(self.q_nx)

    @property
    def r_nx(self) -> NDArray[np.float64]:
        n_others = len(self.q_nx)
        by_chance = self.n_neighbors / n_others
        r_nx = np.full(n_others, np.nan)
        r_nx[:-1] = (self.q_nx - by_chance)[:-1] / (1 - by_chance[:-1])
        return r_nx

    @property
    def auc_q_nx(self) -> float:
        return float(self.q_nx.mean())

    @property
    def auc_lcmc(self) -> float:
        return float(self.lcmc.mean())

    @property
    def auc_r_nx(self) -> float:
        weights = 1 / self.n_neighbors[:-1]
        return float(self.r_nx[:-1] @ weights / weights.sum())

    @property
    def k_max(self) -> int:
        return int(self.lcmc.argmax()) + 1

    @property
    def q_local(self) -> float:
        return float(self.q_nx[: self.k_max].mean())

    @property
    def q_global(self) -> float:
        return float(self.q_nx[self.k_max - 1 :].mean())


def co_ranking(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    metric: Metric = "euclidean",
    n_jobs: int | None = None,
    n_anchors: int | None = None,
    random_state: RandomState = None,
) -> CoRanking:
    """Compare ranks before and after for every number of neighbours at once.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances; 3 samples or more.
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    metric : str or callable, default='euclidean'
        Of X, as for :func:`sklearn.metrics.pairwise_distances`.
    n_jobs : int, optional
        Number of threads; the result is the same for any.
    n_anchors : int, optional
        Look from a sample of so many points only, at all points.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.

    Returns
    -------
    result : CoRanking
        Q_NX, R_NX, LCMC and their areas, trustworthiness, continuity and mean relative
        rank errors for every k; with `n_anchors` the standard error of each.

    Raises
    ------
    ValueError
        If there are fewer than 3 samples, or not as many rows in both.

    Notes
    -----
    Exact in O(n) memory and O(n_anchors n) time for ranks, besides the distances. Of
    equally distant points the one of the lower number has the lower rank.

    References
    ----------
    .. [1] Lee and Verleysen, "Quality assessment of dimensionality reduction:
       rank-based criteria", Neurocomputing 72 (2009).

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.metrics import co_ranking
    >>> X, angle = make_swiss_roll(300, random_state=1)
    >>> result = co_ranking(X, X[:, :2])
    >>> print(f"{result.q_nx[9]:.2f} of 10 neighbours, area {result.auc_r_nx:.2f}")
    0.42 of 10 neighbours, area 0.44

    From a sample of points, with its standard error:

    >>> result = co_ranking(X, X[:, :2], n_anchors=60, random_state=1)
    >>> error = result.standard_error("auc_r_nx")
    >>> print(f"{result.auc_r_nx:.2f} +- {error:.2f}")
    0.42 +- 0.02
    """
    given, placed = check_pair(X, X_embedded, metric, n_jobs, least=3)
    n = given.n_samples
    anchors = choose_anchors(n, n_anchors, random_state)
    groups = split_anchors(anchors, n)
    n_threads = given.n_threads
    words = np.empty((n_threads, 2 * n), dtype=np.uint64)
    ranks = np.empty((n_threads, n), dtype=np.int32)
    sums = np.empty((len(groups), n + 1, 5), dtype=np.int64)
    for group, group_sums in zip(groups, sums, strict=True):
        thread_sums = np.zeros((n_threads, n + 1, 5), dtype=np.int64)
        for rows, first, second in _blocks(given, placed, anchors[group]):
            compare_ranks(first, second, rows, n_threads, words, ranks, thread_sums)
        thread_sums.sum(axis=0, out=group_sums)
    total, m = sums.sum(axis=0), len(anchors)
    left_out = [
        CoRanking(**_curves(total - part, n, m - len(group)))
        for group, part in zip(groups, sums, strict=True)
        if m < n
    ]
    return CoRanking(**_curves(total, n, m), n_anchors=m, left_out=tuple(left_out))


def coranking_matrix(
    X: MatrixLike,
    X_embedded: MatrixLike,
    *,
    metric: Metric = "euclidean",
    n_jobs: int | None = None,
) -> NDArray[np.int32]:
    """How many pairs have which ranks in the data and in the embedding.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
            (n_samples, n_samples)
        The data, or with ``metric='precomputed'`` distances.
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    metric : str or callable, default='euclidean'
        Of X, as for :func:`sklearn.metrics.pairwise_distances`.
    n_jobs : int, optional
        Number of threads for the distances.

    Returns
    -------
    matrix : ndarray of shape (n_samples - 1, n_samples - 1), int32
        Entry [a - 1, b - 1] counts pairs (i, j) of rank a in the data and b in the
        embedding. Below the diagonal are intrusions, above it extrusions.

    Raises
    ------
    ValueError
        If there are fewer than 3 samples, or not as many rows in both.
    MemoryError
        If the matrix would not fit in memory.

    References
    ----------
    .. [1] Lee and Verleysen, "Quality assessment of dimensionality reduction:
       rank-based criteria", Neurocomputing 72 (2009).

    Examples
    --------
    >>> from skmanifold_nn.metrics import coranking_matrix
    >>> coranking_matrix([[0.0], [1.0], [3.0]], [[0.0], [4.0], [3.0]])
    array([[1, 2],
           [2, 1]], dtype=int32)
    """
    given, placed = check_pair(X, X_embedded, metric, n_jobs, least=3)
    n = given.n_samples
    require_memory(
        4 * n**2,
        f"The co-ranking matrix of {n} samples",
        "Use co_ranking, which needs no such matrix.",
    )
    matrix = np.zeros((n, n), dtype=np.int32)
    words, ranks = np.empty(2 * n, dtype=np.uint64), np.empty(n, dtype=np.int32)
    for rows, first, second in _blocks(given, placed, np.arange(n, dtype=np.int32)):
        count_pairs(first, second, rows, words, ranks, matrix)
    return np.ascontiguousarray(matrix[:-1, :-1])


def _blocks(
    given: RowDistances, placed: RowDistances, anchors: NDArray[np.int32]
) -> Iterator[tuple[NDArray, NDArray, NDArray]]:
    step = given.block_rows()
    for start in range(0, len(anchors), step):
        rows = anchors[start : start + step]
        first = given.distances(rows, squares=True)
        yield rows, first, placed.distances(rows, squares=True)


def _curves(sums: NDArray, n: int, n_rows: int) -> dict[str, Any]:
    """Values for every k from the sums of `compare_ranks`.

    Of an intruder, b <= k < a, trustworthiness counts a - k: a - b from k = b on, one
    less with every further k. There begin as many intrusions and extrusions at k as
    rows lack a pair with max(a, b) = k, less those that end.
    """
    k = np.arange(1, n)
    counts, into, _, out_of, _ = sums[1:n].T
    in_both = np.cumsum(counts)
    active = np.cumsum(n_rows - counts)  # pairs with b <= k < a
    ended = np.cumsum(np.append(0, active[:-1]))
    with np.errstate(divide="ignore"):
        scale = 2.0 / (n_rows * k * (2.0 * n - 3.0 * k - 1.0))
    scale[k >= n / 2] = np.nan
    worst = n_rows * np.cumsum(np.abs(n - 2.0 * k) / k)  # of reversed ranks

    def errors(sums_at_rank: NDArray) -> NDArray:
        return np.cumsum(sums_at_rank / k) / worst

    return {
        "q_nx": in_both / (n_rows * k),
        "intrusion_errors": errors(sums[1:n, 1] + sums[1:n, 4]),
        "extrusion_errors": errors(sums[1:n, 2] + sums[1:n, 3]),
        "trustworthiness": 1 - scale * (np.cumsum(into) - ended),
        "continuity": 1 - scale * (np.cumsum(out_of) - ended),
    }
