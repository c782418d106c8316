"""What recurrent networks share, whatever their cell is."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from .._sklearn_compat import fit_context, names_columns
from .._typing import MatrixLike
from ._base import NeuralNetwork
from ._declarations import attribute, declares, parameter
from ._parameters import (
    COUNT,
    NOT_NEGATIVE,
    SHARE,
    ActivationName,
    HiddenLayerParameters,
    InitializerName,
)
from ._perceptron import plan_perceptron, unit_counts
from ._sequence_targets import read_targets, read_weights
from ._sequences import Sequences, unflatten, validate_sequences
from ._streams import Streams
from ._torch_weights import TorchWeights
from .layers import Bidirectional, Dropout
from .layers._engine import Samples
from .layers._normalization import NORMALIZATIONS

__all__ = ["RecurrentLists", "RecurrentNetwork"]


@declares
class RecurrentLists:
    """Fitted lists of networks that may have recurrent layers."""

    recurrent_coefs_: list[NDArray[Any]] = attribute(
        "list of ndarray",
        """Weights between the steps of each recurrent layer and direction, each
        (n_units, n_gates * n_units); gates as in PyTorch.""",
    )
    recurrent_intercepts_: list[NDArray[Any]] = attribute(
        "list of ndarray", "Of GRU, added to what its reset gate acts on."
    )
    peephole_coefs_: list[NDArray[Any]] = attribute(
        "list of ndarray", "Of LSTM with peepholes, (3, n_units): of the gates i, f, o."
    )

    _list_kinds: tuple[str, ...] = (
        *NeuralNetwork._list_kinds,
        "recurrent_coefs_",
        "recurrent_intercepts_",
        "peephole_coefs_",
    )


@declares
class _RecurrentParameters(HiddenLayerParameters):
    hidden_layer_sizes: int | Sequence[int] = parameter(
        default=(64,),
        kind="array-like of int",
        constraints=["array-like", *COUNT],
        text="Units of each recurrent layer; there must be at least one.",
        kw_only=False,
    )
    bidirectional: bool = parameter(
        default=False,
        text="""Whether each recurrent layer is two: one goes through the steps
        forwards, one backwards.""",
    )
    merge: Literal["sum", "concat", "mean"] = parameter(
        default="sum",
        text="""How the outputs of the two directions become one; "concat" is
        PyTorch's.""",
    )
    dense_before: int | Sequence[int] = parameter(
        default=(),
        kind="array-like of int",
        constraints=["array-like", *COUNT],
        text="Units of dense layers that see every step before the recurrent ones.",
    )
    dense_after: int | Sequence[int] = parameter(
        default=(),
        kind="array-like of int",
        constraints=["array-like", *COUNT],
        text="""Units of dense layers after the recurrent ones: of every step, or of the
        last one where there is a target for each sequence.""",
    )
    activation: ActivationName = parameter(
        default="relu", text="Of the dense layers before and after."
    )
    dropout: float = parameter(
        default=0.0,
        text="""Probability with which an output of a hidden layer is set to zero in
        training.""",
    )
    input_dropout: float = parameter(
        default=0.0,
        constraints=SHARE,
        text="""Probability with which a feature of a step is set to zero in
        training.""",
    )
    recurrent_dropout: float = parameter(
        default=0.0,
        constraints=SHARE,
        text="""Probability with which a recurrent unit's last output is hidden from the
        next step in training, the same units at all steps of a sequence.""",
    )
    normalization: Literal["batch", "layer"] | None = parameter(
        default=None,
        text="""Of dense layers before their activation, and of the outputs of recurrent
        layers.""",
    )
    initializer: InitializerName = parameter(
        default="auto",
        text="""Of the weights; "auto" is "glorot_uniform" for recurrent layers and
        scikit-learn's for dense ones. Weights between the steps start orthogonal.""",
    )
    truncate_steps: int | None = parameter(
        default=None,
        kind="int",
        constraints=[*COUNT, None],
        text="""Truncated back-propagation for long sequences: the gradient goes back
        to the last step whose number is a multiple, no further. None: to the first
        step.""",
    )
    targets: Literal["auto", "sequence", "step"] = parameter(
        default="auto",
        text="""Whether y has one target for each sequence or one for each of its steps.
        "auto" goes by the shape of y, and asks where that could mean either.""",
    )
    input_shape: tuple[int, int] | None = parameter(
        default=None,
        kind="(int, int)",
        constraints=["array-like", None],
        text="""Steps and features of the sequences that are flattened in rows of X;
        None: rows are sequences of single numbers.""",
    )
    mask: Literal["nan"] | None = parameter(
        default=None,
        text='"nan": steps of NaN at the ends of sequences are padding.',
    )
    alpha: float = parameter(default=0.0, constraints=NOT_NEGATIVE)
    batch_size: int | Literal["auto"] = parameter(
        default="auto",
        text='Sequences of a minibatch; "auto" is ``min(200, n_samples)``.',
    )
    # Exploding gradients are larger than this, others are not. A norm that is met all
    # the time makes training chaotic: it multiplies rounding errors by 1e13.
    clip_norm: float | None = 100.0

    coefs_: list[NDArray[Any]] = attribute(
        "list of ndarray",
        """Weights of the layers' inputs: of recurrent layers, for each direction,
        (n_inputs, n_gates * n_units), of dense layers (n_inputs, n_units). Predictions,
        `partial_fit` and warm starts read them: arrays may be changed or replaced.""",
    )
    intercepts_: list[NDArray[Any]] = attribute(
        "list of ndarray",
        "Intercepts of the layers, (n_gates * n_units,) or (n_units,).",
    )
    n_features_in_: int = attribute(
        "int", "Columns of X, if it is a table, otherwise features of a step."
    )
    n_step_features_: int = attribute("int", "Features of a step.")
    n_steps_in_: int | None = attribute(
        "int or None", "Steps of the rows of a table; None: sequences of any length."
    )
    per_step_: bool = attribute("bool", "Whether there is a target for every step.")


# A NeuralNetwork, so that scikit-learn wraps `transform` for set_output.
class RecurrentNetwork(
    _RecurrentParameters, RecurrentLists, Streams, TorchWeights, NeuralNetwork
):
    """Dense layers, recurrent layers, dense layers; sequences as samples."""

    _reads_sequences = True

    # The network.

    def _describe_network(self):
        if not 0 <= self.recurrent_dropout < 1:
            raise ValueError(
                f"recurrent_dropout must be below 1, got {self.recurrent_dropout}: 0.1 "
                "to 0.5 is usual."
            )
        return {
            "hidden_layer_sizes": unit_counts(
                "hidden_layer_sizes", self.hidden_layer_sizes, least=1
            ),
            "dense_before": unit_counts("dense_before", self.dense_before),
            "dense_after": unit_counts("dense_after", self.dense_after),
            "bidirectional": bool(self.bidirectional),
            "merge": self.merge,
            "activation": self.activation,
            "normalization": self.normalization,
            "dropout": float(self.dropout),
            "input_dropout": float(self.input_dropout),
            "initializer": self.initializer,
            "per_step": self.per_step_,
            "cell": {
                "recurrent_dropout": float(self.recurrent_dropout),
                "truncate_steps": self.truncate_steps,
                **self._describe_cell(),
            },
        }

    def _describe_cell(self):
        return {}

    @property
    def _input_shape(self):
        return (self.n_step_features_,)

    def _plan_layers(self, planner, tensor, described):
        with planner.layer("input"):
            tensor = Dropout(described["input_dropout"]).plan(planner, tensor)
        tensor = plan_perceptron(
            planner, tensor, described["dense_before"], described, name="before"
        )
        n_layers = len(described["hidden_layer_sizes"])
        for k, n_units in enumerate(described["hidden_layer_sizes"], start=1):
            with planner.layer(f"hidden{k}"):
                every_step = k < n_layers or described["per_step"]
                layer = self._make_layer(n_units, every_step, described)
                tensor = self._plan_after(
                    planner, layer.plan(planner, tensor), described
                )
                planner.ends(tensor)
        return plan_perceptron(
            planner, tensor, described["dense_after"], described, name="after"
        )

    def _make_layer(self, n_units, every_step, described):
        initializer = described["initializer"]
        cell = self._layer(
            n_units,
            return_sequences=every_step,
            initializer="glorot_uniform" if initializer == "auto" else initializer,
            **described["cell"],
        )
        if described["bidirectional"]:
            return Bidirectional(cell, described["merge"])
        return cell

    @staticmethod
    def _plan_after(planner, tensor, described):
        normalization = NORMALIZATIONS[described["normalization"]]
        if normalization is not None:
            tensor = normalization.plan(planner, tensor)
        return Dropout(described["dropout"]).plan(planner, tensor)

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
        """Train on sequences X and their targets y.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_steps) or \
                (n_samples, n_steps, n_features), or list of arrays of shape \
                (n_steps,) or (n_steps, n_features)
            Sequences: rows, three axes, or a list of any lengths. float32 is computed
            in float32, everything else in float64.
        y : array-like of shape (n_samples,), (n_samples, n_outputs), \
                (n_samples, n_steps) or (n_samples, n_steps, n_outputs), or list of \
                arrays of shape (n_steps,) or (n_steps, n_outputs)
            Class labels, label indicators, or real numbers: of each sequence, or of
            each of its steps.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_steps), or \
                list of arrays of shape (n_steps,), default=None
            Weights in the loss, not negative: of sequences, that is of all of their
            steps, or of steps.
        X_val : array-like or list of arrays, default=None
            Sequences that are not trained on: their losses go to
            ``validation_loss_curve_``, and `early_stopping` watches them in place of a
            share of X.
        y_val : array-like or list of arrays, default=None
            Targets of `X_val`.

        Returns
        -------
        self : object
            Fitted.

        Raises
        ------
        ValueError
            If training came to numbers that are not finite, or y may mean both
            sequences and steps: set `targets` then.
        """
        return self._fit(X, y, sample_weight, X_val, y_val)

    def _validate_training(self, X, y, sample_weight, *, reset):
        X = self._validate_rows(X, (np.float64, np.float32), reset=reset)
        y = self._read_targets(y, X, reset=reset)
        weights = read_weights(sample_weight, X, per_step=self.per_step_)
        return X, y, weights

    def _read_targets(self, y, X, *, reset):
        kinds = ("sequence", "step")
        per_step, y = read_targets(
            y,
            X,
            targets=self.targets,
            otherwise=None if reset else kinds[self.per_step_],
            numeric=self._y_is_numeric,
            owner=type(self).__name__,
        )
        if reset:
            self.per_step_ = per_step
        elif per_step != self.per_step_:
            raise ValueError(
                f"y has a target for each {kinds[per_step]}, but the network was "
                f"fitted to a target for each {kinds[self.per_step_]}: give such "
                "targets, or fit a clone."
            )
        return y

    def _validate_rows(self, X, dtype, reset=False):
        if isinstance(X, Sequences):  # that were validated before
            return X
        return validate_sequences(
            self,
            X,
            reset=reset,
            input_shape=self.input_shape,
            mask=self.mask,
            dtype=dtype,
        )

    @property
    def _stratifies(self):
        return super()._stratifies and not self.per_step_

    def _samples(self, X, dtype):
        return Samples.of_sequences(X.values.astype(dtype, copy=False), X.starts)

    def _places(self, X, rows):
        return X.steps_of(rows) if self.per_step_ else rows

    # Predictions.

    def _predicted(self, X, form):
        sequences, outputs = self._outputs_of(X)
        return _shaped(form(outputs), X, sequences, self.per_step_)

    def _outputs_of(self, X, layer=None):
        """Validated sequences, and raw outputs for them or for all their steps."""
        check_is_fitted(self)
        X = self._validate_rows(X, self._numbers()[0].dtype)
        return X, self._outputs(X, layer)

    def transform(self, X: ArrayLike, layer: int | str = -1) -> NDArray[Any] | Any:
        """Outputs of a hidden layer: features that the network has learned.

        Parameters
        ----------
        X : array-like or list of arrays
            Sequences, in any form that `fit` takes.
        layer : int or str, default=-1
            Number among the hidden layers, the last one by default, or a name of
            ``layer_names_``.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_units)
            The state after the last step; or that after every step, in the form of X,
            if the network has a target for every step or another layer follows in which
            steps count: (n_samples, n_steps, n_units), or a list of arrays.

        Raises
        ------
        ValueError
            If there is no such layer; the message has those that there are.
        """
        check_is_fitted(self)
        name = self._layer_name(layer)
        self._check_columns(name, layer)
        over_steps = self._plan().layers[name][1].over_steps
        if over_steps and names_columns(self):
            raise ValueError(
                f"layer={layer!r} has values for every step, which are no table: "
                "set_output(transform='default') before."
            )
        sequences, outputs = self._outputs_of(X, name)
        return _shaped(outputs, X, sequences, over_steps)

    def score(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Accuracy of labels, or R^2 of numbers, over sequences or all their steps.

        Parameters
        ----------
        X : array-like or list of arrays
            Sequences.
        y : array-like or list of arrays
            Targets, in the form of those that `fit` got.
        sample_weight : array-like or list of arrays, default=None
            Weights of sequences or of steps.

        Returns
        -------
        score : float
            1 is the best.
        """
        check_is_fitted(self)
        sequences = self._validate_rows(X, self._numbers()[0].dtype)
        if sequences is not X:
            y = self._read_targets(y, sequences, reset=False)
            sample_weight = read_weights(
                sample_weight, sequences, per_step=self.per_step_
            )
        return self._score(self._outputs(sequences), y, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.three_d_array = True
        return tags


def _shaped(values, given, sequences, over_steps):
    """Values of steps as users want them; flat, as validated targets are, for scorers
    and callbacks, which have validated sequences.
    """
    if over_steps and given is not sequences:
        return unflatten(values, sequences)
    return values
