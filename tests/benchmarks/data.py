"""Data that the benchmarks share.

MNIST is not part of the package: SKMANIFOLD_NN_DATA names an .npz file with an array
`images` of shape (n, 28, 28).
"""

import os

import numpy as np
from sklearn.datasets import load_digits, make_s_curve, make_swiss_roll


def roll(n, dtype=np.float64):
    return make_swiss_roll(n, noise=0.05, random_state=3)[0].astype(dtype)


def s_curve(n):
    return make_s_curve(n, noise=0.05, random_state=3)[0]


def digits():
    return load_digits().data


def gaussian(n, d):
    return np.random.default_rng(3).standard_normal((n, d))


def mnist(n, dtype=np.float64):
    path = os.environ.get("SKMANIFOLD_NN_DATA")
    if path is None:
        raise NotImplementedError("SKMANIFOLD_NN_DATA is not set")  # asv: skip
    return np.load(path)["images"].reshape(-1, 784)[:n].astype(dtype)
