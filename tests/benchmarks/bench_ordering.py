"""Fill-reducing orderings: time, and fill against METIS's nested dissection.

Run as a script, the file prints a table. The comparison needs pymetis.
"""

from functools import cache, partial
from time import perf_counter

import data
import numpy as np
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn._ordering import METHODS, fill_reducing_order
from skmanifold_nn._symbolic import eliminate_columns

CASES = {
    "roll": lambda: (data.roll(10_000), 12),
    "s_curve": lambda: (data.s_curve(10_000), 10),
    "digits": lambda: (data.digits(), 10),
    "cloud_3d": lambda: (data.gaussian(10_000, 3), 10),
    "roll_200000": lambda: (data.roll(200_000), 12),
    "mnist_5000": lambda: (data.mnist(5000, np.float32), 10),
    "mnist": lambda: (data.mnist(10_000, np.float32), 10),
}


@cache
def load(name):
    """Symmetrised neighbourhood graph of a case, as CSR without a diagonal."""
    graph = kneighbors_graph(*CASES[name]())
    graph = (graph + graph.T).tocsr()
    graph.sort_indices()
    return graph.indptr.astype(np.int32), graph.indices.astype(np.int32)


def costs(graph, order):
    """Fill per vertex and sum of squared column counts."""
    counts = eliminate_columns(*graph, order).counts - 1.0
    return counts.mean(), np.sum(counts**2)


def metis_order(graph):
    import pymetis

    order, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(*graph))
    return np.asarray(order, dtype=np.int32)


class Ordering:
    params = (list(CASES), list(METHODS))
    param_names = ("graph", "method")

    def setup(self, name, method):
        self.graph = load(name)

    def time_order(self, name, method):
        fill_reducing_order(*self.graph, method=method)

    def track_fill(self, name, method):
        return costs(self.graph, fill_reducing_order(*self.graph, method=method))[0]

    def track_fill_over_metis(self, name, method):
        return (
            self.track_fill(name, method)
            / costs(self.graph, metis_order(self.graph))[0]
        )


def timed(function, repeat=3):
    """The result and the median time."""
    times = []
    for _ in range(repeat):
        start = perf_counter()
        result = function()
        times.append(perf_counter() - start)
    return result, np.median(times)


def main():
    print("graph        method               ms     fill  x METIS      work  x METIS")
    for name in CASES:
        try:
            graph = load(name)
        except NotImplementedError as reason:
            print(f"{name:12s} left out: {reason}")
            continue
        orders = {"METIS": partial(metis_order, graph)}
        for method in METHODS:
            orders[method] = partial(fill_reducing_order, *graph, method=method)
        metis = None
        for method, find_order in orders.items():
            order, seconds = timed(find_order)
            fill, work = costs(graph, order)
            metis = metis or (fill, work)
            print(
                f"{name:12s} {method:15s} {seconds * 1e3:7.1f} {fill:8.2f} "
                f"{fill / metis[0]:8.3f} {work:9.2e} {work / metis[1]:8.3f}"
            )


if __name__ == "__main__":
    main()
