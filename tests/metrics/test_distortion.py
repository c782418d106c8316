"""Local distortion of known maps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_array

from skmanifold_nn.metrics import local_distortion


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_linear_maps(rng, dtype):
    """A plane in five dimensions, stretched threefold along one of its axes."""
    plane = rng.random((200, 2))
    axes = np.linalg.qr(rng.standard_normal((5, 2)))[0]
    X = (plane @ axes.T).astype(dtype)
    found = local_distortion(X, (plane * [3, 0.5]).astype(dtype))
    tolerance = 1e-9 if dtype == np.float64 else 1e-3
    assert_allclose(found.singular_values, [[3, 0.5]] * 200, rtol=tolerance)
    assert_allclose(found.stretch, np.sqrt(1.5), rtol=tolerance)
    assert_allclose(found.shear, 6, rtol=tolerance)


def test_a_bent_strip_and_a_flattened_one(rng):
    angle, width = 3 * rng.random(400), rng.random(400)
    X = np.column_stack((np.cos(angle), np.sin(angle), width))
    unrolled = local_distortion(X, np.column_stack((angle, width)), n_neighbors=8)
    assert abs(np.median(unrolled.stretch) - 1) < 0.02
    assert abs(np.median(unrolled.shear) - 1) < 0.05
    flat = local_distortion(X, np.column_stack((angle, 0 * width)), n_neighbors=8)
    assert np.isinf(flat.shear).all() or flat.shear.min() > 1e6
    assert flat.stretch.max() < 1e-3


def test_copies_have_no_directions():
    X = np.repeat([[0.0, 0, 0], [5, 5, 5]], 6, axis=0)
    found = local_distortion(X, X[:, :2], n_neighbors=4)
    assert np.isnan(found.singular_values).all()
    assert np.isnan(found.stretch).all()


def test_summaries(rng):
    X = rng.random((90, 2))
    Y = X.copy()
    Y[:40] *= [3, 1]
    found = local_distortion(X, np.vstack((Y[:40], 100 + Y[40:])), n_neighbors=4)
    assert found.median_shear == np.quantile(found.shear, 0.5, method="inverted_cdf")
    low, high = np.quantile(found.stretch, [0.25, 0.75], method="inverted_cdf")
    assert found.stretch_spread == high / low
    even = local_distortion(X, 7 * X)
    assert even.median_shear == pytest.approx(1)
    assert even.stretch_spread == pytest.approx(1)
    flat = local_distortion(X, 0 * X)
    assert flat.median_shear == flat.stretch_spread == np.inf
    copies = local_distortion(0 * X, X)
    assert np.isnan(copies.median_shear)
    assert np.isnan(copies.stretch_spread)


def test_sample_of_anchors(rng):
    X = rng.random((80, 3))
    full = local_distortion(X, X[:, :2])
    some = local_distortion(X, X[:, :2], n_anchors=30, random_state=3)
    assert_allclose(some.singular_values, full.singular_values[some.anchors])


def test_errors(rng):
    X = rng.random((20, 3))
    with pytest.raises(
        ValueError, match=r"n_neighbors must be an integer from 2 to 19"
    ):
        local_distortion(X, X[:, :2], n_neighbors=1)
    with pytest.raises(ValueError, match=r"as many columns as X_embedded .* 2 and 3"):
        local_distortion(X[:, :2], X)
    with pytest.raises(TypeError, match="takes dense rows"):
        local_distortion(csr_array(X), X)
