"""The public modules and what they export, for the tests that go through all of it."""

import importlib

import pytest

MODULES = [
    "skmanifold_nn.datasets",
    "skmanifold_nn.eigen",
    "skmanifold_nn.graph",
    "skmanifold_nn.manifold",
    "skmanifold_nn.metrics",
    "skmanifold_nn.neural_network",
    "skmanifold_nn.neural_network.layers",
    "skmanifold_nn.plotting",
]


def public_objects():
    """One parameter of a test for each public name, its full name the id."""
    for name in MODULES:
        module = importlib.import_module(name)
        for public in module.__all__:
            yield pytest.param(getattr(module, public), id=f"{name}.{public}")
