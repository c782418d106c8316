"""How well an embedding keeps classes together."""

import numpy as np
from sklearn.utils import column_or_1d

from ._distances import RowDistances, check_integer

__all__ = ["neighborhood_hit"]


def neighborhood_hit(X_embedded, y, *, n_neighbors=5, n_jobs=None):
    """Share of the nearest neighbours in an embedding that are of a point's class.

    Parameters
    ----------
    X_embedded : {array-like, sparse matrix} of shape (n_samples, n_components)
        The embedding, whose distances are Euclidean.
    y : array-like of shape (n_samples,)
        Classes.
    n_neighbors : int, default=5
        Number of neighbours of a point, which is none itself.
    n_jobs : int, optional
        For the search of neighbours.

    Returns
    -------
    hit : float
        Mean over the points, from 0 to 1.

    References
    ----------
    .. [1] Paulovich, Nonato, Minghim and Levkowitz, "Least square projection: a fast
       high-precision multidimensional projection technique and its application to
       document mapping", IEEE TVCG 14 (2008).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmanifold_nn.metrics import neighborhood_hit
    >>> X, y = load_iris(return_X_y=True)
    >>> print(f"{neighborhood_hit(X[:, :2], y):.2f}, {neighborhood_hit(X, y):.2f}")
    0.73, 0.95
    """
    placed = RowDistances(X_embedded, "euclidean", "X_embedded", n_jobs)
    y = column_or_1d(y)
    n = placed.n_samples
    if len(y) != n:
        raise ValueError(
            f"y must have one class a row of X_embedded, got {len(y)} classes and {n} "
            "rows. Pass the classes of the rows that were embedded."
        )
    check_integer(
        n_neighbors, "n_neighbors", 1, n - 1, "A point is not its own neighbor."
    )
    neighbors = placed.neighbors(n_neighbors, np.arange(n))
    return float((y[neighbors] == y[:, None]).mean())
