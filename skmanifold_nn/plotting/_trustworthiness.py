"""Trustworthiness and continuity of embeddings against the number of neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .._typing import MatrixLike, RandomState
from ..metrics import CoRanking
from ._co_ranking import co_rankings_of_estimators
from ._drawing import axes_of, closes_on_error
from ._methods import co_rankings_of, draw_curve, legend_above, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import Collection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["TrustworthinessDisplay"]

MEASURES = {"trustworthiness": "-", "continuity": "--"}


class TrustworthinessDisplay:
    """Trustworthiness and continuity against the number of neighbours.

    Two lines a method, of one colour: trustworthiness, which falls where points that
    were apart come together, and, dashed, continuity, which falls where neighbours are
    torn apart.

    Make it by `from_embeddings`, `from_estimators` or `from_co_rankings`; all
    parameters are kept as attributes.

    Parameters
    ----------
    co_rankings : dict of str to CoRanking
        What :func:`skmanifold_nn.metrics.co_ranking` returns, by the name of a method.
    n_neighbors : array-like of int, default=None
        The numbers k at which the lines are drawn. None is all below half of the
        samples, beyond which the measures are not defined.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the curves.
    figure_ : matplotlib Figure
        That contains the axes.
    lines_ : dict of str to list of matplotlib Line2D
        "trustworthiness" and "continuity", with a curve for each method.
    bands_ : list of matplotlib collections
        Two standard errors about the curves of those that were seen from anchors.

    See Also
    --------
    CoRankingDisplay : How many neighbours are kept.

    References
    ----------
    .. [1] Venna and Kaski, "Neighborhood preservation in nonlinear projection methods:
       an experimental study", ICANN 2001.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skmanifold_nn.manifold import ClassicalMDS
    >>> from skmanifold_nn.plotting import TrustworthinessDisplay
    >>> X = load_digits().data[:300]
    >>> embedding = ClassicalMDS().fit_transform(X)
    >>> display = TrustworthinessDisplay.from_embeddings(X, {"classical": embedding})
    >>> line = display.lines_["trustworthiness"][0]
    >>> print(f"{line.get_ydata()[4]:.2f} for {line.get_xdata()[4]} neighbours")
    0.87 for 5 neighbours
    """

    ax_: Axes
    figure_: Figure
    lines_: dict[str, list[Line2D]]
    bands_: list[Collection]

    def __init__(
        self,
        co_rankings: dict[str, CoRanking],
        *,
        n_neighbors: ArrayLike | None = None,
    ) -> None:
        self.co_rankings = co_rankings
        self.n_neighbors = n_neighbors

    @closes_on_error
    def plot(
        self, ax: Axes | None = None, *, line_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for all curves, see :meth:`matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : TrustworthinessDisplay
            Itself.
        """
        wanted = {
            name: _numbers(self.n_neighbors, result.n_samples)
            for name, result in self.co_rankings.items()
        }
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        self.lines_ = {measure: [] for measure in MEASURES}
        self.bands_ = []
        for number, (name, result) in enumerate(self.co_rankings.items()):
            k = wanted[name]
            for measure, linestyle in MEASURES.items():
                values = getattr(result, measure)[k - 1]
                errors = None
                if result.left_out:
                    errors = np.asarray(result.standard_error(measure))[k - 1]
                style = {"label": name, "linestyle": linestyle}
                line, band = draw_curve(ax, number, k, values, errors, style, line_kw)
                self.lines_[measure].append(line)
                self.bands_ += [] if band is None else [band]
        ax.set(xscale="log", xlabel="number of neighbours k")
        ax.set(ylabel="trustworthiness and continuity")
        self._legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _legend(self, ax: Axes) -> None:
        """Colours tell methods, and dashes the two measures, once for all methods."""
        from matplotlib.lines import Line2D

        kinds = []
        for measure, linestyle in MEASURES.items():
            kind = Line2D([], [], color="0.3", linestyle=linestyle, label=measure)
            kind.set_marker(self.lines_[measure][0].get_marker())
            kind.set_fillstyle(self.lines_[measure][0].get_fillstyle())
            kinds.append(kind)
        legend_above(ax, [*self.lines_["trustworthiness"], *kinds])

    @classmethod
    def from_embeddings(
        cls,
        X: MatrixLike,
        embeddings: Mapping[str, ArrayLike],
        *,
        n_neighbors: ArrayLike | None = None,
        metric: str | Callable[..., float] = "euclidean",
        n_jobs: int | None = None,
        n_anchors: int | None = None,
        random_state: RandomState = 0,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw trustworthiness and continuity of embeddings of the same rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
                (n_samples, n_samples)
            The data, or with ``metric='precomputed'`` distances.
        embeddings : dict of str to array-like of shape (n_samples, n_components)
            By the name of a method.
        n_neighbors : array-like of int, default=None
            The numbers k at which the lines are drawn, each less than half of the
            samples. None is all of these.
        metric : str or callable, default='euclidean'
            Of X, as for :func:`sklearn.metrics.pairwise_distances`.
        n_jobs : int, default=None
            Number of threads.
        n_anchors : int, default=None
            Look from a sample of so many points only, the same for all methods; a band
            of two standard errors is drawn about each curve.
        random_state : int, RandomState instance or None, default=0
            Chooses the sample.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for all curves.

        Returns
        -------
        display : TrustworthinessDisplay
            The curves, drawn.
        """
        measured = co_rankings_of(
            X,
            embeddings,
            random_state,
            metric=metric,
            n_jobs=n_jobs,
            n_anchors=n_anchors,
        )
        return cls(measured, n_neighbors=n_neighbors).plot(ax, line_kw=line_kw)

    @classmethod
    def from_estimators(
        cls,
        X: MatrixLike,
        estimators: Mapping[str, BaseEstimator],
        *,
        n_neighbors: ArrayLike | None = None,
        reference: Literal["prepared", "raw"] | int = "prepared",
        metric: str | Callable[..., float] = "euclidean",
        n_jobs: int | None = None,
        n_anchors: int | None = None,
        random_state: RandomState = 0,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw trustworthiness and continuity of fitted estimators.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows, placed by `transform`; for estimators without it, which have only
            their `embedding_`, the rows that they were fitted to.
        estimators : dict of str to estimator
            Fitted, or fitted pipelines that end in one, by the name of the method.
        n_neighbors : array-like of int, default=None
            The numbers k at which the lines are drawn, each less than half of the
            samples. None is all of these.
        reference : {"prepared", "raw"} or int, default="prepared"
            Of pipelines, the rows whose neighbours count: X after all steps but the
            last, as it is given, or after so many steps. Methods whose preparation
            differs are compared with each other by "raw".
        metric : str or callable, default='euclidean'
            Of these rows, as for :func:`sklearn.metrics.pairwise_distances`.
        n_jobs : int, default=None
            Number of threads.
        n_anchors : int, default=None
            Look from a sample of so many points only.
        random_state : int, RandomState instance or None, default=0
            Chooses the sample.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for all curves.

        Returns
        -------
        display : TrustworthinessDisplay
            The curves, drawn.
        """
        measured = co_rankings_of_estimators(
            X,
            estimators,
            reference,
            random_state,
            metric=metric,
            n_jobs=n_jobs,
            n_anchors=n_anchors,
        )
        return cls(measured, n_neighbors=n_neighbors).plot(ax, line_kw=line_kw)

    @classmethod
    def from_co_rankings(
        cls,
        co_rankings: Mapping[str, CoRanking],
        *,
        n_neighbors: ArrayLike | None = None,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what has been measured before.

        Parameters
        ----------
        co_rankings : dict of str to CoRanking
            What :func:`skmanifold_nn.metrics.co_ranking` returns, by the name of a
            method.
        n_neighbors : array-like of int, default=None
            The numbers k at which the lines are drawn, each less than half of the
            samples. None is all of these.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for all curves.

        Returns
        -------
        display : TrustworthinessDisplay
            The curves, drawn.
        """
        measured = named(co_rankings, "co_rankings")
        return cls(measured, n_neighbors=n_neighbors).plot(ax, line_kw=line_kw)


def _numbers(n_neighbors: ArrayLike | None, n_samples: int) -> NDArray[np.intp]:
    """Numbers of neighbours for which the measures are defined."""
    most = (n_samples - 1) // 2
    if n_neighbors is None:
        return np.arange(1, most + 1)
    k = np.unique(n_neighbors)
    if not (k.size and k.dtype.kind in "iu" and 1 <= k[0] and k[-1] <= most):
        raise ValueError(
            f"n_neighbors must be whole numbers from 1 to {most}, less than half of "
            f"the samples, got {n_neighbors!r}. None draws all of these."
        )
    return k
