"""Feature maps: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmanifold_nn.neural_network import ConvNetClassifier
from skmanifold_nn.plotting import FeatureMapsDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def maps(rng):
    """Of an image, none negative."""
    return rng.uniform(size=(7, 5, 6))


def fitted(X, **params):
    net = ConvNetClassifier(
        (4, 6), hidden_layer_sizes=(5,), max_iter=1, learning_rate="cosine", **params
    )
    return net.fit(X, np.arange(len(X)) % 2)


def test_each_map_is_drawn_in_the_same_colours(maps, ax):
    display = FeatureMapsDisplay.from_maps(maps, ax=ax)
    drawn = [image.get_array() for image in display.images_]
    np.testing.assert_array_equal(drawn, np.moveaxis(maps, 2, 0))
    assert {image.get_clim() for image in display.images_} == {(0, maps.max())}
    assert {image.get_cmap().name for image in display.images_} == {"viridis"}
    assert [text.get_text() for text in display.texts_] == list("012345")
    assert display.colorbar_.mappable is display.images_[0]
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_aspect() == 1


def test_signs_part_at_zero(maps, ax):
    maps[3, 2, 1] = -2
    display = FeatureMapsDisplay.from_maps(maps, ax=ax)
    assert {image.get_clim() for image in display.images_} == {(-2, 2)}
    assert display.images_[0].get_cmap().name == "RdBu_r"


def test_some_maps(maps, ax):
    display = FeatureMapsDisplay.from_maps(maps, indices=[4, -6], ax=ax)
    drawn = [image.get_array() for image in display.images_]
    np.testing.assert_array_equal(drawn, [maps[..., 4], maps[..., 0]])
    assert [text.get_text() for text in display.texts_] == ["4", "0"]
    # The scale is that of the maps that are drawn.
    assert display.images_[0].get_clim() == (0, maps[..., [4, 0]].max())


def test_a_signal_has_a_line_of_each_map(rng, ax):
    maps = rng.normal(size=(30, 3))
    display = FeatureMapsDisplay.from_maps(maps, indices=[2, 0], ax=ax)
    (image,) = display.images_
    np.testing.assert_array_equal(image.get_array(), maps[:, [2, 0]].T)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["2", "0"]
    assert display.texts_ == []
    largest = np.abs(maps[:, [2, 0]]).max()
    assert image.get_clim() == (-largest, largest)


@pytest.mark.parametrize("layer", ["conv1", "pool2"])
def test_maps_of_a_network(rng, ax, layer):
    X = rng.normal(size=(12, 6, 9, 2))
    net = fitted(X)
    display = FeatureMapsDisplay.from_estimator(net, X, layer, sample=-2, ax=ax)
    expected = net.feature_maps(X, layer)[10]
    np.testing.assert_allclose(display.maps, expected, atol=1e-12)
    assert len(display.images_) == expected.shape[2]


def test_maps_of_a_signal_in_a_pipeline(rng, ax):
    X = rng.normal(size=(12, 40))
    pipeline = make_pipeline(FunctionTransformer(np.negative), fitted(-X))
    display = FeatureMapsDisplay.from_estimator(pipeline, X, "conv1", ax=ax)
    expected = pipeline[-1].feature_maps(-X, "conv1")[0]
    np.testing.assert_allclose(display.images_[0].get_array(), expected.T, atol=1e-12)


def test_layers_without_maps(rng, ax):
    X = rng.normal(size=(12, 6, 9, 2))
    with pytest.raises(ValueError, match=r"maps must be .* got the shape \(5,\)"):
        FeatureMapsDisplay.from_estimator(fitted(X), X, "hidden1", ax=ax)
    with pytest.raises(ValueError, match="NaN"):
        FeatureMapsDisplay.from_maps([[np.nan]], ax=ax)


def test_styles(maps, ax):
    display = FeatureMapsDisplay.from_maps(
        maps,
        ax=ax,
        n_columns=2,
        cmap="cividis",
        colorbar=False,
        image_kw={"vmax": 9, "interpolation": "bilinear"},
        text_kw={"size": 5, "c": "red"},
    )
    lefts = {image.get_extent()[0] for image in display.images_}
    assert len(lefts) == 2
    assert display.images_[0].get_cmap().name == "cividis"
    assert display.images_[0].get_clim() == (0, 9)
    assert display.images_[0].get_interpolation() == "bilinear"
    assert display.colorbar_ is None
    assert len(ax.figure.axes) == 1
    assert {(t.get_fontsize(), t.get_color()) for t in display.texts_} == {(5, "red")}
    assert display.plot(ax, labels=False, colorbar=False).texts_ == []


def test_parameters_are_kept_and_pyplot_is_left_alone(maps):
    display = FeatureMapsDisplay(maps, indices=[1])
    assert display.maps is maps
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
    display.figure_.draw_without_rendering()
