"""Factorisations of A - shift I that tell its inertia: dense and sparse, one interface.

A factor has ``solve(block)`` for (n, m) float64 blocks, and ``n_negative``, the number
of eigenvalues of A below the shift (Sylvester's law of inertia).
"""

import numpy as np
from scipy import sparse
from scipy.linalg import lapack
from scipy.sparse.linalg import splu

from ._krylov import EPS

__all__ = ["DenseFactor", "SparseFactor"]


class DenseFactor:
    """Bunch and Kaufman's factorisation of a dense symmetric matrix, by LAPACK."""

    def __init__(self, matrix, shift):
        shifted = np.array(matrix, dtype=np.float64, order="F")
        shifted[np.diag_indices_from(shifted)] -= shift
        n_work = int(lapack.dsytrf_lwork(len(shifted), lower=1)[0])
        self._factor, self._pivots, _ = lapack.dsytrf(
            shifted, lower=1, lwork=n_work, overwrite_a=1
        )
        diagonal = np.diagonal(self._factor).copy()
        zero = (diagonal == 0) & (self._pivots >= 0)
        self._factor[zero, zero] = EPS * np.abs(diagonal).max(initial=1)
        # a block of two has one negative eigenvalue; its rows have pivots < 0
        single = self._pivots >= 0
        negative = np.diagonal(self._factor) < 0
        self.n_negative = int(negative[single].sum() + (~single).sum() // 2)

    def solve(self, block):
        return lapack.dsytrs(self._factor, self._pivots, block, lower=1)[0]


class SparseFactor:
    """SuperLU in symmetric mode."""

    def __init__(self, matrix, shift):
        n = matrix.shape[0]
        shifted = sparse.csc_array(matrix - shift * sparse.eye_array(n))
        self._factor = splu(
            shifted,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        self.n_negative = int((self._factor.U.diagonal() < 0).sum())

    def solve(self, block):
        return self._factor.solve(np.ascontiguousarray(block))
