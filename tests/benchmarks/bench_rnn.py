"""Recurrent networks beside PyTorch's.

asv runs the classes; ``python tests/benchmarks/bench_rnn.py [WORDS]`` prints the table
of README.rst, see compare.py. PyTorch takes part where it is installed. The quality is
the last epoch's training loss, half of a mean square; both use Adam and float32.
"""

from importlib.util import find_spec

import compare
import numpy as np
from compare import N_JOBS

from skmanifold_nn import neural_network

# Cell, samples, steps, features, units, epochs; batches of 32.
SHAPES = {
    "LSTM, 56 steps, 1 -> 32": ("LSTM", 2000, 56, 1, 32, 20),
    "LSTM, 50 steps, 16 -> 64": ("LSTM", 2000, 50, 16, 64, 10),
    "GRU, 56 steps, 1 -> 32": ("GRU", 2000, 56, 1, 32, 20),
    "GRU, 50 steps, 16 -> 64": ("GRU", 2000, 50, 16, 64, 10),
    "bidirectional LSTM, 100 steps, 39 -> 2 x 256": ("LSTM", 512, 100, 39, 256, 3),
    "bidirectional GRU, 100 steps, 39 -> 2 x 256": ("GRU", 512, 100, 39, 256, 3),
}
BATCH_SIZE = 32


def noise(shape):
    _, n_samples, n_steps, n_features, *_ = SHAPES[shape]
    rng = np.random.default_rng(3)
    X = rng.standard_normal((n_samples, n_steps, n_features), dtype=np.float32)
    return X, rng.standard_normal(n_samples, dtype=np.float32)


def is_bidirectional(shape):
    return shape.startswith("bidirectional")


def regressor(shape, n_epochs):
    cell, *_, n_units, _ = SHAPES[shape]
    return getattr(neural_network, f"{cell}Regressor")(
        (n_units,),
        bidirectional=is_bidirectional(shape),
        clip_norm=None,
        batch_size=BATCH_SIZE,
        max_iter=n_epochs,
        tol=0.0,
        n_iter_no_change=np.inf,
        random_state=0,
        n_jobs=N_JOBS,
    )


class Epochs:
    """Epochs of the six shapes."""

    params = list(SHAPES)
    param_names = ["shape"]
    timeout = 300

    def setup(self, shape):
        self.data = noise(shape)
        self.estimator = regressor(shape, 2)

    def time_fit(self, shape):
        self.estimator.fit(*self.data)

    def peakmem_fit(self, shape):
        self.estimator.fit(*self.data)


class Lengths:
    """Ragged sequences: time goes with the sum of the lengths."""

    params = ["ragged, 10 to 100 steps", "all 55 steps", "all 100 steps"]
    param_names = ["lengths"]

    def setup(self, lengths):
        self.data = ragged(lengths)

    def time_fit(self, lengths):
        ragged_regressor(2).fit(*self.data)


def fit_of(shape):
    """Work and quality of a fit."""

    def factory():
        X, y = noise(shape)
        regressor(shape, 1).fit(X, y)  # first calls stay out
        estimator = regressor(shape, SHAPES[shape][-1])
        return lambda: estimator.fit(X, y), lambda fitted: fitted.loss_

    return factory


def torch_fit_of(shape):
    """The same work as a PyTorch user writes it."""

    def factory():
        import torch
        from torch import nn
        from torch_peer import training

        cell, _, _, n_features, n_units, n_epochs = SHAPES[shape]
        both = is_bidirectional(shape)

        class Network(nn.Module):
            def __init__(self):
                super().__init__()
                self.cell = getattr(nn, cell)(
                    n_features, n_units, batch_first=True, bidirectional=both
                )
                self.output = nn.Linear(n_units, 1)

            def forward(self, x):
                states, _ = self.cell(x)
                if both:
                    last = states[:, -1, :n_units] + states[:, 0, n_units:]
                else:
                    last = states[:, -1]
                return self.output(last)[:, 0]

        def half_of_mean_square(outputs, y):
            return nn.functional.mse_loss(outputs, y) / 2

        X, y = (torch.from_numpy(a) for a in noise(shape))
        return training(Network(), half_of_mean_square, X, y, BATCH_SIZE, n_epochs)

    return factory


def ragged(lengths):
    """1,000 sequences of 16 features."""
    rng = np.random.default_rng(3)
    n_steps = rng.integers(10, 101, size=1000)
    if lengths.startswith("all"):
        n_steps[:] = int(lengths.split()[1])
    X = [rng.standard_normal((n, 16), dtype=np.float32) for n in n_steps]
    return X, rng.standard_normal(1000)


def ragged_regressor(n_epochs):
    return neural_network.LSTMRegressor(
        (64,),
        batch_size=BATCH_SIZE,
        max_iter=n_epochs,
        tol=0.0,
        n_iter_no_change=np.inf,
        random_state=0,
        n_jobs=N_JOBS,
    )


def ragged_fit_of(lengths):
    def factory():
        X, y = ragged(lengths)
        ragged_regressor(1).fit(X, y)
        return lambda: ragged_regressor(10).fit(X, y), lambda fitted: fitted.loss_

    return factory


def fits(shape):
    works = {"ours": fit_of(shape)}
    if find_spec("torch"):
        works["PyTorch"] = torch_fit_of(shape)
    return works


WORKS = {f"{shape}, n = {SHAPES[shape][1]:,}": fits(shape) for shape in SHAPES} | {
    "LSTM 64, lengths 10..100, peers of one length": {
        "ours": ragged_fit_of("ragged, 10 to 100 steps"),
        "all 55": ragged_fit_of("all 55 steps"),
        "all 100": ragged_fit_of("all 100 steps"),
    }
}


if __name__ == "__main__":
    compare.main(__file__, WORKS)
