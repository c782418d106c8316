"""Configurations: checked, aligned to another one, copies brought together."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn.manifold._configuration import (
    aligned,
    check_configuration,
    first_zero,
    reunited,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_aligned_to_itself_turned_mirrored_and_shifted(dtype, rng):
    configuration = rng.standard_normal((20, 3)).astype(dtype)
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    rotation[:, 0] *= -np.sign(np.linalg.det(rotation))  # with a reflection
    reference = configuration @ rotation + [1.0, -2.0, 3.0]
    found = aligned(configuration, reference)
    assert found.dtype == dtype
    assert_allclose(found, reference, atol=1e-5 if dtype == np.float32 else 1e-12)


def test_aligned_keeps_the_size(rng):
    configuration = rng.standard_normal((20, 2))
    found = aligned(configuration, 5 * configuration)
    assert_allclose(np.ptp(found, axis=0), np.ptp(configuration, axis=0))


def test_copies_come_to_the_mean_of_their_places(rng):
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [1.0, 2.0]])
    configuration = rng.standard_normal((4, 2))
    found = reunited(configuration, rows)
    assert_allclose(found[0], configuration[[0, 2, 3]].mean(axis=0))
    assert_array_equal(found[[2, 3]], found[[0, 0]])
    assert_allclose(found[1], configuration[1])


def test_without_copies_nothing_moves(rng):
    configuration = rng.standard_normal((4, 2))
    assert reunited(configuration, np.arange(8.0).reshape(4, 2)) is configuration


def test_first_zero():
    rows = [[1.0, 0.0, 0.0], [2.0, np.nan, 1.0], [0.0, 3.0, 0.0]]
    assert_array_equal(first_zero(np.array(rows)), [1, -1, 0])


def test_checked():
    assert check_configuration("init", None, 3) is None
    assert check_configuration("init", [[1], [2], [3]], 3).dtype == np.float64
    with pytest.raises(ValueError, match=r"init matrix should be of shape \(4"):
        check_configuration("init", [[1], [2], [3]], 4)
    with pytest.raises(ValueError, match="reference contains NaN"):
        check_configuration("reference", [[1.0], [np.nan]], 2)
