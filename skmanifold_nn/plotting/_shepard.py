"""Shepard diagram: distances in an embedding against the dissimilarities given."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .._typing import RandomState
from ._drawing import BLUE, VERMILION, axes_of, closes_on_error, styled
from ._pairs import pairs_of_arrays, pairs_of_estimator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["ShepardDisplay"]


class ShepardDisplay:
    """Shepard diagram of an embedding.

    One point a pair: its dissimilarity, and its distance in the embedding. The line
    shows the disparities, what the distances should be: for metric scaling the
    dissimilarities themselves, for non-metric scaling their monotone regression. The
    vertical way from a point to the line is the pair's residual.

    Make it by `from_estimator` or `from_dissimilarities`; all parameters are kept as
    attributes.

    Parameters
    ----------
    dissimilarities : ndarray of shape (n_drawn,)
        Of the pairs drawn.
    distances : ndarray of shape (n_drawn,)
        In the embedding, of the same pairs.
    disparity_curve : ndarray of shape (m, 2), default=None
        Dissimilarity and disparity, ascending, joined by straight lines. None is the
        identity.
    stress : float, default=None
        Stress-1 of all pairs, for the title.
    n_pairs : int, default=None
        Number of all pairs, if those drawn are a sample of them.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the diagram.
    figure_ : matplotlib Figure
        That contains the axes.
    scatter_ : matplotlib PathCollection
        The pairs.
    line_ : matplotlib Line2D
        The disparities.

    See Also
    --------
    StressPerPointDisplay : Which points of an embedding fit badly.

    References
    ----------
    .. [1] Shepard, "The analysis of proximities: multidimensional scaling with an
       unknown distance function", Psychometrika 27 (1962).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmanifold_nn.manifold import Isomap
    >>> from skmanifold_nn.plotting import ShepardDisplay
    >>> isomap = Isomap(n_neighbors=60).fit(load_iris().data)
    >>> display = ShepardDisplay.from_estimator(isomap, max_pairs=5000)
    >>> display.dissimilarities.shape, display.n_pairs
    ((5000,), 11175)
    >>> display.figure_.savefig("shepard.png")  # doctest: +SKIP
    """

    ax_: "Axes"
    figure_: "Figure"
    scatter_: "PathCollection"
    line_: "Line2D"

    def __init__(
        self,
        dissimilarities: NDArray[np.floating],
        distances: NDArray[np.floating],
        *,
        disparity_curve: NDArray[np.floating] | None = None,
        stress: float | None = None,
        n_pairs: int | None = None,
    ) -> None:
        self.dissimilarities = dissimilarities
        self.distances = distances
        self.disparity_curve = disparity_curve
        self.stress = stress
        self.n_pairs = n_pairs

    @closes_on_error
    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        scatter_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        scatter_kw : dict, default=None
            Keywords for the pairs, see :meth:`matplotlib.axes.Axes.scatter`.
        line_kw : dict, default=None
            Keywords for the disparities, see :meth:`matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : ShepardDisplay
            Itself.
        """
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        from matplotlib.collections import PathCollection
        from matplotlib.lines import Line2D

        n_drawn = len(self.dissimilarities)
        many = np.sqrt(max(n_drawn, 1))
        points = {
            "color": BLUE,
            "s": np.clip(300 / many, 4, 24),
            "alpha": np.clip(25 / many, 0.15, 0.75),
            "linewidth": 0,
            "label": "pairs",
            "rasterized": n_drawn > 5000,
        }
        if self.n_pairs is not None and self.n_pairs > n_drawn:
            points["label"] = f"{n_drawn:,} of {self.n_pairs:,} pairs"
        line = {"color": VERMILION, "linewidth": 1.5, "label": "disparities"}

        curve = self.disparity_curve
        if curve is None:
            line["label"] = "distance = dissimilarity"
            end = max(
                np.max(a, initial=0) for a in (self.dissimilarities, self.distances)
            )
            curve = [[0, 0], [end, end]]
        self.scatter_ = ax.scatter(
            self.dissimilarities,
            self.distances,
            **styled(PathCollection, points, scatter_kw),
        )
        (self.line_,) = ax.plot(*np.transpose(curve), **styled(Line2D, line, line_kw))
        ax.set(xlabel="dissimilarity", ylabel="distance in the embedding")
        ax.set(xlim=(0, None), ylim=(0, None))
        if self.stress is not None:
            ax.set_title(f"Stress-1: {self.stress:.3g}")
        # The legend shows a pair as it would be alone.
        for handle in ax.legend(loc="upper left").legend_handles:
            handle.set_alpha(1)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        max_pairs: int | None = 20_000,
        random_state: RandomState = 0,
        ax: "Axes | None" = None,
        scatter_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the Shepard diagram of a fitted embedding.

        Parameters
        ----------
        estimator : estimator
            Fitted, or a fitted pipeline that ends in it. It must keep what it was
            fitted to: ``dissimilarity_matrix_``, ``dist_matrix_`` as Isomap does, or
            dissimilarities to pivots or landmarks.
        max_pairs : int, default=20_000
            At most so many pairs are drawn, a random sample if there are more. None
            draws all.
        random_state : int, RandomState instance or None, default=0
            Chooses the sample.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        scatter_kw : dict, default=None
            Keywords for the pairs.
        line_kw : dict, default=None
            Keywords for the disparities.

        Returns
        -------
        display : ShepardDisplay
            The diagram, drawn.
        """
        pairs = pairs_of_estimator(estimator)
        return cls._from_pairs(
            pairs, max_pairs, random_state, ax, scatter_kw=scatter_kw, line_kw=line_kw
        )

    @classmethod
    def from_dissimilarities(
        cls,
        dissimilarities: ArrayLike,
        embedding: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        disparity_curve: ArrayLike | None = None,
        max_pairs: int | None = 20_000,
        random_state: RandomState = 0,
        ax: "Axes | None" = None,
        scatter_kw: dict[str, Any] | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the Shepard diagram of dissimilarities and any embedding.

        Parameters
        ----------
        dissimilarities : array-like of shape (n_samples, n_samples)
            Symmetric; NaN where missing.
        embedding : array-like of shape (n_samples, n_components)
            Coordinates of the same points.
        weights : array-like of shape (n_samples, n_samples), default=None
            Pairs of weight zero are left out, the others count in the stress by it.
        disparity_curve : array-like of shape (m, 2), default=None
            Dissimilarity and disparity, ascending. None is the identity.
        max_pairs : int, default=20_000
            At most so many pairs are drawn, a random sample if there are more. None
            draws all.
        random_state : int, RandomState instance or None, default=0
            Chooses the sample.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        scatter_kw : dict, default=None
            Keywords for the pairs.
        line_kw : dict, default=None
            Keywords for the disparities.

        Returns
        -------
        display : ShepardDisplay
            The diagram, drawn.
        """
        pairs = pairs_of_arrays(
            dissimilarities, embedding, weights=weights, disparity_curve=disparity_curve
        )
        return cls._from_pairs(
            pairs, max_pairs, random_state, ax, scatter_kw=scatter_kw, line_kw=line_kw
        )

    @classmethod
    def _from_pairs(cls, pairs, max_pairs, random_state, ax, **styles):
        dissimilarities, distances = pairs.sample(max_pairs, random_state)
        display = cls(
            dissimilarities,
            distances,
            disparity_curve=pairs.disparity_curve,
            stress=pairs.stress,
            n_pairs=pairs.n_pairs,
        )
        return display.plot(ax, **styles)
