"""Base classes of networks: stand-ins are for mypy alone."""

from sklearn import base, callback

from skmanifold_nn.neural_network import _bases


def test_bases_are_those_of_scikit_learn():
    for name in set(_bases.__all__) - {"Mixin"}:
        theirs = getattr(base, name, None) or getattr(callback, name)
        assert getattr(_bases, name) is theirs
    assert _bases.Mixin is object
