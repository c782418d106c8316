"""Dense factors: solutions and inertia."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmanifold_nn._dense_factor import DenseFactor


def symmetric(n, rng, density=0.2):
    A = rng.standard_normal((n, n)) * (rng.random((n, n)) < density)
    return A + A.T + np.diag(rng.standard_normal(n))


@pytest.mark.parametrize("n", [1, 2, 17, 80])
def test_solutions(n, rng):
    A = symmetric(n, rng)
    A = A @ A.T + 0.1 * np.eye(n)
    block = rng.standard_normal((n, 8))
    solution = DenseFactor(A, -0.5).solve_ordered(block)
    assert_allclose((A + 0.5 * np.eye(n)) @ solution, block, atol=1e-9)


@pytest.mark.parametrize("seed", range(5, 15))
def test_inertia_counts_eigenvalues_below_the_shift(seed):
    rng = np.random.default_rng(seed)
    A = symmetric(30, rng)
    values = np.linalg.eigvalsh(A)
    for j in (0, 3, 17, 29):
        shift = values[j] + 1e-3
        expected = np.count_nonzero(values < shift)
        assert DenseFactor(A, shift).n_negative == expected


def test_a_singular_matrix_gives_no_nan(rng):
    path = 2 * np.eye(6) - np.eye(6, k=1) - np.eye(6, k=-1)
    path[0, 0] = path[-1, -1] = 1
    for A in (path, np.zeros((6, 6))):
        factor = DenseFactor(A, 0.0)
        assert not np.isnan(factor.solve_ordered(rng.standard_normal((6, 2)))).any()
