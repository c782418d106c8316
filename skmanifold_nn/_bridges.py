"""Where the components of a neighbourhood graph are closest to each other."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked

from ._sklearn_compat import training_rows

__all__ = ["closest_pairs"]


def _distance_blocks(nbrs, rows, columns):
    """Distances from `rows` to `columns`, a few rows at a time."""
    X = training_rows(nbrs)
    if nbrs.effective_metric_ == "precomputed":
        for start in range(0, len(rows), 256):
            yield X[np.ix_(rows[start : start + 256], columns)]
        return
    yield from pairwise_distances_chunked(
        X[rows],
        X[columns],
        metric=nbrs.effective_metric_,
        **nbrs.effective_metric_params_,
    )


def closest_pairs(nbrs, labels, n_components):
    """Closest pair of points of every two components, as rows, columns, distances."""
    by_component = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[by_component], np.arange(n_components + 1))
    found = []
    for i in range(1, n_components):
        rows = by_component[starts[i] : starts[i + 1]]
        earlier = by_component[: starts[i]]
        best = np.full(i, np.inf)
        pairs = np.zeros((2, i), dtype=np.intp)
        done = 0
        for block in _distance_blocks(nbrs, rows, earlier):
            nearest = np.minimum.reduceat(block, starts[:i], axis=1)
            row = nearest.argmin(axis=0)
            distance = nearest[row, np.arange(i)]
            for j in np.flatnonzero(distance < best):
                segment = block[row[j], starts[j] : starts[j + 1]]
                best[j] = distance[j]
                pairs[:, j] = rows[done + row[j]], earlier[starts[j] + segment.argmin()]
            done += len(block)
        found.append(np.vstack((pairs, best)))
    row, column, weight = np.hstack(found)
    return row.astype(np.intp), column.astype(np.intp), weight
