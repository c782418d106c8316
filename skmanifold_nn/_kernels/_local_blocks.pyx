"""Blocks of the alignment matrices of tangent-space embeddings, from principal axes.

Axes are as ``_local_axes`` writes them: orthonormal rows over the k neighbours, zero
past column k and where a patch does not determine them. All blocks are exactly
symmetric, positive semidefinite, and have the constants in their null space.
"""

from cython.parallel cimport prange
from libc.stdint cimport int32_t

from ._openmp cimport thread_id


cdef extern from "_local_blocks.h":
    void local_tangent_block(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, double *,
        double *) noexcept nogil
    void local_hessian_block(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, double, double *,
        double *) noexcept nogil
    void local_modified_block(
        Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, const double *,
        double, double, double *, double *) noexcept nogil


def tangent_blocks(
    const double[:, :, ::1] axes,
    int n_threads,
    double[:, :, ::1] scratch,  # (n_threads, d + 2, width)
    double[:, :, ::1] blocks,  # OUT, (n_patches, k, k)
):
    """B = I - [1/sqrt(k), V'] [1/sqrt(k), V']': what is not affine in the axes.

    Zhang and Zha, "Principal manifolds and nonlinear dimensionality reduction via
    tangent space alignment", SIAM J. Sci. Comput. 26 (2004). Time O(k^2 d) a patch.
    """
    cdef Py_ssize_t i, d = axes.shape[1], width = axes.shape[2], k = blocks.shape[1]
    for i in prange(axes.shape[0], num_threads=n_threads, schedule="dynamic",
                    chunksize=32, nogil=True):
        local_tangent_block(
            d, k, width, &axes[i, 0, 0], &scratch[thread_id(), 0, 0],
            &blocks[i, 0, 0])


def hessian_blocks(
    const double[:, :, ::1] axes,
    double tol,
    int n_threads,
    double[:, :, ::1] scratch,  # (n_threads, d (d + 1) / 2 + 1, width)
    double[:, :, ::1] blocks,  # OUT, (n_patches, k, k)
):
    """B = H'H, H the quadratic products of the axes orthogonalised against [1, V].

    Products of which less than `tol` is left are no rows of H. Donoho and Grimes,
    "Hessian eigenmaps", PNAS 100 (2003). Time O(k d^4 + k^2 d^2) a patch.
    """
    cdef Py_ssize_t i, d = axes.shape[1], width = axes.shape[2], k = blocks.shape[1]
    for i in prange(axes.shape[0], num_threads=n_threads, schedule="dynamic",
                    chunksize=32, nogil=True):
        local_hessian_block(
            d, k, width, &axes[i, 0, 0], tol, &scratch[thread_id(), 0, 0],
            &blocks[i, 0, 0])


def modified_blocks(
    const double[:, ::1] values,
    const double[:, :, ::1] axes,
    const int32_t[::1] ranks,  # axes of each patch that its weights do not span, < k
    const double[::1] ridges,  # added to the eigenvalues for the regularised weights
    double tol,
    int n_threads,
    double[:, :, ::1] scratch,  # (n_threads, n_axes + 3, width)
    double[:, :, ::1] blocks,  # OUT, (n_patches, k + 1, k + 1), the point first
):
    """B = [W; -1'] [W; -1']', W the k - rank weight vectors of each point.

    Zhang and Wang, "MLLE: modified locally linear embedding using multiple weights",
    NIPS 19 (2007). Time O(k^2 rank) a patch.
    """
    cdef Py_ssize_t i, width = axes.shape[2], k = blocks.shape[1] - 1
    for i in prange(axes.shape[0], num_threads=n_threads, schedule="dynamic",
                    chunksize=32, nogil=True):
        local_modified_block(
            axes.shape[1], ranks[i], k, width, &values[i, 0], &axes[i, 0, 0],
            ridges[i], tol, &scratch[thread_id(), 0, 0], &blocks[i, 0, 0])
