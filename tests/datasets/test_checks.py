"""Checks of arguments that generators share."""

import numpy as np
import pytest

from skmanifold_nn.datasets._checks import (
    add_noise,
    balanced_labels,
    check_count,
    check_number,
)


def test_counts():
    assert check_count("n", np.int32(3)) == 3
    for value in (0, 2.0, True, None, "3"):
        with pytest.raises(ValueError, match="n must be an int of at least 1, got"):
            check_count("n", value)


def test_numbers():
    assert check_number("x", 0, 0, 1) == 0
    assert check_number("x", np.float32(0.5), 0, 1) == 0.5
    for value in (-1, 1, np.nan, np.inf, "0.5", None):
        with pytest.raises(ValueError, match="x must be a number at least 0 and below"):
            check_number("x", value, 0, 1)
    with pytest.raises(ValueError, match=r"x must be a number above 0, got 0\."):
        check_number("x", 0, 0, strict=True)


def test_labels_are_balanced_and_shuffled():
    y = balanced_labels(101, 3, np.random.RandomState(5))
    assert sorted(np.bincount(y)) == [33, 34, 34]
    assert y.dtype == np.int64
    assert not np.array_equal(y, np.arange(101) % 3)


def test_noise():
    noisy = add_noise(np.zeros((500, 3)), 0.3, np.random.RandomState(5))
    assert noisy.std() == pytest.approx(0.3, rel=0.05)
