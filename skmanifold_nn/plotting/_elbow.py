"""Where a curve bends, and where it jumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["elbow", "gap"]

# How far below the chord a bend lies, as a part of the curve's height; a straight line
# with noise and a gentle bow do not come so far.
LEAST_DEPTH = 0.2
# How much larger the largest step is than any other.
LEAST_RATIO = 2.0


def elbow(x: NDArray, y: NDArray) -> int | None:
    """Index of the point farthest from the chord, where steep turns to flat.

    The chord joins the curve's ends. Of all points on the side where the curve changes
    fast first and slowly then, the elbow is the farthest, as in Kneedle [1]_ without
    its smoothing. None if no point is far from the chord, or of fewer than three.

    References
    ----------
    .. [1] Satopaa, Albrecht, Irwin, Raghavan, "Finding a 'Kneedle' in a haystack:
       detecting knee points in system behavior", ICDCS workshops (2011).
    """
    if len(y) < 3 or y[0] == y[-1]:
        return None
    # Both from 0 to 1 between the ends.
    across = (x - x[0]) / (x[-1] - x[0])
    done = (y - y[0]) / (y[-1] - y[0])
    depths = done - across
    farthest = int(depths.argmax())
    return farthest if depths[farthest] >= LEAST_DEPTH else None


def gap(y: NDArray) -> int | None:
    """Index of the point before the largest step; None if others are nearly as large.

    With eigenvalues of a Laplacian this is the eigengap heuristic [1]_.

    References
    ----------
    .. [1] von Luxburg, "A tutorial on spectral clustering", Statistics and Computing
       17 (2007), section 8.3.
    """
    if len(y) < 3:
        return None
    steps = abs(np.diff(y))
    *_, second, largest = np.sort(steps)
    if largest <= 0 or largest < LEAST_RATIO * second:
        return None
    return int(steps.argmax())
