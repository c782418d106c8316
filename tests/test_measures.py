"""Residual variance against correlation coefficients."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.metrics import pairwise_distances

from skmanifold_nn._measures import residual_variances


def blocks(rows, distances, size):
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield part, distances[part]


def test_residual_variances(rng):
    embedding = rng.standard_normal((60, 3)) * [3, 2, 1]
    distances = pairwise_distances(rng.standard_normal((60, 4))) + 0.1
    for rows in (np.arange(60), np.array([4, 50, 7, 33])):
        variances = residual_variances(blocks(rows, distances, 7), embedding)
        for d in (1, 2, 3):
            embedded = pairwise_distances(embedding[rows, :d], embedding[:, :d])
            r = np.corrcoef(embedded.ravel(), distances[rows].ravel())[0, 1]
            assert_allclose(variances[d - 1], 1 - r**2, rtol=1e-10)


def test_an_isometry_leaves_nothing(rng):
    X = rng.standard_normal((40, 2))
    variances = residual_variances([(np.arange(40), pairwise_distances(X))], X)
    assert variances[0] > 0.1
    assert abs(variances[1]) < 1e-12


def test_equal_distances_have_no_variance_to_explain():
    variances = residual_variances([(np.arange(3), np.zeros((3, 3)))], np.zeros((3, 1)))
    assert np.isnan(variances).all()
