"""Smallest eigenpairs of symmetric positive semidefinite matrices, checked.

A matrix that can be factorised is searched through its inverse, shifted by rounding and
freed of the known null vectors; the inertia of a second factorisation, whose shift lies
just above the pairs found, then counts whether any was missed.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.linalg import eigh

from ._eigensolvers import arpack, warn_unfinished
from ._krylov import EPS, SEED, KrylovSpace, cross, remove, start_block, times

__all__ = [
    "Eigenpairs",
    "has_pyamg",
    "smallest_by_inverse",
    "smallest_by_krylov",
    "smallest_by_lobpcg",
    "smallest_dense",
]

# Shift of the factorised matrix, in units of its norm: what rounding changes anyway.
SHIFT = 4 * EPS
# Residual |A v - lambda v| that is asked for, in units of |A|. It is lambda times the
# relative residual of the inverse's eigenpair, which must be at most LOOSEST, and
# ACCEPTED where rounding forbids more.
WANTED, LOOSEST, ACCEPTED = 1e-12, 1e-8, 1e-6
# Passes without progress after which no more is expected.
PATIENCE = 4
MIN_PASSES, MAX_PASSES = 3, 300
# Residual |A v - lambda v|, in units of |A|, that no solver may exceed unnoticed.
LARGEST_RESIDUAL = 1e-6
# Pairs after the wanted ones that are looked at to place the counting shift.
N_EXTRA = 3
# A gap between eigenvalues is wide enough for the counting shift beyond this part of
# the larger one and this multiple of rounding.
GAP, GAP_ROUNDING = 1e-3, 1e3
# Where in the gap eigenvalues are counted, the second time if some seem to be missing.
COUNTED_AT = (0.5, 0.3)
# Searches for eigenvalues that the count has found to be missing.
MAX_SEARCHES = 4
# More cannot be missing: a factor without pivoting has been unstable.
MAX_MISSING = 64
# How much faster than so far residuals may be expected to fall.
HASTE = 2.0
# Iterations of LOBPCG where none are given, and its residual in units of |A|.
LOBPCG_ITERATIONS, LOBPCG_TOLERANCE = 1000, 1e-8


class Eigenpairs(NamedTuple):
    """Result of `skmanifold_nn.eigen.smallest_eigenpairs`."""

    values: np.ndarray
    vectors: np.ndarray
    solver: str


class _Deflated:
    """An operator on the complement of some orthonormal vectors."""

    dtype = np.dtype(np.float64)

    def __init__(self, product, null_space):
        self.product = product
        self.null_space = null_space
        self.shape = len(null_space), len(null_space)

    def project(self, block):
        """Take the null vectors out of a block, in place."""
        if self.null_space.shape[1]:
            remove(block, self.null_space)
        return block

    def __matmul__(self, block):
        return self.project(self.product(self.project(block.copy())))


def norm_of(matrix):
    """A bound of the largest eigenvalue's magnitude: the largest row sum."""
    if not min(matrix.shape):
        return 0.0
    if sparse.issparse(matrix):
        sums = np.zeros(matrix.shape[0])
        filled = np.diff(matrix.indptr) > 0
        sums[filled] = np.add.reduceat(np.abs(matrix.data), matrix.indptr[:-1][filled])
        return float(sums.max())
    return float(np.abs(matrix).sum(axis=1).max())


def smallest_dense(matrix, k, null_space):
    """By LAPACK; the null vectors are lifted above the spectrum."""
    explicit = matrix.toarray() if sparse.issparse(matrix) else np.array(matrix)
    explicit = explicit.astype(np.float64, copy=False)
    lift = 4 * norm_of(matrix) or 1.0
    explicit += lift * (null_space @ null_space.T)
    values, vectors = eigh(
        explicit.T, subset_by_index=[0, k - 1], overwrite_a=True, check_finite=False
    )
    if len(values) < k:  # LAPACK's bisection loses pairs of high multiplicity
        explicit = matrix.toarray() if sparse.issparse(matrix) else matrix
        values, vectors = np.linalg.eigh(explicit + lift * (null_space @ null_space.T))
    return values[:k], vectors[:, :k]


def smallest_by_inverse(
    matrix, k, null_space, factorize, solver="krylov", tol=0.0, max_iter=None
):
    """By iterations with the inverse of the shifted matrix, and a count.

    Parameters
    ----------
    matrix : csr_array or ndarray of shape (n, n), float64
    k : int
        Number of eigenpairs, at most n less the number of null vectors.
    null_space : ndarray of shape (n, m)
        Known null vectors, orthonormal.
    factorize : callable
        ``factorize(shift)`` gives a factor of A - shift I, as `Factor` is.
    solver : {"krylov", "arpack"}
    tol : float
        Relative residual of the inverse's eigenpairs; 0 for what float64 allows.
    max_iter : int or None

    Returns
    -------
    values : ndarray of shape (k,)
        Ascending.
    vectors : ndarray of shape (n, k)
    """
    norm = norm_of(matrix)
    n_null = null_space.shape[1]
    values, vectors = np.empty(0), np.empty((len(null_space), 0))
    gap, n_missing, n_wanted = None, 0, k
    below = -SHIFT * norm if norm > 0 else -1.0
    factor = factorize(below)
    for n_searches in range(MAX_SEARCHES):
        if n_searches:
            factor.move(below)
        known = np.hstack((null_space, vectors))
        inverse = _Deflated(factor.solve_ordered, known[factor.order])
        found = _largest_of_inverse(inverse, n_wanted, norm, solver, tol, max_iter)
        more = np.empty(found.shape)
        more[factor.order] = inverse @ found  # one more product polishes them
        # They are almost orthogonal: the Gram matrix serves.
        vectors = np.hstack((vectors, more / np.linalg.norm(more, axis=0)))
        squares, rotation = np.linalg.eigh(cross(vectors, vectors))
        values, vectors = _ritz(matrix, times(vectors, rotation / np.sqrt(squares)))
        if gap is None:
            gap = _gap_after(values, k, norm)
        if gap is None or len(values) + n_null >= matrix.shape[0]:
            break
        n_missing = n_wanted = _count_missing(factor, gap, n_null, values)
        if n_missing <= 0 or n_missing > MAX_MISSING:
            break
    if n_missing > 0:
        missed = f"{n_missing} of the smallest eigenvalues were not found"
        warn_unfinished(solver, missed, tol, max_iter)
    return values[:k], vectors[:, :k]


def _largest_of_inverse(inverse, k, norm, solver, tol, max_iter):
    """Vectors of the k largest eigenvalues and, as they come, a few more."""
    room = inverse.shape[0] - inverse.null_space.shape[1]
    if solver == "arpack" and k + 1 < room:
        return arpack(inverse, k + 1, tol, max_iter)[1]
    space = KrylovSpace(inverse, start_block(inverse, k))
    n_looked_at = min(k + N_EXTRA, room)
    worst, passes_since = np.inf, 0
    for n_passes in range(1, (max_iter or MAX_PASSES) + 1):
        space.expand()
        residuals = space.residuals(n_looked_at)
        residual = residuals[:k].max()
        passes_since = 0 if residual < worst / 2 else passes_since + 1
        worst = min(worst, residual)
        wanted = tol if tol > 0 else min(LOOSEST, WANTED * norm * space.values[-k])
        if n_passes >= MIN_PASSES and residual <= wanted:
            break
        if passes_since >= PATIENCE and worst <= ACCEPTED:
            break
    else:
        warn_unfinished("krylov", f"relative residual {residual:.1e}", tol, max_iter)
    n_settled = np.count_nonzero(np.cumsum(residuals > GAP) == 0)
    return space.ritz_vectors(max(k, n_settled))


def _rayleigh_ritz(matrix, vectors):
    """The matrix's eigenpairs in the span of the vectors."""
    return _ritz(matrix, np.linalg.qr(vectors)[0])


def _ritz(matrix, basis):
    """The matrix's eigenpairs in the span of an orthonormal basis."""
    values, rotation = np.linalg.eigh(cross(basis, matrix @ basis))
    return values, times(basis, rotation)


def _gap_after(values, k, norm):
    """The first wide gap between eigenvalues after the k-th, or None."""
    for below, above in zip(values[k - 1 : -1], values[k:], strict=True):
        if above - below > max(GAP * above, GAP_ROUNDING * EPS * norm):
            return below, above
    return None


def _count_missing(factor, gap, n_null, values):
    """Eigenvalues below the gap that are neither null nor among the values.

    Without pivoting a factor may be unstable at one shift, not at the other too.
    """
    below, above = gap
    for part in COUNTED_AT:
        shift = below + part * (above - below)
        factor.move(shift)
        n_missing = factor.n_negative - n_null - np.sum(values < shift)
        if n_missing <= 0:
            break
    return n_missing


def smallest_by_krylov(matrix, k, null_space, tol=0.0, max_iter=None, patience=np.inf):
    """By block Lanczos on the matrix turned upside down: no factorisation.

    Given up after `patience` passes that let expect far more than `max_iter` of them.
    Returns values, vectors, and whether they have converged.
    """
    norm = norm_of(matrix)
    flipped = _Deflated(lambda block: norm * block - matrix @ block, null_space)
    space = KrylovSpace(flipped, start_block(flipped, k))
    limit = max_iter or MAX_PASSES
    wanted = max(tol, WANTED) * norm
    for n_passes in range(1, limit + 1):
        space.expand()
        residual = (space.residuals(k) * np.abs(space.values[: -k - 1 : -1])).max()
        # Residuals fall geometrically or, once the space is rich, faster.
        share = np.log(residual / norm) / np.log(wanted / norm) if residual > 0 else 1
        if residual <= wanted or (
            n_passes >= patience and share * limit < n_passes / HASTE
        ):
            break
    values, vectors = _rayleigh_ritz(matrix, space.ritz_vectors(k))
    return values, vectors, residual <= wanted


def has_pyamg():
    """Whether the optional package pyamg can be imported."""
    try:
        import pyamg  # noqa: F401
    except ImportError:
        return False
    return True


def smallest_by_lobpcg(matrix, k, null_space, multigrid, tol=0.0, max_iter=None):
    """By LOBPCG, preconditioned by algebraic multigrid or by the diagonal.

    Every iteration is a Rayleigh-Ritz step in the span of the block X, its
    preconditioned residuals and the last step's directions P, made orthonormal.
    """
    norm = norm_of(matrix)
    precondition = _Deflated(_preconditioner(matrix, norm, multigrid), null_space)
    wanted = (tol if tol > 0 else LOBPCG_TOLERANCE) * norm
    n, width = matrix.shape[0], min(k + N_EXTRA, (len(null_space) - 1) // 4)
    start = np.random.default_rng(SEED).standard_normal((n, width))
    vectors = np.linalg.qr(precondition.project(start))[0]
    directions = np.empty((n, 0))
    for _ in range(max_iter or LOBPCG_ITERATIONS):
        values, vectors = _rayleigh_ritz(matrix, vectors)
        residuals = matrix @ vectors - vectors * values
        worst = np.linalg.norm(residuals[:, :k], axis=0).max()
        if worst <= wanted:
            return values[:k], vectors[:, :k]
        others = np.hstack((precondition @ residuals, directions))
        others -= times(vectors, cross(vectors, others))
        basis = np.linalg.qr(np.hstack((vectors, others)))[0]
        rotation = np.linalg.eigh(cross(basis, matrix @ basis))[1][:, :width]
        vectors = times(basis, rotation)
        directions = times(basis[:, width:], rotation[width:])
    solver = "amg" if multigrid else "lobpcg"
    warn_unfinished(solver, f"relative residual {worst / norm:.1e}", tol, max_iter)
    return values[:k], vectors[:, :k]


def _preconditioner(matrix, norm, multigrid):
    """An approximate inverse, as a function of a block."""
    if multigrid:
        import pyamg

        shift = SHIFT * norm * sparse.eye_array(matrix.shape[0])
        shifted = sparse.csr_matrix(matrix + shift)
        hierarchy = pyamg.smoothed_aggregation_solver(shifted)
        cycle = hierarchy.aspreconditioner()
        return lambda block: np.column_stack([cycle @ column for column in block.T])
    diagonal = matrix.diagonal()[:, None]
    return lambda block: block / np.where(diagonal > 0, diagonal, 1)


def check_residuals(matrix, values, vectors, solver, tol, max_iter):
    """Warn where pairs are not eigenpairs, to single precision or what was asked."""
    residuals = np.linalg.norm(matrix @ vectors - vectors * values, axis=0)
    worst = residuals.max(initial=0) / (norm_of(matrix) or 1)
    if not worst <= max(LARGEST_RESIDUAL, 10 * tol):
        off = f"|A v - lambda v| is {worst:.1e} |A|"
        warn_unfinished(solver, off, tol, max_iter)
