"""Embeddings: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import sklearn.manifold
from matplotlib import colormaps
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import kneighbors_graph
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import (
    MDS,
    ClassicalMDS,
    DiffusionMap,
    Isomap,
    LocallyLinearEmbedding,
    SpectralEmbedding,
)
from skmanifold_nn.plotting import EmbeddingDisplay
from skmanifold_nn.plotting._drawing import BLUE, MISSING, OKABE_ITO


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_points_in_one_colour(rng, ax):
    X = rng.normal(size=(30, 4))
    display = EmbeddingDisplay.from_embedding(X, ax=ax)
    (scatter,) = display.scatters_
    np.testing.assert_array_equal(scatter.get_offsets(), X[:, :2])
    np.testing.assert_array_equal(scatter.get_facecolor()[:, :3], [to_rgba(BLUE)[:3]])
    assert display.legend_ is display.colorbar_ is display.missing_ is None
    assert display.edges_ is display.frames_ is None
    assert display.images_ == []
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_aspect() == 1
    assert ax.get_title() == ""


def test_points_by_class(rng, ax):
    X, y = rng.normal(size=(30, 2)), np.array(["b", "c", None] * 10)
    display = EmbeddingDisplay.from_embedding(X, y=y, ax=ax)
    (scatter,) = display.scatters_
    known = np.arange(30) % 3 < 2
    np.testing.assert_array_equal(scatter.get_offsets(), X[known])
    colours = to_rgba_array(OKABE_ITO)[:2, :3]
    np.testing.assert_array_equal(
        scatter.get_facecolor()[:, :3], np.tile(colours, (10, 1))
    )
    np.testing.assert_array_equal(display.missing_.get_offsets(), X[~known])
    assert to_rgba(MISSING)[:3] == tuple(display.missing_.get_facecolor()[0, :3])
    assert display.missing_.get_zorder() < scatter.get_zorder()
    assert display.classes_.tolist() == ["b", "c"]
    assert texts(display.legend_) == ["b", "c", "not known"]
    assert display.colorbar_ is None


def test_points_by_value(rng, ax):
    X, y = rng.normal(size=(2, 30, 2))
    y = pd.Series(y[:, 0], name="angle")
    display = EmbeddingDisplay.from_embedding(X, y=y, ax=ax, cmap="cividis")
    (scatter,) = display.scatters_
    np.testing.assert_array_equal(scatter.get_array(), y)
    assert scatter.get_cmap().name == "cividis"
    assert scatter.get_clim() == (y.min(), y.max())
    assert display.colorbar_.mappable is scatter
    assert display.colorbar_.ax.get_ylabel() == "angle"
    assert display.classes_ is display.legend_ is None
    without = EmbeddingDisplay.from_embedding(X, y=y, ax=ax, colorbar=False)
    assert without.colorbar_ is None


def test_values_some_of_them_not_known(rng, ax):
    X, y = rng.normal(size=(9, 2)), np.arange(9) / 4
    y[[2, 5]] = np.nan
    display = EmbeddingDisplay.from_embedding(X, y=y, ax=ax)
    np.testing.assert_array_equal(display.missing_.get_offsets(), X[[2, 5]])
    assert texts(display.legend_) == ["not known"]
    display = EmbeddingDisplay.from_embedding(X, y=y)
    display.figure_.draw_without_rendering()
    legend, axes = (a.get_window_extent() for a in (display.legend_, display.ax_))
    assert legend.x1 < axes.x1, "the colour bar stands beside the axes"
    y[:] = np.nan
    display = EmbeddingDisplay.from_embedding(X, y=y, kind="value", ax=ax)
    np.testing.assert_array_equal(display.missing_.get_offsets(), X)
    assert (display.scatters_, display.colorbar_) == ([], None)


def test_kind_that_is_asked_for(rng, ax):
    X, y = rng.normal(size=(9, 2)), np.arange(9) % 3
    display = EmbeddingDisplay.from_embedding(X, y=y, kind="value", ax=ax)
    np.testing.assert_array_equal(display.scatters_[0].get_array(), y)


def test_colour_bar_of_a_new_figure_is_as_high_as_the_axes(rng):
    X = rng.uniform(size=(9, 2)) * [10, 1]
    display = EmbeddingDisplay.from_embedding(X, y=X[:, 0])
    display.figure_.draw_without_rendering()
    bar, axes = (ax.get_window_extent() for ax in (display.colorbar_.ax, display.ax_))
    assert bar.height == pytest.approx(axes.height)
    assert bar.x0 > axes.x1
    assert bar.x1 < display.figure_.bbox.x1


def test_legend_of_many_classes_is_not_cut_off(rng):
    y = [None, *np.arange(59) % 25]
    display = EmbeddingDisplay.from_embedding(rng.uniform(size=(60, 2)), y=y)
    display.figure_.draw_without_rendering()
    drawn, whole = display.legend_.get_window_extent(), display.figure_.bbox
    assert drawn.x1 < whole.x1 and drawn.y0 > whole.y0
    assert display.ax_.get_tightbbox().x0 > whole.x0


@pytest.mark.parametrize("dimensions", [2, [2], (0, 3), [3, 1]])
def test_columns_that_are_drawn(rng, ax, dimensions):
    X = rng.normal(size=(9, 4))
    display = EmbeddingDisplay.from_embedding(X, dimensions=dimensions, ax=ax)
    drawn = display.scatters_[0].get_offsets()
    columns = np.atleast_1d(dimensions)
    if len(columns) == 1:
        np.testing.assert_array_equal(drawn, np.c_[np.arange(9), X[:, 2]])
    else:
        np.testing.assert_array_equal(drawn, X[:, columns])


@pytest.mark.parametrize("dimensions", [4, -1, (0, 0), (0, 1, 2, 3), (), 0.5, [[0, 1]]])
def test_columns_that_are_none(rng, ax, dimensions):
    with pytest.raises(ValueError, match="one, two or three of the 4 columns"):
        EmbeddingDisplay.from_embedding(
            rng.normal(size=(9, 4)), dimensions=dimensions, ax=ax
        )


def test_one_dimension(rng, ax):
    x, y = rng.normal(size=12), np.arange(12) % 2
    display = EmbeddingDisplay.from_embedding(x, y=y, ax=ax)
    places = display.scatters_[0].get_offsets()
    np.testing.assert_array_equal(places[:, 0], x)
    np.testing.assert_array_equal(np.rint(places[:, 1]), y)
    assert display.legend_ is None, "the names stand at the axis"


def test_three_dimensions(rng):
    X, y = rng.normal(size=(20, 4)), np.arange(20) % 3
    graph = kneighbors_graph(X, 2)
    display = EmbeddingDisplay.from_embedding(
        X, y=y, graph=graph, dimensions=(3, 0, 1), name="space"
    )
    assert display.ax_.name == "3d"
    np.testing.assert_array_equal(
        np.transpose(display.scatters_[0]._offsets3d), X[:, [3, 0, 1]]
    )
    assert display.ax_.get_zlabel() == "second coordinate"
    assert display.edges_._segments3d.shape[1:] == (2, 3)
    assert texts(display.legend_) == ["0", "1", "2"]
    display.figure_.draw_without_rendering()
    # A unit is as long in all directions.
    limits = [getattr(display.ax_, f"get_{axis}lim3d")() for axis in "xyz"]
    ratio = np.ptp(limits, axis=1) / display.ax_._box_aspect
    np.testing.assert_allclose(ratio, ratio[0])
    ax = Figure().add_subplot(projection="3d")
    assert display.plot(ax, colorbar=False).ax_ is ax


def test_axes_of_other_dimensions(rng, ax):
    X = rng.normal(size=(9, 3))
    with pytest.raises(ValueError, match="3 dimensions are drawn on 3-D axes"):
        EmbeddingDisplay.from_embedding(X, dimensions=(0, 1, 2), ax=ax)
    space = Figure().add_subplot(projection="3d")
    with pytest.raises(ValueError, match="2 dimensions are drawn on 2-D axes"):
        EmbeddingDisplay.from_embedding(X, ax=space)


def test_thumbnails(rng, ax):
    X, y = rng.normal(size=(200, 2)), np.arange(200) % 4
    images = rng.uniform(size=(200, 5, 4))
    display = EmbeddingDisplay.from_embedding(X, y=y, images=images, ax=ax)
    extents = np.array([image.get_extent() for image in display.images_])
    middles = (extents[:, ::2] + extents[:, 1::2]) / 2
    np.testing.assert_allclose(middles, X[display.image_indices_])
    gaps = abs(middles[:, None] - middles) / np.ptp(extents.reshape(-1, 2, 2), axis=2)
    overlap = (gaps < 1).all(axis=2)
    np.testing.assert_array_equal(overlap, np.eye(len(gaps)), "each with itself only")
    # Aspect equal: images keep theirs whatever becomes of the figure.
    np.testing.assert_allclose(
        np.ptp(extents[:, 2:], axis=1) / np.ptp(extents[:, :2], axis=1), 5 / 4
    )
    np.testing.assert_array_equal(
        display.frames_.get_edgecolor(),
        to_rgba_array(OKABE_ITO)[y[display.image_indices_]],
    )
    fewer = EmbeddingDisplay.from_embedding(X, images=images, max_images=3, ax=ax)
    assert len(fewer.images_) == 3
    smaller = EmbeddingDisplay.from_embedding(X, images=images, image_size=0.03, ax=ax)
    assert len(smaller.images_) > len(display.images_)


@pytest.mark.parametrize("y", [None, np.arange(60) % 4, np.arange(60) / 7])
def test_thumbnails_along_one_dimension_keep_their_aspect(rng, y):
    images = rng.uniform(size=(60, 8, 4, 3))
    display = EmbeddingDisplay.from_embedding(rng.normal(size=60), y=y, images=images)
    display.figure_.draw_without_rendering()
    assert len(display.images_) > 10
    for image in display.images_:
        bounds = image.get_window_extent()
        assert bounds.height / bounds.width == pytest.approx(8 / 4, rel=0.01)


def test_edges(rng, ax):
    X = rng.normal(size=(30, 2))
    graph = kneighbors_graph(X, 3)
    display = EmbeddingDisplay.from_embedding(X, graph=graph, ax=ax)
    pattern = graph.toarray() + graph.toarray().T
    expected = np.array(np.nonzero(np.triu(pattern))).T
    np.testing.assert_array_equal(display.edges_.get_segments(), X[expected])
    assert display.edges_.get_zorder() < display.scatters_[0].get_zorder()
    fewer = display.plot(ax, max_edges=7, edge_kw={"color": "red"})
    assert len(fewer.edges_.get_segments()) == 7
    assert texts(fewer.legend_) == [f"7 of {len(expected)} edges"]
    np.testing.assert_array_equal(fewer.edges_.get_color(), [to_rgba("red")])


def test_edges_by_value(rng, ax):
    X, y = rng.normal(size=(4, 2)), np.array([0, 0.25, 0.75, 1])
    graph = np.zeros((4, 4))
    graph[3, 0] = graph[1, 2] = 1
    display = EmbeddingDisplay.from_embedding(X, y=y, graph=graph, ax=ax)
    ends = colormaps["viridis"](y)
    np.testing.assert_allclose(
        display.edges_.get_color(), [ends[[0, 3]].mean(0), ends[1:3].mean(0)]
    )


@pytest.mark.parametrize(
    "estimator",
    [
        Isomap(n_neighbors=8),
        LocallyLinearEmbedding(n_neighbors=8),
        SpectralEmbedding(n_neighbors=8),
        DiffusionMap(),
        ClassicalMDS(),
        MDS(max_iter=5),
        sklearn.manifold.SpectralEmbedding(random_state=1),
    ],
    ids=lambda e: f"{type(e).__module__.split('.')[0]}.{type(e).__name__}",
)
def test_estimators(rng, ax, estimator):
    X = rng.normal(size=(50, 3))
    pipeline = make_pipeline(StandardScaler(), estimator).fit(X)
    for fitted in (estimator, pipeline):
        display = EmbeddingDisplay.from_estimator(fitted, ax=ax)
        np.testing.assert_array_equal(
            display.scatters_[0].get_offsets(), estimator.embedding_
        )
        assert ax.get_title() == type(estimator).__name__


def test_edges_of_an_estimator(rng, ax):
    X = rng.normal(size=(50, 3))
    pipeline = make_pipeline(StandardScaler(), Isomap(n_neighbors=8)).fit(X)
    display = EmbeddingDisplay.from_estimator(pipeline, edges=True, ax=ax)
    n_edges = len(display.edges_.get_segments())
    assert n_edges == pipeline[-1].graph_.nnz / 2
    other = kneighbors_graph(X, 1)
    display = EmbeddingDisplay.from_estimator(pipeline, edges=other, ax=ax)
    assert 25 <= len(display.edges_.get_segments()) <= 50
    with pytest.raises(ValueError, match="leave X out"):
        EmbeddingDisplay.from_estimator(pipeline, X, edges=True, ax=ax)


def test_rows_to_place(rng, ax):
    X = rng.normal(size=(50, 3))
    pipeline = make_pipeline(StandardScaler(), PCA(2)).fit(X)
    with pytest.raises(ValueError, match="PCA keeps no embedding_: give X"):
        EmbeddingDisplay.from_estimator(pipeline, ax=ax)
    for fitted in (pipeline, Isomap(n_neighbors=8).fit(X)):
        display = EmbeddingDisplay.from_estimator(fitted, X[:9], ax=ax)
        np.testing.assert_array_equal(
            display.scatters_[0].get_offsets(), fitted.transform(X[:9])
        )
    spectral = sklearn.manifold.SpectralEmbedding(random_state=1).fit(X)
    with pytest.raises(ValueError, match="SpectralEmbedding places no new rows"):
        EmbeddingDisplay.from_estimator(spectral, X, ax=ax)
    with pytest.raises(NotFittedError):
        EmbeddingDisplay.from_estimator(Isomap(), ax=ax)


def test_frames_of_pandas(rng, ax):
    X = pd.DataFrame(rng.normal(size=(50, 3)), columns=list("abc"))
    pca = PCA(2).set_output(transform="pandas").fit(X)
    display = EmbeddingDisplay.from_estimator(pca, X, name="two", ax=ax)
    np.testing.assert_array_equal(
        display.scatters_[0].get_offsets(), pca.transform(X).to_numpy()
    )
    assert ax.get_title() == "two"


def test_styles(rng, ax):
    X, y = rng.normal(size=(9, 2)), np.arange(9) % 2
    display = EmbeddingDisplay.from_embedding(
        X, y=y, ax=ax, scatter_kw={"color": "red", "s": 7, "lw": 2}
    )
    (scatter,) = display.scatters_
    assert tuple(scatter.get_facecolor()[0, :3]) == to_rgba("red")[:3]
    assert scatter.get_sizes() == [7]
    assert scatter.get_linewidth() == [2]
    assert display.legend_ is None, "colours of one's own are not the classes'"
    display = EmbeddingDisplay.from_embedding(X, y=y, ax=ax, legend=False)
    assert display.legend_ is None
    display = display.plot(ax, legend_kw={"title": "parity"})
    assert display.legend_.get_title().get_text() == "parity"
    display = display.plot(ax, scatter_kw={"marker": "x"})
    markers = [handle.get_marker() for handle in display.legend_.legend_handles]
    assert markers == ["x", "x"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"y": [0, 1]}, "one label for each of the 3 points"),
        ({"images": np.zeros((2, 4, 4))}, "images must have the shape"),
        ({"graph": np.eye(2)}, "graph must have one row"),
        ({"images": 3.0}, "images must have the shape"),
        ({"images": np.zeros((3, 0, 4))}, "images must have the shape"),
        ({"images": [np.eye(2), np.eye(3), np.eye(2)]}, "images must be of one shape"),
        ({"kind": "colour", "y": [0, 1, 1]}, "kind must be one of"),
        ({"max_images": 2.5}, r"max_images must be a whole .* got 2\.5"),
        ({"max_edges": -1}, r"max_edges must be a whole .* got -1"),
        ({"image_size": 0}, r"image_size must be above 0.* got 0"),
        ({"image_size": np.nan}, r"image_size must be above 0.* got nan"),
    ],
)
def test_arrays_that_do_not_belong_together(given, message):
    with pytest.raises(ValueError, match=message):
        EmbeddingDisplay.from_embedding(np.eye(3), **given)
    assert plt.get_fignums() == [], "no figure is made in vain"


def test_no_numbers(ax):
    with pytest.raises(ValueError, match="embedding contains NaN"):
        EmbeddingDisplay.from_embedding([[0, np.nan]], ax=ax)


def test_parameters_are_kept_and_pyplot_is_left_alone():
    X, y = [[0.0, 1], [1, 0]], ["a", "b"]
    display = EmbeddingDisplay(X, y=y)
    assert (display.embedding, display.y) == (X, y)
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]


def test_digits_end_to_end():
    digits = load_digits(n_class=4)
    pca = PCA(2).fit(digits.data)
    display = EmbeddingDisplay.from_estimator(
        pca, digits.data, y=digits.target, images=digits.images
    )
    display.figure_.draw_without_rendering()
    assert texts(display.legend_) == list("0123")
    assert 15 < len(display.images_) < 100
    shown = np.array([image.get_array() for image in display.images_])
    np.testing.assert_array_equal(shown, digits.images[display.image_indices_])


@pytest.mark.parametrize("colours", [{"color": "k"}, {"c": ["r", "b"] * 5}])
def test_no_scale_of_colours_of_ones_own(rng, ax, colours):
    X = rng.normal(size=(10, 2))
    display = EmbeddingDisplay.from_embedding(X, y=X[:, 0], ax=ax, scatter_kw=colours)
    assert display.colorbar_ is None
    assert ax.figure.axes == [ax]
