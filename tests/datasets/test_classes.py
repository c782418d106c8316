"""Classes of points: where they lie, and that they are apart and entangled."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial import cKDTree
from sklearn.linear_model import LogisticRegression

from skmanifold_nn.datasets import make_disc_and_ring, make_linked_rings, make_spirals

MAKERS = [make_disc_and_ring, make_linked_rings, make_spirals]


def gap(X, y, one, other):
    """Smallest distance between samples of two classes."""
    return cKDTree(X[y == one]).query(X[y == other])[0].min()


@pytest.mark.parametrize("make", MAKERS)
def test_what_all_keep(make):
    X, y = make(401, random_state=5)
    assert (len(X), len(y)) == (401, 401)
    assert (X.dtype, y.dtype) == (np.float64, np.int64)
    assert sorted(np.bincount(y)) == [200, 201]
    again = make(401, random_state=np.random.RandomState(5))
    assert_array_equal(again[0], X)
    assert_array_equal(again[1], y)
    assert not np.array_equal(make(401, random_state=6)[0], X)
    assert len(make(1, random_state=5)[0]) == 1
    noisy, labels = make(401, noise=0.2, random_state=5)
    assert_array_equal(labels, y)
    assert np.std(noisy - X) == pytest.approx(0.2, rel=0.1)
    # No straight line or plane comes near.
    assert LogisticRegression().fit(X, y).score(X, y) < 0.8
    for arguments in ({"n_samples": 0}, {"noise": -1}):
        with pytest.raises(ValueError, match="at least"):
            make(**arguments)


@pytest.mark.parametrize(("n_spirals", "turns"), [(1, 0.5), (2, 1.5), (3, 2)])
def test_spirals(n_spirals, turns):
    X, y = make_spirals(2000, n_spirals=n_spirals, turns=turns, random_state=5)
    last = np.pi / 2 + 2 * np.pi * turns
    angle = last * np.hypot(*X.T)
    turned = angle + 2 * np.pi * y / n_spirals
    assert_allclose(angle * np.cos(turned) / last, X[:, 0], atol=1e-12)
    assert_allclose(angle * np.sin(turned) / last, X[:, 1], atol=1e-12)
    assert angle.min() >= np.pi / 2 - 1e-12
    assert np.hypot(*X.T).max() <= 1
    assert_array_equal(np.unique(y), np.arange(n_spirals))
    if n_spirals > 1:
        spacing = 4 / (n_spirals * (4 * turns + 1))
        assert 0.6 * spacing < gap(X, y, 0, 1) <= spacing


def test_spirals_are_evenly_dense():
    X, _ = make_spirals(4000, n_spirals=1, turns=3, random_state=5)
    radius = np.sort(np.hypot(*X.T))
    steps = np.hypot(*np.diff(X[np.argsort(np.hypot(*X.T))], axis=0).T)
    inner, outer = steps[radius[1:] < 0.4].mean(), steps[radius[1:] > 0.8].mean()
    assert inner == pytest.approx(outer, rel=0.1)


def linking_number(one, other):
    """Gauss's integral over two closed curves, given as points in order."""
    d_one = np.roll(one, -1, axis=0) - one
    d_other = np.roll(other, -1, axis=0) - other
    apart = (one + d_one / 2)[:, None] - (other + d_other / 2)[None]
    volume = np.einsum("ijk,ijk->ij", apart, np.cross(d_one[:, None], d_other[None]))
    return (volume / np.linalg.norm(apart, axis=2) ** 3).sum() / (4 * np.pi)


def test_rings_are_circles_and_linked_as_a_chain():
    X, y = make_linked_rings(2400, n_rings=4, random_state=5)
    curves = []
    for k in range(4):
        ring = X[y == k] - [4 / 3 * k, 0, 0]
        assert_allclose((ring**2).sum(axis=1), 1, rtol=1e-12)
        assert_array_equal(ring[:, 2 - k % 2], 0)
        order = np.argsort(np.arctan2(ring[:, 1 + k % 2], ring[:, 0]))
        curves.append(X[y == k][order])
    for k in range(4):
        for other in range(k + 1, 4):
            linking = abs(linking_number(curves[k], curves[other]))
            assert linking == pytest.approx(float(other == k + 1), abs=0.01)
            assert gap(X, y, k, other) >= 2 / 3 - 1e-12
    assert gap(X, y, 0, 1) < 0.67


def test_disc_and_ring():
    X, y = make_disc_and_ring(
        4000, disc_radius=1.0, ring=(2.0, 3.0), noise=0, random_state=5
    )
    radius = np.hypot(*X.T)
    assert 0.97 < radius[y == 0].max() <= 1
    assert 2 <= radius[y == 1].min() < 2.03
    assert 2.97 < radius[y == 1].max() <= 3
    # Evenly dense: half of a disc's area lies within 1 / sqrt(2) of its radius.
    assert (radius[y == 0] < np.sqrt(0.5)).mean() == pytest.approx(0.5, abs=0.03)
    assert (radius[y == 1] < np.sqrt(6.5)).mean() == pytest.approx(0.5, abs=0.03)
    assert np.abs(X.mean(axis=0)).max() < 0.1


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (make_spirals, {"n_spirals": 0}, "n_spirals must be an int of at least 1"),
        (make_spirals, {"turns": 0}, "turns must be a number above 0"),
        (make_linked_rings, {"n_rings": 1.5}, "n_rings must be an int"),
        (make_disc_and_ring, {"disc_radius": 0}, "disc_radius must be a number above"),
        (make_disc_and_ring, {"ring": 1}, "ring must be a pair"),
        (make_disc_and_ring, {"ring": (0.4, 1)}, "above disc_radius=0.5, got 0.4"),
        (make_disc_and_ring, {"disc_radius": 0.8}, "above disc_radius=0.8, got 0.75"),
        (make_disc_and_ring, {"ring": ("a", 1)}, r"ring\[0\] must be a number above 0"),
        (make_disc_and_ring, {"ring": (0.8, 0.7)}, "above 0.8"),
    ],
)
def test_what_is_refused(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)
