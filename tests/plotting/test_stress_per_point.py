"""Stress per point: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_iris

from skmanifold_nn.manifold import MDS, Isomap
from skmanifold_nn.plotting import StressPerPointDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def misfit(rng):
    """(dissimilarities, embedding) that agree but for the fourth of nine points."""
    embedding = rng.normal(size=(9, 2))
    D = squareform(pdist(embedding))
    D[3] += 1
    D[:, 3] += 1
    D[3, 3] = 0
    return D, embedding


def test_shares_colour_and_size_the_points(misfit, ax):
    display = StressPerPointDisplay.from_dissimilarities(*misfit, ax=ax)
    np.testing.assert_array_equal(display.scatter_.get_offsets(), misfit[1])
    # The pairs of the fourth point have all the stress, and half of it is its own.
    np.testing.assert_allclose(
        display.stress_per_point, [*[1 / 16] * 3, 0.5, *[1 / 16] * 5]
    )
    np.testing.assert_array_equal(
        display.scatter_.get_array(), display.stress_per_point
    )
    areas = display.scatter_.get_sizes()
    assert areas.argmax() == 3
    assert areas.min() > 0
    assert display.scatter_.get_clim() == (0, display.stress_per_point.max())
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert ax.get_aspect() == 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "first coordinate",
        "second coordinate",
    )


def test_area_grows_evenly_with_the_share(ax):
    shares = np.array([0, 0.25, 0.5, 0.25])
    display = StressPerPointDisplay(np.eye(4)[:, :2], shares).plot(ax)
    areas = display.scatter_.get_sizes()
    np.testing.assert_allclose(areas[1] - areas[0], areas[2] - areas[1])


def test_many_points_are_smaller(rng, ax):
    few, many = (
        StressPerPointDisplay(rng.normal(size=(n, 2)), np.full(n, 1 / n)).plot(ax)
        for n in (50, 900)
    )
    assert max(many.scatter_.get_sizes()) < min(few.scatter_.get_sizes())


def test_colour_bar_is_in_per_cent(misfit, ax):
    display = StressPerPointDisplay.from_dissimilarities(*misfit, ax=ax)
    assert display.colorbar_.mappable is display.scatter_
    assert display.colorbar_.ax.get_ylabel() == "share of the stress"
    assert display.colorbar_.ax.yaxis.get_major_formatter()(0.25) in ("25%", "25.0%")
    assert len(ax.figure.axes) == 2


def test_without_colour_bar(misfit, ax):
    display = StressPerPointDisplay.from_dissimilarities(*misfit, ax=ax, colorbar=False)
    assert display.colorbar_ is None
    display = StressPerPointDisplay.from_dissimilarities(
        *misfit, ax=ax, scatter_kw={"color": "k"}
    )
    assert display.colorbar_ is None, "a scale of nothing that is drawn"
    assert len(ax.figure.axes) == 1


def test_labels_stand_beside_their_points(misfit, ax):
    display = StressPerPointDisplay.from_dissimilarities(
        *misfit, labels=range(10, 19), ax=ax, text_kw={"size": 5}
    )
    assert [t.get_text() for t in display.texts_] == [str(i) for i in range(10, 19)]
    np.testing.assert_array_equal([t.xy for t in display.texts_], misfit[1])
    assert {t.get_fontsize() for t in display.texts_} == {5}


def test_too_few_labels(misfit, ax):
    with pytest.raises(ValueError, match="labels must be one for each of the 9 points"):
        StressPerPointDisplay.from_dissimilarities(*misfit, labels="abc", ax=ax)


@pytest.mark.parametrize("n_components", [1, 3])
def test_other_numbers_of_columns(rng, ax, n_components):
    embedding = rng.normal(size=(6, n_components))
    display = StressPerPointDisplay(embedding, np.full(6, 1 / 6)).plot(ax)
    expected = embedding[:, :2]
    if n_components == 1:
        expected = np.column_stack([np.arange(6), embedding])
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("point", "coordinate")
    np.testing.assert_array_equal(display.scatter_.get_offsets(), expected)


def test_estimator_without_shares_gets_them_computed(ax):
    isomap = Isomap(n_neighbors=60).fit(load_iris().data)
    display = StressPerPointDisplay.from_estimator(isomap, ax=ax)
    residuals = isomap.dist_matrix_ - squareform(pdist(isomap.embedding_))
    expected = np.square(residuals).sum(axis=1)
    np.testing.assert_allclose(display.stress_per_point, expected / expected.sum())


def test_shares_that_mds_reports(misfit, ax):
    mds = MDS(metric="precomputed").fit(misfit[0])
    display = StressPerPointDisplay.from_estimator(mds, ax=ax)
    assert display.stress_per_point is mds.stress_per_point_
    np.testing.assert_array_equal(display.scatter_.get_offsets(), mds.embedding_)


def test_no_stress_at_all(ax):
    display = StressPerPointDisplay.from_dissimilarities(
        [[0, 1], [1, 0]], [[0], [1]], ax=ax
    )
    np.testing.assert_array_equal(display.stress_per_point, [0, 0])
    ax.figure.draw_without_rendering()


def test_styles(misfit, ax):
    display = StressPerPointDisplay.from_dissimilarities(
        *misfit,
        ax=ax,
        colorbar=False,
        cmap="cividis",
        scatter_kw={"marker": "s", "lw": 2},
    )
    assert display.scatter_.get_cmap().name == "cividis"
    assert display.scatter_.get_linewidth() == [2]
    display.plot(ax, colorbar=False, scatter_kw={"color": "red"})
    assert tuple(display.scatter_.get_facecolor()[0]) == to_rgba("red")


def test_parameters_are_kept_and_pyplot_is_left_alone():
    embedding, shares = [[0.0, 1], [1, 0]], [0.5, 0.5]
    display = StressPerPointDisplay(embedding, shares)
    assert (display.embedding, display.stress_per_point) == (embedding, shares)
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
