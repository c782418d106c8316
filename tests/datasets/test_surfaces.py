"""Surfaces: equations, true coordinates, holes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse.csgraph import shortest_path
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn.datasets import (
    make_severed_sphere,
    make_swiss_roll_hole,
    make_twin_peaks,
)
from skmanifold_nn.datasets._archimedes import arc_length

MAKERS = [make_severed_sphere, make_swiss_roll_hole, make_twin_peaks]
LENGTH = np.diff(arc_length([1.5 * np.pi, 4.5 * np.pi]))[0]


@pytest.mark.parametrize("make", MAKERS)
def test_what_all_surfaces_keep(make):
    X, coordinates = make(301, random_state=5)
    assert (X.shape, coordinates.shape) == ((301, 3), (301, 2))
    assert (X.dtype, coordinates.dtype) == (np.float64, np.float64)
    again = make(301, random_state=np.random.RandomState(5))
    assert_array_equal(again[0], X)
    assert not np.array_equal(make(301, random_state=6)[0], X)
    assert make(1, random_state=5)[0].shape == (1, 3)
    noisy, same = make(301, noise=0.2, random_state=5)
    assert_array_equal(same, coordinates)
    assert np.std(noisy - X) == pytest.approx(0.2, rel=0.1)
    for arguments in ({"n_samples": 0}, {"noise": -1}):
        with pytest.raises(ValueError, match="at least"):
            make(**arguments)


def test_swiss_roll_lies_on_the_spiral_and_unrolls():
    X, coordinates = make_swiss_roll_hole(1000, random_state=5)
    angle = np.hypot(X[:, 0], X[:, 2])  # r = angle
    assert_allclose(angle * np.cos(angle), X[:, 0], atol=1e-12)
    assert_allclose(angle * np.sin(angle), X[:, 2], atol=1e-12)
    assert_allclose(
        arc_length(angle) - arc_length(1.5 * np.pi), coordinates[:, 0], atol=1e-12
    )
    assert_array_equal(X[:, 1], coordinates[:, 1])
    assert 0 <= coordinates.min()
    assert (coordinates <= [LENGTH, 21]).all()


@pytest.mark.parametrize("hole", [(1 / 3, 1 / 3), (0.5, 0.2), (0.2, 0), (0, 0)])
def test_the_hole_is_empty_and_the_rest_even(hole):
    _, coordinates = make_swiss_roll_hole(20_000, hole=hole, random_state=5)
    unit = coordinates / [LENGTH, 21]
    away = np.abs(unit - 0.5) >= np.array(hole) / 2 - 1e-12
    assert away.any(axis=1).all()
    # Shares of strips: left, and below the hole.
    area = 1 - hole[0] * hole[1]
    left = (unit[:, 0] < (1 - hole[0]) / 2).mean()
    assert left == pytest.approx((1 - hole[0]) / 2 / area, abs=0.015)
    below = (unit[:, 1] < (1 - hole[1]) / 2).mean()
    assert below == pytest.approx((1 - hole[1]) / 2 / area, abs=0.015)


def test_true_coordinates_are_geodesic_on_the_whole_roll():
    X, coordinates = make_swiss_roll_hole(2000, hole=(0, 0), random_state=5)
    graph = kneighbors_graph(X, 12, mode="distance")
    paths = shortest_path(graph, directed=False, indices=[0])[0]
    true = np.linalg.norm(coordinates - coordinates[0], axis=1)
    far = true > 15
    assert_allclose(np.median(paths[far] / true[far]), 1, atol=0.06)


@pytest.mark.parametrize(
    "hole", [0.3, (0.3,), (0.3, 1), (-0.1, 0.3), "ab", (0.1, (1, 2))]
)
def test_holes_that_are_refused(hole):
    with pytest.raises(ValueError, match=r"hole(\[[01]\])? must be a"):
        make_swiss_roll_hole(hole=hole)


def test_severed_sphere():
    X, coordinates = make_severed_sphere(2000, random_state=5)
    assert_allclose((X**2).sum(axis=1), 1, rtol=1e-12)
    longitude, colatitude = coordinates.T
    assert_allclose(np.arctan2(X[:, 1], X[:, 0]) % (2 * np.pi), longitude, atol=1e-12)
    assert_allclose(np.arccos(X[:, 2]), colatitude, atol=1e-12)
    assert 0 <= longitude.min() < 0.05
    assert 2 * np.pi - 0.6 < longitude.max() <= 2 * np.pi - 0.55
    assert np.pi / 8 <= colatitude.min() < np.pi / 8 + 0.1
    assert np.pi * 7 / 8 - 0.1 < colatitude.max() <= np.pi * 7 / 8
    # Even on the area: heights are uniform.
    expected = np.linspace(-1, 1, 2000) * np.cos(np.pi / 8)
    assert np.abs(np.sort(X[:, 2]) - expected).max() < 0.05


def test_whole_sphere_and_what_is_refused():
    X, coordinates = make_severed_sphere(4000, cap=0, slice_angle=0, random_state=5)
    assert np.abs(X.mean(axis=0)).max() < 0.03
    assert coordinates[:, 0].max() > 6.27
    for arguments in ({"cap": np.pi / 2}, {"slice_angle": 2 * np.pi}, {"cap": -0.1}):
        with pytest.raises(ValueError, match="must be a number at least 0 and below"):
            make_severed_sphere(**arguments)


def test_twin_peaks():
    X, coordinates = make_twin_peaks(2000, height=2.0, random_state=5)
    assert_array_equal(X[:, :2], coordinates)
    a, b = coordinates.T
    assert_allclose(X[:, 2], 2 * np.sin(np.pi * a) * np.tanh(3 * b), atol=1e-12)
    assert 0.97 < np.abs(coordinates).max() <= 1
    # Two peaks and two hollows, in opposite corners.
    high, low = X[:, 2] > 1.8, X[:, 2] < -1.8
    assert set(zip(a[high] > 0, b[high] > 0, strict=True)) == {
        (True,) * 2,
        (False,) * 2,
    }
    assert set(zip(a[low] > 0, b[low] > 0, strict=True)) == {
        (True, False),
        (False, True),
    }
    assert_array_equal(make_twin_peaks(5, height=0)[0][:, 2], 0)
