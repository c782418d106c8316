"""Methods of bottom eigenvectors beside scikit-learn's and tapkee's.

asv runs the classes; ``python tests/benchmarks/bench_spectral.py [WORDS]`` prints the
table of README.rst, see compare.py. MNIST needs SKMANIFOLD_NN_DATA, see data.py; tapkee
is left out where it is not installed.
"""

import compare
import data
import numpy as np
import sklearn.manifold
from compare import N_JOBS, follow_the_arc, roll_with_arc

from skmanifold_nn import manifold

TAPKEE = {"standard": "lle", "ltsa": "ltsa", "hessian": "hlle", "laplacian": "la"}


def estimator_of(module, method, n_neighbors):
    if method == "laplacian":
        return module.SpectralEmbedding(n_neighbors=n_neighbors, n_jobs=N_JOBS)
    return module.LocallyLinearEmbedding(
        method=method, n_neighbors=n_neighbors, n_jobs=N_JOBS, random_state=0
    )


class Embeddings:
    """Fits of the roll; arc length against the best column."""

    params = [
        ["ours", "scikit-learn"],
        ["standard", "modified", "hessian", "ltsa", "laplacian"],
        [1_000, 5_000],
    ]
    param_names = ["library", "method", "n_samples"]
    timeout = 300

    def setup(self, library, method, n_samples):
        self.X, self.arc = roll_with_arc(n_samples)
        module = manifold if library == "ours" else sklearn.manifold
        self.estimator = estimator_of(module, method, 12)

    def time_fit(self, library, method, n_samples):
        self.estimator.fit(self.X)

    def peakmem_fit(self, library, method, n_samples):
        self.estimator.fit(self.X)

    def track_rank_correlation_with_arc(self, library, method, n_samples):
        return follow_the_arc(self.estimator.fit_transform(self.X), self.arc)


class NewRows:
    """Placing 1,000 new rows."""

    params = [["standard", "laplacian"]]
    param_names = ["method"]

    def setup(self, method):
        self.estimator = estimator_of(manifold, method, 12).fit(data.roll(5_000))
        self.new = data.roll(1_000) + 0.05

    def time_transform(self, method):
        self.estimator.transform(self.new)


def fit_of(module, method, X, arc, n_neighbors):
    """A fit, and how well it follows the arc length."""
    estimator = estimator_of(module, method, n_neighbors)
    estimator.fit(X[:200])  # imports and first calls stay out
    return (
        lambda: estimator.fit_transform(X),
        lambda embedding: follow_the_arc(embedding, arc),
    )


def tapkee_of(method, X, arc, n_neighbors):
    import tapkee

    def fit(rows):
        return tapkee.embed(
            np.asfortranarray(rows.T, dtype=np.float64),
            method=TAPKEE[method],
            num_neighbors=n_neighbors,
            target_dimension=2,
            neighbors_method="vptree",
            eigen_method="arpack",
        )

    fit(X[:200])
    return lambda: fit(X), lambda embedding: follow_the_arc(embedding, arc)


def libraries(method, load, n_neighbors, *, peers=("scikit-learn", "tapkee")):
    """Factories of the same work by several libraries; ours last."""
    factories = {
        "scikit-learn": lambda: fit_of(sklearn.manifold, method, *load(), n_neighbors),
        "tapkee": lambda: tapkee_of(method, *load(), n_neighbors),
        "ours": lambda: fit_of(manifold, method, *load(), n_neighbors),
    }
    return {name: factories[name] for name in (*peers, "ours")}


def roll_of(n_samples):
    return lambda: roll_with_arc(n_samples)


def digits():
    return data.mnist(10_000), None


SCIKIT_LEARN = ("scikit-learn",)
WORKS = {
    "LLE, roll n = 100,000, k = 12": libraries("standard", roll_of(100_000), 12),
    "LTSA, roll n = 5,000, k = 12": libraries("ltsa", roll_of(5_000), 12),
    "modified LLE, roll n = 5,000, k = 12": libraries(
        "modified", roll_of(5_000), 12, peers=SCIKIT_LEARN
    ),
    "Hessian LLE, roll n = 5,000, k = 12": libraries(
        "hessian", roll_of(5_000), 12, peers=("tapkee",)
    ),
    "Laplacian eigenmaps, roll n = 100,000, k = 10": libraries(
        "laplacian", roll_of(100_000), 10
    ),
    "LLE, 10,000 MNIST digits, k = 12": libraries(
        "standard", digits, 12, peers=SCIKIT_LEARN
    ),
    "Laplacian eigenmaps, 10,000 MNIST digits, k = 12": libraries(
        "laplacian", digits, 12, peers=SCIKIT_LEARN
    ),
    "Laplacian eigenmaps, roll n = 1,000,000, k = 10": libraries(
        "laplacian", roll_of(1_000_000), 10, peers=()
    ),
}


if __name__ == "__main__":
    compare.main(__file__, WORKS)
