"""Scorers of embeddings in searches over parameters."""

import pickle
from functools import partial

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import make_swiss_roll
from sklearn.decomposition import PCA
from sklearn.manifold import SpectralEmbedding
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn import metrics
from skmanifold_nn.manifold import Isomap, LocallyLinearEmbedding
from skmanifold_nn.metrics import (
    co_ranking,
    local_distortion,
    make_embedding_scorer,
    neighborhood_hit,
    residual_variance,
    trustworthiness,
)
from skmanifold_nn.metrics._scorer import MEASURES


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


def test_names_and_defaults_of_results_with_several_values(rng):
    X = rng.standard_normal((60, 6))
    pca = PCA(2).fit(X)
    Y = pca.transform(X)
    assert make_embedding_scorer("co_ranking")(pca, X) == co_ranking(X, Y).auc_r_nx
    found = make_embedding_scorer("local_distortion")(pca, X)
    assert found == -local_distortion(X, Y).median_shear
    scorer = make_embedding_scorer("co_ranking", attribute="q_local")
    assert scorer(pca, X) == co_ranking(X, Y).q_local
    assert repr(scorer) == "make_embedding_scorer(co_ranking, attribute='q_local')"
    # functions around measures
    some = partial(trustworthiness, n_neighbors=9)
    assert make_embedding_scorer(some)(pca, X) == some(X, Y)
    assert "functools.partial" in repr(make_embedding_scorer(some))
    scorer = make_embedding_scorer(partial(residual_variance, n_anchors=60))
    assert scorer(pca, X) == pytest.approx(-residual_variance(X, Y))
    assert make_embedding_scorer(lambda X, Y: 3)(pca, X) == 3


def test_every_measure_is_known_by_name():
    others = {"coranking_matrix", "make_embedding_scorer"}
    public = {
        name for name in metrics.__all__ if name[0].islower() and name not in others
    }
    assert set(MEASURES) == public


# What each measure should prefer, of an Isomap of a bent strip: with 70 neighbours
# paths leave the strip, and in one dimension it loses its width. Distances through
# space are met best where it is not unrolled. In one dimension nothing is sheared.
UNROLLED, SHORT_CUT, THIN = (6, 2), (70, 2), (6, 1)
PREFERENCES = {
    "co_ranking": (UNROLLED, THIN),
    "continuity": (UNROLLED, THIN),
    "geodesic_correlation": (UNROLLED, SHORT_CUT),
    "local_distortion": (UNROLLED, SHORT_CUT),
    "neighborhood_hit": (UNROLLED, THIN),
    "procrustes_distance": (SHORT_CUT, UNROLLED),
    "residual_variance": (SHORT_CUT, UNROLLED),
    "stress": (SHORT_CUT, UNROLLED),
    "trustworthiness": (UNROLLED, THIN),
}


@pytest.mark.parametrize("name", sorted(MEASURES))
@pytest.mark.parametrize("in_pipeline, transductive", [(False, False), (True, True)])
def test_better_embeddings_have_higher_scores(rng, name, in_pipeline, transductive):
    arc, width = 5 * rng.random(160), rng.random(160)
    X = np.column_stack((np.cos(arc), np.sin(arc), width))
    y = width > 0.5
    estimator, prefix = Isomap(), ""
    if in_pipeline:
        shift = StandardScaler(with_std=False)
        estimator, prefix = (
            Pipeline([("shift", shift), ("isomap", estimator)]),
            "isomap__",
        )
    good, bad = (
        {f"{prefix}n_neighbors": k, f"{prefix}n_components": d}
        for k, d in PREFERENCES[name]
    )
    rows = np.arange(160)
    params = {"n_neighbors": 8} if name == "geodesic_correlation" else {}
    embed = "fitted" if transductive else "auto"
    search = GridSearchCV(
        estimator,
        [{key: [value] for key, value in params.items()} for params in (bad, good)],
        scoring=make_embedding_scorer(name, embed=embed, **params),
        cv=[(rows, rows)] if transductive else 2,
        error_score="raise",
    ).fit(X, y)
    assert np.ptp(search.cv_results_["mean_test_score"]) > 0.005
    assert search.best_params_ == good


def test_search_without_labels():
    X, _ = make_swiss_roll(240, random_state=3)
    pipe = make_pipeline(StandardScaler(), Isomap())
    scorer = make_embedding_scorer(trustworthiness, n_neighbors=10)
    grid = {"isomap__n_neighbors": [10, 100]}
    search = GridSearchCV(pipe, grid, scoring=scorer, cv=3).fit(X)
    assert search.best_params_ == {"isomap__n_neighbors": 10}
    assert np.ptp(search.cv_results_["mean_test_score"]) > 0.01


def test_several_scorers_at_once():
    X, _ = make_swiss_roll(150, random_state=3)
    scoring = {name: make_embedding_scorer(name) for name in ("continuity", "stress")}
    grid = {"n_neighbors": [8, 20]}
    search = GridSearchCV(
        LocallyLinearEmbedding(), grid, scoring=scoring, refit="continuity", cv=2
    ).fit(X)
    assert (search.cv_results_["mean_test_continuity"] > 0).all()
    assert (search.cv_results_["mean_test_stress"] < 0).all()


def test_precomputed_distances_in_one_fold():
    X, _ = make_swiss_roll(150, random_state=3)
    D, rows = pairwise_distances(X), np.arange(150)
    scores = [
        GridSearchCV(
            Isomap(metric=metric),
            {"n_neighbors": [8, 60]},
            scoring=make_embedding_scorer("trustworthiness", metric=metric),
            cv=[(rows, rows)],
            error_score="raise",
        )
        .fit(given)
        .cv_results_["mean_test_score"]
        for given, metric in ((X, "euclidean"), (D, "precomputed"))
    ]
    np.testing.assert_allclose(*scores, atol=1e-3)


class Frozen(BaseEstimator):
    """An embedding without transform."""

    def fit(self, X, y=None):
        self.embedding_ = X[:, :1]
        return self


def test_embeddings_without_transform(rng):
    X = rng.standard_normal((30, 3))
    frozen = Frozen().fit(X[:15])
    # as many rows as were fitted, but others: a copy embeds them
    new = X[15:]
    scorer = make_embedding_scorer(trustworthiness)
    assert scorer(frozen, new) == trustworthiness(new, new[:, :1])
    assert len(frozen.embedding_) == 15
    scorer = make_embedding_scorer(trustworthiness, embed="fitted")
    assert scorer(frozen, X[:15]) == trustworthiness(X[:15], X[:15, :1])
    pipe = make_pipeline(StandardScaler(), Frozen()).fit(X)
    expected = trustworthiness(X, X[:, :1])
    assert scorer(pipe, X) == pytest.approx(expected)
    with pytest.raises(TypeError, match=r"Frozen has no embedding_ of the 20 rows"):
        scorer(frozen, X[:20])
    with pytest.raises(TypeError, match=r"PCA has no embedding_"):
        scorer(PCA().fit(X), X)


def test_scikit_learns_embeddings_without_transform(rng):
    X, _ = make_swiss_roll(120, random_state=3)
    pipe = make_pipeline(StandardScaler(), SpectralEmbedding(random_state=3))
    scorer = make_embedding_scorer("trustworthiness")
    grid = {"spectralembedding__n_neighbors": [5, 50]}
    search = GridSearchCV(pipe, grid, scoring=scorer, cv=2, error_score="raise")
    assert search.fit(X).best_params_ == {"spectralembedding__n_neighbors": 5}


def test_errors(rng):
    with pytest.raises(ValueError, match=r"measure must be one of .*got 'trust'"):
        make_embedding_scorer("trust")
    with pytest.raises(TypeError, match=r"measure must be callable or a name, got 3"):
        make_embedding_scorer(3)
    with pytest.raises(ValueError, match=r"embed must be one of .*got 'maybe'"):
        make_embedding_scorer("stress", embed="maybe")
    X = rng.standard_normal((20, 3))
    pca = PCA(2).fit(X)
    scorer = make_embedding_scorer("stress", return_error=True)
    with pytest.raises(TypeError, match=r"must be one number, but stress gives 2"):
        scorer(pca, X)
    scorer = make_embedding_scorer("co_ranking", attribute="q_nx")
    with pytest.raises(TypeError, match=r"must be one number, but co_ranking gives 19"):
        scorer(pca, X)
