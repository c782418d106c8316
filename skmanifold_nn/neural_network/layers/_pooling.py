"""Pooling and upsampling of maps, channels last."""

import math

from ..._kernels._pooling import ADDRESSES
from ._base import Layer
from ._planner import Planner, Tensor
from ._shapes import rolled
from ._windows import check_axes, mapped, windows

__all__ = [
    "AveragePool1D",
    "AveragePool2D",
    "GlobalAveragePool",
    "MaxPool1D",
    "MaxPool2D",
    "UpSample1D",
    "UpSample2D",
]


def pool(planner, tensor, name, over):
    """Plan maxima or means over windows."""
    n_channels = tensor.shape[-1]
    size = over.n_places * n_channels
    return planner.op(
        ADDRESSES[name],
        [tensor],
        (*over.shape, n_channels),
        ints=over.ints,
        cache_per_row=size if name == "max_pool" else 0,
        work=over.n_taps * size,
    )


class _Pool(Layer):
    _n_axes = 2
    _op = "max_pool"

    def __init__(self, pool_size=2, *, stride=None, padding="valid"):
        self.pool_size = pool_size
        self.stride = stride
        self.padding = padding

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        tensor = mapped(planner, tensor, self._n_axes)
        sizes = check_axes(planner, "pool_size", self.pool_size, self._n_axes)
        if self.padding == "same":
            # Windows of twice the map see all of it, wherever they are.
            places = zip(sizes, tensor.shape, strict=False)
            sizes = tuple(min(size, 2 * n) for size, n in places)
        over = windows(
            planner,
            tensor,
            sizes,
            name="pool_size",
            stride=self.pool_size if self.stride is None else self.stride,
            padding=self.padding,
        )
        return pool(planner, tensor, self._op, over)


class MaxPool1D(_Pool):
    """The largest value of each channel in windows of a signal.

    Samples have the shape (n_steps, n_channels).

    Parameters
    ----------
    pool_size : int, default=2
        Steps of a window.
    stride : int, default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"} or int, default="valid"
        As of `Conv1D`; what is added is never the largest.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import MaxPool1D
    >>> MaxPool1D(3, stride=2)
    MaxPool1D(pool_size=3, stride=2)
    """

    _n_axes = 1


class MaxPool2D(_Pool):
    """The largest value of each channel in windows of an image.

    Samples have the shape (height, width, n_channels).

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Lines and columns of a window.
    stride : int or (int, int), default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        As of `Conv2D`; what is added is never the largest.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import MaxPool2D
    >>> MaxPool2D((2, 1))
    MaxPool2D(pool_size=(2, 1))
    """


class AveragePool1D(_Pool):
    """The mean of each channel in windows of a signal.

    Samples have the shape (n_steps, n_channels).

    Parameters
    ----------
    pool_size : int, default=2
        Steps of a window.
    stride : int, default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"} or int, default="valid"
        As of `Conv1D`; what is added does not count in the means.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import AveragePool1D
    >>> AveragePool1D(4)
    AveragePool1D(pool_size=4)
    """

    _n_axes = 1
    _op = "average_pool"


class AveragePool2D(_Pool):
    """The mean of each channel in windows of an image.

    Samples have the shape (height, width, n_channels).

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Lines and columns of a window.
    stride : int or (int, int), default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        As of `Conv2D`; what is added does not count in the means.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import AveragePool2D
    >>> AveragePool2D(3, stride=1, padding="same")
    AveragePool2D(padding='same', pool_size=3, stride=1)
    """

    _op = "average_pool"


class GlobalAveragePool(Layer):
    """The mean of each channel over all places of an image or signal.

    References
    ----------
    Lin, Chen and Yan, "Network in network", ICLR 2014, section 3.2.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import GlobalAveragePool
    >>> GlobalAveragePool()
    GlobalAveragePool()
    """

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        tensor = rolled(planner, tensor)
        *sizes, n_channels = tensor.shape
        if not sizes:
            raise planner.error(
                "takes samples of shape (height, width, n_channels) or (n_steps, "
                f"n_channels), got the shape {tensor.shape}: put it before a Flatten."
            )
        flat = planner.reshaped(tensor, (math.prod(sizes), n_channels))
        over = windows(planner, flat, flat.shape[0], name="pool_size", stride=1)
        means = pool(planner, flat, "average_pool", over)
        return planner.reshaped(means, (n_channels,))


class _UpSample(Layer):
    _n_axes = 2

    def __init__(self, factor=2):
        self.factor = factor

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        tensor = mapped(planner, tensor, self._n_axes)
        factors = check_axes(planner, "factor", self.factor, self._n_axes)
        *sizes, n_channels = tensor.shape
        shape = tuple(n * factor for n, factor in zip(sizes, factors, strict=True))
        shape = (*shape, n_channels)
        # The geometry of the output's pooling back to the input.
        whole = type(tensor)(shape, -1)
        over = windows(planner, whole, factors, name="factor", stride=factors)
        return planner.op(ADDRESSES["upsample"], [tensor], shape, ints=over.ints)


class UpSample1D(_UpSample):
    """Every step of a signal some times, one after the other.

    Samples have the shape (n_steps, n_channels).

    Parameters
    ----------
    factor : int, default=2
        How many times.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import UpSample1D
    >>> UpSample1D(3)
    UpSample1D(factor=3)
    """

    _n_axes = 1


class UpSample2D(_UpSample):
    """Every place of an image as a block of equal ones.

    Samples have the shape (height, width, n_channels).

    Parameters
    ----------
    factor : int or (int, int), default=2
        Lines and columns of a block.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import UpSample2D
    >>> UpSample2D((2, 1))
    UpSample2D(factor=(2, 1))
    """
