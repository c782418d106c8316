"""Layer representations: the plane, and samples in it, as each layer sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from .._sklearn_compat import without_column_names
from ._drawing import closes_on_error, draw_scale, styled
from ._fitted import steps_of
from ._labels import known_labels, labels_of
from ._methods import named
from ._panels import columns_of, panels_of
from ._plane import bounds_of, like, lines_of, rows_of
from ._points import draw_legend, draw_points
from ._separability import LinearMap, separability_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["LayerRepresentationsDisplay"]

# Places along each line of the grid: bent lines look smooth.
FINE = 200
# Of a panel of a new figure, in inches.
PANEL = (3.0, 3.3)


class LayerRepresentationsDisplay:
    """Samples, and the lines of a grid, where each layer of a network has moved them.

    A layer of as many units as it has inputs, its weights invertible and its activation
    one to one, is a homeomorphism: it stretches and bends space, and neither tears nor
    folds it. Layers bend it until a linear cut, which is what an output unit makes,
    tells the classes apart; a disc and the ring around it no layers of two units can
    take apart.

    There is a panel for the inputs and one for each layer. Layers of two units are
    drawn as they are, wider ones by the two principal components of the samples, which
    the title says. It gives a measure of how separable the classes are there, too: the
    accuracy of a linear classifier of all units of the layer, fitted and scored on
    these samples; of values, the R^2 of a linear model. The last panel has the cut that
    the network makes, if there are two classes and the last hidden layer has two units.

    Make it by `from_estimator` or `from_representations`; all parameters are kept as
    attributes.

    Parameters
    ----------
    places : dict of str to ndarray of shape (n_samples, 2)
        Where the samples are drawn, for each panel.
    y : array-like of shape (n_samples,), default=None
        Labels or values, the name of which stands at the legend or the colour bar.
        None: samples are grey.
    kind : {"class", "value"}, default="class"
        What y is.
    lines : dict of str to ndarray of shape (n_lines, n_places, 2), default=None
        Where the lines of the grid are drawn, for the panels that have any.
    widths : dict of str to int, default=None
        Units of each layer.
    shares : dict of str to float, default=None
        Share of the variance of the samples that is in the plane drawn.
    separability : dict of str to float, default=None
        Accuracy, or R^2, of a linear model of each representation.
    cut : ndarray of shape (3,), default=None
        The line a x + b y + c = 0 of the last panel.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_panels,)
        The panels.
    figure_ : matplotlib Figure
        That contains them.
    scatters_ : list of list of matplotlib PathCollection
        Samples of each panel, class by class.
    grids_ : list of matplotlib LineCollection or None
        Lines of each panel.
    cut_line_ : matplotlib AxLine or None
        The cut of the last panel.
    legend_ : matplotlib Legend or None
        Of the classes, in the first panel.
    colorbar_ : matplotlib Colorbar or None
        The scale of values.

    See Also
    --------
    DecisionRegionsDisplay : Which class a classifier predicts where in the plane.

    References
    ----------
    .. [1] Olah, "Neural networks, manifolds, and topology" (2014),
       https://colah.github.io/posts/2014-03-NN-Manifolds-Topology/.
    .. [2] Alain, Bengio, "Understanding intermediate layers using linear classifier
       probes", ICLR workshop (2017).
    .. [3] Naitzat, Zhitnikov, Lim, "Topology of deep neural networks", Journal of
       Machine Learning Research 21 (2020).

    Examples
    --------
    >>> from sklearn.datasets import make_circles
    >>> from skmanifold_nn.neural_network import MLPClassifier
    >>> from skmanifold_nn.plotting import LayerRepresentationsDisplay
    >>> X, y = make_circles(noise=0.05, factor=0.5, random_state=1)
    >>> net = MLPClassifier((3,), "tanh", solver="lbfgs", random_state=1).fit(X, y)
    >>> display = LayerRepresentationsDisplay.from_estimator(net, X, y)
    >>> {name: round(value, 2) for name, value in display.separability.items()}
    {'inputs': 0.5, 'hidden1': 1.0}
    >>> display.figure_.savefig("layers.png")  # doctest: +SKIP
    """

    axes_: NDArray
    figure_: Figure
    scatters_: list[list[Any]]
    grids_: list[Any]
    cut_line_: Any
    legend_: Any
    colorbar_: Any

    def __init__(
        self,
        places: dict[str, NDArray],
        *,
        y: ArrayLike | None = None,
        kind: Literal["class", "value"] = "class",
        lines: dict[str, NDArray] | None = None,
        widths: dict[str, int] | None = None,
        shares: dict[str, float] | None = None,
        separability: dict[str, float] | None = None,
        cut: NDArray | None = None,
    ) -> None:
        self.places = places
        self.y = y
        self.kind = kind
        self.lines = lines
        self.widths = widths
        self.shares = shares
        self.separability = separability
        self.cut = cut

    @closes_on_error
    def plot(
        self,
        ax: Axes | Sequence[Axes] | NDArray | None = None,
        *,
        n_columns: int | None = None,
        scatter_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
        cut_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of matplotlib Axes, default=None
            Axes to draw on: one for each panel, or one whose place all panels share.
            None makes a new figure.
        n_columns : int, default=None
            Panels side by side. None: all, up to five.
        scatter_kw : dict, default=None
            Keywords for the samples, see :meth:`matplotlib.axes.Axes.scatter`.
        line_kw : dict, default=None
            Keywords for the grid, see
            :class:`matplotlib.collections.LineCollection`.
        cut_kw : dict, default=None
            Keywords for the cut, see :meth:`matplotlib.axes.Axes.axline`.

        Returns
        -------
        display : LayerRepresentationsDisplay
            Itself.
        """
        n_panels = len(self.places)
        n_columns = columns_of(n_columns, min(n_panels, 5))
        caller = f"{type(self).__name__}.plot"
        self.axes_ = panels_of(ax, n_panels, n_columns, PANEL, caller)
        self.figure_ = self.axes_[0].figure
        self.scatters_, self.grids_ = [], []
        first = next(iter(self.places.values()))
        labels = labels_of(self.y, len(first), self.kind)
        for panel, (name, places) in zip(self.axes_, self.places.items(), strict=True):
            scatters, others = draw_points(
                panel, places, labels, scatter_kw, by_class=True
            )
            self.scatters_.append([drawn for drawn in (*scatters, others) if drawn])
            self.grids_.append(self._draw_grid(panel, name, line_kw))
            self._frame(panel, name, places)
        self.cut_line_ = self._draw_cut(cut_kw) if self.cut is not None else None
        self.legend_ = self.colorbar_ = None
        if self.y is not None and self.kind == "class":
            self.legend_ = draw_legend(
                self.axes_[0], first, labels, scatter_kw, beside=False
            )
        elif labels.known.any():
            scatter, name = self.scatters_[0][0], labels.name or "y"
            beside = list(self.axes_)
            self.colorbar_ = draw_scale(self.axes_[0], scatter, name, beside=beside)
        return self

    def _draw_grid(self, ax, name, line_kw):
        from matplotlib.collections import LineCollection

        if self.lines is None or name not in self.lines:
            return None
        line = {"color": "0.75", "linewidth": 0.6, "zorder": 0}
        line = styled(LineCollection, line, line_kw)
        # The samples alone tell what part is drawn.
        return ax.add_collection(
            LineCollection(self.lines[name], **line), autolim=False
        )

    def _draw_cut(self, cut_kw):
        from matplotlib.lines import Line2D

        line = {"color": "black", "linestyle": "--", "linewidth": 1.2}
        *normal, offset = self.cut
        normal = np.asarray(normal)
        foot = -offset * normal / (normal @ normal)
        along = np.array([-normal[1], normal[0]]) / np.linalg.norm(normal)
        # A line that passes by the samples does not change what part is drawn.
        ax = self.axes_[-1]
        limits = ax.get_xlim(), ax.get_ylim()
        drawn = ax.axline(foot, foot + along, **styled(Line2D, line, cut_kw))
        ax.set(xlim=limits[0], ylim=limits[1])
        return drawn

    def _frame(self, ax, name, places):
        """A square around the samples, and what the panel shows."""
        low, high = places.min(axis=0), places.max(axis=0)
        half = 0.56 * (high - low).max() or 1.0
        centre = (low + high) / 2
        ax.set(xlim=centre[0] + np.array([-half, half]), aspect="equal")
        ax.set(ylim=centre[1] + np.array([-half, half]))
        ax.tick_params(labelsize="small")
        text = [name]
        width = (self.widths or {}).get(name, 2)
        if width > 2:
            text.append(f"2 principal components of {width}")
            share = (self.shares or {}).get(name)
            text[-1] += "" if share is None else f" ({share:.0%})"
        value = (self.separability or {}).get(name)
        if value is not None:
            measure = "linear accuracy" if self.kind == "class" else "linear $R^2$"
            text.append(f"{measure} {value:.3f}")
        ax.set_title("\n".join(text), fontsize="medium")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        layers: Sequence[str | int] | None = None,
        n_lines: int = 21,
        margin: float = 0.1,
        ax: Axes | Sequence[Axes] | NDArray | None = None,
        n_columns: int | None = None,
        scatter_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
        cut_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what the layers of a fitted network make of samples and their plane.

        Parameters
        ----------
        estimator : estimator
            Fitted network of this package, a fitted pipeline that ends in it, or a
            search among them.
        X : array-like of shape (n_samples, n_features)
            Samples, as `predict` takes them. The grid is that of their plane: there
            is none if they have more than two features.
        y : array-like of shape (n_samples,), default=None
            Their labels, or values. None: samples are grey, and nothing is measured;
            nor is it of those among them that are None or NaN.
        layers : sequence of str or int, default=None
            Names of ``layer_names_``, or numbers among them. None: all.
        n_lines : int, default=21
            Of the grid, in each direction; 0 draws none.
        margin : float, default=0.1
            What the grid is larger than the samples on each side, as a share of their
            range.
        ax : matplotlib Axes or array-like of matplotlib Axes, default=None
            Axes to draw on: one for each panel, or one whose place all panels share.
            None makes a new figure.
        n_columns : int, default=None
            Panels side by side. None: all, up to five.
        scatter_kw : dict, default=None
            Keywords for the samples.
        line_kw : dict, default=None
            Keywords for the grid.
        cut_kw : dict, default=None
            Keywords for the cut.

        Returns
        -------
        display : LayerRepresentationsDisplay
            The panels, drawn.

        Raises
        ------
        ValueError
            If the estimator has no layers to look at, or none of that name, or if X
            is not finite.
        """
        if not (isinstance(n_lines, Integral) and n_lines >= 0):
            raise ValueError(f"n_lines must be an int of at least 0, got {n_lines!r}.")
        before, net = _split(estimator)
        names = _names_of(net, layers)
        rows = _numbers_of(X, "X")
        seen = X if before is None else before.transform(X)
        representations = {"inputs": rows}
        representations |= {
            name: rows_of(net.transform(seen, layer=name)) for name in names
        }
        grids = None
        if rows.shape[1] == 2 and n_lines > 0:
            low, high = bounds_of(rows, margin)
            straight = lines_of(low, high, n_lines, FINE)
            shape = 2 * n_lines, FINE, -1
            grid = like(X, straight.reshape(-1, 2))
            grid = grid if before is None else before.transform(grid)
            grids = {"inputs": straight} | {
                name: rows_of(net.transform(grid, layer=name)).reshape(shape)
                for name in names
            }
        cut = None
        if names and names[-1] == net.layer_names_[-1]:
            cut = _cut_of(net, seen, representations[names[-1]])
        return cls.from_representations(
            representations,
            y,
            kind=_kind_by(net, y),
            grids=grids,
            cut=cut,
            ax=ax,
            n_columns=n_columns,
            scatter_kw=scatter_kw,
            line_kw=line_kw,
            cut_kw=cut_kw,
        )

    @classmethod
    def from_representations(
        cls,
        representations: Mapping[str, ArrayLike],
        y: ArrayLike | None = None,
        *,
        kind: Literal["auto", "class", "value"] = "auto",
        grids: Mapping[str, ArrayLike] | None = None,
        cut: ArrayLike | None = None,
        ax: Axes | Sequence[Axes] | NDArray | None = None,
        n_columns: int | None = None,
        scatter_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
        cut_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw representations of the same samples that are there already.

        Parameters
        ----------
        representations : dict of str to array-like of shape (n_samples, n_units)
            Of any network or embeddings, in the order of the panels.
        y : array-like of shape (n_samples,), default=None
            Labels or values. None: samples are grey, and nothing is measured; nor is
            it of those among them that are None or NaN.
        kind : {"auto", "class", "value"}, default="auto"
            What y is; "auto" as for :class:`EmbeddingDisplay`.
        grids : dict of str to array-like of shape (n_lines, n_places, n_units), \
                default=None
            Lines, moved as the samples are.
        cut : array-like of shape (3,), default=None
            The line a x + b y + c = 0 of the last panel.
        ax : matplotlib Axes or array-like of matplotlib Axes, default=None
            Axes to draw on: one for each panel, or one whose place all panels share.
            None makes a new figure.
        n_columns : int, default=None
            Panels side by side. None: all, up to five.
        scatter_kw : dict, default=None
            Keywords for the samples.
        line_kw : dict, default=None
            Keywords for the grid.
        cut_kw : dict, default=None
            Keywords for the cut.

        Returns
        -------
        display : LayerRepresentationsDisplay
            The panels, drawn.

        Raises
        ------
        ValueError
            If the arrays do not belong together, or are not finite.
        """
        representations = named(
            representations, "representations", of="layer", example="hidden1"
        )
        found = {
            name: _numbers_of(rows, f"representations[{name!r}]")
            for name, rows in representations.items()
        }
        check_consistent_length(*found.values(), y)
        labels = labels_of(y, len(next(iter(found.values()))), kind)
        kind = "value" if labels.classes is None else "class"
        strange = set(grids or ()) - set(found)
        if strange:
            raise ValueError(
                f"grids must have names of representations, {[*found]}, got "
                f"{sorted(strange)}."
            )
        cut = None if cut is None else np.asarray(cut, dtype=float)
        if cut is not None and (cut.shape != (3,) or not cut[:2].any()):
            raise ValueError(
                "cut must be the numbers (a, b, c) of the line a x + b y + c = 0, a "
                f"and b not both 0, got {cut}."
            )
        maps = {name: LinearMap.to_plane(rows) for name, rows in found.items()}
        known, separability = labels.known, None
        if known.any():
            separability = {
                name: separability_of(rows[known], labels.codes[known], kind)
                for name, rows in found.items()
            }
        display = cls(
            {name: maps[name](rows) for name, rows in found.items()},
            y=y,
            kind=kind,
            lines={name: maps[name](grid) for name, grid in (grids or {}).items()},
            widths={name: rows.shape[1] for name, rows in found.items()},
            shares={name: maps[name].share for name in found},
            separability=separability,
            cut=cut,
        )
        return display.plot(
            ax,
            n_columns=n_columns,
            scatter_kw=scatter_kw,
            line_kw=line_kw,
            cut_kw=cut_kw,
        )


def _numbers_of(X, name):
    """Rows of finite numbers; `name` is what they are called."""
    rows = rows_of(X)
    try:
        finite = np.isfinite(rows.astype(float)).all(axis=1)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be numbers to be drawn, got {rows.dtype} such as "
            f"{rows[0, :1]!r}: give the last step of a pipeline, and what the steps "
            "before it make of X."
        ) from None
    if not finite.all():
        raise ValueError(
            f"{name} contains NaN or infinity in {np.sum(~finite)} of {len(rows)} "
            "samples, which have no place: leave them out, or give the last step of "
            "a pipeline, and what the steps before it make of X."
        )
    return rows


def _kind_by(net, y):
    """What y is where a network has learned it."""
    if is_classifier(net):
        return "class"
    is_number = y is not None and known_labels(y)[1].dtype.kind in "iuf"
    return "value" if is_regressor(net) and is_number else "auto"


def _split(estimator):
    """What is before the network in a pipeline, or None, and the network."""
    check_is_fitted(estimator)
    before, net = steps_of(estimator)
    if not hasattr(net, "layer_names_"):
        raise ValueError(
            f"This {type(net).__name__} has no layers to look at: give a network of "
            "skmanifold_nn.neural_network, or use from_representations."
        )
    return before, without_column_names(net)


def _names_of(net, layers):
    names = net.layer_names_
    if layers is None:
        return list(names)
    layers = [layers] if isinstance(layers, str | int) else list(layers)
    for layer in layers:
        is_number = isinstance(layer, int | np.integer)
        if not (-len(names) <= layer < len(names) if is_number else layer in names):
            raise ValueError(
                f"layers must be some of {names}, or numbers among them, got {layer!r}."
            )
    return [layer if isinstance(layer, str) else names[layer] for layer in layers]


def _cut_of(net, X, hidden):
    """The line that an output unit draws in a layer of two units; otherwise None.

    It must tell the samples apart as the predictions do: something else could stand
    between the layer and the outputs.
    """
    if not is_classifier(net) or np.shape(getattr(net, "classes_", ())) != (2,):
        return None
    coefs, offsets = np.asarray(net.coefs_[-1]), np.asarray(net.intercepts_[-1])
    if coefs.shape != (2, 1) or hidden.shape[1] != 2 or not coefs.any():
        return None
    scores = hidden @ coefs[:, 0] + offsets[0]
    clear = np.abs(scores) > 1e-4 * np.abs(scores).max()
    second = net.predict(X) == net.classes_[1]
    if not np.array_equal(scores[clear] > 0, second[clear]):
        return None
    return np.array([*coefs[:, 0], offsets[0]], dtype=float)
