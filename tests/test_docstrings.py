"""Examples in docstrings run; every public name has a docstring and its source."""

import doctest
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest
from public_api import MODULES, public_objects

# What has no source, by its nature.
WITHOUT_SOURCE = {
    "skmanifold_nn.datasets.make_hook_images": "a drawing of our own",
    "skmanifold_nn.eigen.flip_signs": "a convention",
    "skmanifold_nn.graph.symmetrize": "a form of storage",
    "skmanifold_nn.neural_network.Reshaper": "shapes",
    "skmanifold_nn.neural_network.SequenceScaler": "means and standard deviations",
    "skmanifold_nn.neural_network.SequentialClassifier": "what its layers are",
    "skmanifold_nn.neural_network.SequentialRegressor": "what its layers are",
    "skmanifold_nn.neural_network.channels_last": "shapes",
    "skmanifold_nn.neural_network.layers.Concatenate": "shapes",
    "skmanifold_nn.neural_network.layers.Flatten": "shapes",
    "skmanifold_nn.neural_network.layers.Layer": "what all layers have",
    "skmanifold_nn.neural_network.layers.Reshape": "shapes",
    "skmanifold_nn.neural_network.layers.UpSample1D": "repetition",
    "skmanifold_nn.neural_network.layers.UpSample2D": "repetition",
}
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


@pytest.mark.parametrize("name", [each.id for each in public_objects()])
def test_sources_are_cited(name):
    module, _, public = name.rpartition(".")
    doc = inspect.getdoc(getattr(importlib.import_module(module), public))
    cited = re.search(r"^References\n-{10}\n\S", doc, re.M)
    assert bool(cited) == (name not in WITHOUT_SOURCE)


@pytest.mark.parametrize("name", MODULES)
def test_api_pages_list_every_public_name(name):
    page = (API_PAGES / f"{name.split('.')[1]}.rst").read_text(encoding="utf-8")
    listed = {line.strip() for line in page.splitlines()}
    assert listed >= set(importlib.import_module(name).__all__)
