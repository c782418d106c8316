"""
Five sheets, seven methods
==========================

Every method of this library for laying a curved sheet flat, on the sheets of the
literature, beside scikit-learn's class of the same name. The colour runs along one of
the true coordinates: where it is smooth, neighbours have stayed neighbours; where
colours are mixed or cut, the sheet was torn, folded or glued.
"""

# %%
# The sheets
# ----------
# A roll, an S, a sphere without its caps and without a slice, a roll with a hole in the
# middle of the sheet, and a sheet with two peaks, which cannot be laid flat without
# stretching it.

import matplotlib.pyplot as plt
import numpy as np
import sklearn.manifold
from sklearn.datasets import make_s_curve, make_swiss_roll

from skmanifold_nn import manifold

rng = np.random.default_rng(5)
N = 1000


def severed_sphere():
    longitude = rng.random(N) * (2 * np.pi - 0.55)
    latitude = np.arccos(rng.uniform(np.cos(np.pi - np.pi / 8), np.cos(np.pi / 8), N))
    circle = np.cos(longitude), np.sin(longitude)
    x, y = np.sin(latitude) * circle
    return np.column_stack((x, y, np.cos(latitude))), longitude


def roll_with_hole():
    X, angle = make_swiss_roll(2 * N, random_state=3)
    inside = (np.abs(angle - 9.5) < 1.6) & (np.abs(X[:, 1] - 10.5) < 4.5)
    return X[~inside][:N], angle[~inside][:N]


def twin_peaks():
    x, y = rng.uniform(-1, 1, (2, N))
    return np.column_stack((x, y, np.sin(np.pi * x) * np.tanh(3 * y) / 2)), x


SHEETS = {
    "roll": make_swiss_roll(N, random_state=3),
    "S": make_s_curve(N, random_state=3),
    "severed sphere": severed_sphere(),
    "roll with a hole": roll_with_hole(),
    "twin peaks": twin_peaks(),
}

# %%
# All methods, twelve neighbours
# ------------------------------
# Where scikit-learn has the method, its embedding is the lower one of the two. The
# pictures agree up to reflections. On these sheets so does ``method="hessian"``, under
# which scikit-learn computes LTSA's matrix. Isomap widens the hole of the roll;
# modified LLE, Hessian LLE and LTSA do not. Laplacian eigenmaps and diffusion maps keep
# neighbours together but not the sheet's shape: on long sheets their second coordinate
# bends the first.

K = 12


def estimators(module):
    def lle(method):
        parameters = {"method": method, "n_neighbors": K}
        if module is sklearn.manifold:
            parameters["eigen_solver"] = "dense"
        return module.LocallyLinearEmbedding(**parameters)

    yield "Isomap", module.Isomap(n_neighbors=K)
    yield "LLE", lle("standard")
    yield "modified LLE", lle("modified")
    yield "Hessian LLE", lle("hessian")
    yield "LTSA", lle("ltsa")
    yield "Laplacian eigenmaps", module.SpectralEmbedding(n_neighbors=K)
    if module is manifold:
        yield "diffusion map", module.DiffusionMap(n_neighbors=K)


figure = plt.figure(figsize=(16, 20), layout="constrained")
grid = figure.add_gridspec(2 * len(SHEETS), 8)
for row, (name, (X, colour)) in enumerate(SHEETS.items()):
    ax = figure.add_subplot(grid[2 * row : 2 * row + 2, 0], projection="3d", title=name)
    ax.scatter(*X.T, c=colour, s=3)
    ax.view_init(elev=12, azim=-72)
    ax.tick_params(labelleft=False, labelbottom=False, labelright=False)
    for line, module in enumerate((manifold, sklearn.manifold)):
        for column, (title, estimator) in enumerate(estimators(module), start=1):
            embedding = estimator.fit_transform(X)
            ax = figure.add_subplot(grid[2 * row + line, column], xticks=[], yticks=[])
            ax.scatter(*embedding.T, c=colour, s=3)
            if row == line == 0:
                ax.set_title(title)
            if column == 1:
                ax.set_ylabel("scikit-learn" if line else "skmanifold_nn")
plt.show()
