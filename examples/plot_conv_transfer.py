"""
Few examples: layers that another task has trained
==================================================

A network has seen many of the digits 0 to 4, anywhere on a picture. Another one is to
learn 5 to 9 from two to twenty examples of each. It need not begin from nothing: what
strokes and bends are, and that their places do not matter, the first one knows.
"""

# %%
# Digits anywhere
# ---------------
# The digits of 8 x 8 pixels stand anywhere on pictures of 14 x 14. A digit of the first
# task is used four times, each time in another place.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skmanifold_nn.neural_network import ConvNetClassifier

digits = load_digits()
rng = np.random.default_rng(5)


def anywhere(images):
    pictures = np.zeros((len(images), 14, 14, 1), dtype=np.float32)
    corners = rng.integers(0, 7, size=(len(images), 2))
    for picture, (i, j), image in zip(pictures, corners, images, strict=True):
        picture[i : i + 8, j : j + 8, 0] = image / 16
    return pictures


large_task = np.tile(np.flatnonzero(digits.target < 5), 4)
X_large, y_large = anywhere(digits.images[large_task]), digits.target[large_task]
small_task = np.flatnonzero(digits.target >= 5)
X, y = anywhere(digits.images[small_task]), digits.target[small_task]

figure, axes = plt.subplots(2, 7, figsize=(9, 3), layout="constrained")
for row, pictures, title in zip(axes, (X_large, X), ("0 to 4", "5 to 9"), strict=True):
    for ax, picture in zip(row, pictures, strict=False):
        ax.imshow(picture[:, :, 0], cmap="gray_r")
        ax.set(xticks=[], yticks=[])
    row[0].set(ylabel=title)

# %%
# The first task
# --------------


def conv_net(**parameters):
    return ConvNetClassifier(
        n_filters=(16, 32, 64),
        normalization="batch",
        global_pool=True,
        hidden_layer_sizes=(),
        learning_rate="cosine",
        learning_rate_init=0.003,
        **parameters,
    )


source = conv_net(batch_size=32, max_iter=12, random_state=1)
source.fit(X_large, y_large)
print(f"{len(X_large)} pictures, loss {source.loss_:.4f}")

# %%
# The second one
# --------------
# With ``pretrained=source`` a network starts with the layers of `source`, as far as
# names and shapes agree; the output layer is new. Layers named in `freeze` stay as they
# are. The mean accuracy over three draws of the examples, with all other digits as the
# test set:

STARTS = {
    "a new network": {},
    "pretrained": {"pretrained": source},
    "first layer frozen": {"pretrained": source, "freeze": "conv1"},
    "all but the output frozen": {
        "pretrained": source,
        "freeze": ("conv1", "conv2", "conv3"),
    },
}
COUNTS = (2, 5, 10, 20)
accuracies = {name: [] for name in STARTS}
for n_examples in COUNTS:
    scores = {name: [] for name in STARTS}
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(y))
        train = np.concatenate(
            [order[y[order] == digit][:n_examples] for digit in range(5, 10)]
        )
        test = np.setdiff1d(order, train)
        for name, start in STARTS.items():
            net = conv_net(batch_size=10, max_iter=50, random_state=seed, **start)
            net.fit(X[train], y[train])
            scores[name].append(net.score(X[test], y[test]))
    for name, values in scores.items():
        accuracies[name].append(np.mean(values))
print("examples of each digit    ", *(f"{n:6}" for n in COUNTS))
for name, values in accuracies.items():
    print(f"{name:26}", *(f"{accuracy:6.3f}" for accuracy in values))

# %%
# The fewer the examples, the more is gained; with twenty of each digit a new network
# does as well. With all layers frozen the features are those of other digits, and worth
# little. (Nor is there anything to gain where a task is easy: digits that all stand in
# the middle are learned from a few examples by any network.)

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for (name, values), colour, style in zip(
    accuracies.items(),
    ("#d55e00", "#0072b2", "#009e73", "#cc79a7"),
    ("o--", "s-", "^-", "v:"),
    strict=True,
):
    ax.plot(COUNTS, values, style, color=colour, label=name)
ax.set_xscale("log")
ax.set_xticks(COUNTS, COUNTS)
ax.set_xticks([], minor=True)
ax.set(xlabel="examples of each digit", ylabel="accuracy", ylim=(0.2, 1))
ax.legend()
plt.show()
