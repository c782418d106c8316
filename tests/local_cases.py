"""Clouds, sums of blocks and an oracle that tests of tangent-space methods share."""

from unittest import mock

import numpy as np
from numpy.testing import assert_array_equal
from sklearn.manifold import _locally_linear
from sklearn.neighbors import NearestNeighbors


def cloud(rng, name):
    """An even number of rows, so that no row is the median itself."""
    if name == "tall":
        return rng.standard_normal((150, 30))
    if name == "flat":
        return rng.random((200, 2))
    angle = 1.5 * np.pi * (1 + 2 * rng.random(300))
    return np.column_stack(
        (angle * np.cos(angle), 21 * rng.random(300), angle * np.sin(angle))
    )


def nearest(X, k):
    search = NearestNeighbors(n_neighbors=k).fit(np.asarray(X, dtype=np.float64))
    return search.kneighbors(return_distance=False).astype(np.int32)


def _patches_of(X, rng, k=7):
    n = len(X)
    others = np.stack([rng.permutation(n - 1)[:k] for _ in range(n)])
    others += others >= np.arange(n)[:, None]
    return np.ascontiguousarray(X, dtype=np.float64), others.astype(np.int32)


# 60 rows and patches of 7 of them.
degenerate_clouds = {
    "copies": lambda rng, d: _patches_of(np.full((60, d), 0.3), rng),
    "two places": lambda rng, d: _patches_of(
        rng.random((2, d))[np.arange(60) % 2], rng
    ),
    "a line": lambda rng, d: _patches_of(
        5 + rng.random((60, 1)) * (1 + np.arange(d)), rng
    ),
    "integers": lambda rng, d: _patches_of(rng.integers(0, 3, (60, d)), rng),
    "constant columns": lambda rng, d: _patches_of(
        rng.random((60, d)) * (np.arange(d) % 2), rng
    ),
    "far away": lambda rng, d: _patches_of(1e8 + rng.random((60, d)), rng),
    "tiny": lambda rng, d: _patches_of(1e-300 * rng.random((60, d)), rng),
    "huge": lambda rng, d: _patches_of(1e305 * (rng.random((60, d)) - 0.5), rng),
    "uneven": lambda rng, d: _patches_of(
        rng.random((60, d)) ** 40 * 10.0 ** -np.arange(d), rng
    ),
}


def summed(chunks, n):
    """Dense alignment matrix."""
    matrix = np.zeros((n, n))
    for members, blocks in chunks:
        for member, block in zip(members, blocks, strict=True):
            matrix[np.ix_(member, member)] += block
    return matrix


def assert_valid(blocks):
    """Finite, symmetric to the last bit, semidefinite, zero on constants."""
    assert np.isfinite(blocks).all()
    assert_array_equal(blocks, blocks.transpose(0, 2, 1))
    largest = np.abs(blocks).max(axis=(1, 2)) + 1
    assert np.all(np.abs(blocks.sum(axis=2)) <= 1e-12 * largest[:, None])
    assert np.all(np.linalg.eigvalsh(blocks)[:, 0] >= -1e-12 * largest)


def scikit_learn_matrix(X, k, d, method):
    """The matrix whose bottom eigenvectors scikit-learn computes."""
    with mock.patch.object(_locally_linear, "null_space") as null_space:
        _locally_linear._locally_linear_embedding(
            X, n_neighbors=k, n_components=d, method=method, eigen_solver="dense"
        )
    return np.asarray(null_space.call_args.args[0])
