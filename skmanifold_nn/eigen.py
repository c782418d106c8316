"""Extreme eigenpairs: operators, solver policy and sign convention.

An *operator* is anything square and symmetric with ``shape``, ``dtype`` (the precision
of its entries; eigenvectors are returned in it) and a product ``operator @ block`` with
an (n, m) float64 array. Optional are ``toarray()``, for the dense solver, and
``guess(m)``, an (n, m) block that is rich in the wanted eigenvectors.
"""

import warnings

import numpy as np
from joblib import effective_n_jobs
from scipy.linalg import eigh
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh
from sklearn.exceptions import ConvergenceWarning

from ._kernels import _centered_kernel
from ._memory import require_memory

__all__ = ["CenteredKernel", "flip_signs", "largest_eigenpairs"]

EPS = np.finfo(np.float64).eps
# Residual, relative to the eigenvalue and the largest entry of the eigenvector, that
# tol=0 stands for, by the precision of the operator's entries.
DEFAULT_TOLERANCE = {np.dtype(np.float64): 5e-8, np.dtype(np.float32): 1e-6}
# Below this many samples a column of the block the dense solver is faster.
DENSE_BELOW = 50
# Passes that come before any convergence is believed: the random columns of the start
# need them to show an eigenvector that the guess has missed.
MIN_PASSES = 3
MAX_PASSES = 1000
# Independent sums of a pass over the distances: work for as many threads.
N_PARTS = 16
# A pass over fewer distances (three milliseconds) is not worth another thread.
ENTRIES_PER_THREAD = 2**22
# Entries of the Krylov basis that are worth keeping (32 MB).
BASIS_ENTRIES = 2**22
# Multiplications of one BLAS call on a tall matrix: more, and OpenBLAS wakes threads
# that go on spinning beside the next pass over the operator.
CALL_MULTIPLICATIONS = 2**18
# Random columns of every start block, so that no eigenvector is orthogonal to it.
N_RANDOM = 2
LANDMARKS_PER_COLUMN = 8
SEED = 20001222


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

    def __init__(self, distances, *, n_jobs=None):
        if (
            not isinstance(distances, np.ndarray)
            or distances.dtype not in DEFAULT_TOLERANCE
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
        self.n_threads = min(effective_n_jobs(n_jobs), work_for)
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

    def __matmul__(self, block):
        """K @ block for an (n, m) float64 array."""
        product = self._squares_times(block - block.mean(axis=0))
        product -= product.mean(axis=0)
        product *= -0.5
        return product

    def guess(self, n_columns):
        """The top of the spectrum by Nystroem's method from a few landmarks.

        Parameters
        ----------
        n_columns : int
            Number of eigenvectors to guess.

        Returns
        -------
        columns : ndarray of shape (n, n_columns)
        """
        n = self.shape[0]
        rng = np.random.default_rng(SEED)
        landmarks = rng.choice(n, min(n, LANDMARKS_PER_COLUMN * n_columns), False)
        rows = self.distances[landmarks].astype(np.float64)
        rows *= rows
        rows *= -0.5
        rows -= self.row_means
        rows -= (self.row_means[landmarks] - self.grand_mean)[:, None]
        rotation = np.linalg.eigh(rows[:, landmarks])[1][:, : -n_columns - 1 : -1]
        return _times(rows.T, rotation)

    def squared_norm(self):
        """Sum of the squared entries of K: one pass, no cancellation.

        Returns
        -------
        norm : float
        """
        norms = np.empty(self.shape[0])
        _centered_kernel.centered_row_norms(
            self.distances, self.row_means, self.grand_mean, self.n_threads, norms
        )
        return float(norms.sum())

    def toarray(self):
        """K as a float64 array, the second n x n array that all else avoids.

        Returns
        -------
        kernel : ndarray of shape (n, n)
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


def largest_eigenpairs(
    operator, n_components, *, eigen_solver="auto", tol=0.0, max_iter=None
):
    """Algebraically largest eigenvalues of a symmetric operator and their vectors.

    Parameters
    ----------
    operator : object with shape, dtype and @
        See the module's documentation; for instance a `CenteredKernel`.
    n_components : int
        Number of eigenpairs; all n where there are fewer than that many.
    eigen_solver : {"auto", "dense", "krylov", "arpack"}, default="auto"
        "dense" decomposes the explicit matrix, "krylov" is a block Lanczos method
        that makes few passes over the operator, "arpack" SciPy's Lanczos method with
        one vector. "auto" is "dense" for few samples or where a large part of the
        spectrum is wanted, else "krylov". Both iterative solvers give way to "dense"
        where the operator is too small for them.
    tol : float, default=0
        Largest residual K v - lambda v of the iterative solvers, relative to lambda
        and v, by the largest entry ("arpack": by the norm); 0 asks for 5e-8 in float64
        and 1e-6 in float32 ("arpack": for working precision).
        Residuals that are rounding beside the largest eigenvalue always pass.
    max_iter : int, default=None
        Passes over the operator ("krylov", default 1000) or ARPACK's restarts (default
        10 n).

    Returns
    -------
    eigenvalues : ndarray of shape (min(n_components, n),), float64
        In descending order, whatever their sign.
    eigenvectors : ndarray of shape (n, min(n_components, n)), the operator's dtype
        Orthonormal columns; the entry of largest magnitude of each is positive.

    Warns
    -----
    ConvergenceWarning
        If an iterative solver stops at `max_iter`; what it has found is returned.

    References
    ----------
    .. [1] G. H. Golub, R. Underwood, "The block Lanczos method for computing
       eigenvalues", Mathematical Software III, 1977.
    .. [2] K. Wu, H. Simon, "Thick-restart Lanczos method for large symmetric eigenvalue
       problems", SIAM J. Matrix Anal. Appl. 22, 2000.

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.eigen import CenteredKernel, largest_eigenpairs
    >>> places = np.array([[0.0], [1.0], [3.0]])
    >>> kernel = CenteredKernel(np.abs(places - places.T))
    >>> eigenvalues, eigenvectors = largest_eigenpairs(kernel, 1)
    >>> (eigenvectors * np.sqrt(eigenvalues)).round(3)
    array([[-1.333],
           [-0.333],
           [ 1.667]])
    """
    n = operator.shape[0]
    if n_components < 1:
        raise ValueError(f"n_components must be at least 1; got {n_components}.")
    k = min(int(n_components), n)
    solver = SOLVERS[_choose_solver(n, k, eigen_solver)]
    values, vectors = solver(operator, k, tol, max_iter)
    order = np.argsort(-values, kind="stable")
    vectors = flip_signs(vectors[:, order])
    return values[order], np.ascontiguousarray(vectors, dtype=operator.dtype)


def flip_signs(vectors):
    """Columns with the entry of largest magnitude positive: `svd_flip`'s rule.

    Parameters
    ----------
    vectors : ndarray of shape (n, k)
        Of any signs.

    Returns
    -------
    flipped : ndarray of shape (n, k)

    Examples
    --------
    >>> import numpy as np
    >>> from skmanifold_nn.eigen import flip_signs
    >>> flip_signs(np.array([[1.0, 1.0], [-2.0, 3.0]]))
    array([[-1.,  1.],
           [ 2.,  3.]])
    """
    columns = np.arange(vectors.shape[1])
    largest = vectors[np.argmax(np.abs(vectors), axis=0), columns]
    return vectors * np.where(largest < 0, -1.0, 1.0)


def _choose_solver(n, k, eigen_solver):
    """The one policy: which solver computes k of n eigenpairs."""
    if eigen_solver not in ("auto", *SOLVERS):
        raise ValueError(
            f"eigen_solver must be one of {['auto', *SOLVERS]}; got {eigen_solver!r}."
        )
    width = _block_width(k)
    # four blocks of basis and one to come
    smallest = DENSE_BELOW * width if eigen_solver == "auto" else 5 * width
    if n < smallest:
        return "dense"
    return "krylov" if eigen_solver == "auto" else eigen_solver


def _dense(operator, k, tol, max_iter):
    n = operator.shape[0]
    require_memory(
        2 * n * n * EPS.itemsize,
        f"The dense eigensolver for {n} samples",
        "Use eigen_solver='auto' and fewer components.",
    )
    values, vectors = eigh(
        _explicit(operator).T,  # LAPACK's order, or SciPy copies it
        subset_by_index=[n - k, n - 1],
        overwrite_a=True,
        check_finite=False,
    )
    if len(values) < k:  # LAPACK's bisection loses pairs of high multiplicity
        values, vectors = np.linalg.eigh(_explicit(operator))
    return values[-k:], vectors[:, -k:]


def _explicit(operator):
    """The operator's matrix in float64."""
    if hasattr(operator, "toarray"):
        return np.asarray(operator.toarray(), dtype=np.float64)
    return operator @ np.eye(operator.shape[0])


def _arpack(operator, k, tol, max_iter):
    n = operator.shape[0]
    linear_operator = LinearOperator(
        operator.shape,
        matvec=lambda vector: (operator @ vector.reshape(n, 1))[:, 0],
        matmat=lambda block: operator @ block,
        dtype=np.float64,
    )
    start = np.random.default_rng(SEED).uniform(-1, 1, n)
    try:
        return eigsh(
            linear_operator, k, which="LA", tol=tol, maxiter=max_iter, v0=start
        )
    except ArpackNoConvergence as error:
        n_found = len(error.eigenvalues)
        start = error.eigenvectors
    except ArpackError:  # K v = 0 already for the start vector
        return _krylov(operator, k, tol, max_iter)
    # The missing pairs from the smallest Krylov space that can hold them.
    space = _KrylovSpace(operator, _start_block(operator, k, start))
    for _ in range(MIN_PASSES):
        space.expand()
    values, vectors, residuals = space.ritz(k)
    _warn(
        "arpack", tol, max_iter, f"{n_found} of {k} eigenpairs found", residuals.max()
    )
    return values, vectors


def _krylov(operator, k, tol, max_iter):
    limit = MAX_PASSES if max_iter is None else max_iter
    wanted = tol if tol > 0 else DEFAULT_TOLERANCE[np.dtype(operator.dtype)]
    guess = getattr(operator, "guess", None)
    n_guessed = _block_width(k) - N_RANDOM
    start = _start_block(operator, k, None if guess is None else guess(n_guessed))
    space = _KrylovSpace(operator, start)
    for n_passes in range(1, limit + 1):
        space.expand()
        values, vectors, residuals = space.ritz(k)
        if n_passes >= MIN_PASSES and residuals.max() <= wanted:
            return values, vectors
    _warn("krylov", tol, max_iter, f"{limit} passes made", residuals.max())
    return values, vectors


def _warn(eigen_solver, tol, max_iter, progress, residual):
    warnings.warn(
        f"eigen_solver={eigen_solver!r} did not converge with tol={tol} and "
        f"max_iter={max_iter}: {progress}, relative residual {residual:.1e}. Increase "
        "max_iter or tol, or use eigen_solver='dense'.",
        ConvergenceWarning,
        stacklevel=4,
    )


SOLVERS = {"dense": _dense, "krylov": _krylov, "arpack": _arpack}


def _block_width(k):
    """Columns a pass: more than wanted, and whole passes of eight."""
    return -(-(k + N_RANDOM) // 8) * 8


def _start_block(operator, k, guess=None):
    """Guessed columns, as far as there are any, and random ones."""
    rng = np.random.default_rng(SEED)
    block = rng.standard_normal((operator.shape[0], _block_width(k)))
    if guess is not None:
        n_guessed = min(guess.shape[1], block.shape[1] - N_RANDOM)
        block[:, :n_guessed] = guess[:, :n_guessed]
        norms = np.linalg.norm(block, axis=0)
        block /= np.where(norms > 0, norms, 1)
    return block


class _KrylovSpace:
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

        Directions of the block that are rounding are replaced by random ones, which
        R leaves out: they keep an exhausted space growing.
        """
        coupling = np.eye(self.width)
        for _ in range(3):  # each brings 1e-7 of the longest direction to length one
            block, coupling = self._whiten(block, coupling)
        left, singular, right = np.linalg.svd(coupling)
        rank = np.count_nonzero(singular > 10 * EPS * scale)
        block = _times(block, left)
        block[:, rank:] = self.rng.standard_normal(block[:, rank:].shape)
        coupling = singular[:, None] * right
        coupling[rank:] = 0
        for _ in range(1 if rank == self.width else 3):
            block, coupling = self._whiten(block, coupling)
        return block, coupling

    def _whiten(self, block, coupling):
        """One step of Gram-Schmidt by matrix products; keeps block @ coupling."""
        basis = self.basis[:, : self.size]
        block = block - _times(basis, _cross(basis, block))
        squares, rotation = np.linalg.eigh(_cross(block, block))
        if squares[-1] <= 0:
            return block, np.zeros_like(coupling)
        lengths = np.sqrt(np.maximum(squares, 1e-14 * squares[-1]))
        coupling = (lengths[:, None] * rotation.T) @ coupling
        return _times(block, rotation / lengths), coupling

    def expand(self):
        """Take the next block into the space: one pass over the operator."""
        if self.size + self.width > self.basis.shape[1]:
            self._restart()
        last = slice(self.size, self.size + self.width)
        self.size = last.stop
        self.basis[:, last] = self.next_block
        basis = self.basis[:, : self.size]
        product = self.operator @ self.next_block
        column = _cross(basis, product)
        product -= _times(basis, column)
        self.projected[last, : self.size] = column.T
        self.projected[: self.size, last] = column
        corner = self.projected[last, last]
        self.projected[last, last] = (corner + corner.T) / 2
        self.values, self.rotation = np.linalg.eigh(
            self.projected[: self.size, : self.size]
        )
        self.scale = np.abs(self.values).max()
        self.next_block, self.coupling = self._orthonormalize(product, self.scale)

    def ritz(self, k):
        """The k largest Ritz values, their vectors and relative residuals."""
        values = self.values[: -k - 1 : -1]
        rotation = self.rotation[:, : -k - 1 : -1]
        vectors = _times(self.basis[:, : self.size], rotation)
        # K x - theta x = P R (last block of the rotation)
        coupling = self.coupling @ rotation[-self.width :]
        residuals = _times(self.next_block, coupling)
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


def _times(tall, small):
    """tall @ small for an (n, p) and a (p, m) array, a stretch of rows a BLAS call."""
    stretch = _stretch(small.size)
    whole = len(tall) - len(tall) % stretch
    product = np.empty((len(tall), small.shape[1]))
    out = _stretches(product[:whole], stretch)
    np.matmul(_stretches(tall[:whole], stretch), small, out=out)
    np.matmul(tall[whole:], small, out=product[whole:])
    return product


def _cross(left, right):
    """left.T @ right for an (n, p) and an (n, m) array, cut like `_times`."""
    stretch = _stretch(left.shape[1] * right.shape[1])
    whole = len(left) - len(left) % stretch
    transposed = _stretches(left[:whole], stretch).transpose(0, 2, 1)
    products = transposed @ _stretches(right[:whole], stretch)
    return products.sum(axis=0) + left[whole:].T @ right[whole:]


def _stretch(n_multiplications):
    """Rows a BLAS call, from the multiplications a row."""
    return max(32, CALL_MULTIPLICATIONS // max(1, n_multiplications))


def _stretches(tall, stretch):
    """The rows cut into stretches: a view of shape (n / stretch, stretch, p)."""
    n, n_columns = tall.shape
    return tall.reshape(n // stretch, stretch, n_columns)


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
