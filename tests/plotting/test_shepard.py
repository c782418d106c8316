"""Shepard diagrams: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_iris

from skmanifold_nn.manifold import MDS, Isomap
from skmanifold_nn.plotting import ShepardDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def case(rng):
    """(dissimilarities, embedding) of 30 points."""
    X = rng.normal(size=(30, 3))
    return squareform(pdist(X)), X[:, :2]


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_points_are_the_pairs(case, ax):
    D, embedding = case
    display = ShepardDisplay.from_dissimilarities(D, embedding, ax=ax)
    drawn = np.asarray(display.scatter_.get_offsets())
    np.testing.assert_allclose(drawn[:, 0], squareform(D))
    np.testing.assert_allclose(drawn[:, 1], pdist(embedding))
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_xlabel() == "dissimilarity"
    assert ax.get_ylabel() == "distance in the embedding"
    assert ax.get_title() == f"Stress-1: {display.stress:.3g}"
    assert texts(ax.get_legend()) == ["pairs", "distance = dissimilarity"]


def test_metric_line_is_the_identity_over_all_points(case, ax):
    D, embedding = case
    display = ShepardDisplay.from_dissimilarities(D, embedding, ax=ax)
    np.testing.assert_array_equal(display.line_.get_xydata(), [[0, 0], [D.max()] * 2])


def test_nonmetric_line_runs_through_the_disparities(case, ax):
    D, embedding = case
    curve = np.array([[0.0, 0.2], [1, 0.2], [2, 1.5], [6, 2]])
    display = ShepardDisplay.from_dissimilarities(
        D, embedding, disparity_curve=curve, ax=ax
    )
    np.testing.assert_array_equal(display.line_.get_xydata(), curve)
    assert texts(ax.get_legend()) == ["pairs", "disparities"]


def test_missing_pairs_are_left_out(case, ax):
    D, embedding = case
    D[2, 7] = D[7, 2] = np.nan
    weights = np.ones_like(D)
    weights[3, 4] = weights[4, 3] = 0
    display = ShepardDisplay.from_dissimilarities(D, embedding, weights=weights, ax=ax)
    assert len(display.scatter_.get_offsets()) == display.n_pairs == 30 * 29 / 2 - 2
    assert np.isfinite(display.scatter_.get_offsets()).all()


def test_many_pairs_are_sampled(case, ax):
    D, embedding = case
    displays = [
        ShepardDisplay.from_dissimilarities(
            D, embedding, max_pairs=100, random_state=seed, ax=ax
        )
        for seed in (1, 1, 2)
    ]
    first, same, other = (np.asarray(d.scatter_.get_offsets()) for d in displays)
    assert first.shape == (100, 2)
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)
    assert texts(ax.get_legend())[0] == "100 of 435 pairs"
    assert len({d.stress for d in displays}) == 1, "the stress is that of all pairs"


def test_more_pairs_are_drawn_smaller_and_fainter(rng, ax):
    few, many = (
        ShepardDisplay(*rng.uniform(size=(2, size))).plot(ax).scatter_
        for size in (50, 9000)
    )
    assert many.get_sizes()[0] < few.get_sizes()[0]
    assert many.get_alpha() < few.get_alpha()
    assert all(handle.get_alpha() == 1 for handle in ax.get_legend().legend_handles)


def test_estimator_with_few_landmarks(ax):
    isomap = Isomap(n_neighbors=60, n_landmarks=4, random_state=3)
    isomap.fit(load_iris().data)
    display = ShepardDisplay.from_estimator(isomap, ax=ax)
    assert display.n_pairs == 4 * 149 - 6
    assert display.disparity_curve is None
    assert display.dissimilarities.max() <= isomap.dist_matrix_.max()


def test_nonmetric_scaling(case, ax):
    D, _ = case
    D[4, 6] = D[6, 4] = np.nan
    mds = MDS(metric="precomputed", metric_mds=False).fit(D)
    display = ShepardDisplay.from_estimator(mds, ax=ax)
    np.testing.assert_array_equal(display.line_.get_xydata(), mds.disparity_curve_)
    assert (np.diff(display.line_.get_ydata()) >= 0).all()
    assert len(display.scatter_.get_offsets()) == 434
    assert ax.get_title() == f"Stress-1: {mds.scale_free_stress_:.3g}"


def test_styles(case, ax):
    display = ShepardDisplay.from_dissimilarities(
        *case,
        ax=ax,
        scatter_kw={"color": "black", "s": 3},
        line_kw={"lw": 4, "c": "red"},
    )
    assert tuple(display.scatter_.get_facecolor()[0, :3]) == to_rgba("black")[:3]
    assert display.scatter_.get_sizes() == [3]
    assert display.line_.get_linewidth() == 4
    assert display.line_.get_color() == "red"


def test_parameters_are_kept_as_given_and_plot_draws_again(ax):
    arrays = [1, 2, 3], [1.5, 2, 2]
    display = ShepardDisplay(*arrays)
    assert (display.dissimilarities, display.distances) == arrays
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
    assert display.plot(ax).ax_ is ax
    assert ax.get_title() == ""
    np.testing.assert_array_equal(display.line_.get_xydata(), [[0, 0], [3, 3]])


def test_no_pairs_at_all(ax):
    display = ShepardDisplay.from_dissimilarities([[0.0]], [[1.0, 2.0]], ax=ax)
    assert len(display.scatter_.get_offsets()) == 0
