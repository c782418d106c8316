"""Nearest neighbours of all rows: seconds beside scikit-learn's brute force.

asv runs the class; as a script it prints ratios of medians of rounds in which both take
turns, with 2 jobs; where both are scikit-learn's, it is 1. MNIST needs
SKMANIFOLD_NN_DATA, see data.py.
"""

import statistics
import time

import data
import numpy as np
from sklearn.neighbors import NearestNeighbors

from skmanifold_nn._neighbors import kneighbors_graph

N_JOBS = 2


def with_copies(part):
    X = data.gaussian(10_000, 100)
    X[:: round(1 / part)] = X[0]
    return X


CASES = {
    "MNIST 10,000": lambda: data.mnist(10_000),
    "MNIST 10,000 float32": lambda: data.mnist(10_000, np.float32),
    "digits 1,797": data.digits,
    "Gaussian 10,000 x 50": lambda: data.gaussian(10_000, 50),
    "Gaussian 5,000 x 200": lambda: data.gaussian(5_000, 200),
    "Gaussian 1,000 x 64": lambda: data.gaussian(1_000, 64),
    "5% copies of a row": lambda: with_copies(0.05),
    "20% copies (given up)": lambda: with_copies(0.2),
}


class NeighborsOfRows:
    params = [list(CASES), [10, 30]]
    param_names = ["rows", "n_neighbors"]

    def setup(self, name, n_neighbors):
        self.nbrs = NearestNeighbors(algorithm="brute", n_jobs=N_JOBS)
        self.nbrs.fit(CASES[name]())

    def time_ours(self, name, n_neighbors):
        kneighbors_graph(self.nbrs, n_neighbors, N_JOBS)

    def time_scikit_learn(self, name, n_neighbors):
        self.nbrs.kneighbors_graph(n_neighbors=n_neighbors, mode="distance")

    def peakmem_ours(self, name, n_neighbors):
        self.time_ours(name, n_neighbors)


def seconds(function, *args):
    start = time.perf_counter()
    function(*args)
    return time.perf_counter() - start


def compare(name, n_neighbors, n_rounds=5):
    table = NeighborsOfRows()
    table.setup(name, n_neighbors)
    rounds = [
        (
            seconds(table.time_ours, name, n_neighbors),
            seconds(table.time_scikit_learn, name, n_neighbors),
        )
        for _ in range(n_rounds)
    ]
    ours, theirs = (statistics.median(r) for r in zip(*rounds, strict=True))
    return (
        f"{name:22s} k = {n_neighbors}: {ours:.3f} s, scikit-learn {theirs:.3f} s = "
        f"{theirs / ours:.2f} x"
    )


if __name__ == "__main__":
    for name in CASES:
        for n_neighbors in (10, 30):
            try:
                print(compare(name, n_neighbors), flush=True)
            except NotImplementedError as error:
                print(name, "left out:", error)
