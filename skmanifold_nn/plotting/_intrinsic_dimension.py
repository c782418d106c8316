"""Intrinsic dimension against the size of neighbourhoods, or point by point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..metrics import IntrinsicDimension
from ._drawing import BLUE, OKABE_ITO, VERMILION, axes_of, closes_on_error, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

__all__ = ["IntrinsicDimensionDisplay"]

# In the order of the legend, with what tells lines apart besides colours.
METHODS = {
    "mle": ("maximum likelihood", "o-"),
    "two_nn": ("two nearest neighbors", "D"),
    "correlation": ("correlation dimension", "s--"),
    "local_pca": ("local principal components", "^-."),
}
# Sizes of neighbourhoods, each some half more than the last.
SIZES = (5, 7, 10, 15, 22, 33, 50, 75, 100)
# A normal quantile: nearly all of a sample's estimates are nearer to their mean.
N_ERRORS = 2
# Above this multiple of the median pointwise estimates are counted, not drawn.
FAR = 4


class IntrinsicDimensionDisplay:
    """Estimates of the intrinsic dimension, by scale or by point.

    By scale: a line a method against the number of neighbours, with a band of two
    standard errors to either side. A stretch on which lines are level and agree is the
    dimension; lines that fall with the size see noise at small scales, or the edge of
    the data; lines that rise see a surface that bends back on itself. By point: the
    histogram of the estimates at all points, with the one of all together.

    Make it by `from_data` or `from_estimator`; all parameters are kept as attributes.

    Parameters
    ----------
    curves : dict of str to ndarray of shape (m, 3), default=None
        By method: number of neighbours, dimension, standard error.
    pointwise : ndarray of shape (n_samples,), default=None
        Estimates at the points, drawn if there are no `curves`.
    dimension : float, default=None
        Of all points together.
    standard_error : float, default=None
        Of `dimension`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the picture.
    figure_ : matplotlib Figure
        That contains the axes.
    lines_ : dict of str to matplotlib Line2D
        By method; of a histogram, the line of ``dimension``.
    bands_ : dict of str to matplotlib PolyCollection
        By method, two standard errors to either side. Not for one size only, where bars
        show them.
    bars_ : list of matplotlib Rectangle
        Of the histogram.

    See Also
    --------
    skmanifold_nn.metrics.IntrinsicDimension : What is drawn.

    References
    ----------
    .. [1] Levina and Bickel, "Maximum likelihood estimation of intrinsic dimension",
       NIPS 2004: estimates against the number of neighbours.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.plotting import IntrinsicDimensionDisplay
    >>> X, _ = make_swiss_roll(500, random_state=1)
    >>> display = IntrinsicDimensionDisplay.from_data(
    ...     X, methods=["mle", "two_nn"], n_neighbors=[5, 10, 20]
    ... )
    >>> display.curves["mle"][:, 1].round(1)
    array([2. , 1.9, 1.9])
    >>> display.figure_.savefig("dimension.png")  # doctest: +SKIP
    """

    ax_: Axes
    figure_: Figure
    lines_: dict[str, Line2D]
    bands_: dict[str, PolyCollection]
    bars_: list[Rectangle]

    def __init__(
        self,
        curves: dict[str, NDArray] | None = None,
        *,
        pointwise: NDArray | None = None,
        dimension: float | None = None,
        standard_error: float | None = None,
    ) -> None:
        self.curves = curves
        self.pointwise = pointwise
        self.dimension = dimension
        self.standard_error = standard_error

    @closes_on_error
    def plot(
        self,
        ax: Axes | None = None,
        *,
        line_kw: dict[str, Any] | None = None,
        bar_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves, or the histogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for the lines, see :meth:`matplotlib.axes.Axes.plot`.
        bar_kw : dict, default=None
            Keywords for the histogram, see :meth:`matplotlib.axes.Axes.bar`.

        Returns
        -------
        display : IntrinsicDimensionDisplay
            Itself.
        """
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        self.lines_: dict[str, Line2D] = {}
        self.bands_: dict[str, PolyCollection] = {}
        self.bars_: list[Rectangle] = []
        if self.curves is not None:
            self._draw_curves(ax, line_kw)
        else:
            self._draw_histogram(ax, line_kw, bar_kw)
        ax.legend()
        self.ax_: Axes = ax
        self.figure_: Figure = ax.figure
        return self

    def _draw_curves(self, ax, line_kw):
        from matplotlib.lines import Line2D
        from matplotlib.ticker import NullFormatter, ScalarFormatter

        sizes = np.concatenate([curve[:, 0] for curve in self.curves.values()])
        for number, (method, curve) in enumerate(self.curves.items()):
            known = list(METHODS).index(method) if method in METHODS else number
            color = OKABE_ITO[known % len(OKABE_ITO)]
            name, style = METHODS.get(method, (method, "o-"))
            size, dimension, error = np.transpose(curve)
            reach = N_ERRORS * np.nan_to_num(error)
            drawn = {"color": color, "label": name, "markersize": 5}
            (line,) = ax.plot(size, dimension, style, **styled(Line2D, drawn, line_kw))
            color = line.get_color()
            if len(curve) > 1:
                self.bands_[method] = ax.fill_between(
                    size,
                    dimension - reach,
                    dimension + reach,
                    color=color,
                    alpha=0.2,
                    linewidth=0,
                )
            else:
                ax.errorbar(size, dimension, reach, color=color, capsize=4, fmt="none")
            self.lines_[method] = line
        if sizes.max() > 5 * sizes.min():
            ax.set_xscale("log")
            round_sizes = [f * 10**e for e in range(5) for f in (1, 2, 5)]
            inside = [s for s in round_sizes if sizes.min() <= s <= sizes.max()]
            ax.set_xticks(inside)
            ax.xaxis.set_major_formatter(ScalarFormatter())
            ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set(xlabel="number of neighbors", ylabel="dimension", ylim=(0, None))
        ax.grid(axis="y", alpha=0.3)

    def _draw_histogram(self, ax, line_kw, bar_kw):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        known = self.pointwise[~np.isnan(self.pointwise)]
        is_whole = np.isfinite(known).all() and np.array_equal(known, np.rint(known))
        limit = known.max() if is_whole else FAR * np.median(known)
        shown = known[(known <= limit) & np.isfinite(known)]
        if is_whole:
            edges = np.arange(shown.min() - 0.5, shown.max() + 1)
        else:
            edges = np.histogram_bin_edges(shown, min(max(len(shown) // 20, 5), 60))
        counts, edges = np.histogram(shown, edges)
        bars = {"color": BLUE, "alpha": 0.6, "label": "at the points"}
        if len(known) > len(shown):
            bars["label"] += f" ({len(known) - len(shown):,} above {limit:.3g})"
        bars |= {"edgecolor": "white", "linewidth": 0.5}
        width = np.diff(edges) * (0.8 if is_whole else 1)
        centers = (edges[1:] + edges[:-1]) / 2
        bars = styled(Rectangle, bars, bar_kw)
        self.bars_ = list(ax.bar(centers, counts, width, **bars))
        if self.dimension is not None:
            label = f"all together: {self.dimension:.3g}"
            if self.standard_error is not None and np.isfinite(self.standard_error):
                label += f" ± {self.standard_error:.2g}"
            line = {"color": VERMILION, "linewidth": 2, "label": label}
            line = styled(Line2D, line, line_kw)
            self.lines_["dimension"] = ax.axvline(self.dimension, **line)
        if is_whole:
            ax.xaxis.get_major_locator().set_params(integer=True)
        else:
            ax.set_xlim(0, None)
        ax.set(xlabel="dimension", ylabel="number of points")

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
        bar_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the histogram of the estimates at the points.

        Parameters
        ----------
        estimator : IntrinsicDimension
            Fitted, or a fitted pipeline that ends in it.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for the line of all points together.
        bar_kw : dict, default=None
            Keywords for the bars.

        Returns
        -------
        display : IntrinsicDimensionDisplay
            The histogram, drawn.
        """
        fitted = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        check_is_fitted(fitted, "dimension_pw_")
        display = cls(
            pointwise=fitted.dimension_pw_,
            dimension=fitted.dimension_,
            standard_error=fitted.standard_error_,
        )
        return display.plot(ax, line_kw=line_kw, bar_kw=bar_kw)

    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        *,
        methods: list[str] | tuple[str, ...] | None = None,
        n_neighbors: ArrayLike | None = None,
        metric: str = "euclidean",
        n_jobs: int | None = None,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw estimates by several methods against the number of neighbours.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples, or distances with ``metric='precomputed'``.
        methods : list of str, default=None
            Of :class:`~skmanifold_nn.metrics.IntrinsicDimension`; None takes all that
            `metric` allows. "two_nn" has one size, 2, and is one point.
        n_neighbors : array-like of int, default=None
            The sizes; None takes some from 5 to 100, below a quarter of the samples.
        metric : str or callable, default="euclidean"
            Of the distances between samples.
        n_jobs : int, default=None
            Number of threads.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for the lines.

        Returns
        -------
        display : IntrinsicDimensionDisplay
            The curves, drawn.
        """
        if methods is None:
            has_axes = metric in ("euclidean", "l2")
            methods = [name for name in METHODS if has_axes or name != "local_pca"]
        if n_neighbors is None:
            most = max(np.shape(X)[0] // 4, 2)
            n_neighbors = [k for k in SIZES if k <= most] or [most]
        curves = {}
        for method in methods:
            sizes = [2] if method == "two_nn" else np.asarray(n_neighbors).tolist()
            rows = []
            for k in sizes:
                fitted = IntrinsicDimension(
                    method, n_neighbors=k, metric=metric, n_jobs=n_jobs
                ).fit(X)
                rows.append((k, fitted.dimension_, fitted.standard_error_))
            curves[method] = np.array(rows)
        return cls(curves).plot(ax, line_kw=line_kw)
