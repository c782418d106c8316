"""Block Krylov method: Rayleigh-Ritz with thick restarts, and tall matrix products."""

import numpy as np
from scipy.linalg import eigh

__all__ = [
    "EPS",
    "SEED",
    "KrylovSpace",
    "block_width",
    "cross",
    "n_guessed",
    "remove",
    "small_eigh",
    "start_block",
    "times",
]

EPS = np.finfo(np.float64).eps
# Entries of the Krylov basis that are worth keeping (0.5 GB, touched as it grows).
BASIS_ENTRIES = 2**26
# Rows that are transposed in the first-level cache.
COPIED_ROWS = 2048
# Ratio of a block's lengths from which one step more makes it orthonormal.
EVEN = 0.5
# Multiplications of one BLAS call on a tall matrix: more, and OpenBLAS wakes threads
# that go on spinning beside the next pass over the operator.
CALL_MULTIPLICATIONS = 2**18
# Random columns of every start block, so that no eigenvector is orthogonal to it.
N_RANDOM = 2
SEED = 20001222


def block_width(k):
    """Columns a pass: more than wanted, and whole passes of eight."""
    return -(-(k + N_RANDOM) // 8) * 8


def n_guessed(k):
    """Columns of a start block that are not random."""
    return block_width(k) - N_RANDOM


def start_block(operator, k, guess=None):
    """Guessed columns, as far as there are any, and random ones."""
    rng = np.random.default_rng(SEED)
    block = rng.standard_normal((operator.shape[0], block_width(k)))
    if guess is not None:
        n_guessed = min(guess.shape[1], block.shape[1] - N_RANDOM)
        block[:, :n_guessed] = guess[:, :n_guessed]
        norms = np.linalg.norm(block, axis=0)
        block /= np.where(norms > 0, norms, 1)
    return block


class KrylovSpace:
    """Rayleigh-Ritz on a growing block Krylov space with thick restarts.

    Invariant, with Q the basis, H = Q'KQ and P the block to come:
    K Q = Q H + P R E', where E picks the last block of Q.
    """

    def __init__(self, operator, start):
        n, self.width = start.shape
        self.operator = operator
        self.rng = np.random.default_rng(SEED + 1)
        worth_having = max(256, 8 * self.width)
        n_columns = max(4 * self.width, min(worth_having, BASIS_ENTRIES // n))
        n_columns = min(n_columns, n - self.width)
        self.basis = np.empty((n, n_columns), order="F")
        self.projected = np.zeros((n_columns, n_columns))
        self.size = 0
        scale = np.sqrt(np.square(start).sum())
        self.next_block, _ = self._orthonormalize(start, scale)

    def _orthonormalize(self, block, scale):
        """P and R with block = P R, P'P = I and P'Q = 0, but for rounding at `scale`.

        The block has been projected on the complement of the basis once; it becomes P.

        Directions of the block that are rounding are replaced by random ones, which
        R leaves out: they keep an exhausted space growing.
        """
        coupling = np.eye(self.width)
        for n_steps in range(3):  # each brings 1e-7 of the longest to length one
            coupling, evenness = self._whiten(block, coupling, n_steps > 0)
            if n_steps and evenness > EVEN:
                break
        left, singular, right = np.linalg.svd(coupling)
        rank = np.count_nonzero(singular > 10 * EPS * scale)
        if rank == self.width and evenness > EVEN:
            return block, coupling
        rotate(block, left)
        block[:, rank:] = self.rng.standard_normal(block[:, rank:].shape)
        coupling = singular[:, None] * right
        coupling[rank:] = 0
        for _ in range(1 if rank == self.width else 3):
            coupling, _ = self._whiten(block, coupling)
        return block, coupling

    def _whiten(self, block, coupling, project=True):
        """One step of Gram-Schmidt on the block, in place; keeps block @ coupling.

        Returns the coupling, and the shortest direction's length over the longest's.
        """
        if project:
            remove(block, self.basis[:, : self.size])
        squares, rotation = small_eigh(cross(block, block))
        if squares[-1] <= 0:
            return np.zeros_like(coupling), 1.0
        lengths = np.sqrt(np.maximum(squares, 1e-14 * squares[-1]))
        coupling = (lengths[:, None] * rotation.T) @ coupling
        rotate(block, rotation / lengths)
        return coupling, lengths[0] / lengths[-1]

    def expand(self):
        """Take the next block into the space: one pass over the operator."""
        if self.size + self.width > self.basis.shape[1]:
            self._restart()
        last = slice(self.size, self.size + self.width)
        self.size = last.stop
        for start in range(0, len(self.basis), COPIED_ROWS):  # it is transposed
            rows = slice(start, start + COPIED_ROWS)
            self.basis[rows, last] = self.next_block[rows]
        basis = self.basis[:, : self.size]
        product = self.operator @ self.next_block
        column = remove(product, basis)
        self.projected[last, : self.size] = column.T
        self.projected[: self.size, last] = column
        corner = self.projected[last, last]
        self.projected[last, last] = (corner + corner.T) / 2
        self.values, self.rotation = small_eigh(
            self.projected[: self.size, : self.size]
        )
        self.scale = np.abs(self.values).max()
        self.next_block, self.coupling = self._orthonormalize(product, self.scale)

    def residuals(self, k):
        """Norms |K x - theta x| / |theta| of the k largest Ritz pairs; no n-vectors."""
        # K x - theta x = P R (last block of the rotation), and P'P = I
        rotation = self.rotation[-self.width :, : -k - 1 : -1]
        norms = np.linalg.norm(self.coupling @ rotation, axis=0)
        norms[norms <= 4 * EPS * self.scale] = 0
        lengths = np.abs(self.values[: -k - 1 : -1])
        return norms / np.where(lengths > 0, lengths, 1)

    def ritz_vectors(self, k):
        """The vectors of the k largest Ritz values."""
        return times(self.basis[:, : self.size], self.rotation[:, : -k - 1 : -1])

    def ritz(self, k):
        """The k largest Ritz values, their vectors and relative residuals."""
        values = self.values[: -k - 1 : -1]
        rotation = self.rotation[:, : -k - 1 : -1]
        vectors = self.ritz_vectors(k)
        coupling = self.coupling @ rotation[-self.width :]
        residuals = times(self.next_block, coupling)
        residuals = np.abs(residuals).max(axis=0) / np.abs(vectors).max(axis=0)
        entry_eps = np.finfo(self.operator.dtype).eps / np.sqrt(len(vectors))
        rounding = self.scale * max(4 * EPS, 2 * entry_eps)
        residuals[residuals <= rounding] = 0
        lengths = np.maximum(np.abs(values), rounding)
        return values, vectors, residuals / np.where(lengths > 0, lengths, 1)

    def _restart(self):
        """Keep the upper Ritz vectors and what couples them to the next block."""
        n_kept = self.width + (self.basis.shape[1] - 2 * self.width) // 3
        kept = slice(None, -n_kept - 1, -1)
        basis = self.basis[:, : self.size]
        self.basis[:, :n_kept] = basis @ self.rotation[:, kept]
        self.projected[:] = 0
        self.projected[range(n_kept), range(n_kept)] = self.values[kept]
        self.size = n_kept


def small_eigh(matrix):
    """Eigenvalues, ascending, and vectors of a small symmetric matrix.

    NumPy's wakes threads of OpenBLAS from 31 columns on; these then spin for 0.1 s.
    """
    return eigh(matrix, driver="evd")


def times(tall, small):
    """tall @ small for an (n, p) and a (p, m) array, a stretch of rows a BLAS call."""
    stretch = _stretch(small.size)
    whole = len(tall) - len(tall) % stretch
    product = np.empty((len(tall), small.shape[1]))
    out = _stretches(product[:whole], stretch)
    np.matmul(_stretches(tall[:whole], stretch), small, out=out)
    np.matmul(tall[whole:], small, out=product[whole:])
    return product


def rotate(block, rotation):
    """block @ rotation for a square matrix, in place."""
    for rows in _parts(len(block), rotation.size):
        block[rows] = block[rows] @ rotation


def remove(block, basis):
    """Take the part in an orthonormal basis out of the block, in place.

    Returns
    -------
    coefficients : ndarray
        ``basis.T @ block``.
    """
    coefficients = cross(basis, block)
    if coefficients.any():
        for rows in _parts(len(block), coefficients.size):
            block[rows] -= basis[rows] @ coefficients
    return coefficients


def cross(left, right):
    """left.T @ right for an (n, p) and an (n, m) array, cut like `times`."""
    stretch = _stretch(left.shape[1] * right.shape[1])
    whole = len(left) - len(left) % stretch
    transposed = _stretches(left[:whole], stretch).transpose(0, 2, 1)
    products = transposed @ _stretches(right[:whole], stretch)
    return products.sum(axis=0) + left[whole:].T @ right[whole:]


def _stretch(n_multiplications):
    """Rows a BLAS call, from the multiplications a row."""
    return max(32, CALL_MULTIPLICATIONS // max(1, n_multiplications))


def _parts(n, n_multiplications):
    """Slices of a stretch of rows each."""
    stretch = _stretch(n_multiplications)
    return [slice(start, start + stretch) for start in range(0, n, stretch)]


def _stretches(tall, stretch):
    """The rows cut into stretches: a view of shape (n / stretch, stretch, p)."""
    n, n_columns = tall.shape
    return tall.reshape(n // stretch, stretch, n_columns)
