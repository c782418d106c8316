"""Isomap: what its papers promise, and what our class adds to scikit-learn's."""

import pickle

import numpy as np
import pytest
import sklearn.manifold
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.stats import spearmanr
from sklearn.datasets import load_digits, make_s_curve, make_swiss_roll
from sklearn.decomposition import KernelPCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import BallTree, KNeighborsTransformer, NearestNeighbors

from skmanifold_nn.manifold import Isomap


def roll(n=1000, noise=0.0, seed=1):
    return make_swiss_roll(n, noise=noise, random_state=seed)


def aligned(embedding, reference):
    """Columns turned over where they point the other way."""
    return embedding * np.sign((embedding * reference).sum(axis=0))


# --- the paper's results ---


def test_residual_variance_of_the_roll_shows_two_dimensions():
    held = 0
    for seed in range(1, 11):
        X, _ = roll(1000, seed=seed)
        exact = Isomap(n_neighbors=7, n_components=2).fit(X).residual_variance()
        few = Isomap(n_neighbors=7, n_landmarks=50).fit(X).residual_variance()
        held += 0.01 < exact[0] < 0.05 and exact[1] < 0.003 and np.all(few < 2 * exact)
    assert held >= 8  # the others may short-circuit between the roll's turns


def test_the_roll_is_unrolled():
    X, angle = roll(1000)
    # length of the spiral r = angle
    arc = 0.5 * (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle))
    for parameters in ({}, {"n_landmarks": 100}):
        embedding = Isomap(n_neighbors=7, **parameters).fit_transform(X)
        assert abs(spearmanr(embedding[:, 0], arc)[0]) > 0.999
        assert abs(spearmanr(embedding[:, 1], X[:, 1])[0]) > 0.98
        # shortest paths zigzag, so they are somewhat longer than the arc
        assert 1 < np.ptp(embedding[:, 0]) / np.ptp(arc) < 1.1


def test_a_flat_sheet_keeps_its_distances():
    X = np.random.default_rng(5).uniform(size=(60, 2)) @ [[1.0, 0, 2.0], [0, 1, 1.0]]
    embedding = Isomap(n_neighbors=59).fit_transform(X)
    assert_allclose(pairwise_distances(embedding), pairwise_distances(X), atol=1e-8)


# --- agreement with scikit-learn ---


def digits_without_ties():
    """Of equally near rows scikit-learn takes any, by the number of threads."""
    X = load_digits().data[:500]
    return X + np.random.default_rng(3).uniform(0, 0.01, X.shape)


@pytest.mark.parametrize(
    "X, parameters",
    [
        (make_s_curve(400, random_state=3)[0], {"n_neighbors": 8}),
        (digits_without_ties(), {"n_neighbors": 10, "n_components": 4}),
        (roll(300)[0], {"n_neighbors": None, "radius": 6.0}),
        (roll(300)[0], {"n_neighbors": 9, "metric": "manhattan"}),
        (roll(300)[0], {"n_neighbors": 9, "p": 3}),
    ],
)
@pytest.mark.parametrize("eigen_solver", ["auto", "dense", "arpack"])
@pytest.mark.parametrize("path_method", ["auto", "FW", "D"])
def test_the_same_as_scikit_learn(X, parameters, eigen_solver, path_method):
    theirs = sklearn.manifold.Isomap(**parameters, eigen_solver="dense").fit(X)
    ours = Isomap(**parameters, eigen_solver=eigen_solver, path_method=path_method).fit(
        X
    )
    scale = np.abs(theirs.embedding_).max()
    assert_allclose(ours.dist_matrix_, theirs.dist_matrix_, rtol=1e-10)
    assert_allclose(ours.embedding_, theirs.embedding_, atol=1e-6 * scale)
    assert_allclose(ours.reconstruction_error(), theirs.reconstruction_error())
    new = X[::9] + 0.05
    assert_allclose(ours.transform(new), theirs.transform(new), atol=1e-5 * scale)
    kernel = -0.5 * theirs.dist_matrix_[:7] ** 2
    assert_allclose(
        ours.kernel_pca_.transform(kernel),
        theirs.kernel_pca_.transform(kernel),
        atol=1e-5 * scale,
    )


def test_ties_of_new_rows_do_not_depend_on_their_company():
    digits = load_digits().data
    isomap = Isomap(n_neighbors=15).fit(digits[:600])
    whole = isomap.transform(digits)
    parts = [isomap.transform(digits[i : i + 100]) for i in range(0, 1797, 100)]
    assert_allclose(np.concatenate(parts), whole, atol=1e-9 * np.abs(whole).max())


def test_kernel_pca_shares_memory():
    isomap = Isomap(n_neighbors=8).fit(roll(200)[0])
    assert isinstance(isomap.kernel_pca_, KernelPCA)
    assert np.shares_memory(isomap.kernel_pca_.X_fit_, isomap.dist_matrix_)
    assert_array_equal(isomap.kernel_pca_.eigenvalues_, isomap.eigenvalues_)


# --- eigenvalues ---


def test_no_column_of_nan_where_the_kernel_has_no_positive_eigenvalue():
    X = np.arange(7.0)[:, None]  # a line: one dimension
    isomap = Isomap(n_neighbors=2, n_components=4).fit(X)
    assert_allclose(np.abs(isomap.embedding_[:, 0]), np.abs(X[:, 0] - 3), atol=1e-12)
    assert_allclose(isomap.embedding_[:, 1:], 0, atol=1e-6)
    assert_allclose(isomap.transform(X), isomap.embedding_, atol=1e-6)
    assert np.all(np.diff(isomap.eigenvalues_) <= 0)
    # a cycle has negative eigenvalues
    angle = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    isomap = Isomap(n_neighbors=2, n_components=30).fit(circle)
    assert isomap.eigenvalues_[-1] < -0.1
    assert np.isfinite(isomap.embedding_).all()
    assert_array_equal(isomap.embedding_[:, -1], 0)


def test_more_components_than_samples_give_as_many_as_there_are():
    assert Isomap(n_neighbors=2, n_components=9).fit_transform(roll(5)[0]).shape == (
        5,
        5,
    )


def test_no_convergence_warns():
    X = np.random.default_rng(6).standard_normal((700, 5))
    with pytest.warns(ConvergenceWarning, match="max_iter"):
        Isomap(n_neighbors=9, max_iter=1).fit(X)


# --- landmarks ---


@pytest.mark.parametrize("landmarks", ["maxmin", "random"])
def test_landmarks_approach_the_exact_embedding(landmarks):
    X, _ = roll(800)
    exact = Isomap(n_neighbors=8).fit_transform(X)
    isomap = Isomap(
        n_neighbors=8, n_landmarks=120, landmarks=landmarks, random_state=4
    ).fit(X)
    embedding = aligned(isomap.embedding_, exact)
    for column in range(2):
        assert spearmanr(embedding[:, column], exact[:, column])[0] > 0.99
    assert isomap.dist_matrix_.shape == (120, 800)
    assert len(np.unique(isomap.landmark_indices_)) == 120
    assert_array_equal(
        isomap.dist_matrix_[range(120), isomap.landmark_indices_], np.zeros(120)
    )


def test_all_rows_as_landmarks_are_the_exact_method():
    X, _ = roll(250)
    exact = Isomap(n_neighbors=8).fit(X)
    landmarks = Isomap(n_neighbors=8, n_landmarks=1.0).fit(X)
    assert_allclose(landmarks.eigenvalues_, exact.eigenvalues_)
    scale = np.abs(exact.embedding_).max()
    assert_allclose(landmarks.embedding_, exact.embedding_, atol=1e-6 * scale)
    assert_allclose(landmarks.reconstruction_error(), exact.reconstruction_error())


def test_landmarks_by_index():
    X, _ = roll(200)
    chosen = [5, 190, 17, 44, 60]
    isomap = Isomap(n_neighbors=8, landmarks=chosen).fit(X)
    assert_array_equal(isomap.landmark_indices_, chosen)
    again = Isomap(n_neighbors=8, landmarks=np.array(chosen)).fit(X)
    assert_array_equal(again.embedding_, isomap.embedding_)
    with pytest.raises(ValueError, match="different indices of rows from 0 to 199"):
        Isomap(n_neighbors=8, landmarks=[5, 5, 6]).fit(X)


def test_landmarks_drawn_by_random_state():
    X, _ = roll(200)

    def drawn(seed):
        return (
            Isomap(n_neighbors=8, n_landmarks=9, landmarks="random", random_state=seed)
            .fit(X)
            .landmark_indices_
        )

    assert_array_equal(drawn(3), drawn(3))
    assert set(drawn(3)) != set(drawn(4))


def test_a_refit_forgets_landmarks():
    X, _ = roll(150)
    isomap = Isomap(n_neighbors=8, n_landmarks=20).fit(X)
    isomap.set_params(n_landmarks=None).fit(X)
    assert not hasattr(isomap, "landmark_indices_")
    assert isomap.dist_matrix_.shape == (150, 150)


# --- new rows ---


@pytest.mark.parametrize("dtype, share", [(np.float64, 1e-6), (np.float32, 1e-4)])
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"n_landmarks": 60},
        {"store_dist_matrix": False},
        {"n_neighbors": None, "radius": 5.0},
    ],
)
def test_training_rows_keep_their_places(parameters, dtype, share):
    X = roll(700, noise=0.05)[0].astype(dtype)
    isomap = Isomap(**({"n_neighbors": 9} | parameters)).fit(X)
    placed = isomap.transform(X)
    assert placed.dtype == isomap.embedding_.dtype == dtype
    atol = share * np.abs(isomap.embedding_).max()
    assert_allclose(placed, isomap.embedding_, rtol=0, atol=atol)


def test_without_the_distances_the_pickle_is_small_and_transform_the_same():
    X, _ = roll(600, noise=0.05)
    whole = Isomap(n_neighbors=9).fit(X)
    small = Isomap(n_neighbors=9, store_dist_matrix=False).fit(X)
    assert not hasattr(small, "dist_matrix_")
    assert len(pickle.dumps(small)) < len(pickle.dumps(whole)) / 10
    new = X[::7] + 0.1
    assert_allclose(small.transform(new), whole.transform(new), atol=1e-8)
    assert_allclose(small.residual_variance(), whole.residual_variance(), atol=1e-10)
    assert_allclose(small.reconstruction_error(), whole.reconstruction_error())


def test_a_row_without_neighbours_within_radius_is_refused():
    isomap = Isomap(n_neighbors=None, radius=9.0).fit(roll(200)[0])
    with pytest.raises(ValueError, match=r"Row 1 of X .* radius=9.0"):
        isomap.transform([roll(200)[0][3], [900.0, 0, 0]])


@pytest.mark.parametrize(
    "kind", ["sparse", "tree", "neighbors", "precomputed", "graph"]
)
def test_kinds_of_input(kind):
    X, _ = roll(200)
    plain = Isomap(n_neighbors=9).fit(X)
    metric = "precomputed" if kind in ("precomputed", "graph") else "minkowski"
    transformer = KNeighborsTransformer(n_neighbors=9).fit(X)
    given, new = {
        "sparse": (sparse.csr_array(X), sparse.csr_array(X[:20] + 0.1)),
        "tree": (BallTree(X), X[:20] + 0.1),
        "neighbors": (NearestNeighbors(n_neighbors=9).fit(X), X[:20] + 0.1),
        "precomputed": (pairwise_distances(X), pairwise_distances(X[:20] + 0.1, X)),
        "graph": (transformer.fit_transform(X), transformer.transform(X[:20] + 0.1)),
    }[kind]
    isomap = Isomap(n_neighbors=9, metric=metric).fit(given)
    assert_allclose(isomap.embedding_, plain.embedding_, atol=1e-5)
    assert_allclose(isomap.transform(new), plain.transform(X[:20] + 0.1), atol=1e-5)


# --- back to the input space ---


def test_inverse_transform_returns_training_rows():
    X, _ = roll(500)
    isomap = Isomap(n_neighbors=9).fit(X)
    restored = isomap.inverse_transform(isomap.embedding_)
    assert_allclose(restored, X, atol=1e-6)


def test_inverse_transform_lands_on_the_sheet():
    X, _ = roll(3000)
    isomap = Isomap(n_neighbors=9).fit(X)
    points = (isomap.embedding_[::5] + isomap.transform(X[::5] + 0.2)) / 2
    restored = isomap.inverse_transform(points)
    # the roll: radius is the angle, modulo full turns
    radius = np.hypot(restored[:, 0], restored[:, 2])
    turns = (radius - np.arctan2(restored[:, 2], restored[:, 0])) / (2 * np.pi)
    off_sheet = 2 * np.pi * np.abs(turns - np.round(turns))
    assert np.median(off_sheet) < 0.05
    missed = np.linalg.norm(isomap.transform(restored) - points, axis=1)
    assert np.quantile(missed, 0.95) < 0.3  # the sheet is 21 wide and 90 long


def test_inverse_transform_of_sparse_rows_and_of_columns_on_a_line():
    X = sparse.csr_array(np.outer(np.arange(12.0), [1, 0, 2.0]))
    isomap = Isomap(n_neighbors=3, n_components=2).fit(X)  # second column: zeros
    assert_allclose(isomap.inverse_transform(isomap.embedding_), X.toarray(), atol=1e-6)
    between = isomap.embedding_[[3]] / 2 + isomap.embedding_[[4]] / 2
    assert_allclose(isomap.inverse_transform(between), [[3.5, 0, 7]], atol=1e-3)


def test_inverse_transform_refuses():
    isomap = Isomap(n_neighbors=9).fit(roll(100)[0])
    with pytest.raises(ValueError, match="3 features, but the embedding has 2"):
        isomap.inverse_transform(np.zeros((4, 3)))
    distances = pairwise_distances(roll(100)[0])
    precomputed = Isomap(n_neighbors=9, metric="precomputed").fit(distances)
    for call in (
        lambda: precomputed.inverse_transform(np.zeros((4, 2))),
        lambda: precomputed.interpolate(0, 1, 3),
    ):
        with pytest.raises(ValueError, match="precomputed"):
            call()


def test_geodesic_path_and_interpolation():
    X, angle = roll(2000)
    isomap = Isomap(n_neighbors=8).fit(X)
    inner, outer = angle.argmin(), angle.argmax()
    path = isomap.geodesic_path(inner, outer)
    assert path[0] == inner and path[-1] == outer
    length = np.linalg.norm(np.diff(X[path], axis=0), axis=1).sum()
    assert_allclose(length, isomap.dist_matrix_[inner, outer])
    points = isomap.interpolate(inner, outer, 40)
    assert points.shape == (40, 3)
    assert_array_equal(points[[0, -1]], X[[inner, outer]])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert steps.max() < 1.05 * length / 39
    # all along the spiral, not across it
    radius = np.hypot(points[:, 0], points[:, 2])
    assert np.all(np.diff(radius) > -0.5)
    new = isomap.interpolate(X[inner] + 0.01, X[outer] - 0.01, 5)
    assert_allclose(new[[0, -1]], [X[inner] + 0.01, X[outer] - 0.01])
    assert_allclose(new[2], isomap.interpolate(inner, outer, 5)[2], atol=0.5)
    assert_array_equal(isomap.interpolate(7, 7, 3), X[[7, 7, 7]])
    with pytest.raises(ValueError, match="n_steps must be an integer >= 2, got 1"):
        isomap.interpolate(0, 1, 1)
    with pytest.raises(ValueError, match=r"b must be .* from 0 to 1999, got 2000"):
        isomap.geodesic_path(0, 2000)


def test_residual_variance_of_too_many_components():
    isomap = Isomap(n_neighbors=9).fit(roll(100)[0])
    with pytest.raises(ValueError, match=r"n_components must be .* 1 to 2, .* got 3"):
        isomap.residual_variance(3)


# --- components, duplicates, memory ---


def test_components_are_bridged_or_refused():
    X = np.vstack([roll(80)[0], roll(60)[0] + 100])
    with pytest.warns(UserWarning, match=r"connected components .* 2 > 1"):
        embedding = Isomap(n_neighbors=6).fit_transform(X)
    assert np.isfinite(embedding).all()
    with pytest.raises(ValueError, match="on_disconnected='bridge'"):
        Isomap(n_neighbors=6, on_disconnected="raise").fit(X)


def test_duplicates_are_placed_together():
    X = roll(200)[0]
    X = np.vstack([X, X[:50], X[:50]])
    embedding = Isomap(n_neighbors=9).fit_transform(X)
    assert_allclose(embedding[200:250], embedding[:50], atol=1e-6)


@pytest.mark.parametrize("eigen_solver, factor", [("auto", 1), ("dense", 3)])
def test_too_large_is_refused_before_it_starts(monkeypatch, eigen_solver, factor):
    needed = f"{factor * 400 * 400 * 8:,d} bytes"
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 1_000_000)
    isomap = Isomap(n_neighbors=9, eigen_solver=eigen_solver)
    with pytest.raises(MemoryError, match=f"{needed}.*n_landmarks"):
        isomap.fit(roll(400)[0])
    assert not hasattr(isomap, "nbrs_")
    assert isomap.set_params(n_landmarks=40).fit_transform(roll(400)[0]).shape == (
        400,
        2,
    )


def test_verbose_names_the_steps(capsys):
    Isomap(n_neighbors=9, verbose=1).fit(roll(100)[0])
    out = capsys.readouterr().out
    assert [step in out for step in ("neighbors", "geodesics", "scaling")] == [True] * 3
