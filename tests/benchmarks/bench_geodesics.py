"""Elimination against search: is the choice between the two the right one?

asv runs the class; as a script it prints a table over ten graphs: fill, seconds of each
step, and how much slower the choice of ``method="auto"`` is than the better method.
The constants of `skmanifold_nn._geodesics` come from the columns of rates.
"""

import statistics
import sys
import time

import data
import numpy as np
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn import _geodesics
from skmanifold_nn._ordering import fill_reducing_order
from skmanifold_nn._symbolic import eliminate_columns
from skmanifold_nn.graph import geodesics, symmetrize

N_JOBS = 2
GRAPHS = {
    "roll 2,000": (lambda: data.roll(2_000), 12),
    "roll 10,000": (lambda: data.roll(10_000), 12),
    "S-curve 6,000": (lambda: data.s_curve(6_000), 10),
    "digits 1,797": (data.digits, 10),
    "MNIST 5,000": (lambda: data.mnist(5_000), 10),
    "Gaussian 3-d 5,000": (lambda: data.gaussian(5_000, 3), 10),
    "Gaussian 5-d 5,000": (lambda: data.gaussian(5_000, 5), 10),
    "Gaussian 10-d 4,000": (lambda: data.gaussian(4_000, 10), 10),
    "Gaussian 20-d 2,000": (lambda: data.gaussian(2_000, 20), 10),
    "Gaussian 20-d 6,000": (lambda: data.gaussian(6_000, 20), 10),
    "Gaussian 10-d 3,000, k = 30": (lambda: data.gaussian(3_000, 10), 30),
}


def graph_named(name):
    rows, n_neighbors = GRAPHS[name]
    return symmetrize(kneighbors_graph(rows(), n_neighbors, mode="distance"))


class Geodesics:
    params = [list(GRAPHS), ["elimination", "dijkstra", "auto"]]
    param_names = ["graph", "method"]
    timeout = 300

    def setup(self, name, method):
        self.graph = graph_named(name)

    def time_all_pairs(self, name, method):
        geodesics(self.graph, method=method, n_jobs=N_JOBS)


def seconds(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def rates(graph):
    """Constants of the cost model as this graph shows them, on one thread."""
    n = graph.shape[0]
    order_seconds, order = seconds(
        lambda: fill_reducing_order(graph.indptr, graph.indices)
    )
    columns = eliminate_columns(graph.indptr, graph.indices, order)
    numeric, eliminated = seconds(lambda: _geodesics.EliminatedGraph(graph, columns, 1))
    sources = np.arange(min(n, 512))
    seeds = _geodesics.Seeds.at(sources, graph.dtype)
    out = np.zeros((len(sources), n))
    sweep, _ = seconds(lambda: eliminated.distances(seeds, out))
    search, _ = seconds(lambda: _geodesics.search(graph, seeds, 1, out))
    return {
        "fill": columns.counts.mean() - 1,
        "order/edge": order_seconds / graph.nnz,
        "num/op": numeric / columns.n_operations,
        "sweep/entry": sweep / len(sources) / columns.n_entries,
        "search/predicted": search
        / len(sources)
        / _geodesics._search_seconds(n, graph.nnz),
    }


def compare(name, n_rounds=3):
    graph = graph_named(name)
    methods = ("elimination", "dijkstra", "auto")
    rounds = [
        [
            seconds(lambda m=m: geodesics(graph, method=m, n_jobs=N_JOBS))[0]
            for m in methods
        ]
        for _ in range(n_rounds)
    ]
    worse = statistics.median(auto / min(e, d) for e, d, auto in rounds)
    e, d, auto = (statistics.median(times) for times in zip(*rounds))  # noqa: B905
    chosen = _geodesics.plan(graph, graph.shape[0])
    row = f"{name:28s} eliminate {e:6.2f} s, search {d:6.2f} s, auto {auto:6.2f} s"
    row += f" ({'search' if chosen is None else 'eliminate'}): {worse:.2f} x the better"
    details = " ".join(f"{key} {value:.2g}" for key, value in rates(graph).items())
    return f"{row} | {details}"


if __name__ == "__main__":
    for name in GRAPHS:
        if len(sys.argv) < 2 or sys.argv[1] in name:
            try:
                print(compare(name), flush=True)
            except NotImplementedError as error:
                print(name, "left out:", error)
