"""Points: their places, colours, markers and legend, the same in all Displays."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._drawing import BLUE, MISSING, class_styles, is_scale, styled

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
    "styles_among",
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
EDGE = 0.05  # width, as a part of a marker's side
# Multiples of it, less their whole part, fill an interval evenly.
GOLDEN = (np.sqrt(5) - 1) / 2
# What one can give for each point: colours, and numbers.
COLOURS, NUMBERS = ("color", "facecolor", "edgecolor"), ("c", "s", "alpha", "linewidth")
NOT_KNOWN = "not known"
LEGEND_ROWS, MOST_CLASSES = 20, 60
# A legend that must not stand beside the axes names no more classes than this.
MOST_WITHIN = 12
# Legends within axes are beyond this part of both their sides.
FAR = 0.65


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
            ticks += [] if labels.known.all() else [NOT_KNOWN]
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
        palette, _ = class_styles(len(labels.classes))
        colours = to_rgba_array(palette or MISSING)[labels.codes[labels.known]]
    rgba = np.tile(to_rgba(MISSING), (n_samples, 1))
    rgba[labels.known] = colours
    return rgba


def draw_points(
    ax: Axes,
    places: NDArray,
    labels: Labels | None,
    scatter_kw: dict[str, Any] | None = None,
    *,
    cmap: str | Colormap = "viridis",
    by_class: bool = False,
) -> tuple[list[PathCollection], PathCollection | None]:
    """Draw points, those of which nothing is known below the others.

    They are drawn in the order of the rows, or class by class. These all have dark
    edges, which take a while, to stand out from a coloured ground.

    Returns
    -------
    scatters : list of matplotlib PathCollection
        One for each kind of marker, or for each class that has points.
    missing : matplotlib PathCollection or None
    """
    from matplotlib.collections import PathCollection

    n_samples = len(places)
    area = _area_of_markers(ax, n_samples)
    style = {
        "s": area,
        "alpha": 0.9 if n_samples <= MANY else 0.6,
        "linewidth": EDGE * np.sqrt(area) * (n_samples <= MANY or by_class),
        "edgecolor": "0.2",
        "rasterized": n_samples > MANY,
        "zorder": 2,
    }
    if places.shape[1] == 3:
        style["depthshade"] = False

    def draw(chosen, **defaults):
        drawn = styled(PathCollection, style | defaults, scatter_kw)
        if not chosen.all():
            drawn = styles_among(drawn, chosen)
        return ax.scatter(*places[chosen].T, **drawn)

    if labels is None:
        return [draw(np.full(n_samples, True), c=BLUE)], None
    known, codes, missing = labels.known, labels.codes, None
    if not known.all():
        missing = draw(~known, c=MISSING, zorder=1.5, label=NOT_KNOWN)
    if not known.any():
        return [], missing
    if labels.classes is None:
        return [draw(known, c=codes[known], cmap=cmap)], missing
    colours = colours_of(labels, n_samples, cmap)
    _, markers = class_styles(len(labels.classes))
    scatters = []
    # Of classes that are drawn at once, the first.
    firsts = range(len(markers)) if by_class else map(markers.index, markers)
    kinds = np.array([*firsts])[codes]
    for kind in np.unique(kinds[known]):
        group = known & (kinds == kind)
        own = {"label": str(labels.classes[kind])} if by_class else {}
        scatters.append(draw(group, c=colours[group], marker=markers[kind], **own))
    return scatters, missing


def styles_among(style: dict[str, Any], chosen: NDArray) -> dict[str, Any]:
    """The style of some of the points, in colours of the scale of all of them."""
    from matplotlib.colors import is_color_like

    own = {
        key: list(compress(value, chosen))
        for key, value in style.items()
        if key in COLOURS + NUMBERS
        and not isinstance(value, str)
        and np.iterable(value)
        and len(list(value)) == len(chosen)
        and not (key in COLOURS and is_color_like(value))
    }
    if "c" in own and is_scale(own["c"]) and style.get("norm") is None:
        for key, extreme in (("vmin", np.nanmin), ("vmax", np.nanmax)):
            own[key] = extreme(style["c"]) if style.get(key) is None else style[key]
    return style | own


def _area_of_markers(ax: Axes, n_samples: int) -> float:
    """Square points of each of so many markers."""
    bounds = ax.get_window_extent()
    area = bounds.width * bounds.height * (72 / ax.figure.dpi) ** 2
    return float(np.clip(COVER * area / np.sqrt(max(n_samples, 1)), SMALLEST, LARGEST))


def draw_legend(
    ax: Axes,
    places: NDArray,
    labels: Labels | None,
    scatter_kw: dict[str, Any] | None = None,
    legend_kw: dict[str, Any] | None = None,
    *,
    n_edges: tuple[int, int] = (0, 0),
    beside: bool = True,
) -> Legend | None:
    """Name classes, points of which nothing is known, and how many edges are drawn.

    Unless the points have colours of the user's own, or the classes are too many. The
    legend may stand beside the axes where the figure has a layout engine, which makes
    room for it. Otherwise it is in the corner with the fewest points, by the limits
    that the axes have; matplotlib's own search takes long where there are many.
    """
    from matplotlib.lines import Line2D

    points, given = scatter_kw or {}, legend_kw or {}
    most = MOST_CLASSES if beside else MOST_WITHIN
    entries: list[tuple[str, str, Any]] = []
    if labels is not None and not {"c", "color"} & set(points):
        if labels.classes is not None and len(labels.classes) <= most:
            styles = class_styles(len(labels.classes))
            entries += zip(*styles, labels.classes.tolist(), strict=True)
        if not labels.known.all():
            entries.append((MISSING, "o", NOT_KNOWN))
    handles = []
    for colour, own, name in entries:
        dot = {"marker": points.get("marker") or own, "linestyle": "none"}
        handles.append(Line2D([], [], color=colour, label=str(name), **dot))
    drawn, n_all = n_edges
    if drawn < n_all:
        label = f"{drawn:,} of {n_all:,} edges"
        handles.append(Line2D([], [], color="0.6", label=label))
    if not handles:
        return None
    style: dict[str, Any] = {
        "ncols": -(-len(handles) // LEGEND_ROWS),
        "title": labels.name if labels is not None and entries else None,
        "handlelength": 1,
    }
    if "loc" not in given:
        style |= _place_of_legend(ax, places, beside)
    return ax.legend(handles=handles, **style | given)


def _place_of_legend(ax: Axes, places: NDArray, beside: bool) -> dict[str, Any]:
    """Beside the axes, or within them where the fewest points are."""
    if beside and ax.figure.get_layout_engine() is not None:
        right = 1.15 if ax.name == "3d" else 1.02  # the third name stands out
        outside = {"bbox_to_anchor": (right, 1), "borderaxespad": 0}
        return {"loc": "upper left"} | outside
    if ax.name == "3d":
        return {"loc": "upper left"}
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    right, up = ((places - low) / (high - low)).T
    corners = {
        f"{vertical} {horizontal}": np.sum((above > FAR) & (beside > FAR))
        for vertical, above in (("upper", up), ("lower", 1 - up))
        for horizontal, beside in (("right", right), ("left", 1 - right))
    }
    emptiest = min(corners, key=lambda corner: corners[corner])
    return {"loc": emptiest, "fontsize": "small", "framealpha": 0.7}
