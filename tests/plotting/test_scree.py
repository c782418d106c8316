"""Scree plots: what is drawn, and what is marked."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import sklearn.manifold
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import make_blobs, make_swiss_roll
from sklearn.decomposition import PCA, KernelPCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import (
    MDS,
    ClassicalMDS,
    DiffusionMap,
    Isomap,
    LocallyLinearEmbedding,
    SpectralEmbedding,
)
from skmanifold_nn.plotting import ScreeDisplay

BENT = [0.6, 0.3, 0.02, 0.015, 0.01, 0.005]


@pytest.fixture
def ax():
    """Axes outside pyplot."""
    return Figure().subplots()


@pytest.fixture(scope="module")
def roll():
    """A sheet of two dimensions in three."""
    return make_swiss_roll(400, random_state=3)[0]


def texts(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def leftover(distances, embedding):
    """1 - R^2 of square matrices of distances for the first 1, 2, ... columns."""
    placed = [
        squareform(pdist(embedding[:, : k + 1])) for k in range(embedding.shape[1])
    ]
    return [1 - np.corrcoef(distances.ravel(), d.ravel())[0, 1] ** 2 for d in placed]


def test_curve_and_elbow(ax):
    display = ScreeDisplay.from_values(BENT, name="bent", ax=ax)
    np.testing.assert_array_equal(
        display.line_.get_xydata(), np.c_[np.arange(1, 7), BENT]
    )
    assert display.n_dimensions_ == 3
    np.testing.assert_array_equal(display.mark_.get_xydata(), [[3, 0.02]])
    assert texts(ax) == ["elbow: 3 dimensions"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "number of dimensions",
        "residual variance",
    )
    assert ax.get_title() == "bent"
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] > 0.6
    assert (display.ax_, display.figure_) == (ax, ax.figure)


def test_eigenvalues_stand_high_before_the_elbow(ax):
    values = [10, 8, 0.5, 0.4, 0.3, 0.2]
    display = ScreeDisplay.from_values(values, kind="eigenvalues", ax=ax)
    assert display.n_dimensions_ == 2
    np.testing.assert_array_equal(display.mark_.get_xydata(), [[3, 0.5]])
    assert texts(ax) == ["elbow, after 2 dimensions"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("dimension", "eigenvalue")


def test_gap_of_ascending_eigenvalues(ax):
    values = [0.01, 0.02, 0.8, 0.85, 0.86]
    display = ScreeDisplay.from_values(values, kind="eigenvalues", ax=ax)
    assert display.n_dimensions_ == 2
    np.testing.assert_array_equal(display.mark_.get_xydata(), [[2, 0.02], [3, 0.8]])
    assert texts(ax) == ["largest gap: after 2"]
    other = ScreeDisplay.from_values(values, kind="eigenvalues", mark=None, ax=ax)
    assert other.mark_ is other.n_dimensions_ is None
    other = ScreeDisplay.from_values(values[::-1], mark="gap", ax=ax)
    assert other.n_dimensions_ == 3


def test_dimensions_of_ones_own(ax):
    display = ScreeDisplay.from_values(
        [0.4, 0.2, 0.1, 0.09, 0.085, 0.08],
        dimensions=[1, 2, 4, 8, 12, 16],
        kind="stress_1",
        ax=ax,
    )
    assert display.n_dimensions_ == 4
    assert ax.get_ylabel() == "stress 1"


@pytest.mark.parametrize("kind", ["residual_variance", "eigenvalues", "stress"])
def test_straight_lines_have_no_mark(rng, ax, kind):
    for values in (
        np.linspace(0.9, 0.3, 9),
        np.linspace(0.9, 0.3, 9) + 0.02 * rng.normal(size=9),
        np.linspace(0.999, 0.995, 9),
        [0.5, 0.4],
        [0.5],
    ):
        display = ScreeDisplay.from_values(values, kind=kind, ax=ax)
        assert display.n_dimensions_ is None
        assert display.mark_ is None
        assert ax.get_legend() is None


def test_one_dimension_that_explains_all(ax):
    values = [1e-4, 3e-5, 2e-5, 1.9e-5, 1.8e-5]
    display = ScreeDisplay.from_values(values, ax=ax)
    assert display.n_dimensions_ == 1
    assert texts(ax) == ["elbow: 1 dimension"]
    assert ax.get_ylim()[1] >= 0.1, "of 1 in all this is nothing"
    # Of other values it is not known what all is.
    display = ScreeDisplay.from_values(values, kind="stress", ax=ax)
    assert display.n_dimensions_ == 2
    display = ScreeDisplay.from_values(values, mark=None, ax=ax)
    assert display.n_dimensions_ is None


@pytest.mark.parametrize(
    "estimator",
    [
        Isomap(n_neighbors=8, n_components=6),
        Isomap(n_neighbors=8, n_components=6, n_landmarks=60, random_state=1),
        sklearn.manifold.Isomap(n_neighbors=8, n_components=6),
    ],
    ids=["Isomap", "landmarks", "sklearn"],
)
def test_isomap_of_a_roll_has_its_elbow_at_two(roll, ax, estimator):
    pipeline = make_pipeline(StandardScaler(with_std=False), estimator).fit(roll)
    display = ScreeDisplay.from_estimator(pipeline, ax=ax)
    assert display.n_dimensions_ == 2
    assert ax.get_title() == "Isomap"
    if not getattr(estimator, "n_landmarks", None):
        expected = leftover(estimator.dist_matrix_, estimator.embedding_)
        np.testing.assert_allclose(display.values, expected, atol=1e-9)
    display = ScreeDisplay.from_estimator(pipeline, kind="eigenvalues", ax=ax)
    np.testing.assert_array_equal(display.values, estimator.kernel_pca_.eigenvalues_)
    assert display.n_dimensions_ == 2


@pytest.mark.parametrize("n_landmarks", [None, 50])
def test_classical_scaling(rng, ax, n_landmarks):
    X = rng.normal(size=(300, 8)) * [9, 7, 6, 0.2, 0.2, 0.2, 0.2, 0.2]
    scaling = ClassicalMDS(n_components=8, n_landmarks=n_landmarks).fit(X)
    for kind in ("residual_variance", "eigenvalues"):
        display = ScreeDisplay.from_estimator(scaling, kind=kind, ax=ax)
        assert display.n_dimensions_ == 3
    if n_landmarks is None:
        display = ScreeDisplay.from_estimator(scaling, ax=ax)
        expected = leftover(squareform(pdist(X)), scaling.embedding_)
        np.testing.assert_allclose(display.values, expected, atol=1e-9)


def test_principal_components(rng, ax):
    X = rng.normal(size=(300, 8)) * [9, 7, 6, 0.2, 0.2, 0.2, 0.2, 0.2] + 5
    pipeline = make_pipeline(StandardScaler(with_std=False), PCA(8)).fit(X)
    display = ScreeDisplay.from_estimator(pipeline, ax=ax)
    assert display.kind == "eigenvalues"
    assert display.values is pipeline[-1].explained_variance_
    assert display.n_dimensions_ == 3
    display = ScreeDisplay.from_estimator(pipeline, X, ax=ax)
    assert display.kind == "residual_variance"
    assert display.n_dimensions_ == 3
    expected = leftover(squareform(pdist(X)), pipeline.transform(X))
    np.testing.assert_allclose(display.values, expected, atol=1e-9)


def test_distances_are_those_that_the_last_step_sees(rng, ax):
    X = rng.normal(size=(50, 3)) * [100, 1, 1]
    pipeline = make_pipeline(StandardScaler(), PCA()).fit(X)
    display = ScreeDisplay.from_estimator(pipeline, X, ax=ax)
    np.testing.assert_allclose(display.values[-1], 0, atol=1e-9)
    assert display.values[0] > 0.4


@pytest.mark.parametrize(
    "estimator",
    [
        SpectralEmbedding(n_components=7, affinity="rbf", gamma=0.1),
        DiffusionMap(n_components=7, affinity="rbf", gamma=0.1),
    ],
    ids=["laplacian", "diffusion"],
)
def test_eigengap_of_four_clusters(ax, estimator):
    X, _ = make_blobs(200, 5, centers=4, cluster_std=0.6, random_state=3)
    display = ScreeDisplay.from_estimator(estimator.fit(X), ax=ax)
    assert display.kind == "eigenvalues"
    assert display.n_dimensions_ == 3, "and the constant"
    assert texts(ax) == ["largest gap: after 3"]
    display = ScreeDisplay.from_estimator(estimator, mark="elbow", ax=ax)
    assert display.mark == "elbow"


def test_other_estimators_with_eigenvalues(rng, ax):
    X = rng.normal(size=(60, 5))
    for estimator in (
        LocallyLinearEmbedding(n_neighbors=12, n_components=5),
        KernelPCA(4, kernel="rbf"),
    ):
        display = ScreeDisplay.from_estimator(estimator.fit(X), ax=ax)
        np.testing.assert_array_equal(display.line_.get_ydata(), estimator.eigenvalues_)


def test_estimators_without_a_curve(rng, ax):
    X = rng.normal(size=(30, 4))
    with pytest.raises(ValueError, match="columns of MDS have no order"):
        ScreeDisplay.from_estimator(MDS().fit(X), kind="residual_variance", ax=ax)
    with pytest.raises(ValueError, match="MDS keeps no eigenvalues"):
        ScreeDisplay.from_estimator(MDS().fit(X), ax=ax)
    with pytest.raises(ValueError, match="PCA keeps no dissimilarities: give X"):
        ScreeDisplay.from_estimator(PCA().fit(X), kind="residual_variance", ax=ax)
    spectral = sklearn.manifold.SpectralEmbedding(random_state=1).fit(X)
    with pytest.raises(ValueError, match="no transform to place X"):
        ScreeDisplay.from_estimator(spectral, X, ax=ax)
    with pytest.raises(ValueError, match="kind must be one of"):
        ScreeDisplay.from_estimator(PCA().fit(X), kind="stress", ax=ax)
    with pytest.raises(ValueError, match="distances among the rows of X do not vary"):
        ScreeDisplay.from_estimator(PCA().fit(X), X[:1], ax=ax)
    with pytest.raises(NotFittedError):
        ScreeDisplay.from_estimator(PCA(), ax=ax)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"values": [1, np.nan]}, "values contains NaN"),
        ({"values": [2, 1], "dimensions": [1]}, "2 ascending numbers"),
        ({"values": [2, 1], "dimensions": [2, 1]}, "2 ascending numbers"),
        ({"values": [2, 1], "dimensions": [1, np.nan]}, "2 ascending numbers"),
        ({"values": [2, 1], "dimensions": ["a", "b"]}, "2 ascending numbers"),
        ({"values": [[2, 1], [1, 0]]}, r"values must be one curve.*\(2, 2\)"),
        ({"values": [2, 1], "kind": None}, r"kind must say .* got None"),
        ({"values": [2, 1], "mark": "bend"}, "mark must be"),
    ],
)
def test_what_is_no_curve(given, message):
    with pytest.raises(ValueError, match=message):
        ScreeDisplay.from_values(**given)
    assert plt.get_fignums() == []


def test_negative_and_zero_values(ax):
    display = ScreeDisplay.from_values([5, 2, -1, -2], kind="eigenvalues", ax=ax)
    assert ax.get_ylim()[0] < -2
    display = ScreeDisplay.from_values([0.0, 0, 0], ax=ax)
    assert display.n_dimensions_ == 1, "nothing is left by the first"


def test_styles(ax):
    display = ScreeDisplay.from_values(
        BENT, ax=ax, legend=False, line_kw={"c": "black"}, mark_kw={"ms": 20}
    )
    assert to_rgba(display.line_.get_color()) == to_rgba("black")
    assert display.mark_.get_markersize() == 20
    assert ax.get_legend() is None


def test_parameters_are_kept_and_pyplot_is_left_alone():
    display = ScreeDisplay(BENT, kind="stress")
    assert (display.values, display.kind) == (BENT, "stress")
    assert plt.get_fignums() == []
    assert display.plot() is display
    assert plt.get_fignums() == [display.figure_.number]
