"""Points: places of one coordinate, colours, markers, legends."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure

from skmanifold_nn.plotting._drawing import BLUE, MISSING, OKABE_ITO, PETROFF
from skmanifold_nn.plotting._labels import labels_among, labels_of
from skmanifold_nn.plotting._points import (
    colours_of,
    draw_legend,
    draw_points,
    label_axes,
    places_of,
)


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def test_several_coordinates_are_places(rng):
    X = rng.normal(size=(5, 3))
    assert places_of(X, None) is X


def test_one_coordinate_against_numbers_values_or_bands(rng):
    X = rng.normal(size=(40, 1))
    np.testing.assert_array_equal(places_of(X, None), np.c_[np.arange(40), X])
    values = rng.uniform(size=40)
    np.testing.assert_array_equal(places_of(X, labels_of(values, 40)), np.c_[X, values])
    values[:20] = np.nan
    heights = places_of(X, labels_of(values, 40))[:, 1]
    np.testing.assert_array_equal(heights[20:], values[20:])
    assert (heights[:20] == heights[0]).all()
    assert heights[0] < np.nanmin(values)
    y = np.repeat([3.0, 5, np.nan, 3], 10)
    places = places_of(X, labels_of(y, 40))
    np.testing.assert_array_equal(places[:, 0], X[:, 0])
    np.testing.assert_array_equal(
        np.rint(places[:, 1]), np.repeat([0, 1, 2, 0], 10), "a band for each"
    )
    assert (np.diff(np.sort(places[:, 1])) > 1e-3).all(), "spread within it"


def test_one_coordinate_of_which_nothing_is_known():
    heights = places_of(np.zeros((3, 1)), labels_of([np.nan] * 3, 3, "value"))[:, 1]
    assert np.isfinite(heights).all()


def test_names_of_coordinates(ax):
    label_axes(ax, [1, 11], None)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("second coordinate", "coordinate 12")
    assert ax.get_aspect() == 1
    ax = ax.figure.add_subplot(projection="3d")
    label_axes(ax, [0, 1, 9], None)
    assert ax.get_zlabel() == "tenth coordinate"


@pytest.mark.parametrize(
    ("y", "ylabel"),
    [
        (None, "third coordinate"),
        ([0.5, 1.5], "value"),
        (["a", "b"], ""),
    ],
)
def test_names_of_one_coordinate(ax, y, ylabel):
    labels = None if y is None else labels_of(y, 2)
    label_axes(ax, [2], labels)
    xlabel = "point" if y is None else "third coordinate"
    assert (ax.get_xlabel(), ax.get_ylabel()) == (xlabel, ylabel)
    assert ax.get_aspect() == "auto"


def test_names_of_bands(ax):
    label_axes(ax, [0], labels_of(["b", None, "a"], 3))
    ticks = [tick.get_text() for tick in ax.get_yticklabels()]
    assert ticks == ["a", "b", "not known"]


def test_colours():
    np.testing.assert_array_equal(colours_of(None, 2, "viridis"), [to_rgba(BLUE)] * 2)
    labels = labels_of(["c", None, "a", "c"], 4)
    expected = to_rgba_array([OKABE_ITO[1], MISSING, OKABE_ITO[0], OKABE_ITO[1]])
    np.testing.assert_array_equal(colours_of(labels, 4, "viridis"), expected)
    labels = labels_of([2.5, np.nan, 4.5, 3.5], 4)
    scale = colormaps["cividis"]
    expected = [scale(0.0), to_rgba(MISSING), scale(1.0), scale(0.5)]
    np.testing.assert_array_equal(colours_of(labels, 4, "cividis"), expected)
    labels = labels_of(np.arange(14), 14)
    expected = to_rgba_array([*PETROFF, *PETROFF[:4]])
    np.testing.assert_array_equal(colours_of(labels, 14, "viridis"), expected)
    for kind in ("class", "value"):
        labels = labels_of([np.nan], 1, kind)
        np.testing.assert_array_equal(
            colours_of(labels, 1, "viridis"), [to_rgba(MISSING)]
        )


def test_more_than_ten_classes_have_other_markers(rng, ax):
    places, y = rng.normal(size=(69, 2)), np.arange(69) % 23
    labels = labels_of(y, 69)
    colours = colours_of(labels, 69, "viridis")
    scatters, missing = draw_points(ax, places, labels)
    assert missing is None
    assert len(scatters) == 3
    for k, scatter in enumerate(scatters):
        chosen = y // 10 == k
        np.testing.assert_array_equal(scatter.get_offsets(), places[chosen])
        np.testing.assert_array_equal(
            scatter.get_facecolor()[:, :3], colours[chosen, :3]
        )
    shapes = {scatter.get_paths()[0].vertices.shape for scatter in scatters}
    assert len(shapes) == 3


@pytest.mark.parametrize("n_classes", [2, 8, 23])
def test_class_by_class(rng, ax, n_classes):
    places = rng.normal(size=(5 * n_classes, 2))
    y = rng.permutation(np.repeat([f"class {k:02}" for k in range(n_classes)], 5))
    labels = labels_of(y, len(y))
    scatters, missing = draw_points(ax, places, labels, by_class=True)
    assert missing is None
    looks = set()
    for label, scatter in zip(labels.classes, scatters, strict=True):
        np.testing.assert_array_equal(scatter.get_offsets(), places[y == label])
        assert scatter.get_label() == label
        shape = scatter.get_paths()[0].vertices
        looks.add((tuple(scatter.get_facecolor()[0]), shape.tobytes()))
    assert len(looks) == n_classes


@pytest.mark.parametrize("n_samples", [4, 30])
@pytest.mark.parametrize("by_class", [False, True])
def test_styles_of_each_point_go_with_the_points(rng, ax, n_samples, by_class):
    """Also of three or four points, of which a style could be a colour."""
    places, numbers = rng.normal(size=(n_samples, 2)), np.linspace(0.1, 1, n_samples)
    y = np.where(np.arange(n_samples) % 3 == 0, None, np.arange(n_samples) % 23)
    labels = labels_of(y, n_samples, "class")
    colours = np.column_stack([numbers, numbers, numbers / 2])
    styles = {"s": pd.Series(50 * numbers, index=range(7, 7 + n_samples))}
    styles |= {"c": numbers, "lw": list(numbers), "ec": colours, "alpha": numbers}
    scatters, missing = draw_points(ax, places, labels, styles, by_class=by_class)
    ax.figure.draw_without_rendering()
    assert len(scatters) > 1 or not by_class
    for scatter in (*scatters, missing):
        chosen = [
            np.where((places == place).all(axis=1))[0][0]
            for place in scatter.get_offsets()
        ]
        np.testing.assert_allclose(scatter.get_sizes(), 50 * numbers[chosen])
        np.testing.assert_allclose(scatter.get_linewidths(), numbers[chosen])
        np.testing.assert_allclose(scatter.get_alpha(), numbers[chosen])
        np.testing.assert_allclose(scatter.get_array(), numbers[chosen])
        np.testing.assert_allclose(scatter.get_edgecolor()[:, :3], colours[chosen])
        assert scatter.get_clim() == (0.1, 1), "one scale for all"
    names = [f"{value:.2f}" for value in numbers]
    scatters, missing = draw_points(ax, places, labels, {"color": names})
    np.testing.assert_allclose(
        missing.get_facecolor()[:, 0], [float(name) for name in names[::3]]
    )
    one = {"ec": (0.1, 0.2, 0.3, 0.4), "alpha": None, "s": np.array(5.0)}
    _, missing = draw_points(ax, places, labels, one)
    assert (missing.get_edgecolor() == one["ec"]).all(), "one colour, not four numbers"


def test_colours_of_several_notations_go_with_the_points(rng, ax):
    colours, y = ["red", (0, 0, 1)] * 4, [None, *"ababab", None]
    (drawn,), missing = draw_points(
        ax, rng.normal(size=(8, 2)), labels_of(y, 8), {"c": colours}
    )
    for scatter, chosen in ((drawn, colours[1:7]), (missing, colours[::7])):
        found = scatter.get_facecolor()[:, :3]
        np.testing.assert_array_equal(found, to_rgba_array(chosen)[:, :3])


def test_classes_look_the_same_class_by_class_and_together(rng, ax):
    places, y = rng.normal(size=(69, 2)), np.arange(69) % 23
    looks = []
    for by_class in (False, True):
        found = {}
        scatters, _ = draw_points(ax, places, labels_of(y, 69), by_class=by_class)
        for scatter in scatters:
            shape = scatter.get_paths()[0].vertices.tobytes()
            for place, colour in zip(
                scatter.get_offsets().tolist(),
                np.broadcast_to(
                    scatter.get_facecolor(), (len(scatter.get_offsets()), 4)
                ),
                strict=True,
            ):
                size, width = scatter.get_sizes()[0], scatter.get_linewidth()[0]
                found[tuple(place)] = (*colour, shape, size, width)
        looks.append(found)
    assert looks[0] == looks[1]
    assert len(looks[0]) == 69


def test_a_class_without_points_leaves_the_others_their_colours(rng, ax):
    labels = labels_among([1, 7], np.array([0, 1, 2]))
    (only,), missing = draw_points(ax, rng.normal(size=(2, 2)), labels, by_class=True)
    assert tuple(only.get_facecolor()[0, :3]) == to_rgba(OKABE_ITO[1])[:3]
    assert tuple(missing.get_facecolor()[0, :3]) == to_rgba(MISSING)[:3]
    assert missing.get_zorder() < only.get_zorder()
    assert (only.get_label(), missing.get_label()) == ("1", "not known")


def test_each_point_may_have_its_size(rng, ax):
    X, sizes = rng.normal(size=(24, 2)), np.arange(1.0, 25)
    labels = labels_of([None, *range(11), *range(12)], 24)
    scatters, missing = draw_points(ax, X, labels, {"s": sizes})
    assert missing.get_sizes().tolist() == [1]
    drawn = np.concatenate([scatter.get_sizes() for scatter in scatters])
    assert sorted(drawn) == sizes[1:].tolist()
    places = np.concatenate([scatter.get_offsets() for scatter in scatters])
    np.testing.assert_array_equal(places, X[drawn.astype(int) - 1])


def test_more_points_are_smaller_and_a_very_great_number_is_no_vector_graphic(rng, ax):
    few, many, most = (
        draw_points(ax, places, None)[0][0]
        for n in (30, 3000, 6000)
        for places in [rng.normal(size=(n, 2))]
    )
    assert few.get_sizes() > many.get_sizes() > most.get_sizes()
    assert few.get_linewidth()[0] > many.get_linewidth()[0]
    assert [a.get_rasterized() for a in (few, many, most)] == [False, False, True]
    assert many.get_linewidth()[0] > most.get_linewidth()[0] == 0
    labels = labels_of(np.zeros(6000, dtype=int), 6000)
    (edged,), _ = draw_points(ax, np.zeros((6000, 2)), labels, by_class=True)
    assert edged.get_linewidth()[0] > 0
    assert edged.get_edgecolor()[0, :3].max() < 0.3


def test_points_are_smaller_in_small_axes(rng):
    places = rng.normal(size=(300, 2))
    small, large = (
        draw_points(ax, places, None)[0][0]
        for ax in (Figure((2, 2)).subplots(), Figure((6, 6)).subplots())
    )
    assert large.get_sizes() == pytest.approx(9 * small.get_sizes())


def legend(ax, y, n_edges=(0, 0), beside=True, places=None, **kw):
    places = np.zeros((len(y), 2)) if places is None else places
    labels = labels_of(y, len(y))
    return draw_legend(ax, places, labels, None, kw, n_edges=n_edges, beside=beside)


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_legend_names_classes(ax):
    drawn = legend(ax, ["b", None, "a"], (30, 2000))
    assert texts(drawn) == ["a", "b", "not known", "30 of 2,000 edges"]
    colours = [handle.get_color() for handle in drawn.legend_handles]
    assert colours == [*OKABE_ITO[:2], MISSING, "0.6"]
    assert legend(ax, [0.5, 1.5]) is None
    places = np.zeros((5, 2))
    assert draw_legend(ax, places, None, n_edges=(20, 20)) is None
    assert texts(draw_legend(ax, places, None, n_edges=(2, 9))) == ["2 of 9 edges"]


def test_legend_of_many_classes(ax):
    assert legend(ax, np.arange(50) % 25)._ncols == 2
    assert legend(ax, np.arange(122) % 61) is None, "more than can be told apart"
    assert len(texts(legend(ax, np.arange(24) % 12, beside=False))) == 12
    assert legend(ax, np.arange(26) % 13, beside=False) is None, "they need the place"


def test_legend_stands_beside_the_axes_where_the_figure_is_laid_out(rng):
    figure = Figure(layout="constrained")
    ax = figure.subplots()
    ax.scatter(*rng.normal(size=(2, 60)))
    drawn = legend(ax, np.arange(60) % 12)
    figure.draw_without_rendering()
    assert drawn.get_window_extent().x0 > ax.get_window_extent().x1
    assert drawn.get_window_extent().x1 < figure.bbox.x1
    # Not where a colour bar stands.
    drawn = legend(ax, [0.5, np.nan], beside=False)
    figure.draw_without_rendering()
    assert drawn.get_window_extent().x1 < ax.get_window_extent().x1


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_legend_is_where_the_fewest_points_are(rng, ax, corner):
    ax.set(xlim=(0, 10), ylim=(-1, 1))
    places = rng.uniform([0, -1], [10, 1], size=(30_000, 2))
    empty = (abs(places[:, 0] - 10 * corner[0]) < 4) & (
        abs(places[:, 1] - 2 * corner[1] + 1) < 0.8
    )
    places = places[~empty]
    drawn = legend(ax, np.arange(len(places)) % 2, places=places)
    ax.figure.draw_without_rendering()
    bounds = drawn.get_window_extent().transformed(ax.transAxes.inverted())
    assert (bounds.x0 > 0.5, bounds.y0 > 0.5) == corner
    assert (bounds.x1 > 0.5, bounds.y1 > 0.5) == corner


def test_legend_of_ones_own(ax):
    drawn = legend(ax, ["a", "b"], title="letters", ncols=2, loc="lower left")
    assert drawn.get_title().get_text() == "letters"
    assert drawn._ncols == 2
    places, labels = np.zeros((2, 2)), labels_of(["a", "b"], 2)
    assert draw_legend(ax, places, labels, {"color": "red"}) is None
    crosses = draw_legend(ax, places, labels, {"marker": "x"}).legend_handles
    assert [handle.get_marker() for handle in crosses] == ["x", "x"]
    figure = Figure(layout="constrained")
    drawn = legend(figure.subplots(), ["a", "b"], loc="lower left")
    figure.draw_without_rendering()
    assert drawn.get_window_extent().x1 < figure.axes[0].get_window_extent().x1
