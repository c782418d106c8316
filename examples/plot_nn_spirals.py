"""
Layers bend space
=================

Seen as a map of the plane, a layer of two tanh units stretches, turns and squashes it,
but never tears it. Layer by layer two spirals come apart, until a line separates them.
But some things cannot come apart in the plane, whatever the number of layers: a disc
and the ring around it need a third dimension.
"""

# %%
# Two spirals
# -----------
# One point after the other, along two arms. Four hidden layers of two units each; the
# figure shows where the points, and the lines of a square grid, are after each of them.

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from sklearn.base import clone

from skmanifold_nn.neural_network import MLPClassifier

COLOURS, MARKERS = ("#0072b2", "#d55e00"), ("o", "s")


def make_spirals(n_samples=150, n_turns=1.0):
    """Two arms from the centre outwards, the second one opposite the first."""
    radius = np.sqrt(np.linspace(0.02, 1, n_samples))
    angle = 2 * np.pi * n_turns * radius
    arm = 3 * np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return np.vstack([arm, -arm]), np.repeat([0, 1], n_samples)


def fit_starts(net, X, y, n_starts):
    """Networks from several starts: which one is found is a matter of luck."""
    return [
        clone(net).set_params(random_state=seed).fit(X, y) for seed in range(n_starts)
    ]


X, y = make_spirals()
net = MLPClassifier((2, 2, 2, 2), "tanh", initializer="orthogonal", alpha=0.001)
net.set_params(solver="lbfgs", max_iter=2000, max_fun=10**6, tol=1e-5)
nets = fit_starts(net, X, y, 6)
net = max(nets, key=lambda net: net.score(X, y))
print("accuracies:", *(round(net.score(X, y), 3) for net in nets))

# %%
# The space between the arms is opened like a book, by one fold after the other. The
# units of the last layer see a pile that the output unit cuts along the broken line.


def draw_points(ax, places, labels, **settings):
    for label in (0, 1):
        ax.scatter(
            *places[labels == label].T,
            s=12,
            c=COLOURS[label],
            marker=MARKERS[label],
            linewidth=0,
            **settings,
        )


def draw_grid(ax, lines, **settings):
    """Lines of a grid, wherever a network has moved them."""
    settings = {"color": "0.8", "linewidth": 0.6, "zorder": 0, **settings}
    ax.add_collection(LineCollection(lines, **settings))


def draw_cut(ax, net):
    """Where the output unit of a network with two last hidden units is undecided."""
    normal, offset = net.coefs_[-1][:, 0], net.intercepts_[-1][0]
    foot = -offset * normal / (normal @ normal)
    ax.axline(foot, foot + [-normal[1], normal[0]], color="black", linestyle="--")


ticks, fine = np.linspace(-3.3, 3.3, 23), np.linspace(-3.3, 3.3, 200)
across = np.stack(np.meshgrid(fine, ticks), axis=-1)
lines = np.concatenate([across, across[..., ::-1]])

figure, axes = plt.subplots(1, 5, figsize=(15, 3.4), layout="constrained")
draw_grid(axes[0], lines)
draw_points(axes[0], X, y)
axes[0].set(title="inputs", aspect="equal", xlim=(-3.3, 3.3), ylim=(-3.3, 3.3))
for ax, layer in zip(axes[1:], net.layer_names_, strict=True):
    bent = net.transform(lines.reshape(-1, 2), layer=layer).reshape(lines.shape)
    draw_grid(ax, bent)
    draw_points(ax, net.transform(X, layer=layer), y)
    ax.set(title=layer, aspect="equal", xlim=(-1.08, 1.08), ylim=(-1.08, 1.08))
draw_cut(axes[-1], net)

# %%
# A disc and its ring
# -------------------
# A layer of two tanh units, if its weights are invertible, is a homeomorphism of the
# plane onto its image. So are many of them in a row. The disc stays inside of the ring,
# and no line has one on each side; a layer that flattens the plane to a line makes it
# worse. With three units the plane may bulge, and a cut takes the top off. ReLUs are
# no way out. The figures are the best of six starts.

rng = np.random.default_rng(3)
angle = rng.uniform(0, 2 * np.pi, 1200)
radius = np.concatenate(
    [np.sqrt(rng.uniform(0, 1, 600)), np.sqrt(rng.uniform(1.5**2, 2**2, 600))]
)
X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
y = np.repeat([0, 1], 600)

net = MLPClassifier(
    solver="adam",
    learning_rate="one_cycle",
    learning_rate_init=0.03,
    batch_size=50,
    alpha=0,
    max_iter=120,
    n_iter_no_change=np.inf,
)
depths = (1, 2, 3, 4, 6)
best = {}
print("width  activation  best accuracy with 1, 2, 3, 4, 6 layers")
for width in (2, 3):
    for activation in ("tanh", "relu"):
        for depth in depths:
            net.set_params(hidden_layer_sizes=(width,) * depth, activation=activation)
            nets = fit_starts(net, X, y, 6)
            best[width, activation, depth] = max(nets, key=lambda net: net.score(X, y))
        scores = [best[width, activation, depth].score(X, y) for depth in depths]
        row = "  ".join(f"{score:.3f}" for score in scores)
        print(f"{width:5}  {activation:10}  {row}")

# %%
# The plane through the hidden layer of three units, and the best that networks of
# width two could do: they cut a hole into the ring, as narrow as they can, and pull the
# disc out through it. What is in the hole is on the wrong side.

fine = np.linspace(-2.2, 2.2, 300)
grid = np.stack(np.meshgrid(fine, fine), axis=-1).reshape(-1, 2)
shades = {"levels": [0, 0.5, 1], "colors": COLOURS, "alpha": 0.3}

figure = plt.figure(figsize=(14, 3.9), layout="constrained")
flat = (best[2, "tanh", 3], best[2, "relu", 3], best[3, "tanh", 1])
for k, net in enumerate(flat, start=1):
    ax = figure.add_subplot(1, 4, k)
    probabilities = net.predict_proba(grid)[:, 1].reshape(300, 300)
    ax.contourf(fine, fine, probabilities, **shades)
    draw_points(ax, X, y)
    sizes = " + ".join(str(size) for size in net.hidden_layer_sizes)
    title = f"{sizes} {net.activation}: {net.score(X, y):.3f}"
    ax.set(title=title, aspect="equal", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))

ax = figure.add_subplot(1, 4, 4, projection="3d")
hidden = best[3, "tanh", 1].transform(X)
for label in (0, 1):
    ax.scatter(
        *hidden[y == label].T, s=6, c=COLOURS[label], marker=MARKERS[label], alpha=0.5
    )
ax.view_init(elev=25, azim=-35)
ax.set(title="the three units", xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
plt.show()
