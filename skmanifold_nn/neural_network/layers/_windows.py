"""Windows over the places of images and signals, channels last."""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Literal, TypeAlias

from ._shapes import rolled

__all__ = ["Padding", "Sizes", "Windows", "check_count", "mapped", "windows"]

# Of windows: one number for all axes, or one of each.
Sizes: TypeAlias = int | tuple[int, int]
Padding: TypeAlias = Literal["valid", "same"] | int | tuple[int, int]

AXES = {1: "(n_steps, n_channels)", 2: "(height, width, n_channels)"}


@dataclass(eq=False, repr=False)
class Windows:
    """How windows lie in a map.

    Attributes
    ----------
    shape : tuple of int
        Places of the output along each axis.
    kernel : tuple of int
    ints : tuple of int
        The kernels' struct window_geometry; signals are images of one line.
    """

    shape: tuple
    kernel: tuple
    ints: tuple

    @property
    def n_places(self):
        return math.prod(self.shape)

    @property
    def n_taps(self):
        return math.prod(self.kernel)

    @property
    def single(self):
        """Whether every window is one place, and every place has one.

        The rule of `sizes_of` in _convolution.pxd, which needs no scratch then.
        """
        stride, pads = self.ints[7:9], self.ints[11:]
        return self.n_taps == 1 and stride == (1, 1) and pads == (0, 0)


def mapped(planner, tensor, n_axes):
    """A tensor over samples that has so many axes beside the channels."""
    tensor = rolled(planner, tensor)
    if len(tensor.shape) != n_axes + 1:
        raise planner.error(
            f"takes samples of shape {AXES[n_axes]}, got the shape {tensor.shape}: "
            "give input_shape, or put a Reshape layer before it."
        )
    return tensor


def windows(planner, tensor, kernel, *, name, stride, dilation=1, padding="valid"):
    """Windows of a layer whose parameter `name` gives their size."""
    sizes = tensor.shape[:-1]
    kernel = check_axes(planner, name, kernel, len(sizes))
    stride = check_axes(planner, "stride", stride, len(sizes))
    dilation = check_axes(planner, "dilation", dilation, len(sizes))
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if padding == "same":
        shape = tuple(-(-size // s) for size, s in zip(sizes, stride, strict=True))
        pads = [
            max((n - 1) * s + extent - size, 0)
            for n, s, extent, size in zip(shape, stride, extents, sizes, strict=True)
        ]
        first = [pad // 2 for pad in pads]
    else:
        first = (
            (0,) * len(sizes)
            if padding == "valid"
            else _check_padding(planner, padding, extents)
        )
        shape = tuple(
            (size + 2 * pad - extent) // s + 1
            for size, pad, extent, s in zip(sizes, first, extents, stride, strict=True)
        )
    if min(shape) < 1:
        _refuse(planner, name, sizes, first, extents, stride, min(shape))
    # In a map of one place there is no next window.
    stride = tuple(
        1 if size == n == 1 else s
        for size, n, s in zip(sizes, shape, stride, strict=True)
    )
    ints = (*_two(sizes), tensor.shape[-1], *_two(shape), *_two(kernel))
    return Windows(
        shape,
        kernel,
        (*ints, *_two(stride), *_two(dilation), *_two(first, fill=0)),
    )


def _refuse(planner, name, sizes, pads, extents, stride, smallest):
    """Say which axis is too small, by the formula of the output's size."""
    axis = next(
        k
        for k, (size, pad, extent) in enumerate(zip(sizes, pads, extents, strict=True))
        if size + 2 * pad < extent
    )
    n, pad, extent, s = sizes[axis], pads[axis], extents[axis], stride[axis]
    raise planner.error(
        f"shrinks a map of {' x '.join(map(str, sizes))} places below 1: windows "
        f"span {extent} places, and ({n} + 2 * {pad} - {extent}) / {s} + 1 < 1; use a "
        f"smaller {name}, padding='same', or fewer such layers before."
    )


def check_count(planner, name, value):
    """A positive int, or an error."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise planner.error(f"{name} must be a positive int, got {value!r}.")
    return int(value)


def check_axes(planner, name, value, n_axes, least=1):
    """One int of each axis, from one for all or from a tuple."""
    values = (value,) * n_axes if isinstance(value, Integral) else value
    if (
        not isinstance(values, tuple | list)
        or len(values) != n_axes
        or not all(isinstance(v, Integral) and least <= v < 2**31 for v in values)
    ):
        one = f"an int of at least {least}" if least != 1 else "a positive int"
        pair = f", or {n_axes} of them" if n_axes > 1 else ""
        raise planner.error(f"{name} must be {one}{pair}, got {value!r}.")
    return tuple(int(v) for v in values)


def _check_padding(planner, padding, extents):
    if isinstance(padding, str) or padding is None:
        raise planner.error(
            f"padding must be 'valid', 'same' or ints, got {padding!r}: 'same' keeps "
            "the size where the stride is 1."
        )
    pads = check_axes(planner, "padding", padding, len(extents), least=0)
    if any(pad >= extent for pad, extent in zip(pads, extents, strict=True)):
        raise planner.error(
            f"padding must be less than the extent of windows, {tuple(extents)}, got "
            f"{padding!r}: windows would lie in the padding alone."
        )
    return pads


def _two(values, fill=1):
    """Of a line and of a column: signals are images of one line."""
    return (fill, *values) if len(values) == 1 else tuple(values)
