"""Elbows and gaps of curves of which they are known, and of those without."""

import numpy as np
import pytest

from skmanifold_nn.plotting._elbow import elbow, gap


@pytest.mark.parametrize(("n", "bend"), [(3, 1), (7, 1), (7, 4), (30, 1), (30, 17)])
@pytest.mark.parametrize("sign", [1, -1])
def test_elbow_of_two_straight_lines(n, bend, sign):
    x = np.arange(1, n + 1)
    y = np.interp(x, [1, bend + 1, n], [10.0, 0.5, 0])
    assert elbow(x, sign * y + 3) == bend


def test_elbow_is_where_the_curve_is_as_steep_as_its_chord():
    # Kneedle's own example: 1 - y is 1 / (x + 0.1) but for scale, x from 0 to 1.
    x = np.linspace(0, 1, 1001)
    y = 1 / (x + 0.1)
    # y' = (y(1) - y(0)) / 1 where (x + 0.1)^2 = 0.1 * 1.1
    assert x[elbow(x, y)] == pytest.approx(np.sqrt(0.11) - 0.1, abs=1e-3)


def test_distances_of_dimensions_count():
    y = np.array([4, 2, 1, 0.9, 0.85, 0.8])
    assert elbow(np.array([1, 2, 4, 8, 12, 16]), y) == 2
    assert elbow(np.arange(6) * 7 + 3, y) == elbow(np.arange(6), y) == 2


@pytest.mark.parametrize("scale", [1, -1e-9, 1e6])
def test_straight_lines_have_no_elbow(rng, scale):
    x = np.arange(20)
    for noise in (0, 0.3):
        y = x + noise * rng.normal(size=20)
        assert elbow(x, scale * y) is None
        assert gap(scale * np.sort(x)) is None


def test_bows_have_no_elbow():
    x = np.linspace(0, 1, 12)
    assert elbow(x, np.exp(-x)) is None, "gentle"
    assert elbow(x, 1 - x**6) is None, "steep at its end"


def test_too_few_points():
    for y in ([], [1.0], [2.0, 1], [1.0, 1, 1]):
        y = np.array(y)
        assert elbow(np.arange(len(y)), y) is None
        assert gap(y) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_gap_is_the_largest_step_by_far(sign):
    y = sign * np.array([0.01, 0.02, 0.04, 0.9, 0.91, 1.0])
    assert gap(y) == 2
    assert gap(y[[0, 1, 2]]) == 1
    assert gap(sign * np.array([0.1, 0.5, 0.8, 0.9])) is None, "others are as large"
