"""Checks of arguments that generators share."""

import numpy as np
import pytest

from skmanifold_nn.datasets._checks import (
    add_noise,
    balanced_labels,
    check_choice,
    check_count,
    check_number,
    check_pair,
    check_range,
)


def test_choices():
    assert check_choice("c", "a", ("a", "b")) == "a"
    for value in ("ab", ["a"], np.array(["a", "b"]), None):
        with pytest.raises(ValueError, match=r"^c must be 'a' or 'b', got .*[^:]\.$"):
            check_choice("c", value, ("a", "b"))
    with pytest.raises(ValueError, match=r"got 'd': take both\.$"):
        check_choice("c", "d", ("a", "b"), "take both")


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
    assert check_number("x", 1, 0, 1, closed=True) == 1
    with pytest.raises(ValueError, match=r"at least 0 and at most 1, got 1\.5"):
        check_number("x", 1.5, 0, 1, closed=True)


def test_pairs():
    for pair in ((1, 2), [1, 2], np.array([1, 2])):
        assert check_pair("p", pair) == (1, 2)
    assert check_pair("p", (1, (2, 3))) == (1, (2, 3))  # parts have checks of their own
    for wrong in (3, "ab", (1, 2, 3), {1, 2}, np.array(1), np.eye(2), None):
        with pytest.raises(ValueError, match=r"p must be a pair \(h, w\), got"):
            check_pair("p", wrong, "(h, w)")


def test_ranges():
    assert check_range("r", (1, 3), 1, 3) == (1, 3)
    assert check_range("r", (2, 2), 1, 3) == (2, 2)
    for wrong, name in (((0.9, 3), 0), ((1, 3.1), 1), ((3, 1), 1), (("a", 2), 0)):
        with pytest.raises(ValueError, match=rf"r\[{name}\] must be a number at least"):
            check_range("r", wrong, 1, 3)
    with pytest.raises(ValueError, match=r"r\[1\] must be a number above 2"):
        check_range("r", (2, 2), 1, 3, strict=True)


def test_labels_are_balanced_and_shuffled():
    y = balanced_labels(101, 3, np.random.RandomState(5))
    assert sorted(np.bincount(y)) == [33, 34, 34]
    assert y.dtype == np.int64
    assert not np.array_equal(y, np.arange(101) % 3)


def test_noise():
    noisy = add_noise(np.zeros((500, 3)), 0.3, np.random.RandomState(5))
    assert noisy.std() == pytest.approx(0.3, rel=0.05)
