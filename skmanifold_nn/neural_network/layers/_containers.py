"""Layers made of layers."""

from ..._kernels._combination import ADDRESSES
from ..._sklearn_compat import BaseComposition
from ._activations import activate
from ._base import Layer, plan_layers

__all__ = ["Concatenate", "Residual"]


class _Container(Layer, BaseComposition):
    """Layers reachable by name, as the steps of a Pipeline are."""

    def get_params(self, deep=True):
        """Parameters, those of the layers too; see scikit-learn's Pipeline."""
        return self._get_params("layers", deep=deep)

    def set_params(self, **params):
        """Set parameters, those of the layers too; see scikit-learn's Pipeline."""
        self._set_params("layers", **params)
        return self


class Residual(_Container):
    """What layers make of the input, plus the input.

    Parameters
    ----------
    layers : list of (str, Layer)
        Their output must have the input's shape.
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

    def plan(self, planner, tensor):
        """Declare the layers' ops and the sum; see `Layer.plan`."""
        tensor = planner.pin(tensor)
        changed = plan_layers(planner, tensor, self.layers)
        if changed.shape != tensor.shape:
            raise planner.error(
                f"its layers turn samples of shape {tensor.shape} into {changed.shape}:"
                " give the last one as many outputs as the input has."
            )
        total = planner.op(ADDRESSES["add"], [tensor, changed], tensor.shape)
        return activate(planner, total, self.activation)


class Concatenate(_Container):
    """Outputs of several layers that see the same input, side by side.

    Parameters
    ----------
    layers : list of (str, Layer)
        Their outputs may differ in the last axis only.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Concatenate, Dense
    >>> wide = Concatenate([("linear", Dense(4)), ("bent", Dense(4, "tanh"))])
    """

    def __init__(self, layers):
        self.layers = layers

    def plan(self, planner, tensor):
        """Declare the layers' ops and their concatenation; see `Layer.plan`."""
        tensor = planner.pin(tensor)
        joined = None
        for name, layer in self.layers:
            with planner.layer(name):
                branch = planner.pin(layer.plan(planner, tensor))
                planner.ends(branch)
            joined = branch if joined is None else self._join(planner, joined, branch)
        return tensor if joined is None else joined

    @staticmethod
    def _join(planner, left, right):
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
