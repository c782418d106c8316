"""Pooling and upsampling of maps, channels last."""

import math

from ..._kernels._pooling import ADDRESSES
from ._base import Layer
from ._planner import Planner, Tensor
from ._shapes import rolled
from ._windows import Padding, Sizes, check_axes, mapped, windows

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

    def __init__(
        self,
        pool_size: Sizes = 2,
        *,
        stride: Sizes | None = None,
        padding: Padding = "valid",
    ) -> None:
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

    Samples have the shape (n_steps, n_channels), and as many channels when they come
    out, of floor((n_steps + 2 padding - pool_size) / stride) + 1 steps.

    Parameters
    ----------
    pool_size : int, default=2
        Steps of a window.
    stride : int, default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"} or int, default="valid"
        As of `Conv1D`; what is added is never the largest.

    See Also
    --------
    MaxPool2D : For images.
    AveragePool1D : Means in place of the largest values.
    GlobalAveragePool : Means over all places.

    References
    ----------
    Scherer, Müller and Behnke, "Evaluation of pooling operations in convolutional
    architectures for object recognition", ICANN 2010: of images.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Flatten, MaxPool1D
    >>> X, y = np.array([[0.0, 5.0, 1.0, 2.0, 9.0, 3.0, 4.0]]), [0.0]
    >>> net = SequentialRegressor(
    ...     [("pool", MaxPool1D(3, stride=2)), ("flat", Flatten())], input_shape=(7, 1))
    >>> net.partial_fit(X, y).transform(X)
    array([[5., 9., 9.]])
    """

    _n_axes = 1


class MaxPool2D(_Pool):
    """The largest value of each channel in windows of an image.

    Samples have the shape (height, width, n_channels), and as many channels when they
    come out, of floor((size + 2 padding - pool_size) / stride) + 1 places along each
    axis. It throws away where exactly something was found, so that small shifts matter
    less.

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Lines and columns of a window.
    stride : int or (int, int), default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        As of `Conv2D`; what is added is never the largest.

    See Also
    --------
    MaxPool1D : For signals.
    AveragePool2D : Means in place of the largest values.
    GlobalAveragePool : Means over all places.

    References
    ----------
    Scherer, Müller and Behnke, "Evaluation of pooling operations in convolutional
    architectures for object recognition", ICANN 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Flatten, MaxPool2D
    >>> X, y = np.arange(16.0).reshape(1, -1), [0.0]
    >>> net = SequentialRegressor(
    ...     [("pool", MaxPool2D(2)), ("flat", Flatten())], input_shape=(4, 4, 1))
    >>> net.partial_fit(X, y).transform(X)
    array([[ 5.,  7., 13., 15.]])
    """


class AveragePool1D(_Pool):
    """The mean of each channel in windows of a signal.

    Samples have the shape (n_steps, n_channels), and as many channels when they come
    out, of floor((n_steps + 2 padding - pool_size) / stride) + 1 steps.

    Parameters
    ----------
    pool_size : int, default=2
        Steps of a window.
    stride : int, default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"} or int, default="valid"
        As of `Conv1D`; what is added does not count in the means, unlike
        PyTorch's default.

    See Also
    --------
    AveragePool2D : For images.
    MaxPool1D : The largest values in place of means.
    GlobalAveragePool : Means over all places.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998, section II: of images.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import AveragePool1D, Flatten
    >>> X, y = np.arange(6.0).reshape(1, -1), [0.0]
    >>> net = SequentialRegressor(
    ...     [("pool", AveragePool1D(2)), ("flat", Flatten())], input_shape=(6, 1))
    >>> net.partial_fit(X, y).transform(X)
    array([[0.5, 2.5, 4.5]])
    """

    _n_axes = 1
    _op = "average_pool"


class AveragePool2D(_Pool):
    """The mean of each channel in windows of an image.

    Samples have the shape (height, width, n_channels), and as many channels when they
    come out, of floor((size + 2 padding - pool_size) / stride) + 1 places along each
    axis.

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Lines and columns of a window.
    stride : int or (int, int), default=None
        Distance of windows; None: `pool_size`, so that they do not overlap.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        As of `Conv2D`; what is added does not count in the means, unlike
        PyTorch's default.

    See Also
    --------
    AveragePool1D : For signals.
    MaxPool2D : The largest values in place of means.
    GlobalAveragePool : Means over all places.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998, section II.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import AveragePool2D, Flatten
    >>> X, y = np.arange(16.0).reshape(1, -1), [0.0]
    >>> net = SequentialRegressor(
    ...     [("pool", AveragePool2D(2)), ("flat", Flatten())], input_shape=(4, 4, 1))
    >>> net.partial_fit(X, y).transform(X)
    array([[ 2.5,  4.5, 10.5, 12.5]])
    """

    _op = "average_pool"


class GlobalAveragePool(Layer):
    """The mean of each channel over all places of an image or signal.

    Samples have the shape (height, width, n_channels) or (n_steps, n_channels), those
    that come out (n_channels,): before dense layers, in place of a `Flatten`, it saves
    weights, and no place means more than another.

    See Also
    --------
    Flatten : Keeps all values.

    References
    ----------
    Lin, Chen and Yan, "Network in network", ICLR 2014, section 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import GlobalAveragePool
    >>> X, y = np.arange(12.0).reshape(1, -1), [0.0]
    >>> net = SequentialRegressor([("mean", GlobalAveragePool())], input_shape=(6, 2))
    >>> net.partial_fit(X, y).transform(X)  # of 6 steps with 2 channels
    array([[5., 6.]])
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

    def __init__(self, factor: Sizes = 2) -> None:
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

    Samples have the shape (n_steps, n_channels), those that come out (factor n_steps,
    n_channels).

    Parameters
    ----------
    factor : int, default=2
        How many times.

    See Also
    --------
    ConvTranspose1D : Makes signals longer by weights.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Flatten, UpSample1D
    >>> X, y = np.array([[1.0, 2.0]]), [0.0]
    >>> net = SequentialRegressor(
    ...     [("longer", UpSample1D(3)), ("flat", Flatten())], input_shape=(2, 1))
    >>> net.partial_fit(X, y).transform(X)
    array([[1., 1., 1., 2., 2., 2.]])
    """

    _n_axes = 1


class UpSample2D(_UpSample):
    """Every place of an image as a block of equal ones.

    Samples have the shape (height, width, n_channels), those that come out as many
    times more lines and columns as `factor` says: nearest neighbours, no interpolation.

    Parameters
    ----------
    factor : int or (int, int), default=2
        Lines and columns of a block.

    See Also
    --------
    ConvTranspose2D : Makes images larger by weights.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Flatten, UpSample2D
    >>> X, y = np.array([[1.0, 2.0]]), [0.0]
    >>> net = SequentialRegressor(
    ...     [("larger", UpSample2D(2)), ("flat", Flatten())], input_shape=(1, 2, 1))
    >>> net.partial_fit(X, y).transform(X)
    array([[1., 1., 2., 2., 1., 1., 2., 2.]])
    """
