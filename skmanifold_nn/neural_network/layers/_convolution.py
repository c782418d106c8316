"""Convolutional layers, channels last."""

from functools import partial
from typing import Literal

from ..._kernels._convolution import (
    ADDRESSES,
    cache_size,
    has_columns,
    shared_size,
)
from ..._kernels._depthwise import ADDRESSES as DEPTHWISE
from .._initializers import InitializerName, initial_intercepts, initial_weights
from ._activations import ActivationName, activate
from ._base import Layer
from ._dense import check_initializer
from ._planner import Planner, Tensor
from ._windows import Padding, Sizes, check_count, mapped, windows

__all__ = ["Conv1D", "Conv2D"]

# Elements of the columns of a chunk: they stay in the second cache. A product wants
# some rows all the same.
CHUNK_ELEMENTS, CHUNK_ROWS = 2**15, 64


def convolve(planner, tensor, n_filters, over, *, groups, bias, fans):
    """Plan the convolution of a map; `fans` are the initialisers' settings."""
    n_channels, n = tensor.shape[-1], n_filters
    shape = (*over.kernel, n_channels // groups, n)
    terms, filters = over.n_taps * (n_channels // groups), n // groups
    start = planner.parameter(
        "coefs_", shape, partial(draw, initial_weights, shape, fans), penalized=True
    )
    if bias:
        planner.parameter(
            "intercepts_", (n,), partial(draw, initial_intercepts, (n,), fans)
        )
    chunk = max(CHUNK_ROWS, CHUNK_ELEMENTS // terms)
    ints = (*over.ints, n, groups, int(bias), chunk)
    if not has_columns(ints):
        ints = (*ints[:-1], CHUNK_ROWS)
    words = {"alone": True, "params": start, "n_params": (terms + bias) * n}
    if groups == n_channels > 1:
        addresses = DEPTHWISE["depthwise"]
    else:
        addresses = ADDRESSES["convolution"]
        words["shared"] = shared_size(terms, filters, groups)
    return planner.op(
        addresses,
        [tensor],
        (*over.shape, n),
        reads="input",
        ints=ints,
        cache_fixed=cache_size(ints),
        work=over.n_places * terms * n,
        **words,
    )


def draw(initial, shape, fans, random_state):
    return initial(shape=shape, random_state=random_state, **fans)


class _Convolution(Layer):
    """What convolutions of signals and of images share."""

    _n_axes = 2

    def __init__(
        self,
        n_filters: int,
        kernel_size: Sizes,
        activation: Literal[ActivationName, "softmax"] = "identity",
        *,
        stride: Sizes = 1,
        dilation: Sizes = 1,
        padding: Padding = "valid",
        groups: int = 1,
        initializer: InitializerName = "auto",
        bias: bool = True,
    ) -> None:
        self.n_filters = n_filters
        self.kernel_size = kernel_size
        self.activation = activation
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.groups = groups
        self.initializer = initializer
        self.bias = bias

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and ops; see `Layer.plan`."""
        n = check_count(planner, "n_filters", self.n_filters)
        groups = check_count(planner, "groups", self.groups)
        check_initializer(planner, "initializer", self.initializer)
        tensor = mapped(planner, tensor, self._n_axes)
        n_channels = tensor.shape[-1]
        if n_channels % groups or n % groups:
            raise planner.error(
                f"groups must divide the {n_channels} channels and the {n} filters, "
                f"got {groups}."
            )
        over = windows(
            planner,
            tensor,
            self.kernel_size,
            name="kernel_size",
            stride=self.stride,
            dilation=self.dilation,
            padding=self.padding,
        )
        fans = {
            "initializer": self.initializer,
            "fan_in": over.n_taps * (n_channels // groups),
            "fan_out": over.n_taps * (n // groups),
            "activation": self.activation,
        }
        outputs = convolve(
            *(planner, tensor, n, over),
            groups=groups,
            bias=bool(self.bias),
            fans=fans,
        )
        return activate(planner, outputs, self.activation)


class Conv1D(_Convolution):
    """Convolution of signals: the same products at every place.

    Samples have the shape (n_steps, n_channels), those that come out (n_out,
    n_filters). An output's value is a sum over the channels of `kernel_size`
    neighbouring steps, the same sum everywhere, so that a shape is found wherever it
    is; then comes the activation. There are n_out = floor((n_steps + 2 padding -
    extent) / stride) + 1 steps in the output, with extent = (kernel_size - 1) dilation
    + 1. The weights have the shape (kernel_size, n_channels / groups, n_filters).

    Parameters
    ----------
    n_filters : int
        Channels of the output.
    kernel_size : int
        Steps of a window.
    activation : str, default="identity"
        Any of `Activation`.
    stride : int, default=1
        Distance of windows.
    dilation : int, default=1
        Distance of the steps in a window.
    padding : {"valid", "same"} or int, default="valid"
        Zeros at both ends: none; so many that the output has n_steps / stride steps,
        rounded up; or a number.
    groups : int, default=1
        Filters and channels are cut into so many groups, and a filter sees the
        channels of its own group only; as many as there are channels: depthwise.
    initializer : str, default="auto"
        As of `Dense`.
    bias : bool, default=True
        Whether there are intercepts; before a normalisation they have no effect.

    See Also
    --------
    Conv2D : Convolution of images.
    MaxPool1D : Makes signals shorter.
    ConvTranspose1D : Makes signals longer.

    Notes
    -----
    PyTorch's ``Conv1d`` has the channels before the steps, and weights of shape
    (n_filters, n_channels, kernel_size). With a stride above 1, "same" puts the odd
    zero behind the signal, as Keras does. It is a correlation: filters are not flipped.

    References
    ----------
    Waibel et al., "Phoneme recognition using time-delay neural networks", IEEE Trans.
    ASSP 37, 1989.

    Examples
    --------
    Which of two shapes is in a noisy signal, wherever it is:

    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Conv1D, GlobalAveragePool
    >>> rng = np.random.default_rng(1)
    >>> X, y = rng.normal(0, 0.3, (300, 40)), rng.integers(2, size=300)
    >>> for x, label, start in zip(X, y, rng.integers(30, size=300)):
    ...     x[start : start + 10] += [1, -1][label] * np.linspace(-2, 2, 10)
    >>> net = SequentialClassifier(
    ...     [("conv", Conv1D(8, 7, "relu")), ("mean", GlobalAveragePool())],
    ...     input_shape=(40, 1), batch_size=32, learning_rate_init=0.1,
    ...     learning_rate="one_cycle", max_iter=20, random_state=1,
    ... )
    >>> net.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    >>> net.coefs_[0].shape
    (7, 1, 8)
    """

    _n_axes = 1


class Conv2D(_Convolution):
    """Convolution of images: the same products at every place.

    Samples have the shape (height, width, n_channels), and n_filters channels when they
    come out. An output's value is a sum over the channels of a window of neighbouring
    places, the same sum everywhere, so that a shape is found wherever it is; then comes
    the activation. Along each axis there are floor((size + 2 padding - extent) /
    stride) + 1 places in the output, with extent = (kernel_size - 1) dilation + 1. The
    weights have the shape (lines, columns, n_channels / groups, n_filters).

    Parameters
    ----------
    n_filters : int
        Channels of the output.
    kernel_size : int or (int, int)
        Lines and columns of a window.
    activation : str, default="identity"
        Any of `Activation`.
    stride : int or (int, int), default=1
        Distance of windows.
    dilation : int or (int, int), default=1
        Distance of the places in a window.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        Zeros on all sides: none; so many that the output has size / stride places,
        rounded up; or a number.
    groups : int, default=1
        Filters and channels are cut into so many groups, and a filter sees the
        channels of its own group only; as many as there are channels: depthwise.
    initializer : str, default="auto"
        As of `Dense`.
    bias : bool, default=True
        Whether there are intercepts; before a normalisation they have no effect.

    See Also
    --------
    Conv1D : Convolution of signals.
    MaxPool2D : Makes images smaller.
    ConvTranspose2D : Makes images larger.
    ResidualBlock : Convolutions, and a way past them.

    Notes
    -----
    PyTorch's ``Conv2d`` has the channels first, and its weights are these as
    ``permute(3, 2, 0, 1)``. With a stride above 1, "same" puts the odd zero behind the
    map, as Keras does. It is a correlation: filters are not flipped.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998.

    Examples
    --------
    A small LeNet for the digits of 8 x 8 pixels:

    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Conv2D, Flatten, MaxPool2D
    >>> X, y = load_digits(return_X_y=True)
    >>> net = SequentialClassifier(
    ...     [
    ...         ("conv1", Conv2D(16, 3, "relu", padding="same")),
    ...         ("pool1", MaxPool2D(2)),
    ...         ("conv2", Conv2D(32, 3, "relu", padding="same")),
    ...         ("pool2", MaxPool2D(2)),
    ...         ("flat", Flatten()),
    ...     ],
    ...     input_shape=(8, 8, 1),
    ...     batch_size=32,
    ...     learning_rate_init=0.005,
    ...     tol=0.05,
    ...     n_iter_no_change=2,
    ...     random_state=1,
    ... )
    >>> net.fit(X[:1500] / 16, y[:1500]).score(X[1500:] / 16, y[1500:]) > 0.9
    True
    """
