"""Thumbnails: which are drawn, and where."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from skmanifold_nn.plotting._thumbnails import (
    apart,
    checked_images,
    draw_thumbnails,
    size_of_thumbnails,
)


@pytest.fixture
def ax():
    """Axes outside pyplot, four by three, of six by three units."""
    ax = Figure().add_axes((0, 0, 4 / 6.4, 3 / 4.8))
    ax.set(xlim=(0, 6), ylim=(0, 3))
    return ax


def overlaps(extents):
    """Pairs of boxes (left, right, bottom, top) that share an area, one by one."""
    return [
        (i, j)
        for i, (left, right, bottom, top) in enumerate(extents)
        for j, other in enumerate(extents[:i])
        if left < other[1] and other[0] < right and bottom < other[3] and other[2] < top
    ]


def test_chosen_points_keep_apart_and_no_other_has_room(rng):
    places = rng.uniform(size=(400, 2))
    size = 0.07, 0.15
    chosen = apart(places, size, 400)
    assert 20 < len(chosen) < 95
    assert (np.diff(chosen) > 0).all()
    near = abs(places[:, None] - places[chosen]) < np.array(size)
    hits = near.all(axis=2).sum(axis=1)
    assert (hits[chosen] == 1).all(), "only with itself"
    near = abs(places[:, None] - places[chosen]) < 1.07 * np.array(size)
    assert near.all(axis=2).any(axis=1).all()
    np.testing.assert_array_equal(apart(places, size, 5), chosen[:5])


def test_points_at_one_place_have_one_image():
    assert apart(np.zeros((4, 2)), (1, 1), 3).tolist() == [0]
    assert apart(np.zeros((4, 2)), (1, 1), 0).shape == (0,)


@pytest.mark.parametrize("shape", [(4, 4), (4, 8), (10, 5)])
def test_size_is_a_part_of_the_axes(ax, shape):
    width, height = size_of_thumbnails(ax, shape, 0.1)
    # 400 by 300 dots for six by three units.
    dots = width * 400 / 6, height * 300 / 3
    assert dots[1] / dots[0] == pytest.approx(shape[0] / shape[1])
    assert max(dots) == pytest.approx(0.1 * np.sqrt(400 * 300))


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_images_lie_on_their_points_in_frames(rng, ax, channels):
    images = rng.uniform(size=(50, 6, 4, *channels))
    places = rng.uniform(0, (6, 3), size=(50, 2))
    colours = rng.uniform(size=(50, 4))
    chosen, drawn, frames = draw_thumbnails(ax, images, places, colours)
    assert 10 < len(chosen) == len(drawn) <= 50
    extents = np.array([image.get_extent() for image in drawn])
    assert overlaps(extents) == []
    middles = (extents[:, ::2] + extents[:, 1::2]) / 2
    np.testing.assert_allclose(middles, places[chosen])
    for image, number in zip(drawn, chosen, strict=True):
        np.testing.assert_array_equal(image.get_array(), images[number])
    np.testing.assert_array_equal(frames.get_edgecolor(), colours[chosen])
    boxes = [path.get_extents() for path in frames.get_paths()]
    np.testing.assert_allclose([(b.x0, b.x1, b.y0, b.y1) for b in boxes], extents)
    # None is cut off.
    assert ax.get_xlim()[0] < extents[:, 0].min()
    assert ax.get_xlim()[1] > extents[:, 1].max()
    assert ax.get_ylim()[0] < extents[:, 2].min()
    assert ax.get_ylim()[1] > extents[:, 3].max()


def test_grey_images_have_one_scale(ax):
    images = np.arange(2 * 4).reshape(2, 2, 2)
    places = np.array([[1, 1], [4, 2]])
    _, drawn, _ = draw_thumbnails(ax, images, places, np.zeros((2, 4)))
    assert [image.get_clim() for image in drawn] == [(0, 7)] * 2
    style = {"cmap": "gray_r", "vmax": 20, "zorder": 9}
    _, drawn, _ = draw_thumbnails(
        ax, images, places, np.zeros((2, 4)), max_images=1, image_kw=style
    )
    assert len(drawn) == 1
    assert drawn[0].get_clim() == (0, 20)
    assert drawn[0].get_cmap().name == "gray_r"
    assert drawn[0].get_zorder() == 9


def test_pixels_that_are_not_known_are_not_drawn(ax):
    images = np.arange(3.0)[:, None, None] * np.ones((3, 5, 4))
    images[1, 0, 0], images[2, 1, 1] = np.nan, np.inf
    places = np.array([[1, 1], [3, 1], [5, 1]])
    _, drawn, _ = draw_thumbnails(ax, images, places, np.zeros((3, 4)))
    assert all(artist.get_clim() == (0, 2) for artist in drawn)
    seen = drawn[1].to_rgba(drawn[1].get_array())
    assert seen[0, 0, 3] == 0, "NaN is transparent"
    assert (seen[1:] == (*seen[1, 1, :3], 1)).all() and 0 < seen[1, 1, 0] < 1
    draw_thumbnails(ax, images * np.nan, places, np.zeros((3, 4)))
    ax.figure.draw_without_rendering()


def test_kinds_of_images():
    grey = np.zeros((3, 5, 4))
    assert checked_images(grey, 3, [0, 1]) is grey
    assert checked_images(grey[..., None], 3, [0]).shape == (3, 5, 4)
    assert checked_images(grey + 300, 3, [0]).max() == 300, "grey has any scale"
    assert checked_images(grey > 0, 3, [0]).dtype == bool
    colour = np.full((3, 5, 4, 3), 255)
    assert checked_images(colour, 3, [0]).dtype == np.uint8


@pytest.mark.parametrize(
    ("images", "columns", "message"),
    [
        (np.zeros((3, 20)), [0, 1], r"\(3, height, width\).*got \(3, 20\)"),
        (np.zeros((2, 5, 4)), [0, 1], r"got \(2, 5, 4\)"),
        (np.zeros((3, 5, 4, 2)), [0, 1], "3 or 4 colour channels"),
        (np.full((3, 5, 4, 3), 1.5), [0, 1], "from 0 to 1 .* float64 from 1.5 to 1.5"),
        (np.full((3, 5, 4, 3), 256), [0, 1], "from 0 to 255, got int64"),
        (np.full((3, 5, 4, 3), np.nan), [0, 1], "from 0 to 1"),
        (np.full((3, 5, 4), "a"), [0, 1], "must be numbers"),
        (np.zeros((3, 5, 4)), [0, 1, 2], "not in three"),
    ],
)
def test_what_images_cannot_be(images, columns, message):
    with pytest.raises(ValueError, match=message):
        checked_images(images, 3, columns)
