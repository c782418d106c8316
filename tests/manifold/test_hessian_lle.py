"""Blocks of Hessian eigenmaps, against Donoho and Grimes' steps in plain NumPy."""

import numpy as np
import pytest
from local_cases import assert_valid, cloud, degenerate_clouds, nearest, summed
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.linalg import subspace_angles
from scipy.sparse.linalg import eigsh

from skmanifold_nn.manifold._hessian_lle import hessian_blocks, least_neighbors
from skmanifold_nn.manifold._ltsa import ltsa_blocks


def naive_hessian(X, neighbors, d):
    """The sum of H'H, H from the QR factor of [1, U, u_a u_b] of every patch."""
    n, k = neighbors.shape
    matrix = np.zeros((n, n))
    for patch in neighbors:
        points = X[patch] - X[patch].mean(axis=0)
        U = np.linalg.svd(points, full_matrices=False)[0][:, :d]
        products = [U[:, a] * U[:, b] for a in range(d) for b in range(a, d)]
        design = np.column_stack([np.ones(k), U, *products])
        H = np.linalg.qr(design)[0][:, d + 1 :].T
        matrix[np.ix_(patch, patch)] += H.T @ H
    return matrix


def affine_r2(embedding, truth):
    design = np.column_stack((np.ones(len(embedding)), embedding))
    fitted = design @ np.linalg.lstsq(design, truth, rcond=None)[0]
    return 1 - ((truth - fitted) ** 2).sum(0) / ((truth - truth.mean(0)) ** 2).sum(0)


def bottom_pair(matrix):
    """The second and third eigenvector."""
    start = np.arange(len(matrix)) ** 0.5
    values, vectors = eigsh(sparse.csc_array(matrix), 3, sigma=-1e-9, v0=start)
    return vectors[:, np.argsort(values)[1:]]


def roll_with_a_hole(rng, n=2000):
    """A rolled rectangle without its middle, and its points when unrolled."""
    flat = rng.random((4 * n, 2)) * [70, 21]
    middle = (np.abs(flat - [35, 10.5]) < [12, 5]).all(axis=1)
    flat = flat[~middle][:n]
    # arc length of the spiral r = t from 0 to t
    t = np.linspace(4, 15, 200_001)
    arc = (t * np.sqrt(1 + t**2) + np.arcsinh(t)) / 2
    angle = np.interp(flat[:, 0], arc - arc[0], t)
    X = np.column_stack((angle * np.cos(angle), flat[:, 1], angle * np.sin(angle)))
    return X, flat


@pytest.mark.parametrize("d, least", [(1, 3), (2, 6), (3, 10), (5, 21)])
def test_least_neighbors(d, least):
    assert least_neighbors(d) == least
    assert least - 1 == d * (d + 3) // 2  # scikit-learn: greater than this


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "name, k, d", [("roll", 12, 2), ("roll", 6, 1), ("tall", 15, 3)]
)
def test_as_the_naive_twin(rng, name, k, d, dtype):
    X = cloud(rng, name).astype(dtype)
    neighbors = nearest(X, k)
    if name == "tall":  # all rows are somebody's neighbours
        neighbors[:, -1] = np.roll(np.arange(len(X)), 1)
    expected = naive_hessian(X.astype(np.float64), neighbors, d)
    found = summed(hessian_blocks(X, neighbors, d), len(X))
    # as far as three products of twelve numbers are independent
    assert_allclose(found, expected, atol=1e-10)


def test_the_roll_with_a_hole_is_unrolled(rng):
    X, flat = roll_with_a_hole(rng)
    neighbors = nearest(X, 12)
    bottom = {}
    for blocks_of in (hessian_blocks, ltsa_blocks):
        matrix = summed(blocks_of(X, neighbors, 2), len(X))
        bottom[blocks_of] = bottom_pair(matrix)
    assert affine_r2(bottom[hessian_blocks], flat).min() >= 0.999
    expected = bottom_pair(naive_hessian(X, neighbors, 2))
    assert subspace_angles(bottom[hessian_blocks], expected).max() < 1e-6
    assert subspace_angles(bottom[hessian_blocks], bottom[ltsa_blocks]).max() > 1e-3


def test_affine_functions_of_a_flat_sheet_cost_nothing(rng):
    flat = rng.random((300, 2))
    X = flat @ np.linalg.qr(rng.standard_normal((30, 2)))[0].T
    matrix = summed(hessian_blocks(X, nearest(X, 12), 2), len(X))
    affine = np.column_stack((np.ones(300), flat))
    assert_allclose(matrix @ affine, 0, atol=1e-12)
    assert np.sum(np.linalg.eigvalsh(matrix) < 1e-10) == 3


@pytest.mark.parametrize("n_features", [1, 2, 3, 40])
@pytest.mark.parametrize("name", degenerate_clouds)
def test_degenerate_patches(rng, name, n_features):
    X, neighbors = degenerate_clouds[name](rng, n_features)
    for members, blocks in hessian_blocks(X, neighbors, 2):
        assert members.shape == (60, 7)
        assert_valid(blocks)


def test_sparse_rows_and_threads(rng):
    X = cloud(rng, "tall")
    X[np.abs(X) < 0.7] = 0
    neighbors = nearest(X, 12)
    one = summed(hessian_blocks(X, neighbors, 2, n_jobs=1), len(X))
    assert_array_equal(summed(hessian_blocks(X, neighbors, 2, n_jobs=2), len(X)), one)
    found = summed(hessian_blocks(sparse.csr_array(X), neighbors, 2), len(X))
    assert_allclose(found, one, atol=1e-10)
