"""Multi-layer perceptrons."""

from numbers import Integral, Real

from .._sklearn_compat import Interval, StrOptions
from ._base import COMMON_CONSTRAINTS
from ._losses import REGRESSION_LOSSES
from ._targets import NetworkClassifier, NetworkRegressor
from .layers import Activation, AlphaDropout, BatchNorm, Dropout, LayerNorm
from .layers._dense import dense

__all__ = ["MLPClassifier", "MLPRegressor"]

_NORMALIZATIONS = {"batch": BatchNorm(), "layer": LayerNorm()}


class _Perceptron:
    """Hidden layers of a perceptron: dense, normalisation, activation, dropout."""

    _parameter_constraints = {
        **COMMON_CONSTRAINTS,
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
    }

    def _describe_network(self):
        sizes = self.hidden_layer_sizes
        sizes = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
        if any(not isinstance(n, Integral) or n <= 0 for n in sizes):
            raise ValueError(
                f"hidden_layer_sizes must be > 0, got {sizes}: each entry is a "
                "layer's number of units."
            )
        return {
            "hidden_layer_sizes": [int(n) for n in sizes],
            "activation": self.activation,
            "normalization": self.normalization,
            "dropout": float(self.dropout),
            "initializer": self.initializer,
        }

    def _plan_layers(self, planner, tensor, described):
        activation = described["activation"]
        normalization = _NORMALIZATIONS.get(described["normalization"])
        dropout = AlphaDropout if activation == "selu" else Dropout
        for k, n_units in enumerate(described["hidden_layer_sizes"], start=1):
            with planner.layer(f"hidden{k}"):
                tensor = dense(
                    planner,
                    tensor,
                    n_units,
                    initializer=described["initializer"],
                    activation=activation,
                )
                if normalization is not None:
                    tensor = normalization.plan(planner, tensor)
                tensor = Activation(activation).plan(planner, tensor)
                tensor = dropout(described["dropout"]).plan(planner, tensor)
                planner.ends(tensor)
        return tensor

    @property
    def n_layers_(self):
        """Layers, those of the input and the output counted."""
        return len(self._described["hidden_layer_sizes"]) + 2

    def _copied_numbers(self):
        # Weights put in place by hand may have other numbers of units.
        sizes = [len(intercept) for intercept in self.intercepts_[:-1]]
        if sizes != self._described["hidden_layer_sizes"]:
            self._described = {**self._described, "hidden_layer_sizes": sizes}
            self.__dict__.pop("_plans", None)
        return super()._copied_numbers()


class MLPClassifier(_Perceptron, NetworkClassifier):
    """Multi-layer perceptron that classifies, one label or several.

    Parameters, attributes and methods are those of scikit-learn's class of this name,
    and more; initial weights and the order of samples are the same for the same
    `random_state`. A whole epoch runs without the GIL.

    Parameters
    ----------
    hidden_layer_sizes : array-like of int, default=(100,)
        Units of each hidden layer; may be empty: a linear model.
    activation : {"relu", "identity", "logistic", "tanh", "leaky_relu", "elu", "selu", \
            "gelu", "softplus", "softsign", "hard_sigmoid", "hard_tanh", "silu", \
            "swish", "mish"}, default="relu"
        Of the hidden layers.
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
    dropout : float, default=0.0
        Probability with which a hidden unit is set to zero in training; for "selu"
        alpha dropout.
    normalization : {"batch", "layer"} or None, default=None
        Of each hidden layer before its activation.
    initializer : {"auto", "glorot_uniform", "glorot_normal", "he_uniform", \
            "he_normal", "lecun_uniform", "lecun_normal", "orthogonal", "sparse", \
            "uniform", "normal", "zeros", "ones"}, default="auto"
        Of the weights; "auto" is scikit-learn's.
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
    n_layers_ : int
        Layers, input and output counted.
    n_outputs_ : int
    out_activation_ : str
        From raw outputs to predictions.
    layer_names_ : list of str
        Hidden layers, for `transform`.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where the training data have string names.

    See Also
    --------
    MLPRegressor : The same network for numbers.
    SequentialClassifier : Any layers one after the other.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning representations by back-propagating
    errors", Nature 323, 1986; Kingma and Ba, "Adam: a method for stochastic
    optimization", ICLR 2015.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from skmanifold_nn.neural_network import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=3)
    >>> net = MLPClassifier((64,), dropout=0.1, max_iter=30, tol=0, random_state=3)
    >>> net.set_params(learning_rate="cosine", learning_rate_init=0.01)
    MLPClassifier(dropout=0.1, hidden_layer_sizes=(64,), learning_rate='cosine',
                  learning_rate_init=0.01, max_iter=30, random_state=3, tol=0)
    """

    _parameter_constraints = {
        **_Perceptron._parameter_constraints,
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
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
        dropout=0.0,
        normalization=None,
        initializer="auto",
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
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
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
        self.dropout = dropout
        self.normalization = normalization
        self.initializer = initializer
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


class MLPRegressor(_Perceptron, NetworkRegressor):
    """Multi-layer perceptron for numbers, one or several.

    Parameters, attributes and methods are those of scikit-learn's class of this name,
    and more; initial weights and the order of samples are the same for the same
    `random_state`. With several outputs the gradient is that of the reported loss
    (scikit-learn's is larger by their number). A whole epoch runs without the GIL.

    Parameters
    ----------
    loss : {"squared_error", "absolute_error", "huber", "quantile", "poisson", \
            "gamma"}, default="squared_error"
        Halves of squares; "poisson" and "gamma" have a log link and positive
        predictions.
    hidden_layer_sizes : array-like of int, default=(100,)
        Units of each hidden layer; may be empty: a linear model.
    activation : {"relu", "identity", "logistic", "tanh", "leaky_relu", "elu", "selu", \
            "gelu", "softplus", "softsign", "hard_sigmoid", "hard_tanh", "silu", \
            "swish", "mish"}, default="relu"
        Of the hidden layers.
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
    dropout : float, default=0.0
        Probability with which a hidden unit is set to zero in training; for "selu"
        alpha dropout.
    normalization : {"batch", "layer"} or None, default=None
        Of each hidden layer before its activation.
    initializer : {"auto", "glorot_uniform", "glorot_normal", "he_uniform", \
            "he_normal", "lecun_uniform", "lecun_normal", "orthogonal", "sparse", \
            "uniform", "normal", "zeros", "ones"}, default="auto"
        Of the weights; "auto" is scikit-learn's.
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
    n_layers_ : int
        Layers, input and output counted.
    n_outputs_ : int
    out_activation_ : str
        From raw outputs to predictions.
    layer_names_ : list of str
        Hidden layers, for `transform`.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where the training data have string names.

    See Also
    --------
    MLPClassifier : The same network for classes.
    SequentialRegressor : Any layers one after the other.

    References
    ----------
    Rumelhart, Hinton and Williams, "Learning representations by back-propagating
    errors", Nature 323, 1986; Kingma and Ba, "Adam: a method for stochastic
    optimization", ICLR 2015.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from skmanifold_nn.neural_network import MLPRegressor
    >>> X, y = make_regression(200, n_features=5, random_state=1)
    >>> net = MLPRegressor(hidden_layer_sizes=(50,), solver="lbfgs", max_iter=500,
    ...                    tol=0.1, random_state=1)
    >>> bool(net.fit(X, y).score(X, y) > 0.99)
    True
    """

    _parameter_constraints = {
        **_Perceptron._parameter_constraints,
        "loss": [StrOptions(set(REGRESSION_LOSSES))],
        "huber_delta": [Interval(Real, 0, None, closed="neither")],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self,
        loss="squared_error",
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
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
        dropout=0.0,
        normalization=None,
        initializer="auto",
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
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
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
        self.dropout = dropout
        self.normalization = normalization
        self.initializer = initializer
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
