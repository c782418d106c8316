"""Small pictures side by side: where they lie, and their colours."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from skmanifold_nn.plotting._tiles import (
    chosen,
    colours,
    draw_strips,
    draw_table,
    draw_tiles,
    finite,
    grid_of,
    number_axis,
)


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.mark.parametrize(
    ("values", "signed", "expected"),
    [
        ([0, 2, 3], None, ("viridis", 0, 3)),
        ([-1, 2, 3], None, ("RdBu_r", -3, 3)),
        ([-5, -2], None, ("RdBu_r", -5, 5)),
        ([1, 2], True, ("RdBu_r", -2, 2)),
        ([0, 0], None, ("viridis", 0, 1)),
        ([0], True, ("RdBu_r", -1, 1)),
    ],
)
def test_scale_has_zero_in_its_middle_or_at_its_end(values, signed, expected):
    scale = colours(np.array(values), signed=signed)
    assert (scale["cmap"], scale["vmin"], scale["vmax"]) == expected


def test_colours_of_ones_own():
    assert colours(np.array([-1.0, 1]), "cividis")["cmap"] == "cividis"


@pytest.mark.parametrize("n_tiles", [1, 2, 5, 6, 16, 30])
@pytest.mark.parametrize("shape", [(3, 3), (2, 7), (9, 4)])
def test_tiles_do_not_overlap_and_none_is_cut_off(ax, n_tiles, shape):
    tiles = np.arange(n_tiles * np.prod(shape)).reshape(n_tiles, *shape)
    images, texts = draw_tiles(ax, tiles, {"vmin": 0}, labels=range(n_tiles))
    extents = np.array([image.get_extent() for image in images])
    left, right, bottom, top = extents.T
    np.testing.assert_allclose(right - left, shape[1])
    np.testing.assert_allclose(bottom - top, shape[0])
    for k in range(n_tiles):
        apart = (left[k] >= right) | (right[k] <= left)
        apart |= (top[k] >= bottom) | (bottom[k] <= top)
        assert apart.sum() == n_tiles - 1
    assert ax.get_xlim()[0] < left.min()
    assert ax.get_xlim()[1] > right.max()
    assert ax.get_ylim()[0] > bottom.max()
    assert ax.get_ylim()[1] < top.min()
    for text, image in zip(texts, images, strict=True):
        x, y = text.get_position()
        extent = image.get_extent()
        assert extent[0] < x < extent[1]
        assert ax.get_ylim()[1] < y < extent[3]
    # In the order of reading: below, or to the right.
    places = list(zip(top, left, strict=True))
    assert places == sorted(places)


def test_columns_as_asked_for_or_without_gaps():
    assert grid_of(16, (2, 2)).n_columns == 4
    assert grid_of(6, (3, 3)).n_columns == 3
    assert grid_of(7, (3, 3), 100).n_columns == 7
    assert grid_of(7, (3, 3), 2).n_columns == 2
    assert grid_of(1, (3, 3)).n_columns == 1
    assert grid_of(24, (1, 60)).n_columns == 1
    assert grid_of(3, (1, 1)).n_columns == 3


def test_table_has_a_row_of_each_channel(ax, rng):
    tiles = rng.normal(size=(4, 3, 5, 2))
    images = draw_table(ax, tiles, {}, np.array([7, 1, 2, 3]))
    drawn = np.array([image.get_array() for image in images])
    np.testing.assert_array_equal(
        drawn.reshape(2, 4, 3, 5), tiles.transpose(3, 0, 1, 2)
    )
    tops = np.array([image.get_extent()[3] for image in images]).reshape(2, 4)
    assert (np.ptp(tops, axis=1) == 0).all()
    assert [t.get_text() for t in ax.get_xticklabels()] == ["7", "1", "2", "3"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["0", "1"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("filter", "channel")


def test_strips_run_to_the_right(ax, rng):
    strips = rng.normal(size=(3, 20))
    (image,) = draw_strips(ax, strips, np.array([4, 5, 9]), {}, "map")
    np.testing.assert_array_equal(image.get_array(), strips)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["4", "5", "9"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "map")


def test_an_axis_has_room_for_some_numbers_only(ax):
    number_axis(ax.xaxis, np.arange(100), np.arange(100))
    assert len(ax.get_xticks()) <= 24
    assert [t.get_text() for t in ax.get_xticklabels()][:2] == ["0", "5"]


def test_indices():
    np.testing.assert_array_equal(chosen(None, 3, "maps"), [0, 1, 2])
    np.testing.assert_array_equal(chosen([2, -3], 3, "maps"), [2, 0])
    np.testing.assert_array_equal(chosen(1, 3, "maps"), [1])
    for wrong in ([3], [-4], []):
        with pytest.raises(
            ValueError, match=r"indices must be (some of the 3 maps|int)"
        ):
            chosen(wrong, 3, "maps")
    with pytest.raises(ValueError, match="indices must be int"):
        chosen([0.5], 3, "maps")


def test_numbers_that_are_none():
    with pytest.raises(ValueError, match="NaN"):
        finite([[np.nan, 1.0]], "maps")
    with pytest.raises(ValueError, match="infinity"):
        finite([[np.inf, 1.0]], "maps")
