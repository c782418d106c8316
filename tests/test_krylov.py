"""Tall matrix products of the block Krylov method; the method itself: test_eigen.py."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmanifold_nn._krylov import cross, times


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
