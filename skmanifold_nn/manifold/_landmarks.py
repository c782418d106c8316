"""Landmarks: how many, and which."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_array, check_random_state

from ._classical_scaling import blocks
from ._dissimilarities import refuse_extreme

__all__ = ["choose_landmarks", "count_landmarks", "landmark_distances"]


def count_landmarks(n_landmarks, landmarks, n_samples, n_components):
    """Number of landmarks that the parameters ask for, None for exact methods.

    Parameters
    ----------
    n_landmarks : int, float or None
        A number, or a part of the rows.
    landmarks : str or array-like of int
        An array says how many by itself.
    n_samples, n_components : int

    Returns
    -------
    count : int or None

    Raises
    ------
    ValueError
        If there are too few landmarks for `n_components`, or more than rows.
    """
    count = n_landmarks
    if not isinstance(landmarks, str):
        count = len(landmarks)
    elif isinstance(n_landmarks, Real) and not isinstance(n_landmarks, Integral):
        count = round(n_landmarks * n_samples)
    if count is not None and not n_components < count <= n_samples:
        raise ValueError(
            f"n_landmarks={n_landmarks!r} gives {count} landmarks, but there must be "
            f"more than n_components={n_components} of them and at most n_samples="
            f"{n_samples}."
        )
    return count


def choose_landmarks(landmarks, count, n_samples, random_state, farthest):
    """Indices of the landmarks.

    Parameters
    ----------
    landmarks : {'maxmin', 'random'} or array-like of int
    count : int or None
        From `count_landmarks`.
    n_samples : int
    random_state : int, RandomState instance or None
    farthest : callable
        ``farthest(count)`` gives the indices for 'maxmin'.

    Returns
    -------
    indices : ndarray of shape (count,), int32, or None
        None where `count` is.

    Raises
    ------
    ValueError
        If an array does not hold different indices of rows.
    """
    if count is None:
        return None
    if isinstance(landmarks, str):
        if landmarks == "maxmin":
            return farthest(count)
        drawn = check_random_state(random_state).permutation(n_samples)[:count]
        return drawn.astype(np.int32)
    indices = check_array(
        landmarks, ensure_2d=False, dtype=None, input_name="landmarks"
    )
    if (
        indices.ndim != 1
        or indices.dtype.kind not in "iu"
        or np.unique(indices).size != indices.size
        or indices.min() < 0
        or indices.max() >= n_samples
    ):
        raise ValueError(
            "landmarks must be 'maxmin', 'random' or different indices of rows from 0 "
            f"to {n_samples - 1}, got {landmarks!r}."
        )
    return indices.astype(np.int32)


def landmark_distances(landmarks, measure, random_state, distances):
    """Choose landmarks by a metric and measure from them to all rows.

    Every landmark's row of distances is measured once: 'maxmin' needs the rows that are
    wanted anyway, and one more for its start.

    Parameters
    ----------
    landmarks : {'maxmin', 'random'} or array-like of int
    measure : callable
        ``measure(indices)`` gives the distances from these rows to all rows, of shape
        (len(indices), n_samples).
    random_state : int, RandomState instance or None
    distances : ndarray of shape (n_landmarks, n_samples)
        OUT.

    Returns
    -------
    indices : ndarray of shape (n_landmarks,), int32

    Raises
    ------
    ValueError
        If the distances are too small or too large for their dtype.
    """
    count, n_samples = distances.shape
    indices = choose_landmarks(
        landmarks,
        count,
        n_samples,
        random_state,
        lambda count: _farthest_rows(measure, distances),
    )
    if not (isinstance(landmarks, str) and landmarks == "maxmin"):
        for rows in blocks(count, n_samples):
            distances[rows] = measure(indices[rows])
    refuse_extreme(distances.max(), distances.dtype)
    return indices


def _farthest_rows(measure, distances):
    """Each row the farthest from those before it, the first from row 0 (MaxMin)."""
    indices = np.empty(len(distances), dtype=np.int32)
    nearest = np.array(measure(np.array([0]))[0])
    farthest = nearest.argmax()
    nearest[:] = np.inf
    for landmark in range(len(distances)):
        indices[landmark] = farthest
        distances[landmark] = measure(indices[landmark : landmark + 1])[0]
        np.minimum(nearest, distances[landmark], out=nearest)
        nearest[farthest] = -1  # not again, even where the others are its copies
        farthest = nearest.argmax()
    return indices
