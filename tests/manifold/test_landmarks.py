"""Landmarks: how many, which, and what is measured from them."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.metrics import pairwise_distances

from skmanifold_nn.manifold._landmarks import (
    choose_landmarks,
    count_landmarks,
    landmark_distances,
)


def test_count():
    assert count_landmarks(None, "maxmin", 100, 2) is None
    assert count_landmarks(7, "random", 100, 2) == 7
    assert count_landmarks(0.25, "maxmin", 100, 2) == 25
    assert count_landmarks(None, [4, 8, 1], 100, 2) == 3
    for n_landmarks in (2, 101, 0.01):
        with pytest.raises(ValueError, match=f"n_landmarks={n_landmarks}.*=2.*100"):
            count_landmarks(n_landmarks, "maxmin", 100, 2)


def test_choice():
    def farthest(count):
        return np.arange(count)[::-1]

    assert choose_landmarks("maxmin", None, 9, None, farthest) is None
    assert_array_equal(choose_landmarks("maxmin", 3, 9, None, farthest), [2, 1, 0])
    assert_array_equal(choose_landmarks([5, 2], 2, 9, None, farthest), [5, 2])
    drawn = choose_landmarks("random", 6, 9, 5, farthest)
    assert len(set(drawn)) == 6 and set(drawn) <= set(range(9))
    assert_array_equal(drawn, choose_landmarks("random", 6, 9, 5, farthest))


@pytest.mark.parametrize("wrong", [[1, 1], [0, 9], [-1, 3], [0.0, 1.0], [[1], [2]]])
def test_wrong_indices(wrong):
    with pytest.raises(ValueError, match="different indices of rows from 0 to 8"):
        choose_landmarks(wrong, 2, 9, None, None)


class Measure:
    """Counts the rows that are measured."""

    def __init__(self, X):
        self.X, self.n_rows = X, 0

    def __call__(self, indices):
        self.n_rows += len(indices)
        return pairwise_distances(self.X[indices], self.X, metric="cityblock")


@pytest.mark.parametrize("landmarks", ["maxmin", "random", [3, 80, 41, 7, 99]])
def test_each_row_is_measured_once(landmarks):
    measure = Measure(np.random.default_rng(8).standard_normal((100, 3)))
    distances = np.empty((5, 100))
    indices = landmark_distances(landmarks, measure, 4, distances)
    assert measure.n_rows <= 6
    assert indices.dtype == np.int32
    assert_array_equal(distances, measure(indices))


def test_each_is_the_farthest_from_those_before_it():
    X = np.random.default_rng(9).standard_normal((200, 2))
    D = pairwise_distances(X, metric="cityblock")
    indices = landmark_distances("maxmin", Measure(X), None, np.empty((20, 200)))
    assert indices[0] == D[0].argmax()
    for count in range(1, 20):
        assert indices[count] == D[indices[:count]].min(axis=0).argmax()


def test_copies_of_a_row_are_no_reason_to_choose_it_twice():
    X = np.repeat([[0.0], [1.0], [5.0]], 4, axis=0)
    indices = landmark_distances("maxmin", Measure(X), None, np.empty((9, 12)))
    assert len(np.unique(indices)) == 9
    assert set(X[indices[:3], 0]) == {0.0, 1.0, 5.0}
