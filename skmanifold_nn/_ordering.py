"""Fill-reducing orderings of sparse symmetric graphs.

Minimum degree is quick and as good as anything on sheets; nested dissection, of which
the parts are then ordered by minimum degree, wins on graphs of higher dimension.
"""

import numpy as np

from ._kernels._dissection import dissect
from ._kernels._minimum_degree import minimum_degree

__all__ = ["fill_reducing_order"]

METHODS = ("auto", "minimum_degree", "dissection")
# Regions of fewer vertices are left to minimum degree ...
LEAF_SIZE = 120
# ... and "auto" also tries to leave all but the greatest to it.
COARSE_REGION = 4000
# Work per vertex that minimum degree must leave before dissection can pay its way.
WORTHWHILE = 2000.0
SEED = 1


def _minimum_degree(indptr, indices, stages=None, max_work=np.inf):
    """Order (None where `max_work` is exceeded) and bounds of its fill and work."""
    n = len(indptr) - 1
    if stages is None:
        stages = np.zeros(n, dtype=np.int32)
    order = np.empty(n, dtype=np.int32)
    costs = np.empty(2)
    complete = minimum_degree(
        indptr,
        indices,
        stages,
        max_work,
        np.empty((n, 8), dtype=np.int32),
        np.empty((3, n), dtype=np.int32),
        # Less room means collecting garbage more often; nnz + n is the least.
        np.empty(len(indices) + len(indices) // 5 + n, dtype=np.int32),
        order,
        costs,
    )
    return (order if complete else None), costs


def _dissect(indptr, indices, leaf_size=LEAF_SIZE):
    """Depth of every vertex's separator or leaf, and size of the region separated."""
    n = len(indptr) - 1
    depths, sizes = np.empty((2, n), dtype=np.int32)
    dissect(
        indptr,
        indices,
        leaf_size,
        SEED,
        np.empty((19, n), dtype=np.int32),
        # The graph and its coarser versions, all of them together.
        np.empty(16 * n + 8 * len(indices) + 64, dtype=np.int32),
        depths,
        sizes,
    )
    return depths, sizes


def _stages(depths, sizes, smallest=0):
    """Stages of minimum degree: leaves first, then separators from below.

    Separators of regions of up to `smallest` vertices are treated as leaves.
    """
    last = depths.max(initial=0) + 1
    return np.where(sizes > smallest, last - depths, 0).astype(np.int32)


def fill_reducing_order(indptr, indices, *, method="auto", max_work=np.inf):
    """Order in which eliminating the vertices of a graph causes little fill.

    Parameters
    ----------
    indptr, indices : ndarray, int32
        Symmetric pattern in CSR, sorted, without a diagonal or duplicates.
    method : {"auto", "minimum_degree", "dissection"}, default="auto"
        "auto" takes minimum degree, and nested dissection where that leaves so much
        work that it may pay; then the better of the two.
    max_work : float, default=inf
        Give up beyond this sum of squared column counts.

    Returns
    -------
    order : ndarray of shape (n,), int32, or None
        ``order[k]`` is the vertex to eliminate k-th. None if every order tried exceeds
        `max_work`; a long search is cut short then.

    References
    ----------
    .. [1] Amestoy, Davis, Duff, "An approximate minimum degree ordering algorithm",
       SIAM J. Matrix Anal. Appl. 17 (1996).
    .. [2] Karypis, Kumar, "A fast and high quality multilevel scheme for partitioning
       irregular graphs", SIAM J. Sci. Comput. 20 (1998).
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {METHODS}, got {method!r}.")
    n = len(indptr) - 1
    order, limit = None, max_work
    if method != "dissection":
        order, (_, work) = _minimum_degree(indptr, indices, max_work=max_work)
        if method == "minimum_degree" or (order is not None and work < WORTHWHILE * n):
            return order
        limit = min(work, max_work) if order is not None else max_work
    depths, sizes = _dissect(indptr, indices)
    regions = (0,) if method == "dissection" or n <= COARSE_REGION else (0, COARSE_REGION)
    for smallest in regions:
        stages = _stages(depths, sizes, smallest)
        other, (_, work) = _minimum_degree(indptr, indices, stages, limit)
        if other is not None:
            order, limit = other, work
    return order
