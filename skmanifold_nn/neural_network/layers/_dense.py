"""Dense layers."""

from functools import partial
from numbers import Integral

from ..._kernels._dense import ADDRESSES, count_tasks, shared_size
from ..._kernels._inputs import ADDRESSES as INPUTS
from ..._kernels._inputs import count_tasks as count_sparse_tasks
from .._initializers import INITIALIZERS, initial_intercepts, initial_weights
from ._activations import activate
from ._base import Layer

__all__ = ["Dense"]


def dense(
    planner, tensor, n_units, *, initializer="auto", activation="identity", bias=True
):
    """Plan x W + b over the last axis of a tensor; `activation` is for "auto" only."""
    if not isinstance(n_units, Integral) or n_units < 1:
        raise planner.error(
            f"n_units must be a positive int, got {n_units!r}: give the number of "
            "outputs."
        )
    if initializer not in INITIALIZERS:
        raise planner.error(
            f"initializer must be one of {', '.join(INITIALIZERS)}, got "
            f"{initializer!r}: choose one of them."
        )
    if len(tensor.shape) != 1:
        raise planner.error(
            f"takes samples of one axis, got the shape {tensor.shape}: put a Flatten "
            "layer before it."
        )
    n_in, n_units = tensor.size, int(n_units)
    fans = {
        "initializer": initializer,
        "fan_in": n_in,
        "fan_out": n_units,
        "activation": activation,
    }
    W_shape, b_shape = (n_in, n_units), (n_units,)
    start = planner.parameter(
        "coefs_",
        W_shape,
        partial(_draw, initial_weights, W_shape, fans),
        penalized=True,
    )
    if bias:
        planner.parameter(
            "intercepts_", b_shape, partial(_draw, initial_intercepts, b_shape, fans)
        )
    words = {
        "params": start,
        "n_params": (n_in + bool(bias)) * n_units,
        "work": n_in * n_units,
        "n_tasks": count_tasks(n_in, n_units),
        "ints": (int(bool(bias)),),
    }
    if tensor is planner.input and planner.sparse:
        words["work"] //= 16  # of few entries, most likely
        words["n_tasks"] = count_sparse_tasks(n_in, n_units)
        return planner.op(INPUTS["sparse_dense"], [], b_shape, **words)
    return planner.op(
        ADDRESSES["dense"],
        [tensor],
        b_shape,
        reads="input",
        shared=shared_size(n_in, n_units),
        **words,
    )


def _draw(initial, shape, fans, random_state):
    return initial(shape=shape, random_state=random_state, **fans)


class Dense(Layer):
    """Every output is an affine function of all inputs, then an activation.

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

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Dense
    >>> SequentialClassifier(layers=[("hidden", Dense(8, activation="tanh"))])
    SequentialClassifier(layers=[('hidden', Dense(activation='tanh', n_units=8))])
    """

    def __init__(
        self, n_units, activation="identity", *, initializer="auto", bias=True
    ):
        self.n_units = n_units
        self.activation = activation
        self.initializer = initializer
        self.bias = bias

    def plan(self, planner, tensor):
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
