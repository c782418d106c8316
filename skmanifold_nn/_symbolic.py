"""Symbolic elimination of a sparse symmetric graph: what any factorisation starts from.

The (min, +) closure of `skmanifold_nn.graph` and a sparse Cholesky factorisation have
the same elimination tree, the same fill and the same supernodes. The analysis comes in
two steps, so that the cost is known before anything large is allocated:
`eliminate_columns` (tree and fill) and `build_panels` (supernodes and their rows).
"""

from dataclasses import dataclass

import numpy as np

from ._kernels import _elimination

__all__ = ["Columns", "Panels", "build_panels", "eliminate_columns"]

# A panel's dense blocks stay in the first-level cache up to this width.
MAX_WIDTH = 64
# Largest part of a panel that may be stored without need.
SLACK = 0.2


@dataclass(frozen=True)
class Columns:
    """Elimination order, tree and fill of a graph.

    Attributes
    ----------
    order, position : ndarray of shape (n,), int32
        ``order[k]`` is the vertex eliminated k-th; `position` is its inverse. The order
        is a postorder of the elimination tree.
    parent : ndarray of shape (n,), int32
        Elimination tree over steps, -1 at roots.
    counts : ndarray of shape (n,), int32
        Entries of the factor's columns, diagonal included.
    """

    order: np.ndarray
    position: np.ndarray
    parent: np.ndarray
    counts: np.ndarray

    @property
    def n_entries(self):
        """Entries of the factor, diagonal included."""
        return int(self.counts.sum(dtype=np.int64))

    @property
    def n_operations(self):
        """Multiply-adds, or add-mins, of the numeric step: sum of counts^2 / 2."""
        return float(np.square(self.counts, dtype=np.float64).sum() / 2)


@dataclass(frozen=True)
class Panels:
    """Supernodes of an elimination and the layout of their dense blocks.

    Supernode s has the columns ``first[s]:first[s + 1]`` (k of them) and, below them,
    ``rows[row_start[s]:row_start[s + 1]]`` (r of them); its k x k and k x r blocks
    stand one after the other from ``value_start[s]``.
    """

    first: np.ndarray
    owner: np.ndarray
    row_start: np.ndarray
    rows: np.ndarray
    value_start: np.ndarray

    @property
    def n_supernodes(self):
        return len(self.first) - 1

    @property
    def n_values(self):
        """Entries of all panels."""
        return int(self.value_start[-1])

    @property
    def widths(self):
        return np.diff(self.first).astype(np.int64)

    @property
    def heights(self):
        """Number of rows below each supernode."""
        return np.diff(self.row_start)


def _invert(order):
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=order.dtype)
    return position


def eliminate_columns(indptr, indices, order):
    """Elimination tree and column counts.

    Parameters
    ----------
    indptr, indices : ndarray, int32
        Symmetric pattern in CSR, without a diagonal.
    order : ndarray of shape (n,), int32
        A fill-reducing order; it is refined to a postorder, which has the same fill.

    Returns
    -------
    Columns
    """
    n = len(order)
    parent, post, counts = np.empty((3, n), dtype=np.int32)
    work = np.empty((4, n), dtype=np.int32)
    _elimination.elimination_tree(
        indptr, indices, order, _invert(order), work[0], parent
    )
    _elimination.postorder(parent, work[0], work[1], work[2], post)
    order = order[post]
    position = _invert(order)
    _elimination.elimination_tree(indptr, indices, order, position, work[0], parent)
    _elimination.column_counts(indptr, indices, order, position, parent, work, counts)
    return Columns(order, position, parent, counts)


def build_panels(
    indptr, indices, columns, *, max_width=MAX_WIDTH, slack=SLACK, narrow=np.inf
):
    """Supernodes, their rows and where their blocks stand.

    Parameters
    ----------
    indptr, indices : ndarray, int32
        Symmetric pattern in CSR, without a diagonal.
    columns : Columns
    max_width : int, default=64
        Most columns of a supernode.
    slack : float, default=0.2
        Part of a panel that may be zeros for the sake of wider panels.
    narrow : float, default=inf
        Columns from which less slack is allowed, in inverse proportion.

    Returns
    -------
    Panels
    """
    n = len(columns.order)
    first = np.empty(n + 1, dtype=np.int32)
    n_supernodes = _elimination.supernodes(
        columns.parent, columns.counts, max_width, slack, narrow, first
    )
    first = first[: n_supernodes + 1].copy()
    widths = np.diff(first)
    owner = np.repeat(np.arange(n_supernodes, dtype=np.int32), widths)

    def find_rows(cursor, rows):
        _elimination.supernode_rows(
            indptr,
            indices,
            columns.order,
            columns.position,
            columns.parent,
            first,
            owner,
            np.empty(n_supernodes, dtype=np.int32),
            cursor,
            rows,
        )

    heights = np.zeros(n_supernodes, dtype=np.int64)
    find_rows(heights, np.empty(0, dtype=np.int32))
    row_start = np.concatenate(([0], np.cumsum(heights)))
    rows = np.empty(row_start[-1], dtype=np.int32)
    if len(rows):
        find_rows(row_start[:-1].copy(), rows)
    value_start = np.concatenate(([0], np.cumsum(widths * (widths + heights))))
    return Panels(first, owner, row_start, rows, value_start)
