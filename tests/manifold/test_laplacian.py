"""Laplacian eigenmaps against dense decompositions and closed forms."""

import warnings

import numpy as np
import pytest
from estimators import assert_close, bent_strip
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.linalg import eigh
from sklearn import manifold as sklearn_manifold
from sklearn.datasets import make_blobs
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsTransformer, kneighbors_graph

from skmanifold_nn.manifold import (
    LaplacianEigenmaps,
    SpectralEmbedding,
    spectral_embedding,
)
from skmanifold_nn.manifold._laplacian import null_vectors

LAPLACIANS = ["symmetric", "random_walk", "unnormalized", "geometric"]
AFFINITIES = [
    {"affinity": "nearest_neighbors", "n_neighbors": 10},
    {"affinity": "heat", "n_neighbors": 10},
    {"affinity": "rbf", "gamma": 1.0},
]


def flipped(vectors):
    largest = np.abs(vectors).argmax(axis=0)
    return vectors * np.sign(vectors[largest, range(vectors.shape[1])])


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def naive(weights, laplacian, n_components):
    """Eigenvalues and the embedding, as the docstring defines them."""
    weights = weights - np.diag(np.diag(weights))
    if laplacian == "geometric":
        density = weights.sum(axis=1)
        weights = weights / np.outer(density, density)
    degree = weights.sum(axis=1)
    matrix = np.diag(degree) - weights
    mass = np.eye(len(weights)) if laplacian == "unnormalized" else np.diag(degree)
    values, vectors = eigh(matrix, mass)  # f' M f = 1
    if laplacian in ("random_walk", "geometric"):
        vectors *= np.sqrt(degree.sum())
    wanted = slice(1, n_components + 1)
    return values[wanted], flipped(vectors[:, wanted])


# --- eigenvectors ---


@pytest.mark.parametrize("params", AFFINITIES, ids=lambda p: p["affinity"])
@pytest.mark.parametrize("laplacian", LAPLACIANS)
def test_dense_twin(laplacian, params):
    X, _ = bent_strip(200)
    eigenmaps = SpectralEmbedding(3, laplacian=laplacian, **params).fit(X)
    values, places = naive(dense(eigenmaps.affinity_matrix_), laplacian, 3)
    assert_allclose(eigenmaps.eigenvalues_, values, rtol=1e-8)
    assert_close(eigenmaps.embedding_, places, share=1e-8)


@pytest.mark.parametrize("params", [AFFINITIES[0], AFFINITIES[2], {}])
def test_the_default_is_scikit_learns_embedding(params):
    X, _ = bent_strip(300)
    ours = SpectralEmbedding(3, **params).fit(X)
    theirs = sklearn_manifold.SpectralEmbedding(3, eigen_tol=1e-13, **params).fit(X)
    assert_allclose(
        dense(ours.affinity_matrix_), dense(theirs.affinity_matrix_), atol=1e-12
    )
    assert_close(ours.embedding_, flipped(theirs.embedding_), share=1e-8)
    assert getattr(ours, "n_neighbors_", 0) == getattr(theirs, "n_neighbors_", 0)


@pytest.mark.parametrize("laplacian", LAPLACIANS)
def test_cycle(laplacian):
    n = 500
    ones = np.ones(n)
    cycle = sparse.coo_array(
        (np.r_[ones, ones], (np.r_[:n, :n], np.r_[1:n, 0, n - 1, : n - 1])), (n, n)
    )
    eigenmaps = SpectralEmbedding(4, affinity="precomputed", laplacian=laplacian)
    eigenmaps.fit(cycle)
    frequencies = np.array([1, 1, 2, 2])
    scale = 2 if laplacian == "unnormalized" else 1
    expected = scale * (1 - np.cos(2 * np.pi * frequencies / n))
    assert_allclose(eigenmaps.eigenvalues_, expected, rtol=1e-7)
    radii = np.linalg.norm(eigenmaps.embedding_[:, :2], axis=1)
    assert_allclose(radii, radii[0], rtol=1e-6)


def test_path():
    n = 400
    path = sparse.diags_array([np.ones(n - 1)] * 2, offsets=[-1, 1])
    eigenmaps = SpectralEmbedding(3, affinity="precomputed", laplacian="unnormalized")
    eigenmaps.fit(path)
    j = np.arange(1, 4)
    assert_allclose(eigenmaps.eigenvalues_, 2 - 2 * np.cos(np.pi * j / n), rtol=1e-7)
    waves = np.cos(np.pi * (np.arange(n)[:, None] + 0.5) * j / n) * np.sqrt(2 / n)
    assert_close(np.abs(eigenmaps.embedding_), np.abs(waves), share=1e-7)


@pytest.mark.parametrize(
    "solver", ["auto", "dense", "krylov", "arpack", "lobpcg", "amg"]
)
def test_solvers_agree(solver):
    if solver == "amg":
        pytest.importorskip("pyamg")
    X, _ = bent_strip(400)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a residual that lobpcg reaches slowly
        eigenmaps = SpectralEmbedding(n_neighbors=10, eigen_solver=solver).fit(X)
    expected = SpectralEmbedding(n_neighbors=10, eigen_solver="dense").fit(X)
    assert_close(eigenmaps.embedding_, expected.embedding_, share=1e-5)
    assert eigenmaps.eigen_solver_ == solver or solver == "auto"


def test_parameters_are_never_changed():
    X, _ = bent_strip(60)
    eigenmaps = SpectralEmbedding(n_neighbors=8)
    before = eigenmaps.get_params()
    expected = eigenmaps.fit(X).embedding_
    placed = eigenmaps.fit(sparse.csr_array(X)).embedding_
    assert eigenmaps.get_params() == before
    assert_close(placed, expected, share=1e-6)
    assert LaplacianEigenmaps is SpectralEmbedding


def test_few_rows_leave_columns_of_zeros():
    X = np.array([[0.0], [1.0], [3.0]])
    eigenmaps = SpectralEmbedding(5, n_neighbors=2).fit(X)
    assert_array_equal(eigenmaps.embedding_[:, 2:], 0)
    assert_array_equal(eigenmaps.eigenvalues_[2:], 0)
    assert np.all(eigenmaps.eigenvalues_[:2] > 0)
    assert_array_equal(eigenmaps.transform(X), eigenmaps.embedding_)


# --- new rows ---


@pytest.mark.parametrize("dtype, share", [(np.float64, 1e-9), (np.float32, 1e-5)])
@pytest.mark.parametrize("params", AFFINITIES, ids=lambda p: p["affinity"])
@pytest.mark.parametrize("laplacian", LAPLACIANS)
def test_extension_is_exact_at_training_rows(
    monkeypatch, laplacian, params, dtype, share
):
    X, _ = bent_strip(200, dtype)
    eigenmaps = SpectralEmbedding(3, laplacian=laplacian, **params).fit(X)
    assert_array_equal(eigenmaps.transform(X), eigenmaps.embedding_)
    joining = eigenmaps._joining

    def without_twins(n_queries):
        join = joining(n_queries)

        def joined(X):
            rows = join(X)
            rows.twins[:] = -1
            return rows

        return joined

    monkeypatch.setattr(eigenmaps, "_joining", without_twins)
    assert_close(eigenmaps.transform(X), eigenmaps.embedding_, share)


@pytest.mark.parametrize("params", AFFINITIES, ids=lambda p: p["affinity"])
@pytest.mark.parametrize("laplacian", LAPLACIANS)
def test_new_rows_land_where_a_joint_fit_puts_them(laplacian, params):
    X, _ = bent_strip(900)
    params = {**params, "n_neighbors": 20}
    eigenmaps = SpectralEmbedding(laplacian=laplacian, **params).fit(X[:800])
    joint = SpectralEmbedding(laplacian=laplacian, **params).fit(X)
    placed = eigenmaps.transform(X[800:])
    for column, expected in zip(placed.T, joint.embedding_[800:].T, strict=True):
        assert abs(np.corrcoef(column, expected)[0, 1]) > 0.995
    spread = eigenmaps.embedding_.std(axis=0)
    assert_allclose(placed.std(axis=0), spread, rtol=0.2)


def test_a_far_row_goes_to_the_places_next_to_it():
    X, _ = bent_strip(200)
    for params in AFFINITIES:
        for laplacian in LAPLACIANS:
            eigenmaps = SpectralEmbedding(laplacian=laplacian, **params).fit(X)
            placed = eigenmaps.transform(X[:1] + 1000.0)
            assert np.isfinite(placed).all()
            limit = 2.5 * np.abs(eigenmaps.embedding_).max(axis=0)
            assert np.all(np.abs(placed) < limit)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("laplacian", LAPLACIANS)
def test_precomputed_affinities(laplacian, kind):
    X, _ = bent_strip(180)
    rows = SpectralEmbedding(affinity="rbf", gamma=1.0, laplacian=laplacian).fit(X)
    given = SpectralEmbedding(affinity="precomputed", laplacian=laplacian)
    affinities = kind(rbf_kernel(X, gamma=1.0))
    given.fit(affinities)
    assert_close(given.embedding_, rows.embedding_, share=1e-6)
    assert_array_equal(given.transform(affinities), given.embedding_)
    fresh = X[::5] + 0.05
    placed = given.transform(kind(rbf_kernel(fresh, X, gamma=1.0)))
    assert_close(placed, rows.transform(fresh), share=1e-6)
    with pytest.raises(ValueError, match="Row 1 of X has no affinity"):
        given.transform(kind(np.eye(3, 180) * [[1.0], [0], [1]]))


def two_sets(X, Y=None):
    return rbf_kernel(X, Y, gamma=1.0)


def test_functions():
    X, _ = bent_strip(120)
    rows = SpectralEmbedding(affinity="rbf", gamma=1.0).fit(X)
    given = SpectralEmbedding(affinity=two_sets).fit(X)
    assert_close(given.embedding_, rows.embedding_, share=1e-6)
    assert_array_equal(given.transform(X), given.embedding_)
    assert_close(given.transform(X + 0.05), rows.transform(X + 0.05), share=1e-6)
    one = SpectralEmbedding(affinity=lambda X: two_sets(X)).fit(X)
    with pytest.raises(ValueError, match=r"affinity must take two arguments"):
        one.transform(X)


def test_graph_of_distances_from_a_neighbours_transformer():
    X, _ = bent_strip(150)
    rows = SpectralEmbedding(n_neighbors=8).fit(X)
    transformer = KNeighborsTransformer(n_neighbors=60).fit(X)
    given = SpectralEmbedding(
        affinity="precomputed_nearest_neighbors", n_neighbors=8
    ).fit(transformer.transform(X))
    assert_close(given.embedding_, rows.embedding_, share=1e-8)
    assert_array_equal(given.transform(transformer.transform(X)), given.embedding_)
    fresh = X[::7] + 0.01
    placed = given.transform(transformer.transform(fresh))
    assert_close(placed, rows.transform(fresh), share=1e-8)


# --- hard data ---


@pytest.mark.parametrize("params", AFFINITIES[:2], ids=lambda p: p["affinity"])
def test_copies_share_their_place(params):
    X, _ = bent_strip(150)
    plain = SpectralEmbedding(**params).fit(X)
    repeated = np.vstack([X, np.repeat(X[3:4], 50, axis=0)])
    eigenmaps = SpectralEmbedding(**params).fit(repeated)
    assert_array_equal(eigenmaps.embedding_[:150], plain.embedding_)
    assert_array_equal(eigenmaps.embedding_[150:], plain.embedding_[[3] * 50])
    assert_array_equal(eigenmaps.transform(repeated), eigenmaps.embedding_)
    assert eigenmaps.affinity_matrix_.shape == (150, 150)


def blobs():
    return make_blobs(90, centers=[[0, 0], [30, 0], [0, 30]], random_state=7)


@pytest.mark.parametrize("laplacian", LAPLACIANS)
@pytest.mark.parametrize("affinity", ["nearest_neighbors", "heat", "rbf"])
def test_far_blobs_are_embedded_one_by_one(affinity, laplacian):
    X, labels = blobs()
    eigenmaps = SpectralEmbedding(
        affinity=affinity, n_neighbors=8, gamma=1.0, laplacian=laplacian
    )
    with pytest.warns(UserWarning) as caught:
        eigenmaps.fit(X)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert "number of connected components of the neighbors graph is 3" in message
    assert "Graph is not fully connected" in message
    assert ("gamma" if affinity == "rbf" else "Increase n_neighbors") in message
    assert_array_equal(eigenmaps.transform(X), eigenmaps.embedding_)
    fresh = X + 1e-6
    assert_close(eigenmaps.transform(fresh), eigenmaps.embedding_, share=1e-3)
    for blob in range(3):
        places = eigenmaps.embedding_[labels == blob]
        alone = SpectralEmbedding(**eigenmaps.get_params()).fit(X[labels == blob])
        assert len(np.unique(places.round(9), axis=0)) > 0.9 * len(places)
        for column, expected in zip(places.T, alone.embedding_.T, strict=True):
            assert abs(np.corrcoef(column, expected)[0, 1]) > 1 - 1e-9
    spans = sorted(
        (column.min(), column.max())
        for column in (eigenmaps.embedding_[labels == blob, 0] for blob in range(3))
    )
    assert spans[0][1] < spans[1][0] and spans[1][1] < spans[2][0]


def test_blobs_of_a_scale_of_their_own_keep_it():
    X, labels = blobs()
    with pytest.warns(UserWarning, match="3 > 1"):
        eigenmaps = SpectralEmbedding(n_neighbors=8, laplacian="random_walk").fit(X)
    alone = SpectralEmbedding(n_neighbors=8, laplacian="random_walk")
    alone.fit(X[labels == 1])
    assert_allclose(
        eigenmaps.embedding_[labels == 1].std(axis=0), alone.embedding_.std(axis=0)
    )


@pytest.mark.parametrize("affinity", ["nearest_neighbors", "heat"])
def test_far_blobs_can_be_bridged(affinity):
    X, labels = blobs()
    eigenmaps = SpectralEmbedding(
        affinity=affinity, n_neighbors=8, on_disconnected="bridge"
    )
    with pytest.warns(UserWarning, match="joined by their closest rows"):
        eigenmaps.fit(X)
    assert np.all(eigenmaps.eigenvalues_ > 1e-6)
    centers = [eigenmaps.embedding_[labels == blob].mean(axis=0) for blob in range(3)]
    assert np.linalg.norm(centers[0] - centers[1]) > 1e-3
    assert_array_equal(eigenmaps.transform(X), eigenmaps.embedding_)


def test_disconnected_data_that_cannot_be_bridged_or_must_not_be():
    X, _ = blobs()
    given = kneighbors_graph(X, 8)
    for params, X_given, message in [
        ({"on_disconnected": "raise", "n_neighbors": 8}, X, "Increase n_neighbors"),
        (
            {"on_disconnected": "bridge", "affinity": "precomputed"},
            given + given.T,
            "needs rows",
        ),
    ]:
        with pytest.raises(ValueError, match=f"connected components.*{message}"):
            SpectralEmbedding(**params).fit(X_given)


def test_rows_without_neighbours_stand_alone():
    X, _ = bent_strip(15)
    with pytest.warns(UserWarning, match="15 > 1"):
        eigenmaps = SpectralEmbedding(n_neighbors=None).fit(X)
    assert eigenmaps.n_neighbors_ == 1
    assert len(np.unique(eigenmaps.embedding_[:, 0].round(9))) == 15


def test_an_outlier_of_tiny_affinity_stays_with_its_neighbours():
    X = np.vstack([bent_strip(100)[0], [[40.0, 0, 0]]])
    eigenmaps = SpectralEmbedding(affinity="heat", n_neighbors=10, gamma=0.4).fit(X)
    assert eigenmaps.affinity_matrix_[100, :100].max() < 1e-200
    assert np.isfinite(eigenmaps.embedding_).all()
    assert np.ptp(eigenmaps.embedding_[:100], axis=0).min() > 0.01


# --- the function ---


@pytest.mark.parametrize("drop_first", [True, False])
@pytest.mark.parametrize("norm_laplacian", [True, False])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_function_equals_scikit_learns(kind, norm_laplacian, drop_first):
    X, _ = bent_strip(200)
    adjacency = kind(rbf_kernel(X, gamma=2.0))
    params = {"norm_laplacian": norm_laplacian, "drop_first": drop_first}
    ours = spectral_embedding(adjacency, n_components=3, **params)
    theirs = sklearn_manifold.spectral_embedding(
        adjacency, n_components=3, eigen_tol=1e-13, random_state=3, **params
    )
    assert_close(ours, flipped(theirs), share=1e-7)


@pytest.mark.parametrize("norm_laplacian", [True, False])
@pytest.mark.parametrize("n_components", [1, 3, 6])
def test_function_gives_indicators_of_components(rng, norm_laplacian, n_components):
    sizes = [5, 1, 8, 4]
    labels = np.repeat(np.arange(4), sizes)
    adjacency = rng.uniform(1, 2, (18, 18)) * (labels[:, None] == labels)
    adjacency += adjacency.T
    with pytest.warns(UserWarning, match="Graph is not fully connected.* 4 "):
        embedding = spectral_embedding(
            adjacency,
            n_components=n_components,
            norm_laplacian=norm_laplacian,
            drop_first=False,
        )
    # scikit-learn's normalised Laplacian has 1 for a vertex without edges
    n_null = min(n_components, 3 if norm_laplacian else 4)
    for label in range(4):
        assert_allclose(
            np.ptp(embedding[labels == label, :n_null], axis=0), 0, atol=1e-12
        )
    assert embedding.shape == (18, n_components)
    assert np.linalg.matrix_rank(embedding) == n_components
    if n_components > n_null:
        assert np.ptp(embedding[labels == 0, n_null:]) > 0 or norm_laplacian


def test_null_vectors_are_orthonormal(rng):
    labels = rng.integers(0, 5, 60)
    root = rng.uniform(size=60) * 10.0 ** rng.integers(-9, 1, 5)[labels]
    root[labels == 2] = 0
    vectors = null_vectors(labels, root, 10)
    assert vectors.shape == (60, 4)
    assert_allclose(vectors.T @ vectors, np.eye(4), atol=1e-13)
    assert_allclose(vectors[:, 0], root / np.linalg.norm(root), atol=1e-14)
    assert null_vectors(labels, root, 2).shape == (60, 2)
    assert null_vectors(labels, root * 0, 2).shape == (60, 0)


def test_function_refuses_what_the_class_refuses():
    for params in ({"n_components": 0}, {"eigen_tol": -1}, {"eigen_solver": "lapack"}):
        with pytest.raises(ValueError, match=next(iter(params))):
            spectral_embedding(np.ones((4, 4)), **params)
