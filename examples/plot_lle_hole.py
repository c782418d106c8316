"""
A hole in the sheet
===================

Isomap believes in shortest paths, and a shortest path goes around a hole: points on
both sides of it seem farther apart than they are, and the hole is widened. Methods
that only look at neighbourhoods do not follow those paths; but LLE and Laplacian
eigenmaps distort the sheet even more, by their own conditions. Hessian LLE is made to
find the true coordinates of any sheet that can be laid flat, whatever its border, and
local tangent space alignment does so here too.
"""

# %%
# How well the true coordinates are found
# ---------------------------------------
# The columns of an embedding may be rotated and scaled. The part of the true
# coordinates' variance that an affine map of the embedding explains is therefore the
# measure: :math:`R^2` of a linear regression.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_swiss_roll
from sklearn.linear_model import LinearRegression

from skmanifold_nn.manifold import Isomap, LocallyLinearEmbedding, SpectralEmbedding

X, angle = make_swiss_roll(3200, random_state=7)
arc_length = (angle * np.hypot(1, angle) + np.arcsinh(angle)) / 2
flat = np.column_stack((arc_length, X[:, 1]))
centre = (flat.max(axis=0) + flat.min(axis=0)) / 2
hole = (np.abs(flat - centre) < np.ptp(flat, axis=0) * [0.2, 0.25]).all(axis=1)
X, flat = X[~hole][:2000], flat[~hole][:2000]

estimators = {
    "Isomap": Isomap(n_neighbors=12),
    "LLE": LocallyLinearEmbedding(n_neighbors=12),
    "Laplacian eigenmaps": SpectralEmbedding(n_neighbors=12),
    "LTSA": LocallyLinearEmbedding(n_neighbors=12, method="ltsa"),
    "Hessian LLE": LocallyLinearEmbedding(n_neighbors=12, method="hessian"),
}
figure, axes = plt.subplots(2, 3, figsize=(11, 6.5), layout="constrained")
panels = iter(axes.flat)
ax = next(panels)
ax.scatter(*flat.T, c=flat[:, 0], s=4)
ax.set_title("true coordinates")
for name, estimator in estimators.items():
    embedding = estimator.fit_transform(X)
    score = LinearRegression().fit(embedding, flat).score(embedding, flat)
    ax = next(panels)
    ax.scatter(*embedding.T, c=flat[:, 0], s=4)
    ax.set_title(f"{name}: $R^2$ = {score:.4f}")
    print(f"{name}: {score:.5f}")
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
plt.show()
