"""Scorers of embeddings in searches over parameters."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import make_swiss_roll
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import Isomap
from skmanifold_nn.metrics import (
    co_ranking,
    make_embedding_scorer,
    neighborhood_hit,
    residual_variance,
    trustworthiness,
)


def test_values(rng):
    X = rng.standard_normal((60, 6))
    pca = PCA(2).fit(X)
    Y = pca.transform(X)
    scorer = make_embedding_scorer(trustworthiness, n_neighbors=7)
    assert scorer(pca, X) == trustworthiness(X, Y, n_neighbors=7)
    assert pickle.loads(pickle.dumps(scorer))(pca, X) == scorer(pca, X)
    assert "trustworthiness" in repr(scorer)
    scorer = make_embedding_scorer(co_ranking, attribute="auc_r_nx")
    assert scorer(pca, X) == co_ranking(X, Y).auc_r_nx
    scorer = make_embedding_scorer(residual_variance, greater_is_better=False)
    assert scorer(pca, X) == -residual_variance(X, Y)
    y = rng.integers(2, size=60)
    scorer = make_embedding_scorer(neighborhood_hit, n_neighbors=3)
    assert scorer(pca, X, y) == neighborhood_hit(Y, y, n_neighbors=3)
    with pytest.raises(ValueError, match="neighborhood_hit needs y"):
        scorer(pca, X)


def test_search_without_labels():
    X, _ = make_swiss_roll(240, random_state=3)
    pipe = make_pipeline(StandardScaler(), Isomap())
    scorer = make_embedding_scorer(trustworthiness, n_neighbors=10)
    grid = {"isomap__n_neighbors": [10, 100]}
    search = GridSearchCV(pipe, grid, scoring=scorer, cv=3).fit(X)
    assert search.best_params_ == {"isomap__n_neighbors": 10}
    assert np.ptp(search.cv_results_["mean_test_score"]) > 0.01


class Frozen(BaseEstimator):
    """An embedding without transform."""

    def fit(self, X, y=None):
        self.embedding_ = X[:, :1]
        return self


def test_embeddings_without_transform(rng):
    X = rng.standard_normal((30, 3))
    scorer = make_embedding_scorer(trustworthiness)
    frozen = Frozen().fit(X)
    assert scorer(frozen, X) == trustworthiness(X, X[:, :1])
    with pytest.raises(TypeError, match="Frozen has neither transform nor"):
        scorer(frozen, X[:20])
    with pytest.raises(TypeError, match="measure must be callable, got 'trust"):
        make_embedding_scorer("trustworthiness")
