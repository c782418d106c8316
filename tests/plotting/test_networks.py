"""What Displays want of networks: samples, layers, and clear refusals."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmanifold_nn.neural_network import (
    ConvNetClassifier,
    MLPClassifier,
    SequentialClassifier,
)
from skmanifold_nn.neural_network.layers import Conv1D, Dense, Flatten
from skmanifold_nn.plotting._networks import convolution_of, last_of, row_of


class Doubler(BaseEstimator):
    """Has maps: twice the sample."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def feature_maps(self, X, layer):
        return 2 * X


@pytest.fixture
def images(rng):
    X = rng.normal(size=(20, 6, 5, 1)).astype(np.float32)
    return X, np.arange(20) % 2


def conv_net(**params):
    return ConvNetClassifier(
        (4, 6),
        3,
        hidden_layer_sizes=(5,),
        max_iter=1,
        learning_rate="cosine",
        **params,
    )


def test_the_last_step_of_a_pipeline_gets_what_it_would(rng):
    X = rng.normal(size=(7, 3))
    negative = FunctionTransformer(np.negative)
    pipeline = make_pipeline(negative, Doubler()).fit(X)
    net, given = last_of(pipeline, X, "feature_maps", "from_maps")
    assert net is pipeline[-1]
    np.testing.assert_array_equal(given, -X)
    alone = make_pipeline(Doubler()).fit(X)
    assert last_of(alone, X, "feature_maps", "from_maps")[1] is X


def test_networks_that_cannot_be_drawn(images):
    with pytest.raises(NotFittedError):
        last_of(Doubler(), None, "feature_maps", "from_maps")
    with pytest.raises(ValueError, match=r"StandardScaler has no .* use from_maps"):
        last_of(StandardScaler(), None, "feature_maps", "from_maps")
    with pytest.raises(NotFittedError):
        convolution_of(MLPClassifier())
    X, y = images
    net = MLPClassifier((3,), max_iter=1, learning_rate="cosine")
    net.fit(X.reshape(20, -1), y)
    with pytest.raises(ValueError, match="the network has no convolution"):
        convolution_of(net)


def test_a_sample_keeps_its_axis(rng):
    X = rng.normal(size=(7, 3))
    np.testing.assert_array_equal(row_of(X, 2), X[[2]])
    np.testing.assert_array_equal(row_of(X, -1), X[[6]])
    assert row_of(X.tolist(), 6) == [X[6].tolist()]
    with pytest.raises(ValueError, match="sample must be one of the 7"):
        row_of(X, 7)
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X, columns=["a", "b", "c"])
    assert row_of(table, 3).equals(table.iloc[[3]])


def test_convolutions_by_name(images):
    net = conv_net().fit(*images)
    assert convolution_of(net).shape == (3, 3, 1, 4)
    assert convolution_of(net, "conv2").shape == (3, 3, 4, 6)
    np.testing.assert_array_equal(convolution_of(net, "conv1"), net.coefs_[0])
    pipeline = make_pipeline(FunctionTransformer(), net)
    np.testing.assert_array_equal(convolution_of(pipeline), net.coefs_[0])
    for name in ("hidden1", "conv", "pool1"):
        with pytest.raises(ValueError, match=rf"{name}.*\['conv1', 'conv2'\]"):
            convolution_of(net, name)


def test_convolutions_of_other_networks(images):
    X, y = images
    net = SequentialClassifier(
        [
            ("dense", Dense(10)),
            ("shape", Flatten()),
        ],
        max_iter=1,
        learning_rate="cosine",
    )
    net.fit(X.reshape(20, -1), y)
    with pytest.raises(ValueError, match="no convolution"):
        convolution_of(net, "dense")
    net.set_params(
        layers=[("taps", Conv1D(3, 5)), ("flat", Flatten())], input_shape=(30, 1)
    )
    net.fit(X.reshape(20, -1), y)
    assert convolution_of(net).shape == (5, 1, 3)


def test_the_first_convolution_of_a_block(images):
    net = conv_net(block="inception", random_state=3).fit(*images)
    assert convolution_of(net).shape == (1, 1, 1, 1)
    assert convolution_of(net, "block2__conv2").shape == (3, 3, 3, 3)
    np.testing.assert_array_equal(
        convolution_of(net, "block2"), convolution_of(net, "block2__conv1")
    )
    with pytest.raises(ValueError, match=r"block1__conv1.*block2__conv4"):
        convolution_of(net, "block3")
