"""Samples of several classes: colours, markers and the legend."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from skmanifold_nn.plotting._classes import (
    colours_of_classes,
    draw_classes,
    draw_legend,
)
from skmanifold_nn.plotting._drawing import MISSING, OKABE_ITO


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def test_colours():
    assert colours_of_classes(2) == list(OKABE_ITO[:2])
    assert colours_of_classes(8) == list(OKABE_ITO)
    assert len(colours_of_classes(23)) == 23


@pytest.mark.parametrize("n_classes", [2, 8, 30])
def test_classes_have_colours_and_markers_of_their_own(rng, ax, n_classes):
    places = rng.normal(size=(5 * n_classes, 2))
    classes = np.array([f"class {k:02}" for k in range(n_classes)])
    y = rng.permutation(np.repeat(classes, 5))
    scatters = draw_classes(ax, places, y, classes)
    looks = set()
    for label, scatter in zip(classes, scatters, strict=True):
        np.testing.assert_array_equal(scatter.get_offsets(), places[y == label])
        assert scatter.get_label() == label
        shape = scatter.get_paths()[0].vertices
        looks.add((tuple(scatter.get_facecolor()[0]), shape.tobytes()))
    assert len(looks) == n_classes
    legend = draw_legend(ax, scatters)
    if n_classes > 12:
        assert legend is None
    else:
        assert [text.get_text() for text in legend.get_texts()] == [*classes]


def test_other_labels_are_grey(rng, ax):
    places = rng.normal(size=(6, 2))
    y = np.array([0, 1, -1, 0, -1, 1])
    scatters = draw_classes(ax, places, y, np.array([0, 1]), {"s": 7})
    assert [s.get_label() for s in scatters] == ["0", "1", "other"]
    np.testing.assert_array_equal(scatters[2].get_offsets(), places[[2, 4]])
    assert tuple(scatters[2].get_facecolor()[0]) == to_rgba(MISSING)
    assert all(s.get_sizes() == [7] for s in scatters)
    # A class without samples is not drawn, but the others keep their colours.
    (only,) = draw_classes(ax, places[:1], np.array([1]), np.array([0, 1]))
    assert tuple(only.get_facecolor()[0]) == to_rgba(OKABE_ITO[1])
    assert draw_legend(ax, [only]) is None


def test_the_legend_is_where_the_fewest_samples_are(rng, ax):
    ax.set(xlim=(0, 10), ylim=(-1, 1))
    places = rng.uniform([0, -1], [10, 1], size=(4000, 2))
    empty = (places[:, 0] < 4) & (places[:, 1] < -0.2)
    places = places[~empty]
    y = np.arange(len(places)) % 2
    scatters = draw_classes(ax, places, y, np.array([0, 1]))
    legend = draw_legend(ax, scatters)
    ax.figure.draw_without_rendering()
    bounds = legend.get_window_extent().transformed(ax.transAxes.inverted())
    assert bounds.x1 < 0.5 and bounds.y1 < 0.5
