"""Pictures of a printed target that is moved and tilted."""

from numbers import Real

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._checks import (
    add_noise,
    check_choice,
    check_count,
    check_number,
    check_pair,
    check_range,
)

__all__ = ["make_tilted_target"]

_FOCAL_LENGTH = 1.5  # of the picture's width
_HALF_SIDE = 0.33  # of the picture's height, for the card as it faces the camera
_DOTS = 0.55 * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
_DOT_RADIUS = 0.25
_PAPER, _CARD, _DOT = 0.6, 0.1, 1.0  # grey values
_RAYS = 3  # along each side of a pixel


def make_tilted_target(
    n_samples: int = 200,
    *,
    x: float | tuple[float, float] = 0.0,
    y: float | tuple[float, float] = 0.0,
    roll: float | tuple[float, float] = 0.0,
    pan: float | tuple[float, float] = (-45.0, 45.0),
    tilt: float | tuple[float, float] = (-45.0, 45.0),
    size: tuple[int, int] = (36, 48),
    blur: float = 0.7,
    order: str = "random",
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pictures of a flat target with four dots, and its true pose in each.

    A camera looks at a dark card that is moved, turned and tilted. Pictures have many
    pixels but few degrees of freedom, those of the pose: Isomap recovers pan and tilt,
    while two principal components tell almost nothing of them, because opposite tilts
    look much alike.

    Parameters
    ----------
    n_samples : int, default=200
        Number of pictures.
    x, y : float or (float, float), default=0.0
        Place of the card's centre, in pixels to the right of the picture's centre and
        below it. Here and in what follows, a pair is a range and varies; a number is
        the same in all pictures.
    roll : float or (float, float), default=0.0
        Turn in the card's own plane, in degrees, clockwise. A quarter turn shows the
        same picture.
    pan : float or (float, float), default=(-45.0, 45.0)
        Turn around the card's vertical axis, in degrees from -80 to 80: positive if the
        right side is farther away.
    tilt : float or (float, float), default=(-45.0, 45.0)
        Turn around the card's horizontal axis, in degrees from -80 to 80: positive if
        the upper side is farther away.
    size : (int, int), default=(36, 48)
        Height and width of the pictures.
    blur : float, default=0.7
        Standard deviation of the camera's Gaussian blur, in pixels.
    order : {"random", "film"}, default="random"
        Whether poses are independent and uniform, or those of a smooth movement.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to the pictures.
    random_state : int, RandomState instance or None, default=None
        Chooses poses and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, height, width), float64
        Grey values, 0 for black to 1 for white if there is no noise.
    pose : ndarray of shape (n_samples, n_varying), float64
        What varies, in the order x, y, roll, pan, tilt; pixels and degrees.

    Raises
    ------
    ValueError
        If an argument is out of its range, or nothing varies.

    References
    ----------
    Hartley and Zisserman, "Multiple view geometry in computer vision", Cambridge
    University Press, 2004: pinhole camera, chapter 6.
    Tenenbaum, de Silva and Langford, "A global geometric framework for nonlinear
    dimensionality reduction", Science 290, 2000: pictures as points of a manifold.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_tilted_target
    >>> X, pose = make_tilted_target(100, random_state=3)
    >>> X.shape, pose.shape
    ((100, 36, 48), (100, 2))
    >>> pose[0].round(1)
    array([ 4.6, 18.7])
    """
    n_samples = check_count("n_samples", n_samples)
    height, width = check_pair("size", size, "(height, width)")
    height = check_count("size[0]", height, 8)
    width = check_count("size[1]", width, 8)
    blur = check_number("blur", blur, 0)
    noise = check_number("noise", noise, 0)
    order = check_choice("order", order, ("random", "film"))
    given = {"x": x, "y": y, "roll": roll, "pan": pan, "tilt": tilt}
    ranges = np.array([_checked_range(name, given[name]) for name in given])
    varies = ranges[:, 0] < ranges[:, 1]
    if not varies.any():
        raise ValueError("One of x, y, roll, pan and tilt must be a pair (low, high).")
    rng = check_random_state(random_state)

    poses = np.tile(ranges[:, 0], (n_samples, 1))
    shares = _shares(n_samples, varies.sum(), order, rng)
    poses[:, varies] += shares * np.diff(ranges[varies], axis=1).T
    X = np.stack([_picture(pose, height, width, blur) for pose in poses])
    return add_noise(X, noise, rng), poses[:, varies]


def _checked_range(name: str, value: float | tuple[float, float]) -> tuple[float, ...]:
    """Ends of a range; both are the same for a number."""
    most = 80 if name in ("pan", "tilt") else 1000
    if isinstance(value, Real):
        return (check_number(name, value, -most, most, closed=True),) * 2
    if not isinstance(value, tuple | list | np.ndarray):
        raise ValueError(
            f"{name} must be a number or a pair (low, high), got {value!r}."
        )
    return check_range(name, value, -most, most, strict=True)


def _shares(
    n_samples: int, n_varying: int, order: str, rng: np.random.RandomState
) -> NDArray[np.float64]:
    """Where in its range each quantity is, from 0 to 1."""
    if order == "random":
        return rng.uniform(size=(n_samples, n_varying))
    # Swings of frequencies that have no common period, as by hand.
    time = np.linspace(0, 2 * np.pi, n_samples)[:, None]
    swings = 1.5 * np.sqrt(1 + 2 * np.arange(n_varying))
    phase = rng.uniform(0, 2 * np.pi, size=n_varying)
    return 0.5 + 0.5 * np.sin(swings * time + phase)


def _rotation(roll: float, pan: float, tilt: float) -> NDArray[np.float64]:
    """From the card's axes to the camera's: right, down, away."""
    (c, s), (e, p), (d, q) = (
        (np.cos(angle), np.sin(angle)) for angle in np.radians([roll, pan, tilt])
    )
    in_plane = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    around_vertical = np.array([[e, 0, -p], [0, 1, 0], [p, 0, e]])
    around_horizontal = np.array([[1, 0, 0], [0, d, q], [0, -q, d]])
    return around_vertical @ around_horizontal @ in_plane


def _picture(
    pose: NDArray[np.float64], height: int, width: int, blur: float
) -> NDArray[np.float64]:
    """The card as a pinhole camera sees it, by rays through the pixels."""
    from scipy.ndimage import gaussian_filter

    x, y, *angles = pose
    turn = _rotation(*angles)
    focal = _FOCAL_LENGTH * width
    distance = focal / (_HALF_SIDE * height)  # in half sides of the card
    middle = distance * np.array([x / focal, y / focal, 1])
    down, right = (
        (np.arange(n * _RAYS) + 0.5) / _RAYS - n / 2 for n in (height, width)
    )
    rays = np.stack(
        [*np.meshgrid(right / focal, down / focal), np.ones((len(down), len(right)))]
    )
    # A ray meets the card's plane where normal . (reach ray - middle) = 0.
    normal = turn[:, 2]
    reach = normal @ middle / np.tensordot(normal, rays, 1)
    u, v = np.tensordot(turn[:, :2].T, reach * rays - middle[:, None, None], 1)
    grey = np.where((np.maximum(np.abs(u), np.abs(v)) < 1) & (reach > 0), _CARD, _PAPER)
    for a, b in _DOTS:
        grey[((u - a) ** 2 + (v - b) ** 2 < _DOT_RADIUS**2) & (reach > 0)] = _DOT
    pixels = grey.reshape(height, _RAYS, width, _RAYS).mean(axis=(1, 3))
    return gaussian_filter(pixels, blur, mode="nearest") if blur else pixels
