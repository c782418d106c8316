"""Closest pairs of the components of a graph, against all distances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from skmanifold_nn._bridges import closest_pairs


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "precomputed"])
def test_closest_pairs(metric, rng):
    X = rng.standard_normal((40, 3))
    labels = rng.permutation(np.repeat([0, 1, 2, 3], [5, 1, 20, 14]))
    distances = cdist(X, X, "cityblock" if metric == "manhattan" else "euclidean")
    nbrs = NearestNeighbors(metric=metric)
    nbrs.fit(distances if metric == "precomputed" else X)
    row, column, distance = closest_pairs(nbrs, labels, 4)
    found = {
        frozenset((labels[i], labels[j])): d
        for i, j, d in zip(row, column, distance, strict=True)
    }
    assert len(found) == len(row) == 6  # every two components
    assert_allclose(distances[row, column], distance)
    for pair, d in found.items():
        a, b = pair
        assert_allclose(d, distances[np.ix_(labels == a, labels == b)].min())
