"""
How many dimensions, how many neighbours?
=========================================

Isomap's residual variance is the share of the geodesic distances' variance that the
embedded distances do not explain. Its curve over the number of dimensions bends where
the manifold's own dimension is reached; over the number of neighbours it jumps where
neighbourhoods become so large that the graph cuts through empty space.
"""

# %%
# Ask the neighbours first
# ------------------------
# Within a small ball the number of points grows with the radius to the power of the
# dimension, which is what these estimators measure, before anything is embedded. On the
# roll they agree on two; local principal components begin to see a third one where
# neighbourhoods are so large that the sheet is bent within them. The digits' curves
# fall, and the methods do not agree: where one is flat (local principal components,
# from 15 neighbours on) it is far below the others.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skmanifold_nn.datasets import make_swiss_roll_hole
from skmanifold_nn.manifold import Isomap
from skmanifold_nn.plotting import (
    IntrinsicDimensionDisplay,
    ScreeDisplay,
    TrustworthinessDisplay,
)

roll, coordinates = make_swiss_roll_hole(1500, hole=(0, 0), random_state=3)
digits = load_digits().data
data = {"roll": roll, "digits": digits}

_, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for ax, (name, X) in zip(axes, data.items(), strict=True):
    IntrinsicDimensionDisplay.from_data(X, ax=ax)
    ax.set_title(name)
axes[1].get_legend().remove()  # it would cover a curve
plt.show()

# %%
# The bend of the curve
# ---------------------
# One fit with ten components gives the whole curve. The roll's residual variance falls
# to almost nothing at two dimensions. The digits' curve bends gently, at five or six
# dimensions, and what remains does not vanish: no space of a few dimensions holds all
# their distances.

_, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for ax, (name, X) in zip(axes, data.items(), strict=True):
    isomap = Isomap(n_neighbors=8, n_components=10).fit(X)
    ScreeDisplay.from_estimator(isomap, name=name, ax=ax)
    print(name, np.round(isomap.residual_variance(), 3))
plt.show()

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
noisy, coordinates = make_swiss_roll_hole(1500, hole=(0, 0), noise=0.4, random_state=3)
arc_length = coordinates[:, 0]
rows, embeddings = [], {}
for n_neighbors in neighbors:
    isomap = Isomap(n_neighbors=n_neighbors).fit(noisy)
    embeddings[f"{n_neighbors} neighbours"] = isomap.embedding_
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

# %%
# Can the pictures be believed?
# -----------------------------
# Trustworthiness says how many of a point's neighbours in the picture are neighbours in
# the data, and continuity the reverse, both for neighbourhoods of k points. A picture
# of a roll that is glued to itself puts one layer on another: points of both become
# neighbours, and trustworthiness falls already for the nearest ones. The right pictures
# lose continuity for large k, and must: they part layers that are close to each other
# in space, which is all that these measures see. (The curves of 5 and of 12 neighbours
# lie upon each other.)

few = {name: embeddings[name] for name in ("5 neighbours", "12 neighbours")}
many = {name: embeddings[name] for name in ("30 neighbours", "60 neighbours")}
TrustworthinessDisplay.from_embeddings(noisy, few | many)
plt.show()
