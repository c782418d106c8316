"""Blocks from principal axes, against what the papers write down."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _local_axes, _local_blocks


def random_axes(rng, n, d, k, centered=True):
    """Orthonormal rows over k neighbours, padded; `centered`: of zero sum."""
    rows = rng.standard_normal((n, k, d))
    if centered:
        rows -= rows.mean(axis=1, keepdims=True)
    axes = np.zeros((n, d, _local_axes.padded_width(k)))
    axes[:, :, :k] = np.linalg.qr(rows)[0].transpose(0, 2, 1)
    return axes


def tangent(axes, k, n_threads=1):
    blocks = np.full((len(axes), k, k), np.nan)
    scratch = np.empty((n_threads, axes.shape[1] + 2, axes.shape[2]))
    _local_blocks.tangent_blocks(axes, n_threads, scratch, blocks)
    return blocks


def hessian(axes, k, tol=1e-4, n_threads=1):
    d = axes.shape[1]
    blocks = np.full((len(axes), k, k), np.nan)
    scratch = np.empty((n_threads, d * (d + 1) // 2 + 1, axes.shape[2]))
    _local_blocks.hessian_blocks(axes, tol, n_threads, scratch, blocks)
    return blocks


def modified(values, axes, ranks, ridges, k, tol=1e-12, n_threads=1):
    blocks = np.full((len(axes), k + 1, k + 1), np.nan)
    scratch = np.empty((n_threads, axes.shape[1] + 3, axes.shape[2]))
    _local_blocks.modified_blocks(
        values, axes, ranks, ridges, tol, n_threads, scratch, blocks
    )
    return blocks


def random_patches(rng, n, n_axes, k):
    """Eigenvalues, eigenvectors, ranks and ridges of patches about their points."""
    values = np.sort(rng.random((n, n_axes)))[:, ::-1].copy()
    axes = random_axes(rng, n, n_axes, k, centered=False)
    ranks = rng.integers(0, min(n_axes, k - 1) + 1, n).astype(np.int32)
    return values, axes, ranks, 1e-3 * values.sum(axis=1)


def naive_hessian(v):
    """H'H with the last columns of the QR factor of [1, V, v_a v_b]."""
    d, k = v.shape
    products = [v[a] * v[b] for a in range(d) for b in range(a, d)]
    last = np.linalg.qr(np.column_stack([np.ones(k), *v, *products]))[0][:, d + 1 :]
    return last @ last.T


def naive_modified(values, v, rank, ridge, tol=1e-12):
    """The product of [W; -1'] with its transpose, from V's complement and H."""
    k = v.shape[1]
    gram = (v.T * values) @ v + ridge * np.eye(k)
    w = np.linalg.solve(gram, np.ones(k))
    w /= w.sum()
    V = np.linalg.svd(v[:rank], full_matrices=True)[2][rank:].T
    s = V.shape[1]
    alpha = np.linalg.norm(V.sum(axis=0)) / np.sqrt(s)
    h = alpha - V.sum(axis=0)
    H = np.eye(s)
    if np.linalg.norm(h) > tol:
        H -= 2 * np.outer(h, h) / (h @ h)
    W = V @ H + (1 - alpha) * w[:, None]
    W = np.vstack((-np.ones(s), W))
    return W @ W.T


def assert_alignment_blocks(blocks, ranks):
    """Symmetric to the last bit, semidefinite, of known rank, zero on constants."""
    assert_array_equal(blocks, blocks.transpose(0, 2, 1))
    largest = np.abs(blocks).max(axis=(1, 2)) + 1
    assert np.all(np.abs(blocks.sum(axis=2)) <= 1e-13 * largest[:, None])
    eigenvalues = np.linalg.eigvalsh(blocks) / largest[:, None]
    assert_array_equal(np.count_nonzero(eigenvalues > 1e-11, axis=1), ranks)
    assert eigenvalues.min() > -1e-13


@pytest.mark.parametrize("d, k", [(1, 2), (1, 9), (2, 12), (3, 16), (5, 17)])
def test_tangent_blocks(rng, d, k):
    axes = random_axes(rng, 21, d, k)
    blocks = tangent(axes, k)
    v = axes[:, :, :k]
    expected = np.eye(k) - 1 / k - v.transpose(0, 2, 1) @ v
    assert_allclose(blocks, expected, atol=1e-14)
    assert_alignment_blocks(blocks, k - d - 1)


@pytest.mark.parametrize("d, k", [(1, 3), (1, 8), (2, 7), (2, 12), (3, 15), (4, 33)])
def test_hessian_blocks(rng, d, k):
    axes = random_axes(rng, 21, d, k)
    blocks = hessian(axes, k)
    for block, v in zip(blocks, axes[:, :, :k], strict=True):
        # as far as the products are independent
        assert_allclose(block, naive_hessian(v), atol=1e-10)
    assert_alignment_blocks(blocks, d * (d + 1) // 2)
    assert_allclose(blocks @ axes[:, :, :k].transpose(0, 2, 1), 0, atol=1e-13)


def test_products_that_say_nothing_give_no_row():
    # on a circle v_1^2 + v_2^2 is constant
    angle = np.arange(12) * np.pi / 6
    axes = np.zeros((2, 2, 16))
    axes[0, :, :12] = np.cos(angle), np.sin(angle)
    axes[1, 0, :12] = np.linspace(-1, 1, 12)  # and no second axis
    axes /= np.maximum(np.linalg.norm(axes, axis=2, keepdims=True), 1e-300)
    assert_alignment_blocks(hessian(axes, 12), [2, 1])
    # with a tolerance that nothing passes there is no row at all
    assert_array_equal(hessian(axes, 12, tol=1.0), 0)


@pytest.mark.parametrize("n_axes, k", [(1, 1), (1, 5), (3, 12), (8, 8), (9, 17)])
def test_modified_blocks(rng, n_axes, k):
    patches = random_patches(rng, 25, n_axes, k)
    blocks = modified(*patches, k)
    values, axes, ranks, ridges = patches
    for i, block in enumerate(blocks):
        v = axes[i, :, :k]
        expected = naive_modified(values[i], v, ranks[i], ridges[i])
        # weights of a ridge of 1e-3 lose three digits of sixteen
        assert_allclose(block, expected, atol=1e-10 * np.abs(expected).max())
    assert_alignment_blocks(blocks, k - ranks)


def test_modified_blocks_where_the_ones_are_an_axis():
    k, n = 6, 2
    axes = np.zeros((n, 2, 8))
    axes[:, 0, :k] = 1 / np.sqrt(k)
    axes[:, 1, :2] = 1 / np.sqrt(2), -1 / np.sqrt(2)
    values = np.tile([2.0, 1.0], (n, 1))
    ranks = np.array([2, 1], np.int32)
    for ridge in (0.0, 1e-3):
        blocks = modified(values, axes, ranks, np.full(n, ridge), k)
        assert_alignment_blocks(blocks, k - ranks)


@pytest.mark.parametrize("ridge", [0.0, 1e-3])
def test_blocks_without_any_axis(ridge):
    k = 5
    axes = np.zeros((1, 3, 8))
    assert_allclose(tangent(axes, k)[0], np.eye(k) - 1 / k, atol=1e-15)
    assert_array_equal(hessian(axes, k), 0)
    # all neighbours are where the point is: sum_j (y_i - y_j)^2
    block = modified(
        np.zeros((1, 3)), axes, np.zeros(1, np.int32), np.array([ridge]), k
    )
    expected = np.eye(k + 1)
    expected[0] = expected[:, 0] = -1
    expected[0, 0] = k
    assert_allclose(block[0], expected, atol=1e-14)


def test_threads_change_no_bit(rng):
    k = 12
    axes = random_axes(rng, 401, 2, k)
    assert_array_equal(tangent(axes, k, n_threads=2), tangent(axes, k))
    assert_array_equal(hessian(axes, k, n_threads=2), hessian(axes, k))
    patches = random_patches(rng, 401, 3, k)
    assert_array_equal(modified(*patches, k, n_threads=2), modified(*patches, k))
