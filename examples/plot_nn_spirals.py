"""
Layers bend space
=================

Seen as a map of the plane, a layer of two tanh units stretches, turns and squashes it,
but never tears it. Layer by layer two spirals come apart, until a line separates them.
But some things cannot come apart in the plane, whatever the number of layers: a disc
and the ring around it need a third dimension, and two rings through each other a
fourth.
"""

# %%
# Two spirals
# -----------
# Without a hidden layer a network makes a linear cut. One layer of two tanh units bends
# the plane, and the cut with it; several bend it several times. Which network is found
# is a matter of luck: here are the best of six starts.

import matplotlib.pyplot as plt
import numpy as np

from skmanifold_nn.datasets import make_disc_and_ring, make_linked_rings, make_spirals
from skmanifold_nn.neural_network import MLPClassifier
from skmanifold_nn.plotting import (
    DecisionRegionsDisplay,
    EmbeddingDisplay,
    LayerRepresentationsDisplay,
)


def best_of_starts(X, y, sizes, activation="tanh", max_iter=120, rate=0.03):
    """The network that is best on the samples that it has seen, of six."""
    nets = (
        MLPClassifier(
            sizes,
            activation,
            solver="adam",
            learning_rate="one_cycle",
            learning_rate_init=rate,
            batch_size=50,
            alpha=0,
            initializer="orthogonal",
            max_iter=max_iter,
            n_iter_no_change=np.inf,
            random_state=seed,
        )
        for seed in range(6)
    )
    return max((net.fit(X, y) for net in nets), key=lambda net: net.score(X, y))


def draw_in_space(ax, places, y, title):
    """Points of three coordinates, coloured as elsewhere in this figure."""
    EmbeddingDisplay.from_embedding(places, y=y, dimensions=(0, 1, 2), ax=ax)
    ax.get_legend().remove()
    ax.locator_params(nbins=3)
    ax.set(title=title, xlabel="", ylabel="", zlabel="")


X, y = make_spirals(300, turns=0.9, random_state=1)
X = 3 * X
nets = {}
for depth in (0, 1, 2, 6):
    nets[depth] = best_of_starts(X, y, (2,) * depth, max_iter=2000, rate=0.01)
    print(f"{depth} hidden layers of 2 units: {nets[depth].score(X, y):.3f}")
net = best_of_starts(X, y, (3, 3), max_iter=2000, rate=0.01)
print(f"2 hidden layers of 3 units: {net.score(X, y):.3f}")

# %%
# One cut, seen from the inputs: a line, or a line that has been bent. The deepest
# network goes round the last few samples by a fold as thin as a hair.

figure, axes = plt.subplots(1, 4, figsize=(14, 3.7), layout="constrained")
for ax, (depth, net) in zip(axes, nets.items(), strict=True):
    DecisionRegionsDisplay.from_estimator(net, X, y, ax=ax, grid_resolution=500)
    title = f"hidden layers: {depth}, accuracy {net.score(X, y):.3f}"
    ax.set(title=title, aspect="equal")

# %%
# What the layers of the deepest one see: samples, and the lines of a square grid. A
# linear classifier of what each layer sees tells how separable the spirals are there.
# The cut of the last layer is the broken line.

display = LayerRepresentationsDisplay.from_estimator(nets[6], X, y, n_columns=4)

# %%
# A disc and its ring
# -------------------
# A layer of two tanh units, if its weights are invertible, is a homeomorphism of the
# plane onto its image. So are many of them in a row. The disc stays inside of the ring,
# and no line has one on each side; a layer that flattens the plane to a line makes it
# worse. With three units the plane may bulge, and a cut takes the top off. ReLUs are
# no way out.

X, y = make_disc_and_ring(1200, random_state=3)
X = 2 * X
y = np.array(["disc", "ring"])[y]

depths = (1, 2, 3, 4, 6)
best = {}
print("width  activation  best accuracy with 1, 2, 3, 4, 6 layers")
for width in (2, 3):
    for activation in ("tanh", "relu"):
        for depth in depths:
            net = best_of_starts(X, y, (width,) * depth, activation)
            best[width, activation, depth] = net
        scores = [best[width, activation, depth].score(X, y) for depth in depths]
        row = "  ".join(f"{score:.3f}" for score in scores)
        print(f"{width:5}  {activation:10}  {row}")

# %%
# Three layers of two units cut a gap into the ring, as narrow as they can, and pull the
# disc out through it: what is in the gap is on the wrong side. One layer of three units
# needs no gap. At the right, the plane as these three units see it.

figure = plt.figure(figsize=(14, 3.9), layout="constrained")
flat = (best[2, "tanh", 3], best[2, "relu", 3], best[3, "tanh", 1])
for k, net in enumerate(flat, start=1):
    ax = figure.add_subplot(1, 4, k)
    DecisionRegionsDisplay.from_estimator(net, X, y, ax=ax)
    sizes = " + ".join(str(size) for size in net.hidden_layer_sizes)
    title = f"{sizes} {net.activation}: {net.score(X, y):.3f}"
    ax.set(title=title, aspect="equal")

ax = figure.add_subplot(1, 4, 4, projection="3d")
hidden = best[3, "tanh", 1].transform(X)
draw_in_space(ax, hidden, y, "the three units")
ax.view_init(elev=25, azim=-35)

# %%
# Layer by layer, the network of width two pulls at the disc, and does not get it out.

display = LayerRepresentationsDisplay.from_estimator(best[2, "tanh", 3], X, y)

# %%
# Two rings through each other
# ----------------------------
# In space, two linked rings are the same thing once more. Layers of three units leave
# them linked, whatever they bend; in four dimensions they slip apart. (The middle panel
# is a shadow: the four units of the first layer see two rings apart from each other.
# Training with that layer alone did not find the way in six starts.)

X, y = make_linked_rings(600, noise=0.05, random_state=3)
rings = {}
for sizes in ((3,), (3, 3), (3, 3, 3), (4,), (4, 4)):
    rings[sizes] = best_of_starts(X, y, sizes, max_iter=300)
    print(f"{sizes!s:10} {rings[sizes].score(X, y):.3f}")

figure = plt.figure(figsize=(12, 3.6), layout="constrained")
ax = figure.add_subplot(1, 3, 1, projection="3d")
draw_in_space(ax, X, y, "inputs")
panels = [figure.add_subplot(1, 3, k) for k in (2, 3)]
net = rings[4, 4]
LayerRepresentationsDisplay.from_representations(
    {layer: net.transform(X, layer) for layer in net.layer_names_}, y, ax=panels
)
plt.show()
