"""New points placed one by one, against plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _placement


def problem(rng, n_queries, n, d, dtype, missing=0.2):
    """Dissimilarities some of which are missing, weights, places and starts."""
    places = rng.standard_normal((d, n)).astype(dtype)
    truth = rng.standard_normal((n_queries, d))
    dissimilarities = np.sqrt(((truth[:, :, None] - places) ** 2).sum(axis=1))
    dissimilarities *= 1 + 0.3 * rng.random((n_queries, n))
    dissimilarities[rng.random((n_queries, n)) < missing] = np.nan
    weights = rng.random(n) + 0.1
    weights[::5] = 0
    starts = truth + rng.standard_normal((n_queries, d))
    return tuple(a.astype(dtype) for a in (dissimilarities, weights, places, starts))


def place_rows(
    dissimilarities, weights, places, starts, n_threads=1, max_iter=100, eps=1e-6
):
    n_queries, d = starts.shape
    placed = starts.copy()
    stresses = np.full(n_queries, np.nan)
    counts = np.full(n_queries, -1, dtype=np.intp)
    scratch = np.full((n_threads, 3 * d + 2 * places.shape[1]), np.nan)
    _placement.place_rows(
        dissimilarities,
        None if weights is None else weights.astype(np.float64),
        places.astype(np.float64),
        n_threads,
        max_iter,
        eps,
        scratch,
        placed,
        stresses,
        counts,
    )
    return placed, stresses, counts


def place(delta, w, places, y, max_iter, eps):
    """One row in float64."""
    x = places.T.astype(np.float64)
    w = np.where(np.isnan(delta), 0, 1 if w is None else w).astype(np.float64)
    delta = np.where(w > 0, delta, 0).astype(np.float64)

    def measured(y):
        e = np.linalg.norm(y - x, axis=1)
        ratio = np.divide(delta, e, out=np.zeros_like(e), where=e > 0)
        return e, (w * (delta - e) ** 2).sum(), (w * ratio) @ (y - x)

    y = y.astype(np.float64)
    e, stress, moves = measured(y)
    count = 0
    while count < max_iter and w.sum() > 0:
        before = stress
        y = (w @ x + moves) / w.sum()
        e, stress, moves = measured(y)
        count += 1
        if before - stress <= eps * (w * e**2).sum():
            break
    return y, stress, count


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 65, 130, 1030])
def test_place_rows(n, d, dtype, rng):
    dissimilarities, weights, places, starts = problem(rng, 5, n, d, dtype)
    dissimilarities[1] = np.nan
    starts[2] = places[:, 0]
    # a threshold between the decreases, which the last bit does not decide
    for w, max_iter, eps in [(None, 0, 0.0), (None, 7, 0.0), (weights, 200, 1.03e-4)]:
        computed = place_rows(
            dissimilarities, w, places, starts, max_iter=max_iter, eps=eps
        )
        for q, row in enumerate(zip(*computed, strict=True)):
            placed, stress, count = row
            expected = place(dissimilarities[q], w, places, starts[q], max_iter, eps)
            if eps > 0:
                assert count == expected[2]
                assert count < max_iter
            assert_allclose(placed, expected[0], atol=200 * np.finfo(dtype).eps)
            assert_allclose(stress, expected[1], rtol=1e-9, atol=1e-12)
    assert_array_equal(computed[0][1], starts[1])
    assert computed[1][1] == computed[2][1] == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_same_bits_for_any_batch_and_number_of_threads(d, dtype, rng):
    dissimilarities, weights, places, starts = problem(rng, 40, 333, d, dtype)
    expected = place_rows(dissimilarities, weights, places, starts)
    for n_threads in (2, 3):
        again = place_rows(dissimilarities, weights, places, starts, n_threads)
        for a, b in zip(again, expected, strict=True):
            assert_array_equal(a, b)
    for q in (0, 17, 39):
        one = slice(q, q + 1)
        alone = place_rows(dissimilarities[one], weights, places, starts[one])
        for a, b in zip(alone, expected, strict=True):
            assert_array_equal(a, b[one])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_exact_dissimilarities_find_the_point(dtype, rng):
    _, _, places, _ = problem(rng, 1, 500, 2, dtype)
    truth = rng.standard_normal((30, 2))
    delta = np.linalg.norm(truth[:, :, None] - places, axis=1).astype(dtype)
    starts = (truth + 0.3 * rng.standard_normal((30, 2))).astype(dtype)
    placed, stresses, counts = place_rows(
        delta, None, places, starts, max_iter=1000, eps=1e-14
    )
    assert (counts < 1000).all()
    assert_allclose(placed, truth, rtol=0, atol=1e-5)
    assert (stresses < 1e-9).all()


def test_a_training_row_stays_on_its_point(rng):
    """Its exact place is a fixed point, although its own term is left out."""
    _, _, places, _ = problem(rng, 1, 60, 2, np.float64)
    delta = np.linalg.norm(places[:, :, None] - places[:, None, :], axis=0)
    placed, stresses, _ = place_rows(delta, None, places, places.T.copy())
    assert_allclose(placed, places.T, rtol=0, atol=1e-13)
    assert_allclose(stresses, 0, atol=1e-24)


def test_no_queries(rng):
    arrays = problem(rng, 0, 8, 2, np.float64)
    assert len(place_rows(*arrays)[0]) == 0
