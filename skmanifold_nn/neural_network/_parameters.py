"""Parameters and attributes that estimators of networks share, in their order."""

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .._sklearn_compat import Interval, Options, StrOptions
from ._declarations import attribute, declares, parameter
from ._initializers import InitializerName
from .layers._activations import ActivationName

__all__ = [
    "COUNT",
    "NOT_NEGATIVE",
    "POSITIVE",
    "SHARE",
    "ActivationName",
    "ClassifierParameters",
    "CommonParameters",
    "HiddenLayerParameters",
    "InitializerName",
    "LossName",
    "RegressorParameters",
    "ScheduleName",
    "SolverName",
]

# Constraints.
COUNT = [Interval(Integral, 1, None, closed="left")]
NOT_NEGATIVE = [Interval(Real, 0, None, closed="left")]
POSITIVE = [Interval(Real, 0, None, closed="neither")]
SHARE = [Interval(Real, 0, 1, closed="left")]

# Options, as the tables behind them name them.
LossName = Literal[
    "squared_error", "absolute_error", "huber", "quantile", "poisson", "gamma"
]
ScheduleName = Literal[
    "constant", "invscaling", "adaptive", "step", "cosine", "one_cycle"
]
SolverName = Literal["adam", "sgd", "lbfgs", "adamw", "rmsprop", "adagrad", "adadelta"]


@declares(shared=True)
class _Loss:
    """First in signatures: what scikit-learn's MLPRegressor has first."""

    loss: LossName = parameter(
        default="squared_error",
        text="""What training lowers: half the squared error, the absolute error,
        "huber" (squared up to an error of `huber_delta`, then straight), "quantile"
        (the pinball loss), or the losses of counts, "poisson", and of positive numbers,
        "gamma". These two have a log link: predictions are positive.""",
    )


@declares(shared=True)
class _PeerParameters:
    """Keyword-only parameters of scikit-learn's networks, in its order."""

    solver: SolverName = parameter(
        default="adam",
        text="""Minimiser of the loss: "lbfgs" takes all samples at once and suits small
        data, the others go through minibatches.""",
    )
    alpha: float = parameter(
        default=0.0001,
        constraints=NOT_NEGATIVE,
        text="""Strength of the L2 penalty: alpha / 2 times the sum of squared weights,
        divided by the sum of the sample weights of a minibatch.""",
    )
    batch_size: int | Literal["auto"] = parameter(
        default="auto",
        kind='int or "auto"',
        constraints=[StrOptions({"auto"}), *COUNT],
        text='Samples of a minibatch; "auto" is ``min(200, n_samples)``.',
    )
    learning_rate: ScheduleName = parameter(
        default="constant",
        text="""Schedule of the learning rate: "invscaling" divides it by the number of
        samples seen to the power `power_t`, "adaptive" by 5 whenever training makes no
        progress, "step" multiplies it by `gamma` after every `step_size` epochs,
        "cosine" lowers it to `learning_rate_min` over `max_iter` epochs, "one_cycle"
        lets it rise from a 25th and fall to nearly 0. "invscaling" and "adaptive" are
        ignored by solver="adam", as in scikit-learn.""",
    )
    learning_rate_init: float = parameter(
        default=0.001,
        constraints=POSITIVE,
        text="The learning rate, or the largest of the schedule.",
    )
    power_t: float = parameter(
        default=0.5,
        constraints=NOT_NEGATIVE,
        text='Exponent of "invscaling".',
    )
    max_iter: int = parameter(
        default=200,
        constraints=COUNT,
        text="""Most epochs, passes over all samples, or iterations of "lbfgs".""",
    )
    shuffle: bool = parameter(
        default=True, text="Whether samples are shuffled before each epoch."
    )
    random_state: int | np.random.RandomState | None = parameter(
        default=None,
        kind="int, RandomState instance or None",
        constraints=["random_state"],
        text="""Draws initial weights, the validation share, the order of samples and
        dropout: with an int the same in every fit, whatever `n_jobs`.""",
    )
    tol: float = parameter(
        default=1e-4,
        constraints=NOT_NEGATIVE,
        text="""Improvement of the loss or the validation score that counts as one; see
        `n_iter_no_change`.""",
    )
    verbose: bool | int = parameter(
        default=False,
        kind="bool or int",
        constraints=["verbose"],
        text="Whether to print the loss of every epoch.",
    )
    warm_start: bool = parameter(
        default=False, text="Whether `fit` goes on from the weights of the last fit."
    )
    momentum: float = parameter(
        default=0.9,
        constraints=[Interval(Real, 0, 1, closed="both")],
        text='Of "sgd"; 0 is none.',
    )
    nesterovs_momentum: bool = parameter(
        default=True, text="""Whether "sgd" uses Nesterov's momentum."""
    )
    early_stopping: bool = parameter(
        default=False,
        text="""Stop when the validation score no longer improves, and restore the
        weights with the best one. Without it the training loss is watched, nothing is
        restored.""",
    )
    validation_fraction: float = parameter(
        default=0.1,
        constraints=SHARE,
        text="""Share of the samples that `early_stopping` holds out, where `fit` gets
        no `X_val`.""",
    )
    beta_1: float = parameter(
        default=0.9,
        constraints=SHARE,
        text='Decay of the first moment of "adam" and "adamw".',
    )
    beta_2: float = parameter(
        default=0.999,
        constraints=SHARE,
        text='Decay of the second moment of "adam" and "adamw".',
    )
    epsilon: float = parameter(
        default=1e-8,
        constraints=POSITIVE,
        text="""Added to the root of the second moment by "adam", "adamw" and "rmsprop";
        "adagrad" and "adadelta" have 1e-10 and 1e-6.""",
    )
    n_iter_no_change: float = parameter(
        default=10,
        kind="int or inf",
        constraints=[*COUNT, Options(Real, {np.inf})],
        text="Epochs without improvement after which training stops.",
    )
    max_fun: int = parameter(
        default=15000,
        constraints=COUNT,
        text='Most evaluations of the loss by "lbfgs".',
    )


@declares(shared=True)
class _OfClassifiers:
    class_weight: dict | list[dict] | Literal["balanced"] | None = parameter(
        default=None,
        kind='dict, list of dict, "balanced" or None',
        constraints=[dict, list, StrOptions({"balanced"}), None],
        text="""Weights of the classes in the loss, ``{label: weight}``; "balanced":
        n_samples / (n_classes * samples of the class).""",
    )
    label_smoothing: float = parameter(
        default=0.0,
        constraints=SHARE,
        text="Share of each target that is spread over all classes.",
    )

    classes_: NDArray[Any] = attribute(
        "ndarray of shape (n_classes,)",
        "Labels, ascending; numbers of the columns of y where it has several.",
    )


@declares(shared=True)
class _OfRegressors:
    huber_delta: float = parameter(
        default=1.0,
        constraints=POSITIVE,
        text='Error from which on "huber" grows linearly.',
    )
    quantile: float = parameter(
        default=0.5,
        constraints=[Interval(Real, 0, 1, closed="neither")],
        text='Which one "quantile" estimates; 0.5 is the median.',
    )


@declares
class _HiddenLayerSizes:
    """Before `activation`, as in scikit-learn's signatures, for type checkers too."""

    hidden_layer_sizes: int | Sequence[int] = parameter(
        default=(100,), kind="array-like of int", constraints=["array-like", *COUNT]
    )


@declares(shared=True)
class HiddenLayerParameters(_HiddenLayerSizes):
    """Of estimators that make their hidden layers themselves."""

    activation: ActivationName = parameter(
        default="relu", text="Of the hidden layers; each as PyTorch defines it."
    )
    dropout: float = parameter(
        default=0.0,
        constraints=SHARE,
        text="""Probability with which a hidden unit is set to zero in training; for
        "selu" alpha dropout.""",
    )
    normalization: Literal["batch", "layer"] | None = parameter(
        default=None,
        text="""Of each hidden layer before its activation: to mean 0 and variance 1 of
        each unit over the minibatch, or of each sample over its units.""",
    )
    initializer: InitializerName = parameter(
        default="auto",
        text="""How weights start; "auto" is scikit-learn's: uniform, by Glorot.""",
    )


@declares(shared=True)
class CommonParameters(_PeerParameters):
    """Of all networks: training, and what a fit leaves behind."""

    l1: float = parameter(
        default=0.0,
        constraints=NOT_NEGATIVE,
        text='Strength of the L1 penalty; not for "lbfgs".',
    )
    clip_norm: float | None = parameter(
        default=None,
        kind="float or None",
        constraints=[*POSITIVE, None],
        text="""Largest norm of the gradient of all weights together; longer ones are
        shortened. None: none is.""",
    )
    rho: float = parameter(
        default=0.9,
        constraints=SHARE,
        text='Decay of "rmsprop" and "adadelta".',
    )
    weight_decay: float = parameter(
        default=0.01,
        constraints=NOT_NEGATIVE,
        text="""By "adamw": in each step weights shrink by the learning rate times this,
        whatever their gradients are.""",
    )
    warmup: float = parameter(
        default=0,
        kind="int or float",
        constraints=[Interval(Integral, 0, None, closed="left"), *SHARE],
        text="""Epochs (int) or share of all epochs (float below 1) in which the
        learning rate rises from nearly 0.""",
    )
    step_size: int = parameter(
        default=30,
        constraints=COUNT,
        text='Epochs after which "step" multiplies the learning rate by `gamma`.',
    )
    gamma: float = parameter(default=0.1, constraints=POSITIVE, text="See `step_size`.")
    learning_rate_min: float = parameter(
        default=0.0,
        constraints=NOT_NEGATIVE,
        text='Last learning rate of "cosine".',
    )
    scoring: str | Callable | None = parameter(
        default=None,
        kind="str, callable or None",
        constraints=[str, callable, None],
        text="""What early stopping watches: None is the estimator's own `score`, "loss"
        the validation loss, anything else a scorer.""",
    )
    n_jobs: int | None = parameter(
        default=None,
        kind="int",
        constraints=[Integral, None],
        text="""Threads of training and predictions: None is 1, -1 all processors. The
        results do not depend on it.""",
    )

    coefs_: list[NDArray[Any]] = attribute(
        "list of ndarray",
        """Weights of the layers, each (n_inputs, n_units). Predictions, `partial_fit`
        and warm starts read them: arrays may be changed or replaced.""",
    )
    intercepts_: list[NDArray[Any]] = attribute(
        "list of ndarray", "Intercepts of the layers, each (n_units,)."
    )
    scales_: list[NDArray[Any]] = attribute(
        "list of ndarray", "Factors of normalised layers, each (n_units,)."
    )
    offsets_: list[NDArray[Any]] = attribute(
        "list of ndarray", "What normalised layers add, each (n_units,)."
    )
    running_means_: list[NDArray[Any]] = attribute(
        "list of ndarray", "Means by which batch-normalised layers predict."
    )
    running_variances_: list[NDArray[Any]] = attribute(
        "list of ndarray", "Variances by which batch-normalised layers predict."
    )
    loss_: float = attribute(
        "float", "Training loss of the last epoch, penalties included."
    )
    best_loss_: float | None = attribute(
        "float or None", "Smallest training loss; None if `early_stopping`."
    )
    loss_curve_: list[float] = attribute(
        "list of float", "Training loss of each epoch."
    )
    validation_loss_curve_: list[float] = attribute(
        "list of float",
        "Loss of the validation data after each epoch, if there are any.",
    )
    validation_scores_: list[float] | None = attribute(
        "list of float or None", "What `early_stopping` watched."
    )
    best_validation_score_: float | None = attribute(
        "float or None", "The highest of them."
    )
    learning_rate_: float = attribute("float", "Learning rate of the last step.")
    t_: int = attribute("int", "Samples that training has seen, repetitions counted.")
    n_iter_: int = attribute("int", "Epochs of the last fit.")
    n_outputs_: int = attribute(
        "int", "Outputs: 1 for two classes, else one for each class, label or number."
    )
    out_activation_: str = attribute(
        "str",
        """From raw outputs to predictions: "softmax", "logistic", "identity" or
        "exp".""",
    )
    layer_names_: list[str] = attribute(
        "list of str", "Hidden layers, for `transform`."
    )
    n_features_in_: int = attribute("int", "Columns of X.")
    feature_names_in_: NDArray[Any] = attribute(
        "ndarray of str",
        "Names of the columns of X, if the training data have some.",
    )


class ClassifierParameters(_OfClassifiers, CommonParameters):
    """Of networks that classify."""


class RegressorParameters(_OfRegressors, CommonParameters, _Loss):
    """Of networks that regress."""
