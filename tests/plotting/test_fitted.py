"""What stands within pipelines and searches."""

import pytest
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import Isomap
from skmanifold_nn.plotting import EmbeddingDisplay, ScreeDisplay, ShepardDisplay
from skmanifold_nn.plotting._fitted import last_step


@pytest.fixture
def X(rng):
    return rng.normal(size=(40, 3))


@pytest.fixture
def figure():
    """A figure outside pyplot."""
    return Figure()


def test_the_last_step(X):
    alone = PCA()
    assert last_step(alone) is last_step(make_pipeline(alone)) is alone
    pipeline = make_pipeline(StandardScaler(), PCA())
    assert last_step(pipeline) is pipeline[-1]
    search = GridSearchCV(pipeline, {"pca__n_components": [1, 2]})
    assert last_step(search) is search, "not fitted yet"
    assert last_step(search.fit(X)) is search.best_estimator_[-1]


def test_pictures_of_searches(X, figure):
    grid = {"isomap__n_neighbors": [8, 9]}
    pipeline = make_pipeline(StandardScaler(), Isomap(n_components=3))
    scoring = {"scoring": lambda estimator, X, y=None: 0.0}
    search = GridSearchCV(pipeline, grid, cv=2, **scoring).fit(X)
    best = search.best_estimator_
    display = EmbeddingDisplay.from_estimator(search, ax=figure.subplots())
    assert (display.embedding == best[-1].embedding_).all()
    display = ScreeDisplay.from_estimator(search, ax=figure.subplots())
    assert (display.values == best[-1].residual_variance()).all()
    display = ShepardDisplay.from_estimator(search, ax=figure.subplots())
    assert display.n_pairs == 40 * 39 // 2


def test_pictures_of_others(X):
    with pytest.raises(ValueError, match="PCA does not keep dissimilarities"):
        ShepardDisplay.from_estimator(PCA().fit(X))
