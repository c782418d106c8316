"""Stress per point: an embedding, and which of its points fit badly."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from ._drawing import axes_of, closes_on_error, draw_scale, styled
from ._pairs import pairs_of_arrays, pairs_of_estimator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

__all__ = ["StressPerPointDisplay"]

# Areas in square points: without any stress, and with the largest share; of up to so
# many points, beyond which they shrink.
SMALLEST, LARGEST, ROOMY = 15, 250, 100


class StressPerPointDisplay:
    """An embedding whose points show their share of the stress.

    A large dark point is one whose distances to the others are far from what they
    should be: it may need another dimension, or its dissimilarities may be wrong.

    Make it by `from_estimator` or `from_dissimilarities`; all parameters are kept as
    attributes.

    Parameters
    ----------
    embedding : ndarray of shape (n_samples, n_components)
        Coordinates. Its first two columns are drawn; a single column is drawn against
        the points' numbers.
    stress_per_point : ndarray of shape (n_samples,)
        Share of each point in the raw stress.
    labels : array-like of shape (n_samples,), default=None
        Written beside the points.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the embedding.
    figure_ : matplotlib Figure
        That contains the axes.
    scatter_ : matplotlib PathCollection
        The points.
    texts_ : list of matplotlib Annotation
        The labels; empty without any.
    colorbar_ : matplotlib Colorbar or None
        The scale of the shares.

    See Also
    --------
    ShepardDisplay : All pairs, distance against dissimilarity.

    References
    ----------
    .. [1] Borg, Groenen, "Modern multidimensional scaling", 2nd ed., Springer (2005),
       section 3.5.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmanifold_nn.manifold import Isomap
    >>> from skmanifold_nn.plotting import StressPerPointDisplay
    >>> isomap = Isomap(n_neighbors=60).fit(load_iris().data)
    >>> display = StressPerPointDisplay.from_estimator(isomap)
    >>> f"{display.stress_per_point.sum():.3f}"
    '1.000'
    >>> display.figure_.savefig("stress.png")  # doctest: +SKIP
    """

    ax_: "Axes"
    figure_: "Figure"
    scatter_: "PathCollection"
    texts_: "list[Annotation]"
    colorbar_: "Colorbar | None"

    def __init__(
        self,
        embedding: ArrayLike,
        stress_per_point: ArrayLike,
        *,
        labels: Sequence[Any] | NDArray[Any] | None = None,
    ) -> None:
        self.embedding = embedding
        self.stress_per_point = stress_per_point
        self.labels = labels

    @closes_on_error
    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        cmap: "str | Colormap | None" = "viridis_r",
        colorbar: bool = True,
        scatter_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the embedding.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        cmap : str or matplotlib Colormap, default='viridis_r'
            Colours of the shares, from zero to the largest.
        colorbar : bool, default=True
            Whether to draw the scale of the shares.
        scatter_kw : dict, default=None
            Keywords for the points, see :meth:`matplotlib.axes.Axes.scatter`.
        text_kw : dict, default=None
            Keywords for the labels, see :meth:`matplotlib.axes.Axes.annotate`.

        Returns
        -------
        display : StressPerPointDisplay
            Itself.
        """
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        from matplotlib.collections import PathCollection
        from matplotlib.ticker import PercentFormatter

        embedding = np.asarray(self.embedding)
        shares = np.asarray(self.stress_per_point)
        largest = shares.max(initial=0) or 1
        areas = SMALLEST + (LARGEST - SMALLEST) * shares / largest
        areas *= min(1, np.sqrt(ROOMY / len(areas)))
        points = {
            "c": shares,
            "s": areas,
            "cmap": cmap,
            "vmin": 0,
            "vmax": largest,
            "edgecolor": "0.25",
            "linewidth": 0.5,
        }
        if embedding.shape[1] == 1:
            x, y = np.arange(len(embedding)), embedding[:, 0]
            ax.set(xlabel="point", ylabel="coordinate")
        else:
            x, y = embedding[:, 0], embedding[:, 1]
            ax.set(xlabel="first coordinate", ylabel="second coordinate")
            # A distance is the same in all directions.
            ax.set_aspect("equal")
        self.scatter_ = ax.scatter(x, y, **styled(PathCollection, points, scatter_kw))

        self.texts_ = []
        if self.labels is not None:
            self.texts_ = _labelled(ax, x, y, areas, self.labels, text_kw)
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = draw_scale(ax, self.scatter_, "share of the stress")
        if self.colorbar_ is not None:
            self.colorbar_.ax.yaxis.set_major_formatter(PercentFormatter(1))
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        labels: Sequence[Any] | NDArray[Any] | None = None,
        ax: "Axes | None" = None,
        cmap: "str | Colormap | None" = "viridis_r",
        colorbar: bool = True,
        scatter_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a fitted embedding.

        Parameters
        ----------
        estimator : estimator
            Fitted, or a fitted pipeline that ends in it, with ``stress_per_point_``; or
            one that keeps what it was fitted to, as for
            :meth:`ShepardDisplay.from_estimator`.
        labels : array-like of shape (n_samples,), default=None
            Written beside the points.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        cmap : str or matplotlib Colormap, default='viridis_r'
            Colours of the shares, from zero to the largest.
        colorbar : bool, default=True
            Whether to draw the scale of the shares.
        scatter_kw : dict, default=None
            Keywords for the points.
        text_kw : dict, default=None
            Keywords for the labels.

        Returns
        -------
        display : StressPerPointDisplay
            The embedding, drawn.
        """
        pairs = pairs_of_estimator(estimator)
        display = cls(pairs.embedding, pairs.shares, labels=labels)
        return display.plot(
            ax, cmap=cmap, colorbar=colorbar, scatter_kw=scatter_kw, text_kw=text_kw
        )

    @classmethod
    def from_dissimilarities(
        cls,
        dissimilarities: ArrayLike,
        embedding: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        disparity_curve: ArrayLike | None = None,
        labels: Sequence[Any] | NDArray[Any] | None = None,
        ax: "Axes | None" = None,
        cmap: "str | Colormap | None" = "viridis_r",
        colorbar: bool = True,
        scatter_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw any embedding of given dissimilarities.

        Parameters
        ----------
        dissimilarities : array-like of shape (n_samples, n_samples)
            Symmetric; NaN where missing.
        embedding : array-like of shape (n_samples, n_components)
            Coordinates of the same points.
        weights : array-like of shape (n_samples, n_samples), default=None
            Weights of the pairs in the stress.
        disparity_curve : array-like of shape (m, 2), default=None
            Dissimilarity and disparity, ascending. None is the identity.
        labels : array-like of shape (n_samples,), default=None
            Written beside the points.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        cmap : str or matplotlib Colormap, default='viridis_r'
            Colours of the shares, from zero to the largest.
        colorbar : bool, default=True
            Whether to draw the scale of the shares.
        scatter_kw : dict, default=None
            Keywords for the points.
        text_kw : dict, default=None
            Keywords for the labels.

        Returns
        -------
        display : StressPerPointDisplay
            The embedding, drawn.
        """
        pairs = pairs_of_arrays(
            dissimilarities, embedding, weights=weights, disparity_curve=disparity_curve
        )
        display = cls(pairs.embedding, pairs.shares, labels=labels)
        return display.plot(
            ax, cmap=cmap, colorbar=colorbar, scatter_kw=scatter_kw, text_kw=text_kw
        )


def _labelled(ax, x, y, areas, labels, text_kw):
    """Write labels to the right of markers of the given areas."""
    from matplotlib.text import Text

    if len(labels) != len(x):
        raise ValueError(
            f"labels must be one for each of the {len(x)} points, got {len(labels)}."
        )
    text = styled(Text, {"fontsize": "small", "va": "center"}, text_kw)
    gaps = np.sqrt(areas) / 2 + 2  # from the marker's centre, in points
    return [
        ax.annotate(str(label), place, (gap, 0), textcoords="offset points", **text)
        for *place, gap, label in zip(x, y, gaps, labels, strict=True)
    ]
