"""What convolutional networks share, whatever their targets are."""

import warnings
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from .._sklearn_compat import Options, StrOptions, fit_context
from .._typing import MatrixLike
from ._base import NeuralNetwork
from ._declarations import attribute, declares, parameter
from ._fine_tuning import FineTuning
from ._images import as_rows, shape_with_channels
from ._parameters import (
    COUNT,
    ActivationName,
    HiddenLayerParameters,
    InitializerName,
)
from ._perceptron import plan_perceptron, unit_counts
from ._saliency import Saliency
from ._stages import plan_stages
from .layers import Augment
from .layers._engine import Samples

__all__ = ["ConvolutionalNetwork"]

SIZE = ["array-like", *COUNT]


@declares
class _ConvNetParameters(HiddenLayerParameters):
    n_filters: int | Sequence[int] = parameter(
        default=(16, 32),
        kind="array-like of int",
        constraints=SIZE,
        text="""Filters of the convolutions of each stage: channels that come out of it.
        As many stages as entries.""",
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
        incomplete windows of pooling at the border; "valid" has neither, and an int, or
        one for each axis, is the number of zeros on either side. Blocks other than
        "plain" need "same".""",
    )
    pooling: Literal["max", "average"] | None = parameter(
        default="max",
        text="""What each stage ends with: the largest value, or the mean, of each
        channel in windows of `pool_size`, which do not overlap; None: nothing.""",
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
        default=1,
        constraints=COUNT,
        text="""Blocks before each pooling; of "dense" the convolutions of the only
        block, each of which adds `n_filters` channels.""",
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
        width, channels); or with `n_dim` (height, width), (n_steps, n_channels). None:
        rows are signals of one channel.""",
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
    augment: dict | Augment | None = parameter(
        default=None,
        kind="dict, Augment or None",
        constraints=[dict, Augment, None],
        text="""How samples are changed at random in training, never in validation:
        parameters of the layer `Augment`, as ``{"shift": 2, "rotation": 10}``.""",
    )

    coefs_: list[NDArray[Any]] = attribute(
        "list of ndarray",
        """Weights of the layers: of convolutions (height, width, n_channels, n_filters)
        or (n_steps, n_channels, n_filters) of a window, of dense layers (n_inputs,
        n_units). Predictions, `partial_fit` and warm starts read them: arrays may be
        changed or replaced.""",
    )
    input_shape_: tuple[int, ...] = attribute(
        "tuple of int", "Of a sample, the number of channels last."
    )
    n_features_in_: int = attribute("int", "Values of a sample, all axes together.")
    input_scale_: float = attribute(
        "float",
        """Factor of all values that come in: 1 / 255 after a fit to uint8, whatever
        the dtype of later samples, otherwise 1.""",
    )


# A NeuralNetwork, so that scikit-learn wraps `transform` for set_output.
class ConvolutionalNetwork(_ConvNetParameters, FineTuning, Saliency, NeuralNetwork):
    """Stages of convolutions and pooling, then a perceptron."""

    # The network.

    def _describe_network(self):
        self._check_block()
        return {
            "input_shape": self.input_shape_,
            "augment": self._described_augmentation(),
            "n_filters": unit_counts(
                "n_filters",
                self.n_filters,
                least=1,
                entry="a stage's number of filters",
            ),
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

    def _check_block(self):
        """Maps that are added, or stand side by side, have the same places."""
        if self.block != "plain" and _plain(self.padding) != "same":
            raise ValueError(
                f"padding must be 'same' where block={self.block!r}, got "
                f"{self.padding!r}: the maps of a block have one size."
            )
        if self.block == "dense" and set(np.ravel(self.stride).tolist()) != {1}:
            raise ValueError(
                f"stride must be 1 where block='dense', got {self.stride!r}: its maps "
                "stand side by side; leave it to pooling to shrink them."
            )

    def _described_augmentation(self):
        if not isinstance(self.augment, dict):
            return self.augment and clone(self.augment)
        names = list(Augment().get_params())
        unknown = [name for name in self.augment if name not in names]
        if unknown:
            raise ValueError(
                f"augment must be a dict of parameters of Augment, {names}, got "
                f"{self.augment!r}: leave {unknown} out."
            )
        return Augment(**self.augment)

    @property
    def _input_shape(self):
        return self.input_shape_

    @property
    def _input_scale(self):
        return self.input_scale_

    def _plan_layers(self, planner, tensor, described):
        if described["augment"] is not None:
            with planner.layer("augment"):
                tensor = described["augment"].plan(planner, tensor)
        tensor = plan_stages(planner, tensor, described)
        sizes = described["hidden_layer_sizes"]
        return plan_perceptron(planner, tensor, sizes, described)

    # Samples.

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: MatrixLike,
        sample_weight: ArrayLike | None = None,
        X_val: ArrayLike | None = None,
        y_val: MatrixLike | None = None,
    ) -> Self:
        """Train on images or signals X and their targets y.

        Parameters
        ----------
        X : array-like of shape (n_samples, height, width, n_channels), \
                (n_samples, height, width), (n_samples, n_steps, n_channels) or \
                (n_samples, n_values)
            Images; with three axes images of one channel, or signals, as `n_dim` tells;
            with two axes flattened samples of `input_shape`, or signals of one channel.
            uint8 and float32 are computed in float32, everything else in float64; uint8
            is never copied, but multiplied by 1 / 255 as it comes into the network.
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
            Fitted.

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
            self.input_scale_ = 1 / 255 if rows.dtype == np.uint8 else 1.0
        else:
            self._check_shape(rows.shape[1])
        return rows, y, sample_weight

    def _check_shape(self, n_values):
        """A network that is trained further keeps the shape of its samples."""
        if self.input_shape is None:
            return
        shape = shape_with_channels(
            n_values, n_dim=self.n_dim, input_shape=self.input_shape
        )
        if shape != self.input_shape_:
            raise ValueError(
                "input_shape cannot change between fits of one network: it was "
                f"{self.input_shape_}, got {shape}; set warm_start=False or fit a "
                "clone."
            )

    def _validate_rows(self, X, dtype):
        rows = super()._validate_rows(self._as_rows(X)[0], (dtype, np.uint8))
        if self.input_scale_ != 1 and rows.dtype != np.uint8 and 0 < rows.max() <= 1:
            warnings.warn(
                "X has no value above 1, but the network was fitted to bytes from 0 to "
                "255, and scales X by 1 / 255 as it did those: give X in the same "
                "units.",
                stacklevel=5,
            )
        return rows

    # Bytes stay what they are.

    _dtypes = (*NeuralNetwork._dtypes, np.uint8)

    @staticmethod
    def _source(X):
        return "bytes" if X.dtype == np.uint8 else "dense"

    @staticmethod
    def _dtype_of(X):
        return np.dtype(np.float32) if X.dtype == np.uint8 else X.dtype

    def _samples(self, X, dtype):
        return Samples.of(X) if X.dtype == np.uint8 else super()._samples(X, dtype)

    def _as_source(self, X_val, source):
        if self._source(X_val) == source:
            return X_val
        if source == "dense":
            return X_val.astype(self._linked[0].dtype)
        rounded = X_val.clip(0, 255).astype(np.uint8)
        if not np.array_equal(rounded, X_val):
            raise ValueError(
                "X_val must have the dtype uint8, as X has, or whole numbers from 0 to "
                f"255, got dtype {X_val.dtype}: the network scales both alike."
            )
        return rounded

    def feature_maps(self, X: ArrayLike, layer: int | str) -> NDArray[np.floating]:
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

        Raises
        ------
        ValueError
            If there is no such layer; the message has those that there are.
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
