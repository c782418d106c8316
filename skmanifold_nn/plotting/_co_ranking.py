"""Curves of co-ranking matrices: which neighbourhoods methods keep, small to large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from .._typing import MatrixLike, RandomState
from ..metrics import CoRanking, co_ranking
from ..metrics._reference import check_reference, reference_rows
from ._drawing import axes_of, closes_on_error
from ._methods import co_rankings_of, draw_curve, embeddings_of, legend_above, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import Collection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["CoRankingDisplay"]

Curve: TypeAlias = Literal["R_NX", "Q_NX", "LCMC"]
LABELS = {
    "R_NX": r"$R_{NX}(k)$, neighbours kept beyond chance",
    "Q_NX": r"$Q_{NX}(k)$, neighbours kept",
    "LCMC": r"LCMC$(k)$, neighbours kept less chance",
}


class CoRankingDisplay:
    """Neighbours that embeddings keep, against the number of neighbours.

    One line a method, k on a logarithmic scale: on the left the nearest neighbours, on
    the right the whole. Above 0 (for Q_NX, above the dotted line) a method does better
    than chance. The legend gives the area under each line.

    Make it by `from_embeddings`, `from_estimators` or `from_co_rankings`; all
    parameters are kept as attributes.

    Parameters
    ----------
    co_rankings : dict of str to CoRanking
        What :func:`skmanifold_nn.metrics.co_ranking` returns, by the name of a method.
    curve : {"R_NX", "Q_NX", "LCMC"}, default="R_NX"
        Which of the curves is drawn.

    Attributes
    ----------
    ax_ : matplotlib Axes
        With the curves.
    figure_ : matplotlib Figure
        That contains the axes.
    lines_ : list of matplotlib Line2D
        A curve for each method.
    bands_ : list of matplotlib collections
        Two standard errors about the curves of those that were seen from anchors.
    chance_ : matplotlib Line2D
        What an embedding by chance would reach.

    See Also
    --------
    TrustworthinessDisplay : By how far neighbours are missed, not only how many.

    References
    ----------
    .. [1] Lee and Verleysen, "Quality assessment of dimensionality reduction:
       rank-based criteria", Neurocomputing 72 (2009).
    .. [2] Lee, Peluffo-Ordonez and Verleysen, "Multi-scale similarities in stochastic
       neighbour embedding", Neurocomputing 169 (2015): the logarithmic scale.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skmanifold_nn.manifold import ClassicalMDS, Isomap
    >>> from skmanifold_nn.plotting import CoRankingDisplay
    >>> X, _ = make_swiss_roll(600, random_state=3)
    >>> methods = {"Isomap": Isomap(n_neighbors=6), "classical MDS": ClassicalMDS()}
    >>> fitted = {name: method.fit(X) for name, method in methods.items()}
    >>> display = CoRankingDisplay.from_estimators(X, fitted)
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['Isomap, area 0.64', 'classical MDS, area 0.48']
    """

    ax_: Axes
    figure_: Figure
    lines_: list[Line2D]
    bands_: list[Collection]
    chance_: Line2D

    def __init__(
        self, co_rankings: dict[str, CoRanking], *, curve: Curve = "R_NX"
    ) -> None:
        self.co_rankings = co_rankings
        self.curve = curve

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
        display : CoRankingDisplay
            Itself.
        """
        if self.curve not in LABELS:
            raise ValueError(
                f"curve must be one of {tuple(LABELS)}, got {self.curve!r}. 'R_NX' is "
                "comparable for all k."
            )
        ax = axes_of(ax, f"{type(self).__name__}.plot")
        attribute = self.curve.lower()
        self.lines_, self.bands_ = [], []
        for number, (name, result) in enumerate(self.co_rankings.items()):
            some = slice(None, -1)  # of all other points nothing can be missed
            area = getattr(result, f"auc_{attribute}")
            errors = None
            if result.left_out:
                errors = np.asarray(result.standard_error(attribute))[some]
            line, band = draw_curve(
                ax,
                number,
                result.n_neighbors[some],
                getattr(result, attribute)[some],
                errors,
                {"label": f"{name}, area {area:.2f}"},
                line_kw,
            )
            self.lines_.append(line)
            self.bands_ += [] if band is None else [band]
        n_others = max(len(result.q_nx) for result in self.co_rankings.values())
        k = np.arange(1, max(n_others, 3))
        chance = k / n_others if self.curve == "Q_NX" else np.zeros(len(k))
        (self.chance_,) = ax.plot(k, chance, color="0.4", linestyle=":", linewidth=1)
        # Room on both sides where there is but one k.
        ax.set(xscale="log", xlim=(1, n_others - 1) if n_others > 2 else (0.5, 2))
        ax.set(xlabel="number of neighbours k", ylabel=LABELS[self.curve])
        legend_above(ax, self.lines_)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @classmethod
    def from_embeddings(
        cls,
        X: MatrixLike,
        embeddings: Mapping[str, ArrayLike],
        *,
        curve: Curve = "R_NX",
        metric: str | Callable[..., float] = "euclidean",
        n_jobs: int | None = None,
        n_anchors: int | None = None,
        random_state: RandomState = 0,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw how embeddings of the same rows keep their neighbours.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or \
                (n_samples, n_samples)
            The data, or with ``metric='precomputed'`` distances.
        embeddings : dict of str to array-like of shape (n_samples, n_components)
            By the name of a method.
        curve : {"R_NX", "Q_NX", "LCMC"}, default="R_NX"
            Which of the curves is drawn.
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
        display : CoRankingDisplay
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
        return cls(measured, curve=curve).plot(ax, line_kw=line_kw)

    @classmethod
    def from_estimators(
        cls,
        X: MatrixLike,
        estimators: Mapping[str, BaseEstimator],
        *,
        curve: Curve = "R_NX",
        reference: Literal["prepared", "raw"] | int = "prepared",
        metric: str | Callable[..., float] = "euclidean",
        n_jobs: int | None = None,
        n_anchors: int | None = None,
        random_state: RandomState = 0,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw how fitted estimators keep neighbours.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows, placed by `transform`; for estimators without it, which have only
            their `embedding_`, the rows that they were fitted to.
        estimators : dict of str to estimator
            Fitted, or fitted pipelines that end in one, by the name of the method.
        curve : {"R_NX", "Q_NX", "LCMC"}, default="R_NX"
            Which of the curves is drawn.
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
        display : CoRankingDisplay
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
        return cls(measured, curve=curve).plot(ax, line_kw=line_kw)

    @classmethod
    def from_co_rankings(
        cls,
        co_rankings: Mapping[str, CoRanking],
        *,
        curve: Curve = "R_NX",
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what has been measured before.

        Parameters
        ----------
        co_rankings : dict of str to CoRanking
            What :func:`skmanifold_nn.metrics.co_ranking` returns, by the name of a
            method.
        curve : {"R_NX", "Q_NX", "LCMC"}, default="R_NX"
            Which of the curves is drawn.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.
        line_kw : dict, default=None
            Keywords for all curves.

        Returns
        -------
        display : CoRankingDisplay
            The curves, drawn.
        """
        measured = named(co_rankings, "co_rankings")
        return cls(measured, curve=curve).plot(ax, line_kw=line_kw)


def co_rankings_of_estimators(
    X: MatrixLike,
    estimators: Mapping[str, BaseEstimator],
    reference: str | int,
    random_state: RandomState,
    **params: Any,
) -> dict[str, CoRanking]:
    """Ranks in what each embedding step was given, seen from the same anchors."""
    check_reference(reference)
    embeddings = embeddings_of(X, estimators)
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    results = {}
    for (name, Y), estimator in zip(
        embeddings.items(), estimators.values(), strict=True
    ):
        rows = reference_rows(estimator, X, reference, params["metric"])
        results[name] = co_ranking(rows, Y, random_state=seed, **params)
    return results
