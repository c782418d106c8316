"""Extreme eigenpairs: operators, solver policy and sign convention.

An *operator* is anything square and symmetric with ``shape``, ``dtype`` (the precision
of its entries; eigenvectors are returned in it) and a product ``operator @ block`` with
an (n, m) float64 array. Optional are ``toarray()``, for the dense solver, and
``guess(m)``, an (n, m) block that is rich in the wanted eigenvectors.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import eigvalsh

from ._centering import CenteredKernel
from ._cholesky import Factor, SymbolicFactor, TooMuchFill
from ._eigensolvers import SOLVERS, warn_unfinished
from ._krylov import KrylovSpace, block_width, n_guessed, start_block
from ._memory import available_memory
from ._smallest import (
    Eigenpairs,
    check_residuals,
    smallest_by_inverse,
    smallest_by_krylov,
    smallest_by_lobpcg,
    smallest_dense,
)
from ._smallest import has_pyamg as has_pyamg  # by this door
from ._typing import EigenSolver, SymmetricOperator

__all__ = [
    "CenteredKernel",
    "flip_signs",
    "largest_eigenpairs",
    "lowest_eigenvalue",
    "smallest_eigenpairs",
]

# Below this many samples a column of the block the dense solver is faster.
DENSE_BELOW = 50
# The same for the smallest pairs of a sparse matrix.
SPARSE_DENSE_BELOW = 20
# A factor is too large if it would take this part of the memory, or this many
# operations (some minutes).
FACTOR_MEMORY = 0.5
MAX_OPERATIONS = 2e13
# A factor is dear from so many (some seconds), as long as the passes of a trial.
DEAR_OPERATIONS = 1e11
TRIAL_PASSES = 64
# Passes after which a trial is judged by its progress.
TRIAL_PATIENCE = 10
# Of the lowest eigenvalue: the residual, relative to it, that leaves about a percent;
# the least and most passes; after so many, whether it is negligible beside the largest.
LOOSE = 0.05
LOOSE_PASSES = (2, 24)
NEGLIGIBLE_PASSES, NEGLIGIBLE = 6, 0.01


def largest_eigenpairs(
    operator: SymmetricOperator,
    n_components: int,
    *,
    eigen_solver: Literal["auto", "dense", "krylov", "arpack"] = "auto",
    tol: float = 0.0,
    max_iter: int | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.floating]]:
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


def lowest_eigenvalue(kernel: CenteredKernel, largest: float) -> float:
    """Algebraically smallest eigenvalue of a centred kernel, to about a percent.

    Exact for few rows. Otherwise a few passes of the block Krylov method, started from
    Nystroem's guess of the bottom of the spectrum: as many as the largest pairs take,
    or fewer. The value comes from inside the spectrum, so that what is found negative
    is so, but for rounding; of a spectrum that hardly reaches below zero, something may
    be missed: less than a percent of the largest eigenvalue.

    Parameters
    ----------
    kernel : CenteredKernel
        Of the distances.
    largest : float
        The kernel's largest eigenvalue.

    Returns
    -------
    value : float
        Negative where distances are not Euclidean.

    References
    ----------
    .. [1] G. H. Golub, R. Underwood, "The block Lanczos method for computing
       eigenvalues", Mathematical Software III, 1977.
    .. [2] J. C. Platt, "FastMap, MetricMap, and Landmark MDS are all Nystrom
       algorithms", AISTATS, 2005.

    Examples
    --------
    Distances along a circle are not Euclidean.

    >>> import numpy as np
    >>> from skmanifold_nn.eigen import CenteredKernel, lowest_eigenvalue
    >>> steps = np.abs(np.arange(6.0)[:, None] - np.arange(6.0))
    >>> kernel = CenteredKernel(np.minimum(steps, 6 - steps))
    >>> print(round(lowest_eigenvalue(kernel, 6.0), 3))
    -2.0
    """
    if _choose_solver(kernel.shape[0], 1, "auto") == "dense":
        value = eigvalsh(
            kernel.toarray().T,
            subset_by_index=[0, 0],
            overwrite_a=True,
            check_finite=False,
        )
        return float(value[0])
    guessed = kernel.guess(n_guessed(1), lowest=True)
    space = KrylovSpace(_Negative(kernel), start_block(kernel, 1, guessed))
    least, most = LOOSE_PASSES
    for n_passes in range(1, most + 1):
        space.expand()
        below = space.values[-1]
        settled = n_passes >= least and space.residuals(1)[0] <= LOOSE
        negligible = n_passes >= NEGLIGIBLE_PASSES and below <= NEGLIGIBLE * largest
        if settled or negligible:
            break
    return -float(below)


def smallest_eigenpairs(
    matrix: NDArray[np.floating] | sparse.sparray | sparse.spmatrix,
    n_components: int,
    *,
    null_space: NDArray[np.floating] | None = None,
    eigen_solver: EigenSolver = "auto",
    tol: float = 0.0,
    max_iter: int | None = None,
    n_jobs: int | None = None,
) -> Eigenpairs:
    """Smallest eigenvalues of a positive semidefinite matrix and their vectors.

    Parameters
    ----------
    matrix : csr_array or ndarray of shape (n, n), float32 or float64
        Symmetric and positive semidefinite, up to rounding. Solved in float64.
    n_components : int
        Number of eigenpairs; fewer are returned where n is too small.
    null_space : ndarray of shape (n, m), default=None
        Orthonormal null vectors that are known; the pairs returned are others,
        orthogonal to them.
    eigen_solver : {"auto", "dense", "krylov", "arpack", "lobpcg", "amg"}, \
            default="auto"
        "dense" decomposes the explicit matrix. "krylov" (block Lanczos) and "arpack"
        (one vector) iterate with the inverse of the shifted matrix; where the factor
        that they need would be too large, "krylov" iterates with the matrix itself.
        "lobpcg" needs no factor; "amg" is "lobpcg" preconditioned by algebraic
        multigrid and needs the package pyamg. "auto" is "dense" for small matrices,
        then "krylov", with the matrix itself where a factor is dear and that converges
        soon, and "amg" where the factor is too large and pyamg is installed.
        Solvers give way to "dense" where the matrix is too small for them.
    tol : float, default=0
        Relative residual of the iterative solvers; 0 for what float64 allows.
    max_iter : int, default=None
        Largest number of iterations.
    n_jobs : int, default=None
        Threads; None is 1, -1 all available. The result does not depend on it.

    Returns
    -------
    Eigenpairs
        Named tuple of ``values`` (ascending, float64, shape (n_components,)),
        ``vectors`` of shape (n, n_components) in the matrix's dtype, whose columns are
        orthonormal with the entry of largest magnitude positive, and ``solver``, the
        name of the solver used.

    Raises
    ------
    ValueError
        If "amg" is asked for without pyamg, or an argument is not allowed.

    Warns
    -----
    ConvergenceWarning
        If a residual is large, or if the inertia of the factorised matrix shows that
        eigenvalues are missing ("krylov" and "arpack", where they have a factor).

    References
    ----------
    .. [1] T. Ericsson, A. Ruhe, "The spectral transformation Lanczos method", Math.
       Comp. 35, 1980.
    .. [2] A. V. Knyazev, "Toward the optimal preconditioned eigensolver: locally
       optimal block preconditioned conjugate gradient method", SIAM J. Sci. Comput. 23,
       2001.

    Examples
    --------
    The path of four vertices has the eigenvalues 2 - 2 cos(pi j / 4).

    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from skmanifold_nn.eigen import smallest_eigenpairs
    >>> laplacian = csr_array(
    ...     [[1.0, -1, 0, 0], [-1, 2, -1, 0], [0, -1, 2, -1], [0, 0, -1, 1]]
    ... )
    >>> pairs = smallest_eigenpairs(laplacian, 2, null_space=np.full((4, 1), 0.5))
    >>> pairs.values.round(3)
    array([0.586, 2.   ])
    """
    matrix, null_space = _check_semidefinite(matrix, null_space)
    dtype = matrix.dtype
    matrix = matrix.astype(np.float64, copy=False)
    if n_components < 1:
        raise ValueError(f"n_components must be at least 1; got {n_components}.")
    k = min(int(n_components), len(null_space) - null_space.shape[1])
    solver, factorize, is_dear = _plan_smallest(matrix, k, eigen_solver, n_jobs)
    converged = False
    if is_dear:  # well separated pairs come out of few products
        values, vectors, converged = smallest_by_krylov(
            matrix, k, null_space, tol, TRIAL_PASSES, TRIAL_PATIENCE
        )
    if converged:
        solver = "krylov"
    elif solver == "dense" or k < 1:
        values, vectors = smallest_dense(matrix, max(k, 1), null_space)
        values, vectors = values[:k], vectors[:, :k]
    elif solver in ("lobpcg", "amg"):
        values, vectors = smallest_by_lobpcg(
            matrix, k, null_space, solver == "amg", tol, max_iter
        )
    elif factorize is None:
        values, vectors, converged = smallest_by_krylov(
            matrix, k, null_space, tol, max_iter
        )
    else:
        values, vectors = smallest_by_inverse(
            matrix, k, null_space, factorize, solver, tol, max_iter
        )
    if solver == "krylov" and factorize is None and not converged:
        reason = "the matrix is too large to be factorised"
        warn_unfinished(solver, reason, tol, max_iter)
    else:
        check_residuals(matrix, values, vectors, solver, tol, max_iter)
    vectors = np.ascontiguousarray(flip_signs(vectors), dtype=dtype)
    return Eigenpairs(values, vectors, solver)


def flip_signs(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Columns with the entry of largest magnitude positive: `svd_flip`'s rule.

    Parameters
    ----------
    vectors : ndarray of shape (n, k)
        Of any signs.

    Returns
    -------
    flipped : ndarray of shape (n, k)
        The same columns, some times -1.

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


class _Negative:
    """-K, whose largest eigenvalue is K's smallest."""

    def __init__(self, operator):
        self.operator = operator

    def __matmul__(self, block):
        return -(self.operator @ block)


def _choose_solver(n, k, eigen_solver):
    """The one policy: which solver computes k of n eigenpairs."""
    if eigen_solver not in ("auto", *SOLVERS):
        raise ValueError(
            f"eigen_solver must be one of {['auto', *SOLVERS]}; got {eigen_solver!r}."
        )
    width = block_width(k)
    # four blocks of basis and one to come
    smallest = DENSE_BELOW * width if eigen_solver == "auto" else 5 * width
    if n < smallest:
        return "dense"
    return "krylov" if eigen_solver == "auto" else eigen_solver


def _check_semidefinite(matrix, null_space):
    """The matrix as a CSR array or an ndarray, and its null vectors as an array."""
    if sparse.issparse(matrix):
        matrix = sparse.csr_array(matrix)
    entries = matrix.data if sparse.issparse(matrix) else matrix
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.shape[0]:
        raise ValueError(
            "matrix: array must be 2-dimensional and square, with at least one row; "
            f"got shape {matrix.shape}."
        )
    if entries.dtype not in (np.float32, np.float64):
        raise ValueError(f"matrix must be float32 or float64; got {entries.dtype}.")
    if not np.isfinite(entries.sum(dtype=np.float64)):
        raise ValueError("matrix contains NaN or infinity.")
    n = matrix.shape[0]
    null_space = np.empty((n, 0)) if null_space is None else np.asarray(null_space)
    if null_space.ndim != 2 or len(null_space) != n or null_space.shape[1] > n:
        raise ValueError(
            f"null_space must hold columns of length {n}; got shape {null_space.shape}."
        )
    return matrix, null_space.astype(np.float64, copy=False)


def _plan_smallest(matrix, k, eigen_solver, n_jobs):
    """The one policy for the smallest pairs: a solver and, if it needs one, its factor.

    Returns
    -------
    solver : str
    factorize : callable or None
        ``factorize(shift)`` factorises A - shift I; None for no factor.
    is_dear : bool
        Whether that takes so long that a few products with A are worth a trial.
    """
    names = ("auto", "dense", "krylov", "arpack", "lobpcg", "amg")
    if eigen_solver not in names:
        raise ValueError(
            f"eigen_solver must be one of {list(names)}; got {eigen_solver!r}."
        )
    if eigen_solver == "amg" and not has_pyamg():
        raise ValueError(
            "eigen_solver is 'amg', but pyamg is not available. Install it (pip "
            "install skmanifold-nn[amg]) or use eigen_solver='auto'."
        )
    n, width = matrix.shape[0], block_width(k)
    is_sparse = sparse.issparse(matrix)
    if eigen_solver == "amg" and not is_sparse:
        raise ValueError(
            "eigen_solver='amg' does not serve for dense matrices. Use 'auto'."
        )
    smallest = 5 * width
    if eigen_solver == "auto":
        smallest = (SPARSE_DENSE_BELOW if is_sparse else DENSE_BELOW) * width
    if n < smallest or eigen_solver == "dense":
        return "dense", None, False
    if eigen_solver in ("lobpcg", "amg"):
        return eigen_solver, None, False
    solver = "krylov" if eigen_solver == "auto" else eigen_solver
    if not is_sparse:

        def factorize(shift):
            entries = _with_all_entries(matrix)
            symbolic = SymbolicFactor(entries, method="minimum_degree")
            return Factor(entries, shift=shift, symbolic=symbolic, n_jobs=n_jobs)

        return solver, factorize, eigen_solver == "auto"
    symbolic = _affordable_analysis(matrix)
    if symbolic is None:
        if eigen_solver == "auto" and has_pyamg():
            return "amg", None, True
        return "krylov", None, False

    def factorize(shift):
        return Factor(matrix, shift=shift, symbolic=symbolic, n_jobs=n_jobs)

    is_dear = eigen_solver == "auto" and symbolic.n_operations > DEAR_OPERATIONS
    return solver, factorize, is_dear


def _with_all_entries(matrix):
    """A dense matrix in the form that is factorised, zeros stored."""
    n = len(matrix)
    indices = np.tile(np.arange(n, dtype=np.int32), n)
    return sparse.csr_array((matrix.ravel(), indices, n * np.arange(n + 1)))


def _affordable_analysis(matrix):
    """The symbolic factor, None where the numeric one would be too large."""
    try:
        symbolic = SymbolicFactor(matrix, max_operations=MAX_OPERATIONS)
    except TooMuchFill:
        return None
    limit = FACTOR_MEMORY * (available_memory() or np.inf)
    return symbolic if symbolic.bytes + symbolic.work_bytes <= limit else None
