"""Filters: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from skmanifold_nn.neural_network import ConvNetRegressor
from skmanifold_nn.plotting import FiltersDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def drawn(display):
    return np.array([image.get_array() for image in display.images_])


def test_filters_of_one_channel(rng, ax):
    coefs = rng.uniform(0.1, 1, size=(5, 3, 1, 6))
    display = FiltersDisplay.from_filters(coefs, ax=ax)
    np.testing.assert_array_equal(drawn(display), coefs[:, :, 0].transpose(2, 0, 1))
    # Zero is in the middle, although all weights are positive.
    largest = coefs.max()
    assert {image.get_clim() for image in display.images_} == {(-largest, largest)}
    assert {image.get_cmap().name for image in display.images_} == {"RdBu_r"}
    assert [text.get_text() for text in display.texts_] == list("012345")
    assert display.colorbar_.ax.get_ylabel() == "weight"
    assert display.ax_ is ax
    assert display.figure_ is ax.figure


def test_channels_are_rows_and_filters_columns(rng, ax):
    coefs = rng.normal(size=(3, 3, 2, 5))
    display = FiltersDisplay.from_filters(coefs, indices=[3, 1, 4], ax=ax)
    expected = [coefs[:, :, c, k] for c in (0, 1) for k in (3, 1, 4)]
    np.testing.assert_array_equal(drawn(display), expected)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["3", "1", "4"]
    lefts = [image.get_extent()[0] for image in display.images_]
    assert lefts[:3] == lefts[3:]
    display = FiltersDisplay.from_filters(coefs, labels=False, ax=Figure().subplots())
    assert display.ax_.get_xlabel() == ""


def test_signals_of_one_channel_are_lines(rng, ax):
    coefs = rng.normal(size=(7, 1, 4))
    display = FiltersDisplay.from_filters(coefs, ax=ax)
    np.testing.assert_array_equal(drawn(display), [coefs[:, 0].T])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "filter")


def test_signals_of_several_channels(rng, ax):
    coefs = rng.normal(size=(7, 3, 4))
    display = FiltersDisplay.from_filters(coefs, ax=ax)
    np.testing.assert_array_equal(drawn(display), coefs.transpose(2, 1, 0))
    assert [text.get_text() for text in display.texts_] == list("0123")


def test_filters_of_a_network(rng, ax):
    X = rng.normal(size=(12, 6, 9, 2))
    net = ConvNetRegressor((4, 6), 3, max_iter=1, learning_rate="cosine")
    net.fit(X, X.mean(axis=(1, 2, 3)))
    first = FiltersDisplay.from_estimator(net, ax=ax)
    np.testing.assert_array_equal(first.coefs, net.coefs_[0])
    second = FiltersDisplay.from_estimator(net, "conv2", indices=5, ax=ax)
    np.testing.assert_array_equal(
        drawn(second), net.coefs_[1][..., 5].transpose(2, 0, 1)
    )


def test_weights_that_are_no_filters(ax):
    with pytest.raises(ValueError, match=r"coefs must be .* got the shape \(3, 4\)"):
        FiltersDisplay.from_filters(np.ones((3, 4)), ax=ax)
    with pytest.raises(ValueError, match="NaN"):
        FiltersDisplay.from_filters(np.full((3, 3, 1, 4), np.nan), ax=ax)


def test_styles(rng, ax):
    display = FiltersDisplay.from_filters(
        rng.normal(size=(3, 3, 1, 4)),
        ax=ax,
        n_columns=4,
        cmap="PuOr",
        colorbar=False,
        image_kw={"vmin": -9},
        text_kw={"color": "red"},
    )
    assert {image.get_extent()[3] for image in display.images_} == {0}
    assert display.images_[0].get_cmap().name == "PuOr"
    assert display.images_[0].get_clim()[0] == -9
    assert display.texts_[0].get_color() == "red"
    assert display.colorbar_ is None


def test_parameters_are_kept_and_pyplot_is_left_alone(rng):
    coefs = rng.normal(size=(3, 3, 2, 4)).tolist()
    display = FiltersDisplay(coefs)
    assert display.coefs is coefs
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
    display.figure_.draw_without_rendering()
