"""Decision regions: which class a classifier predicts where in the plane."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from ._drawing import axes_of, class_styles, closes_on_error, styled
from ._labels import array_of, labels_among
from ._plane import bounds_of, like, rows_of
from ._points import draw_legend, draw_points, styles_among

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DecisionRegionsDisplay"]


class DecisionRegionsDisplay:
    """Regions of the plane by the class that a classifier predicts there.

    scikit-learn's :class:`~sklearn.inspection.DecisionBoundaryDisplay` colours the
    plane; the borders of the regions and the samples are added here. Classes are in
    the order of ``classes``, and look as in all Displays, see
    :class:`EmbeddingDisplay`, which has pandas' categories in their own order, though.

    Make it by `from_estimator` or `from_predictions`; all parameters are kept as
    attributes.

    Parameters
    ----------
    xx0, xx1 : ndarray of shape (n_rows, n_columns)
        Coordinates of the places of a grid, as :func:`numpy.meshgrid` gives them.
    predictions : ndarray of shape (n_rows, n_columns)
        Labels predicted there.
    classes : ndarray of shape (n_classes,)
        All labels.
    probabilities : ndarray of shape (n_rows, n_columns, n_classes), default=None
        Of the classes. None: regions are of one shade.
    X : ndarray of shape (n_samples, 2), default=None
        Samples; those that are not finite are left out. None draws regions only.
    y : array-like of shape (n_samples,), default=None
        Their labels. None: samples are grey; so are those that are none of the classes.
        The name of a pandas Series, or of the one column of a data frame, stands at the
        legend.
    feature_names : (str, str), default=None
        Labels of the axes.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the regions.
    figure_ : matplotlib Figure
        That contains the axes.
    boundary_ : sklearn.inspection.DecisionBoundaryDisplay
        That has coloured the plane; its ``surface_`` has what it has drawn.
    borders_ : list of matplotlib QuadContourSet
        Borders, one for each class, or one alone if there are two.
    scatters_ : list of matplotlib PathCollection
        Samples, class by class.
    legend_ : matplotlib Legend or None
        Of the classes.

    See Also
    --------
    LayerRepresentationsDisplay : What the layers of a network make of the plane.
    sklearn.inspection.DecisionBoundaryDisplay : Regressors and outlier detectors, too.

    References
    ----------
    .. [1] Hastie, Tibshirani, Friedman, "The elements of statistical learning", 2nd
       edition (2009), chapter 2: what different methods make of one plane.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from skmanifold_nn.neural_network import MLPClassifier
    >>> from skmanifold_nn.plotting import DecisionRegionsDisplay
    >>> X, y = make_moons(noise=0.1, random_state=1)
    >>> net = MLPClassifier((10,), solver="lbfgs", random_state=1).fit(X, y)
    >>> display = DecisionRegionsDisplay.from_estimator(net, X, y)
    >>> display.predictions.shape
    (200, 200)
    >>> display.figure_.savefig("regions.png")  # doctest: +SKIP
    """

    ax_: Axes
    figure_: Figure
    boundary_: Any
    borders_: list[Any]
    scatters_: list[Any]
    legend_: Any

    def __init__(
        self,
        xx0: NDArray,
        xx1: NDArray,
        predictions: NDArray,
        classes: NDArray,
        *,
        probabilities: NDArray | None = None,
        X: NDArray | None = None,
        y: ArrayLike | None = None,
        feature_names: tuple[str, str] | None = None,
    ) -> None:
        self.xx0 = xx0
        self.xx1 = xx1
        self.predictions = predictions
        self.classes = classes
        self.probabilities = probabilities
        self.X = X
        self.y = y
        self.feature_names = feature_names

    @closes_on_error
    def plot(
        self,
        ax: Axes | None = None,
        *,
        region_kw: dict[str, Any] | None = None,
        border_kw: dict[str, Any] | None = None,
        scatter_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw regions, borders and samples.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        region_kw : dict, default=None
            Keywords for the regions, see :meth:`matplotlib.axes.Axes.pcolormesh`.
        border_kw : dict, default=None
            Keywords for the borders, see :meth:`matplotlib.axes.Axes.contour`.
        scatter_kw : dict, default=None
            Keywords for the samples, see :meth:`matplotlib.axes.Axes.scatter`.

        Returns
        -------
        display : DecisionRegionsDisplay
            Itself.
        """
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        from matplotlib.collections import PathCollection

        placed: Any = None if self.X is None else _placed(self.X)
        self._draw_regions(ax, region_kw)
        self._draw_borders(ax, border_kw)
        ax.set(xlim=self.xx0[0, [0, -1]], ylim=self.xx1[[0, -1], 0])
        self.scatters_, self.legend_ = [], None
        if self.X is not None:
            # Without labels all samples are of none of the classes.
            y = np.full(len(placed), None) if self.y is None else self.y
            X, labels = self.X[placed], labels_among(y, self.classes)[placed]
            styles = styles_among(styled(PathCollection, {}, scatter_kw), placed)
            scatters, others = draw_points(ax, X, labels, styles, by_class=True)
            self.scatters_ = [drawn for drawn in (*scatters, others) if drawn]
            if self.y is not None:
                self.legend_ = draw_legend(ax, X, labels, styles, beside=False)
        if self.feature_names is not None:
            ax.set(xlabel=self.feature_names[0], ylabel=self.feature_names[1])
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_regions(self, ax, region_kw):
        from matplotlib.collections import QuadMesh
        from matplotlib.colors import LinearSegmentedColormap, ListedColormap
        from sklearn.inspection import DecisionBoundaryDisplay

        n_classes = len(self.classes)
        colours, _ = class_styles(n_classes)
        regions = {"vmin": 0, "vmax": 1, "zorder": -1, "rasterized": True, "alpha": 0.5}
        response = self.probabilities
        if response is None:
            response = np.searchsorted(self.classes, self.predictions)
            regions.update(vmin=-0.5, vmax=n_classes - 0.5, alpha=0.35)
        # scikit-learn draws two classes by one scale, of whatever colours are given.
        if n_classes == 2:
            if self.probabilities is None:
                regions["cmap"] = ListedColormap(colours)
            else:
                response = response[..., 1]
                both = [colours[0], "white", colours[1]]
                regions["cmap"] = LinearSegmentedColormap.from_list("classes", both)
        self.boundary_ = DecisionBoundaryDisplay(
            xx0=self.xx0,
            xx1=self.xx1,
            n_classes=n_classes,
            response=response,
            multiclass_colors=colours,
        )
        regions = styled(QuadMesh, regions, region_kw)
        self.boundary_.plot(plot_method="pcolormesh", ax=ax, **regions)

    def _draw_borders(self, ax, border_kw):
        """Contours, at zero, of what a class has more than the best other one."""
        borders = {"levels": [0], "colors": "black", "linewidths": 1, "zorder": 0}
        if "cmap" in (border_kw or {}):
            del borders["colors"]
        borders |= border_kw or {}
        values = self.probabilities
        if values is None:
            values = (self.predictions[..., np.newaxis] == self.classes).astype(float)
        self.borders_ = []
        for k in range(1 if len(self.classes) == 2 else len(self.classes)):
            others = np.delete(values, k, axis=2)
            ahead = values[..., k] - others.max(axis=2, initial=0)
            # matplotlib warns of contours that there are none of.
            if ahead.min() < 0 < ahead.max():
                self.borders_.append(ax.contour(self.xx0, self.xx1, ahead, **borders))

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        probabilities: bool = False,
        grid_resolution: int = 200,
        margin: float = 0.1,
        ax: Axes | None = None,
        region_kw: dict[str, Any] | None = None,
        border_kw: dict[str, Any] | None = None,
        scatter_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the decision regions of a fitted classifier of two features.

        Parameters
        ----------
        estimator : estimator
            Fitted classifier, or a fitted pipeline that ends in one.
        X : array-like of shape (n_samples, 2)
            Samples, which tell the part of the plane, too; those with NaN have no
            place in it and are left out. A data frame gives labels to the axes.
        y : array-like of shape (n_samples,), default=None
            Their labels. None: samples are grey.
        probabilities : bool, default=False
            Whether regions are the paler the smaller the probability of their class
            is, by `predict_proba`.
        grid_resolution : int, default=200
            Places of the grid along each axis.
        margin : float, default=0.1
            What is drawn beyond the samples, as a share of their range.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        region_kw : dict, default=None
            Keywords for the regions.
        border_kw : dict, default=None
            Keywords for the borders.
        scatter_kw : dict, default=None
            Keywords for the samples.

        Returns
        -------
        display : DecisionRegionsDisplay
            The regions, drawn.

        Raises
        ------
        ValueError
            If X has not two features, or the estimator is no classifier.
        """
        _check_classifier(estimator, probabilities)
        rows = _of_two_features(X)
        low, high = bounds_of(rows[_placed(rows)], margin)
        if not (isinstance(grid_resolution, Integral) and grid_resolution > 1):
            raise ValueError(
                "grid_resolution must be an int greater than 1, got "
                f"{grid_resolution!r}."
            )
        xx0, xx1 = np.meshgrid(
            np.linspace(low[0], high[0], grid_resolution),
            np.linspace(low[1], high[1], grid_resolution),
        )
        grid = like(X, np.column_stack([xx0.ravel(), xx1.ravel()]))
        predictions = np.asarray(estimator.predict(grid))
        if predictions.ndim > 1:
            _refuse_several(estimator)
        shares = None
        if probabilities:
            shares = np.asarray(estimator.predict_proba(grid)).reshape(*xx0.shape, -1)
        names = None
        if hasattr(X, "columns"):
            names = str(X.columns[0]), str(X.columns[1])
        return cls.from_predictions(
            xx0,
            xx1,
            predictions.reshape(xx0.shape),
            classes=estimator.classes_,
            probabilities=shares,
            X=rows,
            y=y,
            feature_names=names,
            ax=ax,
            region_kw=region_kw,
            border_kw=border_kw,
            scatter_kw=scatter_kw,
        )

    @classmethod
    def from_predictions(
        cls,
        xx0: ArrayLike,
        xx1: ArrayLike,
        predictions: ArrayLike,
        *,
        classes: ArrayLike | None = None,
        probabilities: ArrayLike | None = None,
        X: ArrayLike | None = None,
        y: ArrayLike | None = None,
        feature_names: tuple[str, str] | None = None,
        ax: Axes | None = None,
        region_kw: dict[str, Any] | None = None,
        border_kw: dict[str, Any] | None = None,
        scatter_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw decision regions from predictions for the places of a grid.

        Parameters
        ----------
        xx0, xx1 : array-like of shape (n_rows, n_columns)
            Coordinates of the places, as :func:`numpy.meshgrid` gives them.
        predictions : array-like of shape (n_rows, n_columns)
            Labels predicted there.
        classes : array-like of shape (n_classes,), default=None
            All labels, in ascending order. None: those among the predictions.
        probabilities : array-like of shape (n_rows, n_columns, n_classes), \
                default=None
            Of the classes. None: regions are of one shade.
        X : array-like of shape (n_samples, 2), default=None
            Samples; those with NaN have no place and are left out. None draws regions
            only.
        y : array-like of shape (n_samples,), default=None
            Their labels. None: samples are grey.
        feature_names : (str, str), default=None
            Labels of the axes.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        region_kw : dict, default=None
            Keywords for the regions.
        border_kw : dict, default=None
            Keywords for the borders.
        scatter_kw : dict, default=None
            Keywords for the samples.

        Returns
        -------
        display : DecisionRegionsDisplay
            The regions, drawn.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        xx0, xx1, predictions, classes, probabilities = _checked_grid(
            xx0, xx1, predictions, classes, probabilities
        )
        if X is not None:
            check_consistent_length(X, y)
            X = _of_two_features(X)
        display = cls(
            xx0,
            xx1,
            predictions,
            classes,
            probabilities=probabilities,
            X=X,
            y=y,
            feature_names=feature_names,
        )
        return display.plot(
            ax, region_kw=region_kw, border_kw=border_kw, scatter_kw=scatter_kw
        )


def _refuse_several(estimator):
    raise ValueError(
        "DecisionRegionsDisplay draws one label a sample, but "
        f"{type(estimator).__name__} predicts several: fit one classifier for each."
    )


def _of_two_features(X):
    rows = rows_of(X)
    if rows.shape[1] != 2:
        raise ValueError(
            "DecisionRegionsDisplay draws classifiers of two features, got "
            f"{rows.shape[1]}: fit one to two of them, or to two components of an "
            "embedding."
        )
    return array_of(rows).astype(float) if rows.dtype.kind == "O" else rows


def _placed(rows):
    """Which samples have a place in the plane, as those without one feature have not.

    Raises
    ------
    ValueError
        If none has.
    """
    placed = np.isfinite(rows).all(axis=1)
    if not placed.any():
        raise ValueError(
            "X holds no sample of two finite features: without any there is no part "
            "of the plane to draw. Impute them, or give others."
        )
    return placed


def _checked_grid(xx0, xx1, predictions, classes, probabilities):
    """Arrays that belong together, and the classes, ascending."""
    xx0, xx1, predictions = (np.asarray(a) for a in (xx0, xx1, predictions))
    shapes = [a.shape for a in (xx0, xx1, predictions)]
    if len(shapes[0]) != 2 or len(set(shapes)) > 1 or 0 in shapes[0]:
        raise ValueError(
            "xx0, xx1 and predictions must be tables of one shape, as numpy.meshgrid "
            f"makes them, got {shapes}."
        )
    found = np.unique(predictions)
    classes = found if classes is None else np.asarray(classes)
    if not np.array_equal(np.unique(classes), classes):
        raise ValueError(f"classes must be in ascending order, got {classes}.")
    if not np.isin(found, classes).all():
        raise ValueError(
            f"classes must hold all labels that are predicted, {found}, got {classes}."
        )
    if probabilities is not None:
        probabilities = np.asarray(probabilities)
        if probabilities.shape != (*xx0.shape, len(classes)):
            raise ValueError(
                f"probabilities must have the shape {(*xx0.shape, len(classes))}, one "
                f"for each place and class, got {probabilities.shape}."
            )
    return xx0, xx1, predictions, classes, probabilities


def _check_classifier(estimator, probabilities):
    check_is_fitted(estimator)
    name = type(estimator).__name__
    if not is_classifier(estimator):
        raise ValueError(
            f"DecisionRegionsDisplay draws classifiers, got {name}: see scikit-learn's "
            "DecisionBoundaryDisplay for others."
        )
    if np.ndim(estimator.classes_[0]) > 0 or isinstance(estimator.classes_, list):
        _refuse_several(estimator)
    if probabilities and not hasattr(estimator, "predict_proba"):
        raise ValueError(
            f"probabilities=True needs predict_proba, which {name} has not: set "
            "probabilities=False."
        )
