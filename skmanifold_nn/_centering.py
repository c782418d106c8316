"""The doubly centred kernel of a distance matrix, as an operator."""

import numpy as np
from numpy.typing import NDArray

from ._kernels import _centered_kernel
from ._krylov import EPS, SEED, small_eigh, times
from ._threads import effective_n_threads

__all__ = ["CenteredKernel"]

DTYPES = (np.float32, np.float64)
# Independent sums of a pass over the distances: work for as many threads.
N_PARTS = 16
# A pass over fewer distances (three milliseconds) is not worth another thread.
ENTRIES_PER_THREAD = 2**22
LANDMARKS_PER_COLUMN = 8
# For the bottom of the spectrum, which is the harder to see from few of them.
LANDMARKS_BELOW = 128


class CenteredKernel:
    """Doubly centred kernel of a distance matrix, which is only ever read.

    K = -1/2 J (D o D) J with J = I - 1 1'/n, the Gram matrix of classical
    multidimensional scaling. K is never formed: a product with a block of vectors is
    one pass over half of D for every eight of them, with O(n) further memory.

    Only entries on and above the diagonal are used in products and norms, so that K is
    exactly symmetric even where D is so but for rounding. Arithmetic is float64
    whatever D's dtype.

    Parameters
    ----------
    distances : ndarray of shape (n, n), float32 or float64, C-contiguous
        Symmetric distances. Not copied.
    n_jobs : int, default=None
        Threads; None is 1, -1 all available. The result does not depend on it.

    Attributes
    ----------
    row_means : ndarray of shape (n,)
        Means of the rows of -1/2 D o D (``KernelCenterer.K_fit_rows_``).
    grand_mean : float
        Their mean (``KernelCenterer.K_fit_all_``).
    shape : tuple of int
        (n, n).
    dtype : dtype
        D's.

    References
    ----------
    .. [1] W. S. Torgerson, "Multidimensional scaling: I. Theory and method",
       Psychometrika 17, 1952.
    .. [2] J. C. Gower, "Some distance properties of latent root and vector methods used
       in multivariate analysis", Biometrika 53, 1966.
    .. [3] J. C. Platt, "FastMap, MetricMap, and Landmark MDS are all Nystrom
       algorithms", AISTATS, 2005 (`guess`).

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.eigen import CenteredKernel, largest_eigenpairs
    >>> x = np.array([0.0, 1.0, 3.0])
    >>> kernel = CenteredKernel(np.abs(x[:, None] - x))
    >>> values, vectors = largest_eigenpairs(kernel, 1)
    >>> print((vectors[:, 0] * np.sqrt(values[0])).round(3))
    [-1.333 -0.333  1.667]
    """

    row_means: NDArray[np.float64]
    grand_mean: float
    shape: tuple[int, int]
    dtype: np.dtype[np.floating]

    def __init__(
        self, distances: NDArray[np.floating], *, n_jobs: int | None = None
    ) -> None:
        if (
            not isinstance(distances, np.ndarray)
            or distances.dtype not in DTYPES
            or distances.ndim != 2
            or not distances.flags.c_contiguous
            or distances.shape[0] != distances.shape[1]
            or not distances.size
        ):
            raise ValueError(
                "distances must be a square, C-contiguous float32 or float64 array "
                f"with at least one row; got {_describe(distances)}."
            )
        self.distances = distances
        self.shape = distances.shape
        self.dtype = distances.dtype
        n = self.shape[0]
        work_for = max(1, n * n // ENTRIES_PER_THREAD)
        self.n_threads = min(effective_n_threads(n_jobs), work_for)
        self.row_means = self._squares_times(np.ones((n, 1)))[:, 0] * (-0.5 / n)
        self.grand_mean = float(self.row_means.mean())
        if not np.isfinite(self.grand_mean):
            raise ValueError("distances contain NaN or infinity.")

    def _squares_times(self, block):
        """(D o D) @ block, eight columns a pass."""
        n, n_columns = block.shape
        lanes = _centered_kernel.LANES
        n_rows = -(-n // _centered_kernel.ROWS) * _centered_kernel.ROWS
        panel = _aligned_zeros((n_rows, lanes))
        parts = _aligned_zeros((N_PARTS, n_rows, lanes))
        product = np.empty((n, n_columns))
        for first in range(0, n_columns, lanes):
            columns = slice(first, min(first + lanes, n_columns))
            width = columns.stop - first
            panel[:n, :width] = block[:, columns]
            panel[:, width:] = 0
            _centered_kernel.squares_times_lanes(
                self.distances, panel, self.n_threads, parts
            )
            product[:, columns] = parts[0, :n, :width]
        return product

    def __matmul__(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        """K @ block for an (n, m) float64 array."""
        product = self._squares_times(block - block.mean(axis=0))
        product -= product.mean(axis=0)
        product *= -0.5
        return product

    def guess(self, n_columns: int, *, lowest: bool = False) -> NDArray[np.float64]:
        """An end of the spectrum by Nystroem's method from a few landmarks.

        Parameters
        ----------
        n_columns : int
            Number of eigenvectors to guess.
        lowest : bool, default=False
            Whether of the algebraically smallest eigenvalues, not of the largest.

        Returns
        -------
        columns : ndarray of shape (n, n_columns)
            Orthonormal only among the landmarks.
        """
        n = self.shape[0]
        rng = np.random.default_rng(SEED)
        n_landmarks = LANDMARKS_BELOW if lowest else LANDMARKS_PER_COLUMN * n_columns
        landmarks = rng.choice(n, min(n, n_landmarks), False)
        rows = self.distances[landmarks].astype(np.float64)
        rows *= rows
        rows *= -0.5
        rows -= self.row_means
        rows -= (self.row_means[landmarks] - self.grand_mean)[:, None]
        rotation = small_eigh(rows[:, landmarks])[1]
        end = slice(n_columns) if lowest else slice(None, -n_columns - 1, -1)
        return times(rows.T, rotation[:, end])

    def squared_norm(self) -> float:
        """Sum of the squared entries of K: one pass, no cancellation.

        Returns
        -------
        norm : float
            The squared Frobenius norm.
        """
        norms = np.empty(self.shape[0])
        _centered_kernel.centered_row_norms(
            self.distances, self.row_means, self.grand_mean, self.n_threads, norms
        )
        return float(norms.sum())

    def toarray(self) -> NDArray[np.float64]:
        """K as a float64 array, the second n x n array that all else avoids.

        Returns
        -------
        kernel : ndarray of shape (n, n)
            Exactly symmetric.
        """
        kernel = self.distances.astype(np.float64)
        kernel *= kernel
        kernel *= -0.5
        kernel -= self.row_means[:, None]
        kernel -= self.row_means - self.grand_mean
        n, size = self.shape[0], 256
        for first in range(0, n, size):  # mirrors the upper triangle
            rows = slice(first, min(first + size, n))
            corner = np.triu(kernel[rows, rows])
            kernel[rows, rows] = corner + np.triu(corner, 1).T
            kernel[rows.stop :, rows] = kernel[rows, rows.stop :].T
        return kernel


def _aligned_zeros(shape):
    """Zeros at a multiple of 64 bytes, so that no row of lanes straddles two lines."""
    n_bytes = int(np.prod(shape)) * EPS.itemsize
    memory = np.zeros(n_bytes + 64, dtype=np.uint8)
    first = -memory.ctypes.data % 64
    return memory[first : first + n_bytes].view(np.float64).reshape(shape)


def _describe(array):
    if not isinstance(array, np.ndarray):
        return type(array).__name__
    order = "C-contiguous" if array.flags.c_contiguous else "not C-contiguous"
    return f"{array.dtype}, shape {array.shape}, {order}"
