"""Activations as layers."""

from numbers import Real
from typing import Literal

from ..._kernels._activations import ADDRESSES, FROM_INPUT, KINDS, PARAMETERS
from ._base import Layer
from ._planner import Planner, Tensor

__all__ = ["ACTIVATIONS", "Activation", "ActivationName"]

# Of every element.
ActivationName = Literal[
    "relu",
    "identity",
    "logistic",
    "tanh",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "hard_tanh",
    "silu",
    "swish",
    "mish",
]

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

    Samples may have any shape, which they keep.

    Parameters
    ----------
    activation : {"identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", \
            "gelu", "softplus", "softsign", "hard_sigmoid", "hard_tanh", "silu", \
            "swish", "mish", "softmax"}, default="relu"
        Defined as in PyTorch; "swish" is another name of "silu".
    alpha : float, default=None
        Slope of "leaky_relu" below zero (None: 0.01), or the negative limit of "elu"
        (None: 1); not negative.

    See Also
    --------
    AlphaDropout : Goes with "selu".

    Notes
    -----
    "relu" is max(x, 0), "leaky_relu" alpha x below zero [1]_, "elu" alpha (exp(x) - 1)
    there [2]_, and "selu" an "elu" with the scale and limit for which mean 0 and
    variance 1 are a fixed point [3]_. "gelu" is x times the normal distribution
    function, by the error function [4]_; "silu" x logistic(x) [4]_, which others called
    "swish" [5]_; "mish" x tanh(softplus(x)) [6]_. "softplus" is log(1 + exp(x)) [7]_,
    "softsign" x / (1 + abs(x)), "hard_sigmoid" x / 6 + 1 / 2 cut off at 0 and 1,
    "hard_tanh" x cut off at -1 and 1.

    References
    ----------
    .. [1] Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network
       acoustic models", ICML 2013.
    .. [2] Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning
       by exponential linear units (ELUs)", ICLR 2016.
    .. [3] Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural
       networks", NIPS 2017.
    .. [4] Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", arXiv
       1606.08415, 2016.
    .. [5] Ramachandran, Zoph and Le, "Searching for activation functions", arXiv
       1710.05941, 2017.
    .. [6] Misra, "Mish: a self regularized non-monotonic activation function", BMVC
       2020.
    .. [7] Glorot, Bordes and Bengio, "Deep sparse rectifier neural networks", AISTATS
       2011.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Activation
    >>> X, y = [[-4.0, 0.0, 2.0]], [1.0]
    >>> net = SequentialRegressor([("bent", Activation("leaky_relu", alpha=0.1))])
    >>> net.partial_fit(X, y).transform(X)
    array([[-0.4,  0. ,  2. ]])
    """

    def __init__(
        self,
        activation: Literal[ActivationName, "softmax"] = "relu",
        *,
        alpha: float | None = None,
    ) -> None:
        self.activation = activation
        self.alpha = alpha

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the op; see `Layer.plan`."""
        if self.alpha is not None and not (
            isinstance(self.alpha, Real) and self.alpha >= 0
        ):
            raise planner.error(
                f"alpha must be a number of at least 0, got {self.alpha!r}: None is "
                "the activation's usual one."
            )
        return activate(planner, tensor, self.activation, self.alpha)
