"""The formulas of intrinsic dimension, and the errors of what they give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ._distances import FEW_FEATURES, RowDistances

__all__ = [
    "Estimate",
    "correlation_dimension",
    "local_pca",
    "maximum_likelihood",
    "overlapping_error",
    "two_nearest",
]

# Mean logarithm of a ratio below which distances are equal but for rounding.
TIED = 1e-12
# Patches of about this many bytes are decomposed at a time.
PATCH_BYTES = 2**24


@dataclass(frozen=True, eq=False)
class Estimate:
    """A dimension, and what belongs to it.

    Parameters
    ----------
    dimension : float
    pointwise : ndarray of shape (n,)
    standard_error : float
    scaling_range : tuple of two floats, default=None
        Distances between which the number of pairs was followed.
    """

    dimension: float
    pointwise: NDArray
    standard_error: float
    scaling_range: tuple[float, float] | None = None


def overlapping_error(influences: NDArray, neighbors: NDArray) -> float:
    """Standard error of a sum whose terms correlate where neighbourhoods overlap.

    The root of sum_ij w_ij u_i u_j / (1 - sum_ij w_ij / n^2), where w_ij is the share
    of points that the neighbourhoods of i and j, each with its own point, have in
    common. The weights are a Gram matrix, so that the sum is never negative; the
    divisor makes up for u having been centred.

    Parameters
    ----------
    influences : ndarray of shape (n,)
        u, of each point on the estimate; their sum is zero.
    neighbors : ndarray of shape (n, k), int32

    Returns
    -------
    error : float
        NaN if all neighbourhoods are the same.

    References
    ----------
    .. [1] Conley, "GMM estimation with cross sectional dependence", Journal of
       Econometrics 92 (1999): weights that fall with distance.
    """
    n, k = neighbors.shape
    if k + 1 == n:
        return np.nan
    members = neighbors.ravel()
    sizes = 1 + np.bincount(members, minlength=n)
    totals = influences + np.bincount(members, np.repeat(influences, k), minlength=n)
    kept = 1 - sizes @ sizes / (n**2 * (k + 1))
    return float(np.sqrt(totals @ totals / (k + 1) / kept))


def _refuse_ties(n_neighbors, remedy="Use more neighbors"):
    raise ValueError(
        f"the distances to the n_neighbors = {n_neighbors} nearest samples are all "
        f"equal, or nearly all, from which no dimension follows. {remedy}, or if X "
        "holds rounded values, method='local_pca'."
    )


def maximum_likelihood(distances: NDArray, neighbors: NDArray) -> Estimate:
    """Levina and Bickel's estimate, averaged as MacKay and Ghahramani do.

    With t_ij = log(T_k / T_j) of the distances T_1 <= ... <= T_k of point i, which are
    exponentially distributed of rate d, d = n (k - 1) / sum_ij t_ij.

    Parameters
    ----------
    distances : ndarray of shape (n, k)
        Ascending, > 0, k >= 2.
    neighbors : ndarray of shape (n, k), int32

    Returns
    -------
    estimate : Estimate
        Pointwise, (k - 1) / sum_j t_ij, whose harmonic mean is the dimension.
    """
    n, k = distances.shape
    sums = np.log(distances[:, -1:] / distances[:, :-1]).sum(axis=1)
    total = sums.sum()
    if total <= TIED * n * (k - 1):
        _refuse_ties(k)
    dimension = float(n * (k - 1) / total)
    with np.errstate(divide="ignore"):
        pointwise = (k - 1) / sums
    influences = (k - 1 - dimension * sums) / total
    return Estimate(dimension, pointwise, overlapping_error(influences, neighbors))


def two_nearest(
    distances: NDArray, neighbors: NDArray, discard_fraction: float
) -> Estimate:
    """Facco et al.'s estimate from the two nearest neighbours.

    x = log(T_2 / T_1) is exponentially distributed of rate d, whatever the density.
    Of the largest x only is used that they exceed the m-th smallest, x_(m):
    d = m / (sum_{i <= m} x_(i) + (n - m) x_(m)), the maximum of the likelihood of a
    sample censored at its m-th value.

    Parameters
    ----------
    distances : ndarray of shape (n, 2)
        Ascending, > 0.
    neighbors : ndarray of shape (n, 2), int32
    discard_fraction : float
        Share of the points that are censored.

    Returns
    -------
    estimate : Estimate
        Pointwise, 1 / x.
    """
    logs = np.log(distances[:, 1] / distances[:, 0])
    n = len(logs)
    m = n - int(discard_fraction * n)
    limit = np.partition(logs, m - 1)[m - 1]
    censored = np.minimum(logs, limit)
    total = censored.sum()
    if total <= TIED * n:
        _refuse_ties(2, "Use method='mle' with more neighbors")
    dimension = float(m / total)
    with np.errstate(divide="ignore"):
        pointwise = 1 / logs
    # The censored count as m uncensored ones do, ties at the limit included.
    is_seen = np.where(logs < limit, 1.0, 0.0)
    is_seen[logs == limit] = (m - is_seen.sum()) / np.count_nonzero(logs == limit)
    influences = (is_seen - dimension * censored) / total
    return Estimate(dimension, pointwise, overlapping_error(influences, neighbors))


def correlation_dimension(given: RowDistances, distances: NDArray) -> Estimate:
    """Grassberger and Procaccia's exponent of the number of near pairs.

    C(r), the share of pairs at most r apart, grows as r^d. The scaling range is from
    the median distance r_1 of a nearest neighbour, below which most points see none,
    to the median distance r_2 of a k-th one. The slope of log C there is estimated by
    maximum likelihood, as by Takens: with s = log(r_2 / max(r, r_1)) of the pairs at
    most r_2 apart, d = #(r > r_1) / sum s. Lengths that are equal but for rounding
    are equal, as on a lattice.

    Parameters
    ----------
    given : RowDistances
        Of the distinct points.
    distances : ndarray of shape (n, k)
        To the nearest others, ascending, > 0, k >= 2.

    Returns
    -------
    estimate : Estimate
        Pointwise, the same from the pairs of one point; NaN where there are none, and
        infinite where all are r_2 apart.
    """
    n, k = distances.shape
    low, high = (float(np.median(distances[:, j])) for j in (0, -1))
    if np.log(high / low) <= TIED:
        _refuse_ties(k)
    counts, sums = np.zeros(n), np.zeros(n)
    n_pairs = np.zeros(3)  # sums over pairs of 1, s and s^2 that are s's own
    for rows, row, lengths in _near_pairs(given, high * (1 + TIED)):
        logs = np.log(high / np.maximum(lengths, low))
        logs[logs < 2 * TIED] = 0
        is_counted = lengths > low * (1 + TIED)
        counts[rows] = np.bincount(row, is_counted, minlength=len(rows))
        sums[rows] = np.bincount(row, logs, minlength=len(rows))
        n_pairs += is_counted.sum(), is_counted @ logs, logs @ logs
    if not counts.any():
        _refuse_ties(k)
    total = sums.sum()
    dimension = float(counts.sum() / total)
    with np.errstate(invalid="ignore", divide="ignore"):
        pointwise = counts / sums
    # A sum over pairs, h = [r > r_1] - d s: its variance is that of the sums of
    # points, in which each pair counts twice, less that of the pairs.
    of_points = 4 * np.square(counts - dimension * sums).sum()
    of_pairs = 2 * (n_pairs @ [1, -2 * dimension, dimension**2])
    error = float(np.sqrt(max(of_points - of_pairs, of_pairs)) / total)
    return Estimate(dimension, pointwise, error, (low, high))


def _near_pairs(given, limit):
    """Of some rows at a time, those of pairs at most so far apart, and their lengths.

    Where there are few features, by a tree in place of all distances, for rows that
    are near to each other.
    """
    n, step = given.n_samples, given.block_rows()
    if not given.is_plain or given.X.shape[1] > FEW_FEATURES:
        for start in range(0, n, step):
            rows = np.arange(start, min(start + step, n))
            block = given.distances(rows)
            block[rows - start, rows] = np.inf
            row, column = np.nonzero(block <= limit)
            yield rows, row, block[row, column]
        return
    tree = KDTree(given.X)
    for start in range(0, n, step):
        rows = tree.indices[start : start + step]
        some = KDTree(given.X[rows])
        pairs = some.sparse_distance_matrix(tree, limit, output_type="ndarray")
        pairs = pairs[rows[pairs["i"]] != pairs["j"]]
        yield rows, pairs["i"], pairs["v"]


def local_pca(
    X: NDArray, neighbors: NDArray, threshold: float, criterion: str = "gap"
) -> Estimate:
    """The number of principal axes of a patch that stand out.

    With eigenvalues l_1 >= l_2 >= ... of the covariance of a point and its neighbours,
    and f = threshold l_1, those larger than f are counted, or those before the largest
    gap: after the j-th it is (l_j + f) / (l_{j+1} + f), in which f keeps gaps among
    eigenvalues from counting that are all small.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), float64
    neighbors : ndarray of shape (n, k), int32
    threshold : float
        In (0, 1).
    criterion : {"gap", "threshold"}, default="gap"

    Returns
    -------
    estimate : Estimate
        Pointwise, whole numbers, whose mean is the dimension.
    """
    n, k = neighbors.shape
    n_features = X.shape[1]
    patches = np.column_stack((np.arange(n, dtype=np.int32), neighbors))
    pointwise = np.empty(n)
    side = min(k + 1, n_features)
    counted = _axes_before_gap if criterion == "gap" else _axes_above
    step = max(1, PATCH_BYTES // (8 * ((k + 1) * n_features + side * side)))
    for start in range(0, n, step):
        part = X[patches[start : start + step]]
        part -= part.mean(axis=1, keepdims=True)
        part /= np.abs(part).max(axis=(1, 2), keepdims=True)  # against underflow
        turned = part.transpose(0, 2, 1)
        gram = part @ turned if k + 1 < n_features else turned @ part
        values = np.maximum(np.linalg.eigvalsh(gram)[:, ::-1], 0)
        pointwise[start : start + step] = counted(values[:, :k], threshold)
    dimension = float(pointwise.mean())
    error = overlapping_error((pointwise - dimension) / n, neighbors)
    return Estimate(dimension, pointwise, error)


def _axes_before_gap(values, threshold):
    """Of eigenvalues, descending by row, after which none but zeros follow."""
    values = np.column_stack((values, np.zeros(len(values))))
    values += threshold * values[:, :1]
    return np.argmax(values[:, :-1] / values[:, 1:], axis=1) + 1.0


def _axes_above(values, threshold):
    return (values > threshold * values[:, :1]).sum(axis=1)
