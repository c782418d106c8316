"""Networks of any layers, one after the other."""

import math
from collections.abc import Sequence
from numbers import Integral

from sklearn.base import clone

from ._declarations import attribute, declares, estimator, parameter
from ._fine_tuning import FineTuning
from ._parameters import COUNT, ClassifierParameters, RegressorParameters
from ._recurrent_base import RecurrentLists
from ._targets import NetworkClassifier, NetworkRegressor
from .layers import Dense, Layer
from .layers._base import LayerComposition, is_passthrough, plan_layers

__all__ = ["SequentialClassifier", "SequentialRegressor"]


@declares
class _SequentialParameters:
    layers: list[tuple[str, Layer | str | None]] | None = parameter(
        default=None,
        kind="list of (str, Layer)",
        constraints=[list, None],
        text="""Names and layers of ``skmanifold_nn.neural_network.layers``, from the
        input on. The last one, which gives as many outputs as the targets need, is
        added. A layer's parameters are the estimator's too, as in a Pipeline:
        ``hidden__n_units``. In place of a layer, "passthrough" or None stands for none.
        None: one dense layer of 100 units with "relu". No layer at all, an empty list,
        is a linear model.""",
        kw_only=False,
    )
    input_shape: int | Sequence[int] | None = parameter(
        default=None,
        kind="tuple of int",
        constraints=["array-like", *COUNT, None],
        text="""Shape of a sample, channels last, where the rows of X are flattened
        samples: ``(8, 8, 1)`` for rows of 64 values. None: one axis of features.""",
    )

    layer_names_: list[str] = attribute(
        "list of str",
        """Layers in use, for `transform`; those in containers as
        "container__layer".""",
    )


class _Sequential(_SequentialParameters, FineTuning, RecurrentLists, LayerComposition):
    """Hidden layers as they are given."""

    def _describe_network(self):
        return {"layers": self._cloned_layers(), "input_shape": self._checked_shape()}

    def _cloned_layers(self):
        """What was fitted, whatever happens to the parameter afterwards."""
        if self.layers is None:
            return [("hidden", Dense(100, "relu"))]
        layers = self._checked_layers()
        if any(name == "output" for name, _ in layers):
            raise ValueError(
                "the name 'output' is that of the last layer, which is added to those "
                "of `layers`: choose another name."
            )
        return [(name, clone(layer, safe=False)) for name, layer in layers]

    def _checked_shape(self):
        n_features, shape = self.n_features_in_, self.input_shape
        if shape is None:
            return (n_features,)
        shape = (shape,) if isinstance(shape, Integral) else tuple(shape)
        if any(not isinstance(n, Integral) or n < 1 for n in shape):
            raise ValueError(
                f"input_shape must be a tuple of positive int, got {shape}: give the "
                "sizes of a sample's axes."
            )
        if math.prod(shape) != n_features:
            raise ValueError(
                f"input_shape={shape} has {math.prod(shape)} values, but X has "
                f"{n_features} features: give a shape of as many."
            )
        return tuple(int(n) for n in shape)

    def _validate_training(self, X, y, sample_weight, *, reset):
        _refuse_more_axes(X)
        return super()._validate_training(X, y, sample_weight, reset=reset)

    def _validate_rows(self, X, dtype):
        _refuse_more_axes(X)
        return super()._validate_rows(X, dtype)

    def _check_description(self):
        described = self._describe_network()
        for name, value in described.items():
            if _spelled_out(value) != _spelled_out(self._described[name]):
                raise ValueError(
                    f"{name} cannot change between fits of one network: set "
                    f"warm_start=False or fit a clone; it was {self._described[name]}, "
                    f"got {value}."
                )

    @property
    def _input_shape(self):
        return self._described["input_shape"]

    def _plan_layers(self, planner, tensor, described):
        layers = described["layers"]
        tensor = plan_layers(planner, tensor, layers)
        if tensor.over_steps:
            last = [name for name, layer in layers if not is_passthrough(layer)][-1]
            with planner.layer(last):
                raise planner.error(
                    f"ends the network with an output at each of {planner.n_steps} "
                    "steps, but y has one target for each sample: let the last "
                    "recurrent layer return its last step only, "
                    "return_sequences=False, or put a Flatten layer behind it."
                )
        return tensor


def _refuse_more_axes(X):
    shape = getattr(X, "shape", ())
    if len(shape) > 2:
        raise ValueError(
            f"X must have a row for each sample, got an array of shape {shape}: give "
            f"X.reshape(len(X), -1), with input_shape={tuple(shape[1:])}."
        )


def _spelled_out(value):
    """Like repr, but never shortened."""
    if isinstance(value, list | tuple):
        return [_spelled_out(item) for item in value]
    if hasattr(value, "get_params"):
        params = value.get_params(deep=False)
        return [
            type(value).__qualname__,
            [(name, _spelled_out(item)) for name, item in params.items()],
        ]
    return repr(value)


@estimator
class SequentialClassifier(_Sequential, ClassifierParameters, NetworkClassifier):
    """Classifier of any layers, one after the other.

    One label or several; training, predictions and all parameters but the layers are
    those of `MLPClassifier`. Samples are rows, which `input_shape` gives the axes that
    convolutions or recurrent layers want.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    Raises
    ------
    ValueError
        From `fit`, if shapes do not fit; the message names the layer.

    See Also
    --------
    SequentialRegressor : The same for numbers.
    MLPClassifier : Dense layers by their numbers of units.
    ConvNetClassifier : Stages of convolutions and pooling.
    GRUClassifier : Recurrent layers, for sequences of any lengths.
    skmanifold_nn.neural_network.layers : The layers.

    Notes
    -----
    Layers have no numbers: the network has them, in ``coefs_`` and its like. The last
    layer is not listed, as its outputs and the loss follow from y. There is no
    switch between training and evaluation: dropout, noise, augmentation and batch
    statistics act in `fit` and not in predictions. Scale the features.

    The user guide has examples of :ref:`perceptrons <neural_networks>` and
    :ref:`convolutions <own_conv_nets>`, and of layers of one's own.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skmanifold_nn.neural_network import SequentialClassifier
    >>> from skmanifold_nn.neural_network.layers import Dense, Dropout, Residual
    >>> X, y = load_digits(return_X_y=True)
    >>> net = SequentialClassifier(
    ...     [
    ...         ("first", Dense(64, "relu")),
    ...         ("block", Residual([("dense", Dense(64, "relu"))])),
    ...         ("drop", Dropout(0.1)),
    ...     ],
    ...     learning_rate="cosine", learning_rate_init=0.01, max_iter=30,
    ...     random_state=3,
    ... )
    >>> net.fit(X[:1200] / 16, y[:1200]).transform(X[1200:] / 16, layer="block").shape
    (597, 64)
    >>> grid = {"block__dense__activation": ["relu", "tanh"],
    ...         "drop": [Dropout(0.3), "passthrough"]}
    >>> len(GridSearchCV(net, grid, cv=2).fit(X / 16, y).cv_results_["params"])
    4
    """


@estimator
class SequentialRegressor(_Sequential, RegressorParameters, NetworkRegressor):
    """Regressor of any layers, one after the other.

    One number or several; training, predictions and all parameters but the layers are
    those of `MLPRegressor`. Samples are rows, which `input_shape` gives the axes that
    convolutions or recurrent layers want.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    Raises
    ------
    ValueError
        From `fit`, if shapes do not fit; the message names the layer.

    See Also
    --------
    SequentialClassifier : The same for classes.
    MLPRegressor : Dense layers by their numbers of units.
    ConvNetRegressor : Stages of convolutions and pooling.
    GRURegressor : Recurrent layers, for sequences of any lengths.
    skmanifold_nn.neural_network.layers : The layers.

    Notes
    -----
    Layers have no numbers: the network has them, in ``coefs_`` and its like. The last
    layer is not listed, as its outputs and the loss follow from y. There is no
    switch between training and evaluation: dropout, noise, augmentation and batch
    statistics act in `fit` and not in predictions. Scale the features.

    The user guide has examples of :ref:`perceptrons <neural_networks>` and
    :ref:`convolutions <own_conv_nets>`, and of layers of one's own.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from skmanifold_nn.neural_network import SequentialRegressor
    >>> from skmanifold_nn.neural_network.layers import Concatenate, Dense
    >>> X, y = make_friedman1(400, random_state=3)
    >>> branches = [("bent", Dense(16, "tanh")), ("straight", "passthrough")]
    >>> net = SequentialRegressor([("wide", Concatenate(branches))], solver="lbfgs",
    ...                           max_iter=2000, tol=0.01, random_state=3)
    >>> bool(net.fit(X[:300], y[:300]).score(X[300:], y[300:]) > 0.8)
    True
    """
