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
# the Cambridge Encyclopaedia. A row holds the distances to the cities above it.

import matplotlib.pyplot as plt
import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist, squareform

from skmanifold_nn.manifold import MDS, ClassicalMDS
from skmanifold_nn.plotting import ShepardDisplay, StressPerPointDisplay

TABLE = """
Athens
Barcelona, 3313
Brussels, 2963 1318
Calais, 3175 1326 204
Cherbourg, 3339 1294 583 460
Cologne, 2762 1498 206 409 785
Copenhagen, 3276 2218 966 1136 1545 760
Geneva, 2610 803 677 747 853 1662 1418
Gibraltar, 4485 1172 2256 2224 2047 2436 3196 1975
Hamburg, 2977 2018 597 714 1115 460 460 1118 2897
Hook of Holland, 3030 1490 172 330 731 269 269 895 2428 550
Lisbon, 4532 1305 2084 2052 1827 2290 2971 1936 676 2671 2280
Lyons, 2753 645 690 739 789 714 1458 158 1817 1159 863 1178
Madrid, 3949 636 1558 1550 1347 1764 2498 1439 698 2198 1730 668 1281
Marseilles, 2865 521 1011 1059 1101 1035 1778 425 1693 1479 1183 1762 320 1157
Milan, 2282 1014 925 1077 1209 911 1537 328 2185 1238 1098 2250 328 1724 618
Munich, 2179 1365 747 977 1160 583 1104 591 2565 805 851 2507 724 2010 1109 331
Paris, 3000 1033 285 280 340 465 1176 513 1971 877 457 1799 471 1273 792 856 821
Rome, 817 1460 1511 1662 1794 1497 2050 995 2631 1751 1683 2700 1048 2097 1011 586 946 1476
Stockholm, 3927 2868 1616 1786 2196 1403 650 2068 3886 949 1500 3231 2108 3188 2428 2187 1754 1827 2707
Vienna, 1991 1802 1175 1381 1588 937 1455 1019 2974 1155 1205 2937 1157 2409 1363 898 428 1249 1209 2105
"""  # noqa: E501
lines = [line.partition(", ") for line in TABLE.strip().splitlines()]
cities = np.array([city for city, _, _ in lines])
roads = np.zeros((len(cities), len(cities)))
for row, (_, _, kilometres) in enumerate(lines):
    roads[row, :row] = kilometres.split()
roads += roads.T

# Where the cities are: degrees north and east, and flat kilometres around 47 degrees.
NORTH = """38.0 41.4 50.8 51.0 49.6 50.9 55.7 46.2 36.1 53.6 52.0 38.7 45.8 40.4 43.3
45.5 48.1 48.9 41.9 59.3 48.2"""
EAST = """23.7 2.2 4.4 1.9 -1.6 7.0 12.6 6.1 -5.4 10.0 4.1 -9.1 4.8 -3.7 5.4 9.2 11.6
2.4 12.5 18.1 16.4"""
degrees = np.array([EAST.split(), NORTH.split()], dtype=float).T
places = 111.2 * degrees * [np.cos(np.radians(47)), 1]
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
        left = city in ("Calais", "Cherbourg", "Lyons", "Marseilles", "Paris")
        beside = (-4 if left else 4, -9 if city == "Brussels" else 1)
        label = {"fontsize": 8, "ha": "right" if left else "left"}
        ax.annotate(city, place, beside, textcoords="offset points", **label)
    ax.set(title=title, xlabel="kilometres to the east", ylabel="to the north")
    ax.set_aspect("equal")
    ax.margins(x=0.12)


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
