"""Disconnected data: every component embedded by itself, side by side.

The bottom eigenvectors of a disconnected graph tell components apart and nothing else:
each component would collapse to a point.
"""

import warnings

import numpy as np

__all__ = ["lay_out", "warn_of_components"]

# Free space between neighbouring components, in parts of their mean width: enough for
# k-means to tell them apart.
MARGIN = 1.0


def warn_of_components(n_components, parameter, what_is_done):
    """The one warning of a disconnected neighbourhood graph.

    Parameters
    ----------
    n_components : int
        Number of connected components.
    parameter : str
        The parameter to increase.
    what_is_done : str
        A sentence.
    """
    warnings.warn(
        f"The number of connected components of the neighbors graph is {n_components} "
        f"> 1. {what_is_done} Increase {parameter} to join them.",
        stacklevel=5,
    )


def lay_out(labels, embed, n_components):
    """Embed each component by itself and put them next to each other.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        Component of every row, from 0.
    embed : callable
        ``embed(rows)`` places the rows of one component, given by their ascending
        indices: an array of shape (len(rows), n_components), its columns of unit norm.
        Called for components of at least two rows, the first component first.
    n_components : int
        Number of coordinates.

    Returns
    -------
    places : ndarray of shape (n, n_components), float64
        Components keep their order along the first axis and do not overlap there; a
        component of m rows is scaled so that its columns have norm sqrt(m / n); each
        column is centred.
    """
    n = len(labels)
    places = np.zeros((n, n_components))
    by_component = np.argsort(labels, kind="stable")
    ends = np.cumsum(np.bincount(labels))
    groups = np.split(by_component, ends[:-1])
    for rows in groups:
        if len(rows) > 1:
            places[rows] = embed(rows) * np.sqrt(len(rows) / n)
    widths = np.array([np.ptp(places[rows, 0]) for rows in groups])
    margin = MARGIN * (widths.mean() if widths.any() else 1.0)
    start = 0.0
    for rows, width in zip(groups, widths, strict=True):
        places[rows, 0] += start - places[rows, 0].min()
        start += width + margin
    return places - places.mean(axis=0)
