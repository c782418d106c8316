"""Curves of co-ranking matrices: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.metrics import co_ranking
from skmanifold_nn.plotting import CoRankingDisplay, TrustworthinessDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def case(rng):
    """(X, two embeddings by name)."""
    X = rng.standard_normal((60, 4))
    return X, {"two": X[:, :2], "one": X[:, :1]}


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("curve", ["R_NX", "Q_NX", "LCMC"])
def test_lines_are_the_curves(case, ax, curve):
    X, embeddings = case
    display = CoRankingDisplay.from_embeddings(X, embeddings, curve=curve, ax=ax)
    labels = []
    for line, (name, Y) in zip(display.lines_, embeddings.items(), strict=True):
        result = co_ranking(X, Y)
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 59))
        expected = getattr(result, curve.lower())[:-1]
        np.testing.assert_array_equal(line.get_ydata(), expected)
        labels.append(f"{name}, area {getattr(result, f'auc_{curve.lower()}'):.2f}")
    assert texts(ax.get_legend()) == labels
    assert display.lines_[0].get_color() != display.lines_[1].get_color()
    assert display.bands_ == []
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "number of neighbours k"
    assert curve[0] in ax.get_ylabel()
    chance = np.arange(1, 59) / 59 if curve == "Q_NX" else np.zeros(58)
    np.testing.assert_allclose(display.chance_.get_ydata(), chance)


def test_legend_lies_above_the_lines(case, ax):
    X, embeddings = case
    embeddings = {f"{name} {i}": Y for name, Y in embeddings.items() for i in range(3)}
    display = CoRankingDisplay.from_embeddings(X, embeddings, ax=ax)
    display.figure_.canvas.draw()
    bottom = ax.get_legend().get_window_extent().y0
    highest = max(line.get_ydata().max() for line in display.lines_)
    assert ax.transData.transform((1, highest))[1] < bottom


def test_bands_of_samples(case, ax):
    X, embeddings = case
    display = CoRankingDisplay.from_embeddings(
        X, embeddings, n_anchors=20, random_state=3, ax=ax
    )
    result = display.co_rankings["one"]
    assert result.n_anchors == 20
    corners = display.bands_[1].get_paths()[0].vertices
    errors = result.standard_error("r_nx")[:-1]
    top = (result.r_nx[:-1] + 2 * errors).max()
    assert corners[:, 1].max() == pytest.approx(top)
    line_color = to_rgba(display.lines_[1].get_color(), 0.2)
    np.testing.assert_allclose(display.bands_[1].get_facecolor()[0], line_color)


def test_constructors_agree(case, ax):
    X, _ = case
    pca = PCA(2).fit(X)
    results = {"PCA": co_ranking(X, pca.transform(X))}
    distances = squareform(pdist(X))
    lines = [
        CoRankingDisplay.from_estimators(X, {"PCA": pca}, ax=ax).lines_[0],
        CoRankingDisplay.from_co_rankings(results, ax=ax).lines_[0],
        CoRankingDisplay(results).plot(ax).lines_[0],
        CoRankingDisplay.from_embeddings(
            distances, {"PCA": pca.transform(X)}, metric="precomputed", ax=ax
        ).lines_[0],
    ]
    for line in lines[1:]:
        np.testing.assert_allclose(line.get_ydata(), lines[0].get_ydata())


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (CoRankingDisplay, lambda display: display.lines_),
        (TrustworthinessDisplay, lambda display: display.lines_["trustworthiness"]),
    ],
)
def test_pipelines_are_measured_by_what_their_last_step_was_given(rng, ax, kind, lines):
    X = rng.standard_normal((50, 4))
    X[3, 1] = np.nan
    pipe = make_pipeline(SimpleImputer(), StandardScaler(), PCA(2)).fit(X)
    filled, scaled = pipe[:1].transform(X), pipe[:2].transform(X)
    cases = (("prepared", X, scaled), (1, X, filled), ("raw", filled, filled))
    for reference, given, rows in cases:
        methods = {"one": pipe, 2: pipe} if given is X else {2: pipe[1:]}
        display = kind.from_estimators(
            given, methods, reference=reference, n_anchors=20, random_state=3, ax=ax
        )
        Y = pipe.transform(X)
        same = kind.from_embeddings(
            rows, {"one": Y}, n_anchors=20, random_state=3, ax=ax
        )
        np.testing.assert_array_equal(
            lines(display)[-1].get_ydata(), lines(same)[0].get_ydata()
        )
        assert list(display.co_rankings)[-1] == "2"
    with pytest.raises(ValueError, match=r"reference must be one of .*got 'first'"):
        kind.from_estimators(X, methods, reference="first", ax=ax)


def test_methods_of_other_sizes(rng, ax):
    results = {
        str(n): co_ranking(X, X[:, :1])
        for n, X in ((n, rng.standard_normal((n, 2))) for n in (20, 50))
    }
    display = CoRankingDisplay.from_co_rankings(results, curve="Q_NX", ax=ax)
    assert [len(line.get_xdata()) for line in display.lines_] == [18, 48]
    assert ax.get_xlim() == (1, 48)


def test_three_samples_are_seen(ax):
    X = np.array([[0.0, 0], [1, 0], [0, 3]])
    display = CoRankingDisplay.from_embeddings(X, {"one": X[:, :1]}, ax=ax)
    (line,) = display.lines_
    assert (line.get_xdata().tolist(), line.get_marker()) == ([1], "o")
    assert ax.get_xlim()[0] < 1 < ax.get_xlim()[1]
    assert len(display.chance_.get_xdata()) == 2


def test_styles_and_figures(case):
    display = CoRankingDisplay.from_embeddings(*case, line_kw={"lw": 5, "c": "black"})
    assert plt.get_fignums() == [display.figure_.number]
    assert {line.get_linewidth() for line in display.lines_} == {5}
    assert {line.get_color() for line in display.lines_} == {"black"}


def test_errors(case, ax):
    X, embeddings = case
    with pytest.raises(ValueError, match=r"curve must be one of .*R_NX.* got 'QNX'"):
        CoRankingDisplay.from_embeddings(X, embeddings, curve="QNX", ax=ax)
    with pytest.raises(TypeError, match="embeddings must be a dict"):
        CoRankingDisplay.from_embeddings(X, X, ax=ax)
    assert not plt.get_fignums()
