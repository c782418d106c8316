"""What layers share."""

from typing import Any, Self

from sklearn.base import BaseEstimator

from ._planner import Planner, Tensor

MYPY = False  # True to mypy alone; see neural_network/_bases.py

if MYPY:

    class BaseComposition:
        def __getattr__(self, name: str) -> Any: ...

else:
    from ..._sklearn_compat import BaseComposition

__all__ = ["Layer", "LayerComposition"]


def is_passthrough(layer):
    """Whether what stands in a layer's place is none."""
    return layer is None or (isinstance(layer, str) and layer == "passthrough")


class Layer(BaseEstimator):
    """Specification of a layer: parameters, and how the layer plans itself.

    Base class of layers of one's own, which are made of others by `plan`. Numbers live
    in the estimator that uses the layer, never in the layer: the same specification may
    stand in several networks.

    See Also
    --------
    skmanifold_nn.neural_network.SequentialClassifier : Takes a list of layers.

    Notes
    -----
    The :ref:`user guide <neural_networks>` says how layers with arithmetic of their own
    are made. A network with such a layer is saved by pickle, joblib or skops.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Dense, Layer
    >>> class Bottleneck(Layer):
    ...     def __init__(self, n_units=2):
    ...         self.n_units = n_units
    ...
    ...     def plan(self, planner, tensor):
    ...         narrow = Dense(self.n_units).plan(planner, tensor)
    ...         return Dense(tensor.size, "tanh").plan(planner, narrow)
    >>> net = SequentialRegressor([("narrow", Bottleneck(3))], solver="lbfgs",
    ...                           max_iter=500, tol=0.1, random_state=1)
    >>> net.fit([[0.0, 1.0], [1.0, 0.0]], [1.0, 2.0]).predict([[1.0, 0.0]]).shape
    (1,)
    """

    def plan(self, planner: Planner, tensor: Tensor) -> Tensor:
        """Declare parameters and ops; nothing is computed yet.

        Parameters
        ----------
        planner : Planner
            What layers declare themselves to.
        tensor : Tensor
            The layer's input; ``tensor.shape`` is the shape of one sample.

        Returns
        -------
        output : Tensor
            What comes out of the layer.

        Raises
        ------
        ValueError
            If a parameter is wrong, or does not fit the input; names the layer.
        """
        raise NotImplementedError

    def __sklearn_is_fitted__(self):
        return True


class LayerComposition(BaseComposition):
    """Parameter `layers`, reachable by name as the steps of a Pipeline are.

    A layer may be replaced: ``set_params(name=Dense(8), name__n_units=4)``; None and
    "passthrough" stand for no layer.
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters, those of the layers too; see scikit-learn's Pipeline.

        Parameters
        ----------
        deep : bool, default=True
            Whether layers, and their parameters, are there too:
            ``name__parameter``.

        Returns
        -------
        params : dict
            By name.
        """
        return self._get_params("layers", deep=deep)

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those of the layers too; see scikit-learn's Pipeline.

        Parameters
        ----------
        **params : object
            ``name=layer`` replaces a layer, ``name__parameter=value`` changes one.

        Returns
        -------
        self : object
            Changed.
        """
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
