"""
A shape that may be anywhere
============================

In some places of a small picture there is a corner; the question is whether it is a
hook, a stroke to the right that turns down. A dense network has a weight for every
place, and what it learns in one place it does not know in another. A convolution
computes the same everywhere.
"""

# %%
# Hooks and other corners
# -----------------------
# All corners have three dark places, so that only their shape tells. In the training
# set they are all in the middle of the picture.

import matplotlib.pyplot as plt
import numpy as np

from skmanifold_nn.datasets import make_hook_images
from skmanifold_nn.neural_network import ConvNetClassifier, MLPClassifier

MIDDLE = (1, 1)
PLACES = [(i, j) for i in range(3) for j in range(3)]
TRAINING = {
    "batch_size": 16,
    "learning_rate": "cosine",
    "learning_rate_init": 0.01,
    "max_iter": 50,
}


def pictures(places, n_samples=500, seed=1):
    return make_hook_images(n_samples, places=places, noise=0.1, random_state=seed)


X, y = pictures([MIDDLE])
figure, axes = plt.subplots(1, 8, figsize=(10, 1.7), layout="constrained")
for ax, picture, is_hook in zip(axes, X, y, strict=False):
    ax.imshow(picture[:, :, 0], cmap="gray_r", vmin=0, vmax=1)
    ax.set(title="hook" if is_hook else "other", xticks=[], yticks=[])

# %%
# Two networks
# ------------
# The dense one sees 16 numbers. The other one has 16 filters of 2 x 2 places, and the
# mean of what each of them finds over all places (`global_pool`). With zeros around
# pictures, ``padding=1``, a corner at the border is in as many windows as any other.


def networks(seed):
    dense = MLPClassifier((32,), random_state=seed, **TRAINING)
    convolutional = ConvNetClassifier(
        n_filters=(16,),
        kernel_size=2,
        padding=1,
        pooling=None,
        global_pool=True,
        hidden_layer_sizes=(16,),
        random_state=seed,
        **TRAINING,
    )
    return {"dense": dense, "convolutional": convolutional}


def rows(name, X):
    """Samples as a network takes them."""
    return X.reshape(len(X), -1) if name == "dense" else X


nets = {name: net.fit(rows(name, X), y) for name, net in networks(seed=1).items()}
for name, net in nets.items():
    n_weights = sum(coefs.size for coefs in net.coefs_)
    print(f"{name:13} {n_weights:4} weights, accuracy in the middle ", end="")
    print(f"{net.score(rows(name, X), y):.3f}")

# %%
# Everywhere else
# ---------------
# New pictures, with the corner in each of the nine places. Half of the answers would be
# right by chance. The dense network is wrong more often than that where a part of the
# corner lies on places that it knows, but means something else.

figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for ax, (name, net) in zip(axes, nets.items(), strict=True):
    scores = np.zeros((3, 3))
    for place in PLACES:
        X_new, y_new = pictures([place], seed=2)
        scores[place] = net.score(rows(name, X_new), y_new)
    image = ax.imshow(scores, cmap="cividis", vmin=0, vmax=1)
    for (i, j), score in np.ndenumerate(scores):
        colour = "black" if score > 0.5 else "white"
        ax.text(j, i, f"{score:.2f}", ha="center", va="center", color=colour)
    ax.set(title=name, xticks=range(3), yticks=range(3), xlabel="column of the corner")
    print(f"{name:13} smallest accuracy {scores.min():.3f}")
axes[0].set(ylabel="line of the corner")
figure.colorbar(image, ax=axes, label="accuracy")

# %%
# How many places must be seen?
# -----------------------------
# Training sets of equal size, with corners in more and more places in a random order;
# accuracy in the places that have not been seen. One place is enough for the
# convolutional network. The dense one gets worse: eight places mislead it about the
# ninth.

n_seeds = 8
scores = {name: np.zeros((n_seeds, 8)) for name in nets}
for seed in range(n_seeds):
    order = np.random.default_rng(seed).permutation(PLACES)
    for n_seen in range(1, 9):
        X, y = pictures(order[:n_seen], seed=seed)
        X_new, y_new = pictures(order[n_seen:], seed=seed + 100)
        for name, net in networks(seed).items():
            net.fit(rows(name, X), y)
            scores[name][seed, n_seen - 1] = net.score(rows(name, X_new), y_new)

figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for (name, values), colour, style in zip(
    scores.items(), ("#d55e00", "#0072b2"), ("o--", "s-"), strict=True
):
    ax.plot(range(1, 9), values.mean(axis=0), style, color=colour, label=name)
    low, high = values.min(axis=0), values.max(axis=0)
    ax.fill_between(range(1, 9), low, high, color=colour, alpha=0.15, linewidth=0)
ax.axhline(0.5, color="0.7", linewidth=1, zorder=0)
ax.set(xlabel="places in the training set", ylabel="accuracy in the others")
ax.set(ylim=(0, 1.05))
ax.legend(loc="lower left")
plt.show()
