"""Thumbnails: images of some points, at their places, none over another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._drawing import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PatchCollection
    from matplotlib.image import AxesImage

__all__ = ["apart", "checked_images", "draw_thumbnails", "size_of_thumbnails"]

# Room between thumbnails, as a part of their size.
GAP = 0.06


def checked_images(images: ArrayLike, n_samples: int, columns: list[int]) -> NDArray:
    """Images (n, height, width) in grey, or (n, height, width, 3 or 4) in colour.

    Raises
    ------
    ValueError
        If their shape or their values are others, or if three columns are drawn.
    """
    if len(columns) == 3:
        raise ValueError("images are drawn in one or two dimensions, not in three.")
    try:
        images = np.asarray(images)
    except ValueError as error:  # of several shapes
        raise ValueError(
            "images must be of one shape, to be an array: crop or resize them."
        ) from error
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    in_colour = images.ndim == 4 and images.shape[-1] in (3, 4)
    if (
        images.shape[:1] != (n_samples,)
        or not (images.ndim == 3 or in_colour)
        or 0 in images.shape
    ):
        raise ValueError(
            f"images must have the shape ({n_samples}, height, width), or with 3 or 4 "
            f"colour channels at the end, got {images.shape}."
        )
    if images.dtype.kind not in "biuf":
        raise ValueError(f"images must be numbers, got {images.dtype}.")
    if in_colour:
        largest = 1 if images.dtype.kind in "bf" else 255
        if not (images.min(initial=0) >= 0 and images.max(initial=0) <= largest):
            raise ValueError(
                "images in colour must be floats from 0 to 1 or integers from 0 to "
                f"255, got {images.dtype} from {images.min():.6g} to "
                f"{images.max():.6g}."
            )
        if images.dtype.kind in "iu":
            images = images.astype(np.uint8, copy=False)
    return images


def size_of_thumbnails(
    ax: Axes, image_shape: tuple[int, int], image_size: float
) -> tuple[float, float]:
    """Width and height of thumbnails, in the units of the data as drawn now.

    Parameters
    ----------
    ax : matplotlib Axes
        With its limits and aspect set.
    image_shape : (height, width)
        Pixels of an image; the ratio is kept.
    image_size : float
        Longer side of a thumbnail, as a part of the axes' side: of the square that has
        the axes' area.
    """
    ax.apply_aspect()
    bounds = ax.get_window_extent()
    longer = image_size * np.sqrt(bounds.width * bounds.height)
    height, width = longer * np.array(image_shape) / max(image_shape)
    left, right = ax.get_xbound()
    bottom, top = ax.get_ybound()
    return (
        width * (right - left) / bounds.width,
        height * (top - bottom) / bounds.height,
    )


def apart(places: NDArray, size: tuple[float, float], max_images: int) -> NDArray:
    """Points whose boxes of this size do not touch, chosen greedily, first come.

    Returns
    -------
    chosen : ndarray of shape (n_chosen,)
        Ascending.
    """
    x, y = np.transpose(places)
    width, height = np.array(size) * (1 + GAP)
    is_free = np.ones(len(places), dtype=bool)
    chosen: list[int] = []
    first = 0
    while len(chosen) < max_images:
        # None before the last one chosen is free.
        first += int(is_free[first:].argmax())
        if not is_free[first]:
            break
        chosen.append(first)
        is_free &= (abs(x - x[first]) >= width) | (abs(y - y[first]) >= height)
    return np.array(chosen, dtype=np.intp)


def draw_thumbnails(
    ax: Axes,
    images: NDArray,
    places: NDArray,
    colours: NDArray,
    *,
    max_images: int | None = None,
    image_size: float = 0.07,
    image_kw: dict[str, Any] | None = None,
) -> tuple[NDArray, list[AxesImage], PatchCollection]:
    """Draw images with their middles at the places of some points, none over another.

    They are as large as the data, not as the picture: zooming in shows them larger,
    and they do not come to overlap when the figure is made smaller.

    Returns
    -------
    chosen : ndarray of shape (n_chosen,)
        Points whose images are drawn.
    drawn : list of matplotlib AxesImage
    frames : matplotlib PatchCollection
        In the colours of the points.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.image import AxesImage
    from matplotlib.patches import Rectangle

    width, height = size = _make_room(ax, places, images.shape[1:3], image_size)
    chosen = apart(places, size, len(places) if max_images is None else max_images)
    corners = places[chosen] - np.array(size) / 2
    style: dict[str, Any] = {"cmap": "gray", "interpolation": "nearest", "zorder": 3}
    style |= styled(AxesImage, {}, image_kw)
    limits = {"vmin": style.pop("vmin", None), "vmax": style.pop("vmax", None)}
    finite = images[np.isfinite(images)] if images.ndim == 3 else images[:0]
    if finite.size:
        limits["vmin"] = finite.min() if limits["vmin"] is None else limits["vmin"]
        limits["vmax"] = finite.max() if limits["vmax"] is None else limits["vmax"]
    drawn = []
    for (x, y), pixels in zip(corners, images[chosen], strict=True):
        artist = AxesImage(ax, extent=(x, x + width, y, y + height), **style)
        artist.set_data(pixels)
        if pixels.ndim == 2 and "norm" not in style:
            artist.set_clim(**limits)
        ax.add_image(artist)
        artist.set_clip_path(ax.patch)
        drawn.append(artist)
    frames = PatchCollection(
        [Rectangle(corner, width, height) for corner in corners],
        facecolors="none",
        edgecolors=colours[chosen],
        linewidths=1.2,
        zorder=style["zorder"] + 0.1,
    )
    ax.add_collection(frames, autolim=False)
    return chosen, drawn, frames


def _make_room(
    ax: Axes, places: NDArray, image_shape: tuple[int, int], image_size: float
) -> tuple[float, float]:
    """Widen the limits, so that no thumbnail is cut off, and return their size."""
    figure = ax.figure.canvas.figure
    if ax.get_aspect() == "auto" and figure.get_layout_engine() is not None:
        figure.draw_without_rendering()  # else the layout would distort the images
    low, high = places.min(axis=0), places.max(axis=0)
    for _ in range(3):  # in wider axes they are larger
        half = np.array(size_of_thumbnails(ax, image_shape, image_size)) * (0.5 + GAP)
        for get_bound, set_bound, least, most in zip(
            (ax.get_xbound, ax.get_ybound),
            (ax.set_xbound, ax.set_ybound),
            low - half,
            high + half,
            strict=True,
        ):
            lower, upper = get_bound()
            set_bound(min(lower, least), max(upper, most))
    return size_of_thumbnails(ax, image_shape, image_size)
