"""Measures as scorers: criteria for searches over the parameters of embeddings."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from inspect import Parameter, signature
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone

from .._typing import MatrixLike
from ._co_ranking import co_ranking
from ._distance_measures import (
    geodesic_correlation,
    procrustes_distance,
    residual_variance,
    stress,
)
from ._distances import check_integer
from ._distortion import local_distortion
from ._neighborhood_hit import neighborhood_hit
from ._reference import check_reference, given_rows, reference_rows, steps_of
from ._trustworthiness import continuity, trustworthiness

__all__ = ["make_embedding_scorer"]

MEASURES = {
    measure.__name__: measure
    for measure in (
        co_ranking,
        continuity,
        geodesic_correlation,
        local_distortion,
        neighborhood_hit,
        procrustes_distance,
        residual_variance,
        stress,
        trustworthiness,
    )
}
# With a value for every number of neighbours.
CURVES = (
    "q_nx",
    "r_nx",
    "lcmc",
    "trustworthiness",
    "continuity",
    "intrusion_errors",
    "extrusion_errors",
)
# Of measures with several values, those that can be scored: the first unless another is
# named.
ATTRIBUTES = {
    co_ranking: (
        "auc_r_nx",
        "auc_q_nx",
        "auc_lcmc",
        "q_local",
        "q_global",
        "k_max",
        *CURVES,
    ),
    local_distortion: ("median_shear", "stretch_spread"),
}
# Measures, and attributes of their results, of which little is good.
ERRORS = {
    residual_variance,
    stress,
    procrustes_distance,
    "median_shear",
    "stretch_spread",
    "intrusion_errors",
    "extrusion_errors",
}
OPTIONS = ("attribute", "greater_is_better", "embed", "reference")
ROWS = ("auto", "transform", "fitted", "refit")


class _EmbeddingScorer:
    """What `make_embedding_scorer` returns."""

    def __init__(
        self,
        measure: Callable[..., Any],
        attribute: str | None,
        n_neighbors: int | None,
        greater_is_better: bool,
        embed: str,
        reference: str | int,
        params: dict[str, Any],
    ) -> None:
        self.measure = measure
        self.attribute = attribute
        self.n_neighbors = n_neighbors
        self.greater_is_better = greater_is_better
        self.embed = embed
        self.reference = reference
        self.params = params

    def __repr__(self) -> str:
        name = _name(self.measure)
        attribute = f", attribute={self.attribute!r}" if self.attribute else ""
        return f"make_embedding_scorer({name}{attribute})"

    def __call__(
        self, estimator: BaseEstimator, X: MatrixLike, y: ArrayLike | None = None
    ) -> float:
        takes_classes = _first_parameter(self.measure) == "X_embedded"
        if takes_classes and y is None:
            raise ValueError(
                f"{_name(self.measure)} needs y, got None. Pass y to fit of the "
                "search, or use a measure without classes."
            )
        embedding = _embedding(estimator, X, y, self.embed)
        if takes_classes:
            given = (embedding, y)
        else:
            named = getattr(self.measure, "keywords", {}) | self.params  # of a partial
            metric = named.get("metric")
            given = (reference_rows(estimator, X, self.reference, metric), embedding)
        value = self.measure(*given, **self.params)
        if self.attribute is not None:
            value = getattr(value, self.attribute)
        if self.n_neighbors is not None:
            value = _at(self.n_neighbors, value, self.attribute)
        if np.ndim(value) != 0:
            raise TypeError(
                f"A score must be one number, but {_name(self.measure)} gives "
                f"{np.size(value)}. Name a summary by attribute, or set "
                "return_error=False."
            )
        return float(value) if self.greater_is_better else -float(value)


def make_embedding_scorer(
    measure: str | Callable[..., Any],
    *,
    attribute: str | None = None,
    greater_is_better: bool | None = None,
    embed: Literal["auto", "transform", "fitted", "refit"] = "auto",
    reference: Literal["prepared", "raw"] | int = "prepared",
    **params: Any,
) -> Callable[..., float]:
    """Make a scorer from a measure of embeddings.

    The scorer embeds X by the fitted estimator, or by a copy where it cannot embed new
    rows, and measures the result against X, in a Pipeline against what its last step
    was given: no labels are needed to search over `n_neighbors` or `n_components`.

    Parameters
    ----------
    measure : str or callable
        Name of a measure of this module, or a function, called as ``measure(X,
        X_embedded, **params)``, or where its first parameter is named `X_embedded`, as
        that of `neighborhood_hit`, as ``measure(X_embedded, y, **params)``.
    attribute : str, optional
        Of the measure's result, where this has several values: by default "auc_r_nx" of
        `co_ranking` and "median_shear" of `local_distortion`. The entry of a curve of
        `co_ranking`, as "r_nx" or "intrusion_errors", is chosen by `n_neighbors`.
    greater_is_better : bool, optional
        Whether a large value is good; otherwise the score is its negative. None knows
        it of the measures of this module, and takes it as true of others.
    embed : {"auto", "transform", "fitted", "refit"}, default="auto"
        Where the rows of X are placed: "transform", out of sample, by the estimator
        fitted to others; "fitted", its `embedding_`, for searches that are scored on
        the rows of the fit (``cv=[(rows, rows)]`` with ``rows = np.arange(len(X))``),
        the last step's in a Pipeline; "refit", by `fit_transform` of a copy, in a
        Pipeline of the last step, with y where there is one. "auto" is "transform"
        where the estimator has it, else "refit".
    reference : {"prepared", "raw"} or int, default="prepared"
        With what the embedding is compared: "prepared", X after all steps of a Pipeline
        but the last, scaled, encoded or without gaps; "raw", X as the search is given
        it; a number, X after so many steps. They are the same without a Pipeline.
    **params
        Parameters of the measure: `n_neighbors`, `n_anchors` ...; with `n_anchors` a
        number as `random_state`, so that all candidates are seen from the same rows.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y=None)``, for ``scoring=`` of
        :class:`~sklearn.model_selection.GridSearchCV` and the like. Each fold must hold
        more than twice as many rows as neighbours.

    Raises
    ------
    ValueError
        If there is no measure or attribute of that name, or if a curve is named without
        `n_neighbors`.
    TypeError
        If `measure` is neither a name nor a function, or has no such parameter. The
        scorer raises it of an estimator that embeds nothing.

    Notes
    -----
    Candidates that differ in the preparation, as in the number of principal components
    before the embedding, are compared with different rows by ``reference="prepared"``:
    name one that all share, "raw" or the number of steps that do not differ. Name it
    also where a scaler follows on the embedding, which would else be its own reference.
    With a predictor at its end a Pipeline embeds nothing: search over
    ``pipeline[:-1]``, whose parameters have the same names.

    Where the last step takes distances or a kernel (``metric="precomputed"``) and the
    measure does not, the prepared rows are those before the step that makes them.
    Samples of more dimensions, as images, are compared as flat rows.

    References
    ----------
    .. [1] Venna and Kaski, "Neighborhood preservation in nonlinear projection methods:
       an experimental study", ICANN 2001.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skmanifold_nn.manifold import Isomap
    >>> from skmanifold_nn.metrics import make_embedding_scorer
    >>> X, _ = make_swiss_roll(300, random_state=1)
    >>> scorer = make_embedding_scorer("trustworthiness", n_neighbors=10)
    >>> search = GridSearchCV(Isomap(), {"n_neighbors": [10, 90]}, scoring=scorer, cv=3)
    >>> search.fit(X).best_params_
    {'n_neighbors': 10}

    Points of a curve, of which little is good where they are errors:

    >>> scorer = make_embedding_scorer(
    ...     "co_ranking", attribute="intrusion_errors", n_neighbors=10
    ... )
    >>> print(f"{scorer(search, X):.3f}")
    -0.076
    """
    if isinstance(measure, str):
        if measure not in MEASURES:
            raise ValueError(
                f"measure must be one of {sorted(MEASURES)} or a function, got "
                f"{measure!r}. Attributes of co_ranking are named by attribute."
            )
        measure = MEASURES[measure]
    elif not callable(measure):
        raise TypeError(
            f"measure must be callable or a name, got {measure!r}. Pass the function "
            "itself, for instance skmanifold_nn.metrics.trustworthiness."
        )
    if embed not in ROWS:
        raise ValueError(
            f"embed must be one of {ROWS}, got {embed!r}. 'auto' is right for folds."
        )
    check_reference(reference)
    plain = getattr(measure, "func", measure)  # functools.partial
    attribute = _checked_attribute(plain, attribute)
    own, at = (("n_neighbors",) if plain is co_ranking else ()), None
    _check_params(measure, params, own)
    if own:
        params, at = _without_number(params, attribute)
    if greater_is_better is None:
        greater_is_better = not _is_error(plain, attribute)
    return _EmbeddingScorer(
        measure, attribute, at, greater_is_better, embed, reference, params
    )


def _checked_attribute(
    measure: Callable[..., Any], attribute: str | None
) -> str | None:
    known = ATTRIBUTES.get(measure, () if measure in MEASURES.values() else None)
    if known is None:  # a function that is not ours
        return attribute
    if attribute is None:
        return known[0] if known else None
    if not known:
        raise ValueError(
            f"attribute must be None for {_name(measure)}, whose result is one number, "
            f"got {attribute!r}."
        )
    if attribute not in known:
        raise ValueError(
            f"attribute of {_name(measure)} must be one of {known}, got "
            f"{attribute!r}.{_nearest(attribute, known)}"
        )
    return attribute


def _without_number(
    params: dict[str, Any], attribute: str | None
) -> tuple[dict[str, Any], int | None]:
    """Parameters of co_ranking, which knows all numbers of neighbours, and the one."""
    params = dict(params)
    at = params.pop("n_neighbors", None)
    if attribute not in CURVES and at is not None:
        raise ValueError(
            f"n_neighbors must be None with attribute={attribute!r}, a number for all "
            f"neighbourhoods, got {at!r}. It chooses the entry of one of {CURVES}."
        )
    is_number = isinstance(at, int | np.integer) and not isinstance(at, bool)
    if attribute in CURVES and not (is_number and at >= 1):
        raise ValueError(
            f"n_neighbors must be an integer of 1 or more with attribute={attribute!r},"
            f" a curve, got {at!r}. It chooses the entry that is scored."
        )
    return params, at


def _check_params(
    measure: Callable[..., Any], params: dict[str, Any], own: Iterable[str]
) -> None:
    """Raise where a search would only warn, and score all candidates NaN."""
    try:
        taken = list(signature(measure).parameters.values())
    except ValueError:  # compiled, without a signature
        return
    if any(p.kind is Parameter.VAR_KEYWORD for p in taken):
        return
    by_name = Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY
    known = [*own, *(p.name for p in taken[2:] if p.kind in by_name)]
    for name, value in params.items():
        if name not in known:
            raise TypeError(
                f"Parameters of {_name(measure)} must be among {known}, got "
                f"{name}={value!r}.{_nearest(name, [*known, *OPTIONS])}"
            )


def _nearest(name: Any, known: Iterable[str]) -> str:
    found = [repr(word) for word in get_close_matches(str(name), known)]
    return f" Did you mean {' or '.join(found)}?" if found else ""


def _at(n_neighbors: int, curve: NDArray, attribute: str | None) -> float:
    most = int(np.flatnonzero(~np.isnan(curve))[-1]) + 1
    check_integer(
        n_neighbors, "n_neighbors", 1, most, f"{attribute} is defined up to there."
    )
    return curve[n_neighbors - 1]


def _is_error(measure: Callable[..., Any], attribute: str | None) -> bool:
    return (measure if attribute is None else attribute) in ERRORS


def _name(measure: Callable[..., Any]) -> str:
    return getattr(measure, "__name__", repr(measure))


def _first_parameter(measure: Callable[..., Any]) -> str | None:
    try:
        return next(iter(signature(measure).parameters), None)
    except ValueError:  # compiled, without a signature
        return None


def _embedding(
    estimator: BaseEstimator, X: MatrixLike, y: ArrayLike | None, embed: str
) -> NDArray:
    _check_embeds(estimator)
    if embed == "fitted":
        return _fitted_embedding(estimator, X)
    if embed == "transform" or (embed == "auto" and hasattr(estimator, "transform")):
        return estimator.transform(X)
    rows, copy = given_rows(estimator, X), clone(steps_of(estimator)[1])
    given = (rows,) if y is None else (rows, y)
    if hasattr(copy, "fit_transform"):
        return copy.fit_transform(*given)
    copy.fit(*given)
    return _fitted_embedding(copy, rows)


def _innermost(estimator: Any) -> Any:
    """The last step, where this is a pipeline or a search the last of its own."""
    last = steps_of(estimator)[1]
    return last if last is estimator else _innermost(last)


def _check_embeds(estimator: Any) -> None:
    if hasattr(estimator, "transform"):
        return
    last = _innermost(estimator)
    if not hasattr(last, "fit_transform") and not hasattr(last, "embedding_"):
        raise TypeError(
            "What is scored must embed, by transform, fit_transform or embedding_, but "
            f"{type(last).__name__} does not. Of a pipeline that ends in a predictor "
            "search over pipeline[:-1], whose parameters have the same names."
        )


def _fitted_embedding(estimator: BaseEstimator, X: Any) -> NDArray:
    last = _innermost(estimator)
    embedding = getattr(last, "embedding_", None)
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if embedding is None or np.shape(embedding)[0] != n_samples:
        raise TypeError(
            f"{type(last).__name__} has no embedding_ of the {n_samples} rows of X. "
            "Score the rows of the fit, cv=[(rows, rows)], or use an estimator with "
            "transform."
        )
    return embedding
