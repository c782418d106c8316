"""Fill-reducing orderings of sparse symmetric graphs.

Minimum degree is quick and as good as anything on sheets. Nested dissection, whose
parts are then ordered by minimum degree, wins on graphs of higher dimension.
"""

import numpy as np

from ._kernels._dissection import dissect
from ._kernels._minimum_degree import minimum_degree

__all__ = ["fill_reducing_order"]

METHODS = ("auto", "minimum_degree", "dissection")
# Regions of up to so many vertices are left to minimum degree.
LEAF_SIZE = 120
# Fill per vertex from which dissection repays its time, and the fill of a graph of two
# dimensions, on which it gains next to nothing, in units of sqrt(n).
WORTHWHILE_FILL = 100.0
SHEET_FILL = 0.75
# Dissection has never saved a greater factor of work than this.
MOST_GAIN = 8.0
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


def _dissect(indptr, indices, leaf_size=LEAF_SIZE, seed=SEED):
    """Depth of every vertex's separator; -1 for vertices of the leaves."""
    n = len(indptr) - 1
    depths = np.empty(n, dtype=np.int32)
    dissect(
        indptr,
        indices,
        leaf_size,
        seed,
        np.empty((19, n), dtype=np.int32),
        # The graph and its coarser versions, all of them together.
        np.empty(16 * n + 8 * len(indices) + 64, dtype=np.int32),
        depths,
    )
    return depths


def _nested_dissection(indptr, indices, max_work=np.inf):
    """As `_minimum_degree`, but leaves first, then separators from below."""
    depths = _dissect(indptr, indices)
    stages = np.where(depths < 0, 0, depths.max(initial=0) + 1 - depths)
    return _minimum_degree(indptr, indices, stages.astype(np.int32), max_work)


def fill_reducing_order(indptr, indices, *, method="auto", max_work=np.inf):
    """Order in which eliminating the vertices of a graph causes little fill.

    Parameters
    ----------
    indptr, indices : ndarray, int32
        Symmetric pattern in CSR, sorted, without a diagonal or duplicates.
    method : {"auto", "minimum_degree", "dissection"}, default="auto"
        "auto" takes minimum degree, and nested dissection too where that leaves so much
        fill that it may pay; then the better of the two.
    max_work : float, default=inf
        Give up beyond this sum of squared column counts.

    Returns
    -------
    order : ndarray of shape (n,), int32, or None
        ``order[k]`` is the vertex to eliminate k-th. None if every order tried exceeds
        `max_work`; the search is cut short where it cannot succeed.

    References
    ----------
    .. [1] Amestoy, Davis, Duff, "An approximate minimum degree ordering algorithm",
       SIAM J. Matrix Anal. Appl. 17 (1996).
    .. [2] Karypis, Kumar, "A fast and high quality multilevel scheme for partitioning
       irregular graphs", SIAM J. Sci. Comput. 20 (1998).

    Examples
    --------
    >>> import numpy as np
    >>> indptr = np.array([0, 3, 4, 5, 6], dtype=np.int32)  # a star
    >>> indices = np.array([1, 2, 3, 0, 0, 0], dtype=np.int32)
    >>> bool(fill_reducing_order(indptr, indices)[0] == 0)
    False
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {METHODS}, got {method!r}.")
    if method == "dissection":
        return _nested_dissection(indptr, indices, max_work)[0]
    if method == "minimum_degree":
        return _minimum_degree(indptr, indices, max_work=max_work)[0]
    n = len(indptr) - 1
    order, (fill, work) = _minimum_degree(
        indptr, indices, max_work=MOST_GAIN * max_work
    )
    if order is None or fill < n * max(WORTHWHILE_FILL, SHEET_FILL * np.sqrt(n)):
        return order if work <= max_work else None
    other, _ = _nested_dissection(indptr, indices, min(work, max_work))
    if other is None and work <= max_work:
        return order
    return other
