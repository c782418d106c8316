"""Planes of representations, and what linear models find in them."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from skmanifold_nn.plotting._separability import LinearMap, separability_of


def test_two_units_are_left_as_they_are(rng):
    rows = rng.normal(size=(20, 2)) + 5
    plane = LinearMap.to_plane(rows)
    np.testing.assert_array_equal(plane(rows), rows)
    assert plane.share == 1
    one = LinearMap.to_plane(rows[:, :1])(rows[:, :1])
    np.testing.assert_array_equal(one, np.column_stack([rows[:, 0], np.zeros(20)]))


def test_more_units_are_principal_components(rng):
    rows = rng.normal(size=(50, 6)) * [1, 4, 1, 9, 2, 1] + 3
    plane = LinearMap.to_plane(rows)
    pca = PCA(2).fit(rows)
    np.testing.assert_allclose(np.abs(plane(rows)), np.abs(pca.transform(rows)))
    assert plane.share == pytest.approx(pca.explained_variance_ratio_.sum())
    assert (plane.axes[np.abs(plane.axes).argmax(axis=0), [0, 1]] > 0).all()
    # What else is moved goes by the samples' axes; of any number of axes.
    grid = rng.normal(size=(3, 4, 6))
    np.testing.assert_allclose(plane(grid)[2, 1], plane(grid[2, 1]))
    np.testing.assert_allclose(plane(grid + rows.mean(axis=0)), grid @ plane.axes)
    constant = LinearMap.to_plane(np.ones((4, 3)))
    assert constant.share == 1 and not constant(np.ones((4, 3))).any()
    assert LinearMap.to_plane(np.ones((1, 3)))(np.zeros((5, 3))).shape == (5, 2)


def test_accuracy_of_what_a_line_separates(rng):
    X = rng.uniform(-1, 1, size=(300, 2))
    side = X @ [1, 2] > 0.3
    far = X[np.abs(X @ [1, 2] - 0.3) > 0.02], side[np.abs(X @ [1, 2] - 0.3) > 0.02]
    assert separability_of(*far, "class") == 1
    inside = np.linalg.norm(X, axis=1) < 0.7
    share = max(np.mean(inside), 1 - np.mean(inside))
    assert share <= separability_of(X, inside, "class") < share + 0.05
    squares = np.column_stack([X, X**2])
    assert separability_of(squares, inside, "class") > 0.99
    three = np.where(X[:, 0] > 0.4, "right", np.where(X[:, 0] < -0.4, "left", "mid"))
    assert separability_of(X, three, "class") > 0.97


def test_the_scale_of_units_does_not_matter(rng):
    X = rng.normal(size=(200, 3))
    y = X[:, 1] > 0.1 * X[:, 0] ** 2
    value = separability_of(X, y, "class")
    A = rng.normal(size=(3, 3)) @ np.diag([1e-4, 1, 1e4])
    assert separability_of(X @ A + 7, y, "class") == value
    twice = np.hstack([X, X]).astype(np.float32)  # of rank three
    assert abs(separability_of(twice, y, "class") - value) < 0.01


def test_values(rng):
    X = rng.normal(size=(80, 3))
    y = X @ [1, 2, 0] + rng.normal(size=80)
    expected = LinearRegression().fit(X, y).score(X, y)
    assert separability_of(X, y, "value") == pytest.approx(expected)
    assert separability_of(X, np.ones(80), "value") == 1


def test_nothing_to_tell(rng):
    assert separability_of(rng.normal(size=(9, 2)), np.zeros(9), "class") == 1
    y = np.array([0, 0, 0, 1])
    assert separability_of(np.ones((4, 2)), y, "class") == 0.75
    assert separability_of(np.ones((4, 2)), y, "value") == 0
    # More units than samples, and than directions that are looked at.
    wide = rng.normal(size=(120, 200))
    assert 0.5 < separability_of(wide, rng.integers(0, 2, 120), "class") <= 1
