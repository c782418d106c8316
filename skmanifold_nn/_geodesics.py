"""The two ways to exact shortest paths behind `skmanifold_nn.graph.geodesics`.

`EliminatedGraph` closes the graph in the (min, +) semiring by sparse elimination and
then sweeps blocks of sources over it, `search` runs Dijkstra's algorithm from every
source. Both give the same distances up to rounding; `plan` predicts from the symbolic
analysis which is quicker.
"""

from dataclasses import dataclass

import numpy as np

from ._kernels import _closure, _dijkstra, _sweep
from ._memory import available_memory
from ._ordering import fill_reducing_order
from ._symbolic import build_panels, eliminate_columns

__all__ = ["EliminatedGraph", "Seeds", "plan", "search"]

LANE_BYTES = _sweep.LANE_BYTES
# Seconds that one call of a kernel may take before Python may see Ctrl-C again.
CALL_SECONDS = 0.2
# Costs in seconds on one thread, measured by tests/benchmarks/bench_geodesics.py; only
# their ratios decide anything.
ELIMINATE_ENTRY = 1.1e-10  # one add and min of the numeric elimination, float64
SWEEP_ENTRY = 0.9e-10  # one entry of the factor for one source, float64
SWEEP_VERTEX = 3e-9  # writing one distance
SEARCH_EDGE = 3.3e-9  # looking at one edge
SEARCH_VERTEX = 2.7e-9  # one level of the heap for one vertex
ORDER_EDGE = 4e-7  # ordering and analysis, an edge


@dataclass(frozen=True)
class Seeds:
    """Where every source starts: vertices and distances to them, as rows of a CSR.

    Source i starts at ``vertices[start[i]:start[i + 1]]``, `offsets` away from each.
    """

    start: np.ndarray
    vertices: np.ndarray
    offsets: np.ndarray

    @classmethod
    def at(cls, vertices, dtype):
        """One seed at distance zero a source."""
        return cls(
            np.arange(len(vertices) + 1, dtype=np.int64),
            np.ascontiguousarray(vertices, dtype=np.int32),
            np.zeros(len(vertices), dtype=dtype),
        )

    def __len__(self):
        return len(self.start) - 1


def _spans(n_sources, seconds_a_source, multiple):
    """Cut sources into spans of about CALL_SECONDS."""
    step = max(1, int(CALL_SECONDS / max(seconds_a_source, 1e-9)))
    step = -(-step // multiple) * multiple
    return [(a, min(a + step, n_sources)) for a in range(0, n_sources, step)]


class EliminatedGraph:
    """A graph closed in the (min, +) semiring, ready for sweeps from any source.

    Parameters
    ----------
    graph : csr_array of shape (n, n)
        Symmetric, non-negative weights, int32 indices, no diagonal.
    columns : Columns
        Symbolic analysis of the graph's pattern.
    n_threads : int
    """

    def __init__(self, graph, columns, n_threads):
        self._columns = columns
        self._n_threads = n_threads
        self._dtype = graph.dtype
        self._panels = build_panels(graph.indptr, graph.indices, columns)
        self._values = self._eliminate(graph)

    def _layout(self):
        panels = self._panels
        return panels.first, panels.owner, panels.row_start, panels.rows

    def _eliminate(self, graph):
        panels, threads = self._panels, self._n_threads
        lanes = LANE_BYTES // self._dtype.itemsize
        longest = max(int(panels.heights.max(initial=0)), 1)
        padded = -(-longest // lanes) * lanes
        values = np.full(panels.n_values, np.inf, dtype=self._dtype)
        _closure.scatter_edges(
            graph.indptr,
            graph.indices,
            graph.data,
            self._columns.order,
            self._columns.position,
            *self._layout(),
            panels.value_start,
            np.empty(len(self._columns.order), dtype=np.int32),
            values,
        )
        panel = np.empty(padded * int(panels.widths.max(initial=1)), self._dtype)
        update = np.empty((threads, 4 * padded), self._dtype)
        place = np.empty((threads, longest), dtype=np.int32)
        seconds = ELIMINATE_ENTRY * np.cumsum(_panel_operations(panels))
        begin = 0
        while begin < panels.n_supernodes:
            spent = seconds[begin] + CALL_SECONDS
            end = max(begin + 1, int(np.searchsorted(seconds, spent)))
            _closure.eliminate(
                begin,
                end,
                *self._layout(),
                panels.value_start,
                threads,
                panel,
                update,
                place,
                values,
            )
            begin = end
        return values

    def distances(self, seeds, out):
        """Distances from every source to every vertex.

        Parameters
        ----------
        seeds : Seeds
        out : ndarray of shape (len(seeds), n)
            Written in place.
        """
        n, panels, threads = out.shape[1], self._panels, self._n_threads
        lanes = LANE_BYTES // self._dtype.itemsize
        threads = max(1, min(threads, -(-len(seeds) // lanes)))
        # Sources that follow each other in the order share most of the way up.
        begins = np.minimum(seeds.start[:-1], max(len(seeds.vertices) - 1, 0))
        leading = self._columns.position[seeds.vertices[begins]]
        sequence = np.argsort(leading, kind="stable").astype(np.int32)
        reached = np.empty((threads, panels.n_supernodes), dtype=np.uint8)
        lanes_of_all = np.empty((threads, n * lanes), dtype=self._dtype)
        seconds = _sweep_seconds(panels.n_values, n, self._dtype) / threads
        for begin, end in _spans(len(seeds), seconds, lanes * threads):
            _sweep.sweep(
                begin,
                end,
                self._columns.position,
                *self._layout(),
                panels.value_start,
                self._values,
                seeds.start,
                seeds.vertices,
                seeds.offsets,
                sequence,
                threads,
                reached,
                lanes_of_all,
                out,
            )


def search(graph, seeds, n_threads, out, predecessors=None):
    """Dijkstra's algorithm from every source.

    Parameters
    ----------
    graph : csr_array of shape (n, n)
    seeds : Seeds
    n_threads : int
    out : ndarray of shape (len(seeds), n)
        Written in place.
    predecessors : ndarray of shape (len(seeds), n), int32, optional
        Written in place.
    """
    n = graph.shape[0]
    if predecessors is None:
        predecessors = np.empty((0, n), dtype=np.int32)
    work = np.empty((n_threads, 2 * n), dtype=np.int32)
    seconds = _search_seconds(n, graph.nnz) / n_threads
    for begin, end in _spans(len(seeds), seconds, n_threads):
        _dijkstra.dijkstra(
            begin,
            end,
            graph.indptr,
            graph.indices,
            graph.data,
            seeds.start,
            seeds.vertices,
            seeds.offsets,
            n_threads,
            work,
            predecessors,
            out,
        )


def _panel_operations(panels):
    """Add-mins of the numeric elimination of every supernode."""
    k, r = panels.widths.astype(np.float64), panels.heights.astype(np.float64)
    return k * (k + r) ** 2 / 2


def _sweep_seconds(n_entries, n, dtype):
    return SWEEP_ENTRY * n_entries * dtype.itemsize / 8 + SWEEP_VERTEX * n


def _search_seconds(n, nnz):
    return SEARCH_EDGE * nnz + SEARCH_VERTEX * n * np.log2(max(n, 2))


def plan(graph, n_sources):
    """Choose between elimination and search, before anything large is allocated.

    Parameters
    ----------
    graph : csr_array of shape (n, n)
    n_sources : int

    Returns
    -------
    columns : Columns or None
        The symbolic analysis for an `EliminatedGraph`, None where Dijkstra's algorithm
        is predicted to be quicker or the fill does not fit in memory.
    """
    n, dtype = graph.shape[0], graph.dtype
    searching = n_sources * _search_seconds(n, graph.nnz)
    if ORDER_EDGE * graph.nnz > searching:
        return None
    order = fill_reducing_order(
        graph.indptr, graph.indices, max_work=2 * searching / ELIMINATE_ENTRY
    )
    if order is None:
        return None
    columns = eliminate_columns(graph.indptr, graph.indices, order)
    eliminating = ELIMINATE_ENTRY * columns.n_operations * dtype.itemsize / 8
    eliminating += n_sources * _sweep_seconds(columns.n_entries, n, dtype)
    limit = available_memory()
    needed = (1.5 * columns.n_entries + n_sources * n) * dtype.itemsize
    if eliminating > searching or (limit is not None and needed > limit):
        return None
    return columns
