"""Convolutional networks beside PyTorch's.

asv runs the classes; ``python tests/benchmarks/bench_cnn.py [WORDS]`` prints the table
of README.rst, see compare.py. PyTorch takes part where it is installed, in its faster
memory format. The quality is the last epoch's training loss; both use Adam and float32.
"""

from importlib.util import find_spec

import compare
import numpy as np
from compare import N_JOBS

from skmanifold_nn import neural_network

# Filters, and how the stages differ from LeNet's; images of 28 x 28 pixels.
N_SAMPLES, BATCH_SIZE, N_CLASSES = 2000, 64, 10
SHAPES = {
    "LeNet 6-16": ((6, 16), {}),
    "LeNet's shape, 32-64": ((32, 64), {}),
    "residual 16-32, batch normalised": (
        (16, 32),
        {"block": "residual", "normalization": "batch", "padding": "same"},
    ),
}
EPOCHS = {"LeNet 6-16": 20}


def noise():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((N_SAMPLES, 28, 28, 1), dtype=np.float32)
    return X, rng.integers(N_CLASSES, size=N_SAMPLES)


def classifier(shape, n_epochs):
    n_filters, options = SHAPES[shape]
    plain = "block" not in options
    return neural_network.ConvNetClassifier(
        n_filters,
        kernel_size=5 if plain else 3,
        **{"padding": "valid"} | options,
        hidden_layer_sizes=(128,),
        batch_size=BATCH_SIZE,
        max_iter=n_epochs,
        tol=0.0,
        n_iter_no_change=np.inf,
        random_state=0,
        n_jobs=N_JOBS,
    )


class Epochs:
    """Epochs of the shapes."""

    params = list(SHAPES)
    param_names = ["shape"]
    timeout = 300

    def setup(self, shape):
        self.data = noise()
        self.estimator = classifier(shape, 2)

    def time_fit(self, shape):
        self.estimator.fit(*self.data)

    def peakmem_fit(self, shape):
        self.estimator.fit(*self.data)


class Augmentation:
    """What moving the pictures adds to an epoch of LeNet."""

    params = [False, True]
    param_names = ["augmented"]

    def setup(self, augmented):
        self.data = noise()
        self.estimator = classifier("LeNet 6-16", 2)
        if augmented:
            self.estimator.set_params(augment={"shift": 2, "rotation": 10, "zoom": 0.1})

    def time_fit(self, augmented):
        self.estimator.fit(*self.data)


def fit_of(shape):
    """Work and quality of a fit."""

    def factory():
        X, y = noise()
        classifier(shape, 1).fit(X, y)  # first calls stay out
        estimator = classifier(shape, EPOCHS.get(shape, 5))
        return lambda: estimator.fit(X, y), lambda fitted: fitted.loss_

    return factory


def torch_network(shape):
    """The same layers, channels first."""
    from torch import nn

    n_filters, options = SHAPES[shape]

    class Residual(nn.Module):
        def __init__(self, n_in, n):
            super().__init__()
            self.change = nn.Sequential(
                *(nn.Conv2d(n_in, n, 3, padding=1, bias=False), nn.BatchNorm2d(n)),
                nn.ReLU(),
                *(nn.Conv2d(n, n, 3, padding=1, bias=False), nn.BatchNorm2d(n)),
            )
            self.shortcut = nn.Sequential(
                nn.Conv2d(n_in, n, 1, bias=False), nn.BatchNorm2d(n)
            )

        def forward(self, x):
            return nn.functional.relu(self.change(x) + self.shortcut(x))

    layers, n_in = [], 1
    for n in n_filters:
        if "block" in options:
            layers.append(Residual(n_in, n))
        else:
            layers += [nn.Conv2d(n_in, n, 5), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        n_in = n
    dense = [nn.LazyLinear(128), nn.ReLU(), nn.Linear(128, N_CLASSES)]
    if "normalization" in options:
        dense[0:1] = [nn.LazyLinear(128, bias=True), nn.BatchNorm1d(128)]
    return nn.Sequential(*layers, nn.Flatten(), *dense)


def torch_fit_of(shape):
    """The same work as a PyTorch user writes it, in the faster memory format."""

    def factory():
        import time

        import torch
        from torch_peer import training

        X, y = noise()
        images = torch.from_numpy(X.transpose(0, 3, 1, 2).copy())
        works = []
        for memory_format in (torch.contiguous_format, torch.channels_last):
            network = torch_network(shape)
            network(images[:2])  # sizes of dense layers
            works.append(
                training(
                    network.to(memory_format=memory_format),
                    torch.nn.functional.cross_entropy,
                    images.contiguous(memory_format=memory_format),
                    *(torch.from_numpy(y), BATCH_SIZE, EPOCHS.get(shape, 5)),
                )
            )
        seconds = []
        for work, _ in works:
            start = time.perf_counter()
            work(1)
            seconds.append(time.perf_counter() - start)
        return works[int(np.argmin(seconds))]

    return factory


def fits(shape):
    works = {"ours": fit_of(shape)}
    if find_spec("torch"):
        works["PyTorch"] = torch_fit_of(shape)
    return works


WORKS = {f"{shape}, n = {N_SAMPLES:,}": fits(shape) for shape in SHAPES}


if __name__ == "__main__":
    compare.main(__file__, WORKS)
