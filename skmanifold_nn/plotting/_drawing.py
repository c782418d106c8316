"""What all Displays need of matplotlib, imported when they draw."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from weakref import WeakSet

import numpy as np

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "MARKERS",
    "MISSING",
    "OKABE_ITO",
    "PETROFF",
    "VERMILION",
    "axes_of",
    "class_styles",
    "closes_on_error",
    "draw_scale",
    "is_scale",
    "styled",
]

P = ParamSpec("P")
T = TypeVar("T")

# Figures made by the `plot` that is running.
_made: ContextVar[list[Figure] | None] = ContextVar("_made", default=None)
# Axes of the scales that Displays have drawn; others are the user's.
_scales: WeakSet[Axes] = WeakSet()

# Okabe and Ito's palette, told apart with any colour vision: blue, orange, bluish
# green, reddish purple, sky blue, vermilion, yellow, black, in an order in which the
# first few differ most. Two lines or clouds that are contrasted take BLUE, VERMILION.
OKABE_ITO = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#000000",
)
BLUE, VERMILION = OKABE_ITO[0], OKABE_ITO[5]


# Petroff's ten colours, arXiv:2107.02270, for more classes than Okabe and Ito have
# colours: with normal vision less apart than theirs, with the others as much.
PETROFF = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
MARKERS = "o^sDvP<*>X"
MISSING = "#c8c8c8"  # of points whose class or value is not known


def class_styles(n_classes: int) -> tuple[list[str], list[str]]:
    """Colours and markers of classes: up to eight, up to ten, or any number of them.

    Beyond ten classes the colours come again with other markers, beyond a hundred the
    markers too.
    """
    palette = OKABE_ITO if n_classes <= len(OKABE_ITO) else PETROFF
    n_colours = len(palette)
    colours = [palette[k % n_colours] for k in range(n_classes)]
    markers = [MARKERS[k // n_colours % len(MARKERS)] for k in range(n_classes)]
    return colours, markers


def closes_on_error(plot: Callable[P, T]) -> Callable[P, T]:
    """Decorate a `plot`: if it fails, the figure that it has made is closed."""

    @wraps(plot)
    def plot_or_close(*args: P.args, **kwargs: P.kwargs) -> T:
        made: list[Figure] = []
        token = _made.set(made)
        try:
            return plot(*args, **kwargs)
        except BaseException:
            for figure in made:
                from matplotlib import pyplot

                pyplot.close(figure)
            raise
        finally:
            _made.reset(token)

    return plot_or_close


def axes_of(
    ax: Axes | None,
    caller: str,
    *,
    projection: str | None = None,
    layout: str | None = None,
) -> Axes:
    """The axes to draw on, in a new figure of pyplot's where None is given.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Given by the user.
    caller : str
        Who asks, for the error.
    projection : str, default=None
        Of new axes, as ``"3d"``.
    layout : str, default=None
        Layout engine of a new figure.

    Returns
    -------
    ax : matplotlib Axes
        Those given, or new ones.

    Raises
    ------
    ImportError
        If matplotlib is not installed; says how to get it.
    TypeError
        If `ax` is something else.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{caller} requires matplotlib, which comes with the extra 'plot': "
            "pip install 'skmanifold-nn[plot]'"
        ) from error
    if ax is None:
        figure, ax = plt.subplots(subplot_kw={"projection": projection}, layout=layout)
        made = _made.get()
        if made is not None:
            made.append(figure)
        return ax
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise TypeError(
            f"ax of {caller} must be matplotlib Axes, or None for new ones, got "
            f"{type(ax).__name__}: figure.add_subplot() makes them."
        )
    return ax


def draw_scale(
    ax: Axes,
    drawn: Any,
    label: str,
    *,
    beside: Any = None,
    bounds: tuple[float, float, float, float] | None = None,
    **place: Any,
) -> Colorbar | None:
    """Draw the scale of what is drawn, in the place of that of an earlier picture.

    Colour bars that others have drawn stay.

    Parameters
    ----------
    ax : matplotlib Axes
    drawn : matplotlib AxesImage or Collection
        On them.
    label : str
    beside : list of matplotlib Axes, default=None
        Beside which it stands. None: those of `drawn`.
    bounds : (left, bottom, width, height), default=None
        Where it stands, in the units of the axes. None: where there is room.
    **place : dict
        Keywords of `colorbar`.

    Returns
    -------
    colorbar : matplotlib Colorbar or None
        None if what is drawn has colours of the user's own, no values.
    """
    if drawn.get_array() is None:
        return None
    there = {*ax.figure.axes, *ax.child_axes}.intersection(_scales)
    earlier = [
        artist.colorbar.ax
        for artist in (*ax.images, *ax.collections)
        if artist.colorbar is not None and artist.colorbar.ax in there
    ]
    if earlier:
        earlier[-1].clear()
        place = {"cax": earlier[-1]}
    elif bounds is not None:
        place = {"cax": ax.inset_axes(bounds)}
    else:
        place["ax"] = ax if beside is None else beside
    colorbar = ax.figure.colorbar(drawn, label=label, **place)
    _scales.add(colorbar.ax)
    return colorbar


def is_scale(c: Any) -> bool:
    """Whether a scatter's c are values for a colour map, not colours."""
    return np.iterable(c) and not any(isinstance(v, str) or np.ndim(v) for v in c)


def styled(
    artist: type[Artist], defaults: dict[str, Any], given: dict[str, Any] | None
) -> dict[str, Any]:
    """Keywords for an artist: those given, under any alias, replace the defaults."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.markers import MarkerStyle

    given = dict(given or {})
    # A scatter's c, values for a colour map, is no alias of its color.
    is_scatter = artist.__name__ == "PathCollection"
    values = {"c": given.pop("c")} if is_scatter and "c" in given else {}
    if given.get("marker", "o") is None:
        del given["marker"]
    given = {**normalize_kwargs(given, artist), **values}
    replaced = {"color"} if values else set()
    if is_scatter and ("color" in given or (values and not is_scale(values["c"]))):
        replaced |= {"c", "cmap", "vmin", "vmax"}
    if is_scatter and not MarkerStyle(given.get("marker", "o")).is_filled():
        replaced |= {"edgecolor", "linewidth"}  # of crosses these are all there is
    return {key: defaults[key] for key in defaults if key not in replaced} | given
