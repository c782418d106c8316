"""The examples in docstrings run, and every public name has a docstring."""

import doctest
import importlib
import inspect

import pytest

MODULES = ["skmanifold_nn.eigen", "skmanifold_nn.graph", "skmanifold_nn.manifold"]


def public_objects():
    for name in MODULES:
        module = importlib.import_module(name)
        for public in module.__all__:
            yield pytest.param(getattr(module, public), id=f"{name}.{public}")


@pytest.mark.parametrize("thing", list(public_objects()))
def test_examples_of_docstrings(thing):
    assert inspect.getdoc(thing)
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    for test in finder.find(thing, globs={}):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 0, "give it an example"
