"""Surfaces in space whose coordinates are known."""

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._archimedes import angle_at, arc_length
from ._checks import add_noise, check_count, check_number, check_pair

__all__ = ["make_severed_sphere", "make_swiss_roll_hole", "make_twin_peaks"]

_ROLL_ANGLES = (1.5 * np.pi, 4.5 * np.pi)
_ROLL_HEIGHT = 21.0


def make_swiss_roll_hole(
    n_samples: int = 1000,
    *,
    hole: tuple[float, float] = (1 / 3, 1 / 3),
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Swiss roll with a rectangular hole, and its true flat coordinates.

    The roll is that of :func:`sklearn.datasets.make_swiss_roll`, but samples are
    equally dense everywhere on it. A hole makes the parameter domain non-convex:
    shortest paths bend around it, which Isomap takes for distance. Hessian LLE,
    modified LLE and LTSA are not misled.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    hole : (float, float), default=(1/3, 1/3)
        Width and height of the hole in its middle as shares of the unrolled rectangle's
        length and height, each from 0 to below 1. (0, 0) is a whole roll.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to X.
    random_state : int, RandomState instance or None, default=None
        Chooses samples and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, 3), float64
        ``(angle * cos(angle), height, angle * sin(angle))``, angles from 1.5 pi to
        4.5 pi.
    coordinates : ndarray of shape (n_samples, 2), float64
        Arc length from the inner edge, 0 to about 89.4, and height, 0 to 21: geodesic
        distances on the whole roll are Euclidean in these.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Donoho and Grimes, "Hessian eigenmaps: locally linear embedding techniques for
    high-dimensional data", PNAS 100, 2003.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_swiss_roll_hole
    >>> X, coordinates = make_swiss_roll_hole(500, random_state=3)
    >>> X.shape, coordinates.shape
    ((500, 3), (500, 2))
    >>> coordinates.max(axis=0).round()
    array([89., 21.])
    """
    n_samples = check_count("n_samples", n_samples)
    noise = check_number("noise", noise, 0)
    width, height = check_pair("hole", hole, "(width, height)")
    width = check_number("hole[0]", width, 0, 1)
    height = check_number("hole[1]", height, 0, 1)
    rng = check_random_state(random_state)

    inner, outer = arc_length(_ROLL_ANGLES)
    unit = _square_with_hole(rng.uniform(size=(n_samples, 3)), width, height)
    coordinates = unit * [outer - inner, _ROLL_HEIGHT]
    angle = angle_at(inner + coordinates[:, 0])
    X = np.column_stack(
        [angle * np.cos(angle), coordinates[:, 1], angle * np.sin(angle)]
    )
    return add_noise(X, noise, rng), coordinates


def _square_with_hole(
    draws: NDArray[np.float64], width: float, height: float
) -> NDArray[np.float64]:
    """Uniform places in the unit square without a rectangle in its middle."""
    which, x, y = draws.T
    beside = (1 - width) / (1 - width * height)  # share of the area left and right
    x_beside = x * (1 - width)
    x_beside += np.where(x_beside >= (1 - width) / 2, width, 0)
    x_along = (1 - width) / 2 + width * x
    y_along = y * (1 - height)
    y_along += np.where(y_along >= (1 - height) / 2, height, 0)
    is_beside = which < beside
    return np.column_stack(
        [np.where(is_beside, x_beside, x_along), np.where(is_beside, y, y_along)]
    )


def make_severed_sphere(
    n_samples: int = 1000,
    *,
    cap: float = np.pi / 8,
    slice_angle: float = 0.55,
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit sphere without its poles and a slice from pole to pole.

    What is left can be flattened, though not without distortion, as in scikit-learn's
    example of manifold learning on a severed sphere. Samples are equally dense
    everywhere.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    cap : float, default=pi/8
        Angle in radians from each pole to the edge, at least 0 and below pi/2.
    slice_angle : float, default=0.55
        Range of longitudes in radians that is missing, at least 0 and below 2 pi.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to X.
    random_state : int, RandomState instance or None, default=None
        Chooses samples and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, 3), float64
        Points at distance 1 from the origin if there is no noise.
    coordinates : ndarray of shape (n_samples, 2), float64
        Longitude, 0 to 2 pi - slice_angle, and angle from the pole (0, 0, 1), cap to
        pi - cap, in radians.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    scikit-learn, "Manifold learning methods on a severed sphere", examples.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_severed_sphere
    >>> X, coordinates = make_severed_sphere(500, random_state=3)
    >>> X.shape, coordinates.shape
    ((500, 3), (500, 2))
    >>> float((X**2).sum(axis=1).max().round(12))
    1.0
    """
    n_samples = check_count("n_samples", n_samples)
    cap = check_number("cap", cap, 0, np.pi / 2)
    slice_angle = check_number("slice_angle", slice_angle, 0, 2 * np.pi)
    noise = check_number("noise", noise, 0)
    rng = check_random_state(random_state)

    longitude = (2 * np.pi - slice_angle) * rng.uniform(size=n_samples)
    # A zone's area is proportional to its extent along the axis (Archimedes).
    height = np.cos(cap) * rng.uniform(-1, 1, size=n_samples)
    radius = np.sqrt(1 - height**2)
    X = np.column_stack(
        [radius * np.cos(longitude), radius * np.sin(longitude), height]
    )
    coordinates = np.column_stack([longitude, np.arccos(height)])
    return add_noise(X, noise, rng), coordinates


def make_twin_peaks(
    n_samples: int = 1000,
    *,
    height: float = 1.0,
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A sheet with two peaks and two hollows.

    A graph over the square: no path has to go far around anything, but it is curved in
    both directions, so that nothing flattens it without distortion.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    height : float, default=1.0
        Height of the peaks, at least 0.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to X.
    random_state : int, RandomState instance or None, default=None
        Chooses samples and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, 3), float64
        ``(a, b, height * sin(pi * a) * tanh(3 * b))``.
    coordinates : ndarray of shape (n_samples, 2), float64
        Those called a and b, uniform from -1 to 1.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Saul and Roweis, "Think globally, fit locally: unsupervised learning of low
    dimensional manifolds", Journal of Machine Learning Research 4, 2003.
    van der Maaten, Postma and van den Herik, "Dimensionality reduction: a comparative
    review", 2009.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_twin_peaks
    >>> X, coordinates = make_twin_peaks(500, random_state=3)
    >>> X.shape, coordinates.shape
    ((500, 3), (500, 2))
    >>> bool(abs(X[:, 2]).max() < 1)
    True
    """
    n_samples = check_count("n_samples", n_samples)
    height = check_number("height", height, 0)
    noise = check_number("noise", noise, 0)
    rng = check_random_state(random_state)

    coordinates = rng.uniform(-1, 1, size=(n_samples, 2))
    a, b = coordinates.T
    X = np.column_stack([a, b, height * np.sin(np.pi * a) * np.tanh(3 * b)])
    return add_noise(X, noise, rng), coordinates
