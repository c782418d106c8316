"""Checks of arguments that generators share."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "add_noise",
    "balanced_labels",
    "check_choice",
    "check_count",
    "check_number",
    "check_pair",
    "check_range",
]


def check_choice(
    name: str, value: str, choices: tuple[str, str], remedy: str = ""
) -> str:
    """One of two words."""
    if not isinstance(value, str) or value not in choices:
        first, second = choices
        end = f": {remedy}." if remedy else "."
        raise ValueError(f"{name} must be {first!r} or {second!r}, got {value!r}{end}")
    return value


def check_count(name: str, value: int, least: int = 1) -> int:
    """An int of at least `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be an int of at least {least}, got {value!r}.")
    return int(value)


def check_number(
    name: str,
    value: float,
    low: float,
    high: float = np.inf,
    *,
    strict: bool = False,
    closed: bool = False,
) -> float:
    """A finite number from `low` to below `high`.

    Above `low` if `strict`, up to `high` if `closed`.
    """
    fits = (
        isinstance(value, Real)
        and np.isfinite(value)
        and (low < value if strict else low <= value)
        and (value <= high if closed else value < high)
    )
    if not fits:
        rule = f"above {low}" if strict else f"at least {low}"
        if high < np.inf:
            rule += f" and at most {high}" if closed else f" and below {high}"
        raise ValueError(f"{name} must be a number {rule}, got {value!r}.")
    return float(value)


def check_pair(
    name: str, pair: Sequence[Any] | NDArray, of: str = "(low, high)"
) -> tuple[Any, Any]:
    """Two things, as a tuple, list or array."""
    if isinstance(pair, np.ndarray):
        fits = pair.shape == (2,)
    else:  # np.shape refuses (0.1, (0.2, 0.3)) in words of its own
        fits = isinstance(pair, tuple | list) and len(pair) == 2
    if not fits:
        raise ValueError(f"{name} must be a pair {of}, got {pair!r}.")
    first, second = pair
    return first, second


def check_range(
    name: str,
    pair: Sequence[float] | NDArray,
    least: float,
    most: float,
    *,
    strict: bool = False,
) -> tuple[float, float]:
    """Two numbers from `least` to `most`, the first not above the second.

    Below it if `strict`.
    """
    low, high = check_pair(name, pair)
    low = check_number(f"{name}[0]", low, least, most, closed=True)
    high = check_number(f"{name}[1]", high, low, most, strict=strict, closed=True)
    return low, high


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
