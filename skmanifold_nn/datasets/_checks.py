"""Checks of arguments that generators share."""

from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_noise", "balanced_labels", "check_count", "check_number"]


def check_count(name: str, value: int, least: int = 1) -> int:
    """An int of at least `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be an int of at least {least}, got {value!r}.")
    return int(value)


def check_number(
    name: str, value: float, low: float, high: float = np.inf, *, strict: bool = False
) -> float:
    """A finite number from `low` to below `high`; above `low` if `strict`."""
    fits = (
        isinstance(value, Real)
        and np.isfinite(value)
        and (low < value if strict else low <= value)
        and value < high
    )
    if not fits:
        rule = f"above {low}" if strict else f"at least {low}"
        if high < np.inf:
            rule += f" and below {high}"
        raise ValueError(f"{name} must be a number {rule}, got {value!r}.")
    return float(value)


def balanced_labels(
    n_samples: int, n_classes: int, rng: np.random.RandomState
) -> NDArray[np.int64]:
    """Classes from 0 in random order, as equal in number as can be."""
    return rng.permutation(np.arange(n_samples, dtype=np.int64) % n_classes)


def add_noise(
    X: NDArray[np.float64], noise: float, rng: np.random.RandomState
) -> NDArray[np.float64]:
    """Normal noise of standard deviation `noise` on all coordinates, in place."""
    if noise:
        X += noise * rng.standard_normal(X.shape)
    return X
