"""How much of a representation a plane shows, and a linear model finds in it."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import svd

from ..eigen import flip_signs

__all__ = ["LinearMap", "separability_of"]

# A linear model sees at most so many directions, those of most variance.
MOST_DIRECTIONS = 50
# Of the logistic regression, whose inputs have unit variance: weak.
PENALTY = 1e-3


@dataclass(frozen=True, eq=False)
class LinearMap:
    """Representations to places of a plane.

    Attributes
    ----------
    mean : ndarray of shape (n_units,)
    axes : ndarray of shape (n_units, 2)
    share : float
        Of the variance, what is in the plane.
    """

    mean: np.ndarray
    axes: np.ndarray
    share: float

    def __call__(self, representation):
        """Of any number of axes, the last of which is that of the units."""
        return (np.asarray(representation) - self.mean) @ self.axes

    @classmethod
    def to_plane(cls, rows):
        """Of two units themselves, of more their first two principal components.

        One unit is the first coordinate; the second one is zero.
        """
        width = rows.shape[1]
        if width <= 2:
            return cls(np.zeros(width), np.eye(width, 2), 1.0)
        mean = rows.mean(axis=0)
        _, values, axes = svd(rows - mean, full_matrices=False)
        found = np.zeros((2, width))
        found[: len(axes[:2])] = axes[:2]
        total = float(values @ values)
        share = float(values[:2] @ values[:2]) / total if total else 1.0
        return cls(mean, flip_signs(found.T), share)


def separability_of(rows, y, kind):
    """How well a linear model of the rows tells y, on these rows.

    Parameters
    ----------
    rows : ndarray of shape (n_samples, n_units)
    y : ndarray of shape (n_samples,)
    kind : {"class", "value"}

    Returns
    -------
    value : float
        Accuracy of a logistic regression, not below the share of the most frequent
        class, or R^2 of least squares. Directions are scaled to unit variance before,
        as neither depends on the scale without a penalty; it is next to nothing.
    """
    scores = _whitened(rows)
    if kind == "value":
        y = np.asarray(y, dtype=float)
        centred = y - y.mean()
        total = float(centred @ centred)
        fitted = scores.T @ centred
        # Columns of the scores are orthogonal, each of squared length n.
        return float(fitted @ fitted) / len(y) / total if total else 1.0
    labels, codes = np.unique(y, return_inverse=True)
    if len(labels) == 1:
        return 1.0
    # One class everywhere is a linear classifier, too.
    constant = float(np.bincount(codes).max() / len(codes))
    if scores.shape[1] == 0:
        return constant
    from sklearn.linear_model import LogisticRegression

    # Newton's steps: a few, and the same on every machine up to rounding.
    model = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky")
    return max(constant, float(model.fit(scores, codes).score(scores, codes)))


def _whitened(rows):
    """Principal components of unit variance, without those that are rounding errors."""
    rows = np.asarray(rows)
    eps = np.finfo(rows.dtype if rows.dtype.kind == "f" else float).eps
    centred = rows.astype(float) - rows.mean(axis=0, dtype=float)
    left, values, _ = svd(centred, full_matrices=False)
    significant = values > eps * max(rows.shape) * max(values.max(initial=0), eps)
    n_directions = min(int(significant.sum()), MOST_DIRECTIONS)
    return left[:, :n_directions] * np.sqrt(len(rows))
