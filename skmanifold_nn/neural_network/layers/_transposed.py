"""Transposed convolutions, channels last."""

import math
from functools import partial
from typing import Literal

from ..._kernels._convolution_transpose import ADDRESSES, cache_size, shared_size
from .._initializers import InitializerName, initial_intercepts, initial_weights
from ._activations import ActivationName, activate
from ._base import Layer
from ._convolution import CHUNK_ELEMENTS, CHUNK_ROWS, draw
from ._dense import check_initializer
from ._planner import Planner, Tensor
from ._windows import Padding, Sizes, check_axes, check_count, mapped, windows

__all__ = ["ConvTranspose1D", "ConvTranspose2D"]


def whole_map(planner, tensor, n_filters, kernel, stride, padding):
    """Shape of the output: of the map whose convolution has the input's shape."""
    sizes = tensor.shape[:-1]
    if padding == "same":
        return (*(n * s for n, s in zip(sizes, stride, strict=True)), n_filters)
    pads = (0,) * len(sizes)
    if not isinstance(padding, str) and padding is not None:
        pads = check_axes(planner, "padding", padding, len(sizes), least=0)
    shape = [
        (n - 1) * s + extent - 2 * pad
        for n, s, extent, pad in zip(sizes, stride, kernel, pads, strict=True)
    ]
    if min(shape) < 1:
        raise planner.error(
            f"shrinks a map of {' x '.join(map(str, sizes))} places below 1: with "
            f"stride {stride}, kernel_size {kernel} and padding {padding!r}, the "
            f"output would have {' x '.join(map(str, shape))} places; use less padding."
        )
    return (*shape, n_filters)


class _ConvTranspose(Layer):
    """What transposed convolutions of signals and of images share."""

    _n_axes = 2

    def __init__(
        self,
        n_filters: int,
        kernel_size: Sizes,
        activation: Literal[ActivationName, "softmax"] = "identity",
        *,
        stride: Sizes = 1,
        padding: Padding = "valid",
        initializer: InitializerName = "auto",
        bias: bool = True,
    ) -> None:
        self.n_filters = n_filters
        self.kernel_size = kernel_size
        self.activation = activation
        self.stride = stride
        self.padding = padding
        self.initializer = initializer
        self.bias = bias

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and the op; see `Layer.plan`."""
        n = check_count(planner, "n_filters", self.n_filters)
        check_initializer(planner, "initializer", self.initializer)
        tensor = mapped(planner, tensor, self._n_axes)
        kernel = check_axes(planner, "kernel_size", self.kernel_size, self._n_axes)
        stride = check_axes(planner, "stride", self.stride, self._n_axes)
        outputs = whole_map(planner, tensor, n, kernel, stride, self.padding)
        # The convolution that leads from the output back to the input.
        over = windows(
            planner,
            type(tensor)(outputs, -1),
            kernel,
            name="kernel_size",
            stride=stride,
            padding=self.padding,
        )
        outputs = self._declare(planner, tensor, outputs, over, math.prod(stride))
        return activate(planner, outputs, self.activation)

    def _declare(self, planner, tensor, outputs, over, jump):
        n_channels, n = tensor.shape[-1], outputs[-1]
        terms = over.n_taps * n
        fans = {
            "initializer": self.initializer,
            "fan_in": max(over.n_taps * n_channels // jump, 1),
            "fan_out": terms,
            "activation": self.activation,
        }
        shape = (*over.kernel, n, n_channels)
        start = planner.parameter(
            "coefs_", shape, partial(draw, initial_weights, shape, fans), penalized=True
        )
        bias = bool(self.bias)
        if bias:
            planner.parameter(
                "intercepts_", (n,), partial(draw, initial_intercepts, (n,), fans)
            )
        chunk = max(CHUNK_ROWS, CHUNK_ELEMENTS // terms)
        return planner.op(
            ADDRESSES["convolution_transpose"],
            [tensor],
            outputs,
            reads="input",
            ints=(*over.ints, n_channels, 1, int(bias), chunk),
            cache_fixed=cache_size(terms, n_channels, n, 0 if over.single else chunk),
            shared=shared_size(terms, n_channels),
            work=over.n_places * terms * n_channels,
            alone=True,
            params=start,
            n_params=terms * n_channels + bias * n,
        )


class ConvTranspose1D(_ConvTranspose):
    """Transposed convolution of signals: every step writes a window of the output.

    Samples have the shape (n_steps, n_channels). It is the adjoint of `Conv1D`, and
    enlarges signals: the output has (n_steps - 1) stride + kernel_size - 2 padding
    steps, to which steps of the input add their channels' multiples of the filters.
    The weights have the shape (kernel_size, n_filters, n_channels).

    Parameters
    ----------
    n_filters : int
        Channels of the output.
    kernel_size : int
        Steps of a window.
    activation : str, default="identity"
        Any of `Activation`.
    stride : int, default=1
        Distance of windows in the output.
    padding : {"valid", "same"} or int, default="valid"
        What is cut off both ends of the output: nothing; so much that n_steps stride
        steps are left; or a number.
    initializer : str, default="auto"
        As of `Dense`.
    bias : bool, default=True
        Whether there are intercepts; before a normalisation they have no effect.

    See Also
    --------
    UpSample1D : Repeats steps, without weights.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", arXiv
    1603.07285, 2016, chapter 4.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import ConvTranspose1D, Flatten
    >>> net = SequentialRegressor(
    ...     [("longer", ConvTranspose1D(1, 3, stride=2, initializer="ones")),
    ...      ("flat", Flatten())],
    ...     input_shape=(2, 1), learning_rate_init=1e-9)
    >>> X, y = np.array([[1.0, 10.0], [0.0, 0.0]]), [0.0, 1.0]
    >>> net.partial_fit(X, y).transform(X[:1]).round()
    array([[ 1.,  1., 11., 10., 10.]])
    """

    _n_axes = 1


class ConvTranspose2D(_ConvTranspose):
    """Transposed convolution of images: every place writes a window of the output.

    Samples have the shape (height, width, n_channels). It is the adjoint of `Conv2D`,
    and enlarges images: along each axis the output has (size - 1) stride + kernel_size
    - 2 padding places, to which places of the input add their channels' multiples of
    the filters. The weights have the shape (height, width, n_filters, n_channels) of a
    window.

    Parameters
    ----------
    n_filters : int
        Channels of the output.
    kernel_size : int or (int, int)
        Lines and columns of a window.
    activation : str, default="identity"
        Any of `Activation`.
    stride : int or (int, int), default=1
        Distance of windows in the output.
    padding : {"valid", "same"}, int or (int, int), default="valid"
        What is cut off all sides of the output: nothing; so much that along each axis
        size stride places are left; or a number.
    initializer : str, default="auto"
        As of `Dense`.
    bias : bool, default=True
        Whether there are intercepts; before a normalisation they have no effect.

    See Also
    --------
    UpSample2D : Repeats places, without weights.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", arXiv
    1603.07285, 2016, chapter 4.

    Examples
    --------
    The digits of 8 x 8 pixels from their means over 2 x 2 pixels:

    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import ConvTranspose2D, Flatten
    >>> X = load_digits().images / 16
    >>> small = X.reshape(-1, 4, 2, 4, 2).mean((2, 4))
    >>> net = SequentialRegressor(
    ...     [
    ...         ("enlarge", ConvTranspose2D(4, 4, "relu", stride=2, padding="same")),
    ...         ("flat", Flatten()),
    ...     ],
    ...     input_shape=(4, 4, 1),
    ...     batch_size=32,
    ...     learning_rate_init=0.01,
    ...     tol=0.01,
    ...     n_iter_no_change=2,
    ...     random_state=1,
    ... )
    >>> small, X = small.reshape(-1, 16), X.reshape(-1, 64)
    >>> net.fit(small[:1500], X[:1500]).score(small[1500:], X[1500:]) > 0.4
    True
    """
