"""Classes of points that no straight line separates."""

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._archimedes import angle_at, arc_length
from ._checks import (
    add_noise,
    balanced_labels,
    check_count,
    check_number,
    check_pair,
)

__all__ = ["make_disc_and_ring", "make_linked_rings", "make_spirals"]

_FIRST_ANGLE = np.pi / 2  # spirals do not begin in the centre, where they would meet
# Centres of linked rings: neighbours, and every other one, stay 2/3 apart.
_RING_SPACING = 4 / 3


def make_spirals(
    n_samples: int = 200,
    *,
    n_spirals: int = 2,
    turns: float = 1.5,
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Entangled spirals in the plane, one a class.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples in all.
    n_spirals : int, default=2
        Number of spirals, each turned by the same angle from the one before.
    turns : float, default=1.5
        How often each winds around the centre, above 0.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to X. Spirals are ``4 /
        (n_spirals * (4 * turns + 1))`` apart along a radius.
    random_state : int, RandomState instance or None, default=None
        Chooses samples and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, 2), float64
        Samples, equally dense along the spirals, which end at distance 1 from the
        origin.
    y : ndarray of shape (n_samples,), int64
        Spirals, from 0.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Lang and Witbrock, "Learning to tell two spirals apart", Proceedings of the 1988
    Connectionist Models Summer School.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_spirals
    >>> X, y = make_spirals(300, n_spirals=3, random_state=3)
    >>> X.shape, y[:6]
    ((300, 2), array([0, 1, 1, 1, 1, 2]))
    """
    n_samples = check_count("n_samples", n_samples)
    n_spirals = check_count("n_spirals", n_spirals)
    turns = check_number("turns", turns, 0, strict=True)
    noise = check_number("noise", noise, 0)
    rng = check_random_state(random_state)

    y = balanced_labels(n_samples, n_spirals, rng)
    last = _FIRST_ANGLE + 2 * np.pi * turns
    lengths = rng.uniform(*arc_length([_FIRST_ANGLE, last]), size=n_samples)
    angle = angle_at(lengths)
    radius = angle / last
    angle += 2 * np.pi / n_spirals * y
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return add_noise(X, noise, rng), y


def make_linked_rings(
    n_samples: int = 1000,
    *,
    n_rings: int = 2,
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rings in space, each linked with the next as in a chain.

    Two rings are a Hopf link: no continuous one-to-one map of space onto itself pulls
    them apart, and no layers of three units bring them to two sides of a plane; four
    dimensions are enough. What such layers can find is a gap between two samples.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples in all.
    n_rings : int, default=2
        Number of rings.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to X. Rings are 2/3 apart.
    random_state : int, RandomState instance or None, default=None
        Chooses samples and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, 3), float64
        Samples on circles of radius 1. Ring k has its centre at (4/3 * k, 0, 0), and
        lies in the plane of the first two axes if k is even, else in that of the first
        and the third.
    y : ndarray of shape (n_samples,), int64
        Rings, from 0.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Olah, "Neural networks, manifolds, and topology", 2014.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_linked_rings
    >>> X, y = make_linked_rings(500, random_state=3)
    >>> X.shape, y[:6]
    ((500, 3), array([0, 1, 1, 1, 1, 0]))
    """
    n_samples = check_count("n_samples", n_samples)
    n_rings = check_count("n_rings", n_rings)
    noise = check_number("noise", noise, 0)
    rng = check_random_state(random_state)

    y = balanced_labels(n_samples, n_rings, rng)
    angle = rng.uniform(0, 2 * np.pi, size=n_samples)
    X = np.zeros((n_samples, 3))
    X[:, 0] = _RING_SPACING * y + np.cos(angle)
    X[np.arange(n_samples), 1 + y % 2] = np.sin(angle)
    return add_noise(X, noise, rng), y


def make_disc_and_ring(
    n_samples: int = 200,
    *,
    disc_radius: float = 0.5,
    ring: tuple[float, float] = (0.75, 1.0),
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A disc, and a ring around it.

    No continuous one-to-one map of the plane onto itself brings them to two sides of a
    line, and no network does whose layers have only two units; three are enough.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples in all, half of them on the disc.
    disc_radius : float, default=0.5
        Radius of the disc, above 0.
    ring : (float, float), default=(0.75, 1.0)
        Inner and outer radius of the ring; the inner one is larger than the disc's.
    noise : float, default=0.0
        Standard deviation of normal noise that is added to X.
    random_state : int, RandomState instance or None, default=None
        Chooses samples and noise.

    Returns
    -------
    X : ndarray of shape (n_samples, 2), float64
        Samples, equally dense on the disc and equally dense on the ring.
    y : ndarray of shape (n_samples,), int64
        0 on the disc, 1 on the ring.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Olah, "Neural networks, manifolds, and topology", 2014.
    Johnson, "Deep, skinny neural networks are not universal approximators",
    International Conference on Learning Representations, 2019.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_disc_and_ring
    >>> X, y = make_disc_and_ring(300, random_state=3)
    >>> X.shape, y[:6]
    ((300, 2), array([0, 1, 1, 0, 1, 0]))
    """
    n_samples = check_count("n_samples", n_samples)
    disc_radius = check_number("disc_radius", disc_radius, 0, strict=True)
    inner, outer = check_pair("ring", ring, "(inner radius, outer radius)")
    inner = check_number("ring[0]", inner, 0, strict=True)
    if inner <= disc_radius:
        raise ValueError(
            "ring[0], the ring's inner radius, must be above "
            f"disc_radius={disc_radius}, got {inner}: give a larger ring."
        )
    outer = check_number("ring[1]", outer, inner, strict=True)
    noise = check_number("noise", noise, 0)
    rng = check_random_state(random_state)

    y = balanced_labels(n_samples, 2, rng)
    low, high = np.where(y == 1, [[inner], [outer]], [[0.0], [disc_radius]])
    # The area within a radius grows with its square.
    radius = np.sqrt(rng.uniform(low**2, high**2))
    angle = rng.uniform(0, 2 * np.pi, size=n_samples)
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return add_noise(X, noise, rng), y
