"""
A map from road distances
=========================

Multidimensional scaling needs no coordinates, only dissimilarities, and gives places
whose distances are like them. From the kilometres between 21 European cities it draws a
map. Roads wind, cross mountains and go around the sea: no map reproduces all of them,
and the pictures of this example show which ones, and find three misprints.
"""

# %%
# The table
# ---------
# Road distances in kilometres, as in the table ``eurodist`` of R, which is taken from
# the Cambridge Encyclopaedia.

import matplotlib.pyplot as plt
import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist, squareform

from skmanifold_nn.datasets import load_city_distances
from skmanifold_nn.manifold import MDS, ClassicalMDS
from skmanifold_nn.plotting import ShepardDisplay, StressPerPointDisplay

table = load_city_distances("europe")
cities, roads = table.cities, table.data

# Where the cities are: flat kilometres around 47 degrees north.
places = 111.2 * table.places[:, ::-1] * [np.cos(np.radians(47)), 1]
places -= places.mean(axis=0)

# %%
# Roads are not straight
# ----------------------
# Classical scaling takes the squared distances for those of points in some space, and
# finds their scalar products. If the distances were Euclidean no eigenvalue would be
# negative, and a map of the plane would have two that are not zero. Two are indeed
# large; but the rest does not vanish, and some are negative: roads are longer than
# straight lines, each by another factor. The largest of these is the share
# `negative_eigenvalue_ratio_` of the first.

classical = ClassicalMDS(n_components=len(cities), metric="precomputed").fit(roads)
figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
eigenvalues = classical.eigenvalues_
colours = np.where(eigenvalues < 0, "#d55e00", "#0072b2")
ax.bar(np.arange(1, len(cities) + 1), eigenvalues / eigenvalues[0], color=colours)
ax.axhline(0, color="black", linewidth=0.8)
ax.set(xlabel="eigenvalue", ylabel="share of the first", xticks=range(1, 22))
print(f"negative_eigenvalue_ratio_: {classical.negative_eigenvalue_ratio_:.3f}")

# %%
# Two maps
# --------
# Distances know neither north nor left and right. `MDS` turns and mirrors its map onto
# the cities' true places if they are given as `reference`; for `ClassicalMDS` one line
# of SciPy does it. Grey crosses are the true places, enlarged because roads are longer
# than straight lines. Classical scaling fits scalar products. SMACOF starts from its
# map and lowers the stress, the squared difference between the distances themselves.

detour = (squareform(roads) * pdist(places)).sum() / (pdist(places) ** 2).sum()
print(f"roads are {detour:.2f} times as long as straight lines")

classical = ClassicalMDS(n_components=2, metric="precomputed").fit(roads)
turn, _ = orthogonal_procrustes(classical.embedding_, places)
mds = MDS(metric="precomputed", eps=1e-9).fit(roads, reference=places)


def draw_map(ax, embedding, title):
    """The cities as placed, and lines to where they are."""
    true = detour * places
    for place, other in zip(embedding, true, strict=True):
        ax.plot(*np.transpose([place, other]), color="0.8", zorder=0)
    ax.scatter(*true.T, marker="x", color="0.6", s=20, zorder=1)
    ax.scatter(*embedding.T, color="#0072b2", s=20)
    for place, city in zip(embedding, cities, strict=True):
        left = city in ("Calais", "Cherbourg", "Lyons", "Marseilles", "Munich", "Paris")
        below = city in ("Brussels", "Milan", "Paris")
        beside = (-4 if left else 4, -9 if below else 1)
        label = {"fontsize": 8, "ha": "right" if left else "left"}
        ax.annotate(city, place, beside, textcoords="offset points", **label)
    ax.set(title=title, xlabel="kilometres to the east", ylabel="to the north")
    ax.set_aspect("equal")
    ax.margins(x=0.16)


figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
draw_map(axes[0], classical.embedding_ @ turn, "classical scaling")
draw_map(axes[1], mds.embedding_, "SMACOF")

# %%
# What does not fit
# -----------------
# The Shepard diagram shows each pair. Most lie close to the line, but a few are far
# from it. Shares of the stress lead to the cities they belong to.

figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
ShepardDisplay.from_estimator(mds, ax=axes[0])
StressPerPointDisplay.from_estimator(
    mds, labels=cities, ax=axes[1], text_kw={"fontsize": 7}
)

distances = squareform(pdist(mds.embedding_))
residuals = np.triu(roads - distances)
worst = np.argsort(-np.abs(residuals), axis=None)[:5]
for rank, pair in enumerate(worst):
    i, j = np.unravel_index(pair, roads.shape)
    print(f"{cities[i]} - {cities[j]}: {roads[i, j]:.0f} km, on the map ", end="")
    print(f"{distances[i, j]:.0f} km")
    axes[0].annotate(
        f"{cities[i]} - {cities[j]}",
        (roads[i, j], distances[i, j]),
        (30, -10 - 6 * rank) if roads[i, j] > distances[i, j] else (0, 30 + 14 * rank),
        textcoords="offset points",
        arrowprops={"arrowstyle": "-", "color": "0.5"},
        fontsize=8,
    )

# %%
# Three misprints
# ---------------
# The table contradicts itself. From Cologne to Geneva, given as 1662 km, it is 714 +
# 158 km by way of Lyons. From Lisbon to Geneva, given as 1936 km, it would be 1178 +
# 158 km by way of Lyons: it seems that a 7 became a 1. From Brussels to Copenhagen,
# given as 966 km, it would be 172 + 269 km by way of Hook of Holland: these 269 km are
# those to Cologne, repeated. Athens and Rome are no misprint: there is sea between
# them. What is not known can be left out: NaN is a missing dissimilarity. The map
# without the three says what they should be, roughly, and the other pairs fit better.

index = {city: i for i, city in enumerate(cities)}
misprints = [
    ("Cologne", "Geneva"),
    ("Lisbon", "Lyons"),
    ("Copenhagen", "Hook of Holland"),
]
mended = roads.copy()
for one, other in misprints:
    mended[index[one], index[other]] = mended[index[other], index[one]] = np.nan
mended_mds = MDS(metric="precomputed", eps=1e-9).fit(mended, reference=places)

figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
draw_map(axes[0], mended_mds.embedding_, "without the three misprints")
ShepardDisplay.from_estimator(mended_mds, ax=axes[1])

mended_distances = squareform(pdist(mended_mds.embedding_))
for one, other in misprints:
    pair = index[one], index[other]
    print(f"{one} - {other}: {roads[pair]:.0f} km given, ", end="")
    print(f"{mended_distances[pair]:.0f} km on the map without it")
for name, D, embedding in (
    ("classical scaling", roads, classical.embedding_),
    ("SMACOF", roads, mds.embedding_),
    ("SMACOF, three distances missing", mended, mended_mds.embedding_),
):
    error = np.sqrt(np.nanmean((squareform(D, checks=False) - pdist(embedding)) ** 2))
    print(f"{name}: {error:.0f} km root mean square error of the pairs known")
plt.show()
