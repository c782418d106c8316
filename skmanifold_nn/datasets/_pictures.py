"""Pictures that are drawn by a rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from ._checks import add_noise, balanced_labels, check_count, check_number

__all__ = ["make_hook_images"]

# The corners that two strokes make in 2 x 2 places. The first one is the hook: to the
# right, then down.
CORNERS = np.array(
    [
        [[1, 1], [0, 1]],
        [[1, 1], [1, 0]],
        [[1, 0], [1, 1]],
        [[0, 1], [1, 1]],
    ]
)


def make_hook_images(
    n_samples: int = 100,
    *,
    size: int = 4,
    places: str | ArrayLike = "all",
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pictures of one small corner somewhere, some of which are hooks.

    A hook is a stroke to the right that turns down, as in many Chinese characters:
    three of 2 x 2 places. Half of the pictures have one, the others one of the three
    corners that are turned otherwise. All have the same number of strokes' places, so
    that nothing but the shape tells.

    Parameters
    ----------
    n_samples : int, default=100
        Number of pictures.
    size : int, default=4
        Height and width, at least 2.
    places : "all" or array-like of shape (n_places, 2), default="all"
        Lines and columns at which the corners' squares of 2 x 2 may begin: of each
        picture one of them. All are (size - 1) * (size - 1).
    noise : float, default=0.0
        Standard deviation of normal noise that is added.
    random_state : int, RandomState instance or None, default=None
        Chooses corners, places and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, size, size, 1), float64
        Pictures, 1 on a stroke and 0 elsewhere.
    y : ndarray of shape (n_samples,), int64
        1 for hooks, 0 for the others.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_hook_images
    >>> X, y = make_hook_images(6, places=[(0, 1)], random_state=3)
    >>> X.shape, y
    ((6, 4, 4, 1), array([1, 1, 0, 1, 0, 0]))
    >>> print(X[1, :, :, 0].astype(int))
    [[0 1 1 0]
     [0 0 1 0]
     [0 0 0 0]
     [0 0 0 0]]
    """
    n_samples = check_count("n_samples", n_samples)
    size = check_count("size", size, 2)
    noise = check_number("noise", noise, 0)
    places = _checked_places(places, size)
    rng = check_random_state(random_state)

    y = balanced_labels(n_samples, 2, rng)
    corners = np.where(y == 1, 0, rng.randint(1, len(CORNERS), size=n_samples))
    lines, columns = places[rng.randint(len(places), size=n_samples)].T
    X = np.zeros((n_samples, size, size, 1))
    within = np.arange(2)
    X[
        np.arange(n_samples)[:, None, None],
        lines[:, None, None] + within[:, None],
        columns[:, None, None] + within,
        0,
    ] = CORNERS[corners]
    return add_noise(X, noise, rng), y


def _checked_places(places: str | ArrayLike, size: int) -> NDArray[np.intp]:
    if isinstance(places, str) and places == "all":
        return np.argwhere(np.ones((size - 1, size - 1)))
    try:
        array = np.asarray(places)
    except ValueError:  # rows of different lengths
        array = np.empty(0, dtype=np.intp)
    if (
        array.ndim != 2
        or array.shape[1] != 2
        or not len(array)
        or array.dtype.kind not in "iu"
        or array.min() < 0
        or array.max() > size - 2
    ):
        raise ValueError(
            "places must be 'all' or pairs of a line and a column, each from 0 to "
            f"{size - 2} in pictures of size {size}, got {places!r}."
        )
    return array
