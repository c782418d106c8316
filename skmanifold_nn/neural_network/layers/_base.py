"""What layers share."""

from sklearn.base import BaseEstimator

from ..._sklearn_compat import BaseComposition

__all__ = ["Layer", "LayerComposition"]


def is_passthrough(layer):
    """Whether what stands in a layer's place is none."""
    return layer is None or (isinstance(layer, str) and layer == "passthrough")


class Layer(BaseEstimator):
    """Specification of a layer: parameters, and how the layer plans itself.

    Numbers live in the estimator that uses the layer, never in the layer: the same
    specification may stand in several networks.

    Examples
    --------
    >>> from skmanifold_nn.neural_network.layers import Dense, Layer
    >>> class Bottleneck(Layer):
    ...     def __init__(self, n_units=2):
    ...         self.n_units = n_units
    ...
    ...     def plan(self, planner, tensor):
    ...         narrow = Dense(self.n_units).plan(planner, tensor)
    ...         return Dense(tensor.size, "tanh").plan(planner, narrow)
    >>> Bottleneck(3)
    Bottleneck(n_units=3)
    """

    def plan(self, planner, tensor):
        """Declare parameters and ops.

        Parameters
        ----------
        planner : Planner
            What layers declare themselves to.
        tensor : Tensor
            The layer's input.

        Returns
        -------
        output : Tensor
        """
        raise NotImplementedError

    def __sklearn_is_fitted__(self):
        return True


class LayerComposition(BaseComposition):
    """Parameter `layers`, reachable by name as the steps of a Pipeline are.

    A layer may be replaced: ``set_params(name=Dense(8), name__n_units=4)``; None and
    "passthrough" stand for no layer.
    """

    def get_params(self, deep=True):
        """Parameters, those of the layers too; see scikit-learn's Pipeline."""
        return self._get_params("layers", deep=deep)

    def set_params(self, **params):
        """Set parameters, those of the layers too; see scikit-learn's Pipeline."""
        self._set_params("layers", **params)
        return self

    def _checked_layers(self):
        """The pairs (name, layer), refused if they are not that."""
        owner = type(self).__name__
        if not isinstance(self.layers, list):
            raise TypeError(
                f"layers of {owner} must be a list of (name, layer) pairs, got "
                f"{self.layers!r}."
            )
        for pair in self.layers:
            if not (isinstance(pair, tuple | list) and len(pair) == 2):
                raise TypeError(
                    f"layers of {owner} must be (name, layer) pairs, got {pair!r}: "
                    "give it a name."
                )
            name, layer = pair
            if not isinstance(name, str):
                raise TypeError(
                    f"layers of {owner}: the name of a layer must be a str, got "
                    f"{name!r}."
                )
            if not (is_passthrough(layer) or isinstance(layer, Layer)):
                raise TypeError(
                    f"layer {name!r} of {owner} must be one of "
                    "skmanifold_nn.neural_network.layers, or 'passthrough', got "
                    f"{layer!r} of type {type(layer).__name__}."
                )
        self._validate_names([name for name, _ in self.layers])
        return self.layers


def plan_layers(planner, tensor, layers):
    """Plan named layers one after the other; returns the last one's output."""
    for name, layer in layers:
        if is_passthrough(layer):
            continue
        with planner.layer(name):
            tensor = layer.plan(planner, tensor)
            planner.ends(tensor)
    return tensor
