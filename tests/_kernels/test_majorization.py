"""Sums over pairs in the majorisation of stress, against plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels import _majorization

N_PARTS = _majorization.N_PARTS
# around a group of four rows, a strip of 32, and a span of 512 columns
SIZES = [1, 2, 3, 5, 7, 31, 33, 65, 130, 517]
DIMENSIONS = [1, 2, 3, 5]


def problem(rng, n, d, dtype, missing=0.3):
    """Disparities, weights with zeros on NaN, and places, two of them coincident."""
    disparities = 2 * rng.random((n, n)).astype(dtype)
    weights = rng.random((n, n)).astype(dtype)
    weights[rng.random((n, n)) < missing] = 0
    places = rng.standard_normal((d, n)).astype(dtype)
    places[:, n // 2] = places[:, 0]
    return disparities, weights, places


def pair_sums(disparities, weights, places):
    """B(X) X, the two sums, the point stresses and the distances, in float64."""
    upper = np.triu(np.ones(disparities.shape, dtype=bool), 1)
    weights = np.ones_like(disparities) if weights is None else weights
    w = np.where(upper, weights, 0).astype(np.float64)
    delta = np.where(w > 0, disparities, 0).astype(np.float64)
    w, delta = w + w.T, delta + delta.T
    x = places.astype(np.float64)
    steps = x[:, :, None] - x[:, None, :]
    e = np.sqrt((steps**2).sum(axis=0))
    ratio = np.divide(w * delta, e, out=np.zeros_like(e), where=e > 0)
    stresses = (w * (delta - e) ** 2).sum(axis=1)
    sums = [stresses.sum() / 2, (w * e**2).sum() / 2]
    return (ratio * steps).sum(axis=2), sums, stresses, e


def guttman(disparities, weights, places, n_threads=1, n_parts=N_PARTS):
    d, n = places.shape
    parts = np.full((n_parts, d * n + 2), np.nan)
    moved, sums = np.full_like(places, np.nan), np.full(2, np.nan)
    _majorization.guttman(disparities, weights, places, n_threads, parts, moved, sums)
    return moved, sums


def point_stresses(disparities, weights, places, n_threads=1):
    n = places.shape[1]
    stresses, parts = np.full(n, np.nan), np.full((N_PARTS, n), np.nan)
    _majorization.point_stresses(
        disparities, weights, places, n_threads, parts, stresses
    )
    return stresses


def tolerance(dtype, n):
    """Sums of n terms of order one, each right to a few roundings."""
    return (10 + n) * 4 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("n", SIZES)
def test_sums_over_pairs(n, d, dtype, rng):
    disparities, weights, places = problem(rng, n, d, dtype)
    disparities[np.tril_indices(n)] = np.nan  # not read
    bound = tolerance(dtype, n)
    for w in (None, weights):
        expected, sums, stresses, e = pair_sums(disparities, w, places)
        disparities[np.triu(weights == 0, 1) & (w is not None)] = np.nan
        moved, computed = guttman(disparities, w, places)
        assert moved.dtype == dtype
        assert_allclose(moved, expected, rtol=0, atol=bound)
        assert_allclose(computed, sums, rtol=bound)
        assert_allclose(
            point_stresses(disparities, w, places), stresses, rtol=bound, atol=1e-12
        )
    upper = np.triu_indices(n, 1)
    distances = np.full((n, n), -1, dtype=dtype)
    _majorization.pair_distances(places, 1, distances)
    assert_allclose(distances[upper], e[upper], rtol=4 * np.finfo(dtype).eps)
    assert (distances[np.tril_indices(n)] == -1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_threads", [2, 3])
def test_same_bits_for_any_number_of_threads(n_threads, dtype, rng):
    disparities, weights, places = problem(rng, 1100, 2, dtype)
    for w in (None, weights):
        expected = guttman(disparities, w, places)
        stresses = point_stresses(disparities, w, places)
        for _ in range(3):
            computed = guttman(disparities, w, places, n_threads)
            assert_array_equal(computed[0], expected[0])
            assert_array_equal(computed[1], expected[1])
            assert_array_equal(
                point_stresses(disparities, w, places, n_threads), stresses
            )
    distances = np.zeros((2, 1100, 1100), dtype=dtype)
    _majorization.pair_distances(places, 1, distances[0])
    _majorization.pair_distances(places, n_threads, distances[1])
    assert_array_equal(distances[0], distances[1])


@pytest.mark.parametrize("n_parts", [1, 3, 40])
def test_any_number_of_parts(n_parts, rng):
    disparities, weights, places = problem(rng, 700, 2, np.float64)
    expected, sums, *_ = pair_sums(disparities, weights, places)
    moved, computed = guttman(disparities, weights, places, n_parts=n_parts)
    assert_allclose(moved, expected, rtol=0, atol=tolerance(np.float64, 700))
    assert_allclose(computed, sums, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_coincident_points_do_not_move_each_other(dtype):
    disparities = np.ones((40, 40), dtype=dtype)
    moved, sums = guttman(disparities, None, np.full((2, 40), 7, dtype=dtype))
    assert_array_equal(moved, 0)
    assert_array_equal(sums, [40 * 39 / 2, 0])


@pytest.mark.parametrize("dtype, power", [(np.float32, 15), (np.float64, 150)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_extreme_scales(sign, power, dtype, rng):
    """A scale that is a power of two changes no bit of a configuration's direction."""
    _, _, places = problem(rng, 90, 2, dtype)
    disparities = (2 * rng.random((90, 90))).astype(dtype)
    scale = dtype(2.0 ** round(sign * power * np.log2(10)))
    moved, _ = guttman(disparities, None, places)
    scaled, sums = guttman(disparities * scale, None, places * scale)
    assert_allclose(scaled / scale, moved, rtol=0, atol=tolerance(dtype, 90))
    assert np.isfinite(sums).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_of_all_magnitudes(dtype, rng):
    """To a rounding or two, from the smallest normal square to the largest."""
    info = np.finfo(dtype)
    powers = np.linspace(np.log10(info.tiny) / 2, np.log10(info.max) / 2 - 0.1, 1999)
    places = np.r_[0, 10**powers].astype(dtype)[None, :]
    distances = np.zeros((2000, 2000), dtype=dtype)
    _majorization.pair_distances(places, 1, distances)
    assert_allclose(distances[0, 2:], places[0, 2:], rtol=2 * info.eps)


def test_read_only_input(rng):
    arrays = problem(rng, 20, 2, np.float64)
    expected = guttman(*arrays)
    for array in arrays:
        array.flags.writeable = False
    assert_array_equal(guttman(*arrays)[0], expected[0])
