"""Arc length on Archimedes' spiral r = angle, and its inverse."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["angle_at", "arc_length"]


def arc_length(angle: ArrayLike) -> NDArray[np.float64]:
    """Length of the spiral from its centre to an angle in radians."""
    angle = np.asarray(angle, dtype=np.float64)
    # Integral of sqrt(1 + a^2).
    return (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle)) / 2


def angle_at(length: ArrayLike) -> NDArray[np.float64]:
    """Angle at which the spiral has this length."""
    length = np.asarray(length, dtype=np.float64)
    angle = np.sqrt(2 * length)  # too large: Newton's steps descend to the root
    for _ in range(8):
        angle = angle - (arc_length(angle) - length) / np.sqrt(1 + angle**2)
    return angle
