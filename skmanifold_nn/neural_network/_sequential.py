"""Networks of any layers, one after the other."""

import math
from numbers import Integral, Real

from sklearn.base import clone

from .._sklearn_compat import Interval, StrOptions
from ._base import COMMON_CONSTRAINTS
from ._losses import REGRESSION_LOSSES
from ._targets import NetworkClassifier, NetworkRegressor
from .layers import Dense
from .layers._base import LayerComposition, plan_layers

__all__ = ["SequentialClassifier", "SequentialRegressor"]

# What layers decide.
_OF_LAYERS = {"activation", "dropout", "initializer", "normalization"}


class _Sequential(LayerComposition):
    """Hidden layers as they are given."""

    _parameter_constraints = {
        **{k: v for k, v in COMMON_CONSTRAINTS.items() if k not in _OF_LAYERS},
        "layers": [list, None],
        "input_shape": ["array-like", Interval(Integral, 1, None, closed="left"), None],
    }

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
        return plan_layers(planner, tensor, described["layers"])


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


class SequentialClassifier(_Sequential, NetworkClassifier):
    """Classifier of any layers, one after the other.

    One label or several; training, predictions and all parameters but the layers are
    those of `MLPClassifier`.

    Parameters
    ----------
    layers : list of (str, Layer), default=None
        Names and layers of ``skmanifold_nn.neural_network.layers``, from the input on.
        The last one, which gives as many outputs as the targets need, is added. A
        layer's parameters are the estimator's too, as in a Pipeline:
        ``hidden__n_units``. In place of a layer, "passthrough" or None stands for none.
        None: one dense layer of 100 units with "relu". No layer at all, an empty list,
        is a linear model.
    input_shape : tuple of int, default=None
        Shape of a sample, channels last, where the rows of X are flattened samples:
        ``(8, 8, 1)`` for rows of 64 values. None: one axis of features.
    solver : {"adam", "sgd", "lbfgs", "adamw", "rmsprop", "adagrad", "adadelta"}, \
            default="adam"
        "lbfgs" minimises the loss of all samples at once, the others go through
        minibatches.
    alpha : float, default=0.0001
        Strength of the L2 penalty: alpha / 2 times the sum of squared weights, divided
        by the sum of the sample weights of a minibatch.
    batch_size : int or "auto", default="auto"
        Samples of a minibatch; "auto" is ``min(200, n_samples)``.
    learning_rate : {"constant", "invscaling", "adaptive", "step", "cosine", \
            "one_cycle"}, default="constant"
        Schedule of the learning rate. "adaptive" divides it by 5 whenever training
        makes no progress. "invscaling" and "adaptive" are ignored by solver="adam", as
        in scikit-learn.
    learning_rate_init : float, default=0.001
        The learning rate, or the largest of the schedule.
    power_t : float, default=0.5
        Exponent of "invscaling".
    max_iter : int, default=200
        Most epochs, or iterations of "lbfgs".
    shuffle : bool, default=True
        Whether samples are shuffled before each epoch.
    random_state : int, RandomState instance or None, default=None
        Draws initial weights, the validation share, the order of samples and dropout.
    tol : float, default=1e-4
        Improvement of the loss or the validation score that counts as one.
    verbose : bool or int, default=False
        Whether to print the loss of every epoch.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last fit.
    momentum : float, default=0.9
        Of "sgd".
    nesterovs_momentum : bool, default=True
        Whether "sgd" uses Nesterov's momentum.
    early_stopping : bool, default=False
        Stop when the validation score no longer improves, and restore the weights with
        the best one. Without it the training loss is watched, nothing is restored.
    validation_fraction : float, default=0.1
        Share of the samples that `early_stopping` holds out, where `fit` gets no
        `X_val`.
    beta_1, beta_2 : float, default=0.9, 0.999
        Decays of the moments of "adam" and "adamw".
    epsilon : float, default=1e-8
        Added to the root of the second moment by "adam", "adamw" and "rmsprop";
        "adagrad" and "adadelta" have 1e-10 and 1e-6.
    n_iter_no_change : int or inf, default=10
        Epochs without improvement after which training stops.
    max_fun : int, default=15000
        Most evaluations of the loss by "lbfgs".
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weights of the classes in the loss, as elsewhere in scikit-learn.
    label_smoothing : float, default=0.0
        Share of each target that is spread over all classes.
    l1 : float, default=0.0
        Strength of the L1 penalty; not for "lbfgs".
    clip_norm : float, default=None
        Largest norm of the gradient; longer ones are shortened.
    rho : float, default=0.9
        Decay of "rmsprop" and "adadelta".
    weight_decay : float, default=0.01
        Of "adamw".
    warmup : int or float, default=0
        Epochs (int) or share of all epochs (float below 1) in which the learning rate
        rises from nearly 0.
    step_size : int, default=30
        Epochs after which "step" multiplies the learning rate by `gamma`.
    gamma : float, default=0.1
        See `step_size`.
    learning_rate_min : float, default=0.0
        Last learning rate of "cosine".
    scoring : str, callable or None, default=None
        What early stopping watches: None is the estimator's own `score`, "loss" the
        validation loss, anything else a scorer.
    n_jobs : int, default=None
        Threads of training and predictions; the results do not depend on it.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    coefs_ : list of ndarray
        Weights of the layers, each (n_inputs, n_units). Predictions, `partial_fit` and
        warm starts read them: arrays may be changed or replaced.
    intercepts_ : list of ndarray
        Intercepts of the layers.
    scales_, offsets_ : list of ndarray
        Of normalised layers.
    running_means_, running_variances_ : list of ndarray
        Of batch-normalised layers, for predictions.
    loss_ : float
        Of the last epoch, penalties included.
    best_loss_ : float or None
        Smallest training loss; None if `early_stopping`.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_loss_curve_ : list of float
        Loss of the validation data after each epoch, if there are any.
    validation_scores_ : list of float or None
        What `early_stopping` watched.
    best_validation_score_ : float or None
        The highest of them.
    learning_rate_ : float
        Of the last step.
    t_ : int
        Samples that training has seen, repetitions counted.
    n_iter_ : int
        Epochs of the last fit.
    n_outputs_ : int
    out_activation_ : str
        From raw outputs to predictions.
    layer_names_ : list of str
        Layers in use, for `transform`; those in containers as "container__layer".
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where the training data have string names.

    Raises
    ------
    ValueError
        From `fit`, if shapes do not fit; the message names the layer.

    See Also
    --------
    SequentialRegressor : The same for numbers.
    MLPClassifier : Dense layers by their numbers of units.

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

    _parameter_constraints = {
        **_Sequential._parameter_constraints,
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        layers=None,
        *,
        input_shape=None,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        class_weight=None,
        label_smoothing=0.0,
        l1=0.0,
        clip_norm=None,
        rho=0.9,
        weight_decay=0.01,
        warmup=0,
        step_size=30,
        gamma=0.1,
        learning_rate_min=0.0,
        scoring=None,
        n_jobs=None,
    ):
        self.layers = layers
        self.input_shape = input_shape
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing
        self.l1 = l1
        self.clip_norm = clip_norm
        self.rho = rho
        self.weight_decay = weight_decay
        self.warmup = warmup
        self.step_size = step_size
        self.gamma = gamma
        self.learning_rate_min = learning_rate_min
        self.scoring = scoring
        self.n_jobs = n_jobs


class SequentialRegressor(_Sequential, NetworkRegressor):
    """Regressor of any layers, one after the other.

    One number or several; training, predictions and all parameters but the layers are
    those of `MLPRegressor`.

    Parameters
    ----------
    layers : list of (str, Layer), default=None
        Names and layers of ``skmanifold_nn.neural_network.layers``, from the input on.
        The last one, which gives as many outputs as the targets need, is added. A
        layer's parameters are the estimator's too, as in a Pipeline:
        ``hidden__n_units``. In place of a layer, "passthrough" or None stands for none.
        None: one dense layer of 100 units with "relu". No layer at all, an empty list,
        is a linear model.
    input_shape : tuple of int, default=None
        Shape of a sample, channels last, where the rows of X are flattened samples:
        ``(8, 8, 1)`` for rows of 64 values. None: one axis of features.
    loss : {"squared_error", "absolute_error", "huber", "quantile", "poisson", \
            "gamma"}, default="squared_error"
        Halves of squares; "poisson" and "gamma" have a log link and positive
        predictions.
    solver : {"adam", "sgd", "lbfgs", "adamw", "rmsprop", "adagrad", "adadelta"}, \
            default="adam"
        "lbfgs" minimises the loss of all samples at once, the others go through
        minibatches.
    alpha : float, default=0.0001
        Strength of the L2 penalty: alpha / 2 times the sum of squared weights, divided
        by the sum of the sample weights of a minibatch.
    batch_size : int or "auto", default="auto"
        Samples of a minibatch; "auto" is ``min(200, n_samples)``.
    learning_rate : {"constant", "invscaling", "adaptive", "step", "cosine", \
            "one_cycle"}, default="constant"
        Schedule of the learning rate. "adaptive" divides it by 5 whenever training
        makes no progress. "invscaling" and "adaptive" are ignored by solver="adam", as
        in scikit-learn.
    learning_rate_init : float, default=0.001
        The learning rate, or the largest of the schedule.
    power_t : float, default=0.5
        Exponent of "invscaling".
    max_iter : int, default=200
        Most epochs, or iterations of "lbfgs".
    shuffle : bool, default=True
        Whether samples are shuffled before each epoch.
    random_state : int, RandomState instance or None, default=None
        Draws initial weights, the validation share, the order of samples and dropout.
    tol : float, default=1e-4
        Improvement of the loss or the validation score that counts as one.
    verbose : bool or int, default=False
        Whether to print the loss of every epoch.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last fit.
    momentum : float, default=0.9
        Of "sgd".
    nesterovs_momentum : bool, default=True
        Whether "sgd" uses Nesterov's momentum.
    early_stopping : bool, default=False
        Stop when the validation score no longer improves, and restore the weights with
        the best one. Without it the training loss is watched, nothing is restored.
    validation_fraction : float, default=0.1
        Share of the samples that `early_stopping` holds out, where `fit` gets no
        `X_val`.
    beta_1, beta_2 : float, default=0.9, 0.999
        Decays of the moments of "adam" and "adamw".
    epsilon : float, default=1e-8
        Added to the root of the second moment by "adam", "adamw" and "rmsprop";
        "adagrad" and "adadelta" have 1e-10 and 1e-6.
    n_iter_no_change : int or inf, default=10
        Epochs without improvement after which training stops.
    max_fun : int, default=15000
        Most evaluations of the loss by "lbfgs".
    huber_delta : float, default=1.0
        Error from which on "huber" grows linearly.
    quantile : float, default=0.5
        Which one "quantile" estimates.
    l1 : float, default=0.0
        Strength of the L1 penalty; not for "lbfgs".
    clip_norm : float, default=None
        Largest norm of the gradient; longer ones are shortened.
    rho : float, default=0.9
        Decay of "rmsprop" and "adadelta".
    weight_decay : float, default=0.01
        Of "adamw".
    warmup : int or float, default=0
        Epochs (int) or share of all epochs (float below 1) in which the learning rate
        rises from nearly 0.
    step_size : int, default=30
        Epochs after which "step" multiplies the learning rate by `gamma`.
    gamma : float, default=0.1
        See `step_size`.
    learning_rate_min : float, default=0.0
        Last learning rate of "cosine".
    scoring : str, callable or None, default=None
        What early stopping watches: None is the estimator's own `score`, "loss" the
        validation loss, anything else a scorer.
    n_jobs : int, default=None
        Threads of training and predictions; the results do not depend on it.

    Attributes
    ----------
    coefs_ : list of ndarray
        Weights of the layers, each (n_inputs, n_units). Predictions, `partial_fit` and
        warm starts read them: arrays may be changed or replaced.
    intercepts_ : list of ndarray
        Intercepts of the layers.
    scales_, offsets_ : list of ndarray
        Of normalised layers.
    running_means_, running_variances_ : list of ndarray
        Of batch-normalised layers, for predictions.
    loss_ : float
        Of the last epoch, penalties included.
    best_loss_ : float or None
        Smallest training loss; None if `early_stopping`.
    loss_curve_ : list of float
        Training loss of each epoch.
    validation_loss_curve_ : list of float
        Loss of the validation data after each epoch, if there are any.
    validation_scores_ : list of float or None
        What `early_stopping` watched.
    best_validation_score_ : float or None
        The highest of them.
    learning_rate_ : float
        Of the last step.
    t_ : int
        Samples that training has seen, repetitions counted.
    n_iter_ : int
        Epochs of the last fit.
    n_outputs_ : int
    out_activation_ : str
        From raw outputs to predictions.
    layer_names_ : list of str
        Layers in use, for `transform`; those in containers as "container__layer".
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where the training data have string names.

    Raises
    ------
    ValueError
        From `fit`, if shapes do not fit; the message names the layer.

    See Also
    --------
    SequentialClassifier : The same for classes.
    MLPRegressor : Dense layers by their numbers of units.

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

    _parameter_constraints = {
        **_Sequential._parameter_constraints,
        "loss": [StrOptions(set(REGRESSION_LOSSES))],
        "huber_delta": [Interval(Real, 0, None, closed="neither")],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self,
        layers=None,
        *,
        input_shape=None,
        loss="squared_error",
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        huber_delta=1.0,
        quantile=0.5,
        l1=0.0,
        clip_norm=None,
        rho=0.9,
        weight_decay=0.01,
        warmup=0,
        step_size=30,
        gamma=0.1,
        learning_rate_min=0.0,
        scoring=None,
        n_jobs=None,
    ):
        self.layers = layers
        self.input_shape = input_shape
        self.loss = loss
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.huber_delta = huber_delta
        self.quantile = quantile
        self.l1 = l1
        self.clip_norm = clip_norm
        self.rho = rho
        self.weight_decay = weight_decay
        self.warmup = warmup
        self.step_size = step_size
        self.gamma = gamma
        self.learning_rate_min = learning_rate_min
        self.scoring = scoring
        self.n_jobs = n_jobs
