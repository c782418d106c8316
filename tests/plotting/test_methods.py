"""What is drawn of several methods in one picture."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.plotting._methods import (
    LINE_COLORS,
    co_rankings_of,
    draw_curve,
    embeddings_of,
    named,
)


class Frozen(BaseEstimator):
    """An embedding without transform."""

    def fit(self, X, y=None):
        self.embedding_ = X[:, :1]
        return self


def test_embeddings_of_estimators(rng):
    X, rows = rng.standard_normal((30, 3)), np.arange(30)
    pca = PCA(2).fit(X)
    pipe = make_pipeline(StandardScaler(), Frozen()).fit(X)
    found = embeddings_of(X, {"pca": pca, "frozen": Frozen().fit(X), "pipe": pipe})
    np.testing.assert_array_equal(found["pca"], pca.transform(X))
    np.testing.assert_array_equal(found["frozen"], X[:, :1])
    np.testing.assert_array_equal(found["pipe"], pipe[-1].embedding_)
    one = {"cv": [(rows, rows)], "scoring": lambda estimator, X, y=None: 0.0}
    search = GridSearchCV(Frozen(), {}, **one).fit(X)
    found = embeddings_of(X, {"search": search})["search"]
    np.testing.assert_array_equal(found, X[:, :1])
    with pytest.raises(ValueError, match=r"estimators must have transform, or .* 30"):
        embeddings_of(X, {"frozen": Frozen().fit(X[:20])})
    with pytest.raises(NotFittedError):
        embeddings_of(X, {"frozen": Frozen()})


def test_names_are_needed(rng):
    for things in ([1, 2], rng.standard_normal((5, 2)), {}):
        with pytest.raises(TypeError, match="embeddings must be a dict with one entry"):
            named(things, "embeddings")
    assert named({3: "a"}, "embeddings") == {"3": "a"}


def test_methods_are_seen_from_the_same_anchors(rng):
    X = rng.standard_normal((50, 3))
    Y = X[:, :2]
    for random_state in (None, 3, np.random.RandomState(3)):
        found = co_rankings_of(X, {"a": Y, "b": Y}, random_state, n_anchors=10)
        np.testing.assert_array_equal(found["a"].q_nx, found["b"].q_nx)
    again = co_rankings_of(X, {"a": Y}, 3, n_anchors=10)["a"]
    same = co_rankings_of(X, {"a": Y}, 3, n_anchors=10)["a"]
    np.testing.assert_array_equal(again.q_nx, same.q_nx)


def test_many_methods_are_told_apart():
    ax = Figure().subplots()
    k = np.arange(1, 4)
    lines = [draw_curve(ax, i, k, 1.0 * k, None, {}, None)[0] for i in range(18)]
    looks = {(line.get_color(), str(line._dash_pattern)) for line in lines}
    assert len(looks) == 18
    assert len({line.get_color() for line in lines}) == len(LINE_COLORS)
    _, band = draw_curve(ax, 0, k, 1.0 * k, 0.1 * k, {}, None)
    corners = band.get_paths()[0].vertices
    assert corners[:, 1].min() == pytest.approx(0.8)
    assert corners[:, 1].max() == pytest.approx(3.6)
    assert lines[0].get_marker() == "None"


def test_a_single_value_is_a_marker():
    """A line of one point would not be seen, nor a band."""
    ax = Figure().subplots()
    k, errors = np.array([10]), np.array([0.02])
    for dashes, fill in (("-", "full"), ("--", "none")):
        style = {"linestyle": dashes}
        line, band = draw_curve(ax, 0, k, np.array([0.9]), errors, style, None)
        assert (line.get_marker(), line.get_fillstyle()) == ("o", fill)
        assert band.get_linewidth() > 1
        assert np.ptp(band.get_paths()[0].vertices[:, 1]) == pytest.approx(0.08)
    line, _ = draw_curve(ax, 0, k, k, None, {}, {"marker": "s"})
    assert line.get_marker() == "s"
