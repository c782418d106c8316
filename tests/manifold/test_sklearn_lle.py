"""scikit-learn's own tests of LocallyLinearEmbedding, with ours in its place.

Left out is ``test_singular_matrix``, which wants equal rows to raise ARPACK's error.
"""

import numpy as np
import pytest
import sklearn.manifold
from sklearn.manifold.tests.test_locally_linear import *  # noqa: F403

from skmanifold_nn.manifold import LocallyLinearEmbedding, locally_linear_embedding

pytestmark = pytest.mark.filterwarnings("default")

del test_singular_matrix  # noqa: F821


@pytest.fixture(autouse=True)
def swapped(monkeypatch):
    for ours in (LocallyLinearEmbedding, locally_linear_embedding):
        monkeypatch.setattr(sklearn.manifold, ours.__name__, ours)


@pytest.fixture(params=[np.float32, np.float64])
def global_dtype(request):
    return request.param
