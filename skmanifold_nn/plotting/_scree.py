"""Scree plots: how much each dimension explains, and where that ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import pairwise_distances_chunked
from sklearn.utils import check_array, gen_batches
from sklearn.utils.validation import check_is_fitted

from .._measures import residual_variances
from ._drawing import BLUE, VERMILION, axes_of, closes_on_error, styled
from ._elbow import elbow, gap
from ._fitted import steps_of
from ._pairs import ATTRIBUTES, pairs_of_estimator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["ScreeDisplay"]

Mark = Literal["auto", "elbow", "gap"] | None

# Residual variances that fall by less from the first to the last can bend only at the
# first, coming from the 1 of no dimension at all.
FLAT = 0.01
# Residual variances, of 1 in all, are not drawn larger than with this at the top.
SMALLEST_SCALE = 0.1
ROWS = 256  # of distances at a time


class ScreeDisplay:
    """A curve over the number of dimensions, with its elbow or its largest gap.

    Residual variances [1]_ fall to the elbow, beyond which further dimensions explain
    little more. Eigenvalues, one for each dimension, lie high up to the last dimension
    before the elbow: the scree test [2]_. The elbow is the point farthest from the
    straight line between the curve's ends, as in Kneedle [3]_; a line that is nearly
    straight has none. Of eigenvalues of graphs, as Laplacian eigenmaps and diffusion
    maps have them, the largest gap is marked instead, if it is at least twice any
    other: the eigengap [4]_; k of them before it speak for k dimensions, or, if they
    are near that of the constant, for k + 1 clusters.

    An elbow is a suggestion: fit with several dimensions more than you expect, and look
    at the curve.

    Make it by `from_estimator` or `from_values`; all parameters are kept as attributes.

    Parameters
    ----------
    values : array-like of shape (n_values,)
        In the order of the dimensions.
    dimensions : array-like of shape (n_values,), default=None
        Numbers of dimensions, ascending. None is 1, 2, ...
    kind : {'residual_variance', 'eigenvalues'} or str, default='residual_variance'
        What the values are. Any other name, as ``'stress'``, stands at the axis, and
        its elbow is read as that of residual variances.
    mark : {'auto', 'elbow', 'gap'} or None, default='auto'
        What to mark. 'auto' is the gap of ascending eigenvalues, and otherwise the
        elbow.
    name : str, default=None
        Title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the curve.
    figure_ : matplotlib Figure
        That contains the axes.
    line_ : matplotlib Line2D
        The curve.
    mark_ : matplotlib Line2D or None
        A ring at the elbow, or a line across the gap.
    n_dimensions_ : int or None
        How many dimensions the mark suggests; None if there is no clear elbow or gap.

    See Also
    --------
    EmbeddingDisplay : The embedding itself.

    References
    ----------
    .. [1] Tenenbaum, de Silva, Langford, "A global geometric framework for nonlinear
       dimensionality reduction", Science 290 (2000).
    .. [2] Cattell, "The scree test for the number of factors", Multivariate Behavioral
       Research 1 (1966).
    .. [3] Satopaa, Albrecht, Irwin, Raghavan, "Finding a 'Kneedle' in a haystack:
       detecting knee points in system behavior", ICDCS workshops (2011).
    .. [4] von Luxburg, "A tutorial on spectral clustering", Statistics and Computing
       17 (2007), section 8.3.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.manifold import Isomap
    >>> from skmanifold_nn.plotting import ScreeDisplay
    >>> X, _ = make_swiss_roll(800, random_state=3)
    >>> isomap = Isomap(n_neighbors=8, n_components=8).fit(X)
    >>> display = ScreeDisplay.from_estimator(isomap)
    >>> display.n_dimensions_
    2
    >>> display.figure_.savefig("scree.png")  # doctest: +SKIP
    """

    ax_: Axes
    figure_: Figure
    line_: Line2D
    mark_: Line2D | None
    n_dimensions_: int | None

    def __init__(
        self,
        values: ArrayLike,
        *,
        dimensions: ArrayLike | None = None,
        kind: str = "residual_variance",
        mark: Mark = "auto",
        name: str | None = None,
    ) -> None:
        self.values = values
        self.dimensions = dimensions
        self.kind = kind
        self.mark = mark
        self.name = name

    @closes_on_error
    def plot(
        self,
        ax: Axes | None = None,
        *,
        legend: bool = True,
        line_kw: dict[str, Any] | None = None,
        mark_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        legend : bool, default=True
            Whether to say what is marked.
        line_kw : dict, default=None
            Keywords for the curve, see :meth:`matplotlib.axes.Axes.plot`.
        mark_kw : dict, default=None
            Keywords for the mark, see :meth:`matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : ScreeDisplay
            Itself.

        Raises
        ------
        ValueError
            If values and dimensions are no curve, or `mark` is none of the above.
        """
        dimensions, values = _checked_curve(self.values, self.dimensions)
        if not isinstance(self.kind, str):
            raise ValueError(
                f"kind must say what values are, as 'stress', got {self.kind!r}."
            )
        found, self.n_dimensions_, label = _find(
            dimensions, values, self.kind, self.mark
        )
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        from matplotlib.lines import Line2D
        from matplotlib.ticker import MaxNLocator

        line = {"color": BLUE, "marker": "o", "markersize": 5, "linewidth": 1.5}
        (self.line_,) = ax.plot(dimensions, values, **styled(Line2D, line, line_kw))
        self.mark_ = None
        if found is not None:
            mark: dict[str, Any] = {
                "color": VERMILION,
                "label": label,
                "linestyle": "none",
            }
            if found.stop - found.start == 1:
                mark |= {"marker": "o", "fillstyle": "none", "markersize": 13}
                mark |= {"markeredgewidth": 1.8, "clip_on": False}
            else:
                mark |= {"linestyle": "-", "linewidth": 5, "alpha": 0.6, "zorder": 1.9}
            (self.mark_,) = ax.plot(
                dimensions[found], values[found], **styled(Line2D, mark, mark_kw)
            )
            if legend:
                ax.legend()
        ax.set_xlabel(
            "dimension" if self.kind == "eigenvalues" else "number of dimensions"
        )
        names = {"eigenvalues": "eigenvalue"}
        ax.set_ylabel(names.get(self.kind, self.kind.replace("_", " ")))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if values.min() >= 0:
            least = SMALLEST_SCALE if self.kind == "residual_variance" else 0
            top = max(1.05 * values.max(), least, ax.get_ylim()[1])
            ax.set_ylim(0, top)
        if self.name is not None:
            ax.set_title(self.name)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | None = None,
        *,
        kind: Literal["auto", "residual_variance", "eigenvalues"] = "auto",
        mark: Mark = "auto",
        name: str | None = None,
        ax: Axes | None = None,
        legend: bool = True,
        line_kw: dict[str, Any] | None = None,
        mark_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curve of a fitted embedding of several dimensions.

        Parameters
        ----------
        estimator : estimator
            Fitted, a fitted pipeline that ends in it, or a search among such. Its first
            k columns must be its embedding in k dimensions: not MDS, of which you fit
            one for each number of dimensions and use `from_values`.
        X : array-like of shape (n_samples, n_features), default=None
            Rows for residual variances of an estimator that keeps no dissimilarities,
            as :class:`sklearn.decomposition.PCA`: their Euclidean distances, against
            those of ``estimator.transform(X)``.
        kind : {'auto', 'residual_variance', 'eigenvalues'}, default='auto'
            What to draw: the share of the dissimilarities' variance that the first 1,
            2, ... columns do not explain; or ``eigenvalues_``, of PCA
            ``explained_variance_``. 'auto' is the first where there are dissimilarities
            or X.
        mark : {'auto', 'elbow', 'gap'} or None, default='auto'
            What to mark. 'auto' is the gap of eigenvalues that belong to a graph or
            ascend, and otherwise the elbow.
        name : str, default=None
            Title. None is the name of the estimator's class.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        legend : bool, default=True
            Whether to say what is marked.
        line_kw : dict, default=None
            Keywords for the curve.
        mark_kw : dict, default=None
            Keywords for the mark.

        Returns
        -------
        display : ScreeDisplay
            The curve, drawn.

        Raises
        ------
        ValueError
            If the estimator has no such values.
        """
        before, last = steps_of(estimator)
        check_is_fitted(last)
        if kind == "auto":
            is_residual = X is not None or _keeps_dissimilarities(last)
            kind = "residual_variance" if is_residual else "eigenvalues"
        if kind == "residual_variance":
            values = _residual_variances(before, last, X)
        elif kind == "eigenvalues":
            values = _eigenvalues(last)
            if mark == "auto" and hasattr(last, "affinity_matrix_"):
                mark = "gap"
        else:
            raise ValueError(
                "kind must be one of auto, residual_variance, eigenvalues, got "
                f"{kind!r}."
            )
        return cls.from_values(
            values,
            kind=kind,
            mark=mark,
            name=type(last).__name__ if name is None else name,
            ax=ax,
            legend=legend,
            line_kw=line_kw,
            mark_kw=mark_kw,
        )

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        *,
        dimensions: ArrayLike | None = None,
        kind: str = "residual_variance",
        mark: Mark = "auto",
        name: str | None = None,
        ax: Axes | None = None,
        legend: bool = True,
        line_kw: dict[str, Any] | None = None,
        mark_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw any curve over the number of dimensions.

        Parameters
        ----------
        values : array-like of shape (n_values,)
            In the order of the dimensions.
        dimensions : array-like of shape (n_values,), default=None
            Numbers of dimensions, ascending. None is 1, 2, ...
        kind : {'residual_variance', 'eigenvalues'} or str, default='residual_variance'
            What the values are.
        mark : {'auto', 'elbow', 'gap'} or None, default='auto'
            What to mark.
        name : str, default=None
            Title.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        legend : bool, default=True
            Whether to say what is marked.
        line_kw : dict, default=None
            Keywords for the curve.
        mark_kw : dict, default=None
            Keywords for the mark.

        Returns
        -------
        display : ScreeDisplay
            The curve, drawn.

        Raises
        ------
        ValueError
            If values and dimensions are no curve.
        """
        display = cls(values, dimensions=dimensions, kind=kind, mark=mark, name=name)
        return display.plot(ax, legend=legend, line_kw=line_kw, mark_kw=mark_kw)


def _checked_curve(
    values: ArrayLike, dimensions: ArrayLike | None
) -> tuple[NDArray, NDArray]:
    """Numbers of dimensions and values, the numbers ascending."""
    values = check_array(values, dtype=np.float64, ensure_2d=False, input_name="values")
    if values.size != len(values):
        raise ValueError(
            "values must be one curve, a value for each number of dimensions, got shape"
            f" {values.shape}."
        )
    values = values.ravel()
    if dimensions is None:
        return np.arange(1, len(values) + 1), values
    dimensions = np.asarray(dimensions)
    are_numbers = dimensions.dtype.kind in "iuf" and np.isfinite(dimensions).all()
    if (
        dimensions.shape != values.shape
        or not are_numbers
        or (np.diff(dimensions) <= 0).any()
    ):
        raise ValueError(
            f"dimensions must be {len(values)} ascending numbers, one for each value, "
            f"got {dimensions!r}."
        )
    return dimensions, values


def _find(
    dimensions: NDArray, values: NDArray, kind: str, mark: Mark
) -> tuple[slice | None, int | None, str | None]:
    """The points to mark, the number of dimensions that they suggest, what to say."""
    if mark not in ("auto", "elbow", "gap", None):
        raise ValueError(f"mark must be 'auto', 'elbow', 'gap' or None, got {mark!r}.")
    ascends = values[-1] > values[0]
    if mark == "auto":
        mark = "gap" if kind == "eigenvalues" and ascends else "elbow"
    if mark == "gap":
        found = gap(values)
        if found is None:
            return None, None, None
        n = int(dimensions[found])
        return slice(found, found + 2), n, f"largest gap: after {n}"
    found = elbow(dimensions, values) if mark == "elbow" else None
    if kind == "residual_variance" and mark and dimensions[0] == 1:
        if abs(values[0] - values[-1]) < FLAT:
            whole = elbow(np.append(0, dimensions), np.append(1, values))
            found = 0 if whole == 1 else None
    if found is None:
        return None, None, None
    if kind == "eigenvalues":  # one for each dimension: the elbow's is flat already
        n = int(dimensions[found - 1])
        label = f"elbow, after {n} dimension{'s' * (n != 1)}"
    else:
        n = int(dimensions[found])
        label = f"elbow: {n} dimension{'s' * (n != 1)}"
    return slice(found, found + 1), n, label


def _keeps_dissimilarities(estimator: Any) -> bool:
    """Whether residual variances come from the estimator itself."""
    is_scaling = hasattr(estimator, "stress_")  # columns of MDS have no order
    return not is_scaling and (
        hasattr(estimator, "residual_variance")
        or any(hasattr(estimator, name) for name, _ in ATTRIBUTES)
    )


def _residual_variances(before: Any, last: Any, X: ArrayLike | None) -> NDArray:
    """Share of the distances' variance that the first 1, 2, ... columns leave."""
    name = type(last).__name__
    if hasattr(last, "stress_"):
        raise ValueError(
            f"The columns of {name} have no order: fit one for each number of "
            "dimensions, and give their residual variances or stresses to from_values."
        )
    if X is not None:
        if not hasattr(last, "transform"):
            raise ValueError(f"This {name} has no transform to place X.")
        if before is not None:
            X = before.transform(X)
        values = residual_variances(_blocks_of_rows(X), np.asarray(last.transform(X)))
        if np.isnan(values).any():
            raise ValueError(
                "The distances among the rows of X do not vary, so that there is "
                "nothing to explain: give more rows."
            )
        return values
    if not _keeps_dissimilarities(last):
        raise ValueError(
            f"This {name} keeps no dissimilarities: give X, whose distances its "
            "columns should explain, or use kind='eigenvalues'."
        )
    if hasattr(last, "residual_variance"):
        return last.residual_variance()
    pairs = pairs_of_estimator(last)
    n_sources = len(pairs.sources)
    blocks = (
        (pairs.sources[part], pairs.dissimilarities[part])
        for part in gen_batches(n_sources, ROWS)
    )
    return residual_variances(blocks, pairs.embedding)


def _blocks_of_rows(X: ArrayLike) -> Iterator[tuple[NDArray, NDArray]]:
    """Indices of rows and their distances to all rows."""
    start = 0
    for distances in pairwise_distances_chunked(X):
        yield np.arange(start, start + len(distances)), distances
        start += len(distances)


def _eigenvalues(estimator: Any) -> NDArray:
    """Of the embedding's dimensions, in their order."""
    for holder in (estimator, getattr(estimator, "kernel_pca_", None)):
        for name in ("eigenvalues_", "explained_variance_"):
            if hasattr(holder, name):
                return getattr(holder, name)
    raise ValueError(
        f"This {type(estimator).__name__} keeps no eigenvalues: none of eigenvalues_, "
        "explained_variance_ is there. Use from_values and give them."
    )
