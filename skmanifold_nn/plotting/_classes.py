"""Samples of several classes: a colour and a marker for each."""

import numpy as np

from ._drawing import MARKERS, MISSING, class_styles, styled

__all__ = ["colours_of_classes", "draw_classes", "draw_legend"]

# Areas with which markers look alike.
AREAS = {"^": 1.3, "D": 0.9, "v": 1.3, "P": 1.4, "<": 1.3, "*": 2, ">": 1.3, "X": 1.4}
# More classes than this have no legend: nobody could read it.
MOST_IN_LEGEND = 12
# Beyond this part of both axes a legend is.
FAR = 0.65


def colours_of_classes(n_classes):
    """A colour for each class, the same as in all Displays."""
    return [colour for colour, _ in class_styles(n_classes)]


def _marker_of(k):
    """A shape for each class: no shape has the same of ten colours twice."""
    return MARKERS[(k + k // len(MARKERS)) % len(MARKERS)]


def draw_classes(ax, places, y, classes, scatter_kw=None, *, edges=False):
    """Draw samples, class by class.

    Parameters
    ----------
    ax : matplotlib Axes
    places : ndarray of shape (n_samples, 2)
    y : ndarray of shape (n_samples,)
        Labels. Those that are none of the classes are drawn in grey.
    classes : ndarray of shape (n_classes,)
    scatter_kw : dict, default=None
        Keywords of `scatter`.
    edges : bool, default=False
        Whether markers have dark edges, to stand out from a coloured ground.

    Returns
    -------
    scatters : list of matplotlib PathCollection
        One for each class that has samples.
    """
    from matplotlib.collections import PathCollection

    size = np.clip(400 / np.sqrt(max(len(places), 1)), 10, 30)
    scatters = []
    styles = zip(classes, colours_of_classes(len(classes)), strict=True)
    known = np.zeros(len(places), dtype=bool)
    for k, (label, colour) in enumerate(styles):
        members = y == label
        known |= members
        marker = _marker_of(k)
        points = {
            "color": colour,
            "marker": marker,
            "s": size * AREAS.get(marker, 1),
            "edgecolor": "0.2",
            "linewidth": np.clip(200 / len(places), 0.1, 0.4) if edges else 0,
            "label": str(label),
        }
        if members.any():
            points = styled(PathCollection, points, scatter_kw)
            scatters.append(ax.scatter(*places[members].T, **points))
    if not known.all():
        points = {"color": MISSING, "marker": ".", "s": size, "label": "other"}
        points = styled(PathCollection, points, scatter_kw)
        scatters.append(ax.scatter(*places[~known].T, **points))
    return scatters


def draw_legend(ax, scatters, **settings):
    """A legend of the classes, unless they are too many; None then.

    It is in the corner with the fewest samples, by the limits that the axes have;
    matplotlib's own search takes long where there are many.
    """
    if not 1 < len(scatters) <= MOST_IN_LEGEND:
        return None
    places = np.concatenate([scatter.get_offsets() for scatter in scatters])
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    right, up = ((places - low) / (high - low)).T
    corners = {
        f"{vertical} {horizontal}": np.sum((above > FAR) & (beside > FAR))
        for vertical, above in (("upper", up), ("lower", 1 - up))
        for horizontal, beside in (("right", right), ("left", 1 - right))
    }
    settings = {
        "loc": min(corners, key=corners.get),
        "fontsize": "small",
        "framealpha": 0.7,
    } | settings
    return ax.legend(handles=scatters, **settings)
