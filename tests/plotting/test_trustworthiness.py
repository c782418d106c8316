"""Trustworthiness and continuity against k: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from skmanifold_nn.metrics import co_ranking, continuity, trustworthiness
from skmanifold_nn.plotting import TrustworthinessDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def case(rng):
    """(X, two embeddings by name)."""
    X = rng.standard_normal((61, 4))
    return X, {"two": X[:, :2], "one": X[:, :1]}


def test_lines_are_the_measures(case, ax):
    X, embeddings = case
    display = TrustworthinessDisplay.from_embeddings(X, embeddings, ax=ax)
    for measure in (trustworthiness, continuity):
        lines = display.lines_[measure.__name__]
        for line, Y in zip(lines, embeddings.values(), strict=True):
            np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 31))
            for k in (1, 7, 30):
                expected = measure(X, Y, n_neighbors=k)
                assert line.get_ydata()[k - 1] == pytest.approx(expected)
    assert display.bands_ == []
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_xlabel() == "number of neighbours k"
    assert ax.get_ylabel() == "trustworthiness and continuity"


def test_colours_tell_methods_and_dashes_measures(case, ax):
    display = TrustworthinessDisplay.from_embeddings(*case, ax=ax)
    solid, dashed = display.lines_.values()
    assert [line.get_linestyle() for line in solid] == ["-", "-"]
    assert [line.get_linestyle() for line in dashed] == ["--", "--"]
    colors = [line.get_color() for line in solid]
    assert colors == [line.get_color() for line in dashed]
    assert len(set(colors)) == 2
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["two", "one", "trustworthiness", "continuity"]


def test_chosen_numbers_of_neighbors(case, ax):
    X, embeddings = case
    display = TrustworthinessDisplay.from_embeddings(
        X, embeddings, n_neighbors=[20, 5, 10], ax=ax
    )
    line = display.lines_["continuity"][1]
    np.testing.assert_array_equal(line.get_xdata(), [5, 10, 20])
    expected = [continuity(X, X[:, :1], n_neighbors=k) for k in (5, 10, 20)]
    np.testing.assert_allclose(line.get_ydata(), expected)


def test_one_number_of_neighbors_is_drawn_by_markers(case, ax):
    display = TrustworthinessDisplay.from_embeddings(*case, n_neighbors=10, ax=ax)
    solid, dashed = display.lines_.values()
    assert [line.get_marker() for line in solid + dashed] == ["o"] * 4
    kinds = ax.get_legend().get_lines()[-2:]
    assert [line.get_fillstyle() for line in kinds] == ["full", "none"]
    assert [line.get_marker() for line in kinds] == ["o", "o"]


def test_bands_of_samples(case, ax):
    display = TrustworthinessDisplay.from_embeddings(
        *case, n_anchors=20, random_state=3, n_neighbors=[4, 9], ax=ax
    )
    assert len(display.bands_) == 4
    result = display.co_rankings["two"]
    errors = result.standard_error("trustworthiness")[[3, 8]]
    corners = display.bands_[0].get_paths()[0].vertices
    low = (result.trustworthiness[[3, 8]] - 2 * errors).min()
    assert corners[:, 1].min() == pytest.approx(low)


def test_constructors_agree(case, ax):
    X, _ = case
    pca = PCA(2).fit(X)
    results = {"PCA": co_ranking(X, pca.transform(X))}
    lines = [
        display.lines_["trustworthiness"][0]
        for display in (
            TrustworthinessDisplay.from_estimators(X, {"PCA": pca}, ax=ax),
            TrustworthinessDisplay.from_co_rankings(results, ax=ax),
            TrustworthinessDisplay(results).plot(ax),
        )
    ]
    for line in lines[1:]:
        np.testing.assert_array_equal(line.get_ydata(), lines[0].get_ydata())


def test_styles_and_figures(case):
    display = TrustworthinessDisplay.from_embeddings(*case, line_kw={"lw": 5})
    assert plt.get_fignums() == [display.figure_.number]
    assert display.lines_["continuity"][0].get_linewidth() == 5


def test_legend_lies_above_the_lines(case, ax):
    X, embeddings = case
    embeddings = {f"{name} {i}": Y for name, Y in embeddings.items() for i in range(4)}
    display = TrustworthinessDisplay.from_embeddings(X, embeddings, ax=ax)
    display.figure_.canvas.draw()
    bottom = ax.get_legend().get_window_extent().y0
    highest = max(
        line.get_ydata().max() for lines in display.lines_.values() for line in lines
    )
    assert ax.transData.transform((1, highest))[1] < bottom


@pytest.mark.parametrize("n_neighbors", [[0, 3], [5, 31], [2.5], []])
def test_errors(case, n_neighbors):
    message = "n_neighbors must be whole numbers from 1 to 30, less than half"
    with pytest.raises(ValueError, match=message):
        TrustworthinessDisplay.from_embeddings(*case, n_neighbors=n_neighbors)
    assert not plt.get_fignums()
