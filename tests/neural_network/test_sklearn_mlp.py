"""scikit-learn's own tests of its perceptrons, with our classes in their place.

Left out: `test_fit`, which fills private attributes and calls private methods, and
`test_gradient`, which differentiates a private method (ours are differentiated in
`test_layers.py`).
"""

from types import SimpleNamespace

import pytest
import sklearn.neural_network

from skmanifold_nn.neural_network import MLPClassifier, MLPRegressor

# Their tables of estimators are filled on import, so ours must be there by then.
with pytest.MonkeyPatch.context() as patch:
    for ours in (MLPClassifier, MLPRegressor):
        patch.setattr(sklearn.neural_network, ours.__name__, ours)
    from sklearn.neural_network.tests.test_mlp import *  # noqa: F403

pytestmark = pytest.mark.filterwarnings("default")
del test_fit, test_gradient  # noqa: F821


@pytest.fixture(autouse=True)
def learning_rates(monkeypatch):
    """Two tests read the learning rate where scikit-learn keeps it; ours is public."""

    def optimizer(net):
        return SimpleNamespace(learning_rate=net.learning_rate_)

    for ours in (MLPClassifier, MLPRegressor):
        monkeypatch.setattr(ours, "_optimizer", property(optimizer), raising=False)


@pytest.fixture
def global_random_seed():
    return 1789


def test_ours_are_tested():
    (mark,) = test_mlp_partial_fit_after_fit.pytestmark  # noqa: F405
    assert mark.args[1] == [MLPClassifier, MLPRegressor]
