"""Places of the plane of two features, as estimators want them."""

from numbers import Real

import numpy as np
from scipy.sparse import issparse

__all__ = ["bounds_of", "like", "lines_of", "rows_of"]


def rows_of(X):
    """Samples as an array of two axes, of whatever form they are.

    Raises
    ------
    ValueError
        If they are of different sizes, or there are none.
    """
    if issparse(X):
        return X.toarray()
    if np.shape(X)[:1] == (0,) if hasattr(X, "shape") else len(X) == 0:
        raise ValueError("X must hold one sample at least, got none.")
    try:
        X = np.asarray(X)
    except ValueError:  # lists of several lengths
        X = np.empty(0, dtype=object)
    if X.dtype == object and (X.ndim < 2 or any(np.ndim(cell) for cell in X.flat)):
        raise ValueError(
            "Samples of different sizes have no place in the plane: give arrays of one "
            "shape."
        )
    return X.reshape(len(X), -1) if X.ndim > 1 else X[:, np.newaxis]


def like(X, rows):
    """Rows of the features of X, with their names if X is a data frame."""
    if not hasattr(X, "columns"):
        return rows
    names = list(X.columns)
    make = type(X)  # pandas says columns, polars schema
    return make(rows, columns=names) if hasattr(X, "iloc") else make(rows, schema=names)


def bounds_of(rows, margin):
    """Lowest and highest place of each feature, with a margin as a share of its range.

    Raises
    ------
    ValueError
        If the margin is negative.
    """
    if not (isinstance(margin, Real) and 0 <= margin < np.inf):
        raise ValueError(f"margin must be at least 0, and finite, got {margin!r}.")
    low, high = (f(axis=0).astype(float) for f in (rows.min, rows.max))
    # A feature that does not vary gets some room, too.
    span = np.where(high > low, high - low, np.maximum(np.abs(high), 1))
    room = np.where(high > low, margin, max(margin, 0.1)) * span
    return low - room, high + room


def lines_of(low, high, n_lines, n_places):
    """The lines of a grid, finely divided, those along the first feature first.

    Parameters
    ----------
    low, high : ndarray of shape (2,)
        Corners of the grid.
    n_lines : int
        In each direction.
    n_places : int
        Along each line.

    Returns
    -------
    lines : ndarray of shape (2 * n_lines, n_places, 2)
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    places, fine = np.linspace(0, 1, n_lines), np.linspace(0, 1, n_places)
    along = np.stack(np.meshgrid(fine, places), axis=-1)
    return low + (high - low) * np.concatenate([along, along[..., ::-1]])
