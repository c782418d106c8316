"""Patches of a point cloud, and the principal axes of each."""

import numpy as np
from scipy import sparse

from .._kernels import _local_axes as kernel
from .._threads import effective_n_threads

__all__ = ["chunks_of", "covering", "principal_axes", "threads_for"]

# Numbers in the arrays of a chunk of patches: few enough to stay in the caches.
CHUNK_NUMBERS = 2**18
# Entries of the neighbours of a chunk that are copied out of sparse rows.
CHUNK_ENTRIES = 2**20
# Starting a thread takes longer than fewer patches.
MIN_PATCHES_PER_THREAD = 64


def chunks_of(n, numbers):
    """Slices of n patches with so many numbers each, whatever the number of threads."""
    step = max(CHUNK_NUMBERS // max(numbers, 1), 1)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def threads_for(n_patches, n_jobs):
    """Threads that have enough to do."""
    return max(1, min(effective_n_threads(n_jobs), n_patches // MIN_PATCHES_PER_THREAD))


def covering(neighbors):
    """Patches of which every point is a member.

    A point that is no point's neighbour would have no part in the alignment; it takes
    the place of the last neighbour in its own patch.

    Parameters
    ----------
    neighbors : ndarray of shape (n, k), int32
        Without the point itself, by distance.

    Returns
    -------
    patches : ndarray of shape (n, k), int32
    """
    patches = neighbors
    while True:
        alone = np.bincount(patches.ravel(), minlength=len(patches)) == 0
        alone = np.flatnonzero(alone)
        if len(alone) == 0:
            return patches
        kept = patches[alone, :-1]
        patches = patches.copy() if patches is neighbors else patches
        patches[alone] = np.column_stack((alone, kept))


def principal_axes(X, neighbors, parts, n_axes, *, about_points, n_jobs):
    """Principal axes of patches, in the space of the patch's points.

    Parameters
    ----------
    X : {ndarray, csr_array} of shape (n, n_features)
        A chunk of sparse rows is made dense without the columns that are empty in it.
    neighbors : ndarray of shape (n, k), int32
    parts : list of slice
        Chunks of the patches.
    n_axes : int
    about_points : bool
        Whether differences are taken from the point, not from the mean of the patch.
    n_jobs : int or None

    Yields
    ------
    part : slice
        A part of `parts`, or a piece of it.
    values : ndarray of shape (n_patches, n_axes)
        Eigenvalues of the Gram matrix, descending, all in one unknown unit.
    axes : ndarray of shape (n_patches, n_axes, width)
        Orthonormal eigenvectors in the first k of the columns, zero past these and
        where the patch does not determine them.
    """
    k = neighbors.shape[1]
    width = kernel.padded_width(k)
    scale = _scale(X)
    for part, rows, places, centers in _dense_pieces(X, neighbors, parts):
        if not about_points:
            centers = np.full(len(places), -1, dtype=np.int32)
        n_threads = threads_for(len(places), n_jobs)
        values = np.empty((len(places), n_axes))
        axes = np.empty((len(places), n_axes, width))
        scratch = np.empty((n_threads, kernel.scratch_size(rows.shape[1], k)))
        kernel.principal_axes(
            rows, places, centers, scale, n_threads, scratch, values, axes
        )
        yield part, values, axes


def _scale(X):
    """A power of two, so exact, that brings the largest entry near 1."""
    if X.shape[1] == 0 or X.shape[0] == 0:
        return 1.0
    exponent = int(np.frexp(np.float64(max(X.max(), -X.min())))[1])
    return 2.0 ** -np.clip(exponent, -1000, 1000)


def _dense_pieces(X, neighbors, parts):
    """(part, dense rows, neighbours and points as indices of these) of each piece."""
    n = len(neighbors)
    if not sparse.issparse(X):
        points = np.arange(n, dtype=np.int32)
        for part in parts:
            yield part, X, neighbors[part], points[part]
        return
    k = neighbors.shape[1]
    entries = (k + 1) * (X.nnz / n + 1)  # of a patch; its columns, at most
    step = np.sqrt(CHUNK_ENTRIES / (entries * (k + 1)))
    step = max(int(max(step, CHUNK_ENTRIES / ((k + 1) * X.shape[1]))), 1)
    for part in parts:
        for start in range(part.start, part.stop, step):
            piece = slice(start, min(start + step, part.stop))
            members = np.column_stack((np.arange(n)[piece], neighbors[piece]))
            used, places = np.unique(members, return_inverse=True)
            places = places.reshape(members.shape).astype(np.int32)
            yield (
                piece,
                _without_empty_columns(X[used]),
                np.ascontiguousarray(places[:, 1:]),
                np.ascontiguousarray(places[:, 0]),
            )


def _without_empty_columns(rows):
    used = np.unique(rows.indices)
    return np.ascontiguousarray(rows[:, used if len(used) else [0]].toarray())
