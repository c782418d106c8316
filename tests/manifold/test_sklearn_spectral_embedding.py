"""scikit-learn's own tests of SpectralEmbedding, with our names in place of theirs.

Left out is ``test_spectral_eigen_tol_auto``, which replaces SciPy's solvers inside
scikit-learn's module.
"""

import numpy as np
import pytest
from sklearn.manifold.tests import test_spectral_embedding as theirs
from sklearn.manifold.tests.test_spectral_embedding import *  # noqa: F403

from skmanifold_nn.manifold import SpectralEmbedding, spectral_embedding

pytestmark = pytest.mark.filterwarnings("default")

del test_spectral_eigen_tol_auto  # noqa: F821


@pytest.fixture(autouse=True)
def swapped(monkeypatch):
    monkeypatch.setattr(theirs, "SpectralEmbedding", SpectralEmbedding)
    monkeypatch.setattr(theirs, "spectral_embedding", spectral_embedding)


@pytest.fixture(params=[np.float32, np.float64])
def global_dtype(request):
    return request.param


@pytest.fixture
def global_random_seed():
    return 1789
