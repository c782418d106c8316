"""Neighbourhood graphs, their components, and geodesic distances over them."""

import warnings
from numbers import Integral
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import BallTree, KDTree, NearestNeighbors

from ._bridges import closest_pairs as closest_pairs  # by this door
from ._geodesics import EliminatedGraph, Seeds, plan, search
from ._kernels._dijkstra import farthest_vertices
from ._kernels._link import link_columns, link_rows
from ._kernels._symmetric import merge_with_transpose
from ._memory import require_memory
from ._neighbors import kneighbors_graph
from ._ordering import fill_reducing_order
from ._sklearn_compat import training_rows
from ._symbolic import eliminate_columns
from ._threads import effective_n_threads
from ._typing import MatrixLike

__all__ = [
    "farthest_points",
    "geodesic_path",
    "geodesics",
    "link_geodesics",
    "neighborhood_graph",
    "symmetrize",
]

# Two directions of an edge are the same where they agree to this part of their weight,
# or to this part of the heaviest weight: distances from a * a - 2 a b + b * b carry an
# error that is absolute.
WEIGHT_RTOL = 1e-5

PathMethod = Literal["auto", "elimination", "dijkstra"]


def _as_csr(graph):
    """The graph as a CSR array of floats, without a dense one's zeros and infs."""
    if sparse.issparse(graph):
        graph = sparse.csr_array(graph)
    else:
        dense = np.asarray(graph)
        if dense.ndim == 2 and np.isnan(dense).any():
            raise ValueError("graph contains NaN: weights must be finite.")
        if dense.ndim == 2:
            row, column = np.nonzero((dense != 0) & ~np.isposinf(dense))
            graph = sparse.csr_array(
                (dense[row, column], (row, column)), shape=dense.shape
            )
    if graph.ndim != 2 or graph.shape[0] != graph.shape[1]:
        raise ValueError(
            "graph: array must be 2-dimensional and square, one row and one column a "
            f"vertex, got shape {graph.shape}."
        )
    if graph.nnz > np.iinfo(np.int32).max // 2:
        raise ValueError(
            f"graph has {graph.nnz:,d} edges, more than int32 indices can address. "
            "Use fewer neighbors."
        )
    dtype = np.float32 if graph.dtype == np.float32 else np.float64
    return graph.astype(dtype, copy=False)


def _check_weights(weights):
    if not np.isfinite(weights).all():
        raise ValueError(
            "graph contains NaN or inf: the weights of edges must be finite; leave an "
            "edge out to say that there is none."
        )
    if weights.size and weights.min() < 0:
        raise ValueError(
            f"graph has negative weights, down to {weights.min()}: weights of edges "
            "are distances and must be >= 0."
        )


def _int32_arrays(graph):
    return (
        np.ascontiguousarray(graph.indptr, dtype=np.int32),
        np.ascontiguousarray(graph.indices, dtype=np.int32),
        np.ascontiguousarray(graph.data),
    )


def symmetrize(graph: MatrixLike) -> sparse.csr_array:
    """Undirected graph with every edge of `graph`, in the form that kernels take.

    Parameters
    ----------
    graph : {array-like, sparse matrix, sparse array} of shape (n, n)
        Weights of edges, finite and >= 0. An edge given in one direction counts for
        both. In a sparse graph a stored zero is an edge of length zero; in a dense one
        zeros and positive infinities are no edges.

    Returns
    -------
    graph : csr_array of shape (n, n)
        Symmetric, int32 indices in ascending order, no diagonal; float32 for float32
        input, float64 otherwise.

    Raises
    ------
    ValueError
        If the graph is not square, if a weight is negative, NaN or infinite, or if the
        graph is directed: two directions of an edge with different weights.

    Examples
    --------
    >>> from skmanifold_nn.graph import symmetrize
    >>> symmetrize([[0, 1.5], [0, 0]]).toarray()
    array([[0. , 1.5],
           [1.5, 0. ]])
    """
    graph = _as_csr(graph)
    _check_weights(graph.data)
    transposed = graph.T.tocsr()
    graph = transposed.T.tocsr()  # twice transposed: columns ascending
    transposed.sort_indices()
    arrays = (*_int32_arrays(graph), *_int32_arrays(transposed))
    indptr = np.empty(graph.shape[0] + 1, dtype=np.int32)
    no_weights = np.empty(0, dtype=graph.dtype)
    difference = merge_with_transpose(
        *arrays, indptr, np.empty(0, dtype=np.int32), no_weights
    )
    heaviest = graph.data.max(initial=0)
    if difference > WEIGHT_RTOL * heaviest + np.sqrt(np.finfo(graph.dtype).eps) * (
        heaviest
    ):
        raise ValueError(
            "graph is directed: the two directions of an edge differ by "
            f"{difference:.6g}. Array must be symmetric where both directions are "
            "given; pass numpy.minimum of the two."
        )
    indices = np.empty(indptr[-1], dtype=np.int32)
    weights = np.empty(indptr[-1], dtype=graph.dtype)
    if len(indices):
        merge_with_transpose(*arrays, indptr, indices, weights)
    return sparse.csr_array((weights, indices, indptr), shape=graph.shape)


def _neighbors(X, n_neighbors, radius, parameters):
    if isinstance(X, NearestNeighbors):
        return X
    return NearestNeighbors(n_neighbors=n_neighbors, radius=radius, **parameters).fit(X)


def neighborhood_graph(
    X: MatrixLike | NearestNeighbors | BallTree | KDTree,
    *,
    n_neighbors: int | None = None,
    radius: float | None = None,
    on_disconnected: Literal["bridge", "raise", "keep"] = "bridge",
    **parameters: Any,
) -> sparse.csr_array:
    """Graph of k-nearest or radius neighbourhoods, weighted by distance.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), BallTree, \
            KDTree or fitted NearestNeighbors
        Rows to connect; with ``metric="precomputed"`` distances of shape (n_samples,
        n_samples), dense or a sparse graph as KNeighborsTransformer gives.
    n_neighbors : int, optional
        Number of neighbours of every point, which is never its own neighbour. Give
        either this or `radius`.
    radius : float, optional
        Points at most this far apart are neighbours.
    on_disconnected : {"bridge", "raise", "keep"}, default="bridge"
        What to do with several connected components: join every pair of them by its
        closest pair of points, with a warning; raise; or leave them apart.
    **parameters
        Parameters of :class:`~sklearn.neighbors.NearestNeighbors`: `algorithm`,
        `metric`, `p`, `metric_params`, `n_jobs` ...

    Returns
    -------
    graph : csr_array of shape (n_samples, n_samples)
        As from `symmetrize`.

    Raises
    ------
    ValueError
        If both or neither of `n_neighbors` and `radius` are given, or with
        ``on_disconnected="raise"`` if there are several components.
    RuntimeError
        If a sparse precomputed graph has several components, which cannot be bridged.

    References
    ----------
    .. [1] Tenenbaum, de Silva, Langford, "A global geometric framework for nonlinear
       dimensionality reduction", Science 290 (2000), step 1.

    Examples
    --------
    >>> from skmanifold_nn.graph import neighborhood_graph
    >>> graph = neighborhood_graph([[0.0], [1.0], [3.0]], n_neighbors=1)
    >>> graph.toarray()
    array([[0., 1., 0.],
           [1., 0., 2.],
           [0., 2., 0.]])
    """
    if (n_neighbors is None) == (radius is None):
        given = "Both n_neighbors and radius are provided"
        if radius is None:
            given = "Neither n_neighbors nor radius is provided"
        raise ValueError(f"{given}: give one of them and leave the other None.")
    nbrs = _neighbors(X, n_neighbors, radius, parameters)
    if n_neighbors is not None:
        directed = kneighbors_graph(nbrs, n_neighbors, nbrs.n_jobs)
    else:
        directed = nbrs.radius_neighbors_graph(radius=radius, mode="distance")
    if training_rows(nbrs).dtype == np.float32:
        directed = directed.astype(np.float32)
    graph = symmetrize(directed)
    if on_disconnected == "keep":
        return graph
    return _connect(
        graph, nbrs, "radius" if n_neighbors is None else "n_neighbors", on_disconnected
    )


def _connect(graph, nbrs, parameter, on_disconnected):
    """The graph in one piece, or the error that says why it is not."""
    n_components, labels = connected_components(graph, directed=False)
    if n_components <= 1:
        return graph
    found = (
        "The number of connected components of the neighbors graph is "
        f"{n_components} > 1."
    )
    precomputed = nbrs.effective_metric_ == "precomputed"
    if precomputed and sparse.issparse(training_rows(nbrs)):
        raise RuntimeError(
            f"{found} A sparse graph with metric='precomputed' cannot be completed. "
            f"Increase {parameter}, or pass the full distance matrix."
        )
    if on_disconnected == "raise":
        raise ValueError(
            f"{found} Increase {parameter}, or pass on_disconnected='bridge' to join "
            "the components by their closest points."
        )
    warnings.warn(
        f"{found} Every two of them are joined by their closest points, which is slow "
        f"and distorts the distances between them. Increase {parameter} to avoid this.",
        stacklevel=4,
    )
    row, column, weight = closest_pairs(nbrs, labels, n_components)
    edges = graph.tocoo()
    return symmetrize(
        sparse.csr_array(
            (
                np.concatenate((edges.data, weight)).astype(graph.dtype),
                (
                    np.concatenate((edges.row, row)),
                    np.concatenate((edges.col, column)),
                ),
            ),
            shape=graph.shape,
        )
    )


def _as_seeds(sources, n, dtype):
    if sources is None:
        return Seeds.at(np.arange(n), dtype)
    if sparse.issparse(sources):
        sources = sparse.csr_array(sources)
        if sources.shape[1] != n:
            raise ValueError(
                f"sources has {sources.shape[1]} columns, the graph {n} vertices: a "
                "sparse matrix of sources has one column a vertex."
            )
        _check_weights(sources.data)
        return Seeds(
            sources.indptr.astype(np.int64),
            sources.indices.astype(np.int32),
            np.ascontiguousarray(sources.data, dtype=dtype),
        )
    sources = np.atleast_1d(np.asarray(sources))
    if sources.ndim != 1 or (sources.size and sources.dtype.kind not in "iu"):
        raise ValueError(
            "sources must be None, one-dimensional integers (indices of vertices) or a "
            f"sparse matrix of starting distances, got {sources!r}."
        )
    if sources.size and (sources.min() < 0 or sources.max() >= n):
        raise ValueError(
            f"sources must be vertices from 0 to {n - 1}, got values from "
            f"{sources.min()} to {sources.max()}."
        )
    return Seeds.at(sources, dtype)


@overload
def geodesics(
    graph: MatrixLike,
    sources: MatrixLike | None = ...,
    *,
    method: PathMethod = ...,
    return_predecessors: Literal[False] = ...,
    n_jobs: int | None = ...,
    dtype: DTypeLike | None = ...,
) -> NDArray[np.floating]: ...


@overload
def geodesics(
    graph: MatrixLike,
    sources: MatrixLike | None = ...,
    *,
    method: PathMethod = ...,
    return_predecessors: Literal[True],
    n_jobs: int | None = ...,
    dtype: DTypeLike | None = ...,
) -> tuple[NDArray[np.floating], NDArray[np.int32]]: ...


def geodesics(
    graph: MatrixLike,
    sources: MatrixLike | None = None,
    *,
    method: PathMethod = "auto",
    return_predecessors: bool = False,
    n_jobs: int | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray[np.floating] | tuple[NDArray[np.floating], NDArray[np.int32]]:
    """Exact shortest-path distances over an undirected graph.

    Distances are the closure of the graph in the (min, +) semiring. On neighbourhood
    graphs, whose separators are small, sparse Gaussian elimination in that semiring is
    far quicker than searching: after a fill-reducing ordering and a supernodal
    elimination, one sweep over the factor serves many sources at once.

    Parameters
    ----------
    graph : {array-like, sparse matrix, sparse array} of shape (n, n)
        Weights of edges, as for `symmetrize`.
    sources : None, array-like of int, or sparse matrix of shape (n_sources, n)
        None: from every vertex. Integers: from these vertices. A sparse matrix: source
        i stands outside the graph, at distance ``sources[i, j]`` from every vertex j
        for which an entry is stored.
    method : {"auto", "elimination", "dijkstra"}, default="auto"
        "auto" predicts the quicker one from the fill of the elimination.
    return_predecessors : bool, default=False
        Also return the vertex before each vertex on the path; searches with Dijkstra's
        algorithm.
    n_jobs : int, optional
        Number of threads, as elsewhere in scikit-learn; the result is the same for any.
    dtype : {numpy.float32, numpy.float64}, optional
        Of the computation and the result; by default the graph's.

    Returns
    -------
    distances : ndarray of shape (n_sources, n)
        In the unit of the weights; infinite where there is no path.
    predecessors : ndarray of shape (n_sources, n), int32
        Only if `return_predecessors`; -1 where a path starts and where there is none.

    Raises
    ------
    ValueError
        As `symmetrize` does, or if a source is no vertex.
    MemoryError
        If the distances and the factor cannot fit in memory; names the bytes needed.

    See Also
    --------
    scipy.sparse.csgraph.shortest_path : The same by searching, on one thread.

    References
    ----------
    .. [1] Carre, "An algebra for network routing problems", J. Inst. Maths Applics 7
       (1971).
    .. [2] George, "Nested dissection of a regular finite element mesh", SIAM J. Numer.
       Anal. 10 (1973).

    Examples
    --------
    >>> from skmanifold_nn.graph import geodesics
    >>> geodesics([[0, 1, 0], [0, 0, 2], [0, 0, 0]])
    array([[0., 1., 3.],
           [1., 0., 2.],
           [3., 2., 0.]])
    """
    if method not in ("auto", "elimination", "dijkstra"):
        raise ValueError(
            f"method must be 'auto', 'elimination' or 'dijkstra', got {method!r}."
        )
    graph = symmetrize(graph)
    if dtype is not None:
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, got {dtype!r}.")
        graph = graph.astype(dtype, copy=False)
    return _distances(graph, sources, method, return_predecessors, n_jobs)


def _distances(graph, sources, method="auto", return_predecessors=False, n_jobs=None):
    """`geodesics` of a graph that `symmetrize` returned."""
    n = graph.shape[0]
    seeds = _as_seeds(sources, n, graph.dtype)
    n_threads = effective_n_threads(n_jobs)
    n_bytes = len(seeds) * n * graph.dtype.itemsize
    remedy = "Use fewer sources (Isomap: n_landmarks), or float32."
    what = f"The matrix of {len(seeds)} x {n} geodesic distances"
    require_memory(n_bytes, what, remedy)
    columns = None
    if n > 0 and len(seeds) > 0 and not return_predecessors:
        if method == "elimination":
            order = fill_reducing_order(graph.indptr, graph.indices)
            columns = eliminate_columns(graph.indptr, graph.indices, order)
            factor = int(1.5 * columns.n_entries) * graph.dtype.itemsize
            require_memory(
                n_bytes + factor,
                f"{what} by elimination",
                f"{remedy} method='dijkstra' needs no factor.",
            )
        elif method == "auto":
            columns = plan(graph, len(seeds))
    out = np.empty((len(seeds), n), dtype=graph.dtype)
    if columns is not None:
        EliminatedGraph(graph, columns, n_threads).distances(seeds, out)
        return out
    predecessors = None
    if return_predecessors:
        predecessors = np.empty((len(seeds), n), dtype=np.int32)
    if out.size:
        search(graph, seeds, n_threads, out, predecessors)
    return (out, predecessors) if return_predecessors else out


def link_geodesics(
    distances: NDArray[np.floating],
    links: sparse.csr_array,
    *,
    symmetric: bool = True,
    n_jobs: int | None = None,
) -> NDArray[np.floating]:
    """Geodesic distances of new points from those of their neighbours.

    Parameters
    ----------
    distances : ndarray of shape (n, n), or (n_sources, n) if not `symmetric`
        Geodesic distances between vertices.
    links : csr_array of shape (n_points, n)
        Distances from new points to the vertices next to them.
    symmetric : bool, default=True
        Whether `distances` is square and symmetric, so that its rows serve as columns.
    n_jobs : int, optional
        Number of threads; the result is the same for any.

    Returns
    -------
    out : ndarray of shape (n_points, n or n_sources)
        ``out[i, j]`` is the smallest ``links[i, q] + distances[q, j]``.

    References
    ----------
    .. [1] Bengio, Paiement, Vincent, Delalleau, Le Roux, Ouimet, "Out-of-sample
       extensions for LLE, Isomap, MDS, eigenmaps, and spectral clustering", NIPS 16
       (2004).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from skmanifold_nn.graph import link_geodesics
    >>> distances = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> link_geodesics(distances, csr_array([[0.5, 3.0]]))
    array([[0.5, 1.5]])
    """
    seeds = _as_seeds(links, distances.shape[1], distances.dtype)
    arrays = seeds.start, seeds.vertices, seeds.offsets
    # starting threads costs as much as some 100,000 sums
    worthwhile = len(seeds.vertices) * len(distances) // 100_000
    n_threads = max(1, min(effective_n_threads(n_jobs), worthwhile))
    if symmetric:
        out = np.empty((len(seeds), distances.shape[1]), dtype=distances.dtype)
        link_rows(distances, *arrays, n_threads, out)
        return out
    out = np.empty((distances.shape[0], len(seeds)), dtype=distances.dtype)
    link_columns(distances, *arrays, n_threads, out)
    return out.T


def farthest_points(
    graph: MatrixLike, n_points: int, start: int = 0
) -> NDArray[np.int32]:
    """Vertices spread over a graph, each the farthest from those before it.

    Parameters
    ----------
    graph : {array-like, sparse matrix, sparse array} of shape (n, n)
        Weights of edges, as for `symmetrize`.
    n_points : int
        How many vertices to choose, at most n.
    start : int, default=0
        The first vertex is the farthest from this one.

    Returns
    -------
    vertices : ndarray of shape (n_points,), int32
        In the order in which they were chosen.

    References
    ----------
    .. [1] de Silva, Tenenbaum, "Sparse multidimensional scaling using landmark points",
       Stanford (2004), section 2.2 (MaxMin).

    Examples
    --------
    >>> from skmanifold_nn.graph import farthest_points
    >>> farthest_points([[0, 1, 0], [0, 0, 2], [0, 0, 0]], 2)
    array([2, 0], dtype=int32)
    """
    graph = symmetrize(graph)
    n = graph.shape[0]
    if not isinstance(n_points, Integral) or not 0 <= n_points <= n:
        raise ValueError(f"n_points must be from 0 to {n}, got {n_points!r}.")
    chosen = np.empty(n_points, dtype=np.int32)
    if n_points:
        farthest_vertices(
            graph.indptr,
            graph.indices,
            graph.data,
            start,
            np.empty((2, n), dtype=np.int32),
            np.empty(n, dtype=graph.dtype),
            chosen,
        )
    return chosen


def geodesic_path(graph: MatrixLike, start: int, end: int) -> NDArray[np.intp]:
    """Vertices along a shortest path.

    Parameters
    ----------
    graph : {array-like, sparse matrix, sparse array} of shape (n, n)
        Weights of edges, as for `symmetrize`.
    start, end : int
        The vertices to connect.

    Returns
    -------
    path : ndarray of int
        Indices of vertices, from `start` to `end`.

    Raises
    ------
    ValueError
        If a vertex is not in the graph, or there is no path between the two.

    References
    ----------
    .. [1] Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1
       (1959).

    Examples
    --------
    >>> from skmanifold_nn.graph import geodesic_path
    >>> geodesic_path([[0, 1, 9], [0, 0, 2], [0, 0, 0]], 0, 2)
    array([0, 1, 2])
    """
    n = np.shape(graph)[0]
    for name, vertex in (("start", start), ("end", end)):
        if not isinstance(vertex, Integral) or not 0 <= vertex < n:
            raise ValueError(
                f"{name} must be a vertex from 0 to {n - 1}, got {vertex!r}."
            )
    distance, before = geodesics(graph, [start], return_predecessors=True)
    if np.isinf(distance[0, end]):
        raise ValueError(f"There is no path from vertex {start} to vertex {end}.")
    path = [end]
    while path[-1] != start:
        path.append(before[0, path[-1]])
    return np.array(path[::-1], dtype=np.intp)
