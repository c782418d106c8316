"""The random walk over a matrix of affinities, and its eigenvectors."""

import warnings

import numpy as np
from scipy import sparse

from ..eigen import flip_signs, has_pyamg, smallest_eigenpairs
from ._affinity import degrees

__all__ = ["difference", "reciprocal", "scaled", "solver_for", "walk_eigenvectors"]

# Eigenvalues of a walk by which Nystroem's method does not divide.
SMALLEST_DIVISOR = 1e-6


def scaled(matrix, factors):
    """``factors[i] * matrix[i, j] * factors[j]``, a copy."""
    if not sparse.issparse(matrix):
        matrix = matrix * factors[:, None]
        matrix *= factors
        return matrix
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    data *= factors[matrix.indices]
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def difference(diagonal, matrix):
    """A diagonal matrix less another matrix, which is used up."""
    if sparse.issparse(matrix):
        return sparse.csr_array(sparse.diags_array(diagonal, format="csr") - matrix)
    np.negative(matrix, out=matrix)
    matrix[np.diag_indices_from(matrix)] += diagonal
    return matrix


def walk_eigenvectors(weights, alpha, n_components, **solver):
    """Slowest modes of the random walk on a connected graph.

    With W the weights and q their row sums, the walk steps by P = D^-1 K, where
    K = W / (q_i q_j)^alpha and D are the row sums of K. P is similar to the symmetric
    S = D^-1/2 K D^-1/2, whose eigenvectors v give those of P as psi = D^-1/2 v.

    Parameters
    ----------
    weights : csr_array or ndarray of shape (n, n), float64
        Symmetric, >= 0, of one connected component.
    alpha : float
        How much of the density of the rows is taken out.
    n_components : int
        Number of eigenvectors besides the constant, less than n.
    **solver
        Arguments of `smallest_eigenpairs`.

    Returns
    -------
    eigenvalues : ndarray of shape (n_components,)
        Of I - P, ascending.
    psi : ndarray of shape (n, n_components)
        ``sum(pi * psi**2) == 1`` with pi = D / sum(D), the stationary distribution.
    total : float
        sum(D).
    name : str
        Of the eigensolver that was used.
    """
    if alpha:
        weights = scaled(weights, degrees(weights) ** -alpha)
    degree = degrees(weights)
    root = np.sqrt(degree)
    total = degree.sum()
    null_space = (root / np.sqrt(total))[:, None]
    matrix = difference(np.ones(len(root)), scaled(weights, 1 / root))
    values, vectors, name = smallest_eigenpairs(
        matrix, n_components, null_space=null_space, **solver
    )
    return values, flip_signs(vectors / null_space), total, name


def solver_for(eigen_solver, matrix, n_components):
    """Name of the eigensolver to use; says so where multigrid cannot be."""
    if eigen_solver != "amg":
        return eigen_solver or "auto"
    if not has_pyamg():
        raise ValueError(
            "The eigen_solver was set to 'amg', but pyamg is not available. Install "
            "it, or use eigen_solver=None."
        )
    unfit = None
    if matrix.shape[0] < 5 * (n_components + 1):
        unfit = "small graphs"
    elif not sparse.issparse(matrix):
        unfit = "dense matrices"
    if unfit is None:
        return eigen_solver
    warnings.warn(
        f"Multigrid does not serve for {unfit}: eigen_solver='amg' gives way to "
        "'auto'.",
        RuntimeWarning,
        stacklevel=4,
    )
    return "auto"


def reciprocal(eigenvalues):
    """1 / eigenvalues, bounded where Nystroem's method would divide by nothing."""
    sign = np.where(eigenvalues < 0, -1, 1)
    return sign / np.maximum(np.abs(eigenvalues), SMALLEST_DIVISOR)
