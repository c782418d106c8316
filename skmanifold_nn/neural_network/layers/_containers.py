"""Layers made of layers."""

from ..._kernels._combination import ADDRESSES
from ._activations import ActivationName, activate
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

    The layers stand one after the other, and samples keep their shape. A block learns
    what is to be changed, and gradients pass it unchanged: so many layers can be
    trained. The parameters of the layers are those of the block too, as in a Pipeline:
    ``dense__activation``.

    Parameters
    ----------
    layers : list of (str, Layer)
        Names and layers. Their output must have the input's shape; where it is one for
        each step, samples of shape (n_steps, n_features) are seen as sequences.
        "passthrough" or None in a layer's place stands for no layer.
    activation : str, default="identity"
        Of the sum.

    See Also
    --------
    ResidualBlock : The same of convolutions, where shapes may change.
    Concatenate : Side by side, not added.

    References
    ----------
    He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Dense, Residual
    >>> block = Residual([("zero", Dense(2, initializer="zeros"))])
    >>> net = SequentialRegressor([("block", block)], learning_rate_init=1e-9)
    >>> X, y = [[1.0, 2.0], [3.0, 4.0]], [0.0, 1.0]
    >>> net.partial_fit(X, y).transform(X).round()  # nothing but the input so far
    array([[1., 2.],
           [3., 4.]])
    >>> block.set_params(zero__activation="tanh").layers[0][1].activation
    'tanh'
    """

    def __init__(
        self,
        layers: list[tuple[str, Layer | str | None]],
        activation: ActivationName = "identity",
    ) -> None:
        self.layers = layers
        self.activation = activation

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the layers' ops and the sum; see `Layer.plan`."""
        tensor = planner.pin(tensor)
        changed = plan_layers(planner, tensor, self._checked_layers())
        return add(planner, tensor, changed, self.activation)


class Concatenate(LayerComposition, Layer):
    """Outputs of several layers that see the same input, side by side.

    The last axis of what comes out is as long as those of all outputs together. The
    parameters of the layers are those of this one too, as in a Pipeline:
    ``linear__n_units``.

    Parameters
    ----------
    layers : list of (str, Layer)
        Names and layers. Their outputs may differ in the last axis only: either all or
        none of them have a row for each step. "passthrough" or None in a layer's place
        is the input itself.

    See Also
    --------
    Residual : Added, not side by side.
    InceptionBlock : Convolutions of several sizes side by side.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Concatenate, Dense
    >>> wide = Concatenate([("straight", "passthrough"), ("bent", Dense(4, "tanh"))])
    >>> net = SequentialRegressor([("wide", wide)], random_state=1)
    >>> X, y = [[1.0, 2.0], [3.0, 4.0]], [0.0, 1.0]
    >>> features = net.partial_fit(X, y).transform(X)
    >>> features.shape
    (2, 6)
    >>> features[:, :2]
    array([[1., 2.],
           [3., 4.]])
    """

    def __init__(self, layers: list[tuple[str, Layer | str | None]]) -> None:
        self.layers = layers

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare the layers' ops and their concatenation; see `Layer.plan`."""
        tensor = planner.pin(tensor)
        branches = [
            plan_layers(planner, tensor, [pair]) for pair in self._checked_layers()
        ]
        return join(planner, branches) if branches else tensor
