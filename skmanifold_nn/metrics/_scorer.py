"""Measures as scorers: criteria for searches over the parameters of embeddings."""

from inspect import signature

import numpy as np

__all__ = ["make_embedding_scorer"]


class _EmbeddingScorer:
    """What `make_embedding_scorer` returns."""

    def __init__(self, measure, attribute, greater_is_better, params):
        self.measure = measure
        self.attribute = attribute
        self.greater_is_better = greater_is_better
        self.params = params

    def __repr__(self):
        return f"make_embedding_scorer({self.measure.__name__})"

    def __call__(self, estimator, X, y=None):
        embedding = _embedding(estimator, X)
        if next(iter(signature(self.measure).parameters)) == "X_embedded":
            if y is None:
                raise ValueError(
                    f"{self.measure.__name__} needs y, got None. Pass y to fit of the "
                    "search, or use a measure without classes."
                )
            value = self.measure(embedding, y, **self.params)
        else:
            value = self.measure(X, embedding, **self.params)
        if self.attribute is not None:
            value = getattr(value, self.attribute)
        return float(value) if self.greater_is_better else -float(value)


def make_embedding_scorer(measure, *, attribute=None, greater_is_better=True, **params):
    """Make a scorer from a measure of embeddings.

    The scorer embeds X by the fitted estimator's `transform`, or takes `embedding_`
    where there is no `transform` and X has as many rows, and measures the result
    against X: no labels are needed to search over `n_neighbors` or `n_components`.

    Parameters
    ----------
    measure : callable
        Called as ``measure(X, X_embedded, **params)``, or where its first parameter is
        named `X_embedded`, as that of `neighborhood_hit`, as
        ``measure(X_embedded, y, **params)``.
    attribute : str, optional
        Of the measure's result, as "auc_r_nx" of `co_ranking`; by default the result is
        a number.
    greater_is_better : bool, default=True
        Whether a large value is good; otherwise the score is its negative.
    **params
        Parameters of the measure: `n_neighbors`, `n_anchors` ...

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y=None)``, for ``scoring=`` of
        :class:`~sklearn.model_selection.GridSearchCV` and the like. Each fold must hold
        more than twice as many rows as neighbours.

    References
    ----------
    .. [1] Venna and Kaski, "Neighborhood preservation in nonlinear projection methods:
       an experimental study", ICANN 2001.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skmanifold_nn.manifold import Isomap
    >>> from skmanifold_nn.metrics import make_embedding_scorer, trustworthiness
    >>> X, _ = make_swiss_roll(300, random_state=1)
    >>> scorer = make_embedding_scorer(trustworthiness, n_neighbors=10)
    >>> search = GridSearchCV(Isomap(), {"n_neighbors": [10, 90]}, scoring=scorer, cv=3)
    >>> search.fit(X).best_params_
    {'n_neighbors': 10}
    """
    if not callable(measure):
        raise TypeError(
            f"measure must be callable, got {measure!r}. Pass the function itself, for "
            "instance skmanifold_nn.metrics.trustworthiness."
        )
    return _EmbeddingScorer(measure, attribute, greater_is_better, params)


def _embedding(estimator, X):
    if hasattr(estimator, "transform"):
        return estimator.transform(X)
    embedding = getattr(estimator, "embedding_", None)
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if embedding is None or np.shape(embedding)[0] != n_samples:
        raise TypeError(
            f"{type(estimator).__name__} has neither transform nor an embedding_ of "
            f"the {n_samples} rows of X. Use an estimator with transform, or score the "
            "rows of the fit."
        )
    return embedding
