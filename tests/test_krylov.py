"""Tall matrix products of the block Krylov method; the method itself: test_eigen.py."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._krylov import cross, remove, rotate, times


@pytest.mark.parametrize("n", [1, 31, 512, 4096, 5003])
@pytest.mark.parametrize("p", [1, 8, 64, 300])
@pytest.mark.parametrize("order", ["C", "F"])
def test_products_of_tall_matrices(n, p, order, rng):
    # as many rows as a call takes, fewer, more; columns of a wider basis
    basis = np.asarray(rng.standard_normal((n, p + 3)), order=order)[:, :p]
    block, small = rng.standard_normal((n, 8)), rng.standard_normal((p, 8))
    assert_allclose(cross(basis, block), basis.T @ block, atol=1e-11)
    assert_allclose(times(basis, small), basis @ small, atol=1e-12)
    squares = cross(basis, basis)
    assert_allclose(squares, basis.T @ basis, atol=1e-11)


@pytest.mark.parametrize("n", [1, 31, 5003])
@pytest.mark.parametrize("order", ["C", "F"])
def test_products_in_place(n, order, rng):
    basis = np.linalg.qr(rng.standard_normal((n, 9)))[0]
    basis = np.asarray(basis, order=order)
    block, rotation = rng.standard_normal((n, 8)), rng.standard_normal((8, 8))
    expected = block - basis @ (basis.T @ block)
    coefficients = remove(block, basis)
    assert_allclose(block, expected, atol=1e-12)
    assert coefficients.shape == (basis.shape[1], 8)
    rotate(block, rotation)
    assert_allclose(block, expected @ rotation, atol=1e-12)
    before = block.copy()
    remove(block, basis[:, :0])
    assert_array_equal(block, before)
