"""
How many dimensions, how many neighbours?
=========================================

Isomap's residual variance is the share of the geodesic distances' variance that the
embedded distances do not explain. Its curve over the number of dimensions bends where
the manifold's own dimension is reached; over the number of neighbours it jumps where
neighbourhoods become so large that the graph cuts through empty space.
"""

# %%
# The bend of the curve
# ---------------------
# One fit with ten components gives the whole curve. The roll's residual variance falls
# to almost nothing at two dimensions. The digits' curve bends at five or six, and what
# remains does not vanish: no space of a few dimensions holds all their distances.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, make_swiss_roll

from skmanifold_nn.manifold import Isomap

roll, angle = make_swiss_roll(1500, random_state=3)
roll[:, 1] *= 2  # a broader sheet
digits = load_digits().data
dimensions = np.arange(1, 11)

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for ax, X, title in zip(axes, (roll, digits), ("roll", "digits"), strict=True):
    residuals = Isomap(n_neighbors=8, n_components=10).fit(X).residual_variance()
    ax.plot(dimensions, residuals, "o-", color="#4477aa")
    ax.set(title=title, xlabel="dimensions", ylabel="residual variance")
    ax.set(xticks=dimensions, ylim=(0, None))
    print(title, np.round(residuals, 3))

# %%
# Short circuits
# --------------
# With too few neighbours paths are crooked and geodesics too long; with too many, edges
# jump from layer to layer of a noisy roll, and the path around the sheet is cut short.
# Three curves show where that begins: the residual variance jumps, because no plane
# holds the distances of a sheet that is glued to itself; the longest geodesic shrinks;
# and the first coordinate, compared with the true arc length, is spoilt. The last needs
# the truth, the first two do not: choose `n_neighbors` on the flat stretch before the
# jump.

neighbors = [5, 8, 12, 20, 30, 45, 60]
noisy, angle = make_swiss_roll(1500, noise=0.4, random_state=3)
arc_length = (angle * np.hypot(1, angle) + np.arcsinh(angle)) / 2
rows = []
for n_neighbors in neighbors:
    isomap = Isomap(n_neighbors=n_neighbors).fit(noisy)
    correlation = np.corrcoef(isomap.embedding_[:, 0], arc_length)[0, 1]
    longest = isomap.dist_matrix_.max() / np.ptp(arc_length)
    rows.append((isomap.residual_variance()[-1], longest, abs(correlation)))

figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
titles = (
    "residual variance",
    "longest geodesic / sheet's length",
    "|correlation| with the arc length",
)
for ax, values, title in zip(axes, np.transpose(rows), titles, strict=True):
    ax.plot(neighbors, values, "o-", color="#aa3377")
    ax.set(title=title, xlabel="n_neighbors", ylim=(0, None))
plt.show()
