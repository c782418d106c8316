"""
The manifold zoo: five sheets, nine methods
===========================================

Every method of this library for laying a curved sheet flat, and principal components
for comparison, on the sheets of the literature. The colour runs along one of the true
coordinates: where it is smooth, neighbours have stayed neighbours; where colours are
mixed or cut, the sheet was torn, folded or glued.
"""

# %%
# The sheets
# ----------
# A roll, a roll with a hole in the middle of the sheet, an S, a sphere without its caps
# and without a slice, and a sheet with two peaks, which cannot be laid flat without
# stretching it. All come with their true coordinates.

import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_s_curve
from sklearn.decomposition import PCA

from skmanifold_nn import datasets
from skmanifold_nn.manifold import (
    MDS,
    DiffusionMap,
    Isomap,
    LocallyLinearEmbedding,
    SpectralEmbedding,
)
from skmanifold_nn.metrics import co_ranking, procrustes_distance
from skmanifold_nn.plotting import EmbeddingDisplay

N = 1500


def s_curve():
    X, angle = make_s_curve(N, random_state=3)
    return X, np.column_stack((angle, X[:, 1]))


SHEETS = {
    "roll": datasets.make_swiss_roll_hole(N, hole=(0, 0), random_state=3),
    "roll with a hole": datasets.make_swiss_roll_hole(N, random_state=3),
    "S": s_curve(),
    "severed sphere": datasets.make_severed_sphere(N, random_state=3),
    "twin peaks": datasets.make_twin_peaks(N, random_state=3),
}

# %%
# All methods, ten neighbours
# ----------------------------
# The first number in each panel is the Procrustes distance to the true coordinates: 0
# is the flat sheet itself, up to a similarity. The second one needs no truth: the area
# under R_NX, the share of neighbours that the plane keeps beyond chance, over all sizes
# of neighbourhoods; 1 keeps all.
#
# What the rows show:
#
# - Projections (PCA) and distances through space (MDS) leave the roll rolled up.
# - Isomap's distances go along the sheet. It widens the hole of the second roll,
#   because shortest paths bend around it; modified LLE, Hessian LLE and LTSA do not.
# - Those three find the sheet in units of their own: lengths along the two coordinates
#   differ, which the Procrustes distance counts and the colour does not show.
# - Laplacian eigenmaps and diffusion maps keep the order along the sheet but not its
#   shape: on long sheets the second coordinate only bends the first, and few neighbours
#   across are kept.
# - The severed sphere and the twin peaks have no flat map without distortion; what each
#   method gives up differs. Modified LLE twists the twin peaks, so that colours meet
#   that do not belong together.

K = 10
METHODS = {
    "PCA": PCA(n_components=2),
    "metric MDS": MDS(),
    "Isomap": Isomap(n_neighbors=K),
    "LLE": LocallyLinearEmbedding(n_neighbors=K),
    "modified LLE": LocallyLinearEmbedding(n_neighbors=K, method="modified"),
    "Hessian LLE": LocallyLinearEmbedding(n_neighbors=K, method="hessian"),
    "LTSA": LocallyLinearEmbedding(n_neighbors=K, method="ltsa"),
    "Laplacian\neigenmaps": SpectralEmbedding(n_neighbors=K),
    "diffusion\nmap": DiffusionMap(n_neighbors=K),
}

figure = plt.figure(figsize=(17, 9.5), layout="constrained")
grid = figure.add_gridspec(len(SHEETS), len(METHODS) + 1)
seconds = dict.fromkeys(METHODS, 0.0)
for row, (name, (X, coordinates)) in enumerate(SHEETS.items()):
    colour = coordinates[:, 0]
    ax = figure.add_subplot(grid[row, 0], projection="3d", title=name)
    ax.scatter(*X.T, c=colour, s=3)
    ax.view_init(elev=12, azim=-72)
    ax.set(xticks=[], yticks=[], zticks=[])
    for column, (method, estimator) in enumerate(METHODS.items(), start=1):
        start = time.perf_counter()
        embedding = estimator.fit_transform(X)
        seconds[method] += time.perf_counter() - start
        ax = figure.add_subplot(grid[row, column], xticks=[], yticks=[])
        ax.scatter(*embedding.T, c=colour, s=3)
        distance = procrustes_distance(coordinates, embedding)
        area = co_ranking(X, embedding).auc_r_nx
        ax.set_xlabel(f"{distance:.2f}   {area:.2f}")
        if row == 0:
            ax.set_title(method)
plt.show()

# %%
# Seconds for all five sheets together:

for method, spent in seconds.items():
    print(f"{' '.join(method.split()):20s} {spent:.2f}")

# %%
# A closer look at one of them
# ----------------------------
# The edges are those of Isomap's own neighbourhood graph. None jumps from one turn of
# the roll to the next, and none crosses the hole, which is wider than it should be.

X, coordinates = SHEETS["roll with a hole"]
display = EmbeddingDisplay.from_estimator(
    Isomap(n_neighbors=6).fit(X), y=coordinates[:, 0], edges=True
)
display.colorbar_.set_label("arc length")
plt.show()
