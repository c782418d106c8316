"""Affinities of rows: neighbour graphs, heat kernels, bandwidths, components."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import KDTree, NearestNeighbors
from sklearn.utils import check_symmetric

from .._kernels._affinity import (
    drop_diagonal,
    label_components,
    merge_directions,
    transpose_pattern,
)
from .._neighbors import kneighbors, kneighbors_graph
from .._sklearn_compat import searches_by_brute_force, training_rows
from ..graph import symmetrize

__all__ = [
    "DiagonalBlocks",
    "EqualRows",
    "NearRows",
    "NeighborGraph",
    "bridged",
    "check_affinities",
    "components",
    "degrees",
    "heaviest_component",
    "median_gamma",
    "require_nonnegative",
    "slope_gamma",
    "times_columns",
    "without_diagonal",
]

# An edge whose weight is rounding beside the heaviest edges of both its ends.
NEGLIGIBLE = 1e-14
# A row that was rounded to float32 stays within the radii that it was within: squares.
SAME_SQUARE = 1 + 1e-5
# New rows up to which comparing them with all rows is quicker than a tree.
FEW_QUERIES = 64
# Entries of blocks that are worked on at a time.
BLOCK_ENTRIES = 2**22
# Squared distances that the slope rule looks at (more, if a row has more), and its
# candidates for a factor of 2.
SLOPE_ENTRIES = 2**17
SLOPE_STEPS = 4


@dataclass
class NeighborGraph:
    """The nearest neighbours of rows among themselves.

    Parameters
    ----------
    nbrs : fitted NearestNeighbors
        On the rows, or on a sparse graph of distances with ``metric="precomputed"``.
    directed : csr_array of shape (n, n)
        Distances to the neighbours of every row other than itself.
    radii : ndarray of shape (n,)
        Distance from every row to its last neighbour.
    """

    nbrs: NearestNeighbors
    directed: sparse.csr_array
    radii: np.ndarray

    @classmethod
    def of_rows(cls, X, n_neighbors, n_jobs):
        """Of distinct rows; every row counts as its own first neighbour."""
        nbrs = NearestNeighbors(n_neighbors=n_neighbors, n_jobs=n_jobs).fit(X)
        if n_neighbors == 1:
            nothing = sparse.csr_array((X.shape[0], X.shape[0]))
            return cls(nbrs, nothing, np.zeros(X.shape[0]))
        directed = kneighbors_graph(nbrs, n_neighbors - 1, n_jobs)
        # computed as `NearRows` computes the distances that are compared with them
        last = directed.indices[directed.indptr[1:] - 1]
        squares = squared_distances(X, X, np.arange(len(last)), last)
        return cls(nbrs, directed, np.sqrt(squares))

    @classmethod
    def of_distances(cls, X, n_neighbors, n_jobs):
        """Of a sparse graph of distances, as neighbours transformers give."""
        nbrs = NearestNeighbors(
            n_neighbors=n_neighbors, metric="precomputed", n_jobs=n_jobs
        ).fit(X)
        graph = sparse.csr_array(nbrs.kneighbors_graph(X=X, mode="distance"))
        radii = np.maximum.reduceat(graph.data, graph.indptr[:-1]).astype(np.float64)
        return cls(nbrs, without_diagonal(graph), radii)

    def connectivity(self):
        """1 for every row and itself and for mutual neighbours, 1/2 for others."""
        n = self.directed.shape[0]
        pattern = int32_pattern(self.directed)
        transposed = transpose(*pattern)
        room = 2 * self.directed.nnz + n
        indptr = np.empty(n + 1, dtype=np.int32)
        indices, weights = np.empty(room, dtype=np.int32), np.empty(room)
        # twice transposed: columns ascending
        merge_directions(*transpose(*transposed), *transposed, indptr, indices, weights)
        return csr_of(indptr, indices, weights)

    def heat(self, gamma):
        """exp(-gamma d^2) for neighbours of either direction, 1 on the diagonal."""
        weights = symmetrize(self.directed)
        weights.data = np.exp(-gamma * np.square(weights.data, dtype=np.float64))
        return weights + sparse.eye_array(weights.shape[0], format="csr")


def int32_pattern(graph):
    """indptr and indices, as kernels take them."""
    return graph.indptr.astype(np.int32), graph.indices.astype(np.int32)


def transpose(indptr, indices):
    """Pattern of the transposed matrix, its columns ascending."""
    transposed = np.empty_like(indptr), np.empty_like(indices)
    transpose_pattern(indptr, indices, *transposed)
    return transposed


def csr_of(indptr, indices, weights):
    """A square CSR array of the entries that `indptr` counts."""
    n, n_kept = len(indptr) - 1, indptr[-1]
    return sparse.csr_array(
        (weights[:n_kept].copy(), indices[:n_kept].copy(), indptr), shape=(n, n)
    )


def squared_distances(X, Y, rows, columns):
    """Squared distances of pairs, to rounding, in float64.

    Parameters
    ----------
    X, Y : {ndarray, CSR} of shape (n, n_features) and (m, n_features)
    rows, columns : ndarray of shape (n_pairs,)
        Indices of rows of X and of Y.

    Returns
    -------
    squares : ndarray of shape (n_pairs,)
    """
    squares = np.empty(len(rows))
    step = max(1, BLOCK_ENTRIES // max(1, X.shape[1]))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        difference = X[rows[part]].astype(np.float64) - Y[columns[part]]
        if sparse.issparse(difference):
            squares[part] = squared_norms(difference)
        else:
            squares[part] = np.einsum("ij,ij->i", difference, difference)
    return squares


class NearRows:
    """Training rows that are neighbours of new rows, in either direction.

    A training row j is a neighbour of x if it is among the nearest of x, or if x is
    within the stored radius of j: so x is joined to the graph as the training rows are
    joined to each other.

    Parameters
    ----------
    nbrs : fitted NearestNeighbors
        As of a `NeighborGraph`.
    radii : ndarray of shape (n_samples,)
        The graph's.
    n_queries : int
        Number of new rows to come.
    """

    def __init__(self, nbrs, radii, n_queries):
        self.nbrs = nbrs
        self.squares = np.square(radii) * SAME_SQUARE
        self.precomputed = nbrs.effective_metric_ == "precomputed"
        self.rows = training_rows(nbrs)
        if self.precomputed:
            return
        self.reach = np.sqrt(self.squares) * (1 + 1e-9)
        self.by_tree = not searches_by_brute_force(nbrs) and n_queries > FEW_QUERIES
        if not self.by_tree:
            self.doubles = self.rows.astype(np.float64)
            self.norms = squared_norms(self.doubles)

    def __call__(self, X):
        """Pairs of a new row and a training row, and how they are joined.

        Parameters
        ----------
        X : {ndarray, CSR} of shape (n_rows, n_features)
            New rows, or their distances to the training rows.

        Returns
        -------
        row, column : ndarray of shape (n_pairs,)
            Ascending.
        squares : ndarray of shape (n_pairs,)
            Squared distances.
        shares : ndarray of shape (n_pairs,)
            1 for neighbours of both directions, 1/2 of one.
        """
        n = len(self.squares)
        _, nearest = kneighbors(self.nbrs, X)
        forward = (nearest + n * np.arange(len(nearest))[:, None]).ravel()
        if self.precomputed:
            X = sparse.csr_array(X)
            X.sort_indices()
            row = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
            pairs = row * n + X.indices
            squares = np.square(X.data, dtype=np.float64)
        else:
            pairs = np.sort(np.concatenate([forward, *self._within_reach(X)]))
            pairs = pairs[np.diff(pairs, prepend=-1) > 0]
            squares = squared_distances(X, self.rows, *np.divmod(pairs, n))
        row, column = np.divmod(pairs, n)
        shares = 0.5 * (squares <= self.squares[column])
        shares[np.searchsorted(pairs, forward)] += 0.5
        kept = shares > 0
        return row[kept], column[kept], squares[kept], shares[kept]

    def _within_reach(self, X):
        """Pairs among which are all with x within the radius of j."""
        n = len(self.squares)
        if self.by_tree:
            # of the new rows, as each training row has its own radius
            found = KDTree(X).query_radius(self.rows, self.reach)
            counts = np.array([len(row) for row in found])
            yield np.concatenate(found) * n + np.repeat(np.arange(n), counts)
            return
        step = max(1, BLOCK_ENTRIES // n)
        for start in range(0, X.shape[0], step):
            block = X[start : start + step].astype(np.float64)
            squares = euclidean_distances(block, self.doubles, squared=True)
            # what a * a - 2 a b + b * b may be wrong by
            slack = (
                1e-15 * (X.shape[1] + 8) * (squared_norms(block)[:, None] + self.norms)
            )
            row, column = np.nonzero(squares <= self.squares * (1 + 1e-9) + slack)
            yield (start + row) * n + column


def squared_norms(X):
    if sparse.issparse(X):
        return np.asarray(X.multiply(X).sum(axis=1)).ravel()
    return np.einsum("ij,ij->i", X, X)


def median_gamma(squares):
    """The bandwidth for a graph, whose kernel is cut off at the last neighbour.

    exp(-d^2 / (2 sigma^2)) with sigma half the median distance to the last neighbour:
    there it has fallen to exp(-2).

    Parameters
    ----------
    squares : csr_array of shape (n, n)
        Squared distances of each row to its neighbours.

    Returns
    -------
    gamma : float
        1 / (2 sigma^2).
    """
    last = of_rows(np.maximum, squares)
    last = last[last > 0]
    return 2 / max(float(np.median(last)), 1e-300) if last.size else 1.0


def slope_gamma(squares):
    """The bandwidth for all pairs, at which the sum of the kernel grows fastest.

    With S(eps) the sum of exp(-d^2 / eps) over all pairs, log S is flat in log eps
    where eps is too small (only the diagonal counts) and where it is too large (all
    pairs count), and has the slope d / 2 between, d the dimension of the sheet [1]_.

    Parameters
    ----------
    squares : ndarray of shape (n_rows, n)
        Squared distances of some rows to all.

    Returns
    -------
    gamma : float
        1 / eps.

    References
    ----------
    .. [1] Coifman, Shkolnisky, Sigworth, Singer, "Graph Laplacian tomography from
       unknown random projections", IEEE Trans. Image Processing 17 (2008), 1891-1899.
    """
    some = squares[:: max(1, squares.size // SLOPE_ENTRIES)].ravel()
    positive = some[some > 0]
    if not positive.size:
        return 1.0
    low, high = np.log2([positive.min(), positive.max()])
    scales = 2.0 ** np.arange(max(low, high - 40), high + 1, 1 / SLOPE_STEPS)
    slopes = np.empty(len(scales))
    for i, scale in enumerate(scales):
        kernel = np.exp(-some / scale)
        slopes[i] = (some @ kernel) / (scale * kernel.sum())
    return 1 / float(scales[slopes.argmax()])


def check_affinities(matrix):
    """Affinities that are given: symmetric, >= 0, float64; a CSR array if sparse."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            "affinities: array must be 2-dimensional and square, one row and one "
            f"column a sample, got shape {matrix.shape}."
        )
    require_nonnegative(matrix)
    entries = matrix.data if sparse.issparse(matrix) else matrix
    eps = 1e-14 if entries.dtype == np.float64 else 1e-5
    tol = max(1e-10, eps * float(entries.max(initial=0)))
    matrix = check_symmetric(matrix, tol=tol)
    if not sparse.issparse(matrix):
        return matrix.astype(np.float64, copy=False)
    matrix = sparse.csr_array(matrix, dtype=np.float64)
    if matrix.nnz > np.iinfo(np.int32).max:
        raise ValueError(f"affinities has {matrix.nnz:,d} entries: int32 must do.")
    arrays = (
        matrix.data,
        matrix.indices.astype(np.int32),
        matrix.indptr.astype(np.int32),
    )
    matrix = sparse.csr_array(arrays, shape=matrix.shape, copy=True)
    matrix.sum_duplicates()
    return matrix


def require_nonnegative(matrix):
    """Refuse NaN, infinite and negative affinities by name."""
    entries = matrix.data if sparse.issparse(matrix) else matrix
    if not np.isfinite(entries).all():
        raise ValueError("affinities contain NaN or inf: they must be finite.")
    if entries.min(initial=0) < 0:
        raise ValueError(
            f"affinities must be >= 0, got {entries.min()}. Exponentiate or shift them."
        )


def without_diagonal(matrix):
    """A copy with zeros on the diagonal; of a sparse matrix they are not stored."""
    if not sparse.issparse(matrix):
        matrix = np.array(matrix)
        np.fill_diagonal(matrix, 0)
        return matrix
    pattern = int32_pattern(matrix)
    out = [np.empty_like(array) for array in (*pattern, matrix.data)]
    drop_diagonal(*pattern, matrix.data, *out)
    return csr_of(*out)


def degrees(matrix):
    """Sums of the rows of a symmetric matrix, in float64."""
    return np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()


def components(weights):
    """Connected components, an edge that is rounding beside others being none.

    Parameters
    ----------
    weights : csr_array or ndarray of shape (n, n)
        Symmetric, >= 0.

    Returns
    -------
    n_components : int
    labels : ndarray of shape (n,), int32
    """
    if not sparse.issparse(weights):
        return _dense_components(weights)
    n = weights.shape[0]
    labels = np.empty(n, dtype=np.int32)
    scratch = np.empty(n, dtype=np.int32)
    pattern = int32_pattern(weights)
    heaviest = of_rows(np.maximum, weights)
    n_components = label_components(
        *pattern, weights.data, heaviest, NEGLIGIBLE, scratch, labels
    )
    return n_components, labels


def of_rows(ufunc, matrix, empty=0.0):
    """A reduction of the stored entries of every row."""
    reduced = np.full(matrix.shape[0], empty)
    filled = np.diff(matrix.indptr) > 0
    if matrix.nnz:
        reduced[filled] = ufunc.reduceat(matrix.data, matrix.indptr[:-1][filled])
    return reduced


def _dense_components(weights):
    """The same by breadth-first search over rows of a dense matrix."""
    n = len(weights)
    heaviest = weights.max(axis=1)
    labels = np.full(n, -1, dtype=np.int32)
    n_components = 0
    for first in range(n):
        if labels[first] >= 0:
            continue
        frontier = np.array([first])
        while len(frontier):
            labels[frontier] = n_components
            rest = np.flatnonzero(labels < 0)
            row, frontier = frontier[:256], frontier[256:]
            block = weights[np.ix_(row, rest)]
            least = NEGLIGIBLE * np.minimum(heaviest[row, None], heaviest[rest])
            found = ((block >= least) & (block > 0)).any(axis=0)
            frontier = np.concatenate((frontier, rest[found]))
        n_components += 1
    return n_components, labels


class DiagonalBlocks:
    """The part of a symmetric matrix that belongs to each component."""

    def __init__(self, matrix, labels):
        self.order = np.argsort(labels, kind="stable")
        self.starts = np.concatenate(([0], np.cumsum(np.bincount(labels))))
        self.matrix = matrix
        if sparse.issparse(matrix):
            self.matrix = matrix[self.order][:, self.order]

    def __getitem__(self, label):
        part = slice(self.starts[label], self.starts[label + 1])
        if sparse.issparse(self.matrix):
            return self.matrix[part, part]
        return self.matrix[np.ix_(self.order[part], self.order[part])]


def bridged(weights, row, column):
    """Weights with edges added, each as heavy as the lightest at either of its ends."""
    n = weights.shape[0]
    lightest = of_rows(np.minimum, weights, np.inf)
    least = np.minimum(lightest[row], lightest[column])
    least[np.isinf(least)] = weights.data.min(initial=1)
    edges = sparse.csr_array((least, (row, column)), shape=(n, n))
    return weights + edges + edges.T.tocsr()


def heaviest_component(weights, labels):
    """Weights of rows to the component to which each is joined most, and its label."""
    n = len(labels)
    members = sparse.csr_array(
        (np.ones(n), labels, np.arange(n + 1)), shape=(n, labels.max() + 1)
    )
    label = np.asarray((weights @ members).argmax(axis=1)).ravel()
    if not sparse.issparse(weights):
        return np.where(labels == label[:, None], weights, 0), label
    row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    weights = weights.copy()
    weights.data[labels[weights.indices] != label[row]] = 0
    return weights, label


def times_columns(matrix, factors):
    """Each column of a matrix times its factor, a copy."""
    if not sparse.issparse(matrix):
        return matrix * factors
    data = matrix.data * factors[matrix.indices]
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


class EqualRows:
    """Finds the rows of some training rows that equal new ones.

    Parameters
    ----------
    training : {ndarray, csr_array} of shape (m, d)
    """

    def __init__(self, training):
        keys = list(enumerate(_keys(training)))
        self.known = {key: index for index, key in reversed(keys)}

    def __call__(self, X):
        """For each row of X the index of the first equal training row, or -1.

        Parameters
        ----------
        X : {ndarray, csr_array} of shape (n, d)

        Returns
        -------
        twins : ndarray of shape (n,), int
        """
        return np.array([self.known.get(key, -1) for key in _keys(X)], dtype=np.intp)


def _keys(X):
    """The bytes of every row's values; of sparse rows, of what is not zero."""
    if not sparse.issparse(X):
        for row in X:
            yield (row + 0.0).astype(np.float64).tobytes()  # + 0.0: one zero, not two
        return
    X = sparse.csr_array(X, dtype=np.float64, copy=True)
    X.sum_duplicates()
    X.eliminate_zeros()
    indices = X.indices.astype(np.int64)
    for start, end in zip(X.indptr[:-1], X.indptr[1:], strict=True):
        yield indices[start:end].tobytes(), X.data[start:end].tobytes()
