"""Predictions of sequences beside what is true: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from skmanifold_nn.neural_network import (
    GRUClassifier,
    LSTMRegressor,
    SequenceScaler,
    SimpleRNNRegressor,
)
from skmanifold_nn.plotting import SequencePredictionsDisplay

COURSE = {"max_iter": 2, "learning_rate": "cosine", "random_state": 5}


@pytest.fixture
def figure():
    """A figure outside pyplot."""
    return Figure(figsize=(9, 6))


@pytest.fixture
def ax(figure):
    """One pair of axes, whose place the panels share."""
    return figure.subplots()


def titles(display):
    return [panel.get_title() for panel in display.axes_]


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_values_of_every_step(rng, ax):
    X = rng.normal(size=(8, 6, 2))
    y = X.sum(axis=2)
    net = make_pipeline(
        SequenceScaler(), LSTMRegressor((3,), targets="step", **COURSE)
    ).fit(X, y)
    display = SequencePredictionsDisplay.from_estimator(net, X, y, ax=ax)
    p = net.predict(X)
    assert len(display.axes_) == 6, "a few sequences"
    for k, (true, predicted) in enumerate(
        zip(display.truth_lines_, display.prediction_lines_, strict=True)
    ):
        np.testing.assert_array_equal(true.get_xydata()[:, 0], np.arange(6))
        np.testing.assert_array_equal(true.get_ydata(), y[k])
        np.testing.assert_array_equal(predicted.get_ydata(), p[k])
    errors = np.sqrt(np.mean((p - y)[:6] ** 2, axis=1))
    np.testing.assert_allclose(display.errors_[:, 0], errors)
    assert titles(display)[2] == f"sequence 2, RMSE {errors[2]:.3g}"
    assert texts(display.legend_) == ["true", "predicted"]
    assert len({panel.get_ylim() for panel in display.axes_}) == 1
    assert [panel.get_xlabel() for panel in display.axes_] == [""] * 3 + ["step"] * 3
    assert display.figure_ is ax.figure


def test_several_outputs_and_padding(rng, ax):
    X = rng.normal(size=(6, 7, 1))
    y = np.concatenate([X, -3 * X], axis=2)
    lengths = np.array([7, 3, 5, 2, 7, 6])
    for k, n in enumerate(lengths):
        X[k, n:] = y[k, n:] = np.nan
    net = SimpleRNNRegressor((3,), mask="nan", **COURSE).fit(X, y)
    display = SequencePredictionsDisplay.from_estimator(
        net, X, y, sequences=[-1, 1], output_names=["up", "down"], ax=ax
    )
    assert display.errors_.shape == (2, 2)
    assert [len(line.get_xdata()) for line in display.truth_lines_] == [6, 6, 3, 3]
    np.testing.assert_array_equal(display.truth_lines_[1].get_ydata(), y[5, :6, 1])
    predicted = net.predict(X)[1, :3, 0]
    np.testing.assert_array_equal(display.prediction_lines_[2].get_ydata(), predicted)
    heads = [title.rsplit(",", 1)[0] for title in titles(display)]
    assert heads == [
        *("sequence 5, up", "sequence 5, down"),
        *("sequence 1, up", "sequence 1, down"),
    ]
    limits = [panel.get_ylim() for panel in display.axes_]
    assert limits[0] == limits[2] and limits[1] == limits[3] != limits[0]
    second = SequencePredictionsDisplay.from_estimator(
        net, X, y, sequences=1, outputs=1, ax=ax.figure.subplots()
    )
    np.testing.assert_array_equal(second.errors_, display.errors_[1:, 1:])


def test_classes_of_every_step_of_sequences_of_any_length(rng, ax):
    X = [rng.normal(size=(n, 2)) for n in (4, 9, 5, 3, 6)]
    y = [np.where(x[:, 0] > 0, "up", "down") for x in X]
    net = GRUClassifier((4,), **COURSE).fit(X, y)
    display = SequencePredictionsDisplay.from_estimator(
        net, X, y, sequences=[1, 2], ax=ax
    )
    p = net.predict(X)
    for k, place in ((1, 0), (2, 1)):
        np.testing.assert_array_equal(
            display.truth_lines_[place].get_ydata(), y[k] == "up"
        )
        np.testing.assert_array_equal(
            display.prediction_lines_[place].get_ydata(), p[k] == "up"
        )
        wrong = np.flatnonzero(p[k] != y[k])
        np.testing.assert_array_equal(display.wrong_points_[place].get_xdata(), wrong)
        assert display.errors_[place, 0] == np.mean(p[k] == y[k])
        assert titles(display)[place].startswith(f"sequence {k}, accuracy ")
    assert any(len(points.get_xdata()) for points in display.wrong_points_)
    labels = [text.get_text() for text in display.axes_[0].get_yticklabels()]
    assert labels == ["down", "up"]
    assert texts(display.legend_) == ["true", "predicted", "wrong"]


def test_forecasts_follow_one_another(rng, ax):
    X = rng.normal(size=(40, 5))
    y = X[:, 4] * 2
    model = Ridge().fit(X, y)
    days = np.datetime64("2024-02-01") + np.arange(40)
    display = SequencePredictionsDisplay.from_estimator(model, X, y, steps=days, ax=ax)
    (true,), (predicted,) = display.truth_lines_, display.prediction_lines_
    np.testing.assert_array_equal(true.get_ydata(), y)
    np.testing.assert_array_equal(true.get_xdata(), days)
    np.testing.assert_array_equal(predicted.get_ydata(), model.predict(X))
    assert titles(display) == [f"RMSE {display.errors_[0, 0]:.3g}"]
    some = SequencePredictionsDisplay.from_estimator(
        model, X, y, sequences=[3, 4, 5], ax=ax.figure.subplots()
    )
    np.testing.assert_array_equal(some.truth_lines_[0].get_ydata(), y[3:6])
    assert some.axes_[0].get_xlabel() == "sample"


def test_outputs_of_a_target_for_each_sequence(rng, ax):
    y, p = rng.normal(size=(2, 12, 3))
    display = SequencePredictionsDisplay.from_predictions(
        y, p, targets="sequence", ax=ax
    )
    assert len(display.axes_) == 3
    np.testing.assert_array_equal(display.truth_lines_[2].get_ydata(), y[:, 2])
    assert titles(display)[1].startswith("output 1, RMSE")
    with pytest.raises(ValueError, match="set targets='sequence' or targets='step'"):
        SequencePredictionsDisplay.from_predictions(y, p, ax=ax)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_outputs_that_are_predicted_from_rows(rng, ax, make):
    X, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 2))
    model = Ridge().fit(X, y)
    y[-1, -1] = np.nan  # not known, no padding
    table = make({"height": y[:, 0], "width": y[:, 1]})
    display = SequencePredictionsDisplay.from_estimator(model, X, table, ax=ax)
    for k, name in enumerate(("height", "width")):
        np.testing.assert_array_equal(display.truth_lines_[k].get_ydata(), y[:, k])
        predicted = display.prediction_lines_[k].get_ydata()
        np.testing.assert_array_equal(predicted, model.predict(X)[:, k])
        assert titles(display)[k].startswith(f"{name}, RMSE")
    draw = SequencePredictionsDisplay.from_estimator
    few = draw(model, X, table, outputs=[1], ax=ax.figure.subplots())
    assert few.output_names == ["width"]
    own = draw(model, X, table, output_names=["h", "w"], ax=ax.figure.subplots())
    assert own.output_names == ["h", "w"]
    numbered = draw(model, X, pd.DataFrame(y), ax=ax.figure.subplots())
    assert numbered.output_names == ["output 0", "output 1"]
    steps = draw(model, X, table, targets="step", ax=ax.figure.subplots())
    assert (len(steps.axes_), steps.output_names) == (6, ["output 0"])


def test_histories_come_before(rng, ax):
    y, p = rng.normal(size=(2, 2, 4))
    history = [rng.normal(size=3), rng.normal(size=5)]
    display = SequencePredictionsDisplay.from_predictions(
        y, p, targets="step", history=history, ax=ax
    )
    for k, line in enumerate(display.history_lines_):
        np.testing.assert_array_equal(line.get_ydata(), history[k])
        np.testing.assert_array_equal(line.get_xdata(), np.arange(-len(history[k]), 0))
    np.testing.assert_array_equal(display.truth_lines_[1].get_xdata(), np.arange(4))
    assert texts(display.legend_) == ["before", "true", "predicted"]
    one = SequencePredictionsDisplay.from_predictions(
        y[0], p[0], history=history[1], steps=np.arange(20, 29), ax=ax.figure.subplots()
    )
    np.testing.assert_array_equal(one.history_lines_[0].get_xdata(), np.arange(20, 25))
    np.testing.assert_array_equal(one.truth_lines_[0].get_xdata(), np.arange(25, 29))


def test_unknown_truth_leaves_a_gap(ax):
    display = SequencePredictionsDisplay.from_predictions(
        [1.0, np.nan, 3], [1.0, 5, 5], ax=ax
    )
    assert display.errors_[0, 0] == pytest.approx(np.sqrt(2))
    assert np.isnan(display.truth_lines_[0].get_ydata()[1])
    classes = SequencePredictionsDisplay.from_predictions(
        [2.0, np.nan, 3], [2, 2, 2], kind="class", ax=ax.figure.subplots()
    )
    assert classes.errors_[0, 0] == 0.5
    np.testing.assert_array_equal(classes.wrong_points_[0].get_xdata(), [2])
    for dtype in (object, "string", "category"):
        named = SequencePredictionsDisplay.from_predictions(
            pd.Series(["b", None, "a"], dtype=dtype),
            ["b", "b", "b"],
            ax=ax.figure.subplots(),
        )
        np.testing.assert_array_equal(named.wrong_points_[0].get_xdata(), [2])
        np.testing.assert_array_equal(named.truth_lines_[0].get_ydata(), [1, np.nan, 0])
    for y in (
        pd.Series([1, None, 3], dtype="Int64"),
        np.ma.masked_array([1, 2, 3], mask=[False, True, False]),
    ):
        numbers = SequencePredictionsDisplay.from_predictions(
            y, [1.0, 5, 5], ax=ax.figure.subplots()
        )
        assert numbers.errors_[0, 0] == pytest.approx(np.sqrt(2))
    ax.figure.draw_without_rendering()
    alone = SequencePredictionsDisplay.from_predictions(
        [np.nan], [1.0], ax=ax.figure.subplots()
    )
    assert titles(alone) == [""]
    assert alone.prediction_lines_[0].get_marker() == ".", "one step is seen"


def test_what_cannot_be_drawn(ax):
    with pytest.raises(ValueError, match="some of the 2 sequences"):
        SequencePredictionsDisplay.from_predictions(
            [[1.0], [1, 2]], [[1.0], [1, 2]], sequences=2, ax=ax
        )
    with pytest.raises(ValueError, match="some of the 1 outputs"):
        SequencePredictionsDisplay.from_predictions([1.0], [1.0], outputs=[1], ax=ax)


def test_sequences_that_there_are_not(rng, ax):
    y = rng.normal(size=(4, 5))
    for wrong, message in ((4, "some of the 4 sequences"), ([0.5], "int, one or")):
        with pytest.raises(ValueError, match=f"sequences must be {message}"):
            SequencePredictionsDisplay.from_predictions(
                y, y, targets="step", sequences=wrong, ax=ax
            )


def test_styles_and_drawing_again(rng, ax):
    y = rng.integers(0, 3, size=(2, 9))
    display = SequencePredictionsDisplay.from_predictions(y, 2 - y, targets="step")
    assert display.kind == "class"
    assert plt.get_fignums() == [display.figure_.number]
    assert len(display.figure_.axes) == 2
    display.plot(
        ax,
        n_columns=1,
        truth_kw={"lw": 9},
        prediction_kw={"color": "green"},
        wrong_kw={"ms": 3},
    )
    assert display.figure_ is ax.figure
    assert display.axes_[0].get_position().y0 > display.axes_[1].get_position().y1
    assert display.truth_lines_[0].get_linewidth() == 9
    assert display.prediction_lines_[0].get_color() == "green"
    assert display.wrong_points_[0].get_markersize() == 3
