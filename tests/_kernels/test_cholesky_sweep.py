"""Sweeps over a factor of random numbers against dense triangular solves."""

import numpy as np
import pytest
from cholesky_cases import NAMES, dense_factor, symmetric_matrix
from numpy.testing import assert_allclose
from scipy.linalg import solve_triangular

from skmanifold_nn._cholesky import Factor, SymbolicFactor
from skmanifold_nn._kernels import _cholesky_sweep


def random_factor(symbolic, rng):
    """Random entries in place of a factor's, inverse pivots near one, mixed signs."""
    n = symbolic.shape[0]
    factor = Factor.__new__(Factor)
    factor.symbolic, factor.shape = symbolic, symbolic.shape
    factor._values = 0.1 * rng.normal(size=int(symbolic.value_start[-1]))
    factor._signs = rng.choice([-1.0, 1.0], size=n)
    for s in range(len(symbolic.kinds)):
        k = symbolic.first[s + 1] - symbolic.first[s]
        r = symbolic.row_start[s + 1] - symbolic.row_start[s]
        kp, rp = -(-k // 8) * 8, -(-r // 8) * 8
        block = factor._values[symbolic.value_start[s] : symbolic.value_start[s + 1]]
        for i in range(0, k, 64):
            rows = min(64, k - i)
            corner = block[: rows * (kp - i)].reshape(rows, kp - i)
            corner[np.arange(rows), np.arange(rows)] = 1 + 0.2 * rng.random(rows)
            block = block[rows * (kp - i) :]
        block.reshape(k, rp)[:, r:] = 0
    return factor


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("lanes", [8, 16, 40])
@pytest.mark.parametrize("name", NAMES)
def test_sweeps(rng, name, lanes, n_threads):
    symbolic = SymbolicFactor(symmetric_matrix(name, rng))
    factor = random_factor(symbolic, rng)
    n = symbolic.shape[0]
    X = rng.normal(size=(n, lanes))
    _, L, signs = dense_factor(factor)
    expected = solve_triangular(L, X, lower=True) * signs[:, None]
    expected = solve_triangular(L.T, expected, lower=False)
    outside = np.zeros((int(symbolic.outside_start[-1]) + 1, lanes))
    _cholesky_sweep.solve(
        symbolic.tasks,
        symbolic.roots,
        symbolic.tops,
        symbolic.outside_start,
        symbolic.first,
        symbolic.row_start,
        symbolic.rows,
        symbolic.descendant,
        symbolic.value_start,
        factor._values,
        factor._signs,
        n_threads,
        np.zeros((n_threads, 2 * n + 1), dtype=np.int32),
        outside,
        X,
    )
    assert_allclose(X, expected, rtol=1e-9, atol=1e-11 * abs(expected).max())
