"""Solvers for the algebraically largest eigenpairs of an operator.

Each takes ``(operator, k, tol, max_iter)`` and returns values and vectors in any order;
the protocol of operators is that of `skmanifold_nn.eigen`.
"""

import warnings

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh
from sklearn.exceptions import ConvergenceWarning

from ._krylov import EPS, SEED, KrylovSpace, n_guessed, start_block
from ._memory import require_memory

__all__ = ["SOLVERS", "arpack", "dense", "krylov", "warn_unfinished"]

# Residual, relative to the eigenvalue and the largest entry of the eigenvector, that
# tol=0 stands for, by the precision of the operator's entries.
DEFAULT_TOLERANCE = {np.dtype(np.float64): 5e-8, np.dtype(np.float32): 1e-6}
# Passes that come before any convergence is believed: the random columns of the start
# need them to show an eigenvector that the guess has missed.
MIN_PASSES = 3
MAX_PASSES = 1000


def dense(operator, k, tol=0.0, max_iter=None):
    """By LAPACK, from the operator's explicit matrix."""
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


def arpack(operator, k, tol=0.0, max_iter=None):
    """By SciPy's Lanczos method with one vector; warns where it does not converge."""
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
        return krylov(operator, k, tol, max_iter)
    # The missing pairs from the smallest Krylov space that can hold them.
    space = KrylovSpace(operator, start_block(operator, k, start))
    for _ in range(MIN_PASSES):
        space.expand()
    values, vectors, residuals = space.ritz(k)
    found = f"{n_found} of {k} eigenpairs found, relative residual"
    warn_unfinished("arpack", f"{found} {residuals.max():.1e}", tol, max_iter)
    return values, vectors


def krylov(operator, k, tol=0.0, max_iter=None):
    """By a block Krylov method; warns where it does not converge."""
    limit = MAX_PASSES if max_iter is None else max_iter
    wanted = tol if tol > 0 else DEFAULT_TOLERANCE[np.dtype(operator.dtype)]
    guess = getattr(operator, "guess", None)
    guessed = None if guess is None else guess(n_guessed(k))
    space = KrylovSpace(operator, start_block(operator, k, guessed))
    for n_passes in range(1, limit + 1):
        space.expand()
        values, vectors, residuals = space.ritz(k)
        if n_passes >= MIN_PASSES and residuals.max() <= wanted:
            return values, vectors
    made = f"{limit} passes made, relative residual {residuals.max():.1e}"
    warn_unfinished("krylov", made, tol, max_iter)
    return values, vectors


def warn_unfinished(eigen_solver, progress, tol, max_iter):
    """Say which solver has not converged, how far it came, and the remedy."""
    warnings.warn(
        f"eigen_solver={eigen_solver!r} did not converge with tol={tol} and "
        f"max_iter={max_iter}: {progress}. Increase max_iter or tol, or use "
        "eigen_solver='dense'.",
        ConvergenceWarning,
        stacklevel=4,
    )


SOLVERS = {"dense": dense, "krylov": krylov, "arpack": arpack}
