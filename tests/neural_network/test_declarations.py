"""Declared parameters and attributes, and what they make of a class."""

import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.utils._param_validation import InvalidParameterError

import skmanifold_nn
from skmanifold_nn.neural_network import (
    ConvNetRegressor,
    GRUClassifier,
    MLPClassifier,
    MLPRegressor,
)
from skmanifold_nn.neural_network._declarations import (
    attribute,
    declares,
    estimator,
    parameter,
)


@declares(shared=True)
class Common:
    rate: float = parameter(
        default=1e-8,
        constraints=[float],
        text="""Of what happens
        at every step.""",
    )
    limit: float = parameter(
        default=3, kind="int or float", constraints=[int, float], text="Most of them."
    )
    kept_: list[float] = attribute("list of float", "What a fit keeps.")
    n_features_in_: int = attribute("int")


@declares(shared=True)
class LaterCommon:
    smooth: bool = parameter(default=False, text="Whether it is smooth.")


@declares
class Own:
    size: int = parameter(default=7, constraints=[int], text="Units.", kw_only=False)
    merge: Literal["sum", "concat"] | None = parameter(default="sum", text="Of both.")
    limit: float = 5.0
    states_: list[float] = attribute("list of float", "Of its own.")


@estimator
class Net(Own, LaterCommon, Common, BaseEstimator):
    """A net.

    Parameters
    ----------
    %(parameters)s

    Attributes
    ----------
    %(attributes)s
    kept_ : list
        Known here better.

    See Also
    --------
    Nothing : But this.
    """

    rate: float = parameter(default=0.25, kw_only=False)

    @property
    def twice(self):
        return 2 * self.size


DOC = """A net.

Parameters
----------
rate : float, default=0.25
    Of what happens
    at every step.
size : int, default=7
    Units.
merge : {"sum", "concat"} or None, default="sum"
    Of both.
limit : int or float, default=5.0
    Most of them.
smooth : bool, default=False
    Whether it is smooth.

Attributes
----------
states_ : list of float
    Of its own.
n_features_in_ : int
kept_ : list
    Known here better.

See Also
--------
Nothing : But this."""


def test_docstring():
    assert inspect.getdoc(Net) == DOC


def test_signature():
    parameters = inspect.signature(Net).parameters.values()
    assert [(p.name, p.default, p.kind == p.KEYWORD_ONLY) for p in parameters] == [
        ("rate", 0.25, False),
        ("size", 7, False),
        ("merge", "sum", True),
        ("limit", 5.0, True),
        ("smooth", False, True),
    ]
    assert inspect.signature(Net).parameters["size"].annotation is int


@pytest.mark.parametrize(
    "net", [MLPClassifier, MLPRegressor, GRUClassifier, ConvNetRegressor]
)
def test_positional_parameters_are_in_the_order_of_dataclasses(net):
    declared = {}
    for base in reversed(net.__mro__):
        declared.update(vars(base).get("_declarations", {}))
    signature = inspect.signature(net).parameters.values()
    positional = [p.name for p in signature if p.kind != p.KEYWORD_ONLY]
    assert [name for name in declared if name in positional] == positional


def test_bases_keep_their_declarations():
    @estimator
    class Other(Common, BaseEstimator):
        """Other."""

    assert Other().get_params() == {"rate": 1e-8, "limit": 3}


def test_only_parameters_are_stored():
    net = Net(0.5, merge=None)
    assert vars(net) == {
        "rate": 0.5,
        "size": 7,
        "merge": None,
        "limit": 5.0,
        "smooth": False,
    }
    assert net.twice == 14


def test_nothing_is_left_in_classes():
    names = {*Net().get_params(), "kept_", "states_", "n_features_in_"}
    assert not [name for name in names if hasattr(Net, name)]
    assert not hasattr(Net, "__dataclass_fields__")


def test_an_estimator_as_any_other():
    net = Net(0.5, smooth=True)
    assert repr(net) == "Net(rate=0.5, smooth=True)"
    assert net != clone(net)
    for copy in (clone(net), pickle.loads(pickle.dumps(net))):
        assert copy.get_params() == net.get_params()
    assert net.set_params(limit=9).limit == 9


@pytest.mark.parametrize(
    "name, value", [("merge", "mean"), ("smooth", "yes"), ("size", 2.5), ("limit", "5")]
)
def test_constraints(name, value):
    Net(merge=None)._validate_params()
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        Net(**{name: value})._validate_params()


def test_wrong_calls_name_the_class():
    match = r"^(\w+\.)*Net\.__init__\(\) got an unexpected keyword argument 'absent'"
    with pytest.raises(TypeError, match=match):
        Net(absent=1)
    with pytest.raises(TypeError, match=r"Net\.__init__\(\) takes from 1 to 3 pos"):
        Net(0.5, 7, "sum")


def test_defaults_are_immutable():
    with pytest.raises(ValueError, match="mutable default"):

        @estimator
        class Wrong(BaseEstimator):
            sizes: list = parameter(default=[], constraints=[list], text="Shared.")


def test_subclasses_by_hand():
    class Larger(Net):
        def __init__(self, size=50, more=1):
            super().__init__(size=size)
            self.more = more

    assert repr(Larger(51)) == "Larger(size=51)" and Larger().size == 50
    assert clone(Larger(more=2)).more == 2


def test_without_docstrings():
    code = (
        "from skmanifold_nn.neural_network import MLPClassifier as kind;"
        "exit(kind.__doc__ is not None or kind(alpha=3).get_params()['alpha'] != 3)"
    )
    folder = Path(skmanifold_nn.__file__).parents[1]
    subprocess.run([sys.executable, "-OO", "-c", code], cwd=folder, check=True)
