"""Sequences that are made by a rule."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn.datasets import make_adding_problem


@pytest.mark.parametrize(("length", "max_length"), [(50, 55), (6, 9), (30, 30)])
def test_adding_problem(length, max_length):
    X, y = make_adding_problem(
        400, length=length, max_length=max_length, random_state=5
    )
    assert {len(x) for x in X} == set(range(length, max_length + 1))
    first_was_marked = False
    for sequence, target in zip(X, y, strict=True):
        numbers, marks = sequence.T
        assert np.abs(numbers).max() <= 1
        places = np.flatnonzero(marks == 1)
        assert len(places) == 2
        assert places[0] < 10
        assert places[1] < len(sequence) // 2
        assert marks[-1] == -1
        assert marks[0] == (1 if places[0] == 0 else -1)
        assert_array_equal(np.delete(marks, [0, -1, *places]), 0)
        first_was_marked |= places[0] == 0
        terms = numbers[places[places > 0]]
        assert_allclose(target, 0.5 + terms.sum() / 4, atol=1e-12)
    assert first_was_marked


def test_equal_lengths_are_one_array():
    X, y = make_adding_problem(2000, length=40, random_state=5)
    assert (X.shape, y.shape) == ((2000, 40, 2), (2000,))
    assert (X.dtype, y.dtype) == (np.float64, np.float64)
    assert_array_equal(make_adding_problem(2000, length=40, random_state=5)[0], X)
    assert not np.array_equal(make_adding_problem(2000, length=40)[0], X)
    assert make_adding_problem(1, random_state=5)[0].shape == (1, 100, 2)


def test_error_of_the_constant_answer():
    _, y = make_adding_problem(10_000, random_state=5)
    # A number has the variance 1/3, and counts unless it is that of the first step.
    n_counted = 2 - 1 / 10 - 9 / 10 / 49
    assert np.mean((y - 0.5) ** 2) == pytest.approx(n_counted / 48, rel=0.03)
    assert n_counted / 48 == pytest.approx(0.039, abs=5e-4), "as the docstring says"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples must be"),
        ({"length": 5}, "length must be an int of at least 6"),
        ({"max_length": 99}, "max_length must be an int of at least 100, got 99"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_adding_problem(**arguments)
