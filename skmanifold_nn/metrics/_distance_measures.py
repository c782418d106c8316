"""Measures of all distances: residual variance, stress, geodesics, Procrustes."""

import numpy as np
from scipy.sparse import issparse
from scipy.stats import rankdata
from sklearn.utils import check_array

from .._measures import residual_variances
from .._memory import require_memory
from ..graph import geodesics, neighborhood_graph
from ._anchors import choose_anchors
from ._distances import check_pair

__all__ = [
    "geodesic_correlation",
    "procrustes_distance",
    "residual_variance",
    "stress",
]

KINDS = ("raw", "stress_1", "scale_free")


def residual_variance(
    X,
    X_embedded,
    *,
    metric="euclidean",
    n_jobs=None,
    n_anchors=None,
    random_state=None,
):
    """1 - R^2 between given and embedded distances, R Pearson's correlation.

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

    Returns
    -------
    variance : float
        0 where the distances are proportional, up to a constant; NaN where all are
        equal.

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
    given, placed = check_pair(X, X_embedded, metric, n_jobs)
    rows = choose_anchors(given.n_samples, n_anchors, random_state)
    embedding = placed.X.toarray() if issparse(placed.X) else placed.X
    blocks = ((part, given.distances(part)) for part in _parts(given, rows))
    return float(residual_variances(blocks, embedding, n_jobs=n_jobs)[-1])


def stress(
    X,
    X_embedded,
    *,
    kind="stress_1",
    metric="euclidean",
    n_jobs=None,
    n_anchors=None,
    random_state=None,
):
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

    Returns
    -------
    stress : float

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
        raise ValueError(f"kind must be one of {KINDS}, got {kind!r}.")
    given, placed = check_pair(X, X_embedded, metric, n_jobs)
    rows = choose_anchors(given.n_samples, n_anchors, random_state)
    scale = 1.0
    if kind == "scale_free":
        _, products, squares, _ = _sums(given, placed, rows)
        scale = products / squares if squares > 0 else 0.0
    residual, _, squares, given_squares = _sums(given, placed, rows, scale)
    if kind == "raw":
        return float(residual / 2 * given.n_samples / len(rows))
    total = squares if kind == "stress_1" else given_squares
    return float(np.sqrt(residual / total)) if total > 0 else 0.0


def _parts(given, rows):
    step = given.block_rows()
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _sums(given, placed, rows, scale=1.0):
    """Sums of (delta - s e)^2, delta e, e^2 and delta^2 over ordered pairs."""
    sums = np.zeros(4)
    for part in _parts(given, rows):
        delta, e = given.distances(part).ravel(), placed.distances(part).ravel()
        sums[1:] += delta @ e, e @ e, delta @ delta
        delta -= scale * e
        sums[0] += delta @ delta
    return sums


def geodesic_correlation(
    X,
    X_embedded,
    *,
    n_neighbors=5,
    metric="euclidean",
    n_jobs=None,
    n_anchors=None,
    random_state=None,
):
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

    Returns
    -------
    correlation : float
        1 where both order all pairs alike; NaN where all distances are equal.

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
    given, placed = check_pair(X, X_embedded, metric, n_jobs)
    n = given.n_samples
    rows = choose_anchors(n, n_anchors, random_state)
    require_memory(
        5 * 8 * len(rows) * n,  # both distances, their order and ranks
        f"The geodesic distances of {n} samples",
        "Set n_anchors, for instance to 500.",
    )
    graph = neighborhood_graph(
        given.X, n_neighbors=n_neighbors, metric=metric, n_jobs=n_jobs
    )
    paths = geodesics(graph, rows, n_jobs=n_jobs)
    distances = np.empty((len(rows), n))
    for start in range(0, len(rows), given.block_rows()):
        part = slice(start, start + given.block_rows())
        distances[part] = placed.distances(rows[part])
    is_pair = np.ones((len(rows), n), dtype=bool)
    is_pair[np.arange(len(rows)), rows] = False
    first, second = (rankdata(d[is_pair]) for d in (paths, distances))
    first -= first.mean()
    second -= second.mean()
    spread = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / spread) if spread > 0 else float("nan")


def procrustes_distance(X, X_embedded):
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
    return float(min(np.linalg.norm(first - aligned), 1.0))


def _standardized(X, name):
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
