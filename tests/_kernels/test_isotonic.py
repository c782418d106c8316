"""Monotone regression over listed pairs, against scikit-learn and a formula."""

import numpy as np
import pytest
from isotonic_cases import CHUNK, minmax, regress, tied
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.isotonic import IsotonicRegression

# around the 16th observations and the chunks that are pooled by themselves
SIZES = [0, 1, 2, 3, 7, 15, 16, 17, 65, 130, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5]


SHAPES = {
    "noise": lambda rng, n: rng.random(n),
    "trend": lambda rng, n: np.linspace(0, 9, n) + rng.random(n),
    "ascending": lambda rng, n: np.sort(rng.random(n)),
    "descending": lambda rng, n: np.sort(rng.random(n))[::-1].copy(),
    "steps": lambda rng, n: rng.integers(0, 3, n).astype(float),
    "constant": lambda rng, n: np.full(n, 0.1),
    "outlier": lambda rng, n: np.r_[1e3, rng.random(n)][:n],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", SIZES[1:])
def test_regression_is_scikit_learns(n, shape, rng):
    distances = SHAPES[shape](rng, n)
    weights = rng.random(n) + 0.1
    order = np.arange(n, dtype=float)
    for w in (None, weights):
        expected = IsotonicRegression().fit_transform(order, distances, sample_weight=w)
        values, total, levels, ends = regress(distances, w)
        scale = distances.max()
        assert_allclose(values, expected, rtol=0, atol=1e-12 * scale)
        assert (np.diff(values) >= 0).all()
        assert_allclose(total, ((1 if w is None else w) * values**2).sum(), rtol=1e-12)
        assert_array_equal(np.repeat(levels, np.diff(ends, prepend=0)), values)


@pytest.mark.parametrize("n_levels", [1, 2, 9, 300, 10**6])
@pytest.mark.parametrize("n", [1, 2, 7, 130, 2 * CHUNK + 9])
def test_secondary_ties_are_scikit_learns(n, n_levels, rng):
    dissimilarities, starts = tied(rng, n, n_levels)
    distances = dissimilarities / n_levels + rng.random(n)
    weights = rng.random(n) + 0.1
    for w in (None, weights):
        expected = IsotonicRegression().fit_transform(
            dissimilarities, distances, sample_weight=w
        )
        values, total, levels, ends = regress(distances, w, starts)
        assert_allclose(values, expected, rtol=0, atol=1e-12)
        assert_allclose(total, ((1 if w is None else w) * values**2).sum(), rtol=1e-12)
        assert_array_equal(np.repeat(levels, np.diff(ends, prepend=0)), values)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20, 33])
def test_regression_is_the_minmax_formula(n, rng):
    for shape in SHAPES.values():
        distances, weights = shape(rng, n), rng.random(n) + 0.1
        assert_allclose(
            regress(distances, weights)[0], minmax(distances, weights), rtol=1e-13
        )


def test_no_pairs():
    assert regress(np.empty(0))[1] == 0


@pytest.mark.parametrize("n_threads", [2, 3])
def test_same_bits_for_any_number_of_threads(n_threads, rng):
    n = 20 * CHUNK + 77
    distances, weights = np.linspace(0, 1, n) + rng.random(n), rng.random(n) + 0.1
    starts = tied(rng, n, 30_000)[1]
    for w in (None, weights):
        for t in (None, starts):
            expected, total, *_ = regress(distances, w, t)
            values, again, *_ = regress(distances, w, t, n_threads)
            assert_array_equal(values, expected)
            assert again == total
