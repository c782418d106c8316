"""Intrinsic dimension against the size of neighbourhoods, or point by point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..metrics._intrinsic_dimension import dimension_curves
from ._drawing import BLUE, OKABE_ITO, VERMILION, axes_of, closes_on_error, styled
from ._fitted import last_step

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
    "two_nn": ("two nearest neighbours", "D"),
    "correlation": ("correlation dimension", "s--"),
    "local_pca": ("local principal components", "^-."),
}
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

        Raises
        ------
        ValueError
            If there is nothing to draw, or no finite estimate.
        """
        curves, pointwise = _checked(self.curves, self.pointwise)
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        self.lines_: dict[str, Line2D] = {}
        self.bands_: dict[str, PolyCollection] = {}
        self.bars_: list[Rectangle] = []
        if curves:
            self._draw_curves(ax, curves, line_kw)
        else:
            self._draw_histogram(ax, pointwise, line_kw, bar_kw)
        ax.legend()
        self.ax_: Axes = ax
        self.figure_: Figure = ax.figure
        return self

    def _draw_curves(self, ax, curves, line_kw):
        from matplotlib.lines import Line2D
        from matplotlib.ticker import NullFormatter, ScalarFormatter

        sizes = np.concatenate([curve[:, 0] for curve in curves.values()])
        for number, (method, curve) in enumerate(curves.items()):
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
        ax.set(xlabel="number of neighbours", ylabel="dimension", ylim=(0, None))
        ax.grid(axis="y", alpha=0.3)

    def _draw_histogram(self, ax, pointwise, line_kw, bar_kw):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        known = pointwise[~np.isnan(pointwise)]
        is_whole = np.isfinite(known).all() and np.array_equal(known, np.rint(known))
        middle = np.median(known)
        if not np.isfinite(middle):  # most points have neighbours at one distance
            middle = np.median(known[np.isfinite(known)])
        limit = known.max() if is_whole else FAR * middle
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

        Raises
        ------
        ValueError
            If the estimator is another one.
        """
        fitted = last_step(estimator)
        check_is_fitted(fitted)
        if not hasattr(fitted, "dimension_pw_"):
            raise ValueError(
                f"This {type(fitted).__name__} has no dimension_pw_: give a fitted "
                "IntrinsicDimension, or use from_data."
            )
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
        methods: str | list[str] | tuple[str, ...] | None = None,
        n_neighbors: ArrayLike | None = None,
        metric: str | Callable[..., float] = "euclidean",
        n_jobs: int | None = None,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw estimates by several methods against the number of neighbours.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples, or distances with ``metric='precomputed'``.
        methods : str or list of str, default=None
            Of :class:`~skmanifold_nn.metrics.IntrinsicDimension`; None takes all that
            `metric` allows, but for those, named in a warning, that refuse the samples.
            "two_nn" has one size, 2, and is one point.
        n_neighbors : int or array-like of int, default=None
            The sizes; None takes some from 5 to 100, up to a quarter of the distinct
            samples.
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
        sizes = None if n_neighbors is None else np.unique(n_neighbors).tolist()
        if methods is not None:
            methods = [methods] if isinstance(methods, str) else list(methods)
        for name, given in (("methods", methods), ("n_neighbors", sizes)):
            if given == []:
                raise ValueError(
                    f"{name} must not be empty, got {given}. None takes the usual ones."
                )
        curves = dimension_curves(X, methods, sizes, metric, n_jobs)
        return cls(curves).plot(ax, line_kw=line_kw)


def _checked(
    curves: Mapping[str, ArrayLike] | None, pointwise: ArrayLike | None
) -> tuple[dict[str, NDArray], NDArray]:
    """What to draw, as arrays; no curves where there are none."""
    arrays = {name: np.asarray(curve) for name, curve in (curves or {}).items()}
    for name, array in arrays.items():
        if array.ndim != 2 or array.shape[1] != 3 or len(array) == 0:
            raise ValueError(
                "curves must have a row (number of neighbours, dimension, standard "
                f"error) for each size, got shape {array.shape} of {name!r}."
            )
    found = np.asarray([] if pointwise is None else pointwise, dtype=float)
    if not arrays and not np.isfinite(found).any():
        raise ValueError(
            "There is nothing to draw: give curves of one method at least with one "
            "size, or pointwise estimates of which some are finite."
        )
    return arrays, found
