"""The examples in docstrings run, and every public name has a docstring."""

import doctest
import importlib
import inspect
import sys
from pathlib import Path

import pytest
from public_api import MODULES, public_objects

API_PAGES = Path(__file__).parents[1] / "doc" / "api"


@pytest.mark.parametrize("thing", list(public_objects()))
def test_examples_of_docstrings(thing):
    assert inspect.getdoc(thing)
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    for test in finder.find(thing, globs={}):
        runner.run(test)
    if "matplotlib.pyplot" in sys.modules:  # some examples draw
        sys.modules["matplotlib.pyplot"].close("all")
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 0, "give it an example"


@pytest.mark.parametrize("name", MODULES)
def test_api_pages_list_every_public_name(name):
    page = (API_PAGES / f"{name.split('.')[1]}.rst").read_text(encoding="utf-8")
    listed = {line.strip() for line in page.splitlines()}
    assert listed >= set(importlib.import_module(name).__all__)
