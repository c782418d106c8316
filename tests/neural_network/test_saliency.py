"""Gradients of scores with respect to samples, as users see them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits

from skmanifold_nn.neural_network import ConvNetClassifier, ConvNetRegressor

X, Y = load_digits(return_X_y=True)
X, Y = X[:300].reshape(-1, 8, 8, 1), Y[:300]
# Nothing is an improvement, so that training ends after a few epochs.
SETTINGS = {"n_filters": (4,), "tol": 1e9, "n_iter_no_change": 1, "batch_size": 50}
SETTINGS |= {"activation": "tanh", "pooling": "average", "random_state": 3}


def differences(score, x, step):
    """Central differences of a function of one sample."""
    slopes = np.empty(x.size)
    for k in range(x.size):
        ends = []
        for sign in (-1, 1):
            moved = x.ravel().copy()
            moved[k] += sign * step
            ends.append(score(moved.reshape(1, *x.shape)))
        slopes[k] = (ends[1] - ends[0]) / (2 * step)
    return slopes.reshape(x.shape)


def test_classes():
    net = ConvNetClassifier(**SETTINGS).fit(X, Y)
    slopes = net.saliency(X[:5], target=[3, 1, 4, 1, 5])
    assert slopes.shape == (5, 8, 8, 1)

    def score(x, label):  # up to what is the same for all labels
        return net._outputs(x)[0, label]

    expected = differences(lambda x: score(x, 4), X[2], 1e-4)
    assert_allclose(slopes[2], expected, rtol=1e-6, atol=1e-9)
    assert_array_equal(net.saliency(X[:5], 1)[[1, 3]], slopes[[1, 3]])
    predicted = net.predict(X[:5])
    assert_array_equal(net.saliency(X[:5]), net.saliency(X[:5], predicted))


def test_two_classes_and_words():
    words = np.where(Y % 2, "odd", "even")
    net = ConvNetClassifier(**SETTINGS).fit(X, words)
    odd, even = net.saliency(X[:3], "odd"), net.saliency(X[:3], "even")
    assert_array_equal(odd, -even)

    def score(x):
        return np.diff(net.predict_log_proba(x)[0])[0]

    assert_allclose(odd[1], differences(score, X[1], 1e-4), rtol=1e-6, atol=1e-9)


def test_numbers():
    targets = np.stack([Y, Y**2], axis=1) / 10
    net = ConvNetRegressor(**SETTINGS).fit(X, targets)
    expected = differences(lambda x: net.predict(x)[0, 1], X[1], 1e-4)
    assert_allclose(net.saliency(X[:3], 1)[1], expected, rtol=1e-6, atol=1e-9)
    assert_array_equal(net.saliency(X[:3]), net.saliency(X[:3], 0))


def test_signals_and_rows():
    net = ConvNetClassifier(**SETTINGS).fit(X.reshape(-1, 64), Y)
    assert net.saliency(X[:3].reshape(-1, 64)).shape == (3, 64, 1)


def test_bytes_have_slopes_in_their_own_units():
    images = (X * 15).astype(np.uint8)
    net = ConvNetClassifier(**SETTINGS).fit(images, Y)
    slopes = net.saliency(images[:2], 1)
    assert slopes.dtype == np.float32

    def score(x):
        return float(net._outputs(x)[0, 1])

    expected = differences(score, images[0].astype(np.float64), 8.0)
    assert_allclose(slopes[0], expected, rtol=0.05, atol=2e-5)


def test_normalised_and_dropped_networks_are_seen_as_in_predictions():
    net = ConvNetClassifier(
        **SETTINGS, normalization="batch", dropout=0.3, hidden_layer_sizes=(20,)
    ).fit(X, Y)
    slopes = net.saliency(X[:40], 7)
    assert_array_equal(net.saliency(X[:40], 7), slopes)
    assert_allclose(net.saliency(X[3:4], 7)[0], slopes[3], rtol=1e-9, atol=1e-12)
    net.set_params(n_jobs=2)
    assert_array_equal(net.saliency(X[:40], 7), slopes)


def test_refused():
    net = ConvNetClassifier(**SETTINGS).fit(X, Y)
    with pytest.raises(ValueError, match=r"target must be one of \[0, 1.*got 11"):
        net.saliency(X[:2], 11)
    with pytest.raises(ValueError, match="2 of them, one for each sample"):
        net.saliency(X[:2], [1, 2, 3])
