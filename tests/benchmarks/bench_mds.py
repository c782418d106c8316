"""Multidimensional scaling beside scikit-learn's.

asv runs the classes; ``python tests/benchmarks/bench_mds.py [WORDS]`` prints the table
of README.rst, see compare.py. The quality is the final stress, or the largest
eigenvalue of classical scaling.
"""

import compare
import data
import numpy as np
import sklearn.manifold
from compare import N_JOBS

from skmanifold_nn import manifold

MODULES = {"scikit-learn": sklearn.manifold, "ours": manifold}
RANDOM = {"init": "random", "random_state": 0, "eps": 0.0, "normalized_stress": False}


def roll_of(n_samples):
    return lambda: data.roll(n_samples)


class Majorisation:
    """A hundred iterations from a random start."""

    params = [["ours", "scikit-learn"], [True, False], [500, 1_000]]
    param_names = ["library", "metric_mds", "n_samples"]
    timeout = 300

    def setup(self, library, metric_mds, n_samples):
        self.X = data.roll(n_samples)
        self.estimator = MODULES[library].MDS(
            metric_mds=metric_mds,
            max_iter=100,
            n_jobs=N_JOBS if library == "ours" else None,
            **RANDOM,
        )

    def time_fit(self, library, metric_mds, n_samples):
        self.estimator.fit(self.X)

    def peakmem_fit(self, library, metric_mds, n_samples):
        self.estimator.fit(self.X)

    def track_stress(self, library, metric_mds, n_samples):
        return self.estimator.fit(self.X).stress_


class Solvers:
    """Our ways to the same minimum from the classical start."""

    params = [
        [
            {},
            {"acceleration": "nesterov"},
            {"solver": "sgd", "random_state": 0},
            {"solver": "sgd", "n_pivots": 200, "random_state": 0},
        ]
    ]
    param_names = ["params"]
    timeout = 300

    def setup(self, params):
        self.X = data.digits()
        self.estimator = manifold.MDS(n_jobs=N_JOBS, **params)

    def time_fit(self, params):
        self.estimator.fit(self.X)

    def track_stress(self, params):
        return self.estimator.fit(self.X).stress_


class NewRows:
    """Placing 1,000 new rows."""

    params = [["MDS", "ClassicalMDS"]]
    param_names = ["name"]

    def setup(self, name):
        self.estimator = getattr(manifold, name)().fit(data.roll(2_000))
        self.new = data.roll(1_000) + 0.05

    def time_transform(self, name):
        self.estimator.transform(self.new)


def work_of(library, name, load, params, attribute):
    """A fit, and the attribute by which it is judged."""
    kind = getattr(MODULES[library], name)
    if library == "ours":  # scikit-learn's random start depends on it
        params = {"n_jobs": N_JOBS, **params}

    def factory():
        X = load()
        kind(**params).fit(X[:200])  # imports and first calls stay out
        return (
            lambda: kind(**params).fit(X),
            lambda fitted: np.max(getattr(fitted, attribute)),
        )

    return factory


def both(name, load, attribute, **params):
    return {
        library: work_of(library, name, load, params, attribute) for library in MODULES
    }


def alone(name, load, attribute, **params):
    return {"ours": work_of("ours", name, load, params, attribute)}


def metric(n_samples):
    return both("MDS", roll_of(n_samples), "stress_", max_iter=100, **RANDOM)


WORKS = {
    "metric MDS, 100 iterations, roll n = 2,000": metric(2_000),
    "metric MDS, 100 iterations, roll n = 4,000": metric(4_000),
    "non-metric MDS, 50 iterations, roll n = 1,000": both(
        "MDS", roll_of(1_000), "stress_", metric_mds=False, max_iter=50, **RANDOM
    ),
    "metric MDS, 1,797 digits, classical start": both(
        "MDS", data.digits, "stress_", init="classical_mds"
    ),
    "ClassicalMDS, roll n = 5,000": both(
        "ClassicalMDS", roll_of(5_000), "eigenvalues_"
    ),
    "MDS by 200 pivots, roll n = 100,000": alone(
        "MDS", roll_of(100_000), "stress_", solver="sgd", n_pivots=200, random_state=0
    ),
}


if __name__ == "__main__":
    compare.main(__file__, WORKS)
