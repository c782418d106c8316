"""Factorisation of a dense A - shift I that tells its inertia: `Factor`'s interface."""

import numpy as np
from scipy.linalg import lapack

from ._krylov import EPS

__all__ = ["DenseFactor"]


class DenseFactor:
    """Bunch and Kaufman's factorisation of a dense symmetric matrix, by LAPACK.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        A, of which the lower triangle is used.
    shift : float

    Attributes
    ----------
    n_negative : int
        Number of eigenvalues of A below `shift` (Sylvester's law of inertia).
    """

    def __init__(self, matrix, shift):
        self._matrix = matrix
        self.order = np.arange(len(matrix))  # rows are eliminated as they come
        self.move(shift)

    def move(self, shift):
        """Factorise A at another shift."""
        self._factor = None  # gives its memory back first
        shifted = np.array(self._matrix, dtype=np.float64, order="F")
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

    def solve_ordered(self, block):
        return lapack.dsytrs(self._factor, self._pivots, block, lower=1)[0]
