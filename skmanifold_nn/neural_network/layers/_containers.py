"""Layers made of layers."""

from ..._kernels._combination import ADDRESSES
from ._activations import activate
from ._base import Layer, LayerComposition, plan_layers
from ._planner import Planner, Tensor
from ._shapes import alike

__all__ = ["Concatenate", "Residual", "add", "join"]


def add(planner, tensor, changed, activation):
    """Plan the activation of the sum of a tensor and what layers made of it."""
    tensor, changed = alike(planner, tensor, changed)
    if changed.shape != tensor.shape:
        raise planner.error(
            f"its layers turn samples of shape {tensor.shape} into {changed.shape}: "
            "give the last one as many outputs as the input has."
        )
    total = planner.op(ADDRESSES["add"], [tensor, changed], tensor.shape)
    return activate(planner, total, activation)


def join(planner, tensors):
    """Plan tensors side by side along their last axis."""
    joined, *others = map(planner.pin, tensors)
    for other in others:
        joined = _join_two(planner, joined, other)
    return joined


def _join_two(planner, left, right):
    left, right = alike(planner, left, right)
    if left.shape[:-1] != right.shape[:-1]:
        raise planner.error(
            f"outputs of shape {left.shape} and {right.shape} cannot stand side by "
            "side: all axes but the last must agree."
        )
    sizes = left.shape[-1], right.shape[-1]
    return planner.op(
        ADDRESSES["concatenate"],
        [left, right],
        (*left.shape[:-1], sum(sizes)),
        ints=sizes,
    )


class Residual(LayerComposition, Layer):
    """What layers make of the input, plus the input.

    Parameters
    ----------
    layers : list of (str, Layer)
        Their output must have the input's shape; where it is one for each step, samples
        of shape (n_steps, n_features) are seen as sequences. "passthrough" or None in a
        layer's place stands for no layer.
    activation : str, default="identity"
        Of the sum.

    References
    ----------
    He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Dense, Residual
    >>> block = Residual([("dense", Dense(64, activation="relu"))])
    >>> block.set_params(dense__activation="tanh").layers[0][1].activation
    'tanh'
    """

    def __init__(self, layers, activation="identity"):
        self.layers = layers
        self.activation = activation

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the layers' ops and the sum; see `Layer.plan`."""
        tensor = planner.pin(tensor)
        changed = plan_layers(planner, tensor, self._checked_layers())
        return add(planner, tensor, changed, self.activation)


class Concatenate(LayerComposition, Layer):
    """Outputs of several layers that see the same input, side by side.

    Parameters
    ----------
    layers : list of (str, Layer)
        Their outputs may differ in the last axis only: either all or none of them have
        a row for each step. "passthrough" or None in a layer's place is the input
        itself.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Concatenate, Dense
    >>> wide = Concatenate([("linear", Dense(4)), ("bent", Dense(4, "tanh"))])
    """

    def __init__(self, layers):
        self.layers = layers

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the layers' ops and their concatenation; see `Layer.plan`."""
        tensor = planner.pin(tensor)
        branches = [
            plan_layers(planner, tensor, [pair]) for pair in self._checked_layers()
        ]
        return join(planner, branches) if branches else tensor
