"""Dissimilarities: computed from rows by a metric, or given and checked."""

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import PAIRWISE_BOOLEAN_FUNCTIONS
from sklearn.utils.validation import validate_data

from .._kernels._majorization import pair_distances
from .._memory import require_memory
from .._threads import effective_n_threads
from ._classical_scaling import blocks

__all__ = [
    "METRIC_CONSTRAINTS",
    "SPARSE_METRICS",
    "blocks_of_dissimilarities",
    "check_dissimilarities",
    "new_rows",
    "pairwise",
    "refuse_extreme",
    "refuse_negative",
    "training_dissimilarities",
    "training_rows",
]

METRIC_CONSTRAINTS = {"metric": [str, callable], "metric_params": [dict, None]}
FLOATS = [np.float64, np.float32]
# What rounding may leave, of the largest entry.
ROUNDING = {np.dtype(np.float64): 1e-10, np.dtype(np.float32): 1e-5}
# Of the largest dissimilarity: its fourth power is summed, its square in float32.
RANGE = {
    np.dtype(np.float64): (1e-70, 1e70),
    np.dtype(np.float32): (1e-15, 1e15),
}
# Rows compared with their columns at a time, or measured of many features.
BLOCK = 256
# Metrics that scikit-learn measures between sparse rows.
SPARSE_METRICS = {"cityblock", "cosine", "euclidean", "l1", "l2", "manhattan"}
# Metrics made of matrix products, whose last bits depend on how rows are cut.
BY_PRODUCTS = {"euclidean", "l2", "sqeuclidean", "cosine", "nan_euclidean"}
# Up to so many features, differences are quicker than matrix products.
FEW_FEATURES = 128
# Those measured at a time between the rows of a fit (2 MB in float64).
CACHED_ENTRIES = 2**18
# Fewer entries, as of one landmark's row, take less time than to start threads.
WORTH_THREADS = 2**20


def training_dissimilarities(
    estimator, X, *, missing=False, itemsizes=1, remedy="Use fewer samples."
):
    """Dissimilarities between the rows of X, for a fit.

    Parameters
    ----------
    estimator : estimator
        With the parameters `metric`, `metric_params` and `n_jobs`; gets
        ``n_features_in_`` and ``feature_names_in_``.
    X : {array-like, sparse matrix} of shape (n, n_features) or (n, n)
        Rows, or with ``metric='precomputed'`` dissimilarities.
    missing : bool, default=False
        Whether precomputed dissimilarities may be missing: NaN.
    itemsizes : float, default=1
        Values an entry of the n x n matrix that the fit needs at its peak.
    remedy : str
        What the user can do where memory does not suffice.

    Returns
    -------
    dissimilarities : ndarray of shape (n, n), float32 or float64, C-contiguous
        Only what is on and above the diagonal is exact: rounding may make it
        asymmetric and the diagonal not quite zero.
    X : {ndarray, csr_matrix}
        The validated rows; with ``metric='precomputed'`` the dissimilarities.

    Raises
    ------
    ValueError
        If X, or what the metric makes of it, is not allowed.
    MemoryError
        If the n x n matrix cannot fit in memory.
    """
    X = training_rows(estimator, X, missing=missing)
    n_samples = X.shape[0]
    require_memory(
        int(itemsizes * n_samples**2 * X.dtype.itemsize),
        f"{type(estimator).__name__} of {n_samples} samples with all their pairs",
        remedy,
    )
    if estimator.metric == "precomputed":
        return X, X
    return pairwise(estimator, X), X


def training_rows(estimator, X, *, missing=False):
    """Rows for a fit, or the whole matrix of precomputed dissimilarities, checked.

    Parameters
    ----------
    estimator, X, missing
        As for `training_dissimilarities`.

    Returns
    -------
    X : {ndarray, csr_matrix}, float32 or float64
    """
    is_precomputed = estimator.metric == "precomputed"
    X = validate_data(
        estimator,
        X,
        dtype=FLOATS,
        order="C",  # on which the last bits of matrix products depend
        accept_sparse=False if is_precomputed else "csr",
        ensure_all_finite="allow-nan" if is_precomputed and missing else True,
    )
    if is_precomputed:
        check_dissimilarities(X, missing=missing)
    estimator._learned_params = _learned_params(estimator, X)
    return X


def _learned_params(estimator, X):
    """What a metric takes from the training rows, unless `metric_params` has it."""
    metric, given = estimator.metric, estimator.metric_params or {}
    if issparse(X):
        return {}  # these metrics refuse sparse rows themselves
    if metric == "seuclidean" and "V" not in given:
        return {"V": np.var(X, axis=0, ddof=1, dtype=np.float64)}
    if metric == "mahalanobis" and "VI" not in given:
        return {"VI": np.linalg.inv(np.atleast_2d(np.cov(X.T))).T}
    return {}


def new_rows(estimator, X, *, missing=False):
    """New rows for a transform, checked.

    Parameters
    ----------
    estimator : estimator
        Fitted by means of `training_dissimilarities`.
    X : {array-like, sparse matrix} of shape (n, n_features) or (n, n_training)
        Rows, or with ``metric='precomputed'`` dissimilarities to the training rows.
    missing : bool, default=False
        Whether precomputed dissimilarities may be missing: NaN.

    Returns
    -------
    X : {ndarray, csr_matrix}, float32 or float64
    """
    is_precomputed = estimator.metric == "precomputed"
    X = validate_data(
        estimator,
        X,
        reset=False,
        dtype=FLOATS,
        order="C",  # on which the last bits of matrix products depend
        accept_sparse=False if is_precomputed else "csr",
        ensure_all_finite="allow-nan" if is_precomputed and missing else True,
    )
    if is_precomputed:
        refuse_negative(X)
    return X


def blocks_of_dissimilarities(estimator, X, training, *, columns=slice(None)):
    """Dissimilarities from new rows to training rows, block by block.

    Parameters
    ----------
    estimator : estimator
    X : {ndarray, csr_matrix} of shape (n, n_features) or (n, n_training)
        From `new_rows`.
    training : {ndarray, csr_matrix} of shape (m, n_features)
        Rows from which to measure; not used with ``metric='precomputed'``.
    columns : slice or array of int, default=slice(None)
        With ``metric='precomputed'`` the columns of the m rows.

    Yields
    ------
    rows : slice
    dissimilarities : ndarray of shape (b, m), C-contiguous, in X's dtype
    """
    is_precomputed = estimator.metric == "precomputed"
    width = X.shape[1] if is_precomputed else training.shape[0]
    for rows in blocks(X.shape[0], width):
        if is_precomputed:
            yield rows, np.ascontiguousarray(X[rows][:, columns])
        else:
            yield rows, pairwise(estimator, X[rows], training)


def pairwise(estimator, X, Y=None):
    """Dissimilarities between validated rows, in the dtype of X.

    Parameters
    ----------
    estimator : estimator
        With the parameters `metric`, `metric_params` and `n_jobs`.
    X : {ndarray, csr_matrix} of shape (n, n_features)
    Y : {ndarray, csr_matrix} of shape (m, n_features), optional
        By default X.

    Returns
    -------
    dissimilarities : ndarray of shape (n, m), C-contiguous

    Raises
    ------
    ValueError
        If the metric gives NaN, infinite or negative values.
    """
    metric = estimator.metric
    if Y is None and metric in BY_PRODUCTS:
        few = X.shape[1] <= FEW_FEATURES and not issparse(X)
        if few and metric in ("euclidean", "l2") and not estimator.metric_params:
            distances = _by_differences(X, estimator.n_jobs)
        else:
            distances = _by_blocks(estimator, X)
    else:
        distances = _measured(estimator, X, Y)
    least, largest = distances.min(initial=0), distances.max(initial=0)
    if not np.isfinite(least + largest):
        raise ValueError(
            f"metric={metric!r} gives NaN or infinite dissimilarities between these "
            "rows. Use another metric, or drop the rows for which it has no value."
        )
    if Y is None:
        refuse_extreme(largest, distances.dtype)
    if least < 0:
        if least < -ROUNDING[distances.dtype] * largest:
            raise ValueError(
                f"metric={metric!r} gives negative dissimilarities, {least:g} for one "
                "pair. Use a metric whose values are zero or more."
            )
        np.maximum(distances, 0, out=distances)
    return distances


def _measured(estimator, X, Y):
    """What the metric makes of the rows, in the dtype of X."""
    metric = estimator.metric
    n_entries = X.shape[0] * (X if Y is None else Y).shape[0]
    alone = metric in BY_PRODUCTS or n_entries < WORTH_THREADS
    distances = pairwise_distances(
        _as_truth_values(X, metric),
        _as_truth_values(Y, metric),
        metric=metric,
        n_jobs=1 if alone else estimator.n_jobs,
        **getattr(estimator, "_learned_params", {}),
        **(estimator.metric_params or {}),
    )
    return np.ascontiguousarray(distances, dtype=X.dtype)


def _by_differences(X, n_jobs):
    """Euclidean distances among rows of few features, without cancellation.

    Quicker than matrix products, whose threads also wait busily for more afterwards.
    """
    n = len(X)
    distances = np.empty((n, n), dtype=X.dtype)
    pair_distances(np.ascontiguousarray(X.T), effective_n_threads(n_jobs), distances)
    for start in range(0, n, BLOCK):
        _mirror(distances, start, min(n, start + BLOCK))
    return distances


def _by_blocks(estimator, X):
    """Blocks above the diagonal, mirrored: half the work, and all of it in the cache.

    The n x n matrix is all that is allocated but for a block; for a few thousand rows
    this takes a third of the time of the whole at once, most of which is first touches.
    """
    n, n_features = X.shape
    # scikit-learn looks through the features once a block.
    least = min(n_features, BLOCK)
    distances = np.empty((n, n), dtype=X.dtype)
    stop = 0
    while stop < n:
        start, stop = stop, min(n, stop + max(least, CACHED_ENTRIES // (n - stop)))
        distances[start:stop, start:] = _measured(estimator, X[start:stop], X[start:])
        _mirror(distances, start, stop)
    return distances


def _mirror(distances, start, stop):
    """Write what some rows have above the diagonal below it; zeros between."""
    rows = slice(start, stop)
    distances[stop:, rows] = distances[rows, stop:].T
    corner = distances[rows, rows]
    corner[...] = np.triu(corner, 1)
    corner += corner.T


def _as_truth_values(X, metric):
    """Rows of zeros and ones as booleans for metrics of these, which warn of others."""
    if X is None or issparse(X) or metric not in PAIRWISE_BOOLEAN_FUNCTIONS:
        return X
    is_true = X == 1
    return is_true if np.array_equal(is_true, X) else X


def check_dissimilarities(dissimilarities, *, missing=False):
    """Raise unless a matrix is square and symmetric, non-negative and zero at home.

    Parameters
    ----------
    dissimilarities : ndarray, float32 or float64
        Without infinite values, and without NaN unless `missing`.
    missing : bool, default=False
        Whether NaN may stand, on both sides of the diagonal.

    Raises
    ------
    ValueError
        Naming the rule and an entry that breaks it.
    """
    D = dissimilarities
    if D.ndim != 2 or D.shape[0] != D.shape[1]:
        raise ValueError(
            "Dissimilarities: array must be 2-dimensional and square. shape = "
            f"{D.shape}. For rows of coordinates set metric='euclidean' or another "
            "metric instead of 'precomputed'."
        )
    extremes = [
        reduce(D, axis=None, initial=0) for reduce in (np.fmax.reduce, np.fmin.reduce)
    ]
    tolerance = ROUNDING[D.dtype] * np.abs(extremes).max()
    for start in range(0, len(D), BLOCK):
        rows = slice(start, start + BLOCK)
        upper, lower = D[rows, start:], D[start:, rows].T
        differs = np.abs(upper - lower) > tolerance
        if missing:
            differs |= np.isnan(upper) != np.isnan(lower)
        if differs.any():
            i, j = np.argwhere(differs)[0] + start
            raise ValueError(
                "Array must be symmetric, but the dissimilarities have "
                f"[{i}, {j}] = {D[i, j]:g} and [{j}, {i}] = {D[j, i]:g}. Where both "
                "are judgements of the same pair, give their mean, (D + D.T) / 2."
            )
    refuse_extreme(np.abs(extremes).max(), D.dtype)
    refuse_negative(D)
    diagonal = np.diagonal(D)
    if (np.nan_to_num(diagonal) > tolerance).any():
        i = int(np.nan_to_num(diagonal).argmax())
        raise ValueError(
            "The diagonal of the dissimilarities must be zero, but entry "
            f"[{i}, {i}] is {diagonal[i]:g}. Similarities must be turned into "
            "dissimilarities first, for instance by S.max() - S."
        )


def refuse_extreme(largest, dtype):
    """Raise if squares of dissimilarities, and their sums, may leave the dtype's range.

    Parameters
    ----------
    largest : float
        Of the dissimilarities.
    dtype : dtype
    """
    low, high = RANGE[np.dtype(dtype)]
    if largest and not low < largest < high:
        raise ValueError(
            f"The largest dissimilarity must lie between {low:g} and {high:g} in "
            f"{np.dtype(dtype)}, got {largest:g}. Change the unit: divide by "
            f"{largest:.0e}."
        )


def refuse_negative(dissimilarities):
    """Raise if an entry is negative; NaN passes."""
    if np.fmin.reduce(dissimilarities, axis=None, initial=0) < 0:
        i, j = np.argwhere(dissimilarities < 0)[0]
        raise ValueError(
            f"Dissimilarities must not be negative, but entry [{i}, {j}] is "
            f"{dissimilarities[i, j]:g}. Similarities must be turned into "
            "dissimilarities first, for instance by S.max() - S."
        )
