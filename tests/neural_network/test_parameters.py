"""What networks share in parameters and attributes: checks, documentation."""

import inspect
import re
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, is_classifier

from skmanifold_nn import neural_network
from skmanifold_nn.neural_network._initializers import INITIALIZERS
from skmanifold_nn.neural_network._losses import REGRESSION_LOSSES
from skmanifold_nn.neural_network._optimizers import STOCHASTIC_SOLVERS
from skmanifold_nn.neural_network._parameters import (
    ActivationName,
    InitializerName,
    LossName,
    ScheduleName,
    SolverName,
)
from skmanifold_nn.neural_network._schedules import SCHEDULES
from skmanifold_nn.neural_network._targets import NetworkClassifier, NetworkRegressor
from skmanifold_nn.neural_network.layers._activations import ACTIVATIONS

NETWORKS = [
    kind
    for kind in map(neural_network.__dict__.get, neural_network.__all__)
    if isinstance(kind, type) and issubclass(kind, NetworkClassifier | NetworkRegressor)
]
every_network = pytest.mark.parametrize("kind", NETWORKS)


def entries(kind, section):
    """(name, type) of all entries of a section of the docstring."""
    doc = inspect.getdoc(kind)
    body = re.split(rf"\n{section}\n-+\n", doc)[1].split("\n\n")[0]
    return re.findall(r"^(\w+) : (.*)$", body, re.MULTILINE)


@pytest.mark.parametrize(
    "options, table",
    [
        (ActivationName, set(ACTIVATIONS) - {"softmax"}),
        (InitializerName, set(INITIALIZERS)),
        (LossName, set(REGRESSION_LOSSES)),
        (ScheduleName, set(SCHEDULES)),
        (SolverName, {"lbfgs", *STOCHASTIC_SOLVERS}),
    ],
    ids=lambda value: "",
)
def test_options_are_those_of_the_tables(options, table):
    assert set(get_args(options)) == table


@every_network
def test_every_parameter_is_documented_and_checked(kind):
    parameters = inspect.signature(kind).parameters
    documented = entries(kind, "Parameters")
    assert [name for name, _ in documented] == list(parameters)
    for name, text in documented:
        spelled = text.partition("default=")[2].replace('"', "'")
        default = parameters[name].default
        assert spelled.replace("e-8", "e-08") == repr(default)
    assert kind._parameter_constraints.keys() == parameters.keys()
    kind()._validate_params()
    assert "%(" not in kind.__doc__


@every_network
def test_every_attribute_is_documented_and_there(kind):
    X = pd.DataFrame(np.random.RandomState(3).normal(size=(20, 3)), columns=[*"abc"])
    y = np.arange(20) % 2
    net = kind(max_iter=2, tol=0, early_stopping=True, random_state=3)
    with pytest.warns(match="Maximum iterations"):
        net.fit(X, y)
    documented = {name for name, _ in entries(kind, "Attributes")}
    assert not [name for name in documented if not hasattr(net, name)]
    public = {n for n in dir(net) if n.endswith("_") and not n.startswith("_")}
    assert public <= documented


@every_network
def test_parameters_of_the_kind(kind):
    names = inspect.signature(kind).parameters.keys()
    own = {"class_weight", "label_smoothing"}, {"loss", "huber_delta", "quantile"}
    mine, others = own if is_classifier(kind()) else own[::-1]
    assert mine <= names and not others & names


@every_network
def test_no_parameter_is_an_attribute_of_the_class(kind):
    assert issubclass(kind, BaseEstimator)
    assert not [name for name in kind().get_params() if hasattr(kind, name)]
