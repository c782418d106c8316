"""Loss curves: how the training of networks went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from ._drawing import (
    BLUE,
    OKABE_ITO,
    VERMILION,
    axes_of,
    class_styles,
    closes_on_error,
    styled,
)
from ._fitted import last_step
from ._methods import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["LossCurveDisplay"]

GREEN = OKABE_ITO[2]


class LossCurveDisplay:
    """Losses of one or several networks, epoch by epoch.

    Lines are training losses, dashes validation losses, dots, with an axis of their
    own on the right, the scores that early stopping watched. A circle marks the best
    epoch: that of the highest score, or of the lowest validation loss. Where the two
    losses part, the network begins to learn its samples by heart.

    Make it by `from_estimator`, `from_estimators` or `from_curves`; all parameters are
    kept as attributes.

    Parameters
    ----------
    losses : dict of str to ndarray of shape (n_epochs,)
        Training losses of each network.
    validation_losses : dict of str to ndarray of shape (n_epochs,), default=None
        Validation losses of those that have any.
    validation_scores : dict of str to ndarray of shape (n_epochs,), default=None
        Scores, higher is better, of those that have any.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the losses.
    score_ax_ : matplotlib Axes or None
        With the scores.
    figure_ : matplotlib Figure
        That contains the axes.
    loss_lines_, validation_lines_, score_lines_ : dict of str to matplotlib Line2D
        Curves of each network.
    best_points_ : dict of str to matplotlib Line2D
        The best epochs.
    best_epochs_ : dict of str to int
        Their numbers; the first epoch is 1.
    legend_ : matplotlib Legend
        Of curves and networks.

    References
    ----------
    .. [1] Prechelt, "Early stopping - but when?", in Neural networks: tricks of the
       trade (1998).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.neural_network import MLPClassifier
    >>> from skmanifold_nn.plotting import LossCurveDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier((30,), early_stopping=True, random_state=1).fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(net, log=True)
    >>> len(display.losses["MLPClassifier"]) == net.n_iter_
    True
    >>> display.figure_.savefig("losses.png")  # doctest: +SKIP
    """

    ax_: Axes
    score_ax_: Axes | None
    figure_: Figure
    loss_lines_: dict[str, Any]
    validation_lines_: dict[str, Any]
    score_lines_: dict[str, Any]
    best_points_: dict[str, Any]
    best_epochs_: dict[str, int]
    legend_: Any

    def __init__(
        self,
        losses: dict[str, NDArray],
        *,
        validation_losses: dict[str, NDArray] | None = None,
        validation_scores: dict[str, NDArray] | None = None,
    ) -> None:
        self.losses = losses
        self.validation_losses = validation_losses
        self.validation_scores = validation_scores

    @closes_on_error
    def plot(
        self,
        ax: Axes | None = None,
        *,
        log: bool = False,
        scores: bool = True,
        line_kw: dict[str, Any] | None = None,
        validation_kw: dict[str, Any] | None = None,
        score_kw: dict[str, Any] | None = None,
        best_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        log : bool, default=False
            Whether the axis of the losses is logarithmic.
        scores : bool, default=True
            Whether to draw the scores.
        line_kw : dict, default=None
            Keywords for training losses, see :meth:`matplotlib.axes.Axes.plot`.
        validation_kw : dict, default=None
            Keywords for validation losses.
        score_kw : dict, default=None
            Keywords for scores.
        best_kw : dict, default=None
            Keywords for the marks of the best epochs.

        Returns
        -------
        display : LossCurveDisplay
            Itself.
        """
        ax = axes_of(ax, f"{type(self).__name__}.plot", layout="constrained")
        kinds = {
            "training loss": (self.losses, "-", line_kw),
            "validation loss": (self.validation_losses or {}, "--", validation_kw),
            "validation score": (self.validation_scores or {}, ":", score_kw),
        }
        if not scores:
            del kinds["validation score"]
        drawn = {}
        self.score_ax_ = None
        for kind, (curves, style, given) in kinds.items():
            panel = ax
            if kind == "validation score" and curves:
                panel = self.score_ax_ = ax.twinx()
                panel.set_ylabel("validation score")
            drawn[kind] = self._draw_curves(panel, kind, curves, style, given)
        self.loss_lines_ = drawn["training loss"]
        self.validation_lines_ = drawn["validation loss"]
        self.score_lines_ = drawn.get("validation score", {})
        self._mark_best(best_kw)
        ax.set(xlabel="epoch", ylabel="loss")
        if log:
            ax.set_yscale("log")
        ax.xaxis.get_major_locator().set_params(integer=True)
        self._draw_legend(ax, drawn)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _colours(self, kind):
        """Of networks; one alone has a colour for each kind of curve."""
        if len(self.losses) > 1:
            colours, _ = class_styles(len(self.losses))
            return dict(zip(self.losses, colours, strict=True))
        own = {"training loss": BLUE, "validation loss": VERMILION}
        return dict.fromkeys(self.losses, own.get(kind, GREEN))

    def _draw_curves(self, ax, kind, curves, style, given):
        from matplotlib.lines import Line2D

        colours, lines = self._colours(kind), {}
        for name, values in curves.items():
            line = {"color": colours[name], "linestyle": style, "linewidth": 1.5}
            line |= {"label": f"{name}, {kind}" if len(self.losses) > 1 else kind}
            # A line of one epoch would not be seen.
            line |= {"marker": "."} if len(values) == 1 else {}
            line = styled(Line2D, line, given)
            (lines[name],) = ax.plot(np.arange(1, len(values) + 1), values, **line)
        return lines

    def _mark_best(self, best_kw):
        from matplotlib.lines import Line2D

        self.best_epochs_, self.best_points_ = {}, {}
        scores, losses = self.validation_scores or {}, self.validation_losses or {}
        for name in self.losses:
            if name in scores:
                values = np.negative(scores[name])
            elif name in losses:
                values = np.asarray(losses[name], dtype=float)
            else:
                continue
            if not np.isfinite(values).any():
                continue
            best = int(np.nanargmin(values))
            self.best_epochs_[name] = best + 1
            # On the score, or where losses alone are drawn on the loss.
            line = self.score_lines_.get(name) or self.validation_lines_.get(name)
            line = line or self.loss_lines_[name]
            if best >= len(line.get_ydata()):  # of scores that go on, and are not drawn
                continue
            mark = {"color": line.get_color(), "marker": "o", "markersize": 7}
            mark |= {"markerfacecolor": "none", "markeredgewidth": 1.5}
            mark |= {"linestyle": "none", "label": f"best epoch: {best + 1}"}
            mark = styled(Line2D, mark, best_kw)
            (self.best_points_[name],) = line.axes.plot(
                best + 1, line.get_ydata()[best], **mark
            )

    def _draw_legend(self, ax, drawn):
        """Kinds of curves; of several networks their colours as well."""
        from matplotlib.lines import Line2D

        if len(self.losses) == 1:
            handles = [line for lines in drawn.values() for line in lines.values()]
            handles += self.best_points_.values()
        else:
            handles = [
                Line2D([], [], color=line.get_color(), label=name)
                for name, line in self.loss_lines_.items()
            ]
            for kind, lines in drawn.items():
                styles = {line.get_linestyle() for line in lines.values()}
                handles += [
                    Line2D([], [], color="0.4", linestyle=style, label=kind)
                    for style in styles
                ]
            if self.best_points_:
                circle = {"marker": "o", "markerfacecolor": "none", "color": "0.4"}
                circle |= {"linestyle": "none", "label": "best epoch"}
                handles.append(Line2D([], [], **circle))
        panel = self.score_ax_ or ax
        # Losses fall and scores rise: what is between them on the right is free.
        place = {"loc": "center right" if self.score_lines_ else "best"}
        if len(self.losses) > 1 and ax.figure.get_layout_engine() is not None:
            # Beside the axes: the figure makes room for it, and for a second axis.
            left = 1.25 if self.score_lines_ else 1.02
            place = {"loc": "upper left", "bbox_to_anchor": (left, 1)}
        self.legend_ = panel.legend(handles=handles, fontsize="small", **place)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        name: str | None = None,
        ax: Axes | None = None,
        log: bool = False,
        scores: bool = True,
        line_kw: dict[str, Any] | None = None,
        validation_kw: dict[str, Any] | None = None,
        score_kw: dict[str, Any] | None = None,
        best_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the losses of a fitted network.

        Parameters
        ----------
        estimator : estimator
            Fitted, with ``loss_curve_``: a network of this package or of scikit-learn,
            or what has one within: a pipeline that ends in it, a search with its
            ``best_estimator_``, a regressor with a transformed target.
        name : str, default=None
            Of the network. None: that of its class.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        log : bool, default=False
            Whether the axis of the losses is logarithmic.
        scores : bool, default=True
            Whether to draw the scores.
        line_kw : dict, default=None
            Keywords for training losses.
        validation_kw : dict, default=None
            Keywords for validation losses.
        score_kw : dict, default=None
            Keywords for scores.
        best_kw : dict, default=None
            Keywords for the marks of the best epochs.

        Returns
        -------
        display : LossCurveDisplay
            The curves, drawn.

        Raises
        ------
        ValueError
            If the network has kept no losses.
        """
        if name is None:
            name = type(_network_of(estimator)).__name__
        return cls.from_estimators(
            {name: estimator},
            ax=ax,
            log=log,
            scores=scores,
            line_kw=line_kw,
            validation_kw=validation_kw,
            score_kw=score_kw,
            best_kw=best_kw,
        )

    @classmethod
    def from_estimators(
        cls,
        estimators: Mapping[str, Any],
        *,
        ax: Axes | None = None,
        log: bool = False,
        scores: bool = True,
        line_kw: dict[str, Any] | None = None,
        validation_kw: dict[str, Any] | None = None,
        score_kw: dict[str, Any] | None = None,
        best_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the losses of several fitted networks, each in a colour of its own.

        Parameters
        ----------
        estimators : dict of str to estimator
            Fitted networks, as `from_estimator` takes them, with the names that the
            legend gives them.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        log : bool, default=False
            Whether the axis of the losses is logarithmic.
        scores : bool, default=True
            Whether to draw the scores.
        line_kw : dict, default=None
            Keywords for training losses.
        validation_kw : dict, default=None
            Keywords for validation losses.
        score_kw : dict, default=None
            Keywords for scores.
        best_kw : dict, default=None
            Keywords for the marks of the best epochs.

        Returns
        -------
        display : LossCurveDisplay
            The curves, drawn.
        """
        estimators = named(estimators, "estimators", of="network", example="MLP")
        curves = {name: _curves_of(net) for name, net in estimators.items()}
        losses, validation_losses, validation_scores = (
            {name: found[k] for name, found in curves.items() if found[k] is not None}
            for k in range(3)
        )
        return cls.from_curves(
            losses,
            validation_losses=validation_losses,
            validation_scores=validation_scores,
            ax=ax,
            log=log,
            scores=scores,
            line_kw=line_kw,
            validation_kw=validation_kw,
            score_kw=score_kw,
            best_kw=best_kw,
        )

    @classmethod
    def from_curves(
        cls,
        losses: ArrayLike | Mapping[str, ArrayLike],
        *,
        validation_losses: ArrayLike | Mapping[str, ArrayLike] | None = None,
        validation_scores: ArrayLike | Mapping[str, ArrayLike] | None = None,
        ax: Axes | None = None,
        log: bool = False,
        scores: bool = True,
        line_kw: dict[str, Any] | None = None,
        validation_kw: dict[str, Any] | None = None,
        score_kw: dict[str, Any] | None = None,
        best_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw losses that are there already.

        Parameters
        ----------
        losses : array-like of shape (n_epochs,) or dict of str to array-like
            Training losses of a network, or of several by their names.
        validation_losses : array-like of shape (n_epochs,) or dict of str to \
                array-like, default=None
            Validation losses, in the same form.
        validation_scores : array-like of shape (n_epochs,) or dict of str to \
                array-like, default=None
            Scores, higher is better, in the same form.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        log : bool, default=False
            Whether the axis of the losses is logarithmic.
        scores : bool, default=True
            Whether to draw the scores.
        line_kw : dict, default=None
            Keywords for training losses.
        validation_kw : dict, default=None
            Keywords for validation losses.
        score_kw : dict, default=None
            Keywords for scores.
        best_kw : dict, default=None
            Keywords for the marks of the best epochs.

        Returns
        -------
        display : LossCurveDisplay
            The curves, drawn.
        """
        curves = _by_name(losses, "losses")
        display = cls(
            curves,
            validation_losses=_by_name(validation_losses, "validation_losses", curves),
            validation_scores=_by_name(validation_scores, "validation_scores", curves),
        )
        return display.plot(
            ax,
            log=log,
            scores=scores,
            line_kw=line_kw,
            validation_kw=validation_kw,
            score_kw=score_kw,
            best_kw=best_kw,
        )


def _network_of(estimator):
    """The network within pipelines, searches and the like."""
    while not hasattr(estimator, "loss_curve_"):
        check_is_fitted(estimator)
        within = last_step(estimator)
        within = getattr(within, "regressor_", within)
        if within is estimator:
            raise ValueError(
                f"This {type(estimator).__name__} has no loss_curve_: give a network "
                "that keeps its losses (scikit-learn's do not with solver='lbfgs'), or "
                "use from_curves."
            )
        estimator = within
    return estimator


def _curves_of(estimator):
    """Training losses, validation losses and scores; None where there are none."""
    net = _network_of(estimator)
    losses = getattr(net, "validation_loss_curve_", None)
    scores = getattr(net, "validation_scores_", None)
    # scoring="loss" watches nothing else than the validation loss.
    if losses is not None and scores is not None:
        if np.array_equal(np.negative(scores), losses, equal_nan=True):
            scores = None
    return net.loss_curve_, losses, scores


def _by_name(curves, parameter, known=None):
    """Curves by the names of networks; None stays."""
    if curves is None and known is not None:
        return None
    if not isinstance(curves, Mapping):
        curves = {"": curves}
    arrays = {name: np.asarray(curve, dtype=float) for name, curve in curves.items()}
    for name, array in arrays.items():
        if array.ndim != 1 or len(array) == 0:
            raise ValueError(
                f"{parameter} must be one number an epoch, or a dict of such curves, "
                f"got the shape {array.shape}."
            )
        if known is not None and name not in known:
            raise ValueError(
                f"{parameter} must have the names of losses, {[*known]}, got {name!r}."
            )
    if not arrays and known is None:
        raise ValueError(f"{parameter} must have a curve at least, got none.")
    return arrays
