"""Layers that see the same values in another shape."""

import math
from numbers import Integral

from ._base import Layer

__all__ = ["Flatten", "Reshape"]


class Flatten(Layer):
    """All values of a sample in one axis.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Flatten
    >>> Flatten()
    Flatten()
    """

    def plan(self, planner, tensor):
        """Declare nothing but the shape; see `Layer.plan`."""
        if len(tensor.shape) == 1:
            return tensor
        return planner.reshaped(tensor, (tensor.size,))


class Reshape(Layer):
    """The values of a sample in another shape, the last axis running fastest.

    Parameters
    ----------
    shape : tuple of int
        Of a sample; one of them may be -1: what is left.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Reshape
    >>> Reshape((8, 8, 1))
    Reshape(shape=(8, 8, 1))
    """

    def __init__(self, shape):
        self.shape = shape

    def plan(self, planner, tensor):
        """Declare nothing but the shape; see `Layer.plan`."""
        shape = (self.shape,) if isinstance(self.shape, Integral) else self.shape
        shape = tuple(shape) if hasattr(shape, "__iter__") else ()
        n_unknown = shape.count(-1)
        whole = bool(shape) and n_unknown <= 1
        whole &= all(isinstance(n, Integral) and (n >= 1 or n == -1) for n in shape)
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
