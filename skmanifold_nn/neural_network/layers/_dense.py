"""Dense layers."""

from functools import partial
from numbers import Integral
from typing import Literal

from ..._kernels._dense import ADDRESSES, count_tasks, shared_size
from ..._kernels._inputs import ADDRESSES as INPUTS
from ..._kernels._inputs import count_tasks as count_sparse_tasks
from .._initializers import (
    INITIALIZERS,
    InitializerName,
    initial_intercepts,
    initial_weights,
)
from ._activations import ActivationName, activate
from ._base import Layer
from ._planner import Planner, Tensor

__all__ = ["Dense"]


def dense(
    planner, tensor, n_units, *, initializer="auto", activation="identity", bias=True
):
    """Plan x W + b over the last axis of a tensor; `activation` is for "auto" only."""
    check_units(planner, n_units)
    check_initializer(planner, "initializer", initializer)
    if len(tensor.shape) != 1:
        raise planner.error(
            f"takes samples of one axis, got the shape {tensor.shape}: put a Flatten "
            "layer before it."
        )
    fans = {
        "initializer": initializer,
        "fan_in": tensor.size,
        "fan_out": int(n_units),
        "activation": activation,
    }
    draw_intercepts = partial(_draw, initial_intercepts, (int(n_units),), fans)
    return affine(
        planner,
        tensor,
        int(n_units),
        partial(_draw, initial_weights, (tensor.size, int(n_units)), fans),
        draw_intercepts if bias else None,
    )


def affine(planner, tensor, n_units, draw_weights, draw_intercepts=None):
    """Plan x W + b, or x W, with the given initial numbers."""
    n_in, bias = tensor.size, draw_intercepts is not None
    start = planner.parameter("coefs_", (n_in, n_units), draw_weights, penalized=True)
    if bias:
        planner.parameter("intercepts_", (n_units,), draw_intercepts)
    words = {
        "params": start,
        "n_params": (n_in + bias) * n_units,
        "work": n_in * n_units,
        "n_tasks": count_tasks(n_in, n_units),
        "ints": (int(bias),),
    }
    if tensor is planner.input and planner.source == "csr":
        words["work"] //= 16  # of few entries, most likely
        words["n_tasks"] = count_sparse_tasks(n_in, n_units)
        return planner.op(INPUTS["sparse_dense"], [], (n_units,), **words)
    return planner.op(
        ADDRESSES["dense"],
        [tensor],
        (n_units,),
        reads="input",
        shared=shared_size(n_in, n_units),
        **words,
    )


def check_units(planner, n_units):
    if not isinstance(n_units, Integral) or n_units < 1:
        raise planner.error(
            f"n_units must be a positive int, got {n_units!r}: give the number of "
            "outputs."
        )


def check_initializer(planner, name, initializer):
    if initializer not in INITIALIZERS:
        raise planner.error(
            f"{name} must be one of {', '.join(INITIALIZERS)}, got {initializer!r}: "
            "choose one of them."
        )


def _draw(initial, shape, fans, random_state):
    return initial(shape=shape, random_state=random_state, **fans)


class Dense(Layer):
    """Every output is an affine function of all inputs, then an activation.

    Samples have the shape (n_inputs,), those that come out (n_units,): x W + b with W
    of shape (n_inputs, n_units) and b of (n_units,). Sequences keep their steps, each
    of which is such a sample. Put a `Flatten` before it where images or signals come.

    Parameters
    ----------
    n_units : int
        Number of outputs.
    activation : str, default="identity"
        Any of `Activation`.
    initializer : str, default="auto"
        Of the weights: "auto" (scikit-learn's), "glorot_uniform", "glorot_normal",
        "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "orthogonal",
        "sparse", "uniform", "normal", "zeros" or "ones". Intercepts start at zero, but
        for "auto".
    bias : bool, default=True
        Whether there are intercepts.

    Notes
    -----
    PyTorch's ``Linear`` and Keras' ``Dense``; PyTorch keeps W transposed. "glorot" is
    from [1]_, "he" from [2]_, "lecun" from [3]_, "orthogonal" from [4]_, "sparse" from
    [5]_; the bounds are in the :ref:`user guide <neural_networks>`.

    References
    ----------
    .. [1] Glorot and Bengio, "Understanding the difficulty of training deep feedforward
       neural networks", AISTATS 2010.
    .. [2] He, Zhang, Ren and Sun, "Delving deep into rectifiers: surpassing human-level
       performance on ImageNet classification", ICCV 2015.
    .. [3] LeCun, Bottou, Orr and Müller, "Efficient BackProp", in Neural Networks:
       Tricks of the Trade, 1998.
    .. [4] Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of
       learning in deep linear neural networks", ICLR 2014.
    .. [5] Martens, "Deep learning via Hessian-free optimization", ICML 2010.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Dense
    >>> net = SequentialClassifier(layers=[("hidden", Dense(8, activation="tanh"))])
    >>> net.partial_fit([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], [0, 1], classes=[0, 1])
    SequentialClassifier(layers=[('hidden', Dense(activation='tanh', n_units=8))])
    >>> net.coefs_[0].shape, net.coefs_[1].shape  # the last layer is added
    ((3, 8), (8, 1))
    """

    def __init__(
        self,
        n_units: int,
        activation: Literal[ActivationName, "softmax"] = "identity",
        *,
        initializer: InitializerName = "auto",
        bias: bool = True,
    ) -> None:
        self.n_units = n_units
        self.activation = activation
        self.initializer = initializer
        self.bias = bias

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and ops; see `Layer.plan`."""
        outputs = dense(
            planner,
            tensor,
            self.n_units,
            initializer=self.initializer,
            activation=self.activation,
            bias=self.bias,
        )
        return activate(planner, outputs, self.activation)
