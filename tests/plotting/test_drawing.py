"""Axes, styles, and what happens without matplotlib."""

import subprocess
import sys
from inspect import signature
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.spatial.distance import pdist

import skmanifold_nn
from skmanifold_nn import plotting
from skmanifold_nn.metrics import co_ranking
from skmanifold_nn.plotting._drawing import (
    BLUE,
    OKABE_ITO,
    PETROFF,
    VERMILION,
    axes_of,
    class_styles,
    draw_scale,
    styled,
)


def test_axes_are_those_given_and_pyplot_stays_out():
    ax = Figure().subplots()
    assert axes_of(ax, "caller") is ax
    assert plt.get_fignums() == []


def test_without_axes_pyplot_makes_one_figure():
    ax = axes_of(None, "caller")
    assert plt.get_fignums() == [ax.figure.number]


def test_new_axes_as_asked_for():
    ax = axes_of(None, "caller", projection="3d", layout="constrained")
    assert ax.name == "3d"
    assert type(ax.figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"


@pytest.mark.parametrize("ax", [3, Figure(), np.array([None])])
def test_what_is_no_axes_is_refused(ax):
    with pytest.raises(TypeError, match=r"ax of Some\.plot must be .* got .*add_subpl"):
        axes_of(ax, "Some.plot")


def displays():
    """One of each kind, with little to draw."""
    X = np.random.default_rng(4).normal(size=(12, 2))
    ranks = {"a": co_ranking(X, X[:, :1])}
    places = np.meshgrid(np.arange(3.0), np.arange(3.0))
    return [
        plotting.CoRankingDisplay(ranks),
        plotting.DecisionRegionsDisplay(*places, places[0], np.arange(3.0), X=X),
        plotting.EmbeddingDisplay(X),
        plotting.FeatureMapsDisplay(np.ones((2, 3, 3))),
        plotting.FiltersDisplay(np.ones((3, 3, 1, 2))),
        plotting.IntrinsicDimensionDisplay({"mle": np.ones((2, 3))}),
        plotting.LayerRepresentationsDisplay({"inputs": X}),
        plotting.LossCurveDisplay({"": np.ones(3)}),
        plotting.SaliencyDisplay(np.ones((1, 3, 3))),
        plotting.ScreeDisplay(np.arange(4.0)),
        plotting.SequencePredictionsDisplay([X], [X]),
        plotting.ShepardDisplay(*X.T),
        plotting.StressPerPointDisplay(X, np.ones(12)),
        plotting.TrustworthinessDisplay(ranks),
    ]


@pytest.mark.parametrize("display", displays(), ids=lambda d: type(d).__name__)
def test_a_picture_that_fails_leaves_no_figure(display):
    kinds = signature(display.plot).parameters
    styles = {next(name for name in kinds if name.endswith("_kw")): {"nonsense": 1}}
    other = plt.figure()
    with pytest.raises((AttributeError, TypeError), match="nonsense"):
        display.plot(**styles)
    assert plt.get_fignums() == [other.number]
    ax = other.add_subplot()
    with pytest.raises((AttributeError, TypeError), match="nonsense"):
        display.plot(ax, **styles)
    assert plt.get_fignums() == [other.number], "a figure of the user's stays"


def test_every_display_is_in_the_table_above():
    assert [type(display).__name__ for display in displays()] == plotting.__all__


# Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color
# vision deficiency", IEEE TVCG 15 (2009): of linear RGB, each at its full strength.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
RGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


def seen(colours, vision):
    """CIELAB coordinates of colours as this vision sees them."""
    rgb = np.array([to_rgb(c) for c in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.transpose(VISION[vision]), 0, 1)
    xyz = linear @ RGB_TO_XYZ.T / RGB_TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116).T
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("colours", [OKABE_ITO, PETROFF], ids=["eight", "ten"])
def test_colours_are_told_apart_with_any_vision(colours, vision):
    # A difference of about 2 is just seen side by side; matplotlib's own ten colours
    # come as near as 5.
    assert pdist(seen(colours, vision)).min() > 15


def test_styles_of_classes_are_all_different():
    assert (BLUE, VERMILION) == (OKABE_ITO[0], OKABE_ITO[5])
    for n_classes in (1, 8, 9, 10, 11, 26, 100):
        assert len(set(zip(*class_styles(n_classes), strict=True))) == n_classes
    assert class_styles(8) == ([*OKABE_ITO], ["o"] * 8)
    assert class_styles(10) == ([*PETROFF], ["o"] * 10)
    assert class_styles(11) == ([*PETROFF, PETROFF[0]], ["o"] * 10 + ["^"])
    assert [len(styles) for styles in class_styles(150)] == [150, 150]


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(
        ImportError, match=r"Some\.plot requires .*skmanifold-nn\[plot\]"
    ):
        axes_of(None, "Some.plot")


@pytest.mark.parametrize(
    ("artist", "given", "expected"),
    [
        (Line2D, None, {"color": "red", "linewidth": 1}),
        (Line2D, {"c": "blue", "lw": 3}, {"color": "blue", "linewidth": 3}),
        (PathCollection, {"c": [1, 2]}, {"c": [1, 2], "linewidth": 1}),
        (PathCollection, {"c": None, "lw": 3}, {"c": None, "linewidth": 3}),
        (PathCollection, {"lw": 3}, {"color": "red", "linewidth": 3}),
        (PathCollection, {"marker": "x"}, {"color": "red", "marker": "x"}),
        (PathCollection, {"marker": None}, {"color": "red", "linewidth": 1}),
        (
            PathCollection,
            {"marker": "s"},
            {"color": "red", "linewidth": 1, "marker": "s"},
        ),
    ],
)
def test_given_styles_replace_defaults_under_any_alias(artist, given, expected):
    assert styled(artist, {"color": "red", "linewidth": 1}, given) == expected


def test_one_colour_replaces_a_colour_map():
    defaults = {"c": [1, 2], "cmap": "viridis", "vmin": 0, "vmax": 2, "s": 4}
    assert styled(PathCollection, defaults, {"color": "red"}) == {
        "color": "red",
        "s": 4,
    }


@pytest.mark.parametrize("c", ["red", ["red", (1, 0, 0)], [[1, 0, 0]], None])
def test_colours_need_no_colour_map(c):
    defaults = {"c": [1, 2], "cmap": "viridis", "s": 4}
    assert styled(PathCollection, defaults, {"c": c}) == {"c": c, "s": 4}


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("skmanifold_nn.manifold", "skmanifold_nn.plotting"),
        ("skmanifold_nn.manifold", "matplotlib"),
        ("skmanifold_nn.plotting", "skmanifold_nn.manifold"),
        ("skmanifold_nn.plotting", "matplotlib"),
    ],
)
def test_displays_and_estimators_do_not_need_each_other(imported, absent):
    code = f"import sys, {imported}; sys.exit({absent!r} in sys.modules)"
    # Where the compiled package is, not where the tests are started.
    folder = Path(skmanifold_nn.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("layout", [None, "constrained"])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_one_scale_of_an_embedding_drawn_again(rng, layout, dimensions):
    figure = Figure(layout=layout)
    ax = figure.add_subplot(projection="3d" if dimensions == 3 else None)
    X = rng.random((9, 3))
    display = plotting.EmbeddingDisplay(X, y=X[:, 0], dimensions=range(dimensions))
    places = []
    for _ in range(3):
        display.plot(ax)
        figure.draw_without_rendering()
        places.append(ax.get_position().bounds)
        scales = [*figure.axes, *ax.child_axes]
        assert scales == [ax, display.colorbar_.ax]
    np.testing.assert_allclose(places[2], places[0], atol=0.01)


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_one_scale_also_where_one_draws_again(rng, layout):
    figure = Figure(layout=layout)
    axes = list(figure.subplots(1, 2))
    places = []
    for _ in range(3):
        drawn = axes[0].scatter(*rng.random((2, 5)), c=np.arange(5.0))
        scale = draw_scale(axes[0], drawn, "value", beside=axes)
        figure.draw_without_rendering()
        places.append([ax.get_position().bounds for ax in figure.axes])
        assert figure.axes == [*axes, scale.ax]
        assert (scale.mappable, scale.ax.get_ylabel()) == (drawn, "value")
    np.testing.assert_allclose(places[2], places[1])
    np.testing.assert_allclose(places[1][0], places[0][0], atol=0.02)


@pytest.mark.parametrize("layout", [None, "constrained"])
@pytest.mark.parametrize("orientation", ["vertical", "horizontal"])
def test_a_colour_bar_of_ones_own_stays(rng, layout, orientation):
    figure = Figure(layout=layout)
    ax = figure.subplots()
    image = ax.imshow(rng.random((5, 5)), extent=(0, 1, 0, 1))
    own = figure.colorbar(image, ax=ax, label="heat", orientation=orientation)
    X = rng.random((9, 2))
    for _ in range(2):
        display = plotting.EmbeddingDisplay.from_embedding(X, y=X[:, 0], ax=ax)
    assert (own.mappable, display.colorbar_.ax is own.ax) == (image, False)
    assert "heat" in (own.ax.get_xlabel(), own.ax.get_ylabel())
    scales = [*figure.axes, *ax.child_axes]
    assert scales == [ax, own.ax, display.colorbar_.ax], "one of ours"


def test_a_scale_that_was_removed_is_drawn_anew(rng):
    X = rng.random((9, 2))
    ax = Figure().subplots()
    draw = plotting.EmbeddingDisplay.from_embedding
    draw(X, y=X[:, 0], ax=ax)
    draw(X, y=X[:, 0], ax=ax).colorbar_.remove()
    assert ax.figure.axes == [ax]
    scale = draw(X, y=X[:, 0], ax=ax).colorbar_
    assert ax.figure.axes == [ax, scale.ax]
