"""Convolutional networks: images and signals."""

from collections.abc import Sequence
from numbers import Integral
from typing import Literal

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._sklearn_compat import Options, StrOptions, fit_context
from ._declarations import attribute, declares, estimator, parameter
from ._fine_tuning import FineTuning
from ._images import as_rows, shape_with_channels
from ._parameters import (
    COUNT,
    ActivationName,
    ClassifierParameters,
    HiddenLayerParameters,
    InitializerName,
    RegressorParameters,
)
from ._perceptron import NORMALIZATIONS, plan_perceptron, unit_counts
from ._saliency import Saliency
from ._targets import NetworkClassifier, NetworkRegressor
from .layers import (
    Activation,
    AveragePool1D,
    AveragePool2D,
    Conv1D,
    Conv2D,
    Dropout,
    GlobalAveragePool,
    MaxPool1D,
    MaxPool2D,
)

__all__ = ["ConvNetClassifier", "ConvNetRegressor"]

SIZE = ["array-like", *COUNT]
CONVOLUTIONS = {1: Conv1D, 2: Conv2D}
POOLS = {
    "max": {1: MaxPool1D, 2: MaxPool2D},
    "average": {1: AveragePool1D, 2: AveragePool2D},
}


@declares
class _ConvNetParameters(HiddenLayerParameters):
    n_filters: int | Sequence[int] = parameter(
        default=(6, 16),
        kind="array-like of int",
        constraints=SIZE,
        text="Filters of the convolutions of each stage.",
        kw_only=False,
    )
    kernel_size: int | tuple[int, int] = parameter(
        default=3,
        kind="int or (int, int)",
        constraints=SIZE,
        text="Lines and columns, or steps, that a filter sees.",
        kw_only=False,
    )
    stride: int | tuple[int, int] = parameter(
        default=1,
        kind="int or (int, int)",
        constraints=SIZE,
        text="Distance of a filter's places, in the first block of each stage.",
    )
    dilation: int | tuple[int, int] = parameter(
        default=1,
        kind="int or (int, int)",
        constraints=SIZE,
        text="Distance of the places that a filter sees.",
    )
    padding: int | Literal["same", "valid"] | tuple[int, int] = parameter(
        default="same",
        kind='{"same", "valid"}, int or (int, int)',
        constraints=[StrOptions({"same", "valid"}), Integral, "array-like"],
        text="""Zeros around maps: "same" keeps their size, where the stride is 1, and
        incomplete windows of pooling at the border; "valid" has neither.""",
    )
    pooling: Literal["max", "average"] | None = parameter(
        default="max", text="What each stage ends with."
    )
    pool_size: int | tuple[int, int] = parameter(
        default=2,
        kind="int or (int, int)",
        constraints=SIZE,
        text="Lines and columns, or steps, that pooling makes one.",
    )
    block: Literal["plain", "residual", "inception", "dense"] = parameter(
        default="plain",
        text="""What stages are made of: convolutions, or `ResidualBlock`,
        `InceptionBlock` or `DenseBlock` of the layers.""",
    )
    blocks_per_stage: int = parameter(
        default=1, constraints=COUNT, text="Blocks before each pooling."
    )
    global_pool: bool = parameter(
        default=False,
        text="""Whether the dense layers get the mean of each channel over all places,
        not the values at all places.""",
    )
    hidden_layer_sizes: int | Sequence[int] = parameter(
        default=(100,),
        kind="array-like of int",
        constraints=["array-like", *COUNT],
        text="Units of dense layers after the last stage; may be empty.",
    )
    n_dim: int | None = parameter(
        default=None,
        kind="{1, 2} or None",
        constraints=[Options(Integral, {1, 2}), None],
        text="""Axes of a sample without that of the channels: 2 for images, 1 for
        signals. Only needed where X, or `input_shape`, may be either.""",
    )
    input_shape: int | Sequence[int] | None = parameter(
        default=None,
        kind="tuple of int or None",
        constraints=["array-like", *COUNT, None],
        text="""Shape of a sample, where the rows of X are flattened ones: (height,
        width, channels), (height, width) or (n_steps, n_channels). None: rows are
        signals of one channel.""",
    )
    activation: ActivationName = parameter(
        default="relu", text="Of convolutions and dense layers."
    )
    dropout: float = parameter(
        default=0.0,
        text="""Probability with which a channel of a block, at all places, or a unit of
        a dense layer is set to zero in training.""",
    )
    normalization: Literal["batch", "layer"] | None = parameter(
        default=None,
        text="""Of convolutions and dense layers before their activation, over
        channels.""",
    )
    initializer: InitializerName = parameter(default="auto")

    input_shape_: tuple[int, ...] = attribute(
        "tuple of int", "Of a sample, the number of channels last."
    )


class _ConvNet(_ConvNetParameters, FineTuning, Saliency):
    """Stages of convolutions and pooling, then a perceptron."""

    # The network.

    def _describe_network(self):
        return {
            "input_shape": self.input_shape_,
            "n_filters": unit_counts("n_filters", self.n_filters, least=1),
            **{
                name: _plain(getattr(self, name))
                for name in ("kernel_size", "stride", "dilation", "padding")
            },
            "pooling": self.pooling,
            "pool_size": _plain(self.pool_size),
            "block": self.block,
            "blocks_per_stage": int(self.blocks_per_stage),
            "global_pool": bool(self.global_pool),
            "hidden_layer_sizes": unit_counts(
                "hidden_layer_sizes", self.hidden_layer_sizes
            ),
            "activation": self.activation,
            "normalization": self.normalization,
            "dropout": float(self.dropout),
            "initializer": self.initializer,
        }

    @property
    def _input_shape(self):
        return self.input_shape_

    def _plan_layers(self, planner, tensor, described):
        for stage, n_filters in enumerate(described["n_filters"], start=1):
            for number in range(1, described["blocks_per_stage"] + 1):
                name = f"conv{stage}" + f"_{number}" * (number > 1)
                with planner.layer(name):
                    tensor = _plan_plain(
                        planner, tensor, n_filters, described, first=number == 1
                    )
                    planner.ends(tensor)
            if described["pooling"] is not None:
                with planner.layer(f"pool{stage}"):
                    tensor = _plan_pooling(planner, tensor, described)
                    planner.ends(tensor)
        if described["global_pool"]:
            with planner.layer("global_pool"):
                tensor = GlobalAveragePool().plan(planner, tensor)
                planner.ends(tensor)
        tensor = planner.reshaped(tensor, (tensor.size,))
        sizes = described["hidden_layer_sizes"]
        return plan_perceptron(planner, tensor, sizes, described)

    # Samples.

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, X_val=None, y_val=None):
        """Train on images or signals X and their targets y.

        Parameters
        ----------
        X : array-like of shape (n_samples, height, width, n_channels), \
                (n_samples, height, width), (n_samples, n_steps, n_channels) or \
                (n_samples, n_values)
            Images; with three axes images of one channel, or signals, as `n_dim` tells;
            with two axes flattened samples of `input_shape`, or signals of one channel.
            float32 is computed in float32, everything else in float64.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels, label indicators, or real numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss, not negative.
        X_val : array-like, default=None
            Samples that are not trained on: their losses go to
            ``validation_loss_curve_``, and `early_stopping` watches them in place of a
            share of X.
        y_val : array-like of shape (n_validation,) or (n_validation, n_outputs), \
                default=None
            Targets of `X_val`.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If training came to numbers that are not finite, if the axes of X may mean
            images and signals, or if a stage shrinks maps below one place.
        """
        return self._fit(X, y, sample_weight, X_val, y_val)

    def _as_rows(self, X, *, reset=False):
        return as_rows(
            X,
            fitted_shape=None if reset else self.input_shape_,
            n_dim=self.n_dim,
            input_shape=self.input_shape,
            owner=type(self).__name__,
        )

    def _validate_training(self, X, y, sample_weight, *, reset):
        rows, shape = self._as_rows(X, reset=reset)
        rows, y, sample_weight = super()._validate_training(
            rows, y, sample_weight, reset=reset
        )
        if reset:
            self.input_shape_ = shape or shape_with_channels(
                rows.shape[1], n_dim=self.n_dim, input_shape=self.input_shape
            )
        return rows, y, sample_weight

    def _validate_rows(self, X, dtype):
        return super()._validate_rows(self._as_rows(X)[0], dtype)

    def feature_maps(self, X, layer):
        """Maps that a layer makes of samples.

        Parameters
        ----------
        X : array-like
            Samples, in any form that `fit` takes.
        layer : int or str
            A name of ``layer_names_``, or a number among them.

        Returns
        -------
        maps : ndarray of shape (n_samples, height, width, n_filters) or \
                (n_samples, n_steps, n_filters)
            Or of the shape (n_samples, n_units), for layers after the last stage.
        """
        check_is_fitted(self)
        name = self._layer_name(layer)
        maps = self._outputs(X, name)
        return maps.reshape(len(maps), *self._plan().layers[name][1].shape)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.three_d_array = True
        return tags


def _plain(value):
    """An int, a word, or a tuple of int."""
    if isinstance(value, str | Integral):
        return value if isinstance(value, str) else int(value)
    return tuple(np.asarray(value).tolist())


def _plan_plain(planner, tensor, n_filters, described, *, first):
    """Convolution, normalisation, activation, dropout of channels."""
    n_dim = len(tensor.shape) - 1
    normalization = NORMALIZATIONS.get(described["normalization"])
    tensor = CONVOLUTIONS[n_dim](
        n_filters,
        described["kernel_size"],
        stride=described["stride"] if first else 1,
        dilation=described["dilation"],
        padding=described["padding"],
        initializer=described["initializer"],
        bias=normalization is None,
    ).plan(planner, tensor)
    if normalization is not None:
        tensor = normalization.plan(planner, tensor)
    tensor = Activation(described["activation"]).plan(planner, tensor)
    return Dropout(described["dropout"], by_channel=True).plan(planner, tensor)


def _plan_pooling(planner, tensor, described):
    pool = POOLS[described["pooling"]][len(tensor.shape) - 1]
    padding = "same" if described["padding"] == "same" else "valid"
    return pool(described["pool_size"], padding=padding).plan(planner, tensor)


@estimator
class ConvNetClassifier(_ConvNet, ClassifierParameters, NetworkClassifier):
    """Convolutional network that classifies images or signals.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    ConvNetRegressor : The same network for numbers.
    SequentialClassifier : Any layers one after the other.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import ConvNetClassifier
    >>> ConvNetClassifier((32, 64))
    ConvNetClassifier(n_filters=(32, 64))
    """


@estimator
class ConvNetRegressor(_ConvNet, RegressorParameters, NetworkRegressor):
    """Convolutional network for numbers that depend on images or signals.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    ConvNetClassifier : The same network for classes.
    SequentialRegressor : Any layers one after the other.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proc. IEEE 86, 1998.

    Examples
    --------
    >>> from skmanifold_nn.neural_network import ConvNetRegressor
    >>> ConvNetRegressor((32, 64))
    ConvNetRegressor(n_filters=(32, 64))
    """
