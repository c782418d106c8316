"""Nearest neighbours of rows, quicker than scikit-learn's or as reproducible as ours.

In few dimensions: SciPy's k-d tree, over rows in the order of its leaves, so that
queries that follow each other visit the same part of memory.

By brute force: filter in float32, decide in float64 [1]_. Matrix products of centred
float32 rows give lower bounds of all squared distances, exact distances are computed
for the few pairs whose bounds are small, and a row is done when the next bound exceeds
the distance of its k-th neighbour. Rows for which the bounds are too coarse are
searched in float64.

Where scikit-learn compares all rows, which of equally near ones it takes depends on
threads and on the rows that are asked for together: the first ones count here.

.. [1] Higham, "Accuracy and Stability of Numerical Algorithms", SIAM (2002), section
   3.1: |fl(x . y) - x . y| <= d u / (1 - d u) |x| . |y| for any order of summation.
"""

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

from ._kernels._nearest import (
    decide_nearest,
    keep_nearest_of_columns,
    keep_nearest_of_rows,
    squared_distances_of_pairs,
)
from ._sklearn_compat import (
    compares_all_rows,
    searches_by_brute_force,
    searches_by_tree,
    training_rows,
    tree_order,
)
from ._threads import effective_n_threads

# Where tests/benchmarks/bench_neighbors.py measures a gain: products must outweigh the
# heaps, whose time grows with the number of neighbours.
MIN_ROWS = 1000
MIN_FEATURES = 48
MIN_FEATURES_PER_NEIGHBOR = 5
MAX_NEIGHBORS = 50
# Candidates that a row keeps beyond its neighbours.
N_SPARE = 8
# Equally near rows for which a search is prepared.
N_TIED = 2
# Inner products computed at a time: 32 MB, in few calls of BLAS.
BLOCK_ROWS = 1024
BLOCK_COLUMNS = 8192
# Where more rows than this part would need float64, scikit-learn is faster.
MAX_UNPROVED = 0.1
N_PROBES = 32


class FilterRows:
    """Centred and scaled float32 copies of rows, with norms that make lower bounds.

    With y the float32 copy of the centred row x and n = |y|^2, all of these are at most
    a multiple of u (n_i + n_j), u the unit of rounding: the error d u |y_i| |y_j| of an
    inner product, twice; the difference of |x_i - x_j|^2 and |y_i - y_j|^2, at most 4;
    the rounding of norms and sums, at most 4. Norms are made too small by as much.
    """

    def __init__(self, X):
        n, d = X.shape
        self.rows = np.empty((n, d), dtype=np.float32)
        self.norms = np.empty(n)
        highest = X.max(axis=0).astype(np.float64)
        lowest = X.min(axis=0).astype(np.float64)
        self.usable = max(float(highest.max()), -float(lowest.min())) < 1e100
        if not self.usable:
            return
        self.mean = X.mean(axis=0, dtype=np.float64)
        largest = np.maximum(highest - self.mean, self.mean - lowest).max()
        self.usable = bool(largest > 1e-100)
        if not self.usable:
            return
        # A power of two: exact, and nothing overflows.
        self.scale = 2.0 ** -np.ceil(np.log2(largest))
        for start in range(0, n, 512):
            part = slice(start, start + 512)
            self.rows[part] = self.centered(X, part)
            y = self.rows[part].astype(np.float64)
            self.norms[part] = np.einsum("ij,ij->i", y, y)
        self.norms *= 1 - (d + 16) * 2.0**-24 * 1.01
        self.single_norms = self.norms.astype(np.float32)
        # What products that underflow may add.
        self.slack = d * 2.0**-120

    def centered(self, X, part):
        return (X[part] - self.mean) * self.scale


class Heaps:
    """The smallest lower bounds of each row, less the row's own norm."""

    def __init__(self, n_rows, size):
        self.bounds = np.full((n_rows, size), np.inf, dtype=np.float32)
        self.items = np.full((n_rows, size), -1, dtype=np.int32)

    def __getitem__(self, part):
        return self.bounds[part], self.items[part]


def _decide(X, filtered, rows, heaps, k, n_threads):
    squares = np.empty((len(rows), k))
    neighbors = np.empty((len(rows), k), dtype=np.int32)
    proved = np.empty(len(rows), dtype=np.uint8)
    decide_nearest(
        X,
        filtered.norms[rows] - filtered.slack,
        filtered.scale**-2.0,
        rows,
        n_threads,
        heaps.bounds,
        heaps.items,
        squares,
        neighbors,
        proved,
    )
    return squares, neighbors, np.flatnonzero(proved == 0)


def _products(left, right, scratch):
    out = scratch[: len(left) * len(right)].reshape(len(left), len(right))
    return np.matmul(left, right.T, out=out)


def _probe(X, filtered, k, n_threads):
    """Share of a few rows for which the bounds are too coarse."""
    n = len(X)
    rows = np.arange(0, n, max(n // N_PROBES, 1), dtype=np.int32)
    heaps = Heaps(len(rows), k + N_SPARE)
    left = filtered.rows[rows]
    scratch = np.empty(len(rows) * min(n, BLOCK_COLUMNS), dtype=np.float32)
    for start in range(0, n, BLOCK_COLUMNS):
        products = _products(
            left, filtered.rows[start : start + BLOCK_COLUMNS], scratch
        )
        keep_nearest_of_rows(
            products, filtered.single_norms, rows, start, n_threads, *heaps[:]
        )
    return len(_decide(X, filtered, rows, heaps, k, n_threads)[2]) / len(rows)


def _filter(filtered, size, n_threads):
    """Heaps of all rows, from products on and above the diagonal."""
    y, norms = filtered.rows, filtered.single_norms
    n = len(y)
    heaps = Heaps(n, size)
    ids = np.arange(n, dtype=np.int32)
    scratch = np.empty(min(n, BLOCK_ROWS) * min(n, BLOCK_COLUMNS), dtype=np.float32)
    for start in range(0, n, BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, n))
        for first in range(start, n, BLOCK_COLUMNS):
            products = _products(y[rows], y[first : first + BLOCK_COLUMNS], scratch)
            keep_nearest_of_rows(
                products, norms, ids[rows], first, n_threads, *heaps[rows]
            )
            skipped = max(rows.stop - first, 0)  # those have been rows
            if skipped < products.shape[1]:
                keep_nearest_of_columns(
                    products, norms, start, first, skipped, n_threads, *heaps[:]
                )
    return heaps


def _search(X, filtered, rows, squares, neighbors, n_threads):
    """Decide `rows` by float64 bounds, given distances that are not too small."""
    d = X.shape[1]
    k = squares.shape[1]
    centered = filtered.centered(X, slice(None))
    norms = np.einsum("ij,ij->i", centered, centered)
    norms *= 1 - (2 * d + 32) * 2.0**-53
    for start in range(0, len(rows), 128):
        part = rows[start : start + 128]
        bounds = centered[part] @ centered.T
        bounds *= -2
        bounds += norms
        bounds += norms[part, None]
        limit = squares[part, -1] * filtered.scale**2 + filtered.slack
        row, column = np.nonzero(bounds <= limit[:, None])
        pairs = part[row], column.astype(np.int32)
        other = pairs[0] != pairs[1]
        row, pairs = row[other], (pairs[0][other], pairs[1][other])
        exact = np.empty(len(row))
        squared_distances_of_pairs(X, *pairs, n_threads, exact)
        order = np.lexsort((pairs[1], exact, row))
        first = np.searchsorted(row, np.arange(len(part)))
        nearest = order[first[:, None] + np.arange(k)]
        squares[part] = exact[nearest]
        neighbors[part] = pairs[1][nearest]


def nearest_rows(X, n_neighbors, n_threads):
    """The rows nearest to each row of X.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32 or float64
        C-contiguous.
    n_neighbors : int
        At most n - 1 - N_SPARE.
    n_threads : int
        Of the kernels; the result is the same for any.

    Returns
    -------
    squares : ndarray of shape (n, n_neighbors)
        Squared Euclidean distances, computed in float64, ascending.
    neighbors : ndarray of shape (n, n_neighbors), int32
        Of equally near rows the first ones.
    None
        In place of both where bounds in float32 decide too few rows.
    """
    filtered = FilterRows(X)
    if (
        not filtered.usable
        or _probe(X, filtered, n_neighbors, n_threads) > MAX_UNPROVED
    ):
        return None
    heaps = _filter(filtered, n_neighbors + N_SPARE, n_threads)
    ids = np.arange(len(X), dtype=np.int32)
    squares, neighbors, unproved = _decide(
        X, filtered, ids, heaps, n_neighbors, n_threads
    )
    if len(unproved) > 2 * MAX_UNPROVED * len(X):
        return None
    if len(unproved):
        _search(X, filtered, ids[unproved], squares, neighbors, n_threads)
    return squares, neighbors


def nearest_by_tree(X, order, n_neighbors, n_threads):
    """The rows nearest to each row of X, by a k-d tree.

    Parameters and results are those of `nearest_rows`, but distances come out, and of
    equally near rows any. `order` lists rows that are near each other together.
    """
    rows = np.ascontiguousarray(X[order], dtype=np.float64)
    # Sliding midpoints: medians cost more than they save, and fail on copies.
    tree = KDTree(rows, balanced_tree=False)
    found, places = tree.query(rows, n_neighbors + 1, workers=n_threads)
    other = places != np.arange(len(X))[:, None]
    other[other.all(axis=1), -1] = False  # rows with more copies than neighbours
    shape = len(X), n_neighbors
    distances, neighbors = np.empty(shape), np.empty(shape, dtype=np.int32)
    distances[order] = found[other].reshape(shape)
    neighbors[order] = order[places[other]].reshape(shape)
    return distances, neighbors


def _applicable(nbrs, n_neighbors):
    if nbrs.effective_metric_ == "precomputed" or not searches_by_brute_force(nbrs):
        return False
    X = training_rows(nbrs)
    return (
        not sparse.issparse(X)
        and X.dtype in (np.float32, np.float64)
        and len(X) >= MIN_ROWS
        and 1 <= n_neighbors <= MAX_NEIGHBORS
        and X.shape[1] >= max(MIN_FEATURES, MIN_FEATURES_PER_NEIGHBOR * n_neighbors)
    )


def kneighbors(nbrs, X=None, n_neighbors=None):
    """The training rows nearest to each row of X, of equally near ones the first.

    Parameters
    ----------
    nbrs : fitted NearestNeighbors
    X : {array-like, sparse array} of shape (n_queries, n_features), optional
        None: the training rows, which are not their own neighbours.
    n_neighbors : int, optional
        None: those of `nbrs`.

    Returns
    -------
    distances : ndarray of shape (n_queries, n_neighbors)
        Ascending, up to rounding.
    neighbors : ndarray of shape (n_queries, n_neighbors)
    """
    k = nbrs.n_neighbors if n_neighbors is None else n_neighbors
    available = nbrs.n_samples_fit_ - (X is None)
    if not compares_all_rows(nbrs) or k >= available:
        return nbrs.kneighbors(X, k)
    distances, neighbors = nbrs.kneighbors(X, min(k + N_TIED, available))
    order, keys = _by_distance_then_row(distances, neighbors)
    n_asked = distances.shape[1]
    nearest = np.take_along_axis(distances, order, axis=1)[:, :k]
    chosen = np.take_along_axis(neighbors, order, axis=1)[:, :k]
    undecided = np.flatnonzero(keys[:, k - 1] == keys[:, -1])
    if n_asked < available and len(undecided):
        # Of rows with that many ties all distances are wanted.
        rows = training_rows(nbrs) if X is None else X
        distances, neighbors = nbrs.kneighbors(rows[undecided], nbrs.n_samples_fit_)
        if X is None:
            other = neighbors != undecided[:, None]
            shape = len(undecided), available
            distances = distances[other].reshape(shape)
            neighbors = neighbors[other].reshape(shape)
        order, _ = _by_distance_then_row(distances, neighbors)
        nearest[undecided] = np.take_along_axis(distances, order, axis=1)[:, :k]
        chosen[undecided] = np.take_along_axis(neighbors, order, axis=1)[:, :k]
    return nearest, chosen


def _by_distance_then_row(distances, neighbors):
    """Order of each row's neighbours, and their distances in steps of rounding."""
    step = np.finfo(distances.dtype).eps ** 0.75 * distances[:, -1:]
    keys = np.rint(distances / np.where(step > 0, step, 1))
    order = np.lexsort((neighbors, keys), axis=1)
    return order, np.take_along_axis(keys, order, axis=1)


def kneighbors_graph(nbrs, n_neighbors, n_jobs=None):
    """Distances to the nearest neighbours of the training rows.

    Parameters
    ----------
    nbrs : fitted NearestNeighbors
    n_neighbors : int
        Neighbours of a row, which is not its own neighbour.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Returns
    -------
    graph : csr_array of shape (n_samples, n_samples), float64
        As ``nbrs.kneighbors_graph(n_neighbors=n_neighbors, mode="distance")``.
    """
    X, n_threads = training_rows(nbrs), effective_n_threads(n_jobs)
    found = None
    if _applicable(nbrs, n_neighbors):
        # Workers of BLAS still spin when a kernel starts: leave them half of the cores.
        X = np.ascontiguousarray(X)
        found = nearest_rows(X, n_neighbors, max(n_threads // 2, 1))
        if found is not None:
            found = np.sqrt(found[0]), found[1]
    elif searches_by_tree(nbrs) and 1 <= n_neighbors < len(X):
        found = nearest_by_tree(X, tree_order(nbrs), n_neighbors, n_threads)
    if found is None:
        found = kneighbors(nbrs, None, n_neighbors)
    distances, neighbors = found
    n = len(distances)
    indptr = np.arange(0, n * n_neighbors + 1, n_neighbors, dtype=np.int32)
    indices = neighbors.ravel().astype(np.int32, copy=False)
    return sparse.csr_array((distances.ravel(), indices, indptr), shape=(n, n))
