"""Pictures of intrinsic dimension: what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy.spatial.distance import cdist
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.metrics import IntrinsicDimension
from skmanifold_nn.plotting import IntrinsicDimensionDisplay


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture
def X(rng):
    return rng.normal(size=(150, 3))


def texts(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_curves_are_the_estimates(X, ax):
    display = IntrinsicDimensionDisplay.from_data(X, n_neighbors=[4, 8, 30], ax=ax)
    assert list(display.curves) == ["mle", "two_nn", "correlation", "local_pca"]
    for method, curve in display.curves.items():
        sizes = [2] if method == "two_nn" else [4, 8, 30]
        assert curve[:, 0].tolist() == sizes
        for k, dimension, error in curve:
            fitted = IntrinsicDimension(method, n_neighbors=int(k)).fit(X)
            assert (dimension, error) == (fitted.dimension_, fitted.standard_error_)
        np.testing.assert_array_equal(display.lines_[method].get_xydata(), curve[:, :2])
    assert texts(ax) == [
        "maximum likelihood",
        "two nearest neighbours",
        "correlation dimension",
        "local principal components",
    ]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("number of neighbours", "dimension")
    assert ax.get_xscale() == "log"
    assert ax.get_xticks().tolist() == [2, 5, 10, 20]
    assert ax.get_ylim()[0] == 0
    assert display.ax_ is ax
    assert display.figure_ is ax.figure


def test_bands_are_two_standard_errors(ax):
    curve = np.array([[5, 2.0, 0.1], [10, 2.2, 0.3]])
    display = IntrinsicDimensionDisplay({"mle": curve, "two_nn": curve[:1]}).plot(ax)
    assert set(display.bands_) == {"mle"}
    corners = {tuple(xy) for xy in display.bands_["mle"].get_paths()[0].vertices}
    for corner in [(5, 1.8), (5, 2.2), (10, 1.6), (10, 2.8)]:
        assert any(np.allclose(corner, xy) for xy in corners)
    (bar,) = (c for c in ax.collections if c not in display.bands_.values())
    np.testing.assert_allclose(bar.get_segments()[0], [[5, 1.8], [5, 2.2]])
    assert ax.get_xscale() == "linear", "sizes that are near each other"


def test_each_method_keeps_its_colour(ax):
    curve = np.array([[5, 2.0, 0.1], [10, 2.2, np.nan]])
    alone = IntrinsicDimensionDisplay({"correlation": curve}).plot(ax)
    both = IntrinsicDimensionDisplay({"mle": curve, "correlation": curve}).plot(ax)
    assert len({line.get_color() for line in both.lines_.values()}) == 2
    lines = (display.lines_["correlation"] for display in (alone, both))
    assert len({line.get_color() for line in lines}) == 1


def test_distances_and_sizes_by_default(X, ax):
    display = IntrinsicDimensionDisplay.from_data(
        cdist(X, X), metric="precomputed", ax=ax
    )
    assert list(display.curves) == ["mle", "two_nn", "correlation"]
    assert display.curves["mle"][:, 0].tolist() == [5, 7, 10, 15, 22, 33]
    few = IntrinsicDimensionDisplay.from_data(X[:12], methods=["mle"], ax=ax)
    assert few.curves["mle"][:, 0].tolist() == [3]


@pytest.mark.parametrize("sizes", [[1, 4], [4, 40], [2.5, 4]])
def test_sizes_that_the_estimator_refuses(X, ax, sizes):
    with pytest.raises(ValueError, match="n_neighbors"):
        IntrinsicDimensionDisplay.from_data(X[:40], n_neighbors=sizes, ax=ax)


@pytest.mark.parametrize("name", ["methods", "n_neighbors"])
def test_nothing_to_estimate(X, ax, name):
    with pytest.raises(ValueError, match=f"{name} must not be empty"):
        IntrinsicDimensionDisplay.from_data(X, ax=ax, **{name: []})


def test_default_sizes_are_for_distinct_samples(X, ax):
    copies = np.repeat(X[:20], 10, axis=0)
    curves = IntrinsicDimensionDisplay.from_data(copies, ax=ax).curves
    assert curves["mle"][:, 0].tolist() == [5]
    assert IntrinsicDimensionDisplay.from_data(
        copies, methods="two_nn", n_neighbors=30, ax=ax
    ).curves["two_nn"][:, 0].tolist() == [2]


def test_methods_that_refuse_the_samples(ax):
    lattice = np.stack(np.meshgrid(range(8), range(8)), axis=-1).reshape(-1, 2)
    with pytest.warns(UserWarning, match="'two_nn' is left out: the distances"):
        curves = IntrinsicDimensionDisplay.from_data(lattice, ax=ax).curves
    assert list(curves) == ["mle", "correlation", "local_pca"]
    with pytest.raises(ValueError, match="n_neighbors = 2 nearest"):
        IntrinsicDimensionDisplay.from_data(lattice, methods=["two_nn"], ax=ax)
    with (
        pytest.warns(UserWarning, match="is left out"),
        pytest.raises(ValueError, match="nearest samples are all equal"),
    ):
        IntrinsicDimensionDisplay.from_data(1 - np.eye(9), metric="precomputed", ax=ax)


def test_histogram_holds_all_points(X, ax):
    fitted = IntrinsicDimension().fit(X)
    display = IntrinsicDimensionDisplay.from_estimator(fitted, ax=ax)
    limit = 4 * np.median(fitted.dimension_pw_)
    n_far = np.count_nonzero(fitted.dimension_pw_ > limit)
    assert sum(bar.get_height() for bar in display.bars_) == len(X) - n_far
    for bar in display.bars_:
        low, high = bar.get_x(), bar.get_x() + bar.get_width()
        inside = (fitted.dimension_pw_ > low + 1e-9) & (
            fitted.dimension_pw_ < high - 1e-9
        )
        assert bar.get_height() == pytest.approx(inside.sum(), abs=1)
    assert display.lines_["dimension"].get_xdata() == [fitted.dimension_] * 2
    label = f"all together: {fitted.dimension_:.3g} ± {fitted.standard_error_:.2g}"
    assert label in texts(ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("dimension", "number of points")


def test_histogram_says_what_it_leaves_out(ax):
    pointwise = np.array([1.5, 2, 2.5, 2.2, 1.8, np.inf, 90.0, np.nan])
    display = IntrinsicDimensionDisplay(pointwise=pointwise).plot(ax)
    assert sum(bar.get_height() for bar in display.bars_) == 5
    assert texts(ax) == ["at the points (2 above 8.8)"]
    assert display.lines_ == {}


def test_most_estimates_may_be_infinite(ax):
    lattice = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), -1).reshape(-1, 2)
    fitted = IntrinsicDimension(n_neighbors=4).fit(lattice)
    display = IntrinsicDimensionDisplay.from_estimator(fitted, ax=ax)
    is_finite = np.isfinite(fitted.dimension_pw_)
    assert is_finite.sum() < 32
    assert sum(bar.get_height() for bar in display.bars_) == is_finite.sum()
    assert any(text.startswith("at the points (36 above") for text in texts(ax))


@pytest.mark.parametrize(
    ("curves", "pointwise", "message"),
    [
        (None, None, "nothing to draw"),
        ({}, None, "nothing to draw"),
        (None, [np.nan, np.inf], "some are finite"),
        ({"mle": []}, None, r"curves must .* got shape \(0,\) of 'mle'"),
        ({"mle": [[5, 2.0]]}, None, r"standard error\) .* got shape \(1, 2\)"),
    ],
)
def test_nothing_to_draw(curves, pointwise, message):
    with pytest.raises(ValueError, match=message):
        IntrinsicDimensionDisplay(curves, pointwise=pointwise).plot()
    assert plt.get_fignums() == []


def test_lists_are_arrays(ax):
    display = IntrinsicDimensionDisplay({"mle": [[5, 2, 0.1], [9, 2, 0.1]]}).plot(ax)
    assert display.lines_["mle"].get_xydata().tolist() == [[5, 2], [9, 2]]
    display = IntrinsicDimensionDisplay(pointwise=[1.5, 2.5, None]).plot(ax)
    assert sum(bar.get_height() for bar in display.bars_) == 2


def test_one_method_and_one_size(X, ax):
    display = IntrinsicDimensionDisplay.from_data(
        X.tolist(), methods="mle", n_neighbors=6, ax=ax
    )
    assert display.curves["mle"][:, 0].tolist() == [6]


def test_whole_numbers_have_a_bar_each(ax):
    pointwise = np.array([1.0, 1, 1, 2, 5])
    display = IntrinsicDimensionDisplay(pointwise=pointwise, dimension=2.2).plot(ax)
    centers = [bar.get_x() + bar.get_width() / 2 for bar in display.bars_]
    np.testing.assert_allclose(centers, [1, 2, 3, 4, 5])
    assert [bar.get_height() for bar in display.bars_] == [3, 1, 0, 0, 1]
    assert "all together: 2.2" in texts(ax)


def test_pipelines_and_what_is_not_fitted(X, ax):
    pipeline = make_pipeline(StandardScaler(), IntrinsicDimension()).fit(X)
    display = IntrinsicDimensionDisplay.from_estimator(pipeline, ax=ax)
    assert display.dimension == pipeline[-1].dimension_
    with pytest.raises(NotFittedError):
        IntrinsicDimensionDisplay.from_estimator(IntrinsicDimension(), ax=ax)
    with pytest.raises(ValueError, match="This StandardScaler has no dimension_pw_"):
        IntrinsicDimensionDisplay.from_estimator(StandardScaler().fit(X), ax=ax)


def test_styles_and_drawing_again(X, ax):
    fitted = IntrinsicDimension().fit(X)
    display = IntrinsicDimensionDisplay.from_estimator(
        fitted, ax=ax, line_kw={"c": "black"}, bar_kw={"facecolor": "red"}
    )
    assert display.lines_["dimension"].get_color() == "black"
    assert display.bars_[0].get_facecolor()[:3] == to_rgba("red")[:3]
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
    curves = IntrinsicDimensionDisplay.from_data(
        X, methods=["mle"], n_neighbors=[4, 8], ax=ax, line_kw={"lw": 4}
    )
    assert curves.lines_["mle"].get_linewidth() == 4
