"""Pictures of a tilted target: poses seen in them, and recovered from them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from skmanifold_nn.datasets import make_tilted_target
from skmanifold_nn.manifold import Isomap


def dots_of_a_pose(x, y, roll, pan, tilt, height, width):
    """Where a pinhole camera sees the four dots, in pixels from the picture's centre:
    each axis of rotation in turn, on the points themselves."""
    u, v = 0.55 * np.array([[-1, -1, 1, 1], [-1, 1, -1, 1]])
    roll, pan, tilt = np.radians([roll, pan, tilt])
    u, v = u * np.cos(roll) - v * np.sin(roll), u * np.sin(roll) + v * np.cos(roll)
    v, away = v * np.cos(tilt), -v * np.sin(tilt)  # the upper side, v < 0, goes away
    u, away = u * np.cos(pan) - away * np.sin(pan), u * np.sin(pan) + away * np.cos(pan)
    focal = 1.5 * width
    distance = focal / (0.33 * height)
    depth = distance + away
    return (
        np.column_stack([x / focal * distance + u, y / focal * distance + v])
        * focal
        / depth[:, None]
    )


def test_dots_are_where_the_pose_says():
    height, width = 72, 96
    X, poses = make_tilted_target(
        25,
        x=(-12, 12),
        y=(-6, 6),
        roll=(-80, 80),
        pan=(-45, 45),
        tilt=(-45, 45),
        size=(height, width),
        blur=0,
        random_state=5,
    )
    assert poses.shape == (25, 5)
    for picture, pose in zip(X, poses, strict=True):
        marks, n_marks = ndimage.label(picture > 0.8)
        assert n_marks == 4
        places = ndimage.center_of_mass(picture > 0.8, marks, range(1, 5))
        seen = np.array(places)[:, ::-1] + 0.5 - [width / 2, height / 2]
        expected = dots_of_a_pose(*pose, height, width)
        apart = np.linalg.norm(seen[:, None] - expected, axis=2)
        assert apart.min(axis=0).max() < 0.5  # pixels
        assert sorted(apart.argmin(axis=0)) == [0, 1, 2, 3]


def test_what_is_far_is_small():
    for name, axis in (("pan", 0), ("tilt", 1)):
        how = {"pan": 0.0, "tilt": 0.0, name: (40, 41)}
        picture = make_tilted_target(1, **how, random_state=5)[0][0]
        extent = (picture < 0.5).sum(axis=axis)
        extent = extent[extent > 0]
        low, high = extent[:5].mean(), extent[-5:].mean()
        assert (low > high) if name == "pan" else (low < high)


def test_isomap_recovers_the_pose_and_principal_components_do_not():
    X, pose = make_tilted_target(400, random_state=5)
    rows = X.reshape(400, -1)

    def recovered(embedding):
        return LinearRegression().fit(embedding, pose).score(embedding, pose)

    assert recovered(Isomap(n_neighbors=7).fit_transform(rows)) > 0.95
    assert recovered(PCA(2).fit_transform(rows)) < 0.1


def test_a_film_is_smooth():
    X, pose = make_tilted_target(300, order="film", random_state=5)
    steps, spread = np.abs(np.diff(pose, axis=0)).max(axis=0), np.ptp(pose, axis=0)
    assert (steps < 0.03 * spread).all()
    assert (spread > 80).all()
    assert np.abs(pose).max() <= 45
    near = np.linalg.norm(np.diff(X, axis=0), axis=(1, 2)).max()
    assert near < 0.5 * np.linalg.norm(X - X[0], axis=(1, 2)).max()


def test_values_and_seeds():
    X, pose = make_tilted_target(20, size=(20, 30), x=(-3, 3), random_state=5)
    assert X.shape == (20, 20, 30)
    assert pose.shape == (20, 3)
    assert (X.dtype, pose.dtype) == (np.float64, np.float64)
    assert 0 <= X.min() < 0.3
    assert 0.75 < X.max() <= 1
    again, _ = make_tilted_target(20, size=(20, 30), x=(-3, 3), random_state=5)
    assert_array_equal(again, X)
    noisy, same = make_tilted_target(
        20, size=(20, 30), x=(-3, 3), noise=0.1, random_state=5
    )
    assert_array_equal(same, pose)
    assert np.std(noisy - X) == pytest.approx(0.1, rel=0.05)
    assert make_tilted_target(1)[0].shape == (1, 36, 48)


def test_blur_keeps_the_mean():
    sharp, blurred = (
        make_tilted_target(3, blur=blur, random_state=5)[0] for blur in (0, 1.5)
    )
    assert_allclose(sharp.mean(axis=(1, 2)), blurred.mean(axis=(1, 2)), rtol=1e-6)
    assert blurred.std() < 0.95 * sharp.std()
    assert len(np.unique(sharp[0])) > 10  # edges are not jagged


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples must be"),
        ({"size": 36}, r"size must be a pair \(height, width\)"),
        ({"size": (36, 4)}, r"size\[1\] must be an int of at least 8"),
        ({"blur": -1}, "blur must be"),
        ({"order": "film2"}, "order must be 'random' or 'film'"),
        ({"pan": 80.5}, r"pan must be a number .* at most 80"),
        ({"pan": (-90, 0)}, r"pan\[0\] must be a number at least -80"),
        ({"pan": (10, 10)}, r"pan\[1\] must be a number above 10"),
        ({"tilt": (1, 2, 3)}, "tilt must be a pair"),
        ({"tilt": "far"}, r"tilt must be a number or a pair \(low, high\), got 'far'"),
        ({"pan": range(-5, 5)}, "pan must be a number or a pair"),
        ({"order": np.array(["random", "film"])}, "order must be 'random' or 'film'"),
        ({"pan": 0, "tilt": 0}, "must be a pair"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_tilted_target(**arguments)
