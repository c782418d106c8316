"""scikit-learn's own tests of MDS and smacof, with ours in their place.

Not run: what uses parameters that scikit-learn itself has deprecated and ours leaves
out (`dissimilarity`, a boolean `metric`), or patches its private functions, and what
compares rounding: from our default start the four points of test_returned_stress are
placed exactly, at a stress of 1e-31. It runs from the random start that it had in mind.
"""

from functools import partial

import pytest
from sklearn.manifold import _mds
from sklearn.manifold.tests import test_mds
from sklearn.manifold.tests.test_mds import *  # noqa: F403

from skmanifold_nn.manifold import MDS, ClassicalMDS, smacof

pytestmark = pytest.mark.filterwarnings("default")

# MDS(metric=True | False), and a mock in the place of a private function
del test_normalized_stress_auto  # noqa: F821
# the warnings of the deprecated parameters themselves
del test_future_warning_init_and_metric  # noqa: F821

returned_stress = test_mds.test_returned_stress
del test_returned_stress  # noqa: F821


@pytest.fixture(autouse=True)
def swapped(monkeypatch):
    monkeypatch.setattr(_mds, "MDS", MDS)
    monkeypatch.setattr(_mds, "smacof", smacof)
    monkeypatch.setattr(test_mds, "ClassicalMDS", ClassicalMDS)


@pytest.mark.parametrize("normalized_stress", [True, False])
def test_returned_stress_from_a_random_start(normalized_stress, monkeypatch):
    monkeypatch.setattr(_mds, "MDS", partial(MDS, init="random"))
    returned_stress(normalized_stress)
