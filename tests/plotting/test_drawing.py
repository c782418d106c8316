"""Axes, styles, and what happens without matplotlib."""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import skmanifold_nn
from skmanifold_nn.plotting._drawing import axes_of, styled


def test_axes_are_those_given_and_pyplot_stays_out():
    ax = Figure().subplots()
    assert axes_of(ax, "caller") is ax
    assert plt.get_fignums() == []


def test_without_axes_pyplot_makes_one_figure():
    ax = axes_of(None, "caller")
    assert plt.get_fignums() == [ax.figure.number]


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
