"""Barycentric weights against one dense solve a point."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels._barycenter import barycenter_weights, scratch_size

BOTH = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def weights_of(points, rows, neighbors, reg, n_threads=1):
    weights = np.full(neighbors.shape, np.nan)
    scratch = np.full((n_threads, scratch_size(neighbors.shape[1])), np.nan)
    barycenter_weights(points, rows, neighbors, reg, n_threads, scratch, weights)
    return weights


def naive_weights(points, rows, neighbors, reg):
    weights = []
    for point, indices in zip(points, neighbors, strict=True):
        z = rows[indices].astype(np.float64) - point.astype(np.float64)
        gram = z @ z.T
        gram += reg * np.trace(gram) * np.eye(len(z))
        w = np.linalg.solve(gram, np.ones(len(z)))
        weights.append(w / w.sum())
    return np.array(weights)


def random_case(rng, n_points, d, k, dtype):
    rows = (3 + rng.standard_normal((k + 9, d))).astype(dtype)
    points = (3 + rng.standard_normal((n_points, d))).astype(dtype)
    order = rng.random((n_points, k + 9)).argsort(axis=1)
    return points, rows, order[:, :k].astype(np.int32)


@BOTH
@pytest.mark.parametrize(
    "n_points, d, k",
    [(1, 1, 1), (7, 3, 5), (8, 32, 4), (9, 33, 12), (23, 2, 13), (5, 100, 31)],
)
def test_weights(rng, n_points, d, k, dtype):
    case = random_case(rng, n_points, d, k, dtype)
    weights = weights_of(*case, 1e-3)
    # both solve in float64 a system whose condition is at most 1 / reg
    assert_allclose(weights, naive_weights(*case, 1e-3), rtol=1e-9, atol=1e-11)
    assert_array_equal(weights_of(*case, 1e-3, n_threads=2), weights)


def test_a_point_alone_has_the_bits_that_it_has_among_others(rng):
    points, rows, neighbors = random_case(rng, 21, 6, 7, np.float64)
    together = weights_of(points, rows, neighbors, 1e-3)
    for i in (0, 5, 20):
        alone = weights_of(points[i : i + 1], rows, neighbors[i : i + 1], 1e-3)
        assert_array_equal(alone[0], together[i])


@BOTH
def test_a_neighbour_that_is_the_point_has_all_the_weight(rng, dtype):
    points, rows, neighbors = random_case(rng, 11, 3, 5, dtype)
    plain = weights_of(points, rows, neighbors, 1e-3)
    points[2] = rows[neighbors[2, 3]]
    points[8] = rows[neighbors[8, 0]]
    weights = weights_of(points, rows, neighbors, 1e-3)
    assert_array_equal(weights[2], [0, 0, 0, 1, 0])
    assert_array_equal(weights[8], [1, 0, 0, 0, 0])
    others = np.delete(np.arange(11), [2, 8])
    assert_array_equal(weights[others], plain[others])


def test_of_several_equal_neighbours_the_first_counts():
    rows = np.ones((4, 2))
    neighbors = np.array([[2, 0, 1]], dtype=np.int32)
    assert_array_equal(weights_of(rows[:1], rows, neighbors, 1e-3), [[1, 0, 0]])


def test_a_singular_system_without_regularization_stays_finite(rng):
    points, rows, neighbors = random_case(rng, 9, 2, 6, np.float64)
    weights = weights_of(points, rows, neighbors, 0.0)
    assert_allclose(weights.sum(axis=1), 1, rtol=1e-9)
    rebuilt = np.einsum("ij,ijk->ik", weights, rows[neighbors])
    assert_allclose(rebuilt, points, rtol=1e-6)  # six neighbours span the plane
