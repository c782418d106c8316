"""Principal axes of the neighbourhoods of all points, in the space of the neighbours.

The axes of a patch are the eigenvectors of the k x k Gram matrix of its differences:
those from the patch's mean (tangent spaces) or those from the point itself (weights).
"""

from cython cimport floating
from cython.parallel cimport prange
from libc.stdint cimport int32_t

from ._openmp cimport thread_id


cdef extern from "_local_axes.h":
    enum: LOCAL_LANES
    enum: LOCAL_STRIPE
    void local_axes(
        const char *, int, Py_ssize_t, Py_ssize_t, const int32_t *, int32_t, double,
        Py_ssize_t, double *, double *, double *) noexcept nogil


def padded_width(Py_ssize_t k):
    """Length of a vector over k neighbours, a whole number of lanes."""
    return (k + LOCAL_LANES - 1) // LOCAL_LANES * LOCAL_LANES


def scratch_size(Py_ssize_t n_features, Py_ssize_t k):
    """Numbers that a thread needs for a patch."""
    width = padded_width(k)
    size = 2 * width * width + width
    return size if n_features <= k else size + width * LOCAL_STRIPE


def principal_axes(
    const floating[:, ::1] X,
    const int32_t[:, ::1] neighbors,
    const int32_t[::1] centers,  # rows that differences are taken from; -1: the mean
    double scale,  # of the differences, against overflow
    int n_threads,
    double[:, ::1] scratch,  # (n_threads, scratch_size)
    double[:, ::1] values,  # OUT, (n_patches, n_axes), descending
    double[:, :, ::1] axes,  # OUT, (n_patches, n_axes, padded_width)
):
    """Largest eigenvalues of each patch's Gram matrix and orthonormal eigenvectors.

    Zero past column k, and in place of the axes that a patch does not determine. Time
    O(k^2 D) for more features than neighbours, O(k D^2) otherwise, for each patch.
    """
    cdef Py_ssize_t i, n_features = X.shape[1], k = neighbors.shape[1]
    cdef Py_ssize_t n_axes = values.shape[1]
    cdef const char *rows = <const char *> &X[0, 0]
    for i in prange(
        neighbors.shape[0], num_threads=n_threads, schedule="dynamic", chunksize=32,
        nogil=True,
    ):
        local_axes(
            rows, sizeof(floating), n_features, k, &neighbors[i, 0], centers[i], scale,
            n_axes, &scratch[thread_id(), 0], &values[i, 0], &axes[i, 0, 0])
