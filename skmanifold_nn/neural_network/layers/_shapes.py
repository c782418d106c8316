"""Layers that see the same values in another shape."""

import math
from collections.abc import Sequence
from numbers import Integral

from ..._kernels._unrolling import ADDRESSES
from ._base import Layer
from ._planner import Planner, Tensor

__all__ = ["Flatten", "Reshape"]


def unrolled(planner, tensor):
    """A tensor over steps: samples of shape (n_steps, n_features) are sequences."""
    if not tensor.over_steps and len(tensor.shape) == 2:
        n_steps, n_features = tensor.shape
        planner.fix_steps(n_steps)
        return planner.op(ADDRESSES["unroll"], [tensor], (n_features,), over_steps=True)
    if not tensor.over_steps or len(tensor.shape) != 1:
        raise planner.error(
            "takes sequences, samples of shape (n_steps, n_features), got the shape "
            f"{tensor.shape}{' at every step' * tensor.over_steps}: give input_shape, "
            "or put a Reshape layer before it."
        )
    return tensor


def rolled(planner, tensor):
    """A tensor over samples: sequences of one length have the shape of two axes."""
    if not tensor.over_steps:
        return tensor
    if not planner.n_steps:
        raise planner.error(
            "takes samples of one shape, got sequences of any lengths: let the layer "
            "before return its last step only, return_sequences=False."
        )
    shape = (planner.n_steps, *tensor.shape)
    return planner.op(ADDRESSES["roll"], [tensor], shape, over_steps=False)


def alike(planner, *tensors):
    """The tensors, samples as sequences where some are over steps."""
    if not any(tensor.over_steps for tensor in tensors):
        return tensors
    return [
        unrolled(planner, tensor)
        if len(tensor.shape) == 2 and not tensor.over_steps
        else tensor
        for tensor in tensors
    ]


class Flatten(Layer):
    """All values of a sample in one axis.

    Samples of shape (height, width, n_channels) become (height width n_channels,), the
    channels running fastest; sequences of one length (n_steps n_features,). Put it
    between convolutions, or recurrent layers with ``return_sequences=True``, and dense
    layers.

    See Also
    --------
    GlobalAveragePool : Means over all places, fewer values.
    Reshape : Any other shape.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Conv2D, Flatten
    >>> X, y = np.ones((2, 36)), [0.0, 1.0]
    >>> net = SequentialRegressor(
    ...     [("conv", Conv2D(4, 3)), ("flat", Flatten())], input_shape=(6, 6, 1))
    >>> net.partial_fit(X, y).transform(X).shape  # 4 x 4 places of 4 channels
    (2, 64)
    """

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare nothing but the shape; see `Layer.plan`."""
        tensor = rolled(planner, tensor)
        if len(tensor.shape) == 1:
            return tensor
        return planner.reshaped(tensor, (tensor.size,))


class Reshape(Layer):
    """The values of a sample in another shape, the last axis running fastest.

    Parameters
    ----------
    shape : tuple of int
        Of a sample, without the axis of samples; one of them may be -1: what is left.

    See Also
    --------
    Flatten : One axis.
    skmanifold_nn.neural_network.Reshaper : The same before a network.

    Notes
    -----
    Where it would be the first layer, the `input_shape` of the network does the same,
    and is needed by `Augment`.

    Examples
    --------
    A dense layer makes a map of 2 x 2 places with 3 channels, which is then enlarged:

    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import (
    ...     Dense, Flatten, Reshape, UpSample2D)
    >>> net = SequentialRegressor([
    ...     ("dense", Dense(12, "relu")), ("map", Reshape((2, 2, 3))),
    ...     ("larger", UpSample2D(2)), ("flat", Flatten())])
    >>> X, y = np.ones((2, 5)), [0.0, 1.0]
    >>> net.partial_fit(X, y).transform(X).shape
    (2, 48)
    """

    def __init__(self, shape: int | Sequence[int]) -> None:
        self.shape = shape

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare nothing but the shape; see `Layer.plan`."""
        tensor = rolled(planner, tensor)
        shape = (self.shape,) if isinstance(self.shape, Integral) else self.shape
        shape = tuple(shape) if hasattr(shape, "__iter__") else ()
        n_unknown = shape.count(-1)
        whole = bool(shape) and n_unknown <= 1
        whole &= all(
            isinstance(n, Integral) and (int(n) >= 1 or n == -1) for n in shape
        )
        known = math.prod(n for n in shape if n != -1) if whole else 0
        if whole and n_unknown and tensor.size % known == 0:
            shape = tuple(tensor.size // known if n == -1 else n for n in shape)
        if not whole or math.prod(shape) != tensor.size:
            raise planner.error(
                f"shape must hold the {tensor.size} values of a sample of shape "
                f"{tensor.shape}, got {self.shape!r}: sizes multiply to that number, "
                "and one may be -1."
            )
        return planner.reshaped(tensor, tuple(int(n) for n in shape))
