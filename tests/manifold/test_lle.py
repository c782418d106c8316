"""Locally linear embedding against naive twins, and where others break."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import make_swiss_roll
from sklearn.exceptions import NotFittedError
from sklearn.manifold import LocallyLinearEmbedding as PeerLLE
from sklearn.neighbors import NearestNeighbors, kneighbors_graph

from skmanifold_nn.eigen import has_pyamg
from skmanifold_nn.manifold import LocallyLinearEmbedding, locally_linear_embedding

METHODS = ["standard", "modified", "hessian", "ltsa"]
every_method = pytest.mark.parametrize("method", METHODS)


def roll(n_samples, dtype=np.float64, seed=11):
    X, arc = make_swiss_roll(n_samples, random_state=seed)
    return X.astype(dtype), np.stack((arc, X[:, 1]), axis=1)


def same_span(a, b):
    """Smallest cosine of an angle between two column spaces."""
    bases = [np.linalg.qr(columns)[0] for columns in (a, b)]
    return np.linalg.svd(bases[0].T @ bases[1], compute_uv=False).min()


def affine_r2(embedding, truth):
    """Smallest R^2 of the true coordinates as affine functions of the embedding."""
    design = np.column_stack((embedding, np.ones(len(embedding))))
    rest = truth - design @ np.linalg.lstsq(design, truth)[0]
    return 1 - np.max(rest.var(axis=0) / truth.var(axis=0))


def naive_weights(points, rows, neighbors, reg=1e-3):
    weights = np.zeros((len(points), len(rows)))
    for i, indices in enumerate(neighbors):
        z = rows[indices] - points[i]
        gram = z @ z.T
        gram += reg * np.trace(gram) * np.eye(len(z))
        w = np.linalg.solve(gram, np.ones(len(z)))
        weights[i, indices] = w / w.sum()
    return weights


def nearest(points, rows, k):
    squares = np.sum((points[:, None] - rows[None]) ** 2, axis=-1)
    return squares.argsort(axis=1)[:, :k]


def naive_standard(X, k):
    """All eigenvalues and eigenvectors of (I - W)' (I - W)."""
    rest = np.eye(len(X)) - naive_weights(X, X, nearest(X, X, k + 1)[:, 1:])
    return np.linalg.eigh(rest.T @ rest)


# --- the embedding ---


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n, k, d", [(60, 5, 1), (211, 9, 2), (300, 12, 3)])
def test_standard_is_the_bottom_of_the_naive_matrix(n, k, d, dtype):
    X = roll(n, dtype)[0]
    values, vectors = naive_standard(X.astype(np.float64), k)
    lle = LocallyLinearEmbedding(n_neighbors=k, n_components=d).fit(X)
    assert_allclose(lle.eigenvalues_, values[1 : d + 1], rtol=1e-6, atol=1e-13)
    assert same_span(lle.embedding_, vectors[:, 1 : d + 1]) > 1 - 1e-6
    assert_allclose(lle.reconstruction_error_, values[1 : d + 1].sum(), rtol=1e-6)
    gram = lle.embedding_.T @ lle.embedding_
    assert_allclose(gram, np.eye(d), atol=1e-6)
    assert lle.embedding_.dtype == dtype


@pytest.mark.parametrize("method", ["standard", "modified", "ltsa"])
def test_as_scikit_learn(method):
    X = roll(500)[0]
    params = {"n_neighbors": 12, "method": method}
    ours = LocallyLinearEmbedding(**params).fit(X)
    theirs = PeerLLE(**params, eigen_solver="dense").fit(X)
    assert same_span(ours.embedding_, theirs.embedding_) > 1 - 1e-6
    assert_allclose(ours.reconstruction_error_, theirs.reconstruction_error_, rtol=1e-4)
    new = X[:40] + 0.05
    turn = np.linalg.lstsq(theirs.embedding_, ours.embedding_)[0]
    assert_allclose(ours.transform(new), theirs.transform(new) @ turn, atol=1e-5)


def naive_hessian(X, k, d):
    """Donoho and Grimes' matrix, one patch after the other."""
    cost = np.zeros((len(X), len(X)))
    patches = nearest(X, X, k + 1)[:, 1:]
    assert len(np.unique(patches)) == len(X)
    for patch in patches:
        centred = X[patch] - X[patch].mean(axis=0)
        axes = np.linalg.svd(centred, full_matrices=False)[0][:, :d]
        products = [axes[:, a] * axes[:, b] for a in range(d) for b in range(a + 1)]
        columns = np.column_stack((np.ones(k), axes, *products))
        hessian = np.linalg.qr(columns)[0][:, d + 1 :]
        cost[np.ix_(patch, patch)] += hessian @ hessian.T
    return np.linalg.eigh(cost)


@pytest.mark.parametrize("k, d", [(8, 1), (13, 2)])
def test_hessian_is_the_bottom_of_the_naive_matrix_and_not_that_of_ltsa(k, d):
    X = roll(350)[0]
    values, vectors = naive_hessian(X, k, d)
    params = {"n_neighbors": k, "n_components": d}
    lle = LocallyLinearEmbedding(method="hessian", **params).fit(X)
    assert same_span(lle.embedding_, vectors[:, 1 : d + 1]) > 1 - 1e-6
    assert_allclose(lle.eigenvalues_, values[1 : d + 1], rtol=1e-6)
    ltsa = LocallyLinearEmbedding(method="ltsa", **params).fit(X)
    assert np.all(ltsa.eigenvalues_ > 1.2 * lle.eigenvalues_)


@pytest.mark.parametrize("method, least", [("hessian", 0.999), ("ltsa", 0.999)])
def test_the_roll_with_a_hole_is_flat(method, least):
    X, angle = make_swiss_roll(2000, random_state=3, hole=True)
    length = (angle * np.hypot(1, angle) + np.arcsinh(angle)) / 2
    lle = LocallyLinearEmbedding(n_neighbors=12, method=method).fit(X)
    assert affine_r2(lle.embedding_, np.column_stack((length, X[:, 1]))) > least


SOLVERS = ["auto", "dense", "krylov", "arpack"]


@pytest.mark.parametrize("eigen_solver", [*SOLVERS, "lobpcg", "amg"])
def test_every_eigensolver_finds_the_same(eigen_solver):
    if eigen_solver == "amg" and not has_pyamg():
        with pytest.raises(ValueError, match="pyamg is not available"):
            LocallyLinearEmbedding(eigen_solver="amg").fit(roll(200)[0])
        return
    X = roll(200)[0]
    expected = naive_standard(X, 30)
    lle = LocallyLinearEmbedding(n_neighbors=30, eigen_solver=eigen_solver).fit(X)
    assert eigen_solver in ("auto", lle.eigen_solver_)
    # LOBPCG stops at residuals of 1e-8 |M|, large beside the bottom eigenvalues
    exact = eigen_solver in SOLVERS
    assert same_span(lle.embedding_, expected[1][:, 1:3]) > 1 - (
        1e-9 if exact else 1e-4
    )
    assert_allclose(lle.eigenvalues_, expected[0][1:3], rtol=1e-6 if exact else 1e-2)


def test_the_tolerance_is_for_arpack_only():
    X = roll(1500)[0]
    fits = [
        LocallyLinearEmbedding(n_neighbors=10, eigen_solver="krylov", **limits).fit(X)
        for limits in ({}, {"tol": 1.0, "max_iter": 1})
    ]
    assert_array_equal(fits[0].embedding_, fits[1].embedding_)


def test_a_flat_sheet_is_found_up_to_an_affine_map(rng):
    flat = rng.random((600, 2)) * [2, 1]
    X = np.column_stack((np.cos(flat[:, 0]), np.sin(flat[:, 0]), flat[:, 1]))
    lle = LocallyLinearEmbedding(n_neighbors=12).fit(X)
    assert affine_r2(lle.embedding_, flat) > 0.98


def test_sparse_rows_are_embedded_as_dense_ones(rng):
    X = roll(150)[0]
    wide = np.zeros((150, 30))
    wide[:, ::10] = X
    dense = LocallyLinearEmbedding(n_neighbors=9).fit(wide)
    lle = LocallyLinearEmbedding(n_neighbors=9).fit(sparse.csr_array(wide))
    assert_allclose(lle.embedding_, dense.embedding_, atol=1e-7)
    new = wide[:20] + 0.1 * (wide[:20] != 0)
    expected = dense.transform(new)
    for rows in (new, sparse.csr_array(new)):
        assert_allclose(lle.transform(rows), expected, atol=1e-7)
    assert_allclose(dense.transform(sparse.csr_array(new)), expected, atol=1e-7)


# --- rows that occur several times ---


@every_method
def test_a_row_repeated_fifty_times_changes_nothing(method):
    X = roll(300)[0]
    params = {"n_neighbors": 10, "method": method}
    plain = LocallyLinearEmbedding(**params).fit(X)
    lle = LocallyLinearEmbedding(**params).fit(np.vstack((X, np.tile(X[7], (50, 1)))))
    assert_array_equal(lle.embedding_[:300], plain.embedding_)
    assert_array_equal(lle.embedding_[300:], np.tile(plain.embedding_[7], (50, 1)))
    assert lle.nbrs_.n_samples_fit_ == 300
    new = X[::9] + 0.1
    assert_array_equal(lle.transform(new), plain.transform(new))


@every_method
@pytest.mark.parametrize("n_distinct", [1, 2, 3, 7])
def test_few_distinct_rows(rng, method, n_distinct):
    rows = rng.random((n_distinct, 3))
    X = np.repeat(rows, 8, axis=0)
    lle = LocallyLinearEmbedding(n_neighbors=6, method=method)
    least = {"standard": 2, "modified": 3, "hessian": 7, "ltsa": 4}[method]
    if 1 < n_distinct < least:
        with pytest.raises(ValueError, match="the number of other distinct rows is"):
            lle.fit(X)
        return
    embedding = lle.fit_transform(X)
    assert embedding.shape == (len(X), 2)
    assert np.isfinite(embedding).all() and np.isfinite(lle.eigenvalues_).all()
    assert np.ptp(embedding.reshape(n_distinct, 8, 2), axis=1).max() == 0
    assert np.isfinite(lle.transform(rng.random((4, 3)))).all()


# --- data in several pieces ---


def three_sheets(rng, sizes=(60, 90, 150)):
    sheets = [rng.random((m, 3)) * [2, 1, 0.1] + 100 * i for i, m in enumerate(sizes)]
    labels = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(labels))
    return np.concatenate(sheets)[order], labels[order]


def fit_in_pieces(lle, X):
    with pytest.warns(UserWarning, match="The number of connected components") as seen:
        lle.fit(X)
    assert len(seen) == 1
    assert "Increase n_neighbors" in str(seen[0].message)
    assert seen[0].filename == __file__
    return lle


@every_method
def test_components_are_embedded_by_themselves(rng, method):
    X, labels = three_sheets(rng)
    params = {"n_neighbors": 8, "method": method}
    lle = fit_in_pieces(LocallyLinearEmbedding(**params), X)
    # modified LLE compares with the median of all rows' spectra
    share = 1e-3 if method == "modified" else 1e-6
    spans, costs = [], 0
    for label in range(3):
        rows = np.flatnonzero(labels == label)
        alone = LocallyLinearEmbedding(**params).fit(X[rows])
        placed = lle.embedding_[rows]
        assert same_span(placed - placed.mean(axis=0), alone.embedding_) > 1 - share
        spans.append((placed[:, 0].min(), placed[:, 0].max()))
        costs = costs + alone.eigenvalues_ * len(rows) / len(X)
    spans.sort()
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    if method != "modified":
        assert_allclose(lle.eigenvalues_, costs, rtol=1e-4, atol=1e-12)
    assert_array_equal(lle.transform(X), lle.embedding_)


@pytest.mark.parametrize("k, d", [(1, 1), (1, 2), (2, 3)])
def test_components_smaller_than_the_embedding(rng, k, d):
    X = np.concatenate([rng.random((k + 1, 3)) + 50 * i for i in range(7)])
    lle = LocallyLinearEmbedding(n_neighbors=k, n_components=d)
    embedding = fit_in_pieces(lle, X).embedding_
    assert embedding.shape == (len(X), d) and np.isfinite(embedding).all()
    assert len(np.unique(embedding.round(9), axis=0)) == len(X)


def test_pieces_are_refused_on_demand(rng):
    X, _ = three_sheets(rng)
    with pytest.raises(ValueError, match=r"number of connected components.* is 3 > 1"):
        LocallyLinearEmbedding(on_disconnected="raise").fit(X)


def test_a_graph_in_one_piece_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LocallyLinearEmbedding(n_neighbors=10, on_disconnected="raise").fit(
            roll(300)[0]
        )


# --- new rows ---


def test_new_rows_are_placed_by_their_weights():
    X = roll(400)[0]
    lle = LocallyLinearEmbedding(n_neighbors=10).fit(X)
    new = roll(60, seed=12)[0]
    weights = naive_weights(new, X, nearest(new, X, 10))
    assert_allclose(lle.transform(new), weights @ lle.embedding_, atol=1e-9)


@every_method
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_training_rows_have_their_places_exactly(method, dtype):
    X = roll(300, dtype)[0]
    lle = LocallyLinearEmbedding(n_neighbors=10, method=method).fit(X)
    placed = lle.transform(X)
    assert placed.dtype == dtype
    assert_array_equal(placed, lle.embedding_)


def test_dtype_of_new_rows_is_kept():
    X = roll(300)[0]
    for fitted, given in [(np.float64, np.float32), (np.float32, np.float64)]:
        lle = LocallyLinearEmbedding(n_neighbors=10).fit(X.astype(fitted))
        placed = lle.transform(X[:30].astype(given))
        assert placed.dtype == given
        # rounded rows do not equal the training rows: reg moves them
        assert_allclose(placed, lle.embedding_[:30], atol=2e-3)


def test_transform_needs_fit():
    with pytest.raises(NotFittedError):
        LocallyLinearEmbedding().transform(roll(20)[0])


# --- the function ---


@every_method
def test_function_and_estimator_agree(method):
    X = roll(250)[0]
    params = {"n_neighbors": 9, "n_components": 2, "method": method}
    lle = LocallyLinearEmbedding(**params).fit(X)
    for given in (X, NearestNeighbors(n_neighbors=3).fit(X)):
        Y, error = locally_linear_embedding(given, **params)
        assert_array_equal(Y, lle.embedding_)
        assert error == lle.reconstruction_error_


def test_a_search_of_another_metric_gives_the_neighbours():
    X = roll(200)[0]
    search = NearestNeighbors(n_neighbors=8, metric="manhattan").fit(X)
    graph = kneighbors_graph(X, 8, metric="manhattan")
    neighbors = graph.indices.reshape(200, 8)
    rest = np.eye(200) - naive_weights(X, X, neighbors)
    values = np.linalg.eigvalsh(rest.T @ rest)
    error = locally_linear_embedding(search, n_neighbors=8, n_components=2)[1]
    assert_allclose(error, values[1:3].sum(), rtol=1e-6)


def test_a_search_among_equal_rows_is_made_anew():
    X = np.repeat(roll(100)[0], 3, axis=0)
    search = NearestNeighbors(n_neighbors=8).fit(X)
    Y, _ = locally_linear_embedding(search, n_neighbors=8, n_components=2)
    expected = LocallyLinearEmbedding(n_neighbors=8).fit_transform(X[::3])
    assert_array_equal(Y[::3], expected)
    assert search.n_samples_fit_ == 300


def test_a_search_without_rows_is_refused():
    distances = np.abs(np.subtract.outer(np.arange(9.0), np.arange(9.0)))
    search = NearestNeighbors(metric="precomputed").fit(distances)
    with pytest.raises(ValueError, match=r"precomputed.*Fit it on rows"):
        locally_linear_embedding(search, n_neighbors=3, n_components=1)
