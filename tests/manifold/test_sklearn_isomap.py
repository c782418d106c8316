"""scikit-learn's own tests of Isomap, with our class in its place."""

import numpy as np
import pytest
import sklearn.manifold
from sklearn.manifold.tests.test_isomap import *  # noqa: F403

from skmanifold_nn.manifold import Isomap

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(autouse=True)
def swapped(monkeypatch):
    monkeypatch.setattr(sklearn.manifold, "Isomap", Isomap)


@pytest.fixture(params=[np.float32, np.float64])
def global_dtype(request):
    return request.param


@pytest.fixture
def global_random_seed():
    return 1789
