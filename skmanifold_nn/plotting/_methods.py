"""Several methods in one picture: how they keep ranks, and a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from .._typing import MatrixLike, RandomState
from ..metrics import CoRanking, co_ranking
from ._drawing import OKABE_ITO, styled
from ._fitted import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D

__all__ = ["co_rankings_of", "draw_curve", "embeddings_of", "legend_above", "named"]

# Yellow is too pale for lines, and black is left to what is no method.
LINE_COLORS = tuple(c for c in OKABE_ITO if c not in ("#f0e442", "#000000"))
# Beyond the colours, methods differ by dashes.
LINE_STYLES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)))


def named(
    things: Mapping[str, Any], name: str, *, of: str = "method", example: str = "Isomap"
) -> dict[str, Any]:
    """A dict of methods, checked.

    Parameters
    ----------
    things : mapping
    name : str
        Of the parameter, in errors.
    of, example : str
        What the entries are, and what one could be called, in errors.
    """
    if not isinstance(things, Mapping) or not things:
        found = "none" if isinstance(things, Mapping) else type(things).__name__
        raise TypeError(
            f"{name} must be a dict with one entry a {of}, got {found}. Pass for "
            f"instance {{{example!r}: ...}}."
        )
    return {str(key): thing for key, thing in things.items()}


def embeddings_of(
    X: MatrixLike, estimators: Mapping[str, BaseEstimator]
) -> dict[str, ArrayLike]:
    """Where fitted estimators place the rows of X, by transform where there is one."""
    return {
        name: _embedding(estimator, X)
        for name, estimator in named(estimators, "estimators").items()
    }


def _embedding(estimator: BaseEstimator, X: Any) -> ArrayLike:
    if hasattr(estimator, "transform"):
        return estimator.transform(X)
    last = last_step(estimator)
    check_is_fitted(last)
    embedding = getattr(last, "embedding_", None)
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if embedding is None or np.shape(embedding)[0] != n_samples:
        raise ValueError(
            f"estimators must have transform, or have been fitted to the {n_samples} "
            f"rows of X, but {type(last).__name__} has not. Pass its own rows, or call "
            "from_embeddings."
        )
    return embedding


def co_rankings_of(
    X: MatrixLike,
    embeddings: Mapping[str, ArrayLike],
    random_state: RandomState,
    **params: Any,
) -> dict[str, CoRanking]:
    """Ranks in X against those in each embedding, seen from the same anchors."""
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    return {
        name: co_ranking(X, embedding, random_state=seed, **params)
        for name, embedding in named(embeddings, "embeddings").items()
    }


def draw_curve(
    ax: Axes,
    number: int,
    k: NDArray,
    values: NDArray,
    errors: NDArray | None,
    defaults: dict[str, Any],
    line_kw: dict[str, Any] | None,
) -> tuple[Line2D, Collection | None]:
    """A line of the method of that number, and a band of two errors about it.

    A single value is a marker, hollow where a line would have dashes, with a bar.
    """
    from matplotlib.lines import Line2D

    n_colors = len(LINE_COLORS)
    style = {
        "color": LINE_COLORS[number % n_colors],
        "linestyle": LINE_STYLES[number // n_colors % len(LINE_STYLES)],
        "linewidth": 1.8,
        **defaults,
    }
    is_line = len(k) > 1
    if not is_line:
        style |= {"marker": "o"}
        style |= {"fillstyle": "full" if style["linestyle"] == "-" else "none"}
    (line,) = ax.plot(k, values, **styled(Line2D, style, line_kw))
    if errors is None:
        return line, None
    low, high = values - 2 * errors, values + 2 * errors
    look = {"color": line.get_color(), "alpha": 0.2, "zorder": 1}
    band = ax.fill_between(k, low, high, linewidth=0 if is_line else 4, **look)
    return line, band


def legend_above(ax: Axes, handles: list[Line2D]) -> None:
    """A legend in two columns, above what is drawn, for which it makes room."""
    n_rows = (len(handles) + 1) // 2
    room = min(0.05 + 0.06 * n_rows, 0.6)
    low, high = ax.get_ylim()
    ax.set_ylim(low, low + (high - low) / (1 - room))
    ax.legend(handles=handles, loc="upper left", ncols=2)
