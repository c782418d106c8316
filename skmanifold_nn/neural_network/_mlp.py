"""Multi-layer perceptrons."""

from collections.abc import Sequence

from ._declarations import attribute, declares, estimator, parameter
from ._parameters import (
    COUNT,
    ActivationName,
    ClassifierParameters,
    HiddenLayerParameters,
    LossName,
    RegressorParameters,
)
from ._perceptron import plan_perceptron, unit_counts
from ._targets import NetworkClassifier, NetworkRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]


@declares
class _PerceptronParameters(HiddenLayerParameters):
    hidden_layer_sizes: int | Sequence[int] = parameter(
        default=(100,),
        kind="array-like of int",
        constraints=["array-like", *COUNT],
        text="Units of each hidden layer; may be empty: a linear model.",
        kw_only=False,
    )
    activation: ActivationName = parameter(default="relu", kw_only=False)

    n_layers_: int = attribute("int", "Layers, input and output counted.")


class _Perceptron(_PerceptronParameters):
    """Hidden layers of a perceptron: dense, normalisation, activation, dropout."""

    def _describe_network(self):
        return {
            "hidden_layer_sizes": unit_counts(
                "hidden_layer_sizes", self.hidden_layer_sizes
            ),
            "activation": self.activation,
            "normalization": self.normalization,
            "dropout": float(self.dropout),
            "initializer": self.initializer,
        }

    def _plan_layers(self, planner, tensor, described):
        sizes = described["hidden_layer_sizes"]
        return plan_perceptron(planner, tensor, sizes, described)

    @property
    def n_layers_(self) -> int:  # type: ignore[override]
        """Layers, those of the input and the output counted."""
        return len(self._described["hidden_layer_sizes"]) + 2

    def _copied_numbers(self):
        # Weights put in place by hand may have other numbers of units.
        sizes = [len(intercept) for intercept in self.intercepts_[:-1]]
        if sizes != self._described["hidden_layer_sizes"]:
            self._described = {**self._described, "hidden_layer_sizes": sizes}
            self.__dict__.pop("_plans", None)
        return super()._copied_numbers()


@estimator
class MLPClassifier(_Perceptron, ClassifierParameters, NetworkClassifier):
    """Multi-layer perceptron that classifies, one label or several.

    Parameters, attributes and methods are those of scikit-learn's class of this name,
    and more; initial weights and the order of samples are the same for the same
    `random_state`. `transform` gives the outputs of the last hidden layer: a fitted
    network is a step of a Pipeline.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    MLPRegressor : The same network for numbers.
    make_tabular_classifier : With what tables need around it.
    ConvNetClassifier : For images and signals.
    GRUClassifier : For sequences.
    SequentialClassifier : Any layers one after the other.
    sklearn.neural_network.MLPClassifier : What this one begins with.

    Notes
    -----
    Scale the features, to mean 0 and variance 1 or from 0 to 1: a learning rate suits
    weights of one size. Sparse rows stay sparse. A whole epoch runs without the GIL.

    The formulas of losses, solvers, schedules and initial weights are in the
    :ref:`user guide <neural_networks>`, and so is what differs from scikit-learn
    (:ref:`list <nn_differences>`).

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
    >>> net = MLPClassifier((64,), dropout=0.1, learning_rate="cosine",
    ...                     learning_rate_init=0.01, max_iter=30, random_state=3)
    >>> net.fit(X_train, y_train).score(X_test, y_test) > 0.95
    True
    >>> net.predict_proba(X_test).shape, net.transform(X_test).shape
    ((450, 10), (450, 64))
    """


@estimator
class MLPRegressor(_Perceptron, RegressorParameters, NetworkRegressor):
    """Multi-layer perceptron for numbers, one or several.

    Parameters, attributes and methods are those of scikit-learn's class of this name,
    and more; initial weights and the order of samples are the same for the same
    `random_state`. With several outputs the gradient is that of the reported loss
    (scikit-learn's is larger by their number). `transform` gives the outputs of the
    last hidden layer: a fitted network is a step of a Pipeline.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    MLPClassifier : The same network for classes.
    make_tabular_regressor : With what tables need around it.
    ConvNetRegressor : For images and signals.
    GRURegressor : For sequences.
    SequentialRegressor : Any layers one after the other.
    sklearn.neural_network.MLPRegressor : What this one begins with.

    Notes
    -----
    Scale the features, to mean 0 and variance 1 or from 0 to 1, and the targets too
    (:class:`sklearn.compose.TransformedTargetRegressor`): a learning rate suits numbers
    of one size. Sparse rows stay sparse. A whole epoch runs without the GIL.

    The formulas of losses, solvers, schedules and initial weights are in the
    :ref:`user guide <neural_networks>`, and so is what differs from scikit-learn
    (:ref:`list <nn_differences>`).

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

    loss: LossName = parameter(default="squared_error", kw_only=False)
