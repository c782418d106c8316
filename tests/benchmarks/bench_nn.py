"""Perceptrons beside scikit-learn's and PyTorch's.

asv runs the classes; ``python tests/benchmarks/bench_nn.py [WORDS]`` prints the table
of README.rst, see compare.py. PyTorch takes part where it is installed. The quality is
the last epoch's training loss; all libraries use Adam and float32.
"""

from importlib.util import find_spec
from itertools import pairwise

import compare
import numpy as np
import sklearn.neural_network
from compare import N_JOBS
from joblib import parallel_config
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.utils.validation import validate_data

from skmanifold_nn import neural_network

MODULES = {"scikit-learn": sklearn.neural_network, "ours": neural_network}
N_SAMPLES = 10_000
# Features, hidden layers, classes, batch size, epochs.
SHAPES = {
    "20-64-64-2, batch 32": (20, (64, 64), 2, 32, 30),
    "784-100-10, batch 200": (784, (100,), 10, 200, 15),
    "784-512-512-10, batch 128": (784, (512, 512), 10, 128, 5),
}


def noise(n_features, n_classes):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((N_SAMPLES, n_features), dtype=np.float32)
    return X, rng.integers(0, n_classes, N_SAMPLES)


def perceptron(library, hidden, batch_size, n_epochs):
    threads = {"n_jobs": N_JOBS} if library == "ours" else {}
    return MODULES[library].MLPClassifier(
        hidden,
        batch_size=batch_size,
        max_iter=n_epochs,
        tol=0.0,
        n_iter_no_change=10**6,
        random_state=0,
        **threads,
    )


class Epochs:
    """Epochs of the three shapes."""

    params = [["ours", "scikit-learn"], list(SHAPES)]
    param_names = ["library", "shape"]
    timeout = 300

    def setup(self, library, shape):
        n_features, hidden, n_classes, batch_size, _ = SHAPES[shape]
        self.data = noise(n_features, n_classes)
        self.estimator = perceptron(library, hidden, batch_size, 3)

    def time_fit(self, library, shape):
        self.estimator.fit(*self.data)

    def peakmem_fit(self, library, shape):
        self.estimator.fit(*self.data)

    def track_loss(self, library, shape):
        return self.estimator.fit(*self.data).loss_


class Predictions:
    """Probabilities of one row and of many."""

    params = [["ours", "scikit-learn"], [1, N_SAMPLES]]
    param_names = ["library", "n_rows"]

    def setup(self, library, n_rows):
        X, y = noise(784, 10)
        self.estimator = perceptron(library, (100,), 200, 1).fit(X, y)
        self.rows = X[:n_rows]

    def time_predict_proba(self, library, n_rows):
        self.estimator.predict_proba(self.rows)


def fit_of(library, shape):
    """Work and quality of a fit."""
    n_features, hidden, n_classes, batch_size, n_epochs = SHAPES[shape]

    def factory():
        X, y = noise(n_features, n_classes)
        perceptron(library, hidden, batch_size, 1).fit(X, y)  # first calls stay out
        estimator = perceptron(library, hidden, batch_size, n_epochs)
        return lambda: estimator.fit(X, y), lambda fitted: fitted.loss_

    return factory


def torch_fit_of(shape):
    """The same work as a PyTorch user writes it."""
    n_features, hidden, n_classes, batch_size, n_epochs = SHAPES[shape]

    def factory():
        import torch
        from torch import nn
        from torch_peer import training

        X, y = (torch.from_numpy(a) for a in noise(n_features, n_classes))
        sizes = [n_features, *hidden, n_classes]
        layers = [
            layer
            for n_in, n_out in pairwise(sizes)
            for layer in (nn.Linear(n_in, n_out), nn.ReLU())
        ]
        network, loss = nn.Sequential(*layers[:-1]), nn.CrossEntropyLoss()
        return training(network, loss, X, y, batch_size, n_epochs)

    return factory


def grid_search(library, backend, dtype):
    """24 fits of a small net on digits, two jobs."""

    def factory():
        X, y = load_digits(return_X_y=True)
        X = (X / 16).astype(dtype)
        grid = {"alpha": [1e-4, 1e-2], "learning_rate_init": [0.001, 0.003, 0.01, 0.03]}
        net = MODULES[library].MLPClassifier((32,), max_iter=100, random_state=0)
        search = GridSearchCV(net, grid, cv=3, n_jobs=N_JOBS, refit=False)

        def work():
            with parallel_config(backend, n_jobs=N_JOBS):
                return search.fit(X, y)

        work()  # imports, and loky's processes, stay out
        return work, lambda fitted: fitted.best_score_

    return factory


def one_row(library):
    """10,000 times the probabilities of one row, or its validation alone."""

    def factory():
        X, y = load_digits(return_X_y=True)
        kind = "ours" if library == "validation alone" else library
        net, row = perceptron(kind, (100,), 200, 3).fit(X, y), X[:1]
        if library == "validation alone":

            def call():
                validate_data(net, row, accept_sparse=["csr", "csc"], reset=False)

        else:

            def call():
                net.predict_proba(row)

        def work():
            for _ in range(10_000):
                call()

        return work, lambda _: 1.0

    return factory


def fits(shape):
    works = {library: fit_of(library, shape) for library in MODULES}
    if find_spec("torch"):
        works["PyTorch"] = torch_fit_of(shape)
    return works


def searches(dtype):
    return {
        "ours": grid_search("ours", "threading", dtype),
        "scikit-learn, loky": grid_search("scikit-learn", "loky", dtype),
        "scikit-learn, threading": grid_search("scikit-learn", "threading", dtype),
    }


WORKS = (
    {f"{shape}, n = {N_SAMPLES:,}": fits(shape) for shape in SHAPES}
    | {
        f"GridSearchCV, 24 fits, digits, {dtype}": searches(dtype)
        for dtype in ("float32", "float64")
    }
    | {
        "predict_proba of one row, 10,000 times": {
            library: one_row(library)
            for library in ("ours", "scikit-learn", "validation alone")
        },
    }
)


if __name__ == "__main__":
    compare.main(__file__, WORKS)
