"""Saliency: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmanifold_nn.neural_network import ConvNetClassifier
from skmanifold_nn.plotting import SaliencyDisplay


class Known(ClassifierMixin, BaseEstimator):
    """A network that says how its answers come about: gradients are samples doubled."""

    def __init__(self, input_shape=(6, 5, 1)):
        self.input_shape = input_shape

    def fit(self, X=None, y=None):
        self.input_shape_ = self.input_shape
        return self

    def predict(self, X):
        return np.array(["odd", "even"])[np.arange(len(X)) % 2]

    def saliency(self, X, target=None):
        return (2.0 if target is None else -2.0) * np.asarray(X)


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def drawn(images):
    return np.array([image.get_array() for image in images])


def test_images_above_their_gradients(rng, ax):
    values, samples = rng.normal(size=(2, 10, 6, 5, 1))
    display = SaliencyDisplay.from_values(
        values, samples=samples, labels=range(10, 20), ax=ax
    )
    np.testing.assert_array_equal(drawn(display.images_), values[..., 0])
    np.testing.assert_array_equal(drawn(display.sample_images_), samples[..., 0])
    largest = np.abs(values).max()
    assert {image.get_clim() for image in display.images_} == {(-largest, largest)}
    clims = {image.get_clim() for image in display.sample_images_}
    assert clims == {(samples.min(), samples.max())}
    assert [text.get_text() for text in display.texts_] == [
        str(i) for i in range(10, 20)
    ]
    for sample, gradient in zip(display.sample_images_, display.images_, strict=True):
        assert sample.get_extent()[:2] == gradient.get_extent()[:2]
        assert sample.get_extent()[2] < gradient.get_extent()[3]
    # Eight side by side.
    assert len({image.get_extent()[0] for image in display.images_}) == 8
    assert display.colorbar_.mappable is display.images_[0]
    assert display.ax_ is ax
    assert display.figure_ is ax.figure


def test_gradients_without_samples(rng, ax):
    values = rng.normal(size=(3, 6, 5, 2))
    display = SaliencyDisplay.from_values(values, ax=ax)
    # A place that becomes brighter does so in all channels.
    np.testing.assert_array_equal(drawn(display.images_), values.sum(axis=3))
    assert display.sample_images_ == display.texts_ == []


def test_sizes_of_gradients(rng, ax):
    values = rng.normal(size=(3, 6, 5, 2))
    display = SaliencyDisplay.from_values(values, absolute=True, ax=ax)
    sizes = np.abs(values).max(axis=3)
    np.testing.assert_array_equal(drawn(display.images_), sizes)
    assert display.images_[0].get_clim() == (0, sizes.max())
    assert display.images_[0].get_cmap().name == "viridis"
    assert display.colorbar_.ax.get_ylabel() == "size of the gradient"


def test_colour_images(rng, ax):
    samples = rng.integers(0, 256, size=(2, 6, 5, 3)).astype(np.uint8)
    values = rng.normal(size=(2, 6, 5, 1))
    display = SaliencyDisplay.from_values(values, samples=samples, ax=ax)
    low, high = samples.min(), samples.max()
    expected = (samples - float(low)) / (float(high) - low)
    np.testing.assert_allclose(drawn(display.sample_images_), expected)


def test_signals_in_front_of_their_gradients(rng, ax):
    values, samples = rng.normal(size=(2, 3, 20, 2))
    display = SaliencyDisplay.from_values(values, samples=samples, ax=ax)
    np.testing.assert_array_equal(drawn(display.images_), values.transpose(0, 2, 1))
    assert len(display.lines_) == 6
    assert [t.get_text() for t in ax.get_yticklabels()] == ["0", "1", "2"]
    for k, line in enumerate(display.lines_):
        sample, channel = divmod(k, 2)
        signal = samples[sample, :, channel]
        x, y = line.get_data()
        np.testing.assert_array_equal(x, np.arange(20))
        # Up, which is less, where the signal is larger, and within its strip.
        assert np.corrcoef(y, signal)[0, 1] == pytest.approx(-1)
        top = display.images_[sample].get_extent()[3] + channel
        assert top < y.min()
        assert y.max() < top + 1
        # All samples of a channel have one scale.
        slope = np.ptp(y) / np.ptp(signal)
        assert slope == pytest.approx(0.8 / np.ptp(samples[..., channel]))


def test_signals_that_do_not_change(ax):
    display = SaliencyDisplay.from_values(
        np.zeros((1, 4, 1)), samples=np.ones((1, 4, 1)), labels=["a"], ax=ax
    )
    assert np.isfinite(display.lines_[0].get_ydata()).all()
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a"]
    assert ax.get_ylabel() == ""


@pytest.mark.parametrize("shape", [(4, 6, 5, 1), (4, 6, 5), (4, 30)])
def test_samples_in_any_form(rng, ax, shape):
    X = rng.normal(size=shape)
    display = SaliencyDisplay.from_estimator(Known().fit(), X, ax=ax)
    np.testing.assert_array_equal(drawn(display.images_), 2 * X.reshape(4, 6, 5))
    np.testing.assert_array_equal(drawn(display.sample_images_), X.reshape(4, 6, 5))
    texts = [text.get_text() for text in display.texts_]
    assert texts == ["odd", "even", "odd", "even"]


def test_targets_and_labels(rng, ax):
    X = rng.normal(size=(2, 6, 5, 1))
    for target, labels, expected in (
        ("odd", None, ["odd", "odd"]),
        (["even"], None, ["even", "even"]),
        (["odd", "even"], None, ["odd", "even"]),
        ("odd", ["a", "b"], ["a", "b"]),
    ):
        display = SaliencyDisplay.from_estimator(
            Known().fit(), X, target=target, labels=labels, ax=ax
        )
        np.testing.assert_array_equal(display.values, -2 * X)
        assert [text.get_text() for text in display.texts_] == expected


def test_a_network(rng, ax):
    X = rng.integers(0, 256, size=(20, 6, 5)).astype(np.uint8)
    net = ConvNetClassifier((4,), n_dim=2, max_iter=2, learning_rate="cosine")
    net.fit(X, np.array(["a", "b"])[np.arange(20) % 2])
    display = SaliencyDisplay.from_estimator(net, X[:4], target="b", ax=ax)
    expected = net.saliency(X[:4], target="b")
    assert np.abs(expected).max() > 0
    np.testing.assert_array_equal(display.values, expected)
    np.testing.assert_array_equal(drawn(display.sample_images_), X[:4])
    assert [text.get_text() for text in display.texts_] == list("bbbb")
    display = SaliencyDisplay.from_estimator(net, X[:4], ax=ax)
    np.testing.assert_array_equal(display.values, net.saliency(X[:4]))
    assert [text.get_text() for text in display.texts_] == list(net.predict(X[:4]))


def test_several_classes_of_a_sample_and_numbers_have_no_labels(rng, ax):
    class Several(Known):
        def predict(self, X):
            return np.ones((len(X), 3), dtype=int)

    class Numbers(RegressorMixin, Known):
        pass

    X = rng.normal(size=(2, 6, 5, 1))
    for net in (Several().fit(), Numbers().fit()):
        assert SaliencyDisplay.from_estimator(net, X, ax=ax).labels is None


def test_signals_in_a_pipeline(rng, ax):
    X = rng.normal(size=(3, 20))
    net = Known(input_shape=(20, 1)).fit()
    pipeline = make_pipeline(FunctionTransformer(np.negative), net)
    display = SaliencyDisplay.from_estimator(pipeline, X, ax=ax)
    np.testing.assert_array_equal(display.values[..., 0], -2 * X)
    np.testing.assert_array_equal(display.samples[..., 0], -X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": np.ones((3, 4))}, "values must be"),
        ({"samples": np.ones((3, 5, 6, 1))}, "samples must have the shape"),
        ({"labels": "ab"}, "labels must be one for each of the 3 samples, got 2"),
        ({"values": np.full((3, 6, 5, 1), np.nan)}, "NaN"),
    ],
)
def test_arrays_that_do_not_fit(ax, arguments, message):
    valid = {"values": np.ones((3, 6, 5, 1)), "samples": np.ones((3, 6, 5, 1))}
    with pytest.raises(ValueError, match=message):
        SaliencyDisplay.from_values(**(valid | arguments), ax=ax)


def test_styles(rng, ax):
    values = rng.normal(size=(3, 20, 1))
    display = SaliencyDisplay.from_values(
        values,
        samples=values,
        ax=ax,
        cmap="PuOr",
        colorbar=False,
        image_kw={"alpha": 0.5},
        sample_kw={"c": "red"},
    )
    assert display.images_[0].get_cmap().name == "PuOr"
    assert display.images_[0].get_alpha() == 0.5
    assert display.lines_[0].get_color() == "red"
    assert display.colorbar_ is None
    images = values.reshape(3, 5, 4, 1)
    display = SaliencyDisplay.from_values(
        images,
        samples=images,
        labels="abc",
        n_columns=2,
        ax=ax,
        sample_kw={"cmap": "gray_r"},
        text_kw={"color": "red"},
    )
    assert display.sample_images_[0].get_cmap().name == "gray_r"
    assert display.texts_[0].get_color() == "red"
    assert len({image.get_extent()[0] for image in display.images_}) == 2


def test_parameters_are_kept_and_pyplot_is_left_alone():
    values = np.ones((2, 3, 3, 1))
    display = SaliencyDisplay(values)
    assert display.values is values
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
