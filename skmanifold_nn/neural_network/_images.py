"""The one door through which images and signals enter convolutional networks.

Here it is decided what the axes of X are; everything else scikit-learn checks, on the
flattened samples, which are the same values seen as rows of a table.
"""

import math
import warnings
from numbers import Integral

import numpy as np
from scipy.sparse import issparse

from ._sequences import n_axes

__all__ = ["as_rows", "shape_with_channels"]

# What input_shape may be, by n_dim.
SHAPES = {1: "(n_steps, n_channels)", 2: "(height, width) or (height, width, channels)"}


def as_rows(X, *, fitted_shape=None, n_dim=None, input_shape=None, owner="The net"):
    """X with one row for each sample, and what shape a sample has.

    Parameters
    ----------
    X : array-like of shape (n, height, width, n_channels), (n, height, width), \
            (n, n_steps, n_channels) or (n, n_values)
        With two axes, anything that scikit-learn checks, it is left as it is.
    fitted_shape : tuple of int or None, default=None
        What a net was fitted to; None: X is what it is fitted to.
    n_dim : {1, 2} or None, default=None
        Axes of a sample without that of its channels.
    input_shape : tuple of int, int or None, default=None
        Shape of the samples that are rows of X.
    owner : str
        Who was fitted.

    Returns
    -------
    rows : array-like of shape (n, n_values)
        A view, where X is an array that lies in order.
    shape : tuple of int or None
        Of a sample, with its channels; None: `shape_with_channels` tells, once it is
        known how many columns X has.
    """
    if issparse(X):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required: convolutions "
            "see all values of a window; use X.toarray()."
        )
    if n_axes(X) < 3:
        return X, fitted_shape
    X = _as_array(X)
    axes = X.shape[1:]
    if fitted_shape is not None:
        _check_axes(X.shape, fitted_shape, owner)
        shape = fitted_shape
    else:
        shape = _shape_of(X.shape, n_dim, input_shape)
        if input_shape is not None:
            expected = _with_channels(input_shape, n_dim or len(shape) - 1)
            if shape != expected:
                raise ValueError(
                    f"input_shape={input_shape} is that of samples of shape {expected},"
                    f" but X has samples of shape {shape}: leave input_shape out where "
                    "X is no table."
                )
    return X.reshape(len(X), math.prod(axes)), shape


def _as_array(X):
    try:
        return np.asarray(X)
    except ValueError:
        raise ValueError(
            "X must have samples of one shape, got a list of several: cut them to one "
            "size, or pad them."
        ) from None


def _check_axes(found, fitted_shape, owner):
    """Samples of more than one axis have the fitted shape, the channel axis aside."""
    allowed = [fitted_shape]
    if fitted_shape[-1] == 1 and len(fitted_shape) == 3:
        allowed.append(fitted_shape[:-1])
    if found[1:] in allowed:
        return
    forms = " or ".join(f"(n, {', '.join(map(str, shape))})" for shape in allowed)
    hint = "; one sample is X[np.newaxis]" if found in allowed else ""
    raise ValueError(
        f"X has the shape {found}, but {owner} is expecting {forms}, or rows of "
        f"{math.prod(fitted_shape)} values{hint}."
    )


def _shape_of(found, n_dim, input_shape):
    """Shape of the samples of an array of three or more axes."""
    axes = found[1:]
    if len(axes) > 3:
        raise ValueError(
            f"X has {len(found)} axes, the shape {found}, but must have at most four, "
            "samples, height, width and channels: reshape it."
        )
    if len(axes) == 3:
        if axes[0] in (1, 3) and min(axes[1:]) > 4:
            warnings.warn(
                f"X has the shape {found}, which are images of {axes[0]} x {axes[1]} "
                f"places and {axes[2]} channels: channels come last; if they come "
                "first, give np.moveaxis(X, 1, -1).",
                stacklevel=8,
            )
        if n_dim == 1:
            raise ValueError(
                f"X has four axes, the shape {found}, which are images, but n_dim=1 "
                "is for signals (n, n_steps, n_channels): leave n_dim out."
            )
        return axes
    if n_dim is None and input_shape is not None:
        n_dim = _n_dim_of(_checked(input_shape))
    if n_dim is None:
        raise ValueError(
            f"X has three axes, the shape {found}, which may be images (n, height, "
            "width), n_dim=2, or signals (n, n_steps, n_channels), n_dim=1: set n_dim."
        )
    return axes if n_dim == 1 else (*axes, 1)


def shape_with_channels(n_columns, *, n_dim=None, input_shape=None):
    """Shape of samples that are rows of so many columns.

    Parameters
    ----------
    n_columns : int
    n_dim, input_shape
        As in `as_rows`. Without `input_shape` rows are signals of one channel.

    Returns
    -------
    shape : tuple of int
        The number of channels is last.
    """
    if input_shape is None:
        if n_dim == 2:
            raise ValueError(
                f"n_dim=2, but rows of X with {n_columns} values do not tell how high "
                "and wide images are: give input_shape=(height, width, channels)."
            )
        return n_columns, 1
    shape = _with_channels(input_shape, n_dim)
    if math.prod(shape) != n_columns:
        raise ValueError(
            f"input_shape={input_shape} has {math.prod(shape)} values, but X has "
            f"{n_columns} features: give a shape of as many."
        )
    return shape


def _checked(input_shape):
    shape = (input_shape,) if np.ndim(input_shape) == 0 else tuple(input_shape)
    if not 1 <= len(shape) <= 3 or any(
        not isinstance(n, Integral) or n < 1 for n in shape
    ):
        raise ValueError(
            "input_shape must be one to three positive int, got "
            f"{input_shape}: (height, width, channels) of images, (n_steps, "
            "n_channels) of signals."
        )
    return tuple(int(n) for n in shape)


def _n_dim_of(shape):
    """Where the length of a shape tells it."""
    return {1: 1, 3: 2}.get(len(shape))


def _with_channels(input_shape, n_dim):
    shape = _checked(input_shape)
    told = _n_dim_of(shape)
    if n_dim is None and told is None:
        raise ValueError(
            f"input_shape={shape} may be (height, width) of images, n_dim=2, or "
            "(n_steps, n_channels) of signals, n_dim=1: set n_dim."
        )
    if None not in (n_dim, told) and n_dim != told:
        raise ValueError(
            f"input_shape={shape} does not go with n_dim={n_dim}: give "
            f"{SHAPES[n_dim]}, or leave n_dim out."
        )
    n_dim = n_dim or told
    return shape if len(shape) == n_dim + 1 else (*shape, 1)
