"""Edges of neighbourhood graphs: which pairs of points, and their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from ._drawing import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection

__all__ = ["draw_edges", "graph_of_estimator", "pairs_of_graph", "thinned"]

# More edges than this are drawn as pixels, also in vector graphics.
MANY = 5000


def graph_of_estimator(estimator: Any) -> Any:
    """Neighbourhood graph of the training rows of a fitted embedding.

    Raises
    ------
    ValueError
        If it has none, or joins all pairs.
    """
    name = type(estimator).__name__
    graph = getattr(estimator, "graph_", None)
    if graph is None:
        graph = getattr(estimator, "affinity_matrix_", None)
        if graph is not None and not sparse.issparse(graph):
            raise ValueError(
                f"This {name} joins all pairs of points: its affinity matrix is dense. "
                "Give the graph that edges should show."
            )
    if graph is None:
        nbrs = getattr(estimator, "nbrs_", None)
        if nbrs is None:
            raise ValueError(
                f"This {name} keeps no neighbourhood graph: none of graph_, "
                "affinity_matrix_, nbrs_ is there. Give the graph that edges should "
                "show."
            )
        by_radius = getattr(nbrs, "n_neighbors", None) is None
        graph = nbrs.radius_neighbors_graph() if by_radius else nbrs.kneighbors_graph()
    n_samples = len(getattr(estimator, "embedding_", ()))
    return graph if graph.shape[0] == n_samples else _of_all_rows(graph, estimator)


def _of_all_rows(graph: Any, estimator: Any) -> Any:
    """The graph of distinct training rows, in order of first occurrence, as one of all.

    Copies of a row have its place in the embedding, and get no edges.
    """
    embedding = np.asarray(estimator.embedding_)
    _, first = np.unique(embedding, axis=0, return_index=True)
    if len(first) != graph.shape[0]:
        raise ValueError(
            f"The graph of this {type(estimator).__name__} has {graph.shape[0]} points "
            f"and its embedding {len(embedding)}: give the graph that edges should "
            "show."
        )
    graph, first = sparse.coo_array(graph), np.sort(first)
    places = first[graph.row], first[graph.col]
    return sparse.coo_array((graph.data, places), shape=(len(embedding),) * 2)


def pairs_of_graph(graph: ArrayLike, n_samples: int) -> NDArray:
    """Pairs (i, j), i < j, that a graph joins in any direction, in ascending order.

    Every stored entry of a sparse graph is an edge, also a zero; of a dense one, every
    entry but zero and infinity. No point is joined to itself.

    Returns
    -------
    pairs : ndarray of shape (n_edges, 2)

    Raises
    ------
    ValueError
        If the graph is not one of these points.
    """
    if sparse.issparse(graph):
        graph = sparse.coo_array(graph)
        shape, ends = graph.shape, (graph.row, graph.col)
    else:
        graph = np.asarray(graph)
        shape, ends = graph.shape, None
    if shape != (n_samples, n_samples):
        raise ValueError(
            f"graph must have one row and one column for each of the {n_samples} "
            f"points, got shape {shape}."
        )
    if ends is None:
        ends = np.nonzero((graph != 0) & np.isfinite(graph))
    low, high = np.minimum(*ends), np.maximum(*ends)
    apart = low < high
    numbers = np.unique(low[apart].astype(np.int64) * n_samples + high[apart])
    return np.column_stack([numbers // n_samples, numbers % n_samples])


def thinned(pairs: NDArray, max_edges: int | None) -> NDArray:
    """At most so many of the pairs, evenly taken from all."""
    n_edges = len(pairs)
    if max_edges is None or n_edges <= max_edges:
        return pairs
    # The middle of each of max_edges stretches.
    return pairs[(np.arange(max_edges) * 2 + 1) * n_edges // (2 * max_edges)]


def draw_edges(
    ax: Axes,
    places: NDArray,
    pairs: NDArray,
    colours: NDArray | None,
    edge_kw: dict[str, Any] | None,
) -> LineCollection:
    """Draw lines between pairs of points, below the points.

    They have the means of their ends' colours, so that one that joins what lies far
    apart is seen.
    """
    from matplotlib.collections import LineCollection

    n_edges = len(pairs)
    style = {
        "color": "0.6" if colours is None else colours[pairs].mean(axis=1),
        "linewidth": float(np.clip(20 / np.sqrt(max(n_edges, 1)), 0.15, 0.8)),
        "rasterized": n_edges > MANY,
        "zorder": 1,
    }
    style = styled(LineCollection, style, edge_kw)
    segments = places[pairs]
    if places.shape[1] == 2:
        return ax.add_collection(LineCollection(segments, **style), autolim=False)
    from mpl_toolkits.mplot3d.art3d import Line3DCollection

    return ax.add_collection3d(Line3DCollection(segments, **style), autolim=False)
