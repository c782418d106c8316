"""Fill-reducing orderings of sparse symmetric graphs."""

import numpy as np

from skmanifold_nn._kernels._minimum_degree import minimum_degree


def _minimum_degree(indptr, indices, stages=None, max_work=np.inf):
    """Order and cost bounds (fill, work); the order is None where work is exceeded."""
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
        np.empty(len(indices) + len(indices) // 5 + n, dtype=np.int32),
        order,
        costs,
    )
    return order if complete else None, costs


def fill_reducing_order(indptr, indices, *, method="auto"):
    order, _ = _minimum_degree(indptr, indices)
    return order
