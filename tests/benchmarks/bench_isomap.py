"""Isomap and geodesics: seconds and peak memory beside scikit-learn's and SciPy's.

asv runs the classes; ``python tests/benchmarks/bench_isomap.py`` prints the table of
README.rst: every fit in a process of its own, ours and the peer's in turn, medians of
three pairs. MNIST needs SKMANIFOLD_NN_DATA, see data.py.
"""

import compare
import data
import numpy as np
import sklearn.manifold
from compare import N_JOBS, follow_the_arc, roll_with_arc
from scipy.sparse.csgraph import shortest_path
from sklearn.datasets import make_swiss_roll
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn.graph import geodesics
from skmanifold_nn.manifold import Isomap


class ExactIsomap:
    """Fits of the roll by both libraries; arc length against the first coordinate."""

    params = [["ours", "scikit-learn"], [1_000, 5_000]]
    param_names = ["library", "n_samples"]
    timeout = 300

    def setup(self, library, n_samples):
        self.X, self.arc = make_swiss_roll(n_samples, noise=0.05, random_state=3)
        kind = Isomap if library == "ours" else sklearn.manifold.Isomap
        self.isomap = kind(n_neighbors=12, n_jobs=N_JOBS)

    def time_fit(self, library, n_samples):
        self.isomap.fit(self.X)

    def peakmem_fit(self, library, n_samples):
        self.isomap.fit(self.X)

    def track_rank_correlation_with_arc(self, library, n_samples):
        return follow_the_arc(self.isomap.fit_transform(self.X), self.arc)


class NewRows:
    """Placing 1,000 new rows, with and without stored distances, and by landmarks."""

    params = [[{}, {"store_dist_matrix": False}, {"n_landmarks": 200}]]
    param_names = ["parameters"]

    def setup(self, parameters):
        self.isomap = Isomap(n_neighbors=12, n_jobs=N_JOBS, **parameters)
        self.isomap.fit(data.roll(5_000))
        self.new = data.roll(1_000) + 0.05

    def time_transform(self, parameters):
        self.isomap.transform(self.new)

    def time_inverse_transform(self, parameters):
        self.isomap.inverse_transform(self.isomap.embedding_[:1_000])


def graph_of(X, n_neighbors=12):
    graph = kneighbors_graph(X, n_neighbors, mode="distance", n_jobs=N_JOBS)
    return graph.maximum(graph.T).tocsr()


def isomap_work(X, arc, kind, **parameters):
    """A fit, and how well its columns follow the arc length."""
    estimator = kind(n_jobs=N_JOBS, **parameters)
    kind(n_jobs=N_JOBS).fit(X[:200])  # imports and first calls stay out
    return lambda: estimator.fit(X), lambda _: follow_the_arc(estimator.embedding_, arc)


def geodesics_work(function):
    graph = graph_of(data.roll(10_000))
    function(graph_of(data.roll(200)))
    return lambda: function(graph), lambda distances: distances[:50].sum()


def peer_isomap(X, arc, **parameters):
    return isomap_work(X, arc, sklearn.manifold.Isomap, **parameters)


def our_isomap(X, arc, **parameters):
    return isomap_work(X, arc, Isomap, **parameters)


WORKS = {
    "exact Isomap, roll n = 10,000, k = 12": {
        "scikit-learn": lambda: peer_isomap(*roll_with_arc(10_000), n_neighbors=12),
        "ours": lambda: our_isomap(*roll_with_arc(10_000), n_neighbors=12),
    },
    "exact Isomap, 10,000 MNIST digits, k = 10": {
        "scikit-learn": lambda: peer_isomap(data.mnist(10_000), None, n_neighbors=10),
        "ours": lambda: our_isomap(data.mnist(10_000), None, n_neighbors=10),
    },
    "exact Isomap, roll n = 30,000, float32": {
        "ours": lambda: our_isomap(*roll_with_arc(30_000, np.float32), n_neighbors=12),
    },
    "geodesics alone, roll n = 10,000": {
        "SciPy": lambda: geodesics_work(
            lambda graph: shortest_path(graph, method="D", directed=False)
        ),
        "ours": lambda: geodesics_work(lambda graph: geodesics(graph, n_jobs=N_JOBS)),
    },
    "landmark Isomap, roll n = 200,000, 500 landmarks": {
        "ours": lambda: our_isomap(
            *roll_with_arc(200_000), n_neighbors=12, n_landmarks=500
        ),
    },
}


if __name__ == "__main__":
    compare.main(__file__, WORKS)
