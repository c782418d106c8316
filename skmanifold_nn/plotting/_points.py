"""Points of an embedding: their places, colours, markers and legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._drawing import BLUE, MISSING, class_styles, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.colors import Colormap
    from matplotlib.legend import Legend

    from ._labels import Labels

__all__ = [
    "colours_of",
    "draw_legend",
    "draw_points",
    "label_axes",
    "places_of",
]

ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
# More points than this are drawn as pixels, also in vector graphics.
MANY = 5000
# Part of the axes that one point covers; n points cover sqrt(n) as much together.
COVER = 0.004
SMALLEST, LARGEST = 0.3, 30.0  # areas of markers, in square points
# Multiples of it, less their whole part, fill an interval evenly.
GOLDEN = (np.sqrt(5) - 1) / 2
# The best place for a legend among more points takes a while to find.
SLOW = 20_000
LEGEND_ROWS, MOST_CLASSES = 20, 60


def places_of(coordinates: NDArray, labels: Labels | None) -> NDArray:
    """Where points are drawn.

    A single coordinate goes with the class, of which every one has a band, the value,
    or the number of the point.

    Returns
    -------
    places : ndarray of shape (n_samples, 2 or 3)
    """
    n_samples, n_columns = coordinates.shape
    if n_columns > 1:
        return coordinates
    if labels is None:
        return np.column_stack([np.arange(n_samples), coordinates])
    if labels.classes is None:
        heights = labels.codes
        values = heights[labels.known]
        if len(values) < n_samples:  # below all values
            low = values.min(initial=np.inf) if len(values) else 0.0
            span = np.ptp(values) if len(values) else 0.0
            heights = np.where(labels.known, heights, low - 0.1 * (span or 1))
    else:
        bands = np.where(labels.known, labels.codes, len(labels.classes))
        heights = bands + 0.7 * (np.arange(n_samples) * GOLDEN % 1 - 0.5)
    return np.column_stack([coordinates[:, 0], heights])


def label_axes(ax: Axes, columns: list[int], labels: Labels | None) -> None:
    """Name the coordinates; a distance is the same in all directions."""
    names = [
        f"{ORDINALS[k]} coordinate" if k < len(ORDINALS) else f"coordinate {k + 1}"
        for k in columns
    ]
    if len(columns) == 3:
        ax.set(xlabel=names[0], ylabel=names[1], zlabel=names[2])
        ax.locator_params(nbins=5)
        limits = ax.get_xlim3d(), ax.get_ylim3d(), ax.get_zlim3d()
        ax.set_box_aspect(np.ptp(limits, axis=1), zoom=0.85)  # room for the names
    elif len(columns) == 2:
        ax.set(xlabel=names[0], ylabel=names[1])
        ax.set_aspect("equal")
    elif labels is None:
        ax.set(xlabel="point", ylabel=names[0])
    else:
        ax.set(xlabel=names[0], ylabel=labels.name or "")
        if labels.classes is None and labels.name is None:
            ax.set_ylabel("value")
        if labels.classes is not None:
            ticks = [str(name) for name in labels.classes]
            ticks += [] if labels.known.all() else ["not known"]
            ax.set_yticks(range(len(ticks)), ticks)


def colours_of(labels: Labels | None, n_samples: int, cmap: str | Colormap) -> NDArray:
    """RGBA of each point, shape (n_samples, 4)."""
    from matplotlib import colormaps
    from matplotlib.colors import Normalize, to_rgba, to_rgba_array

    if labels is None:
        return np.tile(to_rgba(BLUE), (n_samples, 1))
    if labels.classes is None:
        cmap = colormaps.get_cmap(cmap)
        values = labels.codes[labels.known]
        colours = cmap(Normalize()(values).filled() if len(values) else values)
    else:
        styles = class_styles(len(labels.classes))
        palette = to_rgba_array([colour for colour, _ in styles] or [MISSING])
        colours = palette[labels.codes[labels.known]]
    rgba = np.tile(to_rgba(MISSING), (n_samples, 1))
    rgba[labels.known] = colours
    return rgba


def draw_points(
    ax: Axes,
    places: NDArray,
    labels: Labels | None,
    colours: NDArray,
    cmap: str | Colormap,
    scatter_kw: dict[str, Any] | None,
) -> tuple[list[PathCollection], PathCollection | None]:
    """Draw points, those of which nothing is known below the others.

    Returns
    -------
    scatters : list of matplotlib PathCollection
        One for each kind of marker.
    missing : matplotlib PathCollection or None
    """
    from matplotlib.collections import PathCollection

    n_samples = len(places)
    style = {
        "s": _area_of_markers(ax, n_samples),
        "alpha": 0.9 if n_samples <= MANY else 0.6,
        "linewidth": 0.3 if n_samples <= MANY / 5 else 0,
        "edgecolor": "0.2",
        "rasterized": n_samples > MANY,
    }
    if places.shape[1] == 3:
        style["depthshade"] = False

    def draw(chosen, **defaults):
        drawn = styled(PathCollection, style | defaults, scatter_kw)
        if np.shape(drawn["s"]) == (n_samples,):
            drawn["s"] = np.asarray(drawn["s"])[chosen]
        return ax.scatter(*places[chosen].T, **drawn)

    known = np.ones(n_samples, dtype=bool) if labels is None else labels.known
    missing = None
    if not known.all():
        missing = draw(~known, c=MISSING, zorder=1.5)
    if labels is not None and labels.classes is None:
        scatters = [draw(known, c=labels.codes[known], cmap=cmap, zorder=2)]
        return (scatters if known.any() else []), missing
    markers = np.full(n_samples, "o")
    if labels is not None and labels.classes is not None and labels.classes.size:
        styles = class_styles(len(labels.classes))
        markers = np.array([marker for _, marker in styles])[labels.codes]
    kinds = list(dict.fromkeys(markers[known].tolist()))
    groups = [known & (markers == marker) for marker in kinds]
    scatters = [
        draw(
            group, c=BLUE if labels is None else colours[group], marker=marker, zorder=2
        )
        for group, marker in zip(groups, kinds, strict=True)
    ]
    return scatters, missing


def _area_of_markers(ax: Axes, n_samples: int) -> float:
    """Square points of each of so many markers."""
    bounds = ax.get_window_extent()
    area = bounds.width * bounds.height * (72 / ax.figure.dpi) ** 2
    return float(np.clip(COVER * area / np.sqrt(max(n_samples, 1)), SMALLEST, LARGEST))


def draw_legend(
    ax: Axes,
    labels: Labels | None,
    n_edges: tuple[int, int],
    n_samples: int,
    has_colorbar: bool,
    legend_kw: dict[str, Any] | None,
    marker: Any = None,
) -> Legend | None:
    """Name classes, points of which nothing is known, and how many edges are drawn.

    Beside the axes where the figure has a layout engine, which makes room for it, and
    no colour bar there. All markers are `marker` where that is given.
    """
    from matplotlib.lines import Line2D

    drawn, n_all = n_edges
    entries = []
    classes: Sequence = ()
    if labels is not None and labels.classes is not None:
        classes = labels.classes.tolist()
    if len(classes) <= MOST_CLASSES:
        entries = [
            (*style, str(name))
            for style, name in zip(class_styles(len(classes)), classes, strict=True)
        ]
    if labels is not None and not labels.known.all():
        entries.append((MISSING, "o", "not known"))
    handles = [
        Line2D([], [], color=colour, marker=marker or own, linestyle="none", label=name)
        for colour, own, name in entries
    ]
    if drawn < n_all:
        label = f"{drawn:,} of {n_all:,} edges"
        handles.append(Line2D([], [], color="0.6", label=label))
    if not handles:
        return None
    style: dict[str, Any] = {
        "ncols": -(-len(handles) // LEGEND_ROWS),
        "title": labels.name if labels is not None and entries else None,
        "loc": "best",
        "handlelength": 1,
    }
    if ax.figure.get_layout_engine() is not None and not has_colorbar:
        right = 1.15 if ax.name == "3d" else 1.02  # the third name stands out
        style |= {"loc": "upper left", "bbox_to_anchor": (right, 1)}
        style["borderaxespad"] = 0
    elif ax.name == "3d" or n_samples > SLOW:
        style["loc"] = "upper left"
    given = legend_kw or {}
    if "loc" in given:
        style.pop("bbox_to_anchor", None)
        style.pop("borderaxespad", None)
    return ax.legend(handles=handles, **style | given)
