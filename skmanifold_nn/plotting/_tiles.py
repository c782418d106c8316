"""Small pictures side by side on one pair of axes, in colours of one scale."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_array

from ._drawing import styled

__all__ = [
    "chosen",
    "colours",
    "draw_strips",
    "draw_table",
    "draw_tiles",
    "finite",
    "grid_of",
    "number_axis",
    "write_above",
]

# Both are told apart with any colour vision; red and blue part at zero.
SEQUENTIAL, DIVERGING = "viridis", "RdBu_r"
# Between tiles, as a share of the larger side of one.
GAP = 0.12
# The same above tiles with a label.
ABOVE = 0.4
# Width of all tiles over their height, about, where nobody says how many columns.
SHAPE = 4 / 3
# Numbers that an axis has at most.
MOST_NUMBERS = 24


def finite(array, name):
    """A numeric array of any number of axes without NaN.

    Raises
    ------
    ValueError
        If it is none; the message has its name.
    """
    return check_array(
        array,
        ensure_2d=False,
        allow_nd=True,
        input_name=name,
        dtype="numeric",
        estimator="The display",
    )


def chosen(indices, n, what, *, name="indices"):
    """Which of n things to draw: those asked for, or all; `name` is the parameter."""
    if indices is None:
        return np.arange(n)
    indices = np.atleast_1d(indices)
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise ValueError(f"{name} must be int, one or a list of them, got {indices}.")
    if len(indices) == 0 or indices.min() < -n or indices.max() >= n:
        raise ValueError(
            f"{name} must be some of the {n} {what}, 0 to {n - 1}, got {indices}."
        )
    return indices % n


def colours(values, cmap=None, *, signed=None):
    """Keywords of `imshow`: one scale for all values, with zero in its middle.

    Parameters
    ----------
    values : ndarray
    cmap : str or matplotlib Colormap, default=None
        None: one that diverges at zero, or one that rises from zero.
    signed : bool, default=None
        Whether the scale has a negative half; None: where values have.
    """
    largest = float(np.abs(values).max(initial=0)) or 1.0
    signed = bool((values < 0).any()) if signed is None else signed
    return {
        "cmap": cmap or (DIVERGING if signed else SEQUENTIAL),
        "vmin": -largest if signed else 0.0,
        "vmax": largest,
    }


@dataclass
class Grid:
    """Where tiles lie that are drawn side by side, in places.

    Attributes
    ----------
    height, width : float
        Of a tile.
    n_columns : int
    gap, above : float
        Between columns, and above each row.
    """

    height: float
    width: float
    n_columns: int
    gap: float
    above: float

    def extent(self, row, column):
        """Left, right, bottom and top of a tile, as `imshow` wants them."""
        left = column * (self.width + self.gap)
        top = row * (self.height + self.above)
        return left, left + self.width, top + self.height, top

    def frame(self, ax, n_rows):
        """Set the limits of axes; ticks and frame would mean nothing."""
        right, bottom = self.extent(n_rows - 1, self.n_columns - 1)[1:3]
        margin = self.gap / 2
        ax.set(xlim=(-margin, right + margin), ylim=(bottom + margin, -self.above))
        ax.set(xticks=[], yticks=[], aspect="equal")
        for spine in ax.spines.values():
            spine.set_visible(False)


def grid_of(n_tiles, shape, n_columns=None, *, labelled=False):
    """The grid of so many tiles, about as wide as axes are."""
    height, width = shape
    if n_columns is None:
        about = int(np.ceil(np.sqrt(n_tiles * SHAPE * height / width)))
        # One more or less, if that leaves fewer places empty.
        n_columns = min(
            (about, about + 1, about - 1),
            key=lambda n: -n_tiles % n if n > 0 else n_tiles,
        )
    larger = max(shape)
    return Grid(
        height,
        width,
        int(np.clip(n_columns, 1, n_tiles)),
        GAP * larger,
        (ABOVE if labelled else GAP) * larger,
    )


def draw_tiles(ax, tiles, image, *, n_columns=None, labels=None, text_kw=None):
    """Draw arrays of one shape side by side, each place as a square.

    Parameters
    ----------
    ax : matplotlib Axes
    tiles : sequence of ndarray of shape (height, width)
        In the order of reading.
    image : dict
        Keywords of `imshow`.
    n_columns : int, default=None
        Tiles side by side. None: about as axes are shaped.
    labels : sequence, default=None
        Written above the tiles.
    text_kw : dict, default=None
        Keywords of the labels.

    Returns
    -------
    images : list of matplotlib AxesImage
    texts : list of matplotlib Text
    """
    grid = grid_of(len(tiles), tiles[0].shape, n_columns, labelled=labels is not None)
    images, texts = [], []
    for k, tile in enumerate(tiles):
        extent = grid.extent(*divmod(k, grid.n_columns))
        images.append(ax.imshow(tile, extent=extent, **image))
        if labels is not None:
            texts.append(write_above(ax, extent, grid.gap, labels[k], text_kw))
    grid.frame(ax, -(-len(tiles) // grid.n_columns))
    return images, texts


def draw_table(ax, tiles, image, numbers, *, labels=True):
    """Draw a row of tiles for each channel, a column for each filter.

    Parameters
    ----------
    ax : matplotlib Axes
    tiles : ndarray of shape (n_filters, height, width, n_channels)
    image : dict
        Keywords of `imshow`.
    numbers : ndarray of shape (n_filters,)
    labels : bool, default=True
        Whether to write the numbers.

    Returns
    -------
    images : list of matplotlib AxesImage
        Channel by channel.
    """
    n_filters, *shape, n_channels = tiles.shape
    grid = grid_of(n_filters * n_channels, shape, n_filters)
    images = [
        ax.imshow(tiles[k, ..., c], extent=grid.extent(c, k), **image)
        for c in range(n_channels)
        for k in range(n_filters)
    ]
    grid.frame(ax, n_channels)
    if labels:
        columns = np.arange(n_filters) * (grid.width + grid.gap) + grid.width / 2
        rows = np.arange(n_channels) * (grid.height + grid.above) + grid.height / 2
        number_axis(ax.xaxis, columns, numbers)
        number_axis(ax.yaxis, rows, np.arange(n_channels))
        ax.tick_params(length=0)
        ax.set(xlabel="filter", ylabel="channel")
    return images


def write_above(ax, extent, gap, label, text_kw):
    """Write above a tile, in the middle."""
    from matplotlib.text import Text

    text = {"fontsize": "x-small", "ha": "center", "va": "bottom"}
    left, right, _, top = extent
    text = styled(Text, text, text_kw)
    return ax.text((left + right) / 2, top - gap / 4, str(label), **text)


def draw_strips(ax, strips, numbers, image, what):
    """Draw the rows of an array below each other, time to the right.

    Parameters
    ----------
    ax : matplotlib Axes
    strips : ndarray of shape (n_strips, n_steps)
    numbers : ndarray of shape (n_strips,)
        What the strips are called.
    image : dict
        Keywords of `imshow`.
    what : str
        What the numbers are.

    Returns
    -------
    images : list of matplotlib AxesImage
        One.
    """
    drawn = ax.imshow(strips, aspect="auto", **image)
    number_axis(ax.yaxis, np.arange(len(strips)), numbers)
    ax.set(xlabel="step", ylabel=what)
    return [drawn]


def number_axis(axis, places, numbers):
    """Write numbers at places of an axis, as many as there is room for."""
    step = -(-len(places) // MOST_NUMBERS)
    axis.set_ticks(places[::step], [str(n) for n in numbers[::step]])
