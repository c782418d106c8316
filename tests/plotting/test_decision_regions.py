"""Decision regions: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skmanifold_nn.neural_network import MLPClassifier
from skmanifold_nn.plotting import DecisionRegionsDisplay
from skmanifold_nn.plotting._drawing import OKABE_ITO


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


def blobs(n_classes, n_samples=90):
    X, y = make_blobs(n_samples, centers=n_classes, cluster_std=0.5, random_state=5)
    return X, y


def colour_at(display, place):
    """Of the region that is drawn at a place."""
    surfaces = display.boundary_.surface_
    for mesh in surfaces if isinstance(surfaces, list) else [surfaces]:
        mesh.update_scalarmappable()
        row = np.abs(display.xx1[:, 0] - place[1]).argmin()
        column = np.abs(display.xx0[0] - place[0]).argmin()
        values = np.ma.asarray(mesh.get_array()).reshape(display.xx0.shape)
        if not np.ma.getmaskarray(values)[row, column]:
            colours = mesh.get_facecolor().reshape(*display.xx0.shape, 4)
            return colours[row, column]


def test_regions_are_the_predictions(ax):
    X, y = blobs(2)
    y = np.array(["cat", "dog"])[y]
    net = MLPClassifier((5,), solver="lbfgs", alpha=1, max_iter=999, random_state=1)
    net.fit(X, y)
    display = DecisionRegionsDisplay.from_estimator(
        net, X, y, grid_resolution=30, margin=0.25, ax=ax
    )
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_array_equal(display.predictions.ravel(), net.predict(grid))
    span = np.ptp(X, axis=0)
    np.testing.assert_allclose(grid.min(axis=0), X.min(axis=0) - span / 4)
    np.testing.assert_allclose(grid.max(axis=0), X.max(axis=0) + span / 4)
    np.testing.assert_allclose(ax.get_xlim(), display.xx0[0, [0, -1]])
    assert isinstance(display.boundary_, DecisionBoundaryDisplay)
    for label, colour in zip(("cat", "dog"), OKABE_ITO, strict=False):
        centre = X[y == label].mean(axis=0)
        assert tuple(colour_at(display, centre)[:3]) == to_rgba(colour)[:3]
    assert len(display.borders_) == 1
    assert display.ax_ is ax and display.figure_ is ax.figure


def test_samples_and_legend(ax):
    X, y = blobs(3)
    display = DecisionRegionsDisplay.from_estimator(
        DecisionTreeClassifier(random_state=1).fit(X, y), X, y, ax=ax
    )
    for k, scatter in enumerate(display.scatters_):
        np.testing.assert_array_equal(scatter.get_offsets(), X[y == k])
        shade = colour_at(display, X[y == k][0])
        np.testing.assert_allclose(shade[:3], scatter.get_facecolor()[0, :3])
    assert [t.get_text() for t in display.legend_.get_texts()] == ["0", "1", "2"]
    assert display.predictions.shape == (200, 200)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_borders_run_where_two_classes_are_equal(ax, n_classes):
    X, y = blobs(n_classes)
    model = LogisticRegression(max_iter=2000).fit(X, y)
    display = DecisionRegionsDisplay.from_estimator(
        model, X, y, probabilities=True, ax=ax
    )
    assert len(display.borders_) == (1 if n_classes == 2 else n_classes)
    for border in display.borders_:
        places = np.concatenate([path.vertices for path in border.get_paths()])
        shares = np.sort(model.predict_proba(places), axis=1)
        np.testing.assert_allclose(shares[:, -1], shares[:, -2], atol=0.06)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_unlikely_regions_are_pale(ax, n_classes):
    X, y = blobs(n_classes)
    pipeline = make_pipeline(
        StandardScaler(), MLPClassifier((6,), solver="lbfgs", alpha=1, random_state=1)
    ).fit(X, y)
    display = DecisionRegionsDisplay.from_estimator(
        pipeline, X, y, probabilities=True, grid_resolution=50, ax=ax
    )
    np.testing.assert_allclose(display.probabilities.sum(axis=2), 1)
    sure = np.abs(display.probabilities[..., 0] - 0.99).argmin()
    unsure = np.abs(display.probabilities[..., 0] - 0.55).argmin()
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    strong, pale = (colour_at(display, grid[k])[:3] for k in (sure, unsure))
    assert pale.sum() > strong.sum() + 0.5
    blue = np.array(to_rgba(OKABE_ITO[0])[:3])
    assert np.abs(strong - blue).max() < 0.1


def test_data_frames_name_the_axes(ax):
    pandas = pytest.importorskip("pandas")
    X, y = blobs(2)
    table = pandas.DataFrame(X, columns=["length", "width"])
    model = KNeighborsClassifier().fit(table, y)
    display = DecisionRegionsDisplay.from_estimator(
        model, table, pandas.Series(y), grid_resolution=9, ax=ax
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("length", "width")
    np.testing.assert_array_equal(display.scatters_[1].get_offsets(), X[y == 1])


def test_samples_with_nan_have_no_place(ax):
    X, y = blobs(2)
    X[::5, 0], X[1::5, 1] = np.nan, np.nan
    X[2, 0] = np.inf
    kept = np.isfinite(X).all(axis=1)
    model = DecisionTreeClassifier(max_depth=3).fit(X[kept], y[kept])
    draw = DecisionRegionsDisplay.from_estimator
    display = draw(model, X, list(y), grid_resolution=9, ax=ax)
    expected = draw(model, X[kept], y[kept], grid_resolution=9, ax=ax)
    np.testing.assert_array_equal(display.predictions, expected.predictions)
    for found, wanted in zip(display.scatters_, expected.scatters_, strict=True):
        np.testing.assert_array_equal(found.get_offsets(), wanted.get_offsets())
    (scatter,) = draw(model, X, ax=ax).scatters_
    np.testing.assert_array_equal(scatter.get_offsets(), X[kept])
    table = pd.DataFrame(X, columns=["a", "b"]).astype("Float64")
    model.fit(table[kept], y[kept])
    objects = np.where(np.isnan(X), pd.NA, X)
    for given in (table, objects):
        model.fit(given[kept], y[kept])
        scatters = draw(model, given, pd.Series(y), ax=ax).scatters_
        for k, scatter in enumerate(scatters):
            np.testing.assert_array_equal(scatter.get_offsets(), X[kept & (y == k)])
        assert len(scatters) == 2
    with pytest.raises(ValueError, match="no sample of two finite features"):
        draw(model, X[~kept], ax=ax)
    empty = Figure().subplots()
    expected.X, expected.y = X[~kept], None
    with pytest.raises(ValueError, match="no sample of two finite features"):
        expected.plot(empty)
    assert not empty.has_data()


def test_styles_and_names_go_with_the_samples_that_have_a_place(ax):
    X, y = blobs(2)
    X[::5, 0] = np.nan
    kept, sizes = np.isfinite(X).all(axis=1), np.arange(90.0)
    model = DecisionTreeClassifier().fit(X[kept], y[kept])
    labels = pd.Series(y, index=range(7, 97), name="kind").astype("Float64")
    labels.iloc[0] = None  # a sample without a place
    display = DecisionRegionsDisplay.from_estimator(
        model, X, labels, grid_resolution=9, scatter_kw={"s": sizes}, ax=ax
    )
    names = [text.get_text() for text in display.legend_.get_texts()]
    assert (display.legend_.get_title().get_text(), names) == ("kind", ["0", "1"])
    for scatter, k in zip(display.scatters_, (0, 1), strict=True):
        np.testing.assert_array_equal(scatter.get_sizes(), sizes[kept & (y == k)])
    assert display.plot(ax, scatter_kw={"c": sizes}).scatters_[0].get_clim() == (0, 89)


def test_labels_that_are_not_known(ax):
    X, y = blobs(2)
    y = pd.Series(np.array(["cat", "dog"])[y], dtype="string")
    tree = DecisionTreeClassifier().fit(X, y.astype(object))
    y[::3] = None
    display = DecisionRegionsDisplay.from_estimator(tree, X, y, ax=ax)
    *scatters, others = display.scatters_
    np.testing.assert_array_equal(others.get_offsets(), X[::3])
    for name, scatter in zip(tree.classes_, scatters, strict=True):
        np.testing.assert_array_equal(
            scatter.get_offsets(), X[(y == name).fillna(False)]
        )
    names = [text.get_text() for text in display.legend_.get_texts()]
    assert names == ["cat", "dog", "not known"]


def test_many_classes_have_no_legend():
    X, y = blobs(13)
    ax = Figure(layout="constrained").subplots()
    model = KNeighborsClassifier(1).fit(X, y)
    draw = DecisionRegionsDisplay.from_estimator
    display = draw(model, X, y, grid_resolution=9, ax=ax)
    assert display.legend_ is None
    assert len(display.scatters_) == 13


def test_one_class_and_no_labels(ax):
    X, _ = blobs(2, 10)
    model = KNeighborsClassifier(1).fit(X, np.full(10, "all"))
    display = DecisionRegionsDisplay.from_estimator(model, X, grid_resolution=5, ax=ax)
    assert display.borders_ == []
    assert display.legend_ is None
    (scatter,) = display.scatters_
    np.testing.assert_array_equal(scatter.get_offsets(), X)
    display = DecisionRegionsDisplay.from_predictions(
        *np.meshgrid([0, 1], [0, 1, 2]), [[0, 1], [0, 1], [0, 1]], ax=ax
    )
    assert display.scatters_ == [] and display.X is None
    assert list(display.classes) == [0, 1]


def test_what_cannot_be_drawn(ax, rng):
    X, y = blobs(2)
    wide = rng.normal(size=(90, 3))
    refused = DecisionRegionsDisplay.from_estimator
    with pytest.raises(ValueError, match="two features, got 3"):
        refused(LogisticRegression().fit(wide, y), wide, y, ax=ax)
    with pytest.raises(ValueError, match="draws classifiers, got KMeans"):
        refused(KMeans(2, n_init=1, random_state=1).fit(X), X, ax=ax)
    with pytest.raises(ValueError, match="LinearSVC has not: set probabilities=False"):
        refused(LinearSVC().fit(X, y), X, y, probabilities=True, ax=ax)
    several = KNeighborsClassifier().fit(X, np.column_stack([y, y]))
    with pytest.raises(ValueError, match="KNeighborsClassifier predicts several"):
        refused(several, X, ax=ax)
    model = LogisticRegression().fit(X, y)
    for wrong in (1, 2.5, None):
        with pytest.raises(ValueError, match="grid_resolution must be an int greater"):
            refused(model, X, grid_resolution=wrong, ax=ax)
    with pytest.raises(ValueError, match="margin must be at least 0"):
        refused(model, X, margin=-0.1, ax=ax)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        refused(model, X, y[:-1], ax=ax)
    with pytest.raises(NotFittedError):
        refused(MLPClassifier(), X, ax=ax)


def test_networks_of_several_labels_are_refused(ax):
    X, y = blobs(2)
    net = MLPClassifier((2,), max_iter=20, tol=9.0, n_iter_no_change=1, random_state=1)
    net.fit(X, np.column_stack([y, 1 - y]))
    with pytest.raises(ValueError, match="MLPClassifier predicts several"):
        DecisionRegionsDisplay.from_estimator(net, X, grid_resolution=5, ax=ax)


def test_grids_that_do_not_fit(ax):
    xx0, xx1 = np.meshgrid(np.arange(5.0), np.arange(4.0))
    labels = (xx0 > 2).astype(int)
    draw = DecisionRegionsDisplay.from_predictions
    for wrong in (
        (xx0, xx1.T, labels),
        (xx0, xx1, labels.ravel()),
        (xx0[0], xx1[0], labels[0]),
    ):
        with pytest.raises(ValueError, match="must be tables of one shape"):
            draw(*wrong, ax=ax)
    # Classes in another order would give the regions each other's colours.
    with pytest.raises(ValueError, match=r"ascending order, got \[1 0\]"):
        draw(xx0, xx1, labels, classes=[1, 0], ax=ax)
    with pytest.raises(ValueError, match=r"are predicted, \[0 1\], got \[0 2\]"):
        draw(xx0, xx1, labels, classes=[0, 2], ax=ax)
    with pytest.raises(ValueError, match=r"the shape \(4, 5, 2\), .* got \(4, 5, 3\)"):
        draw(xx0, xx1, labels, probabilities=np.ones((4, 5, 3)), ax=ax)
    with pytest.raises(ValueError, match="two features, got 3"):
        draw(xx0, xx1, labels, X=np.ones((6, 3)), ax=ax)


def test_styles_and_drawing_again(ax):
    X, y = blobs(2)
    model = LogisticRegression().fit(X, y)
    display = DecisionRegionsDisplay.from_estimator(model, X, y, grid_resolution=20)
    assert plt.get_fignums() == [display.figure_.number]
    display.plot(
        ax,
        region_kw={"alpha": 0.9},
        border_kw={"linewidths": 3},
        scatter_kw={"s": 2, "color": "black"},
    )
    assert display.ax_ is ax
    assert display.boundary_.surface_.get_alpha() == 0.9
    assert display.borders_[0].get_linewidth() == 3
    assert all(s.get_sizes() == [2] for s in display.scatters_)
    assert all(s.get_facecolor()[0, 0] == 0 for s in display.scatters_)
    display.plot(ax, border_kw={"cmap": "plasma"})
    assert display.borders_[0].get_cmap().name == "plasma"
