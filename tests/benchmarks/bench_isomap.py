"""Isomap and geodesics: seconds and peak memory beside scikit-learn's and SciPy's.

asv runs the classes; ``python tests/benchmarks/bench_isomap.py`` prints the table of
README.rst: every fit in a process of its own, ours and the peer's in turn, medians of
three pairs. MNIST needs SKMANIFOLD_NN_DATA, see data.py.
"""

import os
import statistics
import subprocess
import sys

import data
import numpy as np
import sklearn.manifold
from scipy.sparse.csgraph import shortest_path
from scipy.stats import spearmanr
from sklearn.datasets import make_swiss_roll
from sklearn.neighbors import kneighbors_graph

from skmanifold_nn.graph import geodesics
from skmanifold_nn.manifold import Isomap

N_JOBS = 2


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
        embedding = self.isomap.fit_transform(self.X)
        return max(abs(spearmanr(column, self.arc)[0]) for column in embedding.T)


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


def roll_with_arc(n_samples, dtype=np.float64):
    X, arc = make_swiss_roll(n_samples, noise=0.05, random_state=3)
    return X.astype(dtype), arc


def isomap_work(X, arc, kind, **parameters):
    """A fit, and how well its columns follow the arc length."""
    estimator = kind(n_jobs=N_JOBS, **parameters)
    kind(n_jobs=N_JOBS).fit(X[:200])  # imports and first calls stay out

    def quality(_):
        if arc is None:
            return float("nan")
        columns = estimator.embedding_.T
        return max(abs(spearmanr(column, arc)[0]) for column in columns)

    return lambda: estimator.fit(X), quality


def geodesics_work(function):
    graph = graph_of(data.roll(10_000))
    function(graph_of(data.roll(200)))
    return lambda: function(graph), lambda distances: distances[:50].sum()


def peer_isomap(X, arc, **parameters):
    return isomap_work(X, arc, sklearn.manifold.Isomap, **parameters)


def our_isomap(X, arc, **parameters):
    return isomap_work(X, arc, Isomap, **parameters)


# name: (ours, the peer's or None); each gives the work to time and its quality
WORKS = {
    "exact Isomap, roll n = 10,000, k = 12": (
        lambda: our_isomap(*roll_with_arc(10_000), n_neighbors=12),
        lambda: peer_isomap(*roll_with_arc(10_000), n_neighbors=12),
    ),
    "exact Isomap, 10,000 MNIST digits, k = 10": (
        lambda: our_isomap(data.mnist(10_000), None, n_neighbors=10),
        lambda: peer_isomap(data.mnist(10_000), None, n_neighbors=10),
    ),
    "exact Isomap, roll n = 30,000, float32": (
        lambda: our_isomap(*roll_with_arc(30_000, np.float32), n_neighbors=12),
        None,
    ),
    "geodesics alone, roll n = 10,000": (
        lambda: geodesics_work(lambda graph: geodesics(graph, n_jobs=N_JOBS)),
        lambda: geodesics_work(
            lambda graph: shortest_path(graph, method="D", directed=False)
        ),
    ),
    "landmark Isomap, roll n = 200,000, 500 landmarks": (
        lambda: our_isomap(*roll_with_arc(200_000), n_neighbors=12, n_landmarks=500),
        None,
    ),
}


def run_one(name, library):
    """In a process of its own: print seconds, peak MB and quality."""
    import resource
    import time

    work, quality = WORKS[name][library]()
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seconds, peak, quality(result))


def measure(name, library):
    threads = {"OMP_NUM_THREADS": str(N_JOBS), "OPENBLAS_NUM_THREADS": str(N_JOBS)}
    done = subprocess.run(
        [sys.executable, __file__, name, str(library)],
        env=os.environ | threads,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [float(word) for word in done.stdout.split()[-3:]]


def compare(name, n_pairs=3):
    """One row of the table."""
    has_peer = WORKS[name][1] is not None
    pairs = [
        (measure(name, 0), measure(name, 1) if has_peer else None)
        for _ in range(n_pairs)
    ]
    ours = [statistics.median(column) for column in zip(*(o for o, _ in pairs))]  # noqa: B905
    row = f"{name:50s} {ours[0]:8.2f} s {ours[1]:6.0f} MB quality {ours[2]:.6g}"
    if has_peer:
        theirs = [statistics.median(column) for column in zip(*(p for _, p in pairs))]  # noqa: B905
        ratio = statistics.median(p[0] / o[0] for o, p in pairs)
        row += (
            f" | peer {theirs[0]:8.2f} s {theirs[1]:6.0f} MB quality {theirs[2]:.6g}"
            f" | {ratio:.1f} x"
        )
    return row


if __name__ == "__main__":
    if len(sys.argv) == 3:
        run_one(sys.argv[1], int(sys.argv[2]))
    else:
        wanted = sys.argv[1] if len(sys.argv) == 2 else ""
        for name in WORKS:
            if wanted in name:
                try:
                    print(compare(name), flush=True)
                except RuntimeError as error:
                    print(name, "left out:", str(error).strip().splitlines()[-1])
