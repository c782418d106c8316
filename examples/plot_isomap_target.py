"""
A tilted target: the pose comes out, and the way between two pictures
=====================================================================

A camera looks at a flat card that is panned and tilted. A picture of 36 x 48 pixels is
a point in a space of 1,728 dimensions, but only two numbers vary, so that all pictures
together are a curved sheet in that space. Isomap finds the sheet: its coordinates are
the pose, and the shortest way along it from one picture to another is a movement of the
card, while the straight way through the space of pixels is a double exposure.
"""

# %%
# The pictures
# ------------
# 1,000 random poses, of which Isomap is fitted to 800.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import NearestNeighbors

from skmanifold_nn.datasets import make_tilted_target
from skmanifold_nn.manifold import Isomap
from skmanifold_nn.metrics import IntrinsicDimension
from skmanifold_nn.plotting import EmbeddingDisplay, ScreeDisplay

images, pose = make_tilted_target(1000, random_state=3)
X = images.reshape(len(images), -1)
train, new = slice(0, 800), slice(800, None)

# %%
# How many numbers vary? Isomap's residual variance bends at two and is nearly zero from
# there on; the variance that principal components leave has no such end. The estimate
# from nearest neighbours lies above two, as it does where a sheet is curved strongly
# within a neighbourhood.

dimension = IntrinsicDimension().fit(X)
print(f"dimension {dimension.dimension_:.2f} +- {dimension.standard_error_:.2f}")

_, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
isomap = Isomap(n_neighbors=8, n_components=6).fit(X[train])
ScreeDisplay.from_estimator(isomap, ax=axes[0])
pca = PCA(n_components=6).fit(X[train])
explained = 1 - np.cumsum(pca.explained_variance_ratio_)
ScreeDisplay.from_values(explained, name="PCA", ax=axes[1])
axes[1].set_ylabel("variance left")
plt.show()

# %%
# The sheet
# ---------
# Pictures at their places, coloured by the true tilt: one direction is the tilt, the
# other the pan.

display = EmbeddingDisplay.from_embedding(
    isomap.embedding_[:, :2], y=pose[train, 1], images=images[train]
)
display.colorbar_.set_label("tilt in degrees")
display.figure_.set_size_inches(9, 7)
plt.show()

# %%
# The pose of pictures not seen
# -----------------------------
# `transform` places the 200 new pictures. A linear regression turns two coordinates
# into degrees of pan and tilt: from Isomap's it nearly succeeds, from those of
# principal components it does not, because opposite tilts look much alike.

for name, method in (("Isomap", Isomap(n_neighbors=8)), ("PCA", PCA(n_components=2))):
    known = method.fit_transform(X[train])
    reader = LinearRegression().fit(known, pose[train])
    error = np.abs(reader.predict(method.transform(X[new])) - pose[new]).mean(axis=0)
    print(f"{name:6s} mean error: pan {error[0]:.1f}, tilt {error[1]:.1f} degrees")

# %%
# Half-way between two pictures
# -----------------------------
# The two ends are tilted to opposite sides, and look much alike. Above: along the
# manifold, by the shortest path in the neighbourhood graph, the card turns its face to
# us on the way. Below: the same two ends mixed in pixel space.

start = int(np.argmin(np.abs(pose[train] - [-40, 40]).sum(axis=1)))
end = int(np.argmin(np.abs(pose[train] - [40, -40]).sum(axis=1)))
n_steps = 7
along = isomap.interpolate(start, end, n_steps).reshape(n_steps, *images.shape[1:])
weights = np.linspace(0, 1, n_steps)[:, None, None]
mixed = (1 - weights) * images[start] + weights * images[end]

figure, axes = plt.subplots(2, n_steps, figsize=(11, 3), layout="constrained")
rows = {"along the manifold": along, "through the pixels": mixed}
for line, (name, pictures) in zip(axes, rows.items(), strict=True):
    line[0].set_ylabel(name.replace(" the ", "\nthe "))
    for ax, picture in zip(line, pictures, strict=True):
        ax.imshow(picture, cmap="gray", vmin=images.min(), vmax=images.max())
        ax.set(xticks=[], yticks=[])
plt.show()

# %%
# How far are the pictures half-way from the nearest real one, in units of the usual
# distance of a picture to its nearest neighbour?

neighbors = NearestNeighbors(n_neighbors=1).fit(X)
usual = np.median(neighbors.kneighbors()[0])
for name, pictures in rows.items():
    distance = neighbors.kneighbors(pictures[n_steps // 2].reshape(1, -1))[0].item()
    print(f"{name}: {distance / usual:.1f}")
