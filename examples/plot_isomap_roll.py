"""
Unrolling a cake
================

A sheet rolled up like a cake is two-dimensional, although it sits in three dimensions.
A linear projection presses the layers of the roll onto each other: points that are far
apart *along the sheet* land on the same spot. Isomap measures distances along the
sheet, by shortest paths from neighbour to neighbour, and lays the sheet out flat.
"""

# %%
# Two points on neighbouring layers
# ---------------------------------
# Between two points on neighbouring layers the straight way leaves the sheet. The
# shortest way inside the neighbourhood graph cannot, and is several times as long.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_swiss_roll
from sklearn.decomposition import PCA

from skmanifold_nn.manifold import Isomap

X, angle = make_swiss_roll(3000, random_state=3)
X[:, 1] *= 2  # a broader sheet
# The spiral's arc length, the coordinate that unrolling should find.
arc_length = (angle * np.hypot(1, angle) + np.arcsinh(angle)) / 2

isomap = Isomap(n_neighbors=8).fit(X)


def closest_to(turn, height):
    """The point of the roll next to a given angle and height."""
    return np.argmin(np.hypot(angle - turn, (X[:, 1] - height) / 10))


start, end = closest_to(2.1 * np.pi, 10), closest_to(4.1 * np.pi, 30)
path = isomap.geodesic_path(start, end)
straight = np.linalg.norm(X[start] - X[end])
along = np.linalg.norm(np.diff(X[path], axis=0), axis=1).sum()
print(f"straight: {straight:.1f}, along the sheet: {along:.1f}")

# %%
# Rolled, projected, unrolled
# ---------------------------
# The colour is the position along the rolled-up direction, the solid line the way along
# the sheet, the dashed line the straight way. The two principal components lie along
# the roll's axis and across it, so that the inner end of the sheet and the layer a turn
# farther out share the same places. Isomap's first coordinate is the position along the
# sheet: its correlation with the true arc length is close to one. The path, crooked
# only because it hops from point to point, runs nearly straight through the unrolled
# sheet.

figure = plt.figure(figsize=(12, 3.8), layout="constrained")
panels = (
    (X, "3,000 points of a roll cake", "3d"),
    (PCA(n_components=2).fit_transform(X), "PCA: the layers overlap", None),
    (isomap.embedding_, "Isomap: the sheet is flat", None),
)
line = {"color": "black", "linewidth": 2, "zorder": 10}
for number, (points, title, projection) in enumerate(panels, start=1):
    depth = {"computed_zorder": False} if projection else {}
    ax = figure.add_subplot(1, 3, number, projection=projection, title=title, **depth)
    colours = ax.scatter(*points.T, c=arc_length, s=5)
    ax.plot(*points[path].T, **line, label=f"along the sheet: {along:.0f}")
    both = points[[start, end]].T
    ax.plot(*both, "--o", **line, mfc="white", label=f"straight: {straight:.0f}")
    if projection == "3d":
        ax.view_init(elev=15, azim=-75)
        ax.tick_params(labelleft=False, labelbottom=False, labelright=False)
    else:
        ax.set(xlabel="first coordinate", ylabel="second coordinate")
        ax.set_aspect("equal", adjustable="datalim")
ax.legend(loc="lower right")
figure.colorbar(colours, label="arc length")

correlation = abs(np.corrcoef(isomap.embedding_[:, 0], arc_length)[0, 1])
print(f"correlation of the first coordinate with the arc length: {correlation:.4f}")
plt.show()
