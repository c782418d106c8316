"""Rows from which a measure looks at all rows: all of them, or a sample."""

import numpy as np
from sklearn.utils import check_random_state

from ._distances import check_integer

__all__ = ["choose_anchors", "finite_error"]


def choose_anchors(n_samples, n_anchors, random_state):
    """Rows from which to look, ascending.

    Parameters
    ----------
    n_samples : int
    n_anchors : int or None
        None, or as many as there are samples: all.
    random_state : int, RandomState instance or None

    Returns
    -------
    rows : ndarray of int32
    """
    if n_anchors is None:
        return np.arange(n_samples, dtype=np.int32)
    check_integer(
        n_anchors, "n_anchors", 2, n_samples, "None looks from all samples, exactly."
    )
    chosen = check_random_state(random_state).permutation(n_samples)[:n_anchors]
    return np.sort(chosen).astype(np.int32)


def finite_error(values, n_samples):
    """Standard error of the mean over anchors, drawn without replacement.

    Parameters
    ----------
    values : ndarray of shape (n_anchors,)
        What each anchor contributes to the mean.
    n_samples : int
        From which the anchors were drawn; zero is the error of all.

    Returns
    -------
    error : float
    """
    m = len(values)
    if m == n_samples:
        return 0.0
    return float(np.std(values, ddof=1) * np.sqrt((1 - m / n_samples) / m))
