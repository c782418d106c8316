"""Predictions of sequences, beside what was true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier

from ..neural_network._sequences import n_axes
from ._drawing import BLUE, VERMILION, closes_on_error, styled
from ._fitted import last_step
from ._labels import known_of
from ._panels import columns_of, panels_of
from ._tiles import chosen
from ._truths import (
    checked_steps,
    chosen_outputs,
    error_of,
    histories_of,
    kind_of,
    names_of_outputs,
    pairs_of,
    per_step_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SequencePredictionsDisplay"]

# So many sequences are drawn where nobody says which.
FEW = 6
# Steps of a sequence.
MANY = 5000
# Of a panel of a new figure, in inches; a row of panels is so wide, at least.
PANEL, WIDE = (4.0, 2.4), 8.0


class SequencePredictionsDisplay:
    """True and predicted values, or classes, of sequences against the step.

    There is a panel for each sequence and output. Values are lines, and a title has
    the root of their mean squared error; classes are steps, wrong ones are marked by a
    cross, and a title has the share of right ones. Where sequences have one target
    each, they follow one another in one panel, in the order in which they were given:
    so do forecasts from the windows of a series.

    Make it by `from_estimator` or `from_predictions`; all parameters are kept as
    attributes.

    Parameters
    ----------
    truths : list of ndarray of shape (n_steps, n_outputs)
        One for each row of panels; NaN where nothing is known.
    predictions : list of ndarray of shape (n_steps, n_outputs)
        Of the same shapes.
    kind : {"value", "class"}, default="value"
        What they are.
    names : list of str, default=None
        What the rows of panels are called in the titles.
    output_names : list of str, default=None
        What the outputs are called.
    histories : list of ndarray of shape (n_before, n_outputs), default=None
        What was before the first step, drawn at negative steps.
    steps : ndarray, default=None
        Places of the steps, those of histories first. None numbers them.
    step_name : str, default="step"
        Label of that axis.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_panels,)
        The panels, all outputs of the first sequence first.
    figure_ : matplotlib Figure
        That contains them.
    truth_lines_, prediction_lines_ : list of matplotlib Line2D
        Of each panel.
    history_lines_ : list of matplotlib Line2D
        Of each panel, if there are histories.
    wrong_points_ : list of matplotlib Line2D
        Wrong classes of each panel.
    errors_ : ndarray of shape (n_sequences, n_outputs)
        Root mean squared errors, or shares of right classes.
    legend_ : matplotlib Legend
        In the first panel.

    See Also
    --------
    LossCurveDisplay : How the training of networks went.

    References
    ----------
    .. [1] Hyndman, Athanasopoulos, "Forecasting: principles and practice", 3rd edition
       (2021), chapter 5: forecasts are drawn with what came of them.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.neural_network import GRURegressor
    >>> from skmanifold_nn.plotting import SequencePredictionsDisplay
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(20, 15, 1))
    >>> y = np.cumsum(X[..., 0], axis=1) / 4
    >>> net = GRURegressor((8,), targets="step", max_iter=20, tol=0.1, random_state=1)
    >>> net = net.fit(X, y)
    >>> display = SequencePredictionsDisplay.from_estimator(net, X, y, sequences=[0, 3])
    >>> display.errors_.shape
    (2, 1)
    >>> display.figure_.savefig("sequences.png")  # doctest: +SKIP
    """

    axes_: NDArray
    figure_: Figure
    truth_lines_: list[Any]
    prediction_lines_: list[Any]
    history_lines_: list[Any]
    wrong_points_: list[Any]
    errors_: NDArray
    legend_: Any

    def __init__(
        self,
        truths: list[NDArray],
        predictions: list[NDArray],
        *,
        kind: Literal["class", "value"] = "value",
        names: list[str] | None = None,
        output_names: list[str] | None = None,
        histories: list[NDArray] | None = None,
        steps: NDArray | None = None,
        step_name: str = "step",
    ) -> None:
        self.truths = truths
        self.predictions = predictions
        self.kind = kind
        self.names = names
        self.output_names = output_names
        self.histories = histories
        self.steps = steps
        self.step_name = step_name

    @closes_on_error
    def plot(
        self,
        ax: Axes | Sequence[Axes] | NDArray | None = None,
        *,
        n_columns: int | None = None,
        truth_kw: dict[str, Any] | None = None,
        prediction_kw: dict[str, Any] | None = None,
        history_kw: dict[str, Any] | None = None,
        wrong_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of matplotlib Axes, default=None
            Axes to draw on: one for each panel, or one whose place all panels share.
            None makes a new figure.
        n_columns : int, default=None
            Panels side by side. None: the outputs, or up to three sequences.
        truth_kw : dict, default=None
            Keywords for what is true, see :meth:`matplotlib.axes.Axes.plot`.
        prediction_kw : dict, default=None
            Keywords for predictions.
        history_kw : dict, default=None
            Keywords for what was before.
        wrong_kw : dict, default=None
            Keywords for the marks of wrong classes.

        Returns
        -------
        display : SequencePredictionsDisplay
            Itself.
        """
        n_sequences, n_outputs = len(self.truths), self.truths[0].shape[1]
        n_panels = n_sequences * n_outputs
        by_default = n_outputs if n_outputs > 1 else min(n_panels, 3)
        n_columns = columns_of(n_columns, by_default)
        size = max(PANEL[0], WIDE / n_columns), PANEL[1]
        caller = f"{type(self).__name__}.plot"
        self.axes_ = panels_of(ax, n_panels, n_columns, size, caller)
        self.figure_ = self.axes_[0].figure
        self.truth_lines_, self.prediction_lines_ = [], []
        self.history_lines_, self.wrong_points_ = [], []
        self.errors_ = np.empty((n_sequences, n_outputs))
        styles = truth_kw, prediction_kw, history_kw, wrong_kw
        for panel, (i, k) in zip(
            self.axes_, np.ndindex(n_sequences, n_outputs), strict=True
        ):
            truth, prediction = self.truths[i][:, k], self.predictions[i][:, k]
            self.errors_[i, k] = error_of(truth, prediction, self.kind)
            self._draw_panel(panel, i, k, *styles)
            panel.set_title(self._title(i, k), fontsize="medium")
            if i * n_outputs + k + n_columns >= n_panels:  # nothing is below it
                panel.set_xlabel(self.step_name)
            if self.steps is None:
                panel.xaxis.get_major_locator().set_params(integer=True)
        for k in range(n_outputs):
            self._share_limits(self.axes_[k::n_outputs])
        # To find the best place takes long where lines have many places.
        place = "best" if len(self.truths[0]) <= MANY else "upper right"
        self.legend_ = self.axes_[0].legend(fontsize="small", framealpha=0.7, loc=place)
        return self

    def _draw_panel(self, ax, i, k, truth_kw, prediction_kw, history_kw, wrong_kw):
        """Lines of an output of a sequence."""
        from matplotlib.lines import Line2D

        truth, prediction = self.truths[i][:, k], self.predictions[i][:, k]
        before, places = self._places(i)
        lines = {
            "true": {"color": "0.3", "linewidth": 1.2},
            "predicted": {"color": VERMILION, "linewidth": 1.2},
        }
        if self.kind == "class":
            lines["true"] = {"color": "0.75", "linewidth": 5}
            lines["predicted"] = {"color": BLUE, "linewidth": 1.2}
            for line in lines.values():
                line["drawstyle"] = "steps-mid"
        if len(truth) == 1:  # a line of one step would not be seen
            for line in lines.values():
                line["marker"] = "."
        wrong = None
        if self.kind == "class":
            classes = self._classes(k)
            wrong = (truth != prediction) & known_of(truth)
            truth = _numbers(truth, classes)
            prediction = _numbers(prediction, classes)
            ax.set_yticks(np.arange(len(classes)), [str(c) for c in classes])
        if self.histories is not None:
            history = {"color": "0.65", "linewidth": 1.2, "label": "before"}
            history = styled(Line2D, history, history_kw)
            values = self.histories[i][:, k]
            if self.kind == "class":
                values = _numbers(values, classes)
            self.history_lines_ += ax.plot(before, values, **history)
        for (label, line), values, given, drawn in zip(
            lines.items(),
            (truth, prediction),
            (truth_kw, prediction_kw),
            (self.truth_lines_, self.prediction_lines_),
            strict=True,
        ):
            line = styled(Line2D, {**line, "label": label}, given)
            drawn += ax.plot(places, values, **line)
        if wrong is not None:
            cross = {"color": VERMILION, "marker": "x", "linestyle": "none"}
            cross = styled(Line2D, {**cross, "label": "wrong"}, wrong_kw)
            self.wrong_points_ += ax.plot(places[wrong], prediction[wrong], **cross)

    def _places(self, i):
        """Of the steps of a history, and of those after it."""
        n_before = len(self.histories[i]) if self.histories is not None else 0
        n = len(self.truths[i])
        places = np.arange(-n_before, n) if self.steps is None else self.steps
        return places[:n_before], places[n_before : n_before + n]

    def _classes(self, k):
        parts = [*self.truths, *self.predictions, *(self.histories or [])]
        values = np.concatenate([part[:, k] for part in parts])
        return np.unique(values[known_of(values)])

    def _share_limits(self, axes):
        """Panels of one output are compared: by one scale."""
        limits = np.array([ax.get_ylim() for ax in axes])
        if self.kind == "class":
            n_classes = len(axes[0].get_yticks())
            limits = np.array([[-0.5, n_classes - 0.5]])
        for ax in axes:
            ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())

    def _title(self, i, k):
        words = []
        if self.names is not None and self.names[i]:
            words.append(self.names[i])
        if self.truths[i].shape[1] > 1:
            is_named = self.output_names is not None
            words.append(self.output_names[k] if is_named else f"output {k}")
        value = self.errors_[i, k]
        if np.isfinite(value):
            measure = "accuracy" if self.kind == "class" else "RMSE"
            words.append(f"{measure} {value:.3g}")
        return ", ".join(words)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | Sequence[ArrayLike],
        y: ArrayLike | Sequence[ArrayLike],
        *,
        sequences: int | ArrayLike | None = None,
        outputs: int | ArrayLike | None = None,
        targets: Literal["auto", "sequence", "step"] = "auto",
        output_names: Sequence[str] | None = None,
        history: Sequence[ArrayLike] | None = None,
        steps: ArrayLike | None = None,
        ax: Axes | Sequence[Axes] | NDArray | None = None,
        n_columns: int | None = None,
        truth_kw: dict[str, Any] | None = None,
        prediction_kw: dict[str, Any] | None = None,
        history_kw: dict[str, Any] | None = None,
        wrong_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what a fitted estimator predicts, and what is true.

        Parameters
        ----------
        estimator : estimator
            Fitted network, a fitted pipeline that ends in one, or any estimator whose
            samples follow one another.
        X : array-like or list of arrays
            Sequences, as `predict` takes them.
        y : array-like or list of arrays
            Their targets, as `fit` takes them.
        sequences : int or array-like of int, default=None
            Numbers of the sequences to draw. None: the first six; all of them where
            they have one target each.
        outputs : int or array-like of int, default=None
            Numbers of the outputs to draw. None: all.
        targets : {"auto", "sequence", "step"}, default="auto"
            Whether there is a target for each sequence or each step. "auto" asks the
            network; other estimators, of rows, have outputs of one target each, and
            otherwise the shapes tell.
        output_names : sequence of str, default=None
            What the outputs are called. None: as the columns of a data frame, or they
            are numbered.
        history : array-like of shape (n, n_before) or (n, n_before, n_outputs), or \
                list of n arrays, default=None
            What was before the first step of each sequence; without a target for each
            step, that before the first sequence alone.
        steps : array-like, default=None
            Places of the steps, numbers or dates; those of the history first. None
            numbers them.
        ax : matplotlib Axes or array-like of matplotlib Axes, default=None
            Axes to draw on: one for each panel, or one whose place all panels share.
            None makes a new figure.
        n_columns : int, default=None
            Panels side by side. None: the outputs, or up to three sequences.
        truth_kw : dict, default=None
            Keywords for what is true.
        prediction_kw : dict, default=None
            Keywords for predictions.
        history_kw : dict, default=None
            Keywords for what was before.
        wrong_kw : dict, default=None
            Keywords for the marks of wrong classes.

        Returns
        -------
        display : SequencePredictionsDisplay
            The panels, drawn.
        """
        net = last_step(estimator)
        predictions = estimator.predict(X)
        if targets == "auto" and hasattr(net, "per_step_"):
            targets = "step" if net.per_step_ else "sequence"
        elif targets == "auto" and n_axes(X) == 2 and n_axes(predictions) < 3:
            targets = "sequence"  # estimators of rows predict outputs
        return cls.from_predictions(
            y,
            predictions,
            kind="class" if is_classifier(estimator) else "value",
            sequences=sequences,
            outputs=outputs,
            targets=targets,
            output_names=output_names,
            history=history,
            steps=steps,
            ax=ax,
            n_columns=n_columns,
            truth_kw=truth_kw,
            prediction_kw=prediction_kw,
            history_kw=history_kw,
            wrong_kw=wrong_kw,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike | Sequence[ArrayLike],
        y_pred: ArrayLike | Sequence[ArrayLike],
        *,
        kind: Literal["auto", "class", "value"] = "auto",
        sequences: int | ArrayLike | None = None,
        outputs: int | ArrayLike | None = None,
        targets: Literal["auto", "sequence", "step"] = "auto",
        output_names: Sequence[str] | None = None,
        history: Sequence[ArrayLike] | None = None,
        steps: ArrayLike | None = None,
        ax: Axes | Sequence[Axes] | NDArray | None = None,
        n_columns: int | None = None,
        truth_kw: dict[str, Any] | None = None,
        prediction_kw: dict[str, Any] | None = None,
        history_kw: dict[str, Any] | None = None,
        wrong_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw predictions that are there already, and what is true.

        Parameters
        ----------
        y_true : array-like of shape (n,), (n, n_outputs), (n, n_steps) or \
                (n, n_steps, n_outputs), or list of n arrays of shape (n_steps,) or \
                (n_steps, n_outputs)
            What is true. NaN where it is not known, and beyond the ends of sequences.
        y_pred : array-like or list of arrays
            Predictions, in the same form, or a list of arrays for an array with
            padding.
        kind : {"auto", "value", "class"}, default="auto"
            What they are; "auto": classes, unless one of them is floating-point
            numbers.
        sequences : int or array-like of int, default=None
            Numbers of the sequences to draw. None: the first six; all of them where
            they have one target each.
        outputs : int or array-like of int, default=None
            Numbers of the outputs to draw. None: all.
        targets : {"auto", "sequence", "step"}, default="auto"
            What two axes are: "sequence", outputs of one target for each sequence, or
            "step", a target for each step.
        output_names : sequence of str, default=None
            What the outputs are called. None: as the columns of a data frame, or they
            are numbered.
        history : array-like of shape (n, n_before) or (n, n_before, n_outputs), or \
                list of n arrays, default=None
            What was before the first step of each sequence; without a target for each
            step, that before the first sequence alone.
        steps : array-like, default=None
            Places of the steps, numbers or dates; those of the history first. None
            numbers them.
        ax : matplotlib Axes or array-like of matplotlib Axes, default=None
            Axes to draw on: one for each panel, or one whose place all panels share.
            None makes a new figure.
        n_columns : int, default=None
            Panels side by side. None: the outputs, or up to three sequences.
        truth_kw : dict, default=None
            Keywords for what is true.
        prediction_kw : dict, default=None
            Keywords for predictions.
        history_kw : dict, default=None
            Keywords for what was before.
        wrong_kw : dict, default=None
            Keywords for the marks of wrong classes.

        Returns
        -------
        display : SequencePredictionsDisplay
            The panels, drawn.

        Raises
        ------
        ValueError
            If two axes could be outputs or steps and `targets` does not tell, or if
            predictions, histories, steps or names do not belong to what is true.
        """
        per_step = per_step_of(y_true, y_pred, targets)
        truths, predictions = pairs_of(y_true, y_pred, per_step)
        names = [f"sequence {i}" for i in range(len(truths))]
        numbers = np.arange(1)
        if not per_step:
            names = [""]
            if sequences is not None:
                rows = chosen(sequences, len(truths[0]), "samples", name="sequences")
                truths, predictions = [truths[0][rows]], [predictions[0][rows]]
        elif sequences is None:
            numbers = np.arange(min(len(truths), FEW))
        else:
            numbers = chosen(sequences, len(truths), "sequences", name="sequences")
        n_outputs = truths[0].shape[1]
        columns = chosen_outputs(outputs, n_outputs)
        table = None if per_step else y_true
        output_names = names_of_outputs(output_names, n_outputs, table)
        histories = histories_of(history, truths, per_step)
        truths, predictions = (
            [parts[i][:, columns] for i in numbers] for parts in (truths, predictions)
        )
        if histories is not None:
            histories = [histories[i][:, columns] for i in numbers]
        display = cls(
            truths,
            predictions,
            kind=kind_of(truths[0], predictions[0], kind),
            names=[names[i] for i in numbers],
            output_names=[output_names[k] for k in columns],
            histories=histories,
            steps=checked_steps(steps, truths, histories),
            step_name="" if steps is not None else "step" if per_step else "sample",
        )
        return display.plot(
            ax,
            n_columns=n_columns,
            truth_kw=truth_kw,
            prediction_kw=prediction_kw,
            history_kw=history_kw,
            wrong_kw=wrong_kw,
        )


def _numbers(labels, classes):
    """Places of labels among the classes; NaN where there is no label."""
    known = known_of(labels)
    numbers = np.full(len(labels), np.nan)
    numbers[known] = np.searchsorted(classes, labels[known])
    return numbers
