"""Samples of several classes: a colour and a marker for each."""

import numpy as np

from ._drawing import BLUE, MARKERS, MISSING, VERMILION, class_styles, styled

__all__ = ["colours_of_classes", "draw_classes", "draw_legend"]

# Areas with which markers look alike.
AREAS = {"^": 1.3, "D": 0.9, "v": 1.3, "P": 1.4, "<": 1.3, "*": 2, ">": 1.3, "X": 1.4}
# More classes than this have no legend: nobody could read it.
MOST_IN_LEGEND = 12


def colours_of_classes(n_classes):
    """A colour for each class; two are contrasted."""
    if n_classes <= 2:
        return [BLUE, VERMILION][:n_classes]
    return [colour for colour, _ in class_styles(n_classes)]


def _marker_of(k):
    """A shape for each class: no shape has the same of ten colours twice."""
    return MARKERS[(k + k // len(MARKERS)) % len(MARKERS)]


def draw_classes(ax, places, y, classes, scatter_kw=None):
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
            "linewidth": 0,
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
    """A legend of the classes, unless they are too many; None then."""
    if not 1 < len(scatters) <= MOST_IN_LEGEND:
        return None
    return ax.legend(
        handles=scatters, **{"fontsize": "small", "framealpha": 0.7, **settings}
    )
