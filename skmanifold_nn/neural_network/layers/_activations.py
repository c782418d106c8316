"""Activations as layers."""

from numbers import Real

from ..._kernels._activations import ADDRESSES, FROM_INPUT, KINDS, PARAMETERS
from ._base import Layer

__all__ = ["ACTIVATIONS", "Activation"]

# What users call them -> what the kernels do.
_ALIASES = {"swish": "silu"}
ACTIVATIONS = (*KINDS, *_ALIASES)


def activate(planner, tensor, activation, parameter=None):
    """Plan an activation of every element (softmax: over the last axis)."""
    if activation not in ACTIVATIONS:
        raise planner.error(
            f"activation must be one of {', '.join(ACTIVATIONS)}, got "
            f"{activation!r}: choose one of them."
        )
    kind = _ALIASES.get(activation, activation)
    if kind == "identity":
        return tensor
    if parameter is None:
        parameter = PARAMETERS.get(kind, 0.0)
    return planner.op(
        ADDRESSES[kind],
        [tensor],
        tensor.shape,
        reads="input" if kind in FROM_INPUT else "output",
        in_place=kind not in FROM_INPUT,
        ints=(KINDS[kind], tensor.shape[-1]),
        reals=(parameter,),
    )


class Activation(Layer):
    """A function of every element, or the softmax over the last axis.

    Parameters
    ----------
    activation : {"identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", \
            "gelu", "softplus", "softsign", "hard_sigmoid", "hard_tanh", "silu", \
            "swish", "mish", "softmax"}, default="relu"
        Defined as in PyTorch; "swish" is another name of "silu".
    alpha : float, default=None
        Slope of "leaky_relu" below zero (None: 0.01), or the negative limit of "elu"
        (None: 1); not negative.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Activation
    >>> Activation("mish")
    Activation(activation='mish')
    """

    def __init__(self, activation="relu", *, alpha=None):
        self.activation = activation
        self.alpha = alpha

    def plan(self, planner, tensor):
        """Declare the op; see `Layer.plan`."""
        if self.alpha is not None and not (
            isinstance(self.alpha, Real) and self.alpha >= 0
        ):
            raise planner.error(
                f"alpha must be a number of at least 0, got {self.alpha!r}: None is "
                "the activation's usual one."
            )
        return activate(planner, tensor, self.activation, self.alpha)
