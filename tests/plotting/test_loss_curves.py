"""Loss curves: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import sklearn.neural_network
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.neural_network import (
    ConvNetClassifier,
    GRUClassifier,
    MLPClassifier,
    MLPRegressor,
    SequentialClassifier,
)
from skmanifold_nn.neural_network.layers import Dense
from skmanifold_nn.plotting import LossCurveDisplay

COURSE = {"max_iter": 4, "n_iter_no_change": 10, "random_state": 3, "batch_size": 20}
COURSE["learning_rate"] = "cosine"  # all epochs are meant


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def case(rng):
    """(X, y) of two classes."""
    X = rng.normal(size=(60, 3))
    return X, np.where(X[:, 0] > 0, "a", "b")


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def assert_curve(line, values):
    np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(values) + 1))
    np.testing.assert_array_equal(line.get_ydata(), values)


def test_losses_of_a_network(case, ax):
    X, y = case
    net = MLPClassifier((4,), **COURSE)
    net.fit(X[:40], y[:40], X_val=X[40:], y_val=y[40:])
    display = LossCurveDisplay.from_estimator(net, ax=ax)
    name = "MLPClassifier"
    assert_curve(display.loss_lines_[name], net.loss_curve_)
    assert_curve(display.validation_lines_[name], net.validation_loss_curve_)
    assert len(net.loss_curve_) == 4
    best = np.argmin(net.validation_loss_curve_)
    assert display.best_epochs_ == {name: best + 1}
    point = display.best_points_[name].get_xydata()
    np.testing.assert_array_equal(point, [[best + 1, net.validation_loss_curve_[best]]])
    assert display.score_ax_ is None
    assert texts(display.legend_) == [
        "training loss",
        "validation loss",
        f"best epoch: {best + 1}",
    ]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert ax.get_yscale() == "linear"
    assert display.ax_ is ax and display.figure_ is ax.figure


def test_scores_have_an_axis_of_their_own(case, ax):
    X, y = case
    net = MLPClassifier((4,), early_stopping=True, **COURSE).fit(X, y)
    display = LossCurveDisplay.from_estimator(net, name="net", log=True, ax=ax)
    assert_curve(display.score_lines_["net"], net.validation_scores_)
    assert display.score_lines_["net"].axes is display.score_ax_
    assert display.score_ax_.get_ylabel() == "validation score"
    best = np.argmax(net.validation_scores_)
    np.testing.assert_array_equal(
        display.best_points_["net"].get_xydata(),
        [[best + 1, net.best_validation_score_]],
    )
    assert ax.get_yscale() == "log" and display.score_ax_.get_yscale() == "linear"
    # Without scores, the best epoch is still theirs.
    other = LossCurveDisplay.from_estimator(net, ax=Figure().subplots(), scores=False)
    assert other.score_ax_ is None and other.score_lines_ == {}
    assert [*other.best_epochs_.values()] == [best + 1]
    (point,) = other.best_points_.values()
    assert point.get_ydata() == [net.validation_loss_curve_[best]]


def test_scores_that_are_the_loss_are_not_drawn_twice(case, ax):
    net = MLPClassifier((4,), early_stopping=True, scoring="loss", **COURSE).fit(*case)
    display = LossCurveDisplay.from_estimator(net, ax=ax)
    assert display.validation_scores == {}
    assert display.score_ax_ is None
    best = np.argmin(net.validation_loss_curve_)
    assert display.best_epochs_ == {"MLPClassifier": best + 1}


def test_networks_of_scikit_learn(case, ax):
    X, y = case
    net = sklearn.neural_network.MLPClassifier(
        (4,), early_stopping=True, max_iter=300, tol=0.1, random_state=3
    ).fit(X, y)
    display = LossCurveDisplay.from_estimator(net, ax=ax)
    assert_curve(display.loss_lines_["MLPClassifier"], net.loss_curve_)
    assert_curve(display.score_lines_["MLPClassifier"], net.validation_scores_)
    assert display.validation_lines_ == {}
    small = sklearn.neural_network.MLPClassifier(
        (2,), solver="lbfgs", alpha=1, max_iter=999, random_state=3
    ).fit(X, y)
    with pytest.raises(ValueError, match=r"has no loss_curve_.*lbfgs.*from_curves"):
        LossCurveDisplay.from_estimator(small, ax=ax)
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(MLPClassifier(), ax=ax)


def test_networks_within_other_estimators(case, ax):
    X, y = case
    net = MLPClassifier((4,), **COURSE)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), net), {"mlpclassifier__alpha": [0.1]}, cv=2
    ).fit(X, y)
    display = LossCurveDisplay.from_estimator(search, ax=ax)
    losses = search.best_estimator_[-1].loss_curve_
    assert_curve(display.loss_lines_["MLPClassifier"], losses)
    scaled = TransformedTargetRegressor(MLPRegressor(**COURSE), transformer=None)
    scaled.fit(X, X[:, 1])
    display = LossCurveDisplay.from_estimator(scaled, ax=ax)
    assert_curve(display.loss_lines_["MLPRegressor"], scaled.regressor_.loss_curve_)


def test_several_networks(case, ax):
    X, y = case
    nets = {
        "dense": SequentialClassifier([("dense", Dense(3))], **COURSE),
        "recurrent": GRUClassifier((3,), **COURSE),
        "convolution": ConvNetClassifier((2,), **COURSE),
        "perceptron": MLPClassifier((3,), early_stopping=True, **COURSE),
    }
    for name, net in nets.items():
        known = {} if name == "perceptron" else {"X_val": X[40:], "y_val": y[40:]}
        net.fit(X[:40], y[:40], **known)
    display = LossCurveDisplay.from_estimators(nets, ax=ax)
    assert [*display.loss_lines_] == [*nets]
    for name, net in nets.items():
        assert_curve(display.loss_lines_[name], net.loss_curve_)
        assert_curve(display.validation_lines_[name], net.validation_loss_curve_)
        colours = {display.loss_lines_[name].get_color()}
        colours |= {display.validation_lines_[name].get_color()}
        colours |= {display.best_points_[name].get_color()}
        assert len(colours) == 1, "all that is of a network has its colour"
    assert len({line.get_color() for line in display.loss_lines_.values()}) == 4
    assert [*display.score_lines_] == ["perceptron"]
    assert texts(display.legend_) == [
        *nets,
        *("training loss", "validation loss", "validation score", "best epoch"),
    ]


def test_the_legend_of_several_networks_is_beside_them():
    figure = Figure(layout="constrained")
    display = LossCurveDisplay({"a": [2, 1], "b": [3, 1]}).plot(figure.subplots())
    figure.draw_without_rendering()
    assert display.legend_.get_window_extent().x0 > display.ax_.bbox.x1
    inside = LossCurveDisplay({"a": [2, 1]}).plot(figure.subplots())
    figure.draw_without_rendering()
    assert inside.legend_.get_window_extent().x1 < inside.ax_.bbox.x1


def test_curves(ax):
    display = LossCurveDisplay.from_curves(
        [3, 2, 1.5], validation_losses=[4, np.nan, 5], ax=ax
    )
    assert_curve(display.loss_lines_[""], [3, 2, 1.5])
    assert display.best_epochs_ == {"": 1}
    display = LossCurveDisplay.from_curves(
        {"a": [1, 2], "b": [1]}, validation_losses={"b": [np.nan]}, ax=ax
    )
    assert display.best_epochs_ == {}
    assert display.loss_lines_["b"].get_marker() == ".", "one epoch is seen"


def test_what_is_no_curve(ax):
    with pytest.raises(ValueError, match=r"losses must be one number an epoch.*\(2, 1"):
        LossCurveDisplay.from_curves([[1.0], [2.0]], ax=ax)
    with pytest.raises(ValueError, match=r"validation_losses.*names.*\['a'\], got 'b'"):
        LossCurveDisplay.from_curves({"a": [1]}, validation_losses={"b": [1]}, ax=ax)
    for wrong in ({}, [3.0]):
        with pytest.raises(TypeError, match=r"estimators must be a dict .* a network"):
            LossCurveDisplay.from_estimators(wrong, ax=ax)
    with pytest.raises(ValueError, match="losses must have a curve at least"):
        LossCurveDisplay.from_curves({}, ax=ax)
    with pytest.raises(ValueError, match="losses must be one number an epoch"):
        LossCurveDisplay.from_curves(None, ax=ax)


def test_scores_may_go_on_longer_than_losses(ax):
    display = LossCurveDisplay.from_curves(
        [2, 1], validation_scores=[1, 2, 3, 9], scores=False, ax=ax
    )
    assert display.best_epochs_ == {"": 4}
    assert display.best_points_ == {}


def test_styles_and_drawing_again(ax):
    display = LossCurveDisplay({"net": [2, 1]}, validation_losses={"net": [3, 2]})
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
    display.plot(
        ax, line_kw={"c": "red"}, validation_kw={"lw": 4}, best_kw={"marker": "s"}
    )
    assert display.ax_ is ax
    assert to_rgba(display.loss_lines_["net"].get_color()) == to_rgba("red")
    assert display.validation_lines_["net"].get_linewidth() == 4
    assert display.best_points_["net"].get_marker() == "s"
