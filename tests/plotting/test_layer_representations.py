"""Layer representations: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier as TheirMLP
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.neural_network import (
    MLPClassifier,
    MLPRegressor,
    SequentialClassifier,
    SimpleRNNClassifier,
)
from skmanifold_nn.neural_network.layers import Activation, BatchNorm, Dense
from skmanifold_nn.plotting import LayerRepresentationsDisplay

COURSE = {"max_iter": 2, "learning_rate": "cosine", "random_state": 5}


@pytest.fixture
def figure():
    """A figure outside pyplot."""
    return Figure(figsize=(9, 3))


@pytest.fixture
def disc(rng):
    """(X, y) of a disc and the ring around it."""
    X = rng.normal(size=(120, 2))
    radius = np.repeat([0.5, 2.0], 60) + rng.uniform(0, 0.4, size=120)
    X *= (radius / np.linalg.norm(X, axis=1))[:, np.newaxis]
    return X + [10, 0], np.repeat(["disc", "ring"], 60)


def short(*sizes):
    """A network that has learned next to nothing."""
    return MLPClassifier(sizes, "tanh", **COURSE)


def test_layers_of_two_units_are_drawn_as_they_are(disc, figure):
    X, y = disc
    net = make_pipeline(StandardScaler(), short(2, 2)).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, y, n_lines=5, margin=0.25, ax=figure.subplots(1, 3)
    )
    assert [*display.places] == ["inputs", "hidden1", "hidden2"]
    scaled = net[:-1].transform(X)
    expected = [X, net[-1].transform(scaled, "hidden1"), net.transform(X)]
    for panel, places, scatters in zip(
        display.axes_, expected, display.scatters_, strict=True
    ):
        for label, scatter in zip(("disc", "ring"), scatters, strict=True):
            np.testing.assert_allclose(scatter.get_offsets(), places[y == label])
        low, high = np.transpose([panel.get_xlim(), panel.get_ylim()])
        assert (low < places.min(axis=0)).all() and (high > places.max(axis=0)).all()
    assert [t.get_text() for t in display.legend_.get_texts()] == ["disc", "ring"]
    assert display.figure_ is figure


def test_grid_lines_are_moved_as_samples_are(disc, figure):
    X, y = disc
    net = make_pipeline(StandardScaler(), short(2, 3)).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, y, n_lines=5, margin=0.25, ax=figure.subplots(1, 3)
    )
    straight, bent, wide = (np.array(grid.get_segments()) for grid in display.grids_)
    assert straight.shape == bent.shape == wide.shape == (10, 200, 2)
    span = np.ptp(X, axis=0)
    np.testing.assert_allclose(straight.min(axis=(0, 1)), X.min(axis=0) - span / 4)
    np.testing.assert_allclose(straight.max(axis=(0, 1)), X.max(axis=0) + span / 4)
    assert (np.ptp(straight, axis=1).min(axis=1) < 1e-12).all(), "lines are straight"
    scaled = net[:-1].transform(straight.reshape(-1, 2))
    moved = net[-1].transform(scaled, "hidden1").reshape(bent.shape)
    np.testing.assert_allclose(bent, moved)
    # Wider layers go to the plane by one map, that of the samples.
    hidden = net.transform(X)
    corner = net.transform(straight[:, 0])
    map_ = np.linalg.lstsq(
        hidden - hidden.mean(axis=0), display.places["hidden2"], rcond=None
    )[0]
    expected = (corner - hidden.mean(axis=0)) @ map_
    np.testing.assert_allclose(wide[:, 0], expected, atol=1e-6)


def test_whole_numbers_that_a_regressor_has_learned_are_values(disc, figure):
    X, _ = disc
    y = np.arange(120) % 17
    net = MLPRegressor(hidden_layer_sizes=(2,), **COURSE).fit(X, y)
    draw = LayerRepresentationsDisplay.from_estimator
    assert draw(net, X, y, ax=figure.subplots(1, 2)).kind == "value"
    assert draw(net, X, y.astype(str), ax=figure.subplots(1, 2)).kind == "class"
    # Without a network the same numbers are what they are in all Displays.
    named = {"inputs": X}
    draw = LayerRepresentationsDisplay.from_representations
    assert draw(named, y, ax=figure.subplots()).kind == "class"
    assert draw(named, np.arange(120), ax=figure.subplots()).kind == "value"


def test_tables_of_pipelines(disc, figure):
    X, y = disc
    net = make_pipeline(StandardScaler(), short(2, 2)).fit(X, y)
    draw = LayerRepresentationsDisplay.from_estimator
    expected = draw(net, X, y, ax=figure.subplots(1, 3))
    net = clone(net).set_output(transform="pandas").fit(X, y)
    display = draw(net, X, y, ax=figure.subplots(1, 3))
    for name, places in expected.places.items():
        np.testing.assert_array_equal(display.places[name], places)
    assert type(net.transform(X)).__name__ == "DataFrame", "the pipeline's own stays"


def test_width_three_separates_what_width_two_cannot(disc, figure):
    X, y = disc
    X = X - [10, 0]
    displays = []
    for width in (2, 3):
        net = MLPClassifier((width,), "tanh", random_state=3, alpha=0.01)
        net.set_params(solver="lbfgs", max_iter=300, tol=1e-3).fit(X, y)
        display = LayerRepresentationsDisplay.from_estimator(
            net, X, y, ax=figure.subplots(1, 2)
        )
        displays.append(display)
    assert displays[0].separability["hidden1"] < 1
    assert displays[1].separability["hidden1"] == 1
    assert displays[1].separability["inputs"] < 0.7
    titles = [ax.get_title() for ax in displays[1].axes_]
    inputs, share = (displays[1].separability["inputs"], displays[1].shares["hidden1"])
    assert titles == [
        f"inputs\nlinear accuracy {inputs:.3f}",
        f"hidden1\n2 principal components of 3 ({share:.0%})\nlinear accuracy 1.000",
    ]
    assert displays[1].widths == {"inputs": 2, "hidden1": 3}
    assert displays[1].cut_line_ is None


def test_the_cut_is_that_of_the_predictions(disc, figure):
    X, y = disc
    net = MLPClassifier((4, 2), "tanh", batch_size=20, **COURSE).fit(X - [10, 0], y)
    X = X - [10, 0]
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, y, layers=[-1], ax=figure.subplots(1, 2)
    )
    a, b, c = display.cut
    hidden = net.transform(X)
    right = hidden @ [a, b] + c > 0
    np.testing.assert_array_equal(right, net.predict(X) == "ring")
    assert display.cut_line_.axes is display.axes_[-1]
    foot, slope = display.cut_line_.get_xy1(), display.cut_line_.get_xy2()
    for place in (foot, slope):
        assert abs(np.dot(place, [a, b]) + c) < 1e-9 * np.abs(display.cut).max()


def test_no_cut_where_it_is_not_straight(disc, figure):
    X, y = disc
    first = LayerRepresentationsDisplay.from_estimator(
        short(2, 2).fit(X, y), X, y, layers="hidden1", ax=figure.subplots(1, 2)
    )
    assert first.cut is None, "the last hidden layer is not drawn"
    three = np.where(X[:, 0] > 10, y, "left")
    net = short(2).fit(X, three)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, three, ax=figure.subplots(1, 2)
    )
    assert display.cut is None
    layers = [("a", Dense(2)), ("b", BatchNorm()), ("c", Activation("tanh"))]
    net = SequentialClassifier(layers, **COURSE).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, y, ax=figure.subplots(1, 4)
    )
    assert [*display.places] == ["inputs", "a", "b", "c"]
    assert display.cut is not None


def test_inputs_of_more_features_have_no_grid(rng, figure):
    X = rng.normal(size=(30, 4)).astype(np.float32)
    y = X[:, 0] > 0
    net = SimpleRNNClassifier((3,), **COURSE).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, y, ax=figure.subplots(1, 2)
    )
    assert display.grids_ == [None, None]
    assert "of 4" in display.axes_[0].get_title()


def test_values_have_a_scale(rng, figure):
    X = rng.normal(size=(40, 2))
    y = X[:, 0] + 0.5 * X[:, 1]
    net = MLPRegressor(hidden_layer_sizes=(3,), **COURSE).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, y, ax=figure.subplots(1, 2)
    )
    np.testing.assert_array_equal(display.scatters_[0][0].get_array(), y)
    assert display.colorbar_ is not None and display.legend_ is None
    assert display.separability["inputs"] == pytest.approx(1)
    assert display.axes_[0].get_title() == "inputs\nlinear $R^2$ 1.000"


def test_without_labels(disc, figure):
    X, y = disc
    net = short(2).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, X, n_lines=0, ax=figure.subplots(1, 2)
    )
    assert display.separability is None and display.legend_ is None
    assert display.lines == {}
    assert display.axes_[1].get_title() == "hidden1"
    np.testing.assert_array_equal(display.scatters_[0][0].get_offsets(), X)


def test_data_frames(disc, figure):
    pandas = pytest.importorskip("pandas")
    X, y = disc
    table = pandas.DataFrame(X, columns=["a", "b"])
    net = make_pipeline(StandardScaler(), short(2)).set_output(transform="pandas")
    net = GridSearchCV(net, {"mlpclassifier__alpha": [0.1]}, cv=2).fit(table, y)
    display = LayerRepresentationsDisplay.from_estimator(
        net, table, pandas.Series(y), ax=figure.subplots(1, 2)
    )
    np.testing.assert_array_equal(display.places["inputs"], X)
    assert display.grids_[1] is not None


def test_representations(rng, figure):
    found = {"one": rng.normal(size=(9, 1)), "five": rng.normal(size=(9, 5))}
    display = LayerRepresentationsDisplay.from_representations(
        found, [0, 1, 2] * 3, ax=figure.subplots(1, 2)
    )
    np.testing.assert_array_equal(display.places["one"][:, 0], found["one"][:, 0])
    assert not display.places["one"][:, 1].any()
    assert [len(scatters) for scatters in display.scatters_] == [3, 3]
    by_value = LayerRepresentationsDisplay.from_representations(
        found, np.linspace(0, 1, 9), ax=figure.subplots(1, 2)
    )
    assert by_value.kind == "value"


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("kind", ["class", "value"])
def test_samples_of_which_nothing_is_known(rng, figure, kind, missing):
    X = rng.normal(size=(40, 2))
    y = X[:, 0] if kind == "value" else (X[:, 0] > 0).astype(int)
    known = np.arange(40) % 4 > 0
    given = y.astype(object)
    given[~known] = missing
    draw = LayerRepresentationsDisplay.from_representations
    display = draw({"a": X}, given, kind=kind, ax=figure.subplots())
    assert display.separability["a"] == pytest.approx(1)
    *scatters, others = display.scatters_[0]
    assert sum(len(scatter.get_offsets()) for scatter in scatters) == 30
    np.testing.assert_array_equal(others.get_offsets(), X[~known])
    if kind == "value":
        assert display.colorbar_.mappable is scatters[0]
    else:
        names = [text.get_text() for text in display.legend_.get_texts()]
        assert names == ["0", "1", "not known"]
    strings = pd.Series(given).astype("string")
    if kind == "class":
        again = draw({"a": X}, strings, ax=figure.subplots())
        assert again.separability == display.separability
    display = draw({"a": X}, [missing] * 40, kind=kind, ax=figure.subplots())
    assert display.separability is display.colorbar_ is None


def test_what_cannot_be_drawn(disc, figure):
    X, y = disc
    refused = LayerRepresentationsDisplay.from_estimator
    for other in (LogisticRegression(), TheirMLP((2,), max_iter=30, tol=9)):
        other.fit(X, y)
        with pytest.raises(ValueError, match=r"no layers.*from_representations"):
            refused(other, X, y)
    net = short(2).fit(X, y)
    for layer in ("hidden2", 1, -2):
        with pytest.raises(ValueError, match=rf"\['hidden1'\].* got {layer!r}"):
            refused(net, X, y, layers=[layer])
    with pytest.raises(NotFittedError):
        refused(MLPClassifier(), X, y)
    for wrong in (-1, 2.5, None):
        with pytest.raises(ValueError, match=f"n_lines must be .* got {wrong}"):
            refused(net, X, y, n_lines=wrong)
    with pytest.raises(ValueError, match="kind must be one of auto, class, value"):
        LayerRepresentationsDisplay.from_representations({"a": X}, y, kind="label")
    with pytest.raises(ValueError, match="one sample at least"):
        LayerRepresentationsDisplay.from_representations({"a": X[:0]})
    for wrong in ({}, X):
        with pytest.raises(TypeError, match=r"representations must be a dict .* layer"):
            LayerRepresentationsDisplay.from_representations(wrong, y)
    given = LayerRepresentationsDisplay.from_representations
    with pytest.raises(ValueError, match=r"representations, \['a'\], got \['b'\]"):
        given({"a": X}, grids={"b": np.zeros((2, 2, 2))})
    for cut in ([0, 0, 1], [1, 2]):
        with pytest.raises(ValueError, match="cut must be the numbers"):
            given({"a": X}, cut=cut)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        refused(net, X, y[:-1])
    with pytest.raises(ValueError, match="y must be one label a point"):
        refused(net, X, np.column_stack([y, y]))
    assert plt.get_fignums() == []


def test_styles_and_drawing_again(disc, figure):
    X, y = disc
    net = short(2).fit(X, y)
    display = LayerRepresentationsDisplay.from_estimator(net, X, y)
    assert plt.get_fignums() == [display.figure_.number]
    assert len(display.figure_.axes) == 2
    styles = {
        "scatter_kw": {"s": 3},
        "line_kw": {"color": "red"},
        "cut_kw": {"linewidth": 5},
    }
    display.plot(figure.subplots(), n_columns=1, **styles)
    assert display.figure_ is figure
    assert display.axes_[0].get_position().y0 > display.axes_[1].get_position().y1
    assert display.scatters_[1][0].get_sizes() == [3]
    assert tuple(display.grids_[0].get_color()[0]) == (1, 0, 0, 1)
    assert display.cut_line_.get_linewidth() == 5


def test_what_has_no_place(disc, figure):
    X, y = disc
    X = X.copy()
    net = make_pipeline(SimpleImputer(), short(2)).fit(X, y)
    X[3, 0], X[5, 1] = np.nan, np.inf
    draw = LayerRepresentationsDisplay.from_estimator
    with pytest.raises(ValueError, match=r"X contains NaN or infinity in 2 of 120 .*"):
        draw(net, X, y)
    X[5, 1] = 0
    display = draw(net[-1], net[:-1].transform(X), y, ax=figure.subplots(1, 2))
    assert len(display.places["inputs"]) == 120, "as the error has it"
    draw = LayerRepresentationsDisplay.from_representations
    with pytest.raises(
        ValueError, match=r"representations\['b'\] contains NaN .* 1 of"
    ):
        draw({"a": X[:, 1:], "b": X}, y)
    with pytest.raises(ValueError, match=r"representations\['a'\] must be numbers"):
        draw({"a": [["red"], ["blue"]]})
    with pytest.raises(ValueError, match="y must be numbers to be drawn by value"):
        draw({"a": X[6:]}, y[6:], kind="value")


def test_drawn_again_on_the_same_panels(disc, figure):
    X, _ = disc
    ax = figure.subplots()
    draw = LayerRepresentationsDisplay.from_representations
    display = draw({"inputs": X, "again": X}, X[:, 0], ax=ax)
    n_axes = len(figure.axes)
    display.plot(ax=display.axes_)
    assert len(figure.axes) == n_axes
    with pytest.raises(ValueError, match="has given its place to panels before"):
        display.plot(ax=ax)


def test_the_scale_has_the_name_of_the_values(rng, figure):
    X = {"a": rng.normal(size=(9, 2))}
    draw = LayerRepresentationsDisplay.from_representations
    for y, name in ((X["a"][:, 0], "y"), (pd.Series(X["a"][:, 0], name="age"), "age")):
        display = draw(X, y, ax=figure.subplots())
        assert display.colorbar_.ax.get_ylabel() == name
    display = draw(X, y, ax=figure.subplots(), scatter_kw={"color": "black"})
    assert display.colorbar_ is None, "a scale of nothing that is drawn"
