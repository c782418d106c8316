"""scikit-learn's own tests of ClassicalMDS, with our class in its place."""

import pytest
from sklearn.manifold.tests import test_classical_mds
from sklearn.manifold.tests.test_classical_mds import *  # noqa: F403

from skmanifold_nn.manifold import ClassicalMDS


@pytest.fixture(autouse=True)
def swapped(monkeypatch):
    monkeypatch.setattr(test_classical_mds, "ClassicalMDS", ClassicalMDS)
