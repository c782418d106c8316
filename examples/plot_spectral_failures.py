"""
What goes wrong, and what to do
===============================

Methods of local conditions fail in a few typical ways. Each row below shows one, and
beside it the remedy.
"""

# %%
# Four failures
# -------------
# *A long strip.* The smoothest functions on a strip eight times as long as wide are all
# functions of the position along it: the second coordinate repeats the first. Hessian
# LLE still finds the width, though turned, and in a unit of its own; Isomap does, too.
#
# *Too many neighbours.* Edges jump between the layers of a roll, which are then glued.
#
# *Noise.* Neighbourhoods as small as the noise is thick have no tangent plane; larger
# ones have.
#
# *Several pieces.* scikit-learn shrinks three separate sheets to three points. Here
# each is embedded by itself, with a warning, and put next to the others.

import warnings

import matplotlib.pyplot as plt
import numpy as np
import sklearn.manifold
from sklearn.datasets import make_s_curve, make_swiss_roll

from skmanifold_nn.manifold import LocallyLinearEmbedding, SpectralEmbedding

rng = np.random.default_rng(11)
strip = rng.random((1500, 2)) * [8, 1]
roll, angle = make_swiss_roll(1500, random_state=3)
noisy, along = make_s_curve(1500, noise=0.05, random_state=3)
sheets = [make_s_curve(400, random_state=seed) for seed in (1, 2, 3)]
pieces = np.vstack([X + [0, 9 * i, 0] for i, (X, _) in enumerate(sheets)])
lengths = np.concatenate([t for _, t in sheets])


def lle(method, n_neighbors):
    return LocallyLinearEmbedding(method=method, n_neighbors=n_neighbors)


peer = sklearn.manifold.LocallyLinearEmbedding(n_neighbors=10, eigen_solver="dense")
CASES = [
    (
        "a long strip, Laplacian eigenmaps",
        strip,
        strip[:, 0],
        SpectralEmbedding(n_neighbors=12),
    ),
    ("the same, Hessian LLE", strip, strip[:, 0], lle("hessian", 12)),
    ("a roll, 60 neighbours, LTSA", roll, angle, lle("ltsa", 60)),
    ("the same, 12 neighbours", roll, angle, lle("ltsa", 12)),
    ("a noisy S, Hessian LLE, 8 neighbours", noisy, along, lle("hessian", 8)),
    ("the same, 25 neighbours", noisy, along, lle("hessian", 25)),
    ("three pieces, scikit-learn's LLE", pieces, lengths, peer),
    ("three pieces, LLE", pieces, lengths, lle("standard", 10)),
]
figure, axes = plt.subplots(4, 2, figsize=(9, 13), layout="constrained")
for ax, (title, X, colour, estimator) in zip(axes.flat, CASES, strict=True):
    with warnings.catch_warnings():  # of the three pieces
        warnings.simplefilter("ignore", UserWarning)
        embedding = estimator.fit_transform(X)
    ax.scatter(*embedding.T, c=colour, s=5)
    ax.set(title=title, xticks=[], yticks=[])
plt.show()
