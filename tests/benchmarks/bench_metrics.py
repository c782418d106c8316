"""Measures of embeddings beside scikit-learn's trustworthiness.

asv runs the classes; ``python tests/benchmarks/bench_metrics.py [WORDS]`` prints the
table of the speed page, see compare.py. The quality is the measure itself: the same for
both libraries where both have it.
"""

import compare
import data
import sklearn.manifold
from compare import N_JOBS

from skmanifold_nn import metrics

LIBRARIES = {"scikit-learn": sklearn.manifold, "ours": metrics}
RANDOM = {"n_anchors": 500, "random_state": 0}


def roll_pressed_flat(n_samples):
    X = data.roll(n_samples)
    return X, X[:, :2]


def cloud(n_samples):
    """Fifty features, of which two are kept."""
    X = data.gaussian(n_samples, 50)
    X[:, :2] *= 3
    return X, X[:, :2]


def params_of(library):
    return {"n_jobs": N_JOBS} if library == "ours" else {}


class Trustworthiness:
    params = [["ours", "scikit-learn"], ["roll", "cloud"], [1_000, 3_000]]
    param_names = ["library", "data", "n_samples"]
    timeout = 300

    def setup(self, library, data, n_samples):
        self.measure = LIBRARIES[library].trustworthiness
        self.given = {"roll": roll_pressed_flat, "cloud": cloud}[data](n_samples)
        self.params = params_of(library)

    def time_exact(self, library, data, n_samples):
        self.measure(*self.given, **self.params)

    def peakmem_exact(self, library, data, n_samples):
        self.measure(*self.given, **self.params)

    def track_value(self, library, data, n_samples):
        return self.measure(*self.given, **self.params)


class Measures:
    """Exactly, and from a sample of rows of more."""

    params = [
        [
            "co_ranking",
            "continuity",
            "geodesic_correlation",
            "local_distortion",
            "residual_variance",
            "stress",
            "trustworthiness",
        ]
    ]
    param_names = ["name"]
    timeout = 300

    def setup(self, name):
        self.measure = getattr(metrics, name)
        self.some = roll_pressed_flat(1_000)
        self.many = roll_pressed_flat(5_000)

    def time_exact(self, name):
        self.measure(*self.some, n_jobs=N_JOBS)

    def time_sample(self, name):
        self.measure(*self.many, n_jobs=N_JOBS, **RANDOM)

    def peakmem_sample(self, name):
        self.measure(*self.many, n_jobs=N_JOBS, **RANDOM)


class SamplingError:
    """How many standard errors a sample's value is off, root mean square of ten."""

    params = [["trustworthiness", "continuity", "residual_variance", "stress"]]
    param_names = ["name"]

    def setup(self, name):
        self.measure = getattr(metrics, name)
        self.given = roll_pressed_flat(1_500)

    def track_standard_errors(self, name):
        exact = self.measure(*self.given)
        total = 0.0
        for seed in range(10):
            value, error = self.measure(
                *self.given, n_anchors=150, random_state=seed, return_error=True
            )
            total += ((value - exact) / error) ** 2
        return (total / 10) ** 0.5


def work_of(library, name, load, params, quality):
    """A measure of data that `load` makes."""
    measure = getattr(LIBRARIES[library], name)
    params = {**params_of(library), **params}

    def factory():
        X, Y = load()
        measure(X[:1000], Y[:1000], **params)  # imports and first calls stay out
        return lambda: measure(X, Y, **params), quality

    return factory


def both(load):
    return {
        library: work_of(library, "trustworthiness", load, {}, float)
        for library in LIBRARIES
    }


def alone(name, load, quality=float, **params):
    return {"ours": work_of("ours", name, load, params, quality)}


def area(result):
    return result.auc_r_nx


WORKS = {
    "trustworthiness, roll n = 5,000": both(lambda: roll_pressed_flat(5_000)),
    "trustworthiness, n = 5,000 of 50 features": both(lambda: cloud(5_000)),
    "co_ranking for every k, roll n = 5,000": alone(
        "co_ranking", lambda: roll_pressed_flat(5_000), area
    ),
    "trustworthiness, exact, roll n = 100,000": alone(
        "trustworthiness", lambda: roll_pressed_flat(100_000)
    ),
    "trustworthiness, 500 anchors, roll n = 100,000": alone(
        "trustworthiness", lambda: roll_pressed_flat(100_000), **RANDOM
    ),
    "co_ranking, 500 anchors, roll n = 100,000": alone(
        "co_ranking", lambda: roll_pressed_flat(100_000), area, **RANDOM
    ),
}


if __name__ == "__main__":
    compare.main(__file__, WORKS)
