"""Scorers of embeddings in searches over parameters."""

import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_swiss_roll
from sklearn.decomposition import PCA, KernelPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.manifold import SpectralEmbedding
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skmanifold_nn import metrics
from skmanifold_nn.manifold import Isomap, LocallyLinearEmbedding
from skmanifold_nn.metrics import (
    co_ranking,
    local_distortion,
    make_embedding_scorer,
    neighborhood_hit,
    residual_variance,
    stress,
    trustworthiness,
)
from skmanifold_nn.metrics._scorer import ATTRIBUTES, CURVES, MEASURES, ROWS
from skmanifold_nn.neural_network import ConvNetClassifier


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
    scaled = pipe[0].transform(X)
    assert scorer(pipe, X) == trustworthiness(scaled, scaled[:, :1])
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


class FrozenByClass(BaseEstimator):
    """An embedding that wants labels."""

    def fit(self, X, y):
        self.embedding_ = X[:, :1] + 9 * np.asarray(y)[:, None]
        return self


def test_copies_of_supervised_embeddings_are_given_the_labels(rng):
    X, y = rng.standard_normal((30, 4)), np.resize([0, 1, 1], 30)
    scorer = make_embedding_scorer("trustworthiness", embed="refit")
    lda = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()).fit(X, y)
    expected = trustworthiness(lda[0].transform(X), lda.transform(X))
    assert scorer(lda, X, y) == expected
    frozen = FrozenByClass().fit(X, y)
    assert scorer(frozen, X, y) == trustworthiness(X, frozen.embedding_)


@pytest.mark.parametrize("embed", ROWS)
def test_pipelines_that_end_in_a_predictor(rng, embed):
    X, y = rng.standard_normal((40, 4)), np.resize([0, 1], 40)
    pipe = make_pipeline(StandardScaler(), Isomap(), KNeighborsClassifier()).fit(X, y)
    scorer = make_embedding_scorer("trustworthiness", embed=embed, reference=1)
    message = r"but KNeighborsClassifier does not.*pipeline\[:-1\]"
    for estimator in (pipe, make_pipeline(PCA(), pipe).fit(X, y)):
        with pytest.raises(TypeError, match=message):
            scorer(estimator, X, y)
    # the remedy
    assert 0.5 < scorer(pipe[:-1], X, y) < 1
    grid = {"isomap__n_neighbors": [5, 9]}
    search = GridSearchCV(pipe[:-1], grid, scoring=scorer, cv=[(np.arange(40),) * 2])
    assert len(set(search.fit(X, y).cv_results_["mean_test_score"])) == 2


def test_embeddings_within_the_last_step(roll):
    """Of a pipeline or a search there, the embedding that is inside."""
    nested = make_pipeline(StandardScaler(), make_pipeline(PCA(3), Isomap())).fit(roll)
    rows = nested[0].transform(roll)
    expected = trustworthiness(rows, nested[-1][-1].embedding_)
    scorer = make_embedding_scorer("trustworthiness", embed="fitted")
    assert scorer(nested, roll) == expected
    inner = make_embedding_scorer("trustworthiness")
    last = GridSearchCV(Frozen(), {}, scoring=inner, cv=2)
    searched = make_pipeline(StandardScaler(), last).fit(roll)
    for embed in ("fitted", "auto"):
        scorer = make_embedding_scorer("trustworthiness", embed=embed)
        assert scorer(searched, roll) == trustworthiness(rows, rows[:, :1])


@pytest.fixture
def roll():
    return make_swiss_roll(150, random_state=3)[0]


def isomap_scores(preparation, X, **options):
    """Mean scores of two candidates, none of which may fail."""
    pipeline = Pipeline([*preparation, ("isomap", Isomap())])
    scorer = make_embedding_scorer("trustworthiness", **options)
    grid = {"isomap__n_neighbors": [6, 40]}
    search = GridSearchCV(pipeline, grid, scoring=scorer, cv=3, error_score="raise")
    return search.fit(X).cv_results_["mean_test_score"]


def test_a_pipeline_is_judged_by_what_its_last_step_was_given(roll):
    gaps = roll.copy()
    gaps[::9, 0] = np.nan
    scores = isomap_scores([("impute", SimpleImputer())], gaps)
    assert scores[0] > scores[1] + 0.01
    table = pd.DataFrame(roll, columns=list("abc"))
    table["kind"] = np.resize(["u", "v", "w"], 150)
    encode = make_column_transformer(
        (OneHotEncoder(), ["kind"]), remainder="passthrough"
    )
    assert len(set(isomap_scores([("encode", encode)], table))) == 2
    # the units of the columns do not matter to scaled rows
    scale = [("scale", StandardScaler()), ("nothing", "passthrough")]
    scores = isomap_scores(scale, roll)
    np.testing.assert_allclose(isomap_scores(scale, roll * [1, 1000, 1]), scores)


def test_sparse_rows_of_texts(rng):
    words = np.array(list("abcdefghij")) + "x"
    texts = [" ".join(rng.choice(words, 6)) for _ in range(60)]
    pipe = make_pipeline(TfidfVectorizer(), TruncatedSVD(3, random_state=1)).fit(texts)
    expected = trustworthiness(pipe[0].transform(texts), pipe.transform(texts))
    assert make_embedding_scorer("trustworthiness")(pipe, texts) == expected


@pytest.mark.parametrize("embed", ["transform", "fitted", "refit"])
def test_references(roll, embed):
    X = roll * [1, 100, 1]
    steps = [StandardScaler(), PCA(2), Isomap()]
    pipe = make_pipeline(*steps).fit(X)
    Y = pipe[-1].embedding_
    rows = {"raw": X, 0: X, 1: pipe[:1].transform(X), 2: pipe[:2].transform(X)}
    rows["prepared"] = rows[2]
    found = {}
    for reference, given in rows.items():
        scorer = make_embedding_scorer(
            "trustworthiness", embed=embed, reference=reference
        )
        found[reference] = scorer(pipe, X)
        assert found[reference] == pytest.approx(trustworthiness(given, Y), abs=1e-3)
        assert pickle.loads(pickle.dumps(scorer))(pipe, X) == found[reference]
    assert len(set(found.values())) == 3
    search = GridSearchCV(pipe, {"pca__n_components": [2]}, cv=2, scoring=scorer)
    assert scorer(search.fit(X), X) == pytest.approx(found["prepared"], abs=1e-3)
    scorer = make_embedding_scorer("trustworthiness", reference=3)
    with pytest.raises(ValueError, match=r"reference must be at most 2, .* got 3"):
        scorer(pipe, X)
    isomap = pipe[-1]
    scores = [
        make_embedding_scorer("stress", reference=reference)(isomap, rows[2])
        for reference in ("prepared", "raw", 0)
    ]
    assert len(set(scores)) == 1


def test_copies_are_prepared_as_the_estimator_was(rng):
    """Only what cannot place new rows is fitted to them, supervised steps are not."""
    X, y = rng.standard_normal((60, 5)), np.resize([0, 1], 60)
    select = SelectKBest(k=3)
    pipe = make_pipeline(select, StandardScaler(), Frozen()).fit(X[:30], y[:30])
    rows = pipe[:-1].transform(X[30:])
    expected = trustworthiness(rows, rows[:, :1])
    assert make_embedding_scorer("trustworthiness")(pipe, X[30:]) == expected


def test_distances_made_within_a_pipeline(roll):
    """A step that makes distances for the last one is no preparation of rows."""
    steps = [
        StandardScaler(),
        KNeighborsTransformer(mode="distance", n_neighbors=8),
        Isomap(n_neighbors=8, metric="precomputed"),
    ]
    pipe = make_pipeline(*steps).fit(roll)
    Y, rows = pipe.transform(roll), pipe[0].transform(roll)
    found = make_embedding_scorer("trustworthiness")(pipe, roll)
    assert found == trustworthiness(rows, Y)
    kernel = FunctionTransformer(rbf_kernel), KernelPCA(2, kernel="precomputed")
    pipe = make_pipeline(StandardScaler(), *kernel).fit(roll)
    found = make_embedding_scorer("trustworthiness")(pipe, roll)
    assert found == trustworthiness(rows, pipe.transform(roll))
    scale = FunctionTransformer(np.sqrt)
    D = pairwise_distances(roll)
    pipe = make_pipeline(scale, Isomap(metric="precomputed")).fit(D)
    for scorer in (
        make_embedding_scorer("stress", metric="precomputed"),
        make_embedding_scorer(partial(stress, metric="precomputed")),
    ):
        expected = -stress(np.sqrt(D), pipe.transform(D), metric="precomputed")
        assert scorer(pipe, D) == expected


def test_networks_and_images(rng):
    X, y = rng.random((40, 6, 6)), np.resize([0, 1], 40)
    net = ConvNetClassifier(
        (2,), n_dim=2, max_iter=2, learning_rate="cosine", random_state=1
    )
    flat = X.reshape(40, 36)
    shape = FunctionTransformer(np.reshape, kw_args={"shape": (-1, 6, 6)})
    pipe = make_pipeline(shape, net).fit(flat, y)
    Y = pipe.transform(flat)
    scorer = make_embedding_scorer("trustworthiness")
    assert scorer(pipe, flat) == trustworthiness(flat, Y)
    assert scorer(pipe[-1], X) == trustworthiness(flat, Y)


def test_errors(rng):
    with pytest.raises(ValueError, match=r"measure must be one of .*got 'trust'"):
        make_embedding_scorer("trust")
    with pytest.raises(TypeError, match=r"measure must be callable or a name, got 3"):
        make_embedding_scorer(3)
    with pytest.raises(ValueError, match=r"embed must be one of .*got 'maybe'"):
        make_embedding_scorer("stress", embed="maybe")
    for reference in ("first", -1, True, None):
        with pytest.raises(ValueError, match=r"reference must be one of .*'raw' "):
            make_embedding_scorer("stress", reference=reference)
    X = rng.standard_normal((20, 3))
    pca = PCA(2).fit(X)
    scorer = make_embedding_scorer("stress", return_error=True)
    with pytest.raises(TypeError, match=r"must be one number, but stress gives 2"):
        scorer(pca, X)
    scorer = make_embedding_scorer(lambda X, Y: co_ranking(X, Y), attribute="q_nx")
    with pytest.raises(TypeError, match=r"must be one number, but <lambda> gives 19"):
        scorer(pca, X)


@pytest.mark.parametrize("attribute", CURVES)
def test_entries_of_curves(rng, attribute):
    X = rng.standard_normal((41, 4))
    pca = PCA(2).fit(X)
    curve = getattr(co_ranking(X, pca.transform(X)), attribute)
    sign = -1 if attribute.endswith("_errors") else 1
    last = np.flatnonzero(np.isfinite(curve))[-1] + 1
    for measure in ("co_ranking", partial(co_ranking, n_anchors=41)):
        for k in (1, 7, np.int64(last)):
            scorer = make_embedding_scorer(measure, attribute=attribute, n_neighbors=k)
            assert scorer(pca, X) == pytest.approx(sign * curve[k - 1])
    last = int(last) + 1
    scorer = make_embedding_scorer("co_ranking", attribute=attribute, n_neighbors=last)
    message = rf"n_neighbors must be an integer from 1 to {last - 1}, got {last}\."
    with pytest.raises(ValueError, match=message):
        scorer(pca, X)
    for k in (None, 0, 2.0, True):
        with pytest.raises(ValueError, match=r"n_neighbors must be an .* a curve, got"):
            make_embedding_scorer("co_ranking", attribute=attribute, n_neighbors=k)


def test_a_curve_as_a_criterion(roll):
    search = GridSearchCV(
        Isomap(),
        {"n_components": [1, 2]},
        scoring=make_embedding_scorer(
            "co_ranking", attribute="extrusion_errors", n_neighbors=10
        ),
        cv=2,
        error_score="raise",
    ).fit(roll)
    assert search.best_params_ == {"n_components": 2}
    assert (search.cv_results_["mean_test_score"] < 0).all()


@pytest.mark.parametrize("make", [lambda f: f, lambda f: partial(f, n_anchors=9)])
def test_misspelt_parameters(make):
    message = (
        r"Parameters of .*trustworthiness.* must be among \['n_neighbors', .*got "
        r"n_neigbors=7\. Did you mean 'n_neighbors' or"
    )
    with pytest.raises(TypeError, match=message):
        make_embedding_scorer(make(trustworthiness), n_neigbors=7)
    with pytest.raises(TypeError, match=r"got embd='fitted'\. Did you mean 'embed'"):
        make_embedding_scorer(make(stress), embd="fitted")
    with pytest.raises(TypeError, match=r"Parameters of .*stress.* got X=3\.$"):
        make_embedding_scorer(make(stress), X=3)


@pytest.mark.parametrize("make", [lambda f: f, lambda f: partial(f, n_anchors=9)])
def test_misspelt_parameters_of_co_ranking(make):
    """Of which `n_neighbors` is one of the scorer's own."""
    for attribute in ("r_nx", None):
        with pytest.raises(TypeError, match=r"n_neighbours=10\. .* 'n_neighbors'"):
            make_embedding_scorer(
                make(co_ranking), attribute=attribute, n_neighbours=10
            )
    with pytest.raises(TypeError, match=r"attribut_='r_nx'\. Did you mean 'attribute'"):
        make_embedding_scorer(make(co_ranking), n_neighbors=10, attribut_="r_nx")


def test_parameters_of_other_functions(rng):
    X = rng.standard_normal((20, 3))
    pca = PCA(2).fit(X)
    scorer = make_embedding_scorer(lambda X, Y, **params: params["it"], it=4)
    assert scorer(pca, X) == 4
    with pytest.raises(TypeError, match=r"<lambda> must be among \['k'\], got n=3"):
        make_embedding_scorer(lambda X, Y, k: k, n=3)
    assert make_embedding_scorer(np.hypot) is not None  # without a signature


def test_attributes():
    with pytest.raises(ValueError, match=r"one of .*got 'auc_rnx'\. .* 'auc_r_nx' or"):
        make_embedding_scorer("co_ranking", attribute="auc_rnx")
    with pytest.raises(ValueError, match=r"attribute of local_distortion must be one"):
        make_embedding_scorer(partial(local_distortion, n_neighbors=9), attribute="x")
    with pytest.raises(ValueError, match=r"attribute must be None for stress, whose"):
        make_embedding_scorer("stress", attribute="value")
    with pytest.raises(ValueError, match=r"n_neighbors must be None .*auc_r_nx.*got 8"):
        make_embedding_scorer("co_ranking", n_neighbors=8)
    for measure, attributes in ATTRIBUTES.items():
        result = measure(np.eye(20, 3), np.eye(20, 2))
        for attribute in attributes:
            assert np.ndim(getattr(result, attribute)) == (attribute in CURVES)
