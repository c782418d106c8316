"""Several pairs of axes for one picture."""

from numbers import Integral
from typing import Any
from weakref import WeakSet

import numpy as np

from ._drawing import axes_of

__all__ = ["columns_of", "panels_of"]

# Axes that have given their place to panels.
_taken: WeakSet[Any] = WeakSet()


def columns_of(n_columns, default):
    """How many panels are side by side: as many as asked for, or `default`."""
    if n_columns is None:
        return default
    is_integer = isinstance(n_columns, Integral) and not isinstance(n_columns, bool)
    if not is_integer or n_columns < 1:
        raise ValueError(
            f"n_columns must be an int of at least 1, or None, got {n_columns!r}."
        )
    return int(n_columns)


def panels_of(ax, n_panels, n_columns, size, caller):
    """Axes of small multiples, in the order of reading.

    Parameters
    ----------
    ax : matplotlib Axes, array-like of matplotlib Axes or None
        None makes a new figure of pyplot's; one pair of axes gives its place to all
        panels; several are the panels.
    n_panels : int
    n_columns : int
        Panels side by side.
    size : (float, float)
        Width and height of a panel of a new figure, in inches.
    caller : str
        Who draws.

    Returns
    -------
    axes : ndarray of matplotlib Axes of shape (n_panels,)

    Raises
    ------
    ValueError
        If several axes are given, but not as many as there are panels, or one pair
        the place of which an earlier picture has taken.
    """
    if ax is not None and np.ndim(ax) > 0:
        axes = np.asarray(ax, dtype=object).ravel()
        if len(axes) != n_panels:
            raise ValueError(
                f"{caller} draws {n_panels} panels, but ax has {len(axes)} axes: give "
                "one axes for each panel, or one whose place they share."
            )
        return axes
    outer = axes_of(ax, caller)
    if outer in _taken and not outer.axison:
        raise ValueError(
            f"ax of {caller} has given its place to panels before, its axis is off: "
            "draw on them again by ax=display.axes_, or give new axes."
        )
    figure = outer.figure
    n_rows = -(-n_panels // n_columns)
    if ax is None:
        outer.remove()
        figure.set_size_inches(n_columns * size[0], n_rows * size[1])
        figure.set_layout_engine("constrained")
        grid = figure.add_gridspec(n_rows, n_columns)
    else:
        outer.set_axis_off()
        _taken.add(outer)
        grid = _grid_within(outer, n_rows, n_columns)
    cells = [divmod(k, n_columns) for k in range(n_panels)]
    return np.array([figure.add_subplot(grid[cell]) for cell in cells], dtype=object)


def _grid_within(ax, n_rows, n_columns):
    spec = ax.get_subplotspec()
    if spec is not None:
        return spec.subgridspec(n_rows, n_columns)
    left, bottom, right, top = ax.get_position().extents
    return ax.figure.add_gridspec(
        n_rows, n_columns, left=left, bottom=bottom, right=right, top=top
    )
