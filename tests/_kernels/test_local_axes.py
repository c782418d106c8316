"""Principal axes of patches, against NumPy's singular value decomposition."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _local_axes

# (features, neighbours): both ways to the axes, odd sizes, more than a stripe
SHAPES = [(1, 2), (3, 12), (7, 7), (8, 7), (12, 13), (20, 9), (515, 5), (40, 33)]
# A Gram matrix loses half of the digits of what is small.
DEGENERATE = {
    "copies": lambda X: X[:1].repeat(len(X), axis=0),
    "constant columns": lambda X: X * (np.arange(X.shape[1]) < 2),
    "a line": lambda X: 3 + X[:, :1] * np.arange(1, X.shape[1] + 1),
    "two places": lambda X: X[np.arange(len(X)) % 2],
}


def axes_of(X, neighbors, n_axes, about=None, n_threads=1, scale=1.0):
    n, k = neighbors.shape
    centers = np.full(n, -1, np.int32) if about is None else about
    size = _local_axes.scratch_size(X.shape[1], k)
    values = np.full((n, n_axes), np.nan)
    axes = np.full((n, n_axes, _local_axes.padded_width(k)), np.nan)
    _local_axes.principal_axes(
        X, neighbors, centers, scale, n_threads, np.empty((n_threads, size)),
        values, axes,
    )  # fmt: skip
    assert_array_equal(axes[:, :, k:], 0)
    return values, axes[:, :, :k]


def differences(X, neighbors, about=None):
    patches = X[neighbors].astype(np.float64)
    if about is None:
        return patches - patches.mean(axis=1, keepdims=True)
    return patches - X[about].astype(np.float64)[:, None]


def cloud(rng, n, n_features, k, dtype=np.float64):
    X = rng.standard_normal((n, n_features)).astype(dtype)
    neighbors = np.stack([rng.permutation(n - 1)[:k] for _ in range(n)])
    neighbors += neighbors >= np.arange(n)[:, None]
    return X, neighbors.astype(np.int32)


def assert_orthonormal(axes):
    """Up to the rows that are zero."""
    products = axes @ axes.transpose(0, 2, 1)
    expected = np.zeros_like(products)
    expected[:, np.arange(axes.shape[1]), np.arange(axes.shape[1])] = axes.any(axis=2)
    assert_allclose(products, expected, atol=1e-14)


@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_features, k", SHAPES)
def test_eigenpairs_of_random_patches(rng, n_features, k, dtype, centered):
    X, neighbors = cloud(rng, 45, n_features, k, dtype)
    about = None if centered else np.arange(len(X), dtype=np.int32)
    n_axes = min(n_features, k)
    values, axes = axes_of(X, neighbors, n_axes, about)
    gram = differences(X, neighbors, about)
    gram = gram @ gram.transpose(0, 2, 1)
    scale = np.trace(gram, axis1=1, axis2=2)[:, None]
    expected = np.linalg.eigvalsh(gram)[:, ::-1][:, :n_axes]
    assert_allclose(values / scale, expected / scale, atol=1e-14 * k)
    residuals = axes @ gram - values[..., None] * axes
    assert_allclose(residuals / scale[..., None], 0, atol=1e-14 * k)
    assert_orthonormal(axes)
    # about its mean, a patch of k points has rank k - 1
    assert_array_equal(
        np.count_nonzero(values, axis=1), min(n_features, k - 1 if centered else k)
    )
    if centered:
        assert_allclose(axes.sum(axis=2), 0, atol=1e-14)


def test_small_eigenvalues_of_few_features_are_accurate(rng):
    X, neighbors = cloud(rng, 30, 4, 9)
    X *= [1, 1e-3, 1e-6, 1e-9]
    values, axes = axes_of(X, neighbors, 4)
    left, singular, _ = np.linalg.svd(differences(X, neighbors), full_matrices=False)
    assert_allclose(np.sqrt(values), singular, rtol=1e-6)
    overlaps = np.abs(np.einsum("nak,nka->na", axes, left))
    assert_allclose(overlaps, 1, atol=1e-6)


@pytest.mark.parametrize("n_features", [3, 25])
def test_fewer_axes_are_the_first_ones(rng, n_features):
    X, neighbors = cloud(rng, 33, n_features, 7)
    values, axes = axes_of(X, neighbors, 3)
    more, further = axes_of(X, neighbors, 9)
    assert_array_equal(values, more[:, :3])
    assert_array_equal(axes, further[:, :3])
    assert not further[:, min(n_features, 7) :].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_features, k", [(3, 12), (40, 11)])
def test_threads_change_no_bit(rng, n_features, k, dtype):
    X, neighbors = cloud(rng, 401, n_features, k, dtype)
    one = axes_of(X, neighbors, 3, n_threads=1)
    two = axes_of(X, neighbors, 3, n_threads=2)
    for a, b in zip(one, two, strict=True):
        assert_array_equal(a, b)


@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize("n_features", [2, 5, 30])
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_patches(rng, name, n_features, centered):
    X, neighbors = cloud(rng, 30, n_features, 8)
    X = np.ascontiguousarray(DEGENERATE[name](X))
    about = None if centered else np.arange(len(X), dtype=np.int32)
    n_axes = min(n_features, 8)
    values, axes = axes_of(X, neighbors, n_axes, about)
    assert np.isfinite(values).all() and np.isfinite(axes).all()
    assert_orthonormal(axes)
    patches = differences(X, neighbors, about)
    largest = np.linalg.norm(patches, axis=(1, 2), keepdims=True)
    outside = patches - axes.transpose(0, 2, 1) @ (axes @ patches)
    assert np.all(np.abs(outside) <= 1e-7 * largest + 1e-14)
    if name == "copies":
        assert not axes.any()


@pytest.mark.parametrize("n_features", [4, 30])
def test_any_scale(rng, n_features):
    X, neighbors = cloud(rng, 20, n_features, 8)
    values, axes = axes_of(X, neighbors, 2)
    for exponent in (-1000, 1020):
        scaled, same = axes_of(
            X * 2.0**exponent, neighbors, 2, scale=2.0 ** (-exponent)
        )
        assert_array_equal(scaled, values)
        assert_array_equal(same, axes)
