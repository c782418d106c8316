"""Sequences that are made by a rule."""

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._checks import check_count

__all__ = ["make_adding_problem"]


def make_adding_problem(
    n_samples: int = 100,
    *,
    length: int = 100,
    max_length: int | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[np.float64] | list[NDArray[np.float64]], NDArray[np.float64]]:
    """Long sequences of numbers, two of which are marked and to be added.

    One mark is among the first ten steps, the other in the first half: a network has to
    keep what it has seen for at least half of the sequence. Always to answer 0.5 gives
    a mean squared error of about 0.039: 1/24, less what the zeros for the first step
    save.

    Parameters
    ----------
    n_samples : int, default=100
        Number of sequences.
    length : int, default=100
        Least number of steps, at least 6.
    max_length : int or None, default=None
        Largest number of steps, at least `length`; each sequence has its own number,
        all equally likely. None: all have `length` steps. The paper has a tenth more
        than `length`.
    random_state : int, RandomState instance or None, default=None
        Chooses lengths, numbers and marks.

    Returns
    -------
    X : ndarray of shape (n_samples, length, 2), float64, or list
        Number, uniform from -1 to 1, and mark at each step: 1 on the two numbers to be
        added, -1 at the first and the last step, 0 elsewhere. With `max_length`, a list
        of n_samples arrays of shape (n_steps, 2).
    y : ndarray of shape (n_samples,), float64
        ``0.5 + (first + second) / 4``, 0 to 1. If the first step is one of the two, its
        mark is 1 and its number counts as 0, as in the paper.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997,
    experiment 4.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(3, length=50, max_length=55, random_state=3)
    >>> [len(x) for x in X], y.round(2)
    ([52, 50, 51], array([0.5 , 0.32, 0.75]))
    """
    n_samples = check_count("n_samples", n_samples)
    length = check_count("length", length, 6)
    if max_length is not None:
        max_length = check_count("max_length", max_length, length)
    rng = check_random_state(random_state)

    lengths = rng.randint(length, (max_length or length) + 1, size=n_samples)
    X, y = [], np.empty(n_samples)
    for i, n_steps in enumerate(lengths):
        numbers, marks = rng.uniform(-1, 1, size=n_steps), np.zeros(n_steps)
        marks[[0, -1]] = -1
        first, second = _two_steps(n_steps, rng)
        marks[[first, second]] = 1
        terms = np.where([first == 0, second == 0], 0, numbers[[first, second]])
        y[i] = 0.5 + terms.sum() / 4
        X.append(np.column_stack([numbers, marks]))
    return (np.stack(X) if max_length is None else X), y


def _two_steps(n_steps: int, rng: np.random.RandomState) -> tuple[int, int]:
    """One of the first ten steps, and another one of the first half."""
    half = n_steps // 2
    first = rng.randint(min(10, half))
    second = rng.randint(half - 1)
    return first, second + (second >= first)
