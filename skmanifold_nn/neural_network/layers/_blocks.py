"""Blocks of convolutional networks, for images and signals.

All are made of `plan_unit`: a convolution that keeps the size of maps, a normalisation,
an activation. Intercepts are where no normalisation follows, which would take them
away.
"""

from typing import Literal

from .._initializers import InitializerName
from ._activations import ActivationName, activate
from ._base import Layer
from ._containers import add, join
from ._convolution import Conv1D, Conv2D
from ._dropout import Dropout
from ._normalization import NORMALIZATIONS
from ._planner import Planner, Tensor
from ._pooling import MaxPool1D, MaxPool2D
from ._shapes import rolled
from ._windows import Sizes, check_axes, check_count

__all__ = ["DenseBlock", "InceptionBlock", "ResidualBlock", "plan_unit"]

CONVOLUTIONS = {1: Conv1D, 2: Conv2D}
POOLS = {1: MaxPool1D, 2: MaxPool2D}


def plan_unit(
    planner, tensor, n_filters, kernel_size, activation, *, normalization, **options
):
    """Plan convolution, normalisation and activation; options are the convolution's."""
    kind = CONVOLUTIONS[count_axes(planner, tensor)]
    if normalization not in NORMALIZATIONS:
        raise planner.error(
            f"normalization must be 'batch', 'layer' or None, got {normalization!r}: "
            "choose one of them."
        )
    if normalization is None:
        return kind(n_filters, kernel_size, activation, **options).plan(planner, tensor)
    tensor = kind(n_filters, kernel_size, bias=False, **options).plan(planner, tensor)
    tensor = NORMALIZATIONS[normalization].plan(planner, tensor)
    return activate(planner, tensor, activation)


def count_axes(planner, tensor):
    """1 of signals, 2 of images."""
    n_axes = len(tensor.shape) - 1
    if n_axes not in CONVOLUTIONS:
        raise planner.error(
            "takes samples of shape (height, width, n_channels) or (n_steps, "
            f"n_channels), got the shape {tensor.shape}: give input_shape, or put a "
            "Reshape layer before it."
        )
    return n_axes


class _Block(Layer):
    """What blocks share."""

    def _plan_named(
        self, planner, tensor, name, n_filters, kernel_size=1, activation=None, **more
    ):
        """Plan a unit as a layer of the block."""
        with planner.layer(name):
            tensor = plan_unit(
                planner,
                tensor,
                n_filters,
                kernel_size,
                self.activation if activation is None else activation,
                normalization=self.normalization,
                initializer=self.initializer,
                padding="same",
                **more,
            )
            planner.ends(tensor)
        return tensor

    def _drop(self, planner, tensor):
        return Dropout(self.dropout, by_channel=True).plan(planner, tensor)


class ResidualBlock(_Block):
    """Convolutions of a map, plus the map.

    Samples have the shape (height, width, n_channels) or (n_steps, n_channels), and
    n_filters channels when they come out, of as many places divided by the stride. The
    map itself, or where its shape changes a convolution of single places, is added
    to what the convolutions make of it, before the last activation: a block learns what
    is to be changed, and gradients pass it unchanged.

    Parameters
    ----------
    n_filters : int
        Channels of the output.
    kernel_size : int or (int, int), default=3
        Lines and columns, or steps, of a window.
    activation : str, default="relu"
        Any of `Activation`; after each convolution, the last time after the sum.
    stride : int or (int, int), default=1
        Distance of windows of the first convolution.
    dilation : int or (int, int), default=1
        Distance of the places in a window.
    normalization : {"batch", "layer"} or None, default=None
        Of each convolution.
    dropout : float, default=0.0
        Probability with which a channel of what is added is set to zero in training.
    initializer : str, default="auto"
        As of `Dense`.
    n_convolutions : int, default=2
        How many there are, one after the other.

    See Also
    --------
    Residual : The sum of an input and what any layers make of it.
    skmanifold_nn.neural_network.ConvNetClassifier : Makes networks of blocks.

    References
    ----------
    He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016,
    section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Flatten, ResidualBlock
    >>> net = SequentialClassifier(
    ...     [
    ...         ("block", ResidualBlock(16, stride=2, normalization="batch")),
    ...         ("flat", Flatten()),
    ...     ],
    ...     input_shape=(8, 8, 1),
    ... )
    >>> X, y = np.ones((2, 64)), [0, 1]
    >>> net.partial_fit(X, y, classes=[0, 1]).layer_names_[:4]
    ['block__conv1', 'block__conv2', 'block__shortcut', 'block']
    >>> net.transform(X, layer="block").shape  # 4 x 4 places of 16 channels
    (2, 256)
    """

    def __init__(
        self,
        n_filters: int,
        kernel_size: Sizes = 3,
        activation: ActivationName = "relu",
        *,
        stride: Sizes = 1,
        dilation: Sizes = 1,
        normalization: Literal["batch", "layer"] | None = None,
        dropout: float = 0.0,
        initializer: InitializerName = "auto",
        n_convolutions: int = 2,
    ) -> None:
        self.n_filters = n_filters
        self.kernel_size = kernel_size
        self.activation = activation
        self.stride = stride
        self.dilation = dilation
        self.normalization = normalization
        self.dropout = dropout
        self.initializer = initializer
        self.n_convolutions = n_convolutions

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the units and their sum; see `Layer.plan`."""
        tensor = planner.pin(rolled(planner, tensor))
        n_convolutions = check_count(planner, "n_convolutions", self.n_convolutions)
        changed = tensor
        for k in range(1, n_convolutions + 1):
            changed = self._plan_named(
                planner,
                changed,
                f"conv{k}",
                self.n_filters,
                self.kernel_size,
                "identity" if k == n_convolutions else None,
                stride=self.stride if k == 1 else 1,
                dilation=self.dilation,
            )
        changed = self._drop(planner, changed)
        if changed.shape != tensor.shape:
            tensor = self._plan_named(
                planner,
                tensor,
                "shortcut",
                self.n_filters,
                activation="identity",
                stride=self.stride,
            )
        return add(planner, tensor, changed, self.activation)


class InceptionBlock(_Block):
    """Convolutions of several sizes of the same map, side by side.

    Samples have the shape (height, width, n_channels) or (n_steps, n_channels), and
    n_filters channels when they come out, of as many places divided by the stride.
    Windows of one place, of `kernel_size`, of two places more, and of one place after
    the maxima of windows of three, each with a quarter of the filters. Before larger
    windows a convolution of single places makes no more channels than they have
    filters, where there are more.

    Parameters
    ----------
    n_filters : int
        Channels of the output, at least 4.
    kernel_size : int or (int, int), default=3
        Lines and columns, or steps, of a window.
    activation : str, default="relu"
        Any of `Activation`; after each convolution.
    stride : int or (int, int), default=1
        Distance of windows.
    dilation : int or (int, int), default=1
        Distance of the places in a window.
    normalization : {"batch", "layer"} or None, default=None
        Of each convolution.
    dropout : float, default=0.0
        Probability with which a channel is set to zero in training.
    initializer : str, default="auto"
        As of `Dense`.

    See Also
    --------
    Concatenate : Outputs of any layers side by side.
    skmanifold_nn.neural_network.ConvNetClassifier : Makes networks of blocks.

    References
    ----------
    Szegedy et al., "Going deeper with convolutions", CVPR 2015, figure 2b.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import (
    ...     GlobalAveragePool, InceptionBlock)
    >>> net = SequentialClassifier(
    ...     [("block", InceptionBlock(32)), ("mean", GlobalAveragePool())],
    ...     input_shape=(8, 8, 1),
    ... )
    >>> X, y = np.ones((2, 64)), [0, 1]
    >>> net.partial_fit(X, y, classes=[0, 1]).transform(X).shape
    (2, 32)
    """

    def __init__(
        self,
        n_filters: int,
        kernel_size: Sizes = 3,
        activation: ActivationName = "relu",
        *,
        stride: Sizes = 1,
        dilation: Sizes = 1,
        normalization: Literal["batch", "layer"] | None = None,
        dropout: float = 0.0,
        initializer: InitializerName = "auto",
    ) -> None:
        self.n_filters = n_filters
        self.kernel_size = kernel_size
        self.activation = activation
        self.stride = stride
        self.dilation = dilation
        self.normalization = normalization
        self.dropout = dropout
        self.initializer = initializer

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the units and what joins them; see `Layer.plan`."""
        tensor = planner.pin(rolled(planner, tensor))
        n_axes = count_axes(planner, tensor)
        if check_count(planner, "n_filters", self.n_filters) < 4:
            raise planner.error(
                f"n_filters must be at least 4, one of each size, got {self.n_filters}."
            )
        kernel = check_axes(planner, "kernel_size", self.kernel_size, n_axes)
        quarter = self.n_filters // 4
        larger = tuple(k + 2 for k in kernel)
        with planner.layer("pool"):
            pool = POOLS[n_axes](3, stride=self.stride, padding="same")
            maxima = pool.plan(planner, tensor)
        branches = [
            self._plan_named(planner, tensor, "conv1", quarter, stride=self.stride),
            self._plan_large(planner, tensor, 2, self.n_filters - 3 * quarter, kernel),
            self._plan_large(planner, tensor, 3, quarter, larger),
            self._plan_named(planner, maxima, "conv4", quarter),
        ]
        return self._drop(planner, join(planner, branches))

    def _plan_large(self, planner, tensor, number, n_filters, kernel):
        if tensor.shape[-1] > n_filters:
            tensor = self._plan_named(planner, tensor, f"reduce{number}", n_filters)
        return self._plan_named(
            planner,
            tensor,
            f"conv{number}",
            n_filters,
            kernel,
            stride=self.stride,
            dilation=self.dilation,
        )


class DenseBlock(_Block):
    """Convolutions, each of which sees the maps of all before it.

    Samples have the shape (height, width, n_channels) or (n_steps, n_channels), which
    they keep, but for the channels: the output is the input and the maps of all
    convolutions, side by side, n_channels + n_convolutions growth of them.

    Parameters
    ----------
    growth : int
        Channels that each convolution adds.
    n_convolutions : int, default=3
        How many there are.
    kernel_size : int or (int, int), default=3
        Lines and columns, or steps, of a window.
    activation : str, default="relu"
        Any of `Activation`; after each convolution.
    dilation : int or (int, int), default=1
        Distance of the places in a window.
    normalization : {"batch", "layer"} or None, default=None
        Of each convolution.
    dropout : float, default=0.0
        Probability with which a channel of a convolution is set to zero in training.
    initializer : str, default="auto"
        As of `Dense`.

    See Also
    --------
    Concatenate : Outputs of any layers side by side.
    skmanifold_nn.neural_network.ConvNetClassifier : Makes networks of blocks.

    References
    ----------
    Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional
    networks", CVPR 2017, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import DenseBlock, GlobalAveragePool
    >>> net = SequentialClassifier(
    ...     [("block", DenseBlock(12, 4)), ("mean", GlobalAveragePool())],
    ...     input_shape=(8, 8, 1),
    ... )
    >>> X, y = np.ones((2, 64)), [0, 1]
    >>> net.partial_fit(X, y, classes=[0, 1]).transform(X).shape  # 1 + 4 times 12
    (2, 49)
    """

    def __init__(
        self,
        growth: int,
        n_convolutions: int = 3,
        kernel_size: Sizes = 3,
        activation: ActivationName = "relu",
        *,
        dilation: Sizes = 1,
        normalization: Literal["batch", "layer"] | None = None,
        dropout: float = 0.0,
        initializer: InitializerName = "auto",
    ) -> None:
        self.growth = growth
        self.n_convolutions = n_convolutions
        self.kernel_size = kernel_size
        self.activation = activation
        self.dilation = dilation
        self.normalization = normalization
        self.dropout = dropout
        self.initializer = initializer

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the units and what joins them; see `Layer.plan`."""
        tensor = rolled(planner, tensor)
        check_count(planner, "growth", self.growth)
        n_convolutions = check_count(planner, "n_convolutions", self.n_convolutions)
        for k in range(1, n_convolutions + 1):
            tensor = planner.pin(tensor)
            new = self._plan_named(
                planner,
                tensor,
                f"conv{k}",
                self.growth,
                self.kernel_size,
                dilation=self.dilation,
            )
            tensor = join(planner, [tensor, self._drop(planner, new)])
        return tensor
