"""How well an embedding keeps classes together."""

from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import assert_all_finite, column_or_1d

from .._typing import MatrixLike, RandomState
from ._anchors import choose_anchors, value_and_error
from ._distances import RowDistances, check_integer

__all__ = ["is_missing", "neighborhood_hit"]


@overload
def neighborhood_hit(
    X_embedded: MatrixLike,
    y: ArrayLike,
    *,
    n_neighbors: int = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[False] = ...,
) -> float: ...
@overload
def neighborhood_hit(
    X_embedded: MatrixLike,
    y: ArrayLike,
    *,
    n_neighbors: int = ...,
    n_jobs: int | None = ...,
    n_anchors: int | None = ...,
    random_state: RandomState = ...,
    return_error: Literal[True],
) -> tuple[float, float]: ...
def neighborhood_hit(
    X_embedded: MatrixLike,
    y: ArrayLike,
    *,
    n_neighbors: int = 5,
    n_jobs: int | None = None,
    n_anchors: int | None = None,
    random_state: RandomState = None,
    return_error: bool = False,
) -> float | tuple[float, float]:
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
    n_anchors : int, optional
        Ask for the neighbours of a sample of so many points only, among all.
    random_state : int, RandomState instance or None, default=None
        Determines the sample.
    return_error : bool, default=False
        Whether to return the standard error of the sample's value also.

    Returns
    -------
    hit : float
        Mean over the points, from 0 to 1.
    error : float
        Only with ``return_error=True``; zero without `n_anchors`.

    Raises
    ------
    ValueError
        If there is not one class a row, a class is missing (NaN, None, pandas' NA), or
        `n_neighbors` is out of range.

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
    y = _known_classes(y)
    n = placed.n_samples
    if len(y) != n:
        raise ValueError(
            f"y must have one class a row of X_embedded, got {len(y)} classes and {n} "
            "rows. Pass the classes of the rows that were embedded."
        )
    check_integer(
        n_neighbors, "n_neighbors", 1, n - 1, "A point is not its own neighbor."
    )
    anchors = choose_anchors(n, n_anchors, random_state)
    neighbors = placed.neighbors(n_neighbors, anchors)
    hits = (y[neighbors] == y[anchors, None]).sum(axis=1, keepdims=True)

    def value(sums: NDArray, m: int) -> NDArray:
        return sums[..., 0] / (m * n_neighbors)

    return value_and_error(value, hits, n, return_error)


def _known_classes(y: ArrayLike) -> NDArray[Any]:
    """Labels, none of which is missing."""
    if isinstance(y, list | tuple):
        y = np.array(y, dtype=object)  # beside strings NumPy turns NaN into one
    y = column_or_1d(y, input_name="y")
    for row, label in enumerate(y.tolist() if y.dtype.kind in "OfmM" else ()):
        if is_missing(label):
            raise ValueError(
                f"y contains NaN: it must hold a class for every row, got {label!r} in "
                f"row {row}. Leave out rows without a class, in X_embedded too."
            )
    assert_all_finite(y, input_name="y")
    return y


def is_missing(label: Any) -> bool:
    """Whether there is no label: None, any kind of NaN, pandas' NA."""
    try:
        return label is None or not label == label
    except TypeError:  # pandas' NA is neither equal nor not
        return True
