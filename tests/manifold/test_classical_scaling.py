"""Classical scaling: the parts that Isomap and ClassicalMDS share."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import pdist, squareform

from skmanifold_nn.manifold import _classical_scaling
from skmanifold_nn.manifold._classical_scaling import (
    blocks,
    decompose,
    negative_ratio,
    place_by_landmarks,
    positive_part,
    project,
    projection_axes,
)


def distances(n=70, metric="cityblock", dtype=np.float64):
    X = np.random.default_rng(23).standard_normal((n, 5))
    return squareform(pdist(X, metric)).astype(dtype)


def centred(D):
    """The kernel as it is written in the papers."""
    J = np.eye(len(D)) - 1 / len(D)
    return -0.5 * J @ D.astype(np.float64) ** 2 @ J


def parts(D, n_components):
    kernel, eigenvalues, eigenvectors = decompose(D, n_components)
    positive = positive_part(eigenvalues, D.dtype)
    axes = projection_axes(positive, eigenvectors)
    return (kernel.row_means, kernel.grand_mean, axes), eigenvectors * np.sqrt(positive)


def test_blocks_cover_the_rows(monkeypatch):
    monkeypatch.setattr(_classical_scaling, "BLOCK_ENTRIES", 40)
    for n_rows, n_columns in ((0, 3), (1, 100), (17, 9), (12, 10)):
        rows = np.concatenate(
            [np.arange(n_rows)[b] for b in blocks(n_rows, n_columns)] or [[]]
        )
        assert_array_equal(rows, np.arange(n_rows))
    assert len(blocks(12, 10)) == 3


@pytest.mark.parametrize("dtype, rtol", [(np.float64, 1e-9), (np.float32, 1e-4)])
def test_decompose(dtype, rtol):
    D = distances(dtype=dtype)
    kernel, eigenvalues, eigenvectors = decompose(D, 6, eigen_solver="dense", n_jobs=2)
    assert kernel.n_threads >= 1 and eigenvectors.dtype == dtype
    assert_allclose(
        centred(D) @ eigenvectors, eigenvectors * eigenvalues, atol=rtol * 99
    )
    assert_allclose(eigenvalues, np.linalg.eigvalsh(centred(D))[:-7:-1], rtol=rtol)
    assert len(decompose(D[:3, :3].copy(), 6)[1]) == 3


def test_positive_part():
    values = np.array([5.0, 1e-6, 4e-12, 0, -2])
    assert_array_equal(positive_part(values), [5, 1e-6, 0, 0, 0])
    assert_array_equal(positive_part(values, np.float32), [5, 0, 0, 0, 0])
    assert_array_equal(positive_part(np.array([-1.0, -3])), [0, 0])


def test_rows_of_any_dissimilarities_are_projected_on_their_own_places():
    D = distances()
    D += 0.5 * (1 - np.eye(len(D)))  # far from Euclidean
    projection, places = parts(D, 20)
    assert_allclose(project(D, *projection), places, atol=1e-12 * np.abs(places).max())
    row = project(D[7:8], *projection)
    assert_allclose(row[0], places[7], atol=1e-12 * np.abs(places).max())


def test_a_new_point_of_the_plane():
    X = np.random.default_rng(29).standard_normal((41, 2))
    D = squareform(pdist(X))
    projection, places = parts(D[1:, 1:].copy(), 2)
    added = np.vstack([project(D[:1, 1:], *projection), places])
    assert_allclose(squareform(pdist(added)), D, atol=1e-12)


def test_columns_without_an_eigenvalue_are_zero():
    axes = projection_axes(np.array([4.0, 0.0]), np.ones((3, 2)))
    assert_array_equal(axes, [[0.5, 0]] * 3)


def test_triangulation_turns_columns_and_says_so():
    D = distances(50, "euclidean")
    projection, _ = parts(D[:12, :12].copy(), 3)
    embedding, signs = place_by_landmarks(D[:12], *projection)
    assert_allclose(embedding, project(D[:12].T, *projection) * signs, atol=1e-12)
    assert all(column[np.abs(column).argmax()] > 0 for column in embedding.T)
    turned, signs = place_by_landmarks(D[:12], *projection[:2], -projection[2] * signs)
    assert_array_equal(signs, -1)
    assert_array_equal(turned, embedding)


def test_negative_ratio():
    for D in (distances(), distances(420)):
        kernel, eigenvalues, _ = decompose(D, 1)
        values = np.linalg.eigvalsh(centred(D))
        ratio = negative_ratio(kernel, eigenvalues[0])
        assert_allclose(ratio, -values[0] / values[-1], rtol=0.02)
    for D in (distances(420, "euclidean"), np.zeros((5, 5))):
        kernel, eigenvalues, _ = decompose(D, 1)
        assert negative_ratio(kernel, eigenvalues[0]) == 0.0
