"""Rows from which a measure looks at all rows: all of them, or a sample.

Every measure is a function f of sums over the rows looked from. Its standard error on a
sample is the jackknife's, one way for all: f of the sums without one group of anchors,
for each group in turn. A group is one anchor where the sums of every anchor are kept.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from .._typing import RandomState
from ._distances import check_integer

__all__ = [
    "SampledMeasure",
    "choose_anchors",
    "jackknife_error",
    "split_anchors",
    "value_and_error",
]

# Groups of anchors where the sums of each anchor are too many to keep: the error is
# known to 1 / sqrt(2 (N_GROUPS - 1)), 16%.
N_GROUPS = 20


def choose_anchors(
    n_samples: int, n_anchors: int | None, random_state: RandomState
) -> NDArray[np.int32]:
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


def split_anchors(anchors: NDArray[np.int32], n_samples: int) -> list[NDArray]:
    """Positions of anchors in random groups, one group only where all are anchors.

    Parameters
    ----------
    anchors : ndarray of shape (n_anchors,)
    n_samples : int

    Returns
    -------
    groups : list of ndarray
        Positions within `anchors`, ascending within each group.
    """
    m = len(anchors)
    if m == n_samples:
        return [np.arange(m)]
    # Not by turns: rows are often in an order, along which the measure changes.
    shuffled = np.random.RandomState(m).permutation(m)
    return [np.sort(part) for part in np.array_split(shuffled, min(N_GROUPS, m))]


def jackknife_error(
    left_out: NDArray[np.float64], n_anchors: int, n_samples: int
) -> NDArray[np.float64]:
    """Standard error of a function of sums over anchors drawn without replacement.

    Parameters
    ----------
    left_out : ndarray of shape (n_groups, ...)
        Its values without each group.
    n_anchors, n_samples : int

    Returns
    -------
    error : ndarray of shape (...)
        sqrt((1 - m / n) (g - 1) / g sum_i (v_i - mean v)^2); zero if all are anchors.
    """
    if n_anchors == n_samples:
        return np.zeros(np.shape(left_out)[1:])
    n_groups = len(left_out)
    with np.errstate(invalid="ignore"):  # NaN stays NaN, and infinite values have none
        spread = np.square(left_out - np.mean(left_out, axis=0)).sum(axis=0)
    share = (1 - n_anchors / n_samples) * (n_groups - 1) / n_groups
    return np.sqrt(share * spread)


def value_and_error(
    function: Callable[[NDArray, int], NDArray],
    sums: NDArray,
    n_samples: int,
    return_error: bool,
) -> float | tuple[float, float]:
    """What a public measure returns.

    Parameters
    ----------
    function : callable
        Of sums of shape (..., n_sums), over all anchors but those left out, and their
        number, to values of shape (...).
    sums : ndarray of shape (n_anchors, n_sums)
    n_samples : int
    return_error : bool

    Returns
    -------
    value : float
    error : float
        Only with `return_error`.
    """
    m = len(sums)
    total = sums.sum(axis=0)
    value = float(function(total, m))
    if not return_error:
        return value
    if m == n_samples:
        return value, 0.0
    return value, float(jackknife_error(function(total - sums, m - 1), m, n_samples))


class SampledMeasure:
    """A result with several values, which knows their errors if from a sample.

    It has the attributes `left_out`, the same results without each group of anchors, or
    None if all rows were anchors; `n_anchors` and `n_samples`.
    """

    def standard_error(self: Any, attribute: str) -> NDArray[np.float64] | Any:
        """Standard error of an attribute, by the jackknife over groups of anchors.

        Parameters
        ----------
        attribute : str
            Name of a number or a curve among the attributes.

        Returns
        -------
        error : float or ndarray
            Of the attribute's shape; zero if the result is from all samples.
        """
        value = np.asarray(getattr(self, attribute), dtype=np.float64)
        if not self.left_out:
            return np.zeros(value.shape) if value.ndim else 0.0
        values = [getattr(part, attribute) for part in self.left_out]
        if any(np.shape(v) != value.shape for v in values):
            raise ValueError(
                f"attribute must name a value of all anchors together, got "
                f"{attribute!r}, which has one value an anchor. Name a summary."
            )
        error = jackknife_error(np.array(values), self.n_anchors, self.n_samples)
        return error if value.ndim else float(error)
